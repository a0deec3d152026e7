"""The manager's pages: who reaches them, what they say, and what they never say."""

import csv
import io
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from assessment.bank.content import Bank
from assessment.config import Mail
from assessment.measurement.fit import Fit
from assessment.measurement.quality.quality import FLAGS
from assessment.services.actors import Actor, Invited
from assessment.services.hiring import interview, vacancies
from assessment.services.hiring.candidates import Attribute
from assessment.services.inviting import Standing
from assessment.services.permissions import Role
from assessment.services.profiles.role_profiles import Evidence, Need
from assessment.services.scoring import quality_notes, thirds
from assessment.services.scoring.quality_notes import Note, QualityNotes
from assessment.services.scoring.results import Point
from assessment.services.sitting import candidate_requests, own_result
from assessment.store.database import Database
from assessment.store.hiring import Candidacy, Invitation, Vacancy
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry, Outgoing
from assessment.web.manager import cautions, words
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, invite, make_person, make_vacancy, publish_again
from tests.tuning import small_pools  # noqa: F401 - it works by being here

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
SECRET = "Zacharias Unusual"


@dataclass(frozen=True)
class House:
    """One organisation with a vacancy: 1 suits, 2 is far, 3 answered at random, 4 is invited under a rare name."""

    hr: Actor
    manager: Actor
    analyst: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr, manager, analyst = (
            make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER, Role.ANALYST)
        )
        vacancy = make_vacancy(session, hr)
        people = [make_person(session, organisation_id, vacancy, number) for number in (1, 2, 3)]
        finish(session, organisation_id, people[0], SUITS)
        finish(session, organisation_id, people[1], FAR)
        finish(session, organisation_id, people[2], SUITS, p_random=0.9)
        people.append(invite(session, hr, vacancy, SECRET))
    clock.go_on(hours=1)  # finishing took twenty minutes
    return House(hr, manager, analyst, vacancy, tuple(people))


@pytest.fixture
def hr(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.hr)


@pytest.fixture
def manager(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.manager)


def paths(vacancy: uuid.UUID, candidacy: uuid.UUID) -> Iterator[tuple[str, str]]:
    """Every route of the manager's blueprint about one vacancy or one candidate."""
    for what in ("", "/people.csv", f"/compare?c={candidacy}", f"/compare.csv?c={candidacy}", "/invited", "/decisions"):
        yield "GET", f"/vacancies/{vacancy}{what}"
    yield "POST", f"/vacancies/{vacancy}/link"
    yield "POST", f"/vacancies/{vacancy}/score-again"
    for what in ("invite", "close", "reopen", "move"):
        yield "GET", f"/vacancies/{vacancy}/{what}"
        yield "POST", f"/vacancies/{vacancy}/{what}"
    yield "POST", f"/vacancies/candidates/{candidacy}/requests/{candidacy}/answered"
    yield "GET", f"/vacancies/candidates/{candidacy}"
    for what in ("decision", "judgement", "link", "agreed/back", "looked-again"):
        yield "POST", f"/vacancies/candidates/{candidacy}/{what}"
    for what in ("revoke", "extend", "again", "agreed"):
        yield "GET", f"/vacancies/candidates/{candidacy}/{what}"
        yield "POST", f"/vacancies/candidates/{candidacy}/{what}"


def without_token(page: str) -> str:
    """The sign of the sign-out form carries the time it was made."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def decide(browser: FlaskClient, candidacy: uuid.UUID, kind: str = "shortlisted", **more: str) -> TestResponse:
    """Open somebody's page and decide about them."""
    path = f"/vacancies/candidates/{candidacy}"
    assert browser.get(path).status_code == 200
    return browser.post(f"{path}/decision", data={"kind": kind, "reason": "Because", "tell": "y", **more})


FORM = {"name": "Ada", "email": "ada@example.org", "reason": "because", "last_day": "2026-12-24"}


