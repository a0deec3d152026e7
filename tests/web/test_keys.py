"""The pages of keys, and what a newer key changes on the pages of HR, managers and candidates."""

import csv
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.scoring import key_reviews, rescoring
from assessment.services.scoring.key_reports import Linked
from assessment.store.content import KeyStatus, KeyVersion
from assessment.store.database import Database
from assessment.store.hiring import Decision, Invitation
from assessment.store.sittings import Result, Sitting
from tests.calibrating import PEOPLE, answer_all, make_draft, score_as
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.hiring import decide, finish, make_person, make_vacancy

FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
REASON = "The panel has read the report"
PUBLISH = {"decision": "Publish", "reason": REASON, "again": "y"}


@dataclass(frozen=True)
class House:
    """An organisation in which four people have finished, and a draft made of its answers."""

    hr: Actor
    manager: Actor
    analyst: Actor
    vacancy: uuid.UUID
    sittings: list[uuid.UUID]
    draft: uuid.UUID

    @property
    def id(self) -> uuid.UUID:
        return self.hr.organisation_id


@pytest.fixture
def house(database: Database) -> House:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr, manager, analyst = (
            make_actor(session, organisation_id, role, name)
            for role, name in ((Role.HR, "Hanna"), (Role.HIRING_MANAGER, "Mia"), (Role.ANALYST, "Anna"))
        )
        vacancy = make_vacancy(session, hr)
        sittings = answer_all(session, organisation_id, vacancy, slice(4))
        draft = make_draft(session, organisation_id)
    return House(hr, manager, analyst, vacancy, sittings, draft.id)


@pytest.fixture
def analyst(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.analyst)


def test_only_analysts_reach_keys(house: House, come_in: Callable[[Actor], FlaskClient], database: Database) -> None:
    with database.writing() as session:
        owner = make_actor(session, house.id, Role.OWNER)
    for actor in (owner, house.hr, house.manager):
        client = come_in(actor)
        assert client.get("/keys").status_code == 404
        assert client.get(f"/keys/{house.draft}").status_code == 404
        assert client.post(f"/keys/{house.draft}/decide", data=PUBLISH).status_code == 404
        assert client.post(f"/keys/{house.draft}/score-again").status_code == 404
        assert "Keys" not in client.get("/profiles").text
    with database.reading() as session:
        assert session.get_one(KeyVersion, house.draft).status == KeyStatus.DRAFT


def test_a_key_that_is_none_answers_404(analyst: FlaskClient) -> None:
    nobody = uuid.uuid4()
    assert analyst.get(f"/keys/{nobody}").status_code == 404
    assert analyst.post(f"/keys/{nobody}/decide", data=PUBLISH).status_code == 404
    assert analyst.post(f"/keys/{nobody}/score-again").status_code == 404


def test_the_list_says_what_is_in_force_and_what_is_missing(house: House, analyst: FlaskClient) -> None:
    page = analyst.get("/keys").text
    assert "the experts’ key" in page
    assert "4 people; from 100 on, how often each option is chosen is learned from them: 96 missing" in page
    assert "496 missing" in page
    assert f"/keys/{house.draft}" in page
    assert "Review version 2" in page
    assert "Draft, to be decided" in page


def test_the_page_of_a_draft_shows_what_moved_and_how_answers_fit(house: House, analyst: FlaskClient) -> None:
    page = analyst.get(f"/keys/{house.draft}").text
    assert f"{PEOPLE}, of 1 organisation" in page
    assert "Where the average person stands" in page
    assert "Trust and tact" in page
    assert page.count('class="curve-picture"') == 24 * 4
    assert page.count("All numbers of the picture") == 24
    assert "Holm" in page
    assert "What is to happen with this draft?" in page
    assert "style=" not in page


def test_the_page_says_what_was_free_what_misfits_and_whose_scale_it_is(
    house: House, analyst: FlaskClient, database: Database
) -> None:
    with database.writing() as session:
        found = key_reviews.review(session, house.analyst, house.draft).report
        assert found is not None
        session.execute(sa.delete(KeyVersion).where(KeyVersion.id == house.draft))
        first, second, *others = found.items
        items = (replace(first, anchor=True), replace(second, loadings_freed=True, misfits=True), *others)
        linked = Linked("Another form", 3)
        draft = make_draft(session, house.id, items=items, linked=linked, average_move=None)
    page = analyst.get(f"/keys/{draft.id}").text
    assert "Taken over from version 3 of “Another form”" in page
    assert "1 situation is on both forms" in page
    assert "Nothing was free to move." in page
    assert page.count("Loading moved") == 1
    assert "Loadings of 1 situation were estimated too." in page
    assert "1 of 24 situations misfits" in page
    shown = [page.index(f'id="{item.id}"') for item in items]
    assert min(shown) == shown[1], "what misfits stands first"
    assert f'id="{items[1].id}" open' in page
    assert "Mean</th>" in page
    assert "Anchor: kept its numbers" in page


