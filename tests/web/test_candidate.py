"""A candidate's pages without a browser: every state, every refusal, and what must never happen."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment.bank.content import Bank
from assessment.config import Mail
from assessment.services.hiring import accommodations, interview_sheets
from assessment.services.hiring.interview_sheets import Wrote
from assessment.services.scoring import content
from assessment.services.sitting import candidate_requests, notices, sittings
from assessment.store.database import Database
from assessment.store.hiring import Acknowledgement, Candidate, Invitation
from assessment.store.people import AccessLink, Organisation
from assessment.store.records import AuditEntry, Outgoing
from assessment.store.sittings import Answer, AnswerEvent, Result, Sitting
from assessment.web.limits import limiter
from tests import taking
from tests.conftest import START, Clock
from tests.factories import make_organisation
from tests.taking import Person

TOO_LATE = timedelta(days=30)
KEY = "a-key-of-16-chars"


@pytest.fixture
def person(database: Database) -> Person:
    with database.writing() as session:
        return taking.make_person(session)


@pytest.fixture
def base(person: Person) -> str:
    return f"/take/{person.invited.invitation_id}"


@pytest.fixture
def opened(client: FlaskClient, person: Person) -> FlaskClient:
    """A browser that has followed the link."""
    client.get(f"/i/{person.token}")
    return client


@pytest.fixture
def started(opened: FlaskClient, base: str) -> FlaskClient:
    """A browser that has pressed "I have read this"."""
    assert begin(opened, base).status_code == 303
    return opened


def begin(client: FlaskClient, base: str) -> TestResponse:
    shown = re.search(r'name="notice"[^>]*value="(\w+)"', client.get(base).text)
    return client.post(f"{base}/start", data={"notice": shown[1] if shown else ""})


def another_browser(app: Flask, person: Person) -> FlaskClient:
    other = app.test_client()
    other.get(f"/i/{person.token}")
    return other


def options(client: FlaskClient, base: str, number: int = 1) -> list[str]:
    return re.findall(r'data-option="(\w+)"', client.get(f"{base}/{number}").text)


def put(client: FlaskClient, base: str, number: int = 1, **changes: object) -> TestResponse:
    shown = options(client, base, number) or ["a", "b"]
    most = changes.get("most", shown[0])
    least = next(option for option in shown if option != most)
    answer = {"key": uuid.uuid4().hex, "sequence": 1, "most": most, "least": least} | changes
    return client.put(f"{base}/answers/{number}", json=answer)


def counted(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def answered(database: Database, person: Person, count: int | None = None) -> None:
    """Answer behind the pages' back."""
    with database.writing() as session:
        taking.answer_first(session, person, taking.total(session, person) if count is None else count)


# --- the link


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_starts_uses_up_and_acknowledges_nothing(
    client: FlaskClient, database: Database, person: Person, base: str, method: str
) -> None:
    for _ in range(2):
        answer = client.open(f"/i/{person.token}", method=method)
        assert (answer.status_code, answer.location) == (303, base)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert person.token not in base
    for address in (
        "",
        "/1",
        "/practice",
        "/check",
        "/result",
        "/other-way",
        "/data",
        "/erase",
        "/learn",
        "/learn/tact",
    ):
        client.open(base + address, method=method)
    assert counted(database, Sitting) == counted(database, Acknowledgement) == 0
    with database.reading() as session:
        assert session.scalars(sa.select(AccessLink.used_at)).all() == [None]


def test_links_that_are_not_good_all_look_the_same(
    client: FlaskClient, database: Database, clock: Clock, person: Person
) -> None:
    pages = [client.get("/i/unknown"), client.get("/link-not-good")]
    with database.writing() as session:
        session.execute(sa.update(Invitation).values(revoked_at=START))
    pages.append(client.get(f"/i/{person.token}"))
    with database.writing() as session:
        session.execute(sa.update(Invitation).values(revoked_at=None))
    clock.go_on(days=30)
    pages.append(client.get(f"/i/{person.token}"))
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert "/lost-link" in pages[0].text
    assert not any("Set-Cookie" in page.headers for page in pages)


def test_a_browser_without_the_link_is_sent_to_the_same_page(client: FlaskClient, base: str) -> None:
    answer = client.get(f"{base}/1")
    assert (answer.status_code, answer.location) == (303, "/link-not-good")
    assert put(client, base).status_code == 404


def test_a_browser_with_another_invitation_can_not_save_in_this_one(
    app: Flask, database: Database, person: Person, base: str
) -> None:
    with database.writing() as session:
        other = taking.invite(session, person.actor, person.vacancy_id, "Bo", "bo@mail.example")
        taking.start(session, person)
    client = another_browser(app, other)
    answer = {"key": KEY, "sequence": 1, "most": "a", "least": "b"}
    assert client.put(f"{base}/answers/1", json=answer).status_code == 404
    assert client.get(f"{base}/data").status_code == 303
    assert counted(database, Answer) == 0


def test_two_invitations_in_one_browser_do_not_mix(
    client: FlaskClient, database: Database, person: Person, base: str
) -> None:
    with database.writing() as session:
        vacancy = taking.make_vacancy(session, person.actor, "Returns desk")
        other = taking.invite(session, person.actor, vacancy, "Bo", "bo@mail.example")
    for one in (person, other):
        client.get(f"/i/{one.token}")
    assert "Shop assistant" in client.get(base).text
    assert "Returns desk" in client.get(f"/take/{other.invited.invitation_id}").text