def test_the_paths_of_these_tests_are_all_there_are(app: Flask) -> None:
    nobody = uuid.uuid4()
    ours = {
        (method, re.sub(r"<[^>]+>", str(nobody), rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("manager.") and "<" in rule.rule
        for method in rule.methods or ()
        if method in ("GET", "POST")
    }
    assert {(method, path.split("?")[0]) for method, path in paths(nobody, nobody)} == ours


def test_another_organisations_vacancies_and_candidates_look_absent(
    database: Database, house: House, come_in: Callable[[Actor], FlaskClient]
) -> None:
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    browser = come_in(stranger)
    absent = uuid.uuid4()
    foreign = list(paths(house.vacancy, house.people[0]))
    for (method, path), (_, nowhere) in zip(foreign, paths(absent, absent), strict=True):
        theirs, nothing = (browser.open(one, method=method, data=FORM) for one in (path, nowhere))
        assert theirs.status_code == nothing.status_code == 404, f"{method} {path}"
        assert without_token(theirs.text) == without_token(nothing.text)


def test_hiring_managers_do_not_find_what_is_hrs(house: House, manager: FlaskClient) -> None:
    assert manager.get(f"/vacancies/{house.vacancy}/decisions").status_code == 404
    for what in ("close", "reopen", "move"):
        for method in ("GET", "POST"):
            assert manager.open(f"/vacancies/{house.vacancy}/{what}", method=method, data=FORM).status_code == 404
    for what in ("revoke", "extend", "again", "agreed"):
        for method in ("GET", "POST"):
            path = f"/vacancies/candidates/{house.people[3]}/{what}"
            assert manager.open(path, method=method, data=FORM).status_code == 404
    assert manager.post(f"/vacancies/candidates/{house.people[3]}/agreed/back").status_code == 404
    assert manager.get("/vacancies/new").status_code == 404
    assert manager.post("/vacancies/new", data=FORM).status_code == 404


def test_analysts_do_not_find_candidates(house: House, come_in: Callable[[Actor], FlaskClient]) -> None:
    browser = come_in(house.analyst)
    assert browser.get("/vacancies").status_code == 404
    for method, path in paths(house.vacancy, house.people[0]):
        assert browser.open(path, method=method, data=FORM).status_code == 404


def test_a_stranger_is_asked_to_sign_in_and_changes_nothing(client: FlaskClient, house: House) -> None:
    for method, path in paths(house.vacancy, house.people[0]):
        assert client.open(path, method=method, data=FORM).status_code == (302 if method == "GET" else 404)


def test_an_empty_list_teaches(database: Database, come_in: Callable[[Actor], FlaskClient]) -> None:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr, manager = (make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER))
    assert "Open a vacancy" in come_in(hr).get("/vacancies").text
    page = come_in(manager).get("/vacancies").text
    assert "HR opens a vacancy" in page
    assert "/vacancies/new" not in page


def test_hr_opens_a_vacancy_and_finds_the_first_step(database: Database, house: House, hr: FlaskClient) -> None:
    page = hr.get("/vacancies/new").text
    choice = re.search(r'<option value="([0-9a-f-]{36})">Shop floor', page)
    assert choice
    answer = hr.post(
        "/vacancies/new",
        data={"title": "Weekends", "place": "Quay", "role_profile_id": choice[1], "answer_days": "7"},
    )
    assert answer.status_code == 302
    page = hr.get(answer.location).text
    assert "Nobody is invited yet" in page
    with database.reading() as session:
        vacancy = session.scalars(sa.select(Vacancy).where(Vacancy.title == "Weekends")).one()
        assert not vacancy.names_hidden, "the box was left empty"
        assert vacancy.answer_days == 7


def test_a_mistake_in_the_form_keeps_what_was_typed(hr: FlaskClient) -> None:
    answer = hr.post("/vacancies/new", data={"title": "Weekends", "place": "Quay", "answer_days": "soon"})
    assert answer.status_code == 422
    assert 'value="Weekends"' in answer.text
    assert "Write a whole number" in answer.text
    assert "Choose a role profile" in answer.text


def test_no_name_leaves_before_shortlisting(house: House, hr: FlaskClient, manager: FlaskClient) -> None:
    everybody = "&".join(f"c={one}" for one in house.people[:3])
    lists = [
        f"/vacancies/{house.vacancy}",
        f"/vacancies/{house.vacancy}/people.csv",
        f"/vacancies/{house.vacancy}/compare?{everybody}",
        f"/vacancies/{house.vacancy}/compare.csv?{everybody}",
    ]
    pages = [browser.get(path) for browser in (hr, manager) for path in lists]
    pages += [manager.get(f"/vacancies/candidates/{one}") for one in house.people]
    for page in pages:
        assert page.status_code == 200
        for hidden in ("Nameof", "Zacharias", "example</", "@"):
            assert hidden not in page.text, f"{page.request.path} says {hidden}"
        assert "Candidate 1" in page.text or "Candidate" in page.text


def test_after_shortlisting_the_name_is_shown(house: House, manager: FlaskClient) -> None:
    one = house.people[0]
    answer = decide(manager, one, reason="Free at weekends")
    assert answer.status_code == 302
    page = manager.get(answer.location).text
    assert "Noted: shortlisted. An e-mail to them is written." in page
    assert "Free at weekends" in page
    assert "Nameof Person1" in page
    assert "Nameof Person1" in manager.get(f"/vacancies/{house.vacancy}").text
    assert "Nameof Person1" in manager.get(f"/vacancies/{house.vacancy}/people.csv").text
    page = manager.get(decide(manager, one, "back_to_list").location).text
    assert "Earlier decision taken back" in page
    assert "Back to Sales assistant" in page
    assert "Nameof" not in manager.get(f"/vacancies/{house.vacancy}").text


def test_the_shortlist_stands_above_the_groups_once_there_is_one(house: House, manager: FlaskClient) -> None:
    page = manager.get(f"/vacancies/{house.vacancy}").text
    assert "Shortlist (" not in page
    assert "Lists go by candidate number, not by fit." in page
    assert "Choose whom to meet by availability and experience; shortlisting shows the name." in page
    decide(manager, house.people[0])
    page = manager.get(f"/vacancies/{house.vacancy}").text
    block = page[page.index("Shortlist (1)") : page.index("Who should I talk to?")]
    assert f'<a href="/vacancies/candidates/{house.people[0]}">Nameof Person1</a>' in block
    assert '<td data-label="Shortlisted" class="num right">1</td>' in manager.get("/vacancies").text


def test_a_comparison_leads_to_the_page_where_a_person_is_read_and_decided_about(
    house: House, manager: FlaskClient
) -> None:
    one, two = house.people[:2]
    compared = f"/vacancies/{house.vacancy}/compare?c={one}&c={two}"
    page = manager.get(compared).text
    assert f'<a href="/vacancies/candidates/{one}#decision">Read and decide' in page
    assert "formaction" not in page, "nobody is decided about from a list"
    decide(manager, one, "offered")
    assert "Offered the position" in manager.get(compared).text


def test_the_vacancy_answers_three_questions_in_their_order(house: House, manager: FlaskClient) -> None:
    page = manager.get(f"/vacancies/{house.vacancy}").text
    places = [page.index(text) for text in ("Who should I talk to?", "How sure is that?", "What do I ask them?")]
    assert places == sorted(places)
    assert "Provisional: not yet based on enough people’s answers" in page
    assert "key not yet piloted" in page, "the field's own words are in the explanation"
    assert re.search(r'Judged by version 1 of <a href="/profiles/[0-9a-f-]{36}">“Shop floor”</a>', page)
    link = re.search(r"/profiles/[0-9a-f-]{36}", page)
    assert link
    assert manager.get(link[0]).status_code == 200


def test_only_hr_reads_why_no_fit_is_shown(house: House, hr: FlaskClient, manager: FlaskClient) -> None:
    for path in (f"/vacancies/{house.vacancy}", f"/vacancies/candidates/{house.people[2]}"):
        assert "made at random" in hr.get(path).text
        page = manager.get(path).text
        assert "the answers can’t be read reliably. That says nothing about the person; ask HR." in page
        assert "random" not in page
    assert "random" in hr.get(f"/vacancies/{house.vacancy}/people.csv").text
    assert "random" not in manager.get(f"/vacancies/{house.vacancy}/people.csv").text


def test_a_manager_sees_neither_deadline_nor_requests(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    with database.writing() as session:
        invitation = session.scalars(sa.select(Invitation).where(Invitation.candidacy_id == house.people[3])).one()
        candidate_requests.ask_other_way(
            session, Invited(house.hr.organisation_id, invitation.id), "Large print, please", START
        )
    path = f"/vacancies/candidates/{house.people[3]}"
    for_hr, for_manager = hr.get(path).text, manager.get(path).text
    for told in ("Large print", SECRET, "zacharias.unusual@candidate.example", "6 December 2026"):
        assert told in for_hr
        assert told not in for_manager


def test_hr_finds_what_waits_for_an_answer_and_notes_that_it_is_answered(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient, clock: Clock
) -> None:
    assert "Waiting for an answer" not in hr.get("/vacancies").text
    with database.writing() as session:
        invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == house.people[3])).one()
        candidate_requests.ask_other_way(session, Invited(house.hr.organisation_id, invitation), "By phone?", START)
    listed, page = hr.get("/vacancies").text, f"/vacancies/candidates/{house.people[3]}"
    assert "Waiting for an answer (1)" in listed
    assert f'<a href="{page}#requests">Candidate 4</a>' in listed
    assert "Asked for another way" in listed
    assert SECRET not in listed, "names are hidden in lists until shortlisting"
    assert "Waiting for an answer" not in manager.get("/vacancies").text
    shown = hr.get(page).text
    assert "“By phone?”" in shown
    assert 'href="mailto:zacharias.unusual%40candidate.example?subject=' in shown
    answer = re.search(r'action="(/vacancies/candidates/[^"]+/answered)"', shown)
    assert answer
    assert "By phone?" not in manager.get(page).text
    assert manager.post(answer[1]).status_code == 404
    clock.now = START + timedelta(days=1)
    shown = hr.post(answer[1], follow_redirects=True).text
    assert "By phone?" in shown, "it stays on the page"
    assert re.search(r"Answered</span> on 23 November 2026 by", shown)
    assert "Waiting for an answer" not in hr.get("/vacancies").text
    again = hr.post(answer[1])
    assert again.status_code == 422
    assert "noted already" in again.text
    log = hr.get("/log?show=Requests+of+candidates").text
    assert re.search(r"answered a request of\s+<a [^>]+>Candidate 4, Sales assistant</a>", log)


