"""The board, the terms, the copy and the plain questions as pages: who reaches them, and what they say."""

import csv
import io
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.services.hiring import fields
from assessment.services.hiring.fields import FieldKind, Question
from assessment.services.permissions import Role
from assessment.services.sitting import facts
from assessment.store.database import Database
from assessment.store.hiring import Candidate, Vacancy
from assessment.store.records import AuditEntry
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import decide, finish, make_person, make_vacancy

QUESTIONS = [Question(FieldKind.YES_NO, "Saturdays?"), Question(FieldKind.TEXT, "First possible day?")]


@dataclass(frozen=True)
class House:
    hr: Actor
    manager: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]


@pytest.fixture
def house(database: Database) -> House:
    """1 has finished, 2 is invited, 3 is invited and shortlisted."""
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr, manager = (make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER))
        vacancy = make_vacancy(session, hr)
        people = tuple(make_person(session, organisation_id, vacancy, number) for number in (1, 2, 3))
        finish(session, organisation_id, people[0])
        decide(session, hr, people[2], now=START)
    return House(hr, manager, vacancy, people)


@pytest.fixture
def hr(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.hr)


@pytest.fixture
def manager(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.manager)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


OF_HR = ("terms", "copy", "questions")
OF_ALL = ("people", "people-followed.csv")


def test_another_organisations_pages_look_absent(
    database: Database, house: House, come_in: Callable[[Actor], FlaskClient]
) -> None:
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    browser = come_in(stranger)
    for what in (*OF_HR, *OF_ALL):
        assert browser.get(f"/vacancies/{house.vacancy}/{what}").status_code == 404
    for what in OF_HR:
        assert browser.post(f"/vacancies/{house.vacancy}/{what}", data={"title": "Mine"}).status_code == 404


def test_hiring_managers_follow_and_change_nothing(house: House, manager: FlaskClient) -> None:
    for what in OF_ALL:
        assert manager.get(f"/vacancies/{house.vacancy}/{what}").status_code == 200
    for what in OF_HR:
        for method in ("GET", "POST"):
            assert manager.open(f"/vacancies/{house.vacancy}/{what}", method=method).status_code == 404
    page = manager.get(f"/vacancies/{house.vacancy}").text
    assert f"/vacancies/{house.vacancy}/people" in page
    assert "Change the terms" not in page


def test_the_board_says_how_far_people_are_and_hides_names(house: House, manager: FlaskClient) -> None:
    page = manager.get(f"/vacancies/{house.vacancy}/people").text
    assert re.findall(r">(Candidate \d|Nameof Person\d)</a>", page) == ["Candidate 1", "Candidate 2", "Nameof Person3"]
    assert "There is no order by fit here" in page
    assert re.search(r"Invited, not started <b class=\"num\">2</b>", page)
    assert "Nameof Person1" not in page
    only = manager.get(f"/vacancies/{house.vacancy}/people?state=finished").text
    assert re.findall(r">(Candidate \d)</a>", only) == ["Candidate 1"]
    nobody = manager.get(f"/vacancies/{house.vacancy}/people?q=Person1").text
    assert "Nobody is found" in nobody
    assert 'value="Person1"' in nobody
    found = manager.get(f"/vacancies/{house.vacancy}/people?q=person3&order=latest").text
    assert "Nameof Person3" in found


@pytest.mark.parametrize("asked", ["state=best", "order=fit", "page=-1", "page=x", "page=1234567890", "page=²"])
def test_an_address_that_asks_for_what_there_is_not_is_no_page(house: House, manager: FlaskClient, asked: str) -> None:
    assert manager.get(f"/vacancies/{house.vacancy}/people?{asked}").status_code == 404


@pytest.mark.parametrize("page", ["-1", "x", "1e3"])
def test_the_vacancy_has_no_such_page_either(house: House, manager: FlaskClient, page: str) -> None:
    assert manager.get(f"/vacancies/{house.vacancy}?page={page}").status_code == 404
    assert manager.get(f"/vacancies/{house.vacancy}?page=99").status_code == 200