def test_the_experts_key_has_a_page_without_a_report(house: House, analyst: FlaskClient, database: Database) -> None:
    with database.reading() as session:
        experts = session.scalars(sa.select(KeyVersion.id).where(KeyVersion.number == 1)).one()
    page = analyst.get(f"/keys/{experts}")
    assert page.status_code == 200
    assert "Nobody’s answers are in it" in page.text
    assert "Situation by situation" not in page.text


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_decided(
    house: House, analyst: FlaskClient, database: Database, reason: str
) -> None:
    answer = analyst.post(f"/keys/{house.draft}/decide", data=PUBLISH | {"reason": reason})
    assert answer.status_code == 422
    assert "Write why: the reason stays with the key." in answer.text
    none = analyst.post(f"/keys/{house.draft}/decide", data={"reason": REASON})
    assert none.status_code == 422
    assert "Choose one of the two." in none.text
    assert REASON in none.text, "what was typed is still there"
    with database.reading() as session:
        assert session.get_one(KeyVersion, house.draft).status == KeyStatus.DRAFT


def test_publishing_scores_the_finished_sittings_again_where_wanted(
    house: House, analyst: FlaskClient, database: Database
) -> None:
    answer = analyst.post(f"/keys/{house.draft}/decide", data=PUBLISH, follow_redirects=True)
    assert "Version 2 is in force." in answer.text
    assert "4 finished sittings are scored with the key in force." in answer.text
    assert f"by Anna, Test Organisation: {REASON}" in answer.text
    assert "What is to happen with this draft?" not in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Result)) == 8
    late = analyst.post(f"/keys/{house.draft}/decide", data=PUBLISH)
    assert late.status_code == 422
    assert "is published already" in late.text


def test_scoring_again_can_wait(
    house: House, analyst: FlaskClient, come_in: Callable[[Actor], FlaskClient], database: Database
) -> None:
    data = {name: value for name, value in PUBLISH.items() if name != "again"}
    answer = analyst.post(f"/keys/{house.draft}/decide", data=data, follow_redirects=True)
    assert "4 finished sittings of your organisation" in answer.text
    done = analyst.post(f"/keys/{house.draft}/score-again", follow_redirects=True)
    assert "4 finished sittings are scored" in done.text
    assert "Score them now" not in done.text


def test_too_many_sittings_are_work_for_the_command_line(
    house: House, analyst: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring, "MOST_ON_A_PAGE", 3)
    answer = analyst.post(f"/keys/{house.draft}/decide", data=PUBLISH, follow_redirects=True)
    assert "4 sittings are too many for a page" in answer.text
    assert "assessment rescore general-24" in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Result)) == 4


def test_discarding_keeps_the_draft_readable(house: House, analyst: FlaskClient) -> None:
    data = {"decision": "Discard", "reason": "Two texts are being mended"}
    answer = analyst.post(f"/keys/{house.draft}/decide", data=data, follow_redirects=True)
    assert "Version 2 is discarded." in answer.text
    assert "Two texts are being mended" in answer.text
    assert "Situation by situation" in answer.text
    assert "Discarded" in analyst.get("/keys").text


def test_answers_of_other_organisations_leave_the_decision_to_the_operator(
    house: House, analyst: FlaskClient, database: Database
) -> None:
    with database.writing() as session:
        key_reviews.discard(session, house.analyst, house.draft, REASON, START)
        other = make_organisation(session, "Secret Other Shop")
        session.execute(sa.delete(KeyVersion).where(KeyVersion.id == house.draft))
        draft = make_draft(session, house.id, other)
    page = analyst.get(f"/keys/{draft.id}").text
    assert "1 other organisation uses this form too" in page
    assert "assessment key publish general-24 2" in page
    assert "Secret Other Shop" not in page
    answer = analyst.post(f"/keys/{draft.id}/decide", data=PUBLISH)
    assert answer.status_code == 422
    assert "Other organisations are scored with this form too" in answer.text


@pytest.fixture
def mixed(house: House, database: Database, clock: Clock) -> House:
    """Four people under the experts' key, and a fifth who finished after a newer one was in force."""
    with database.writing() as session:
        key_reviews.publish(session, house.analyst, house.draft, REASON, START + timedelta(hours=1))
        person = make_person(session, house.id, house.vacancy, 99)
        finish(session, house.id, person, now=START + timedelta(hours=2))
    clock.go_on(days=1)
    return house


