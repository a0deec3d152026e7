"""Putting a draft in force."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Role
from assessment.services.profiles import preview, publishing, role_profiles, tuning
from assessment.store.hiring import Vacancy
from assessment.store.records import AuditEntry
from tests import hiring
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.tuning import REASON, changed, keep_change, publish_change, shop_floor, small_pools  # noqa: F401 - small_pools works by being here


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), name="Hanna")


def publish(session: Session, hr: Actor, clock: Clock, reason: str = REASON, *, accepted: bool = True) -> int:
    profile_id = shop_floor(session, hr)
    seen = tuning.state(session, hr, profile_id).changed_at
    return publishing.publish(session, hr, profile_id, reason, accepted=accepted, seen=seen, now=clock.go_on(minutes=1))


def test_a_draft_becomes_the_next_number_with_its_numbers(session: Session, hr: Actor, clock: Clock) -> None:
    keep_change(session, hr, clock, low=48.0, weight=2.0)
    draft = tuning.state(session, hr, shop_floor(session, hr))
    assert publish(session, hr, clock) == 2
    version = role_profiles.published(session, hr, shop_floor(session, hr)).version
    assert (version.number, version.reason, version.rows) == (2, REASON, draft.rows)
    assert tuning.draft(session, hr, shop_floor(session, hr)) is None
    keep_change(session, hr, clock, weight=3.0)
    assert publish(session, hr, clock) == 3


def test_the_review_names_what_changes(session: Session, hr: Actor, clock: Clock) -> None:
    keep_change(session, hr, clock, low=48.0, weight=2.0)
    review = publishing.review(session, hr, shop_floor(session, hr))
    assert review is not None
    (change,) = review.changes
    assert change.attribute == "tact"
    assert set(change.what) == {"band", "weight", "band_evidence", "weight_evidence"}
    assert (change.before.weight, change.after.weight) == (1.0, 2.0)


@pytest.mark.parametrize("reason", ["", "too short", "  spaces      ", "x" * 501])
def test_a_reason_of_ten_to_five_hundred_characters_is_needed(
    session: Session, hr: Actor, clock: Clock, reason: str
) -> None:
    keep_change(session, hr, clock, weight=2.0)
    with pytest.raises(DomainError) as refusal:
        publish(session, hr, clock, reason)
    assert refusal.value.field == "reason"
    assert role_profiles.published(session, hr, shop_floor(session, hr)).version.number == 1


def test_nothing_changed_is_nothing_to_publish(session: Session, hr: Actor, clock: Clock) -> None:
    tuning.begin(session, hr, shop_floor(session, hr), START)
    with pytest.raises(DomainError, match="nothing to publish"):
        publish(session, hr, clock)


def test_a_warning_must_be_read_first(
    session: Session, hr: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_change(session, hr, clock, weight=2.0)
    monkeypatch.setattr(preview, "TOO_HIGH", 0.0)
    with pytest.raises(DomainError) as refusal:
        publish(session, hr, clock, accepted=False)
    assert refusal.value.field == "accepted"
    assert publish(session, hr, clock, accepted=True) == 2


def test_without_a_warning_nothing_needs_a_tick(
    session: Session, hr: Actor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_change(session, hr, clock, weight=2.0)
    monkeypatch.setattr(preview, "TOO_HIGH", 1.0)
    review = publishing.review(session, hr, shop_floor(session, hr))
    assert review is not None
    assert review.warning is None
    assert publish(session, hr, clock, accepted=False) == 2


def test_only_what_was_reviewed_is_published(session: Session, hr: Actor, clock: Clock) -> None:
    profile_id = shop_floor(session, hr)
    keep_change(session, hr, clock, weight=2.0)
    seen = tuning.state(session, hr, profile_id).changed_at
    keep_change(session, hr, clock, weight=3.0)
    with pytest.raises(DomainError, match="Somebody else"):
        publishing.publish(session, hr, profile_id, REASON, accepted=True, seen=seen, now=clock.now)
    assert role_profiles.published(session, hr, profile_id).version.number == 1


def test_a_running_vacancy_keeps_its_version(session: Session, hr: Actor, clock: Clock) -> None:
    vacancy_id = hiring.make_vacancy(session, hr)
    before = session.get_one(Vacancy, (hr.organisation_id, vacancy_id)).profile_version_id
    rows = role_profiles.measured(session, hr.organisation_id, before).rows
    publish_change(session, hr, clock, weight=2.0)
    session.expire_all()
    assert session.get_one(Vacancy, (hr.organisation_id, vacancy_id)).profile_version_id == before
    assert role_profiles.measured(session, hr.organisation_id, before).rows == rows


def test_the_log_says_which_version_and_what_changed(session: Session, hr: Actor, clock: Clock) -> None:
    publish_change(session, hr, clock, weight=2.0)
    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "published", AuditEntry.member_id == hr.member_id)
    ).one()
    body = json.loads(entry.body)
    assert body["number"] == 2
    assert body["changed"] == ["tact weight", "tact weight_evidence"]
    assert REASON not in entry.body


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.ANALYST])
def test_only_hr_and_owner_publish(session: Session, hr: Actor, clock: Clock, role: Role) -> None:
    keep_change(session, hr, clock, weight=2.0)
    other = make_actor(session, hr.organisation_id, role)
    profile_id = shop_floor(session, hr)
    with pytest.raises(NotFoundError):
        publishing.publish(session, other, profile_id, REASON, accepted=True, seen=clock.now, now=clock.now)


def test_two_versions_differ_in_what_was_typed(session: Session, hr: Actor) -> None:
    rows = role_profiles.published(session, hr, shop_floor(session, hr)).version.rows
    assert role_profiles.difference(rows, rows) == ()
    (change,) = role_profiles.difference(rows, changed(rows, "focus", high=None, task="Other"))
    assert (change.attribute, change.what) == ("focus", ("band", "task"))
