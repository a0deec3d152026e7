"""Coming in and leaving."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.services import links, sign_in
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.people import LoginSession, Member
from assessment.store.records import Outgoing
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation

PASSWORD = "four words put together"


@pytest.fixture
def member(database: Database) -> Actor:
    with database.writing() as session:
        actor = make_actor(session, make_organisation(session), Role.HR, "Hanna")
        sign_in.set_password(session, actor, PASSWORD, START)
    return actor


def link_for(database: Database, member: Actor) -> str:
    with database.writing() as session:
        return links.make_sign_in_link(session, member.organisation_id, member.member_id, START)


def test_a_stranger_sees_the_start_page(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Sign in" in page.text


def test_looking_at_a_link_does_not_use_it_up(client: FlaskClient, database: Database, member: Actor) -> None:
    token = link_for(database, member)
    for _ in range(3):
        assert client.get(f"/sign-in/{token}").status_code == 200
        assert client.head(f"/sign-in/{token}").status_code == 200
    assert client.get("/account").status_code == 302, "looking signs nobody in"
    assert client.post(f"/sign-in/{token}").status_code == 302
    assert "Hanna" in client.get("/account").text


def test_a_link_signs_in_once(app: Flask, database: Database, member: Actor) -> None:
    token = link_for(database, member)
    assert app.test_client().post(f"/sign-in/{token}").status_code == 302
    assert app.test_client().post(f"/sign-in/{token}").status_code == 404


def test_expired_used_and_invented_links_look_the_same(
    app: Flask, database: Database, member: Actor, clock: Clock
) -> None:
    used, expired = link_for(database, member), link_for(database, member)
    app.test_client().post(f"/sign-in/{used}")
    clock.go_on(hours=2)
    answers = [app.test_client().post(f"/sign-in/{token}") for token in (used, expired, "invented")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_password_signs_in(client: FlaskClient, member: Actor) -> None:
    answer = client.post("/sign-in", data={"email": member.email.upper(), "password": PASSWORD})
    assert answer.status_code == 302
    assert "Hanna" in client.get("/account").text


def test_a_wrong_password_and_an_unknown_address_look_the_same(app: Flask, member: Actor) -> None:
    wrong = app.test_client().post("/sign-in", data={"email": member.email, "password": "wrong"})
    unknown = app.test_client().post("/sign-in", data={"email": "nobody@test.example", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(member.email, "") == unknown.text.replace("nobody@test.example", "")


def test_a_short_password_is_refused_and_the_old_one_stays(client: FlaskClient, member: Actor) -> None:
    client.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    answer = client.post("/account", data={"password": "short"})
    assert answer.status_code == 422
    assert "at least 12 characters" in answer.text
    client.post("/sign-out")
    assert client.post("/sign-in", data={"email": member.email, "password": PASSWORD}).status_code == 302


def test_a_link_is_sent_to_members_and_the_page_does_not_tell(
    client: FlaskClient, database: Database, member: Actor
) -> None:
    known = client.post("/sign-in/link", data={"email": member.email})
    unknown = client.post("/sign-in/link", data={"email": "nobody@test.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    with database.reading() as session:
        letter = session.scalars(sa.select(Outgoing).where(Outgoing.organisation_id == member.organisation_id)).one()
        assert letter.recipient == member.email
        assert "http://localhost/sign-in/" in letter.text


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, database: Database, member: Actor) -> None:
    client.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    cookie = client.get_cookie("frontdoor")
    assert cookie is not None
    client.post("/sign-out")
    client.set_cookie("frontdoor", cookie.value)
    assert client.get("/account").status_code == 302, "a copied cookie is worth nothing"
    with database.reading() as session:
        assert session.scalars(sa.select(LoginSession.ended_at)).one() is not None


def test_a_session_ends_when_its_member_leaves(client: FlaskClient, database: Database, member: Actor) -> None:
    client.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    with database.writing() as session:
        session.execute(
            sa.update(Member)
            .where(Member.organisation_id == member.organisation_id, Member.id == member.member_id)
            .values(left_at=START)
        )
    assert client.get("/account").status_code == 302


def test_a_session_ends_after_a_week(client: FlaskClient, member: Actor, clock: Clock) -> None:
    client.post("/sign-in", data={"email": member.email, "password": PASSWORD})
    clock.now += sign_in.SESSION_LASTS - timedelta(minutes=1)
    assert client.get("/account").status_code == 200
    clock.go_on(minutes=2)
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"])
def test_signing_in_never_leads_to_another_site(client: FlaskClient, member: Actor, target: str) -> None:
    answer = client.post("/sign-in", query_string={"next": target}, data={"email": member.email, "password": PASSWORD})
    assert answer.location == "/"


def test_signing_in_leads_back_to_the_page_that_asked(client: FlaskClient, member: Actor) -> None:
    asked = client.get("/account")
    assert asked.location == "/sign-in?next=/account"
    answer = client.post(asked.location, data={"email": member.email, "password": PASSWORD})
    assert answer.location == "/account"


def test_too_many_tries_are_slowed_down(app: Flask, member: Actor) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    from assessment.web.limits import limiter

    limiter.enabled = True
    limiter.reset()
    try:
        client = app.test_client()
        tries = [client.post("/sign-in", data={"email": member.email, "password": "no"}) for _ in range(11)]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert [answer.status_code for answer in tries] == [422] * 10 + [429]
    assert "Too many tries" in tries[-1].text
