"""The public link's pages: HR switches it, a stranger is answered the same whoever the address belongs to."""

import re
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.services.hiring import public_links
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.records import Outgoing
from assessment.web import access
from assessment.web.limits import limiter
from tests import hiring
from tests.conftest import START
from tests.factories import make_actor, make_organisation

SENT = {"name": "Zoë Example", "email": "zoe@mail.example"}


@pytest.fixture
def hr(database: Database) -> Actor:
    with database.writing() as session:
        return make_actor(session, make_organisation(session, "Harbour Stores"), Role.HR, "Hanna")


@pytest.fixture
def vacancy(database: Database, hr: Actor) -> uuid.UUID:
    with database.writing() as session:
        return hiring.make_vacancy(session, hr)


@pytest.fixture
def path(database: Database, hr: Actor, vacancy: uuid.UUID) -> str:
    """Where the switched-on link leads."""
    with database.writing() as session:
        public_links.switch(session, hr, vacancy, on=True, now=START)
        found = public_links.of_vacancy(session, hr, vacancy)
        assert found is not None
        return f"/apply/{found.token}"


def browser(app: Flask, database: Database, actor: Actor) -> FlaskClient:
    with database.writing() as session:
        token = hiring.signed_in(session, actor)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[access.MEMBER] = token
    return client


@pytest.fixture
def desk(app: Flask, database: Database, hr: Actor) -> FlaskClient:
    return browser(app, database, hr)


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    was_enabled, limiter.enabled = limiter.enabled, True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = was_enabled


def letters(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Outgoing.recipient)))


def plain(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_hr_switches_the_link_on_copies_it_and_switches_it_off(
    desk: FlaskClient, client: FlaskClient, vacancy: uuid.UUID
) -> None:
    page = f"/vacancies/{vacancy}/public-link"
    assert page in desk.get(f"/vacancies/{vacancy}").text
    assert "/apply/" not in desk.get(page).text
    desk.post(f"{page}/on")
    found = re.search(r"<code>http://localhost(/apply/[\w-]+)</code>", desk.get(page).text)
    assert found
    assert client.get(found[1]).status_code == 200
    client.post(found[1], data=SENT)
    assert "One person has been invited through it" in desk.get(page).text
    desk.post(f"{page}/off")
    assert "The link is off: who opens it" in desk.get(page).text
    answer = client.get(found[1])
    assert answer.status_code == 410
    assert "This link is closed" in answer.text
    assert client.post(found[1], data=SENT).status_code == 410
    log = desk.get("/log").text
    assert "switched on the public link of" in log
    assert "the public link" in log


def test_a_stranger_is_told_what_it_is_about_before_leaving_an_address(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    for said in (
        "Harbour Stores invites you",
        "a person decides, never the software",
        "They see your six",
        "are erased 180 days",
        "see a number, not your name",
        "I have read this",
    ):
        assert said in page


def test_known_and_unknown_addresses_get_one_answer(
    client: FlaskClient, database: Database, hr: Actor, vacancy: uuid.UUID, path: str
) -> None:
    with database.writing() as session:
        hiring.invite(session, hr, vacancy, "Ada Example")
        done = hiring.invite(session, hr, vacancy, "Done Example")
        hiring.finish(session, hr.organisation_id, done)
    answers = [
        client.post(path, data={"name": "X", "email": email})
        for email in ("new@mail.example", "ada.example@candidate.example", "done.example@candidate.example")
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({plain(answer.text) for answer in answers}) == 1


def test_a_mistake_keeps_what_was_typed(client: FlaskClient, database: Database, path: str) -> None:
    answer = client.post(path, data={"name": "http://evil.example", "email": "nowhere"})
    assert answer.status_code == 422
    assert 'value="http://evil.example"' in answer.text
    assert 'value="nowhere"' in answer.text
    assert "Write an address like" in answer.text
    answer = client.post(path, data=SENT | {"name": "http://evil.example"})
    assert "Write your name only" in answer.text
    assert letters(database) == []


@pytest.mark.usefixtures("limited")
def test_nobody_writes_to_many_addresses_from_one_place(client: FlaskClient, database: Database, path: str) -> None:
    answers = [client.post(path, data=SENT | {"email": f"z{n}@mail.example"}).status_code for n in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert len(letters(database)) == 10
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # 300 requests
@pytest.mark.usefixtures("limited")
def test_one_link_lets_no_more_than_a_crowd_in(app: Flask, path: str) -> None:
    answers = [
        app.test_client()
        .post(path, data=SENT | {"email": "nowhere"}, environ_base={"REMOTE_ADDR": f"10.0.{n // 250}.{n % 250}"})
        .status_code
        for n in range(302)
    ]
    assert answers == [422] * 300 + [429] * 2


def test_an_unknown_link_is_the_page_of_nothing(client: FlaskClient) -> None:
    assert client.get("/apply/unknown").status_code == client.post("/apply/unknown", data=SENT).status_code == 404


def test_others_do_not_find_the_switch(app: Flask, database: Database, vacancy: uuid.UUID, hr: Actor) -> None:
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Another"), Role.HR)
        manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    for actor in (stranger, manager):
        visitor = browser(app, database, actor)
        assert visitor.get(f"/vacancies/{vacancy}/public-link").status_code == 404
        for what in ("on", "off"):
            assert visitor.post(f"/vacancies/{vacancy}/public-link/{what}").status_code == 404
    assert "public-link" not in browser(app, database, manager).get(f"/vacancies/{vacancy}").text
