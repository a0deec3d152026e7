"""The draft: what is kept, what is refused, and whose judgement it is."""

import dataclasses
import math
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles, tuning
from assessment.services.profiles.role_profiles import Evidence, Need
from assessment.store.profiles import ProfileAttribute, ProfileVersion
from assessment.store.records import AuditEntry
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.tuning import changed, keep_change, publish_change, shop_floor


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), name="Hanna")


def rows_of_draft(session: Session, hr: Actor) -> dict[str, Need]:
    return {row.attribute: row for row in tuning.state(session, hr, shop_floor(session, hr)).rows}


def test_a_draft_begins_as_what_is_published_and_is_the_only_one(session: Session, hr: Actor, clock: Clock) -> None:
    profile_id = shop_floor(session, hr)
    assert tuning.draft(session, hr, profile_id) is None
    tuning.begin(session, hr, profile_id, START)
    draft = tuning.draft(session, hr, profile_id)
    assert draft is not None
    assert draft.rows == role_profiles.published(session, hr, profile_id).version.rows
    tuning.begin(session, hr, profile_id, clock.go_on(hours=1))
    assert tuning.draft(session, hr, profile_id) == draft


def test_keeping_a_draft_changes_nothing_that_is_published(session: Session, hr: Actor, clock: Clock) -> None:
    before = role_profiles.published(session, hr, shop_floor(session, hr)).version
    keep_change(session, hr, clock, low=48.0, weight=2.0)
    assert rows_of_draft(session, hr)["tact"].low == 48.0
    assert role_profiles.published(session, hr, shop_floor(session, hr)).version == before


def test_a_changed_number_without_evidence_is_the_editors_opinion_from_today(
    session: Session, hr: Actor, clock: Clock
) -> None:
    keep_change(session, hr, clock, low=48.0)
    row = rows_of_draft(session, hr)["tact"]
    assert row.band_evidence == Evidence(
        "opinion", "Hanna’s own judgement", 0, clock.now.date(), clock.now.date() + timedelta(days=365)
    )
    assert row.weight_evidence.source != row.band_evidence.source, "the weight was not touched"


def test_a_changed_number_keeps_the_evidence_that_was_named(session: Session, hr: Actor, clock: Clock) -> None:
    named = Evidence("expert panel", "Six shop managers", 6, date(2026, 5, 1), date(2028, 5, 1))
    keep_change(session, hr, clock, weight=3.0, weight_evidence=named)
    assert rows_of_draft(session, hr)["tact"].weight_evidence == named


def test_a_number_put_back_has_the_published_evidence_again(session: Session, hr: Actor, clock: Clock) -> None:
    before = rows_of_draft(session, hr)["tact"]
    keep_change(session, hr, clock, low=48.0)
    keep_change(session, hr, clock, low=before.low)
    assert rows_of_draft(session, hr)["tact"] == before


def test_keeping_again_does_not_make_old_numbers_new(session: Session, hr: Actor, clock: Clock) -> None:
    keep_change(session, hr, clock, low=48.0)
    first = rows_of_draft(session, hr)["tact"]
    clock.go_on(days=3)
    keep_change(session, hr, clock, attribute="focus", weight=1.0)
    assert rows_of_draft(session, hr)["tact"] == first


def test_the_last_to_write_does_not_overwrite_unseen(session: Session, hr: Actor, clock: Clock) -> None:
    profile_id = shop_floor(session, hr)
    other = make_actor(session, hr.organisation_id, Role.OWNER)
    tuning.begin(session, hr, profile_id, START)
    seen = tuning.state(session, hr, profile_id)
    tuning.keep(
        session, other, profile_id, changed(seen.rows, low=50.0), seen=seen.changed_at, now=clock.go_on(minutes=1)
    )
    with pytest.raises(DomainError, match="Somebody else changed"):
        tuning.keep(
            session, hr, profile_id, changed(seen.rows, low=40.0), seen=seen.changed_at, now=clock.go_on(minutes=1)
        )
    with pytest.raises(DomainError, match="Somebody else changed"):
        tuning.discard(session, hr, profile_id, seen=seen.changed_at, now=clock.now)
    assert rows_of_draft(session, hr)["tact"].low == 50.0


def test_what_was_typed_can_begin_a_new_draft_where_the_old_one_is_gone(
    session: Session, hr: Actor, clock: Clock
) -> None:
    profile_id = shop_floor(session, hr)
    keep_change(session, hr, clock, low=48.0)
    seen = tuning.state(session, hr, profile_id)
    publish_change(session, hr, clock, attribute="focus", weight=1.0)
    mine = changed(seen.rows, low=49.0)
    with pytest.raises(DomainError, match="Somebody else"):
        tuning.keep(session, hr, profile_id, mine, seen=seen.changed_at, now=clock.now)
    now_seen = tuning.state(session, hr, profile_id)
    assert not now_seen.is_draft
    tuning.keep(session, hr, profile_id, mine, seen=now_seen.changed_at, now=clock.go_on(minutes=1))
    assert tuning.state(session, hr, profile_id).is_draft
    assert rows_of_draft(session, hr)["tact"].low == 49.0