def test_one_person_or_nobody_gets_a_friendly_page(house: House, manager: FlaskClient) -> None:
    for chosen in ("", f"?c={house.people[0]}"):
        page = manager.get(f"/vacancies/{house.vacancy}/compare{chosen}")
        assert page.status_code == 200
        assert "Choose at least two people" in page.text


def test_an_address_that_names_nobody_is_not_found(house: House, manager: FlaskClient) -> None:
    for chosen in ("c=nobody", f"c={uuid.uuid4()}", f"c={house.people[0]}&c={uuid.uuid4()}"):
        assert manager.get(f"/vacancies/{house.vacancy}/compare?{chosen}").status_code == 404


def test_a_comparison_says_who_is_likelier_and_how_sure_that_is(house: House, manager: FlaskClient) -> None:
    one, two = house.people[:2]
    page = manager.get(f"/vacancies/{house.vacancy}/compare?c={two}&c={one}").text
    assert "<b>A</b> against <b>B</b>" in page
    assert "fits better: almost surely" in page
    assert "Where do they differ most?" in page
    assert 'role="img"' in page
    assert "Tell me about" in page, "what to ask stands under what is worth asking about"


def test_the_file_holds_what_the_page_shows(house: House, manager: FlaskClient) -> None:
    answer = manager.get(f"/vacancies/{house.vacancy}/people.csv")
    header, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert [row[1] for row in rows] == ["Candidate 1", "Candidate 2", "Candidate 3", "Candidate 4"]
    assert {len(row) for row in rows} == {len(header)}
    fit = rows[0][header.index("Fit")]
    assert f"<b>{fit}</b>" in manager.get(f"/vacancies/{house.vacancy}").text
    assert rows[0][header.index("Tact, T")] == "55.0"
    places = [row[header.index("Best place, 90%") : header.index("Worst place, weights near") + 1] for row in rows]
    page = " ".join(manager.get(f"/vacancies/{house.vacancy}").text.split())
    for low, high, near_low, near_high in places:
        if low:
            assert f'<td class="num">{low} to {high}</td> <td class="num">{near_low} to {near_high}</td>' in page
    assert any(low for low, *_ in places)
    assert rows[0][-1] == "provisional: key not yet piloted"


