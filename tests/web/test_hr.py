"""HR's pages: who sees them, what they keep and refuse, and what they never write."""

import ast
import csv
import html
import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from assessment.services import audit, mail
from assessment.services.actors import Actor, Invited
from assessment.services.audit import Entry
from assessment.services.hiring.vacancies import MOVED
from assessment.services.permissions import Role
from assessment.services.profiles import preview, role_profiles, tuning
from assessment.services.sitting import retention
from assessment.services.sitting.candidate_requests import LOOK_AGAIN
from assessment.store.database import Database
from assessment.store.hiring import Candidacy
from assessment.store.profiles import ProfileAttribute, ProfileVersion, VersionStatus
from assessment.store.records import AuditEntry, Outgoing
from assessment.store.sittings import Sitting
from assessment.web import access
from assessment.web.hr import wording
from tests import hiring, taking
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.tuning import REASON, keep_change, publish_change, shop_floor, small_pools  # noqa: F401 - small_pools works by being here


@pytest.fixture
def hr(database: Database) -> Actor:
    with database.writing() as session:
        return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def profile_id(database: Database, hr: Actor) -> uuid.UUID:
    with database.reading() as session:
        return shop_floor(session, hr)


@pytest.fixture
def desk(come_in: Callable[[Actor], FlaskClient], hr: Actor) -> FlaskClient:
    return come_in(hr)


def member(database: Database, hr: Actor, role: Role) -> Actor:
    with database.writing() as session:
        return make_actor(session, hr.organisation_id, role, role.title())


def with_draft(database: Database, hr: Actor, clock: Clock, **values: object) -> None:
    with database.writing() as session:
        if values:
            keep_change(session, hr, clock, **values)  # type: ignore[arg-type]
        else:
            tuning.begin(session, hr, shop_floor(session, hr), clock.now)


def typed(page: str, **changes: str) -> dict[str, str]:
    """What a browser would send of the workbench, with some fields changed."""
    form = page[page.index('id="workbench"') : page.index("</form>", page.index('id="workbench"'))]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in ("radio", "checkbox") and not re.search(r"\bchecked\b", tag):
            continue
        sent[attributes["name"]] = attributes.get("value", "")
    for name, text in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.S):
        sent[name] = text
    for name, options in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]+)"', options)
        assert chosen, name
        sent[name] = chosen[1]
    return {name: html.unescape(value) for name, value in sent.items()} | changes


def draft_rows(database: Database, hr: Actor) -> dict[str, role_profiles.Need]:
    with database.reading() as session:
        return {row.attribute: row for row in tuning.state(session, hr, shop_floor(session, hr)).rows}


def everything(database: Database) -> list[object]:
    """Every number of every version, and how many entries the log has."""
    with database.reading() as session:
        rows = session.execute(sa.select(ProfileAttribute.__table__).order_by(*ProfileAttribute.__table__.primary_key))
        versions = session.execute(sa.select(ProfileVersion.__table__).order_by(ProfileVersion.id))
        return [*map(tuple, rows), *map(tuple, versions), session.scalar(sa.select(sa.func.count(AuditEntry.id)))]


def test_the_list_shows_every_profile_and_says_that_it_is_opinion(desk: FlaskClient) -> None:
    page = desk.get("/profiles").text
    assert "Shop floor" in page
    assert page.count("opinion only") == 11
    assert "draft begun" not in page


def test_an_organisation_without_profiles_is_told_how_to_get_them(
    database: Database, come_in: Callable[[Actor], FlaskClient]
) -> None:
    from assessment.services import members

    with database.writing() as session:
        bare = make_actor(session, members.found_organisation(session, "Bare", "a@b.example", START))
    assert "No role profiles yet" in come_in(bare).get("/profiles").text


def test_a_profile_shows_numbers_task_and_evidence(desk: FlaskClient, profile_id: uuid.UUID) -> None:
    page = desk.get(f"/profiles/{profile_id}").text
    assert "35–52" in page
    assert "counts double" in page
    assert "Greet and direct new shoppers" in page
    assert "opinion: The founders" in page
    assert "expired" not in page.split("<main")[1]