def test_a_withdrawn_invitation_closes_open_browsers(started: FlaskClient, database: Database, base: str) -> None:
    with database.writing() as session:
        session.execute(sa.update(Invitation).values(revoked_at=START))
    page = started.get(base)
    assert page.status_code == 404
    assert "This link does not work" in page.text
    assert put(started, base).status_code == 404


def test_asking_for_a_new_link_never_tells_whether_the_address_is_known(
    client: FlaskClient, database: Database, person: Person
) -> None:
    known = client.post("/lost-link", data={"email": "Ann@mail.example"})
    unknown = client.post("/lost-link", data={"email": "nobody@mail.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    assert "Your request is noted" in known.text
    assert "by hand" in known.text
    assert "on its way" not in known.text, "no mail server is set up"
    assert "hiring@test.example" in known.text, "the one organisation here"
    with database.reading() as session:
        token = taking.newest_token(session, "ann@mail.example")
        assert session.scalars(sa.select(Outgoing).where(Outgoing.recipient == "nobody@mail.example")).all() == []
    assert token != person.token
    assert client.get(f"/i/{token}").status_code == 303


def test_with_several_organisations_a_lost_link_names_none(
    client: FlaskClient, database: Database, person: Person
) -> None:
    with database.writing() as session:
        make_organisation(session, "Elsewhere")
    page = client.post("/lost-link", data={"email": "ann@mail.example"}).text
    assert re.search(r"write to\s+the organisation that invited you\.", page)
    assert "hiring@test.example" not in page


def test_with_a_mail_server_a_new_link_is_on_its_way(app: Flask, client: FlaskClient, person: Person) -> None:
    server = Mail("mail.example.org", 587, "starttls", None, None, "hiring@example.org")
    parts = app.extensions["frontdoor"]
    app.extensions["frontdoor"] = replace(parts, settings=replace(parts.settings, mail=server))
    assert "a new link is on its way" in client.post("/lost-link", data={"email": "ann@mail.example"}).text


def test_a_new_link_needs_an_address(client: FlaskClient) -> None:
    page = client.post("/lost-link", data={"email": "no address"})
    assert page.status_code == 422
    assert "name@example.org" in page.text
    assert "no address" in page.text


def test_asking_for_new_links_is_limited(client: FlaskClient, person: Person) -> None:
    was_enabled, limiter.enabled = limiter.enabled, True
    try:
        limiter.reset()
        statuses = [client.post("/lost-link", data={"email": "ann@mail.example"}).status_code for _ in range(11)]
    finally:
        limiter.reset()
        limiter.enabled = was_enabled
    assert statuses == [200] * 10 + [429]


# --- before the start


def test_the_start_page_tells_everything_that_is_promised(opened: FlaskClient, base: str) -> None:
    page = opened.get(base).text
    for told in (
        "Harbour Stores",
        "Shop assistant",
        "minutes for most people",
        "There is no time limit",
        "it does not change\n      your scores",
        "random clicks",
        "what you chose in any single situation",
        "no right answers",
        "on trial",
        "a person decides",
        "hiring managers",
        "180 days",
        "6 December 2026",
        "same link",
        "another way",
        "hiring@test.example",
        "a number, not your name, until they choose you for the next round",
        "Only HR reads this; the hiring manager does not",
    ):
        assert told in page, told
    assert "Sign out" not in page


def test_what_was_granted_stands_where_the_person_reads_it(
    opened: FlaskClient, database: Database, person: Person, base: str
) -> None:
    assert "Agreed with you" not in opened.get(base).text
    with database.writing() as session:
        accommodations.grant(session, person.actor, person.candidacy_id, "Breaks <b>any</b> time", START)
    for step in (base, f"{base}/data"):
        page = opened.get(step).text
        assert "Agreed with you" in page, step
        assert "Breaks &lt;b&gt;any&lt;/b&gt; time" in page
    begin(opened, base)
    assert "Breaks &lt;b&gt;any" in opened.get(base).text, "on the way back in as well"
    assert "Breaks <b>any</b> time" in opened.get(f"{base}/data.json").get_data(as_text=True)


def test_notes_of_an_interview_stand_among_the_own_data(
    opened: FlaskClient, database: Database, person: Person, base: str, bank: Bank
) -> None:
    question = bank.interview["everybody"].questions[0]
    assert "Notes of your interview" not in opened.get(f"{base}/data").text
    with database.writing() as session:
        wrote = {question.id: Wrote(4, "Helped <b>twice</b>")}
        interview_sheets.keep(session, person.actor, person.candidacy_id, bank.interview, wrote, START, hand_in=True)
        interview_sheets.add(session, person.actor, person.candidacy_id, "Thought again", START)
    page = opened.get(f"{base}/data").text
    for text in (question.question, "Rating 4", "Helped &lt;b&gt;twice&lt;/b&gt;", "Thought again"):
        assert text in page, text


def test_a_made_up_organisation_is_marked(opened: FlaskClient, database: Database, base: str) -> None:
    assert "made up" not in opened.get(base).text
    with database.writing() as session:
        session.execute(sa.update(Organisation).values(synthetic=True))
    assert "made up" in opened.get(base).text


def test_starting_is_a_post_that_keeps_what_was_read(started: FlaskClient, database: Database, base: str) -> None:
    assert counted(database, Acknowledgement) == counted(database, Sitting) == 1
    assert started.get(f"{base}/1").status_code == 200


def test_words_that_changed_are_shown_again(opened: FlaskClient, database: Database, base: str) -> None:
    before = notices.words("Harbour Stores", 180).digest
    with database.writing() as session:
        session.execute(sa.update(Organisation).values(retention_days=90))
    page = opened.post(f"{base}/start", data={"notice": before})
    assert page.status_code == 422
    assert "read it again" in page.text
    assert "90 days" in page.text
    assert counted(database, Sitting) == 0
    assert begin(opened, base).status_code == 303


def test_a_double_click_on_start_is_one_sitting(started: FlaskClient, database: Database, base: str) -> None:
    again = started.post(f"{base}/start", data={"notice": "whatever"})
    assert again.status_code == 303
    assert counted(database, Sitting) == 1
    assert put(started, base).status_code == 200


@pytest.mark.parametrize("page", ["/1", "/check", "/result", "/practice", "/look-again"])
def test_before_the_start_other_pages_lead_to_it(opened: FlaskClient, base: str, page: str) -> None:
    answer = opened.get(base + page)
    assert (answer.status_code, answer.location) in ((303, base), (404, None))


def test_after_the_deadline_nothing_starts(opened: FlaskClient, clock: Clock, base: str) -> None:
    shown = notices.words("Harbour Stores", 180).digest
    clock.now += TOO_LATE
    assert opened.get(base).status_code == 410
    page = opened.post(f"{base}/start", data={"notice": shown})
    assert page.status_code == 410
    assert "time for this questionnaire is over" in page.text
    assert "hiring@test.example" in page.text


def test_practice_is_not_kept(started: FlaskClient, database: Database, base: str) -> None:
    names = re.findall(r'data-option="(\w+)"', started.get(f"{base}/practice").text)
    half = started.post(f"{base}/practice", data={"most": names[1]})
    assert half.status_code == 422
    assert half.text.count("One choice is missing") == 3
    assert re.search(rf'name="most" value="{names[1]}"[^>]*checked', half.text)
    done = started.post(f"{base}/practice", data={"most": names[1], "least": names[0]})
    assert done.status_code == 200
    assert "That is how it works" in done.text
    assert counted(database, Answer) == counted(database, AnswerEvent) == 0


# --- answering by form


def test_a_form_saves_and_goes_on(started: FlaskClient, database: Database, base: str) -> None:
    shown = options(started, base)
    answer = started.post(f"{base}/1", data={"most": shown[0], "least": shown[2], "key": KEY})
    assert (answer.status_code, answer.location) == (303, f"{base}/2")
    page = started.get(f"{base}/1").text
    assert re.search(rf'name="most" value="{shown[0]}"[^>]*checked', page)
    assert re.search(rf'name="least" value="{shown[2]}"[^>]*checked', page)


def test_what_was_opened_from_the_list_of_answers_leads_back_to_it(started: FlaskClient, base: str) -> None:
    page = started.get(f"{base}/2?then=check").text
    assert "Save and go back to your answers" in page
    shown = options(started, base, 2)
    half = started.post(f"{base}/2", data={"most": shown[0], "key": KEY, "then": "check"})
    assert "Save and go back to your answers" in half.text
    answer = started.post(f"{base}/2", data={"most": shown[0], "least": shown[2], "key": KEY, "then": "check"})
    assert answer.location == f"{base}/check"
    assert "Save and go back" not in started.get(f"{base}/2").text


def test_the_bar_counts_answers_and_an_answered_situation_is_not_skipped(started: FlaskClient, base: str) -> None:
    assert not re.search(r"data-skip hidden", started.get(f"{base}/1").text)
    put(started, base)
    assert re.search(r"data-skip hidden", started.get(f"{base}/1").text)
    page = started.get(f"{base}/3").text
    assert '<progress value="1"' in page
    assert "Situation 3 of" in page


def test_when_everything_is_answered_the_end_is_reachable_at_the_top(
    started: FlaskClient, database: Database, person: Person, base: str
) -> None:
    assert '<a class="btn btn-secondary" href="#finish">Go to Finish</a>' in started.get(f"{base}/check").text
    answered(database, person)
    assert "go to Finish" in started.get(f"{base}/check").text


def test_the_last_situation_leads_to_the_check(started: FlaskClient, base: str) -> None:
    total = int(re.findall(r"Situation 1 of (\d+)", started.get(f"{base}/1").text)[0])
    shown = options(started, base, total)
    answer = started.post(f"{base}/{total}", data={"most": shown[0], "least": shown[2], "key": KEY})
    assert answer.location == f"{base}/check"


def test_a_second_click_saves_once(started: FlaskClient, database: Database, base: str) -> None:
    shown = options(started, base)
    sent = {"most": shown[0], "least": shown[2], "key": KEY}
    for _ in range(2):
        assert started.post(f"{base}/1", data=sent).location == f"{base}/2"
    assert counted(database, AnswerEvent) == 1


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({}, "most likely do, and what you would least likely"),
        ({"most": 1}, "Now choose what you would least likely do."),
        ({"least": 1}, "Now choose what you would most likely do."),
        ({"most": 1, "least": 1}, "can’t be both"),
    ],
)
def test_half_a_pair_stays_on_the_page(
    started: FlaskClient, database: Database, base: str, chosen: dict[str, int], said: str
) -> None:
    shown = options(started, base)
    typed = {name: shown[place] for name, place in chosen.items()}
    page = started.post(f"{base}/1", data=typed | {"key": KEY})
    assert page.status_code == 422
    assert page.text.count(said) == 3, "in the summary, beside the question, and above the buttons"
    assert len(re.findall(r"radio[^>]* checked>", page.text)) == len(typed)
    for name, value in typed.items():
        assert re.search(rf'name="{name}" value="{value}"[^>]*checked', page.text)
    assert "<title>Error: " in page.text
    assert counted(database, Answer) == 0