def test_the_file_holds_what_the_board_shows_and_a_spreadsheet_computes_nothing(
    database: Database, house: House, hr: FlaskClient
) -> None:
    with database.writing() as session:
        session.execute(sa.update(Candidate).values(name="=1+2"))
        session.execute(sa.update(Vacancy).values(names_hidden=False))
        fields.change(session, house.hr, house.vacancy, QUESTIONS, START)
    header, *lines = rows(hr.get(f"/vacancies/{house.vacancy}/people-followed.csv?state=invited").text)
    assert header[:7] == ["Number", "Person", "Shortlisted", "State", "Invited", "Started", "Finished"]
    assert header[7:] == ["Saturdays?", "First possible day?"]
    assert [line[:4] for line in lines] == [
        ["2", "'=1+2", "no", "Invited, not started"],
        ["3", "'=1+2", "yes", "Invited, not started"],
    ]
    assert lines[0][4] == START.isoformat(timespec="seconds")


def test_looking_and_taking_along_are_logged(database: Database, house: House, manager: FlaskClient) -> None:
    manager.get(f"/vacancies/{house.vacancy}/people")
    manager.get(f"/vacancies/{house.vacancy}/people-followed.csv")
    with database.reading() as session:
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == house.vacancy)).all()
    assert sorted(actions) == ["exported people of", "opened", "viewed"]


def test_an_empty_board_teaches(database: Database, house: House, hr: FlaskClient) -> None:
    with database.writing() as session:
        empty = make_vacancy(session, house.hr, "Nobody yet")
    assert "Everybody you invite stands here" in hr.get(f"/vacancies/{empty}/people").text


def test_hr_changes_terms_and_keeps_what_was_typed_when_refused(
    database: Database, house: House, hr: FlaskClient
) -> None:
    address = f"/vacancies/{house.vacancy}/terms"
    page = hr.get(address).text
    assert 'value="Sales assistant"' in page
    given = {"title": "Night desk", "place": "Quay", "answer_days": "7", "places": "2", "last_day": "2026-12-01"}
    refused = hr.post(address, data=given | {"last_day": "2020-01-01"})
    assert refused.status_code == 422
    assert 'value="Night desk"' in refused.text
    assert "Choose today or a later day" in refused.text
    for wrong, said in (({"places": "two"}, "Write a whole number"), ({"last_day": "soon"}, "Write a day as year")):
        assert said in hr.post(address, data=given | wrong).text
    answer = hr.post(address, data=given | {"retention_days": ""})
    assert answer.status_code == 302
    page = hr.get(answer.location).text
    assert "2 places to fill" in page
    assert "Last day for invitations: 1 December 2026" in page
    assert "erased 180 days after" in page
    log = hr.get("/log").text
    assert "changed the terms of the vacancy" in log
    assert "Last day for invitations" in log