def test_a_name_in_a_file_is_never_computed(database: Database, house: House, manager: FlaskClient) -> None:
    with database.writing() as session:
        person = invite(session, house.hr, house.vacancy, "=HYPERLINK(1)")
        session.execute(sa.update(Candidacy).where(Candidacy.id == person).values(disposition="shortlisted"))
    assert '"\'=HYPERLINK(1)"' in manager.get(f"/vacancies/{house.vacancy}/people.csv").text


def test_looking_at_people_is_logged(database: Database, house: House, manager: FlaskClient) -> None:
    one, two = house.people[:2]
    manager.get(f"/vacancies/{house.vacancy}")
    manager.get(f"/vacancies/candidates/{one}")
    manager.get(f"/vacancies/{house.vacancy}/compare?c={one}&c={two}")
    manager.get(f"/vacancies/{house.vacancy}/people.csv")
    with database.reading() as session:
        entries = session.execute(
            sa.select(AuditEntry.action, AuditEntry.subject_id, AuditEntry.member_id).where(
                AuditEntry.member_id == house.manager.member_id
            )
        ).all()
    assert set(entries) == {
        ("viewed", house.vacancy, house.manager.member_id),
        ("viewed", one, house.manager.member_id),
        ("compared people of", house.vacancy, house.manager.member_id),
        ("exported people of", house.vacancy, house.manager.member_id),
    }