def test_a_page_left_open_in_another_tab_saves_what_was_chosen_last(
    started: FlaskClient, database: Database, base: str
) -> None:
    shown = options(started, base)
    for most in (0, 3):
        started.post(f"{base}/1", data={"most": shown[most], "least": shown[1], "key": uuid.uuid4().hex})
    with database.reading() as session:
        assert session.scalars(sa.select(Answer.most)).one() == shown[3]


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with spaces in the key", "Ünïcode-key-of-length"])
def test_a_form_with_a_strange_key_is_saved_under_a_good_one(
    started: FlaskClient, database: Database, base: str, key: str
) -> None:
    shown = options(started, base)
    assert started.post(f"{base}/1", data={"most": shown[0], "least": shown[1], "key": key}).status_code == 303
    with database.reading() as session:
        assert re.fullmatch(r"[0-9a-f]{32}", session.scalars(sa.select(AnswerEvent.idempotency_key)).one())


def test_an_answer_with_a_nul_is_refused(started: FlaskClient, base: str) -> None:
    assert started.post(f"{base}/1", data={"most": "a\x00", "least": "b", "key": KEY}).status_code == 422


@pytest.mark.parametrize("number", [0, 999, 10**30])
def test_a_situation_that_does_not_exist_is_a_kind_page(started: FlaskClient, base: str, number: int) -> None:
    assert started.get(f"{base}/{number}").status_code == 404
    assert started.post(f"{base}/{number}", data={"most": "a", "least": "b", "key": KEY}).status_code == 404