def test_after_the_last_day_nobody_is_offered_to_invite(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    with database.writing() as session:
        empty = make_vacancy(session, house.hr, "Nobody yet")
        session.execute(sa.update(Vacancy).values(last_day=START.date().replace(day=1)))
    for vacancy in (house.vacancy, empty):
        page = hr.get(f"/vacancies/{vacancy}").text
        assert "Invite a person" not in page
    assert "Move the last day for invitations to invite people." in hr.get(f"/vacancies/{empty}").text
    assert "HR can move the last day" in manager.get(f"/vacancies/{empty}").text
    answer = hr.post(f"/vacancies/{empty}/invite", data={"name": "Ada", "email": "ada@example.org"})
    assert answer.status_code == 422
    assert "The last day for invitations was 1 November 2026" in answer.text


def test_hr_copies_a_vacancy(database: Database, house: House, hr: FlaskClient) -> None:
    with database.writing() as session:
        fields.change(session, house.hr, house.vacancy, QUESTIONS, START)
    page = hr.get(f"/vacancies/{house.vacancy}/copy").text
    assert 'value="Sales assistant"' in page
    answer = hr.post(
        f"/vacancies/{house.vacancy}/copy",
        data={"title": "Second shop", "place": "Quay", "answer_days": "14", "names_hidden": "y"},
    )
    page = hr.get(answer.location).text
    assert "The copy is open" in page
    assert "Nobody is invited yet" in page
    assert "First possible day?" in hr.get(f"{answer.location}/questions").text


def test_hr_asks_plain_questions_and_is_told_what_may_not_be_asked(house: House, hr: FlaskClient) -> None:
    address = f"/vacancies/{house.vacancy}/questions"
    assert "never scored" in hr.get(address).text
    given = {
        "kind_1": "yes_no",
        "question_1": "Can you work on Saturdays?",
        "kind_2": "one_of",
        "question_2": "Which shift?",
        "choices_2": "Early\r\nLate\r\n",
    }
    refused = hr.post(address, data=given | {"kind_3": "text", "question_3": "How old are you?"})
    assert refused.status_code == 422
    assert "“old” asks about age" in refused.text
    assert 'href="#question_3"' in refused.text
    assert "Can you work on Saturdays?" in refused.text
    assert hr.post(address, data=given | {"kind_3": "secret"}).status_code == 422
    assert hr.post(address, data=given).status_code == 302
    page = hr.get(address).text
    assert "Early\nLate" in page
    assert 'value="Which shift?"' in page


def test_a_candidate_says_plain_facts_after_the_situations_or_leaves_them(
    app: Flask, database: Database, come_in: Callable[[Actor], FlaskClient]
) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
        yes, day = (field.id for field in fields.change(session, person.actor, person.vacancy_id, QUESTIONS, START))
    browser = app.test_client()
    take = f"/take/{person.invited.invitation_id}"
    browser.get(f"/i/{person.token}")
    assert "asks 2 plain questions" in browser.get(take).text
    assert browser.get(f"{take}/facts").status_code == 303, "not before the end"
    with database.writing() as session:
        taking.start(session, person)
        taking.answer_first(session, person, 12)
    answer = browser.post(f"{take}/finish")
    assert answer.location.endswith("/facts")
    page = browser.get(answer.location).text
    assert "This is never scored." in page
    assert "Leave it and see your result" in page
    refused = browser.post(f"{take}/facts", data={f"fact-{yes}": "Perhaps", f"fact-{day}": "<b>Monday</b>"})
    assert refused.status_code == 422
    assert "Choose yes or no." in refused.text
    answer = browser.post(f"{take}/facts", data={f"fact-{yes}": "Yes", f"fact-{day}": "<b>Monday</b>"})
    assert answer.location.endswith("/result")
    page = browser.get(answer.location).text
    assert "&lt;b&gt;Monday&lt;/b&gt;" in page
    assert "Change what you said" in page
    assert "never scored" in browser.get(f"{take}/data").text
    member = come_in(person.actor)
    for address in (
        f"/vacancies/candidates/{person.candidacy_id}",
        f"/vacancies/{person.vacancy_id}/people-followed.csv",
    ):
        assert "Monday" in member.get(address).text
    again = browser.get(f"{take}/facts").text
    assert re.search(r'checked[^>]*value="Yes"', again)


def test_a_vacancy_without_questions_asks_none(app: Flask, database: Database) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
        taking.take(session, person)
        assert facts.of_invited(session, person.invited) == ()
    browser = app.test_client()
    browser.get(f"/i/{person.token}")
    take = f"/take/{person.invited.invitation_id}"
    assert browser.get(f"{take}/facts").status_code == 303
    assert "Plain questions" not in browser.get(f"{take}/result").text


def test_facts_stand_side_by_side_in_a_comparison(database: Database, come_in: Callable[[Actor], FlaskClient]) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
        other = taking.invite(session, person.actor, person.vacancy_id, "Bo", "bo@mail.example")
        yes, _ = fields.change(session, person.actor, person.vacancy_id, QUESTIONS, START)
        for one in (person, other):
            taking.take_reading(session, one)
        facts.say(session, person.invited, {yes.id: "Yes"}, START)
    page = (
        come_in(person.actor)
        .get(f"/vacancies/{person.vacancy_id}/compare?c={person.candidacy_id}&c={other.candidacy_id}")
        .text
    )
    assert re.search(r"Saturdays\?</th>\s*<td>Yes</td>\s*<td>–</td>", page)