def test_people_under_two_keys_are_a_warning_with_what_to_do(
    mixed: House, come_in: Callable[[Actor], FlaskClient]
) -> None:
    address = f"/vacancies/{mixed.vacancy}"
    file = come_in(mixed.manager).get(f"{address}/people.csv").data.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(file))
    assert sorted(row[header.index("Key version")] for row in rows) == ["1", "1", "1", "1", "2"]
    manager, hr = come_in(mixed.manager), come_in(mixed.hr)
    page = manager.get(address).text
    assert "4 people here are scored with an older key" in page
    assert "HR can score everybody again" in page
    assert "Score everybody with the newest key" not in page
    assert manager.post(f"{address}/score-again").status_code == 404
    assert "Score everybody with the newest key" in hr.get(address).text
    done = hr.post(f"{address}/score-again", follow_redirects=True).text
    assert "4 people are scored with the newest key." in done
    assert "older key" not in done
    assert "older key" not in manager.get(address).text


def test_a_comparison_of_people_under_two_keys_says_so(
    mixed: House, come_in: Callable[[Actor], FlaskClient], database: Database
) -> None:
    with database.reading() as session:
        people = session.scalars(
            sa.select(Invitation.candidacy_id).join(Sitting, Sitting.invitation_id == Invitation.id)
        ).all()
    query = "&".join(f"c={one}" for one in people)
    page = come_in(mixed.manager).get(f"/vacancies/{mixed.vacancy}/compare?{query}").text
    assert "scored with an older key" in page


@pytest.fixture
def in_question(database: Database, house: House, clock: Clock) -> tuple[House, uuid.UUID]:
    """Somebody was shortlisted, and a newer key says something else of the same answers."""
    with database.writing() as session:
        person = make_person(session, house.id, house.vacancy, 99)
        sitting = finish(session, house.id, person)
        decide(session, house.manager, person)
        key_reviews.publish(session, house.analyst, house.draft, REASON, START + timedelta(hours=2))
        score_as(session, house.id, sitting, FAR, now=START + timedelta(hours=3))
    clock.go_on(days=1)
    return house, person


def test_hr_is_told_of_decisions_to_look_at_again_and_lets_one_stand(
    in_question: tuple[House, uuid.UUID], come_in: Callable[[Actor], FlaskClient], database: Database
) -> None:
    house, person = in_question
    hr, manager = come_in(house.hr), come_in(house.manager)
    assert "To look at again (1)" in hr.get("/vacancies").text
    assert "To look at again" not in manager.get("/vacancies").text
    page = hr.get(f"/vacancies/candidates/{person}").text
    assert "Look at this decision again" in page
    assert "Look at this decision again" not in manager.get(f"/vacancies/candidates/{person}").text
    address = f"/vacancies/candidates/{person}/looked-again"
    assert manager.post(address, data={"note": "x"}).status_code == 404
    empty = hr.post(address, data={"note": ""})
    assert empty.status_code == 422
    assert "Write what you looked at" in empty.text
    done = hr.post(address, data={"note": "Read the answers again"}, follow_redirects=True).text
    assert "Noted: the decision stands." in done
    assert "Looked at again: the decision stands" in done
    assert "Read the answers again" in done
    assert "To look at again" not in hr.get("/vacancies").text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 2


def test_another_organisations_decisions_are_not_there(
    in_question: tuple[House, uuid.UUID], come_in: Callable[[Actor], FlaskClient], database: Database
) -> None:
    _, person = in_question
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Strangers"), Role.HR)
    client = come_in(stranger)
    assert "To look at again" not in client.get("/vacancies").text
    assert client.post(f"/vacancies/candidates/{person}/looked-again", data={"note": "x"}).status_code == 404


def test_candidates_read_that_their_answers_were_scored_again(app: Flask, database: Database, house: House) -> None:
    with database.writing() as session:
        key_reviews.publish(session, house.analyst, house.draft, REASON, START + timedelta(hours=1))
        rescoring.of_organisation(session, house.analyst, _form(session, house), START + timedelta(hours=2))
        invitation = session.get_one(Sitting, (house.id, house.sittings[0])).invitation_id
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["invitations"] = {str(invitation): {"organisation": str(house.id), "device": 1}}
    page = client.get(f"/take/{invitation}/result").text
    assert "scored again on" in page
    assert "the result you were given stays" in page
    assert "Scored again on" in client.get(f"/take/{invitation}/data").text


def _form(session, house: House) -> uuid.UUID:  # type: ignore[no-untyped-def]
    return session.get_one(Sitting, (house.id, house.sittings[0])).form_id


def test_the_log_of_hr_names_the_key(
    house: House, analyst: FlaskClient, come_in: Callable[[Actor], FlaskClient]
) -> None:
    analyst.post(f"/keys/{house.draft}/decide", data=PUBLISH)
    log = come_in(house.hr).get("/log?show=Keys").text
    assert "put in force" in log
    assert "scored again with" in log
    assert "version 2 of the key of" in log