# --- answering by script


def test_a_save_is_answered_with_when_and_which(started: FlaskClient, database: Database, base: str) -> None:
    answer = put(started, base, sequence=4)
    assert answer.status_code == 200
    assert answer.json == {"saved_at": START.isoformat(), "sequence": 4}
    assert counted(database, Answer) == 1


def test_saved_is_said_after_the_commit(
    started: FlaskClient, database: Database, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = options(started, base)
    started.application.config["PROPAGATE_EXCEPTIONS"] = False

    def fail(_session: object) -> None:
        raise RuntimeError("the disk is full")

    sa.event.listen(sa.orm.Session, "before_commit", fail)
    try:
        answer = started.put(f"{base}/answers/1", json={"key": KEY, "sequence": 1, "most": shown[0], "least": shown[1]})
    finally:
        sa.event.remove(sa.orm.Session, "before_commit", fail)
    assert answer.status_code == 500
    assert "saved_at" not in answer.text
    assert counted(database, Answer) == 0


def test_the_next_situation_comes_with_the_save(started: FlaskClient, base: str) -> None:
    answer = put(started, base, next=2).json
    assert answer is not None
    page = started.get(f"{base}/2").text
    shown = re.findall(r'data-option="(\w+)"', page)
    assert re.findall(r'data-option="(\w+)"', answer["html"]) == shown
    assert 'data-number="2"' in answer["html"]
    assert "<html" not in answer["html"]


def test_a_resend_gets_the_same_reply(started: FlaskClient, clock: Clock, database: Database, base: str) -> None:
    first = put(started, base, key=KEY)
    clock.go_on(minutes=5)
    assert put(started, base, key=KEY).json == first.json
    assert counted(database, AnswerEvent) == 1


def test_the_same_key_with_something_else_is_refused(started: FlaskClient, database: Database, base: str) -> None:
    put(started, base, key=KEY)
    shown = options(started, base)
    assert put(started, base, key=KEY, most=shown[2]).status_code == 422
    assert counted(database, AnswerEvent) == 1


def test_an_older_save_gets_the_newer_one_back(started: FlaskClient, database: Database, base: str) -> None:
    shown = options(started, base)
    put(started, base, sequence=5)
    answer = put(started, base, sequence=4, most=shown[2])
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["reason"] == "newer"
    assert answer.json["stored"] == {"most": shown[0], "least": shown[1], "sequence": 5}
    assert counted(database, AnswerEvent) == 1, "what was refused is not kept"


def bad_bodies() -> Iterator[tuple[str, bytes]]:
    good = {"key": KEY, "sequence": 1, "most": "a", "least": "b"}
    yield "nothing", b""
    yield "no json", b"{"
    yield "a list", b"[1]"
    yield "a number", b"NaN"
    yield "not utf-8", b"\xff\xfe"
    yield "too deep", b"[" * 2000
    yield "a huge number", json.dumps(good).replace('"sequence": 1', '"sequence": ' + "9" * 3000).encode()
    changes: dict[str, object] = {
        "key missing": {"key": None},
        "key short": {"key": "short"},
        "key long": {"key": "x" * 65},
        "key strange": {"key": "a key with spaces"},
        "key with a line end": {"key": "a-key-of-16-chars\n"},
        "key a number": {"key": 1234567890123456},
        "sequence missing": {"sequence": None},
        "sequence zero": {"sequence": 0},
        "sequence negative": {"sequence": -1},
        "sequence too large": {"sequence": 2**31},
        "sequence a fraction": {"sequence": 1.5},
        "sequence a text": {"sequence": "1"},
        "sequence true": {"sequence": True},
        "sequence not a number": {"sequence": float("nan")},
        "sequence infinite": {"sequence": float("inf")},
        "most missing": {"most": None},
        "most a list": {"most": ["a"]},
        "most long": {"most": "a" * 65},
        "most unknown": {"most": "zz"},
        "most with a surrogate": {"most": "\ud800"},
        "most with nul": {"most": "\x00"},
        "the same twice": {"most": "b"},
        "least missing": {"least": None},
        "shown at a number": {"shown_at": 1},
        "shown at without zone": {"shown_at": "2026-11-22T09:00:00"},
        "shown at before time": {"shown_at": "0001-01-01T00:00:00+23:59"},
        "shown at nonsense": {"shown_at": "soon"},
        "next a text": {"next": "2"},
        "device zero": {"device": 0},
    }
    for name, change in changes.items():
        yield name, json.dumps(good | change).encode()  # type: ignore[operator]


@pytest.mark.parametrize(("name", "body"), list(bad_bodies()), ids=[name for name, _ in bad_bodies()])
def test_whatever_is_not_an_answer_is_refused_clearly(
    started: FlaskClient, database: Database, base: str, name: str, body: bytes
) -> None:
    answer = started.put(f"{base}/answers/1", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]
    assert counted(database, AnswerEvent) == 0


def test_an_answer_that_is_too_large_is_refused(started: FlaskClient, base: str) -> None:
    body = json.dumps({"key": KEY, "sequence": 1, "most": "a", "least": "b", "more": "x" * 5000})
    answer = started.put(f"{base}/answers/1", data=body, content_type="application/json")
    assert answer.status_code == 413
    assert answer.is_json


@pytest.mark.parametrize("number", [0, 999, 10**30])
def test_saving_a_situation_that_does_not_exist_is_refused(started: FlaskClient, base: str, number: int) -> None:
    answer = started.put(f"{base}/answers/{number}", json={"key": KEY, "sequence": 1, "most": "a", "least": "b"})
    assert answer.status_code == 404
    assert answer.is_json


def test_after_the_deadline_a_save_says_so(started: FlaskClient, clock: Clock, base: str) -> None:
    shown = options(started, base)
    clock.now += TOO_LATE
    answer = put(started, base, most=shown[0], least=shown[1])
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["reason"] == "too_late"
    form = started.post(f"{base}/1", data={"most": shown[0], "least": shown[1], "key": KEY}, follow_redirects=True)
    assert form.status_code == 410
    assert "not kept" in form.text


def test_without_the_sign_of_our_page_nothing_is_saved(app: Flask, started: FlaskClient, base: str) -> None:
    shown = options(started, base)
    app.config["WTF_CSRF_ENABLED"] = True
    sent = {"key": KEY, "sequence": 1, "most": shown[0], "least": shown[1]}
    assert started.put(f"{base}/answers/1", json=sent).status_code == 400
    token = re.findall(r'data-csrf="([^"]+)"', started.get(f"{base}/1").text)[0]
    assert started.put(f"{base}/answers/1", json=sent, headers={"X-CSRFToken": token}).status_code == 200


def test_a_form_of_ours_carries_its_sign(app: Flask, started: FlaskClient, base: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    shown = options(started, base)
    fragment = started.get(f"{base}/1").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', fragment)[0]
    sent = {"most": shown[0], "least": shown[1], "key": KEY}
    assert started.post(f"{base}/1", data=sent).status_code == 400
    assert started.post(f"{base}/1", data=sent | {"csrf_token": token}).status_code == 303


def test_a_save_does_not_bring_back_an_older_cookie(started: FlaskClient, base: str) -> None:
    assert "Set-Cookie" not in put(started, base).headers


# --- two browsers


def test_a_second_browser_joins_by_pressing_a_button_and_the_first_is_told(
    app: Flask, started: FlaskClient, person: Person, base: str
) -> None:
    second = another_browser(app, person)
    page = second.get(base)
    assert "Continue here" in page.text
    assert "Welcome back" in page.text
    assert "From then on" not in page.text
    assert second.get(f"{base}/1").location == base, "looking does not join"
    assert second.post(f"{base}/join").location == f"{base}/1"
    assert second.get(f"{base}/1").status_code == 200
    told = put(started, base, 2, next=3, most="a", least="b")
    assert told.json is not None
    assert told.json["elsewhere"] is True
    assert "html" not in told.json
    assert started.get(f"{base}/2").location == base
    page = started.get(base)
    assert "now open on another device" in page.text
    assert "From then on" in page.text
    assert "Continue here" in page.text
    started.post(f"{base}/join")
    assert started.get(f"{base}/2").status_code == 200


def test_an_answer_of_the_second_browser_wins(app: Flask, started: FlaskClient, person: Person, base: str) -> None:
    shown = options(started, base)
    second = another_browser(app, person)
    second.post(f"{base}/join")
    assert put(second, base).status_code == 200
    late = started.put(f"{base}/answers/1", json={"key": KEY, "sequence": 99, "most": shown[2], "least": shown[3]})
    assert late.status_code == 409
    assert late.json is not None
    assert late.json["elsewhere"] is True
    form = started.post(
        f"{base}/1", data={"most": shown[2], "least": shown[3], "key": uuid.uuid4().hex}, follow_redirects=True
    )
    assert "newer answer" in form.text
    assert "now open on another device" in form.text


def test_what_waited_since_an_earlier_turn_does_not_count_for_more(
    app: Flask, started: FlaskClient, person: Person, base: str
) -> None:
    shown = options(started, base)
    second = another_browser(app, person)
    second.post(f"{base}/join")
    put(second, base)
    started.post(f"{base}/join")
    assert put(started, base, device=1, sequence=9, most=shown[2], least=shown[1]).status_code == 409
    assert put(started, base, device=999, sequence=1, most=shown[2], least=shown[1]).status_code == 200
    assert put(second, base, sequence=50, most=shown[3], least=shown[1]).status_code == 409, (
        "a browser can't raise itself"
    )


def test_a_browser_that_has_not_joined_can_not_save(
    app: Flask, started: FlaskClient, person: Person, database: Database, base: str
) -> None:
    second = another_browser(app, person)
    assert (
        second.put(f"{base}/answers/1", json={"key": KEY, "sequence": 1, "most": "a", "least": "b"}).status_code == 404
    )
    assert second.post(f"{base}/1", data={"most": "a", "least": "b", "key": KEY}).location == base
    assert counted(database, Answer) == 0


def test_coming_back_leads_to_where_one_was(
    started: FlaskClient, database: Database, person: Person, base: str
) -> None:
    answered(database, person, 3)
    page = started.get(base)
    assert "Continue with situation 4" in page.text
    assert "You have answered 3 of" in page.text


def test_closing_on_a_shared_computer_leaves_nothing_behind(started: FlaskClient, person: Person, base: str) -> None:
    page = started.post(f"{base}/leave", follow_redirects=True)
    assert "Closed on this device" in page.text
    assert "Open the link in your invitation" in page.text
    assert "Sign in" not in page.text
    assert started.get(base).location == "/link-not-good"
    assert started.get(f"/i/{person.token}").location == base


# --- checking and finishing


def test_the_check_lists_what_is_missing_first(
    started: FlaskClient, database: Database, person: Person, base: str
) -> None:
    with database.writing() as session:
        for number in range(1, taking.total(session, person) + 1):
            if number not in (5, 7):
                taking.answer(session, person, number)
    page = started.get(f"{base}/check").text
    numbers = [int(found) for found in re.findall(rf'href="{base}/(\d+)\?then=check">\s*(?:Answer|Change)<', page)]
    assert numbers[:3] == [5, 7, 1]
    assert "2 situations are not answered" in page
    assert "Most likely" in page


def test_few_answers_are_warned_about_kindly(
    started: FlaskClient, database: Database, person: Person, base: str
) -> None:
    page = started.get(f"{base}/check").text
    assert "You have answered 0 so far" in page
    assert "no scores are made" in page
    answered(database, person, 9)
    assert "You have answered 9 so far" in started.get(f"{base}/check").text
    done = started.post(f"{base}/finish", follow_redirects=True)
    assert done.status_code == 200
    assert "there are no scores" in done.text
    assert '<svg class="profile-picture' not in done.text


def test_finishing_twice_is_one_result(started: FlaskClient, database: Database, person: Person, base: str) -> None:
    answered(database, person)
    assert "after a warning" not in started.get(f"{base}/check").text
    for _ in range(2):
        assert started.post(f"{base}/finish").location in (f"{base}/result", base)
    assert started.post(f"{base}/finish", follow_redirects=True).status_code == 200
    assert counted(database, Result) == 1


def test_finishing_computes_again_when_an_answer_came_in_between(
    started: FlaskClient, database: Database, person: Person, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(database, person, 12)
    work_out = sittings.work_out
    calls = []

    def slow(session: object, invited: object) -> object:
        worked_out = work_out(session, invited)  # type: ignore[arg-type]
        if not calls:
            with database.writing() as other:
                taking.answer(other, person, 1, 3, 2)
        calls.append(worked_out)
        return worked_out

    monkeypatch.setattr(sittings, "work_out", slow)
    assert started.post(f"{base}/finish").location == f"{base}/result"
    assert len(calls) == 2
    with database.reading() as session:
        kept = session.scalars(sa.select(Result.answers_digest)).one()
        assert kept == calls[1].computed.answers_digest != calls[0].computed.answers_digest  # type: ignore[attr-defined]


def test_finishing_before_starting_does_nothing(opened: FlaskClient, database: Database, base: str) -> None:
    assert opened.post(f"{base}/finish").status_code == 404
    assert counted(database, Result) == 0


def test_after_the_deadline_nothing_is_handed_in(
    started: FlaskClient, database: Database, clock: Clock, person: Person, base: str
) -> None:
    answered(database, person)
    clock.now += TOO_LATE
    page = started.post(f"{base}/finish", follow_redirects=True)
    assert page.status_code == 410
    assert "You had answered" in page.text
    assert counted(database, Result) == 0


@pytest.fixture
def finished(started: FlaskClient, database: Database, person: Person, base: str) -> FlaskClient:
    answered(database, person)
    started.post(f"{base}/finish")
    return started


def test_the_own_result_is_there_at_once(finished: FlaskClient, base: str) -> None:
    page = finished.get(f"{base}/result").text
    for title in ("Trust", "Tact", "Empathy", "Working with rules", "Focus", "Flexibility"):
        assert title in page
    assert page.count("To try:") == 6
    assert "You tended" not in page
    assert "How this was made" in page
    assert "on trial" in page
    assert finished.get(base).location == f"{base}/result"
    assert finished.get(f"{base}/1").location == base
    assert finished.get(f"{base}/check").location == base


# --- learning modules beside the own result


def leaning_answers(session: Session, person: Person, attribute: str) -> None:
    """Answer everything towards the high pole of an attribute."""
    items = content.form(session, taking.sitting_of(session, person).form_id).items
    for number, item in enumerate(items, start=1):
        levels = {option.id: option.levels.get(attribute, 0.0) for option in item.options}
        shown = taking.options(session, person, number)
        order = sorted(range(len(shown)), key=lambda place: levels[shown[place]])
        taking.answer(session, person, number, order[-1], order[0])


def test_the_result_leads_to_two_modules_by_a_rule_that_it_states(
    started: FlaskClient, database: Database, person: Person, base: str
) -> None:
    with database.writing() as session:
        leaning_answers(session, person, "trust")
    started.post(f"{base}/finish")
    page = started.get(f"{base}/result").text
    assert "the line on which your dot lies furthest from the middle" in page
    assert re.findall(rf'href="{base}/learn/([\w-]+)"', page) == ["trust", "understanding"]
    assert f'href="{base}/learn"' in page
    assert page.count("Trust, towards “Takes their word”") == 2
    assert "You decide whether they are worth your time" in page


def test_a_bank_without_texts_about_attributes_still_has_its_modules(
    finished: FlaskClient, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    extensions = finished.application.extensions
    monkeypatch.setitem(extensions, "frontdoor", replace(extensions["frontdoor"], attributes={}))
    for address in ("/result", "/learn", "/learn/trust", "/learn/recovery"):
        assert finished.get(f"{base}{address}").status_code == 200


def test_answers_that_look_like_random_clicks_lead_to_all_modules_and_to_none_in_particular(
    finished: FlaskClient, database: Database, base: str
) -> None:
    with database.writing() as session:
        session.execute(sa.update(Result).values(p_random=0.9))
    page = finished.get(f"{base}/result").text
    assert "hard to read" in page
    assert f"{base}/learn/" not in page
    assert f'href="{base}/learn"' in page


def test_a_module_keeps_the_way_back_and_whose_questionnaire_it_was(finished: FlaskClient, base: str) -> None:
    page = finished.get(f"{base}/learn").text
    links = re.findall(rf'href="({base}/learn/[\w-]+)"', page)
    assert len(links) == len(set(links)) == 12
    for address in (f"{base}/learn", *links):
        answer = finished.get(address)
        assert answer.status_code == 200, address
        for kept in (f'href="{base}/result"', "Harbour Stores", "Close on this device", "Your data"):
            assert kept in answer.text, (address, kept)
        assert 'href="/learn' not in answer.text, "nothing leads out of the candidate's own way"


def test_which_modules_are_opened_is_not_written_down(finished: FlaskClient, database: Database, base: str) -> None:
    before = counted(database, AuditEntry)
    for address in ("/learn", "/learn/tact"):
        finished.get(f"{base}{address}")
    assert counted(database, AuditEntry) == before


def test_modules_wait_until_the_questionnaire_is_finished(started: FlaskClient, base: str) -> None:
    for address in ("/learn", "/learn/tact"):
        assert started.get(f"{base}{address}").location == base


def test_a_module_that_is_not_there_is_absent_for_a_candidate_too(finished: FlaskClient, base: str) -> None:
    assert finished.get(f"{base}/learn/sorcery").status_code == 404


def test_a_result_can_be_seen_after_the_deadline(finished: FlaskClient, clock: Clock, base: str) -> None:
    clock.now += TOO_LATE
    assert finished.get(base, follow_redirects=True).status_code == 200


def test_after_finishing_a_save_says_so(finished: FlaskClient, base: str) -> None:
    answer = finished.put(f"{base}/answers/1", json={"key": KEY, "sequence": 99, "most": "a", "least": "b"})
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["reason"] == "finished"


def test_looking_at_the_own_result_is_written_down(finished: FlaskClient, database: Database, base: str) -> None:
    finished.get(f"{base}/result")
    with database.reading() as session:
        seen = session.execute(
            sa.select(AuditEntry.actor, AuditEntry.body).where(AuditEntry.action == "saw own result")
        ).all()
    assert [tuple(entry) for entry in seen] == [("candidate", "{}")]


# --- the rights


def test_asking_a_person_to_look_again(finished: FlaskClient, database: Database, person: Person, base: str) -> None:
    page = finished.post(f"{base}/look-again", data={"note": "The phone rang."}, follow_redirects=True)
    assert "You asked on <time" in page.text
    assert "22 November 2026, 09:00 UTC" in page.text
    assert "Add a note" in page.text
    with database.reading() as session:
        assert [one.asked_at for one in candidate_requests.of_invitation(session, person.invited)] == [START]


def test_a_note_is_added_later_and_no_days_are_promised(finished: FlaskClient, base: str) -> None:
    finished.post(f"{base}/look-again", data={"note": ""})
    page = finished.get(f"{base}/look-again").text
    assert "They answer by e-mail" in page
    assert "Send the note" in page
    assert finished.post(f"{base}/look-again", data={"note": "The phone rang."}).status_code == 303


def test_after_finishing_another_way_does_not_promise_answering(finished: FlaskClient, base: str) -> None:
    page = finished.get(f"{base}/other-way").text
    assert "you can still answer" not in page
    assert "everybody is asked the same questions" in page


def test_asking_for_another_way_needs_words_and_keeps_them(opened: FlaskClient, base: str) -> None:
    empty = opened.post(f"{base}/other-way", data={"note": " "})
    assert empty.status_code == 422
    assert "Write what would help you" in empty.text
    page = opened.post(f"{base}/other-way", data={"note": "An interview, please."}, follow_redirects=True)
    assert "An interview, please." in page.text
    assert "You asked on" in page.text


def test_the_own_data_can_be_read_and_taken_along(finished: FlaskClient, database: Database, base: str) -> None:
    page = finished.get(f"{base}/data")
    assert "ann@mail.example" in page.text
    assert "Every answer as it was saved" in page.text
    assert "Check for random clicks: " in page.text
    assert "Above 50% no comparison with the role is made" in page.text
    assert "(sitting)" not in page.text
    file = finished.get(f"{base}/data.json")
    assert file.mimetype == "application/json"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(file.text)["email"] == "ann@mail.example"
    with database.reading() as session:
        taken = session.scalars(sa.select(AuditEntry.id).where(AuditEntry.action == "took along own data")).all()
    assert len(taken) == 2


def test_erasing_asks_first_and_says_what_stays(finished: FlaskClient, database: Database, base: str) -> None:
    page = finished.get(f"{base}/erase").text
    for told in (
        "We erase at once",
        "Your number in the list",
        "1 for “Shop assistant”",
        "what was",
        "overwritten as they expire",
        "does not withdraw your application",
        "Keep my data",
    ):
        assert told in page, told
    assert finished.post(f"{base}/erase").status_code == 422
    assert counted(database, Result) == 1


def test_erasing_ends_with_a_goodbye_and_a_dead_link(
    finished: FlaskClient, app: Flask, database: Database, person: Person, base: str
) -> None:
    other = another_browser(app, person)
    page = finished.post(f"{base}/erase", data={"sure": "y"}, follow_redirects=True)
    assert "Your data is erased" in page.text
    assert "What stays: your number in the list" in page.text
    assert counted(database, Result) == counted(database, Answer) == 0
    with database.reading() as session:
        assert session.scalars(sa.select(Candidate.name)).one() is None
    assert finished.get(base).location == "/link-not-good"
    assert finished.get(f"/i/{person.token}").status_code == 404
    for address in ("", "/result", "/data", "/data.json", "/erase"):
        assert other.get(base + address).status_code == 404


def test_the_rights_hold_after_the_deadline(started: FlaskClient, database: Database, clock: Clock, base: str) -> None:
    clock.now += TOO_LATE
    assert started.get(f"{base}/data").status_code == 200
    assert started.post(f"{base}/erase", data={"sure": "y"}).status_code == 303


# --- all pages


def test_no_page_holds_a_secret_or_the_key(finished: FlaskClient, person: Person, base: str) -> None:
    for address in ("", "/practice", "/result", "/data", "/erase", "/look-again", "/other-way"):
        page = finished.get(base + address, follow_redirects=True).text
        assert person.token not in page
        assert "desirability" not in page


@pytest.mark.parametrize("people", [2, 40])
def test_a_page_reads_the_same_number_of_times_however_many_people_there_are(
    started: FlaskClient, database: Database, person: Person, base: str, people: int
) -> None:
    with database.writing() as session:
        for n in range(people):
            taking.invite(session, person.actor, person.vacancy_id, "Bo", f"bo{n}@mail.example")
    counts = []
    for address in ("", "/1", "/check"):
        said: list[str] = []

        def note(_c: object, _u: object, statement: str, *_more: object, said: list[str] = said) -> None:
            if statement.startswith("SELECT"):
                said.append(statement)

        sa.event.listen(database.engine, "before_cursor_execute", note)
        assert started.get(base + address).status_code == 200
        sa.event.remove(database.engine, "before_cursor_execute", note)
        counts.append(len(said))
    assert counts == [2, 4, 4]
