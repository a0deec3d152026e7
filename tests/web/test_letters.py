"""The pages of the invitation's words and of reminders."""

import html
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.config import Mail
from assessment.services import letters
from assessment.services.actors import Actor
from assessment.services.hiring import reminders
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.records import Outgoing
from tests import hiring
from tests.conftest import START
from tests.factories import make_actor, make_organisation

WORDS = {"subject": "Come in, {name}", "text": "Dear {name},\r\n\r\n{link}\r\n"}


@pytest.fixture
def hr(database: Database) -> Actor:
    with database.writing() as session:
        return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def desk(come_in: Callable[[Actor], FlaskClient], hr: Actor) -> FlaskClient:
    return come_in(hr)


@pytest.fixture
def with_mail(app: Flask) -> None:
    """A mail server is set up."""
    house = app.extensions["frontdoor"]
    server = Mail("127.0.0.1", 9, "none", None, None, "hiring@test.example")
    app.extensions["frontdoor"] = replace(house, settings=replace(house.settings, mail=server))


def outbox(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.recipient, row.subject) for row in session.scalars(sa.select(Outgoing))]


def own(database: Database, hr: Actor) -> letters.Letter | None:
    with database.reading() as session:
        return letters.own(session, hr)


def test_the_standard_words_are_there_to_begin_with(desk: FlaskClient) -> None:
    page = html.unescape(desk.get("/mail/invitation").text)
    assert "You use the standard words" in page
    assert letters.INVITATION.text in page.replace("\r\n", "\n")
    assert "/mail/invitation" in desk.get("/mail").text


def test_words_are_kept_and_shown_again(desk: FlaskClient, database: Database, hr: Actor) -> None:
    answer = desk.post("/mail/invitation", data=WORDS)
    assert answer.location == "/mail/invitation"
    page = desk.get(answer.location).text
    assert "Kept. Invitations are written with these words" in page
    assert "You use words of your own" in page
    assert "Come in, {name}" in page
    kept = own(database, hr)
    assert kept is not None
    assert kept.text == "Dear {name},\n\n{link}\n"
    assert "changed the invitation letter of the organisation" in desk.get("/log").text


@pytest.mark.parametrize("path", ["/mail/invitation", "/mail/invitation/preview", "/mail/invitation/test"])
@pytest.mark.usefixtures("with_mail")
def test_a_mistake_is_named_beside_what_was_typed_and_nothing_is_kept(
    desk: FlaskClient, database: Database, hr: Actor, path: str
) -> None:
    answer = desk.post(path, data=WORDS | {"text": "Dear {nmae},\n\n{link}\n"})
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert "{nmae} is no placeholder" in page
    assert "Dear {nmae}," in page
    assert own(database, hr) is None
    assert outbox(database) == []


def test_a_preview_keeps_nothing_and_fills_everything(desk: FlaskClient, database: Database, hr: Actor) -> None:
    answer = desk.post("/mail/invitation/preview", data=WORDS)
    page = html.unescape(answer.text)
    assert answer.status_code == 200
    assert "Come in, Ada Example" in page
    assert "Dear Ada Example," in page
    assert "Dear {name}," in page, "what was typed is still there"
    assert own(database, hr) is None


def test_the_standard_words_are_put_in_and_kept_only_when_asked(
    desk: FlaskClient, database: Database, hr: Actor
) -> None:
    desk.post("/mail/invitation", data=WORDS)
    page = html.unescape(desk.post("/mail/invitation/preview", data=WORDS | {"standard": "yes"}).text)
    assert "Your invitation: {vacancy}" in page
    assert own(database, hr) is not None
    desk.post("/mail/invitation", data={"subject": letters.INVITATION.subject, "text": letters.INVITATION.text})
    assert own(database, hr) is None


@pytest.mark.usefixtures("with_mail")
def test_a_test_goes_to_oneself(desk: FlaskClient, database: Database, hr: Actor) -> None:
    page = desk.post("/mail/invitation/test", data=WORDS).text
    assert f"A test to {hr.email} leaves within a minute" in page
    assert outbox(database) == [(hr.email, "Test: Come in, Ada Example")]
    assert own(database, hr) is None


def test_without_a_mail_server_no_test_is_offered_or_written(desk: FlaskClient, database: Database) -> None:
    assert "Send a test to me" not in desk.get("/mail/invitation").text
    answer = desk.post("/mail/invitation/test", data=WORDS)
    assert answer.status_code == 422
    assert "No mail server is set up" in answer.text
    assert outbox(database) == []


def test_reminders_are_set_and_switched_off(desk: FlaskClient, database: Database, hr: Actor) -> None:
    assert "never more than twice" in desk.get("/mail/reminders").text
    answer = desk.post("/mail/reminders", data={"first": "7", "second": "2"})
    assert answer.location == "/mail/reminders"
    page = desk.get("/mail/reminders").text
    assert 'value="7"' in page
    assert 'value="2"' in page
    log = desk.get("/log").text
    assert "changed the reminders of the organisation" in log
    assert "7, 2" in log
    desk.post("/mail/reminders", data={"first": "", "second": ""})
    with database.reading() as session:
        assert reminders.days(session, hr) == ()


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [("0", "", "from 1 to 30"), ("2", "7", "later than a first"), ("", "2", "later than a first"), ("x", "", "whole")],
)
def test_a_setting_that_makes_no_sense_stays_on_the_page(desk: FlaskClient, first: str, second: str, told: str) -> None:
    answer = desk.post("/mail/reminders", data={"first": first, "second": second})
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{first}"' in answer.text


def test_others_do_not_find_these_pages(
    come_in: Callable[[Actor], FlaskClient], client: FlaskClient, database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        manager, analyst = (
            make_actor(session, hr.organisation_id, role) for role in (Role.HIRING_MANAGER, Role.ANALYST)
        )
    for browser in (come_in(manager), come_in(analyst)):
        for path in ("/mail/invitation", "/mail/reminders"):
            assert browser.get(path).status_code == 404
            assert browser.post(path, data=WORDS).status_code == 404
    assert client.post("/mail/invitation/test", data=WORDS).status_code == 404


def test_the_candidates_page_shows_hr_what_became_of_each_email(
    desk: FlaskClient, come_in: Callable[[Actor], FlaskClient], database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        candidacy = hiring.invite(session, hr, hiring.make_vacancy(session, hr))
        manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
        letter = session.scalars(sa.select(Outgoing)).one()
        letter.attempts, letter.last_error = 2, "The mail server refused the address."
    page = desk.get(f"/vacancies/candidates/{candidacy}").text
    assert "E-mails to them" in page
    assert "The mail server refused the address." in page
    assert "E-mails to them" not in come_in(manager).get(f"/vacancies/candidates/{candidacy}").text
    with database.writing() as session:
        session.execute(sa.update(Outgoing).values(sent_at=START, last_error=None))
    assert "Sent or passed on, 22 November 2026" in desk.get(f"/vacancies/candidates/{candidacy}").text