def test_an_invitation_is_written_and_says_where_the_e_mail_is(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    path = f"/vacancies/{house.vacancy}/invite"
    answer = hr.post(path, data={"name": "Ada", "email": "ada@example.org"})
    assert answer.status_code == 302
    page = hr.get(answer.location).text
    assert "copy the e-mail" in page
    outbox = re.search(r'Open <a href="([^"]+)">Mail', page)
    assert outbox
    assert "ada@example.org" in hr.get(outbox[1]).text
    answer = manager.post(path, data={"name": "Ben", "email": "ben@example.org"})
    page = manager.get(answer.location).text
    assert "HR finds it under Mail" in page
    assert outbox[1] not in page
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == 3


def test_with_a_mail_server_the_e_mail_leaves_by_itself(app: Flask, house: House, manager: FlaskClient) -> None:
    assert "HR passes the link on" in manager.get(f"/vacancies/{house.vacancy}/invite").text
    server = Mail("mail.example.org", 587, "starttls", None, None, "hiring@example.org")
    parts = app.extensions["frontdoor"]
    app.extensions["frontdoor"] = replace(parts, settings=replace(parts.settings, mail=server))
    assert "No mail server" not in manager.get(f"/vacancies/{house.vacancy}/invite").text
    assert "leaves within a minute" in manager.get(f"/vacancies/{house.vacancy}/invited").text


def test_inviting_somebody_twice_is_told_beside_the_address(house: House, manager: FlaskClient) -> None:
    data = {"name": SECRET, "email": "zacharias.unusual@candidate.example"}
    answer = manager.post(f"/vacancies/{house.vacancy}/invite", data=data)
    assert answer.status_code == 422
    assert "This address has been invited already" in answer.text
    assert 'href="#email"' in answer.text
    for told in ("Candidate 4", "candidate 4", *map(str, house.people)):
        assert told not in answer.text, "the number belongs to a hidden name"


def test_an_invited_address_gets_a_new_link_without_its_number(
    database: Database, house: House, manager: FlaskClient
) -> None:
    path = f"/vacancies/{house.vacancy}/link"
    assert f'formaction="{path}"' not in manager.get(f"/vacancies/{house.vacancy}/invite").text
    data = {"name": SECRET, "email": "zacharias.unusual@candidate.example"}
    assert f'formaction="{path}"' in manager.post(f"/vacancies/{house.vacancy}/invite", data=data).text
    answer = manager.post(path, data=data)
    assert answer.location == f"/vacancies/{house.vacancy}"
    told = re.search(r'role="status".*?</div>\s*</div>', manager.get(answer.location).text, re.DOTALL)
    assert told
    assert "An e-mail with a new link is written." in told[0]
    assert "andidate" not in told[0]
    refused = manager.post(path, data={"email": "nobody@candidate.example"})
    assert refused.status_code == 422
    assert "has not been invited yet" in refused.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == 2


def test_a_closed_vacancy_without_people_says_who_can_go_on(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    with database.writing() as session:
        quiet = make_vacancy(session, house.hr, "Quiet")
        vacancies.close(session, house.hr, quiet, START)
    for browser in (hr, manager):
        page = browser.get(f"/vacancies/{quiet}").text
        assert "Nobody was invited" in page
        assert "Nobody is invited yet" not in page
    assert "Reopen the vacancy to invite people." in hr.get(f"/vacancies/{quiet}").text
    assert "HR can reopen the vacancy" in manager.get(f"/vacancies/{quiet}").text


def test_who_has_finished_is_sent_a_link_to_the_result(house: House, manager: FlaskClient) -> None:
    assert "Send a link to their result" in manager.get(f"/vacancies/candidates/{house.people[0]}").text
    assert "Send a new link" in manager.get(f"/vacancies/candidates/{house.people[3]}").text


def test_closing_asks_first_and_ends_inviting(house: House, hr: FlaskClient) -> None:
    for number, person in enumerate(house.people):
        asked = hr.get(f"/vacancies/{house.vacancy}/close").text
        assert f"{4 - number} {'people have' if number < 3 else 'person has'} no decision yet" in asked
        assert f'href="/vacancies/candidates/{person}#decision"' in asked
        assert hr.post(f"/vacancies/{house.vacancy}/close").status_code == 422
        decide(hr, person, "declined")
    assert "Each person has a decision." in hr.get(f"/vacancies/{house.vacancy}/close").text
    assert "Invite a person" in hr.get(f"/vacancies/{house.vacancy}").text, "asking closes nothing"
    assert hr.post(f"/vacancies/{house.vacancy}/close").status_code == 302
    page = hr.get(f"/vacancies/{house.vacancy}").text
    assert "Invite a person" not in page
    assert "Reopen the vacancy" in page
    assert hr.post(f"/vacancies/{house.vacancy}/invite", data=FORM).status_code == 422
    assert hr.post(f"/vacancies/{house.vacancy}/close").status_code == 422
    assert hr.post(f"/vacancies/{house.vacancy}/reopen").status_code == 302
    assert "Invite a person" in hr.get(f"/vacancies/{house.vacancy}").text


def test_a_newer_version_is_offered_to_hr_and_its_reason_shown_to_all(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    page = f"/vacancies/{house.vacancy}"
    assert "Move to version" not in hr.get(page).text
    with database.writing() as session:
        publish_again(session, house.hr, house.vacancy)
    assert "Move to version 2" in hr.get(page).text
    assert "Move to version 2" not in manager.get(page).text
    assert "HR can move the vacancy" in manager.get(page).text
    shown = hr.get(f"{page}/move").text
    assert "What it would do" in shown
    assert re.search(r"nobody enters or leaves ·\s+clicking at random stands above \d+ of 100", shown)
    assert hr.post(f"{page}/move", data={"reason": ""}).status_code == 422
    assert hr.post(f"{page}/move", data={"reason": "The shop moved"}).status_code == 302
    assert "Judged by version 2" in manager.get(page).text
    assert "The shop moved" in manager.get(page).text
    with database.reading() as session:
        assert vacancies.get(session, house.hr, house.vacancy).number == 2


def test_hr_gives_time_withdraws_and_sends_links(house: House, hr: FlaskClient) -> None:
    path = f"/vacancies/candidates/{house.people[3]}"
    assert hr.post(f"{path}/link").status_code == 302
    assert hr.post(f"{path}/extend", data={"last_day": "2026-12-01"}).status_code == 422
    assert "like 2026-12-24" in hr.post(f"{path}/extend", data={"last_day": "soon"}).text
    assert hr.post(f"{path}/extend", data={"last_day": "2026-12-24"}).status_code == 302
    assert "24 December 2026" in hr.get(path).text
    assert hr.post(f"{path}/revoke").status_code == 302
    assert "Invitation withdrawn" in hr.get(path).text
    assert hr.post(f"{path}/link").status_code == 422


def test_hr_lets_somebody_answer_again(house: House, hr: FlaskClient, clock: Clock) -> None:
    clock.go_on(days=1)
    path = f"/vacancies/candidates/{house.people[2]}"
    assert hr.post(f"{path}/again", data={"reason": "The page broke"}).status_code == 302
    assert "Invited again" in hr.get(path).text


def test_pages_without_people_or_fits_still_speak(database: Database, house: House, manager: FlaskClient) -> None:
    with database.writing() as session:
        vacancy = make_vacancy(session, house.hr, "Quiet")
        person = make_person(session, house.hr.organisation_id, vacancy, 1)
    assert "Nobody has a fit to show yet" in manager.get(f"/vacancies/{vacancy}").text
    with database.writing() as session:
        finish(session, house.hr.organisation_id, person, SUITS)
    assert "nobody to compare them with" in manager.get(f"/vacancies/{vacancy}").text


def test_hr_records_what_was_agreed_and_takes_it_back(house: House, hr: FlaskClient) -> None:
    path = f"/vacancies/candidates/{house.people[0]}"
    assert "Nothing so far" in hr.get(path).text
    answer = hr.post(f"{path}/agreed", data={"accommodation": "Breaks <whenever> you like"}, follow_redirects=True)
    assert "Breaks &lt;whenever&gt; you like" in answer.text
    assert "Breaks &lt;whenever&gt; you like" in hr.get(f"{path}/agreed").text
    answer = hr.post(f"{path}/agreed/back", follow_redirects=True)
    assert "Taken back" in answer.text
    assert "Breaks" not in answer.text


@pytest.mark.parametrize(("text", "words"), [("", "Write what was agreed"), ("x" * 501, "at most 500")])
def test_an_agreement_without_words_or_with_too_many_is_refused(
    house: House, hr: FlaskClient, text: str, words: str
) -> None:
    answer = hr.post(f"/vacancies/candidates/{house.people[0]}/agreed", data={"accommodation": text})
    assert answer.status_code == 422
    assert words in answer.text
    assert text in answer.text


def test_a_manager_sees_no_sign_of_what_was_agreed(house: House, hr: FlaskClient, manager: FlaskClient) -> None:
    shown = [
        f"/vacancies/candidates/{house.people[0]}",
        f"/vacancies/{house.vacancy}",
        f"/vacancies/{house.vacancy}/people.csv",
        f"/vacancies/{house.vacancy}/compare?c={house.people[0]}&c={house.people[1]}",
        f"/vacancies/{house.vacancy}/compare.csv?c={house.people[0]}&c={house.people[1]}",
    ]
    before = [without_token(manager.get(path).text) for path in shown]
    hr.post(f"/vacancies/candidates/{house.people[0]}/agreed", data={"accommodation": "More time"})
    assert [without_token(manager.get(path).text) for path in shown] == before
    assert "Agreed" not in before[0]


def test_the_log_says_with_whom_something_was_agreed_and_not_what(house: House, hr: FlaskClient) -> None:
    hr.post(f"/vacancies/candidates/{house.people[0]}/agreed", data={"accommodation": "Unmistakable"})
    log = hr.get("/log", query_string={"show": "Data of candidates"}).text
    assert "recorded an agreement with" in log
    assert "Candidate 1" in log
    assert "Unmistakable" not in log


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> QualityNotes:
    """Every sitting raises all flags: what is tested is who reads of it."""
    found = QualityNotes(
        tuple(Note(flag, 6.0 if flag == "run" else 1.0 if flag == "contradictions" else 0.2) for flag in FLAGS),
        timed=True,
        random=0.12,
    )
    monkeypatch.setattr(quality_notes, "of_sitting", lambda *_: found)
    return found


@pytest.mark.usefixtures("noted")
def test_hr_alone_reads_that_answers_are_to_be_read_with_caution(
    house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    path = f"/vacancies/candidates/{house.people[0]}"
    page = hr.get(path).text
    assert page.count("Read with caution") == 2
    assert page.count("can do that.") == len(FLAGS)
    assert "is no reason to turn anybody down" in page
    assert "6 answers in a row" in page
    assert "It is 12% likely that the answers were given at random" in page
    for text in (
        manager.get(path).text,
        *(
            member.get(f"/vacancies/{house.vacancy}/{what}").text
            for member in (hr, manager)
            for what in ("people.csv", f"compare.csv?c={house.people[0]}&c={house.people[1]}")
        ),
    ):
        assert "caution" not in text.lower()
        assert "How the answers were given" not in text
    assert "given at random" not in manager.get(path).text


@pytest.mark.usefixtures("noted")
def test_cautions_are_about_answers_and_name_what_harmless_may_be_behind_them() -> None:
    for flag in FLAGS:
        said = cautions.caution(Note(flag, 2.0))
        assert "answer" in said.what or "places" in said.what
        assert said.why.endswith("can do that.")
        for word in ("careless", "dishonest", "lie", "fake", "cheat", "reject", "not serious", "fault"):
            assert word not in f"{said.what} {said.why}".lower()


def test_demo_people_are_marked(database: Database, house: House, manager: FlaskClient) -> None:
    with database.writing() as session:
        session.get_one(Organisation, house.hr.organisation_id).synthetic = True
    assert "all people and answers are made up" in manager.get(f"/vacancies/{house.vacancy}").text


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.5, "fits better: as likely as not (50%)"),
        (0.57, "fits better: as likely as not (57%)"),
        (0.65, "fits better: more likely than not (65%)"),
        (0.9, "fits better: likely (90%)"),
        (0.999, "fits better: almost surely (over 99%)"),
    ],
)
def test_a_chance_in_words_never_sounds_surer_than_it_is(chance: float, said: str) -> None:
    assert words.better(chance) == said


@pytest.mark.parametrize(
    ("below", "inside", "above", "lead", "keyword"),
    [
        (0.04, 0.93, 0.03, "Likely right for the role.", None),
        (0.01, 0.98, 0.01, "Almost surely right for the role.", None),
        (0.2, 0.75, 0.05, "More likely than not right for the role; possibly lower (20%).", None),
        (
            0.31,
            0.66,
            0.03,
            "More likely than not right for the role; possibly lower (31%).",
            "Focus (possibly low)",
        ),
        (
            0.03,
            0.49,
            0.48,
            "As likely as not right for the role; as likely as not higher (48%).",
            "Focus (as likely as not high)",
        ),
        (0.16, 0.67, 0.17, "More likely than not right for the role.", "Focus (open either way)"),
        (0.35, 0.4, 0.25, "As likely as not right for the role; possibly lower (35%).", "Focus (possibly low)"),
        (0.03, 0.15, 0.82, "Likely high for the role; unlikely right for it (15%).", "Focus (likely high)"),
    ],
)
def test_words_say_what_the_numbers_beside_them_say(
    bank: Bank, below: float, inside: float, above: float, lead: str, keyword: str | None
) -> None:
    given = Evidence("assumed", "A test", None, START.date(), None)
    need = Need("focus", 40, 60, 2, 5, "A task", given, given)
    one, rows = np.ones(1), np.ones((1, 1))
    fit = Fit(("focus",), one, one, one, below * rows, inside * rows, above * rows, rows, one < 0)
    asks = interview.asks(fit, 0, [need])
    assert words.to_ask_about(asks, bank.attributes) == (keyword or "")
    reading = Attribute(need, Point("focus", 50, 40, 60), below, inside, above, 0.1, asks[0] if asks else None)
    assert words.standing_on(reading) == lead
    assert words.three_chances(replace(reading, inside=0.66, below=0.31, above=0.03)) == (
        "66% inside, 31% below, 3% above"
    )


def test_every_standing_has_words() -> None:
    assert set(words.STANDINGS) == set(Standing)


def test_managers_read_the_place_that_the_person_reads(bank: Bank) -> None:
    given = Evidence("assumed", "A test", None, START.date(), None)
    need = Need("trust", 40, 60, 2, 5, "A task", given, given)
    texts = bank.attributes["trust"]

    def said(mean: float, half: float) -> str:
        point = Point("trust", mean, mean - half, mean + half)
        return words.work_text(Attribute(need, point, 0.1, 0.8, 0.1, 0.1, None), texts)

    assert said(40, 4) == texts.manager.low
    assert said(60, 4) == texts.manager.high
    assert said(50, 11) == "In the middle, as far as these answers can tell. " + texts.manager.middle
    assert said(50, 15) == thirds.LEFT_OPEN_TO_MANAGERS
    for mean in (42.0, 50.0, 57.0):
        for half in (4.0, 11.0, 15.0):
            (line,) = own_result.read((Point("trust", mean, mean - half, mean + half),), bank.attributes)
            assert ("leave this open" in said(mean, half)) is line.left_open
            assert ("as far as these answers can tell" in said(mean, half)) is ("as far as" in line.sentence)


def test_a_long_group_begins_with_ten_and_has_all(database: Database, house: House, manager: FlaskClient) -> None:
    page = manager.get(f"/vacancies/{house.vacancy}").text
    assert not re.search("Show all [0-9]", page)
    with database.writing() as session:
        for number in range(5, 16):
            person = make_person(session, house.hr.organisation_id, house.vacancy, number)
            finish(session, house.hr.organisation_id, person, SUITS)
    page = manager.get(f"/vacancies/{house.vacancy}").text
    assert "12 people fit about equally well, as far as their answers can tell; 1 fit less surely." in page
    assert page.index("fit about equally well") < page.index("the first group"), "what it means comes first"
    above, folded = page.split("<summary>Show all 12</summary>")
    assert len(re.findall('type="checkbox" name="c"', above)) == 10
    assert ">Candidate 15</a>" in folded
    assert ">Candidate 15</a>" not in above


def test_after_shortlisting_it_is_said_how_to_meet(house: House, hr: FlaskClient, manager: FlaskClient) -> None:
    path = f"/vacancies/candidates/{house.people[3]}"
    decide(manager, house.people[3])
    address = "zacharias.unusual@candidate.example"
    told = manager.get(path).text
    assert "HR has the address and arranges the meeting" in told
    assert "hiring@test.example" in told
    assert address not in told, "the notice does not tell candidates that managers see it"
    assert address.replace("@", "%40") in hr.get(path).text
    assert "HR arranges the meetings" in manager.get(f"/vacancies/{house.vacancy}").text


def test_only_made_up_people_have_addresses_that_no_mail_can_reach(
    database: Database, house: House, manager: FlaskClient
) -> None:
    page, sent = f"/vacancies/{house.vacancy}/invite", {"name": "Ada", "email": "someone@candidate.invalid"}
    refused = manager.post(page, data=sent)
    assert refused.status_code == 422
    assert "No mail can reach an address that ends in .invalid" in refused.text
    assert manager.post(page, data={**sent, "email": "some one@candidate.invalid"}).status_code == 422
    with database.writing() as session:
        session.get_one(Organisation, house.hr.organisation_id).synthetic = True
    assert manager.post(page, data=sent).status_code == 302
