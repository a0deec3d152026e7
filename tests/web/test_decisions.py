"""The pages of decisions and judgements: what they ask, what they keep, and what they never show too early."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from assessment.services.actors import Actor
from assessment.services.hiring import judging
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.hiring import Candidacy, Decision, Judgement
from assessment.store.records import AuditEntry, Outgoing
from tests.conftest import Clock
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, make_person, make_vacancy

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)


@dataclass(frozen=True)
class House:
    """Two vacancies, the second with judgement first; in each 1 suits and 2 is far."""

    hr: Actor
    manager: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]
    judged: uuid.UUID
    unjudged: tuple[uuid.UUID, ...]


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr, manager = (make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER))
        vacancies, people = [], []
        for first in (False, True):
            vacancies.append(make_vacancy(session, hr, judgement_first=first))
            for number, theta in ((1, SUITS), (2, FAR)):
                people.append(make_person(session, organisation_id, vacancies[-1], number))
                finish(session, organisation_id, people[-1], theta)
    clock.go_on(hours=1)
    return House(hr, manager, vacancies[0], tuple(people[:2]), vacancies[1], tuple(people[2:]))


@pytest.fixture
def hr(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.hr)


@pytest.fixture
def manager(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.manager)


def decide(browser: FlaskClient, person: uuid.UUID, kind: str = "declined", **more: str) -> TestResponse:
    sent = {"kind": kind, "reason": "Because", "tell": "y"} | more
    return browser.post(f"/vacancies/candidates/{person}/decision", data={k: v for k, v in sent.items() if v})


def test_a_decision_on_a_page_never_opened_is_refused_with_what_was_typed(
    database: Database, house: House, manager: FlaskClient
) -> None:
    answer = decide(manager, house.people[0], reason="No time on Saturdays")
    assert answer.status_code == 422
    assert "Open this person’s page and read it first" in answer.text
    assert "No time on Saturdays</textarea>" in answer.text
    assert decide(manager, house.people[0]).status_code == 422, "the refusal is no opening"
    manager.get(f"/vacancies/candidates/{house.people[0]}")
    assert decide(manager, house.people[0]).status_code == 302
    with database.reading() as session:
        assert session.scalars(sa.select(Decision.kind)).all() == ["declined"]


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"kind": ""}, "Choose what you decide."),
        ({"reason": ""}, "Write why: the reason is kept"),
        ({"tell": ""}, "Write why the person gets no letter"),
        ({"kind": "hired"}, "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_and_nothing_kept(
    database: Database, house: House, manager: FlaskClient, missing: dict[str, str], said: str
) -> None:
    manager.get(f"/vacancies/candidates/{house.people[0]}")
    answer = decide(manager, house.people[0], **missing)
    assert answer.status_code == 422
    assert said in answer.text
    with database.reading() as session:
        assert session.scalars(sa.select(Decision)).all() == []
        assert session.scalars(sa.select(Outgoing)).all() == []


def test_no_route_decides_about_more_than_one_person(
    app: Flask, database: Database, house: House, hr: FlaskClient
) -> None:
    """Every route that changes something, given many people: none of them has a decision afterwards."""
    for rule in app.url_map.iter_rules():
        if (
            not rule.endpoint.startswith("manager.")
            or "candidacy_id" in rule.rule
            or "POST" not in (rule.methods or ())
        ):
            continue
        path = re.sub(r"<[^>]+>", str(house.vacancy), rule.rule)
        both = [str(one) for one in house.people]
        hr.post(path, data={"c": both, "kind": "declined", "reason": "All", "tell": "y", "candidacy_id": both})
    with database.reading() as session:
        assert not any(session.scalars(sa.select(Candidacy.disposition)))


def test_the_candidate_finds_the_decision_on_their_own_page(
    database: Database, house: House, manager: FlaskClient, client: FlaskClient
) -> None:
    manager.get(f"/vacancies/candidates/{house.people[1]}")
    decide(manager, house.people[1], reason='We need somebody for "early" hours')
    with database.reading() as session:
        text = session.scalars(sa.select(Outgoing.text)).one()
    link = re.search(r"/i/\S+", text)
    assert link
    page = client.get(link[0], follow_redirects=True)
    assert page.request.path.endswith("/result")
    for said in (
        "The organisation does not go on with your application",
        "We need somebody for “early” hours",
        "What the role asks for, and where you stood",
        "What mattered most",
        "Another person at Test Organisation than the one who decided looks at it again, within 14 days",
    ):
        assert said in page.text, said
    own = page.request.path.removesuffix("/result")
    for never in ("loadings", "levels", "popularity"):
        assert never not in page.text
    assert "Declined on" in client.get(f"{own}/data").text
    assert client.post(f"{own}/look-again", data={"note": "I can do early hours."}).status_code == 303
    assert "They answer by e-mail, by 6 December 2026" in client.get(f"{own}/result").text


def test_how_it_was_decided_is_hrs_and_says_facts(house: House, hr: FlaskClient, manager: FlaskClient) -> None:
    path = f"/vacancies/{house.vacancy}/decisions"
    assert manager.get(path).status_code == 404
    page = hr.get(path).text
    assert "2 of 2 (100%)" in page
    assert "There is none." in page
    manager.get(f"/vacancies/candidates/{house.people[1]}")
    decide(manager, house.people[1], "offered", reason="Speaks five languages")
    page = hr.get(path).text
    assert "1 of 2 (50%)" in page
    assert "Speaks five languages" in page
    assert "Offered the position on 22 November 2026 by Member" in page


def test_totals_are_on_no_page_and_in_no_file_before_the_first_judgement(
    house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    one, two = house.unjudged
    for browser in (hr, manager):
        listed = browser.get(f"/vacancies/{house.judged}").text
        assert "Judge these profiles first (2)" in listed
        assert "First group" not in listed
        assert "Fit</span>" not in listed
        table = browser.get(f"/vacancies/{house.judged}/people.csv").text
        assert "Fit hidden until you have judged the profile" in table
        for line in table.splitlines()[1:]:
            assert re.match(r'"","Candidate \d","no","","","","\d', line), "points, and no group or fit"
        compared = browser.get(f"/vacancies/{house.judged}/compare?c={one}&c={two}").text
        assert "fits better" not in compared
        assert "Choose at least two people" in compared
        assert "Fit" not in browser.get(f"/vacancies/{house.judged}/compare.csv?c={one}&c={two}").text.split("\n", 1)[1]
        page = browser.get(f"/vacancies/candidates/{one}").text
        assert "Hidden until you have judged the profile." in page
        for total in ("big-number", "of 100", "points missing", "What the answers leave open", "leave nothing open"):
            assert total not in page, total
        for shown in ("Against what the role asks for", "Attribute by attribute", "Keep my judgement"):
            assert shown in page, shown
        guide = browser.get(f"/vacancies/candidates/{one}/interview").text
        assert "Judgement comes first in this vacancy" in guide
        assert "The answers leave it" not in guide


def test_a_first_judgement_reveals_and_later_ones_are_added(
    database: Database, house: House, hr: FlaskClient, manager: FlaskClient
) -> None:
    path = f"/vacancies/candidates/{house.unjudged[0]}"
    refused = manager.post(f"{path}/judgement", data={"rating": "4", "judged": " "})
    assert refused.status_code == 422
    assert "big-number" not in refused.text
    for rating, note in (("4", "Calm and warm"), ("2", "The fit made me look at focus")):
        assert manager.post(f"{path}/judgement", data={"rating": rating, "judged": note}).status_code == 302
    page = manager.get(path).text
    assert "big-number" in page
    assert "Rather yes</b>, first judgement of you" in page
    assert "Rather not</b>, after seeing the fit of you" in page
    assert "Calm and warm" not in hr.get(path).text, "hidden from who has not judged"
    hr.post(f"{path}/judgement", data={"rating": "5", "judged": "Yes"})
    assert "Calm and warm" in hr.get(path).text
    with database.reading() as session:
        assert session.scalars(sa.select(Judgement.note).order_by(Judgement.number)).all().count("Calm and warm") == 1
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == judging.JUDGED)).all()
        assert {entry.subject_id for entry in entries} == {house.unjudged[0]}


def test_few_judgements_are_not_counted_for_hr(house: House, hr: FlaskClient, manager: FlaskClient) -> None:
    assert manager.get("/vacancies/judgements").status_code == 404
    manager.post(f"/vacancies/candidates/{house.unjudged[0]}/judgement", data={"rating": "5", "judged": "Yes"})
    assert "Too few judgements yet" in hr.get("/vacancies/judgements").text


def test_the_log_says_what_was_decided_and_that_the_person_was_told(house: House, hr: FlaskClient) -> None:
    hr.get(f"/vacancies/candidates/{house.people[0]}")
    decide(hr, house.people[0], "kept_for_later")
    said = re.sub(r"<[^>]+>|\s+", " ", hr.get("/log?group=Deciding").text)
    said = re.sub(r"\s+", " ", said)
    assert "decided to keep for later Candidate 1" in said
    assert "The person was written to" in said