def test_a_discarded_draft_leaves_nothing_but_its_entries(session: Session, hr: Actor, clock: Clock) -> None:
    profile_id = shop_floor(session, hr)
    keep_change(session, hr, clock, low=48.0)
    draft = tuning.draft(session, hr, profile_id)
    assert draft is not None
    tuning.discard(session, hr, profile_id, seen=draft.changed_at, now=clock.now)
    assert tuning.draft(session, hr, profile_id) is None
    assert session.scalar(sa.select(ProfileVersion).where(ProfileVersion.id == draft.id)) is None
    left = session.scalars(sa.select(ProfileAttribute).where(ProfileAttribute.profile_version_id == draft.id))
    assert left.all() == []
    actions = session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.subject_id == profile_id, AuditEntry.member_id == hr.member_id)
        .order_by(AuditEntry.at)
    ).all()
    assert list(actions) == ["began a draft of", "changed the draft of", "discarded the draft of"]


def test_a_published_version_can_not_be_edited(session: Session, hr: Actor, clock: Clock) -> None:
    publish_change(session, hr, clock, weight=2.0)
    profile_id = shop_floor(session, hr)
    frozen = role_profiles.history(session, hr, profile_id)
    seen = tuning.state(session, hr, profile_id)
    tuning.keep(
        session, hr, profile_id, changed(seen.rows, weight=3.0), seen=seen.changed_at, now=clock.go_on(minutes=1)
    )
    tuning.discard(
        session, hr, profile_id, seen=tuning.state(session, hr, profile_id).changed_at, now=clock.go_on(minutes=1)
    )
    assert role_profiles.history(session, hr, profile_id) == frozen
    with pytest.raises(DomainError):
        tuning.discard(session, hr, profile_id, seen=frozen[0].version.published_at, now=clock.now)
    assert role_profiles.history(session, hr, profile_id) == frozen


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"low": 66.0}, "low", "lower end must be below"),
        ({"low": 65.0}, "low", "lower end must be below"),
        ({"low": 19.9}, "low", "from 20 to 80"),
        ({"high": 80.1}, "high", "from 20 to 80"),
        ({"high": 1e300}, "high", "from 20 to 80"),
        ({"low": math.nan}, "low", "from 20 to 80"),
        ({"high": math.inf}, "high", "from 20 to 80"),
        ({"low": None, "high": None}, "low", "any amount would do"),
        ({"weight": 3.5}, "weight", "from 0 to 3"),
        ({"weight": 1.25}, "weight", "from 0 to 3"),
        ({"weight": -1.0}, "weight", "from 0 to 3"),
        ({"weight": math.nan}, "weight", "from 0 to 3"),
        ({"tolerance": 0.0}, "tolerance", "above 0"),
        ({"tolerance": math.nan}, "tolerance", "above 0"),
        ({"tolerance": 31.0}, "tolerance", "above 0"),
        ({"task": ""}, "task", "name the part of the job"),
        ({"task": "x" * 301}, "task", "at most 300"),
    ],
)
def test_what_can_not_be_kept_is_said_beside_its_field(
    session: Session, hr: Actor, values: dict[str, object], field: str, says: str
) -> None:
    profile_id = shop_floor(session, hr)
    tuning.begin(session, hr, profile_id, START)
    kept = tuning.state(session, hr, profile_id)
    rows = changed(kept.rows, **values)
    found = tuning.problems(rows)
    assert [(problem.attribute, problem.field) for problem in found] == [("tact", field)]
    assert says in found[0].message
    with pytest.raises(DomainError):
        tuning.keep(session, hr, profile_id, rows, seen=kept.changed_at, now=START)


def test_six_weights_of_zero_are_refused(session: Session, hr: Actor) -> None:
    kept = tuning.state(session, hr, shop_floor(session, hr))
    rows = [dataclasses.replace(row, weight=0.0, task="") for row in kept.rows]
    assert [problem.field for problem in tuning.problems(rows)] == ["weight"]
    one = [dataclasses.replace(rows[0], weight=0.5, task="Greets people"), *rows[1:]]
    assert tuning.problems(one) == ()


@pytest.mark.parametrize(
    ("evidence", "field"),
    [
        ({"label": "hearsay", "n": 5}, "band_label"),
        ({"source": ""}, "band_source"),
        ({"label": "own data", "n": 0}, "band_n"),
        ({"label": "expert panel", "n": None}, "band_n"),
        ({"n": -1}, "band_n"),
        ({"expiry": date(2000, 1, 1)}, "band_expiry"),
    ],
)
def test_evidence_must_say_what_it_is(session: Session, hr: Actor, evidence: dict[str, object], field: str) -> None:
    kept = tuning.state(session, hr, shop_floor(session, hr))
    tact = next(row for row in kept.rows if row.attribute == "tact")
    given = dataclasses.replace(tact.band_evidence, **evidence)  # type: ignore[arg-type]
    found = tuning.problems(changed(kept.rows, band_evidence=given))
    assert [problem.field for problem in found] == [field]


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.ANALYST])
def test_only_hr_and_owner_tune(session: Session, hr: Actor, role: Role) -> None:
    profile_id = shop_floor(session, hr)
    other = make_actor(session, hr.organisation_id, role)
    with pytest.raises(NotFoundError):
        tuning.begin(session, other, profile_id, START)
    with pytest.raises(NotFoundError):
        tuning.draft(session, other, profile_id)


def test_the_log_holds_no_words_of_the_draft(session: Session, hr: Actor, clock: Clock) -> None:
    keep_change(session, hr, clock, low=48.0, task="Tell Mrs Smith about her order")
    bodies = session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == "changed the draft of")).all()
    assert len(bodies) == 1
    assert "Smith" not in bodies[0]
    assert "tact band" in bodies[0]