def test_expired_evidence_is_marked(
    app: Flask, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    clock.go_on(days=800)
    with database.writing() as session:
        token = hiring.signed_in(session, hr, clock.now)
    client = app.test_client()
    with client.session_transaction() as browser:
        browser[access.MEMBER] = token
    assert "expired on 22 November 2027" in client.get(f"/profiles/{profile_id}").text


def test_tuning_begins_a_draft_and_says_so(desk: FlaskClient, profile_id: uuid.UUID) -> None:
    answer = desk.post(f"/profiles/{profile_id}/tune")
    assert answer.location == f"/profiles/{profile_id}/draft"
    assert "Go on with the draft" in desk.get(f"/profiles/{profile_id}").text
    assert "draft begun" in desk.get("/profiles").text


def test_the_workbench_sends_back_what_it_shows(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock)
    before = everything(database)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    assert desk.post(f"/profiles/{profile_id}/draft", data=typed(page)).status_code == 302
    assert everything(database) == before, "keeping an unchanged draft changes nothing"


def test_keeping_a_draft_keeps_numbers_task_and_evidence(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    sent = typed(
        page,
        tact_weight="2",
        tact_half="y",
        tact_low="48.5",
        tact_high="",
        tact_task="Say  that\r\nthe size is gone",
        tact_weight_label="expert panel",
        tact_weight_source="Six shop managers",
        tact_weight_n="6",
    )
    clock.go_on(minutes=1)
    answer = desk.post(f"/profiles/{profile_id}/draft", data=sent, follow_redirects=True)
    assert "The draft is kept" in answer.text
    row = draft_rows(database, hr)["tact"]
    assert (row.weight, row.low, row.high, row.task) == (2.5, 48.5, None, "Say that the size is gone")
    assert (row.weight_evidence.label, row.weight_evidence.n) == ("expert panel", 6)
    assert row.band_evidence.source == "Hanna’s own judgement"


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"tact_low": "70"}, "tact_low", "lower end must be below"),
        ({"tact_low": "nan"}, "tact_low", "Write a number such as"),
        ({"tact_low": "inf"}, "tact_low", "Write a number such as"),
        ({"tact_low": "1e400"}, "tact_low", "Write a number such as"),
        ({"tact_low": "9" * 5000}, "tact_low", "Write a number such as"),
        ({"tact_high": "forty"}, "tact_high", "Write a number such as"),
        ({"tact_high": "٤٥"}, "tact_high", "Write a number such as"),
        ({"tact_high": "81"}, "tact_high", "from 20 to 80"),
        ({"tact_task": ""}, "tact_task", "name the part of the job"),
        ({"tact_weight": "7"}, "tact_weight", "Not a valid choice"),
        ({"tact_weight": "3", "tact_half": "y"}, "tact_weight", "from 0 to 3"),
        ({"tact_tolerance": "0"}, "tact_tolerance", "above 0"),
        ({"tact_band_n": "-3"}, "tact_band_n", "whole number"),
        ({"tact_band_n": "2.5"}, "tact_band_n", "whole number"),
        ({"tact_band_label": "own data"}, "tact_band_n", "how many people"),
        (
            {f"{name}_weight": "0" for name in ("trust", "tact", "empathy", "conformity", "focus", "flexibility")},
            "trust_weight",
            "All six weights are 0",
        ),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_typed_is_lost(
    desk: FlaskClient,
    database: Database,
    hr: Actor,
    profile_id: uuid.UUID,
    clock: Clock,
    changes: dict[str, str],
    field: str,
    says: str,
) -> None:
    with_draft(database, hr, clock)
    before = everything(database)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    sent = typed(page, empathy_task="My own words", **changes)
    for path in ("draft", "draft/preview", "draft/preview/part"):
        answer = desk.post(f"/profiles/{profile_id}/{path}", data=sent)
        assert answer.status_code == 422
        assert says in answer.text
    answer = desk.post(f"/profiles/{profile_id}/draft", data=sent)
    assert f'id="{field}-error"' in answer.text
    assert 'class="error-summary"' in answer.text
    kept = typed(answer.text)
    assert kept["empathy_task"] == "My own words"
    for name, value in changes.items():
        if not name.endswith(("_weight", "_half")):
            assert kept[name] == value
    assert everything(database) == before


def test_two_mistakes_are_named_at_once(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    answer = desk.post(f"/profiles/{profile_id}/draft", data=typed(page, tact_low="x", focus_task=""))
    assert "Tact: Write a number" in answer.text
    assert "Focus: This attribute counts" in answer.text


def test_a_draft_changed_by_somebody_else_is_not_overwritten(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    with_draft(database, hr, clock, low=50.0)
    answer = desk.post(f"/profiles/{profile_id}/draft", data=typed(page, tact_low="40"))
    assert answer.status_code == 422
    assert "Somebody else changed" in answer.text
    assert "band 50–65 → 40–65" in answer.text
    assert typed(answer.text)["tact_low"] == "40"
    assert draft_rows(database, hr)["tact"].low == 50.0
    again = desk.post(f"/profiles/{profile_id}/draft", data=typed(answer.text))
    assert again.status_code == 422, "sending the same again must not slip through"
    button = re.search(r'name="seen" value="([^"]+)">Keep mine instead', answer.text)
    assert button
    clock.go_on(minutes=1)
    sent = typed(answer.text)
    insisted = desk.post(f"/profiles/{profile_id}/draft", data={**sent, "seen": [sent["seen"], button[1]]})
    assert insisted.status_code == 302
    assert draft_rows(database, hr)["tact"].low == 40.0


def test_what_was_typed_survives_a_draft_that_is_gone(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock, low=48.0)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    with database.writing() as session:
        publish_change(session, hr, clock, attribute="focus", weight=1.0)
    answer = desk.post(f"/profiles/{profile_id}/draft", data=typed(page, tact_low="49"))
    assert answer.status_code == 422
    assert "There is no draft any more; version 2 is in force" in answer.text
    assert typed(answer.text)["tact_low"] == "49"


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-11-22T09:00:00", "9" * 400])
def test_without_saying_what_was_seen_nothing_is_overwritten(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock, seen: str
) -> None:
    with_draft(database, hr, clock)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    assert desk.post(f"/profiles/{profile_id}/draft", data=typed(page, tact_low="40", seen=seen)).status_code == 422
    assert desk.post(f"/profiles/{profile_id}/draft/discard", data={"seen": seen}).status_code == 422
    assert draft_rows(database, hr)["tact"].low == 45.0


@pytest.mark.parametrize("path", ["draft/preview", "draft/preview/part"])
def test_a_preview_is_shown_and_nothing_is_written(
    desk: FlaskClient,
    database: Database,
    hr: Actor,
    profile_id: uuid.UUID,
    clock: Clock,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_draft(database, hr, clock)
    before = everything(database)
    page = desk.get(f"/profiles/{profile_id}/draft").text

    def no_writing() -> None:
        pytest.fail("a preview opened a session that writes")

    monkeypatch.setattr(database, "writing", no_writing)
    answer = desk.post(f"/profiles/{profile_id}/{path}", data=typed(page, tact_weight="3", tact_low="52"))
    monkeypatch.undo()
    assert answer.status_code == 200
    assert "simulated people" in answer.text
    assert "weight 1 → 3" in answer.text
    assert "band 45–65 → 52–65" in answer.text
    assert '<li data-rests="tact-band" data-new>now rests on your own judgement</li>' in answer.text
    assert '<li data-rests="trust-band">rests on opinion</li>' in answer.text
    assert "Could somebody get a high fit without reading?" in answer.text
    assert re.search(r"Clicking at random would stand above <b>\d+ of 100</b> honest people", answer.text)
    assert "percentile" not in answer.text
    assert re.search(r'data-short="\d+ in the first group \(\d+ now\) ·\s', answer.text)
    assert everything(database) == before


def test_a_preview_names_nobody(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with database.writing() as session:
        vacancy_id = hiring.make_vacancy(session, hr)
        for number in range(1, preview.FEWEST + 1):
            candidacy_id = hiring.make_person(session, hr.organisation_id, vacancy_id, number)
            hiring.finish(session, hr.organisation_id, candidacy_id, [0.05 * number] * 6)
        session.execute(sa.text("UPDATE vacancy SET status = 'closed', closed_at = created_at"))
    with_draft(database, hr, clock)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    assert f"Of {preview.FEWEST} past people" in page
    assert re.search(r"Someone [A-T]\b", page), "which letters are in the list is drawn by lot"
    assert "These are not the candidates’ numbers" in page
    assert "Person " not in page
    assert "Candidate " not in page
    assert "Nameof" not in page
    assert str(vacancy_id) not in page
    assert "Harbour Street" not in page


def test_publishing_needs_a_reason_and_freezes_the_version(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock, low=48.0, weight=2.0)
    page = desk.get(f"/profiles/{profile_id}/publish").text
    assert "band 45–65 → 48–65" in page
    assert "weight 1 → 2" in page
    assert re.search(r"\d+ in the first group \(\d+ now\)", page), "the workbench's preview in short"
    assert re.search(r"Tried on \d+ simulated people", page)
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen
    sent = {"seen": seen[1], "accepted": "y"}
    for reason in ("", "too short", "x" * 501):
        refused = desk.post(f"/profiles/{profile_id}/publish", data={**sent, "reason": reason})
        assert refused.status_code == 422
        assert 'id="reason-error"' in refused.text
        assert (reason or "textarea") in refused.text
    answer = desk.post(f"/profiles/{profile_id}/publish", data={**sent, "reason": REASON}, follow_redirects=True)
    assert "Version 2 is in force" in answer.text
    assert "48–65" in answer.text
    with database.reading() as session:
        assert (
            session.scalar(
                sa.select(sa.func.count())
                .select_from(ProfileVersion)
                .where(ProfileVersion.status == VersionStatus.DRAFT)
            )
            == 0
        )


def test_the_warning_must_be_ticked(
    desk: FlaskClient,
    database: Database,
    hr: Actor,
    profile_id: uuid.UUID,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_draft(database, hr, clock, weight=2.0)
    monkeypatch.setattr(preview, "TOO_HIGH", 1.0)
    assert 'name="accepted"' not in desk.get(f"/profiles/{profile_id}/publish").text
    monkeypatch.setattr(preview, "TOO_HIGH", 0.0)
    page = desk.get(f"/profiles/{profile_id}/publish").text
    assert "clicking at random" in page
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen
    sent = {"seen": seen[1], "reason": REASON}
    refused = desk.post(f"/profiles/{profile_id}/publish", data=sent)
    assert refused.status_code == 422
    assert 'id="accepted-error"' in refused.text
    assert REASON in refused.text
    assert desk.post(f"/profiles/{profile_id}/publish", data={**sent, "accepted": "y"}).status_code == 302


def test_publishing_what_was_changed_meanwhile_shows_the_differences_again(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock, weight=2.0)
    page = desk.get(f"/profiles/{profile_id}/publish").text
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen
    with_draft(database, hr, clock, weight=3.0)
    sent = {"seen": seen[1], "reason": REASON, "accepted": "y"}
    refused = desk.post(f"/profiles/{profile_id}/publish", data=sent)
    assert refused.status_code == 422
    assert "weight 1 → 3" in refused.text
    fresh = re.search(r'name="seen"[^>]*value="([^"]+)"', refused.text)
    assert fresh
    assert fresh[1] != seen[1]
    assert desk.post(f"/profiles/{profile_id}/publish", data={**sent, "seen": fresh[1]}).status_code == 302


def test_a_draft_can_be_discarded(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock, weight=2.0)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    answer = desk.post(
        f"/profiles/{profile_id}/draft/discard", data={"seen": typed(page)["seen"]}, follow_redirects=True
    )
    assert "The draft is gone" in answer.text
    assert desk.get(f"/profiles/{profile_id}/draft").location == f"/profiles/{profile_id}"
    assert desk.get(f"/profiles/{profile_id}/publish").location == f"/profiles/{profile_id}"


def test_the_history_tells_who_when_why_and_what(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with database.writing() as session:
        publish_change(session, hr, clock, weight=2.0, reason="=1+1 is what the panel said")
    page = desk.get(f"/profiles/{profile_id}/history").text
    assert "Hanna" in page
    assert "=1+1 is what the panel said" in page
    assert "weight 1 → 2" in page
    table = desk.get(f"/profiles/{profile_id}/history.csv")
    assert table.headers["Content-Disposition"] == 'attachment; filename="history-retail-shop-floor.csv"'
    rows = list(csv.DictReader(io.StringIO(table.get_data().decode("utf-8-sig"))))
    assert len(rows) == 12
    tact = next(row for row in rows if row["version"] == "2" and row["attribute"] == "tact")
    assert (tact["weight"], tact["band from"], tact["by"]) == ("2.0", "45.0", "Hanna")
    assert tact["reason"].startswith("'="), "a spreadsheet must not compute it"


def test_an_older_version_can_be_read_and_says_that_it_is_old(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with database.writing() as session:
        hiring.make_vacancy(session, hr)
        publish_change(session, hr, clock, low=48.0, weight=2.0)
    old = desk.get(f"/profiles/{profile_id}/versions/1").text
    assert "not in force since 22 November 2026" in old
    assert "45–65" in old
    assert "48–65" not in old
    assert "Frontdoor (library)" in old
    new = desk.get(f"/profiles/{profile_id}/versions/2").text
    assert "not in force" not in new
    assert "48–65" in new
    assert f"/profiles/{profile_id}/versions/1" in desk.get(f"/profiles/{profile_id}/history").text
    assert f'<a href="/profiles/{profile_id}/versions/1">1</a>' in desk.get(f"/profiles/{profile_id}").text
    for number in ("3", "0", "9" * 30):
        assert desk.get(f"/profiles/{profile_id}/versions/{number}").status_code == 404


def test_publishing_says_which_vacancies_stay_on_which_version(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with database.writing() as session:
        hiring.make_vacancy(session, hr)
        publish_change(session, hr, clock, weight=2.0)
        hiring.make_vacancy(session, hr)
        hiring.make_vacancy(session, hr)
    with_draft(database, hr, clock, weight=3.0)
    page = desk.get(f"/profiles/{profile_id}/publish").text
    assert "1 open vacancy stays on version 1." in page
    assert "2 open vacancies stay on version 2." in page


PATHS = [
    ("GET", ""),
    ("GET", "/history"),
    ("GET", "/history.csv"),
    ("GET", "/versions/1"),
    ("GET", "/draft"),
    ("GET", "/publish"),
    ("POST", "/tune"),
    ("POST", "/draft"),
    ("POST", "/draft/preview"),
    ("POST", "/draft/preview/part"),
    ("POST", "/draft/discard"),
    ("POST", "/publish"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_another_organisations_profile_looks_like_none(
    desk: FlaskClient, database: Database, clock: Clock, method: str, path: str
) -> None:
    with database.writing() as session:
        other = make_actor(session, make_organisation(session, "Other Organisation"))
        foreign = shop_floor(session, other)
        keep_change(session, other, clock, weight=2.0)
    before = everything(database)
    theirs = desk.open(f"/profiles/{foreign}{path}", method=method)
    absent = desk.open(f"/profiles/{uuid.uuid4()}{path}", method=method)
    assert theirs.status_code == absent.status_code == 404
    # The sign-out button's token is signed with the second it was made in.
    assert re.sub(r'value="[^"]+"', "", theirs.text) == re.sub(r'value="[^"]+"', "", absent.text)
    assert everything(database) == before


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.ANALYST])
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_managers_and_analysts_look_and_do_not_tune(
    database: Database,
    hr: Actor,
    profile_id: uuid.UUID,
    clock: Clock,
    come_in: Callable[[Actor], FlaskClient],
    role: Role,
    method: str,
    path: str,
) -> None:
    with_draft(database, hr, clock, weight=2.0)
    client = come_in(member(database, hr, role))
    answer = client.open(f"/profiles/{profile_id}{path}", method=method)
    if path in ("", "/history", "/history.csv", "/versions/1"):
        assert answer.status_code == 200
        assert "Tune" not in answer.text
        assert "draft" not in answer.text.lower()
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/mail", "/log"])
@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.ANALYST])
def test_mail_and_log_are_hrs(
    database: Database, hr: Actor, come_in: Callable[[Actor], FlaskClient], role: Role, path: str
) -> None:
    assert come_in(member(database, hr, role)).get(path).status_code == 404


def queue(session: Session, actor: Actor, **more: object) -> None:
    """A letter to a candidate, in this state."""
    vacancy_id = hiring.make_vacancy(session, actor)
    hiring.invite(session, actor, vacancy_id)
    letter = session.scalars(sa.select(Outgoing).where(Outgoing.organisation_id == actor.organisation_id)).one()
    for name, value in more.items():
        setattr(letter, name, value)
    session.flush()


def test_without_a_mail_server_a_candidates_letter_is_shown_with_its_link(
    desk: FlaskClient, database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        queue(session, hr, text="Hello\nhttp://localhost/i/the-secret-of-the-link")
    page = desk.get("/mail").text
    assert "No mail server is set up" in page
    assert "waiting" in page
    assert "<code>http://localhost/i/the-secret-of-the-link</code>" in page
    assert "letter" not in re.sub("<[^>]+>", "", page).lower()


def passed_on(client: FlaskClient, database: Database) -> TestResponse:
    """HR presses the button of the only letter."""
    with database.reading() as session:
        letter_id = session.scalars(sa.select(Outgoing.id)).one()
    return client.post(f"/mail/{letter_id}/passed-on", follow_redirects=True)


def test_a_letter_passed_on_by_hand_loses_its_text_and_is_logged(
    desk: FlaskClient, database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        queue(session, hr)
    assert "Noted as passed on" in passed_on(desk, database).text
    with database.reading() as session:
        letter = session.scalars(sa.select(Outgoing)).one()
        assert (letter.text, letter.sent_at) == ("", START)
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "passed on an e-mail to")).one()
        assert (entry.subject, entry.subject_id) == ("candidate", letter.candidate_id)
        assert mail.claim(session, START + timedelta(days=1)) == []
    assert "has left already" in passed_on(desk, database).text
    log = desk.get("/log?show=Inviting").text
    assert re.search(r"passed on an e-mail to\s+<a [^>]+>Candidate 1, Sales assistant</a>", log)
    with database.reading() as session:
        count = sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "passed on an e-mail to")
        assert session.scalar(count) == 1


def test_what_a_candidate_asks_for_is_a_letter_to_hr_and_nothing_to_pass_on(
    desk: FlaskClient, database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        queue(session, hr, recipient="hiring@test.example")
    page = desk.get("/mail").text
    assert "kept for HR" in page
    assert "Passed on by hand" not in page
    assert passed_on(desk, database).status_code == 404
    with database.reading() as session:
        assert session.scalars(sa.select(Outgoing.text)).one() != ""


def test_a_letter_being_sent_is_not_marked(desk: FlaskClient, database: Database, hr: Actor) -> None:
    with database.writing() as session:
        queue(session, hr, leased_until=START + timedelta(minutes=1))
    assert "being sent at this moment" in passed_on(desk, database).text
    with database.reading() as session:
        assert session.scalars(sa.select(Outgoing.sent_at)).one() is None


def test_only_hr_marks_its_own_candidates_letters(
    desk: FlaskClient, database: Database, hr: Actor, come_in: Callable[[Actor], FlaskClient]
) -> None:
    with database.writing() as session:
        queue(session, hr)
        stranger = make_actor(session, make_organisation(session, "Other Organisation"))
    manager = member(database, hr, Role.HIRING_MANAGER)
    for other in (manager, stranger):
        assert passed_on(come_in(other), database).status_code == 404
    with database.writing() as session:
        session.execute(sa.update(Outgoing).values(candidate_id=None))
    assert passed_on(desk, database).status_code == 404, "a member's sign-in link is not HR's to pass on"
    with database.reading() as session:
        assert session.scalars(sa.select(Outgoing.sent_at)).one() is None


def test_a_members_sign_in_link_is_never_shown(desk: FlaskClient, database: Database, hr: Actor) -> None:
    with database.writing() as session:
        letter = mail.sign_in_letter("Olga Owner", "http://localhost/sign-in/the-owners-secret")
        mail.queue(session, hr.organisation_id, letter, recipient="olga@test.example", now=START)
    page = desk.get("/mail").text
    assert "olga@test.example" in page
    assert "the-owners-secret" not in page
    with database.reading() as session:
        assert [kept.text for kept in mail.outbox(session, hr)] == [""]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"sent_at": START, "text": ""}, "sent"),
        ({"attempts": 2, "due_at": START + timedelta(minutes=4)}, "22 November 2026, 09:04 UTC"),
        ({"attempts": mail.MOST_ATTEMPTS, "last_error": "It was refused."}, "given up"),
    ],
)
def test_each_state_of_a_letter_is_said(
    desk: FlaskClient, database: Database, hr: Actor, state: dict[str, object], says: str
) -> None:
    with database.writing() as session:
        queue(session, hr, **state)
    assert says in desk.get("/mail").text.split("<main")[1]


def test_looking_at_the_mail_is_logged(desk: FlaskClient, database: Database, hr: Actor) -> None:
    desk.get("/mail")
    with database.reading() as session:
        seen = session.execute(
            sa.select(AuditEntry.action, AuditEntry.member_id).where(AuditEntry.subject == "outbox")
        ).one()
    assert tuple(seen) == ("viewed", hr.member_id)


def test_mail_and_log_of_another_organisation_stay_theirs(desk: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        other = make_actor(session, make_organisation(session, "Other Organisation"), name="Stranger")
        queue(session, other, recipient="stranger@mail.example")
    assert "stranger@mail.example" not in desk.get("/mail").text
    assert "Stranger" not in desk.get("/log").text


def test_the_log_reads_as_sentences_and_can_be_narrowed(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with database.writing() as session:
        publish_change(session, hr, clock, weight=2.0)
    page = desk.get("/log").text
    assert re.search(rf'published the role profile <a href="/profiles/{profile_id}">Shop floor, Retail</a>', page)
    assert "added the member Hanna" in page
    assert "Frontdoor (library)" in page
    narrowed = desk.get("/log?show=Role+profiles").text
    assert "published the role profile" in narrowed
    assert "added the member" not in narrowed
    assert "Nothing of that kind" in desk.get("/log?show=Answering").text
    assert desk.get("/log?show=Singing").status_code == 404


def test_the_log_says_who_did_what_to_whom_by_number_and_never_by_name(
    desk: FlaskClient, database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        vacancy_id = hiring.make_vacancy(session, hr, names_hidden=False)
        candidacy_id = hiring.invite(session, hr, vacancy_id, "Ada Lovelace")
        sitting_id = hiring.finish(session, hr.organisation_id, candidacy_id)
        candidate_id = session.get_one(Candidacy, (hr.organisation_id, candidacy_id)).candidate_id
        invitation_id = session.get_one(Sitting, (hr.organisation_id, sitting_id)).invitation_id
        invited = Invited(hr.organisation_id, invitation_id)
        audit.record(session, invited, "finished", "sitting", sitting_id, START)
        audit.record(session, hr, "withdrew", "invitation", invitation_id, START)
        audit.record(session, hr, "shortlisted", "candidacy", candidacy_id, START)
        audit.record(session, None, "erased", "candidate", candidate_id, START, organisation_id=hr.organisation_id)
    page = desk.get("/log").text
    link = f'<a href="/vacancies/candidates/{candidacy_id}">Candidate 1, Sales assistant</a>'
    assert f'<th scope="row">{link}</th>' in page
    assert "finished answering" in page
    erased = "erased the name, the address and the letters of"
    for words in ("withdrew the invitation of", "shortlisted", erased, "invited"):
        assert f"{words} {link}" in page, words
    assert f'opened the vacancy <a href="/vacancies/{vacancy_id}">Sales assistant</a>' in page
    assert "Lovelace" not in page
    assert "lovelace" not in page
    assert f"<dt>candidacy</dt><dd><code>{candidacy_id}</code></dd>" in page


def test_the_log_tells_the_entries_of_an_erasure_apart_and_who_read_the_notice(
    desk: FlaskClient, database: Database, hr: Actor
) -> None:
    with database.writing() as session:
        person = taking.invite(session, hr, hiring.make_vacancy(session, hr))
        taking.take(session, person)
        retention.erase_own(session, person.invited, START)
    page = desk.get("/log").text
    link = re.escape(f'<a href="/vacancies/candidates/{person.candidacy_id}">Candidate 1, Sales assistant</a>')
    for words in (
        "erased their own answers and result",
        "erased their own name, address and letters",
        "read the notice before starting",
        "finished answering",
    ):
        assert len(re.findall(rf'<th scope="row">{link}</th>\s+<td>\s+<span>{words}</span>', page)) == 1, words
    assert "A candidate" not in page


def test_details_of_the_log_are_words_and_what_is_technical_is_folded(
    desk: FlaskClient, database: Database, hr: Actor, clock: Clock
) -> None:
    with database.writing() as session:
        publish_change(session, hr, clock, weight=2.0)
    page = desk.get("/log?show=Role+profiles").text
    assert "<dt>Changed</dt><dd>Tact, weight; Tact, evidence of the weight</dd>" in page
    words = re.sub(r'<details class="technical">.*?</details>', "", page, flags=re.DOTALL)
    shown = re.sub(r'href="[^"]*"', "", words)
    assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}-", shown)
    assert "_evidence" not in shown


def test_the_log_resolves_nothing_of_another_organisation(desk: FlaskClient, database: Database, hr: Actor) -> None:
    with database.writing() as session:
        other = make_actor(session, make_organisation(session, "Other Organisation"))
        vacancy_id = hiring.make_vacancy(session, other, "Their vacancy")
        candidacy_id = hiring.invite(session, other, vacancy_id)
        candidate_id = session.get_one(Candidacy, (other.organisation_id, candidacy_id)).candidate_id
        sitting_id = hiring.start(session, other.organisation_id, candidacy_id)
        invitation_id = session.get_one(Sitting, (other.organisation_id, sitting_id)).invitation_id
        strange = {
            "vacancy": vacancy_id,
            "candidacy": candidacy_id,
            "candidate": candidate_id,
            "sitting": sitting_id,
            "invitation": invitation_id,
            "role_profile": shop_floor(session, other),
            "member": other.member_id,
        }
        for subject, subject_id in strange.items():
            audit.record(session, hr, "viewed", subject, subject_id, START)
        theirs = session.scalars(
            sa.select(AuditEntry.id).where(AuditEntry.organisation_id == other.organisation_id).limit(1)
        ).one()
        found = audit.page(session, hr, group="Viewing")
    assert {entry.subject for entry in found.entries} == set(strange)
    assert all(entry.about == () for entry in found.entries)
    assert "Their vacancy" not in desk.get("/log").text
    assert desk.get(f"/log?older={theirs}").status_code == 404


def test_the_log_is_read_page_by_page_and_loses_nothing(
    desk: FlaskClient, database: Database, hr: Actor, clock: Clock
) -> None:
    with database.writing() as session:
        for number in range(2 * audit.PAGE + 7):
            if number % 20 == 0:  # many entries of one moment
                clock.go_on(minutes=1)
            audit.record(session, hr, "viewed", "outbox", None, clock.now, n=number)
    seen: list[uuid.UUID] = []
    with database.reading() as session:
        page = audit.page(session, hr, group="Viewing")
        while True:
            seen += [entry.id for entry in page.entries]
            if not page.older:
                break
            page = audit.page(session, hr, group="Viewing", before=page.entries[-1].id)
    assert len(seen) == len(set(seen)) == 2 * audit.PAGE + 7
    first = desk.get("/log?show=Viewing").text
    older = re.search(r'href="(/log\?[^"]+)">Older entries', first)
    assert older
    second = desk.get(html.unescape(older[1])).text
    assert "show=Viewing" in older[1]
    assert "Back to the newest" in second
    assert str(seen[audit.PAGE]) not in first
    assert desk.get(f"/log?older={uuid.uuid4()}").status_code == 404


def test_every_action_that_is_recorded_can_be_found_by_a_filter() -> None:
    listed = [action for actions in audit.GROUPS.values() for action in actions]
    assert len(listed) == len(set(listed))
    assert {MOVED, LOOK_AGAIN} <= set(listed)
    recorded = set()
    for file in Path(audit.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("audit.record", "_remember"):
                continue
            action = node.args[2 if ast.unparse(node.func) == "audit.record" else 0]
            recorded |= {one.value for one in ast.walk(action) if isinstance(one, ast.Constant)}
    assert len(recorded) > 20
    assert recorded <= set(listed)


@pytest.mark.parametrize(
    ("action", "subject", "says"),
    [
        ("invited", "candidacy", "invited a candidate"),
        ("saw own result", "invitation", "saw their own result"),
        (MOVED, "vacancy", "changed the profile version of a vacancy"),
        ("sent", "weather_report", "sent weather report"),
    ],
)
def test_every_entry_is_a_sentence(action: str, subject: str, says: str) -> None:
    assert wording.log_entry(Entry(uuid.uuid4(), START, "member", "Hanna", action, subject, None, (), {})) == says


def test_lists_take_as_many_statements_however_long_they_are(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    of_profile = f"/profiles/{profile_id}"
    paths = ("/profiles", of_profile, f"{of_profile}/history", f"{of_profile}/versions/1", "/mail", "/log")
    with database.writing() as session:
        publish_change(session, hr, clock, weight=2.0)
        hiring.make_vacancy(session, hr)

    def statements() -> list[int]:
        counts = []
        for path in paths:
            with Session(database.engine) as session, hiring.counted(session) as seen:
                assert desk.get(path).status_code == 200
            counts.append(len(seen))
        return counts

    statements()
    before = statements()
    with database.writing() as session:
        for weight in (1.0, 3.0, 2.0):
            publish_change(session, hr, clock, weight=weight)
            vacancy_id = hiring.make_vacancy(session, hr)
            for number in range(10):
                hiring.invite(session, hr, vacancy_id, f"Candidate {weight} {number}")
    assert statements() == before


def test_the_bank_is_for_analysts(
    database: Database, hr: Actor, come_in: Callable[[Actor], FlaskClient], desk: FlaskClient
) -> None:
    page = come_in(member(database, hr, Role.ANALYST)).get("/bank")
    assert page.status_code == 200
    assert "half-an-album" in page.text
    assert "What the key covers" in page.text
    for role in (Role.OWNER, Role.HIRING_MANAGER):
        assert come_in(member(database, hr, role)).get("/bank").status_code == 404
    assert desk.get("/bank").status_code == 404
    assert "Item bank" not in desk.get("/profiles").text


def test_numbers_of_the_key_reach_no_other_page(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock, weight=2.0)
    for path in ("/profiles", f"/profiles/{profile_id}", f"/profiles/{profile_id}/draft", "/log"):
        assert "half-an-album" not in desk.get(path).text
        assert "desirability" not in desk.get(path).text.lower()


def test_a_number_changed_in_the_draft_says_what_it_rests_on_now(
    desk: FlaskClient, database: Database, hr: Actor, profile_id: uuid.UUID, clock: Clock
) -> None:
    with_draft(database, hr, clock, low=48.0)
    page = desk.get(f"/profiles/{profile_id}/draft").text
    assert '<span id="tact-band-rests" class="rests-new">now rests on your own judgement</span>' in page
    assert '<span id="tact-weight-rests">rests on opinion</span>' in page
    assert '<a href="#tact-band-evidence">evidence' in page
    assert 'id="tact-band-evidence"' in page
    with database.writing() as session:
        other = make_actor(session, hr.organisation_id, Role.HR, "Somebody Else")
        kept = tuning.state(session, hr, profile_id).rows
        public = role_profiles.published(session, hr, profile_id).version.rows
    said = wording.rests(kept, public, other.name)["tact-band"]
    assert said == (f"now rests on opinion: {hr.name}’s own judgement", True)
