"""The one draft of a role profile: begun from what is published, changed, and published or thrown away."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.lists import EVIDENCE_LABELS
from assessment.bank.profile_rules import HEAVIEST, T_SCALE
from assessment.bank.values import in_half_steps
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.profiles.role_profiles import OPINION, Draft, Evidence, Need
from assessment.store.profiles import ProfileAttribute, ProfileVersion, RoleProfile, VersionStatus

__all__ = ["EVIDENCE_LABELS", "HEAVIEST", "T_SCALE"]

CHANGED_MEANWHILE = (
    "Somebody else changed, published or discarded this draft while you were working on it. Nothing of theirs was"
    " overwritten, and what you typed is still here."
)

OPINION_LASTS = timedelta(days=365)
WIDEST_TOLERANCE = 30.0
LONGEST_TASK = 300
LONGEST_SOURCE = 300


@dataclass(frozen=True)
class Problem:
    """Something about one attribute that can't be kept; `field` is a name of `Need`, or of its evidence."""

    attribute: str
    field: str
    message: str


@dataclass(frozen=True)
class State:
    """Numbers to build on, and the moment that says which state of them was seen."""

    changed_at: datetime
    rows: tuple[Need, ...]
    is_draft: bool


def draft(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> Draft | None:
    """The draft of a role profile, if one has been begun."""
    actor.need(Permission.TUNE_PROFILES)
    role_profiles.own(session, actor, role_profile_id)
    row = _draft_row(session, actor, role_profile_id)
    if row is None:
        return None
    rows = role_profiles.rows_of(session, actor.organisation_id, [row.id])[row.id]
    return Draft(row.id, row.created_at, row.changed_at, rows)


def state(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> State:
    """What the next change builds on: the draft, or where there is none what is published."""
    found = draft(session, actor, role_profile_id)
    if found is not None:
        return State(found.changed_at, found.rows, is_draft=True)
    published = role_profiles.published(session, actor, role_profile_id).version
    return State(published.published_at, published.rows, is_draft=False)


def begin(session: Session, actor: Actor, role_profile_id: uuid.UUID, now: datetime) -> None:
    """Make the draft from the published version; where there is one already, it is left as it is."""
    actor.need(Permission.TUNE_PROFILES)
    _lock(session, actor, role_profile_id)
    if draft(session, actor, role_profile_id) is None:
        _begin(session, actor, role_profile_id, now)


def keep(
    session: Session,
    actor: Actor,
    role_profile_id: uuid.UUID,
    typed: Sequence[Need],
    *,
    seen: datetime,
    now: datetime,
) -> None:
    """Keep what was typed as the draft.

    `seen` is the `changed_at` of the draft that was edited; refused where it has changed since. Where the draft
    is gone, `seen` may be the moment its successor was published: a new draft is begun from that.
    """
    actor.need(Permission.TUNE_PROFILES)
    wrong = problems(typed)
    if wrong:
        raise DomainError(wrong[0].message)
    _lock(session, actor, role_profile_id)
    before = draft(session, actor, role_profile_id)
    published = role_profiles.published(session, actor, role_profile_id).version
    if before is None and seen == published.published_at:
        before = _begin(session, actor, role_profile_id, now)
    elif before is None or before.changed_at != seen:
        raise DomainError(CHANGED_MEANWHILE)
    rows = credited(typed, before.rows, published.rows, actor.name, now.date())
    changes = role_profiles.difference(before.rows, rows)
    if not changes:
        return
    _forget_rows(session, actor, before.id)
    role_profiles.write_rows(session, actor.organisation_id, before.id, rows)
    session.execute(
        sa.update(ProfileVersion)
        .where(ProfileVersion.organisation_id == actor.organisation_id, ProfileVersion.id == before.id)
        .values(changed_at=now)
    )
    audit.record(
        session,
        actor,
        "changed the draft of",
        "role_profile",
        role_profile_id,
        now,
        version=before.id,
        changed=role_profiles.changed_numbers(changes),
    )


def discard(session: Session, actor: Actor, role_profile_id: uuid.UUID, *, seen: datetime, now: datetime) -> None:
    """Throw the draft away; what is published stays as it is."""
    actor.need(Permission.TUNE_PROFILES)
    before = unchanged(session, actor, role_profile_id, seen)
    _forget_rows(session, actor, before.id)
    session.execute(
        sa.delete(ProfileVersion).where(
            ProfileVersion.organisation_id == actor.organisation_id, ProfileVersion.id == before.id
        )
    )
    audit.record(session, actor, "discarded the draft of", "role_profile", role_profile_id, now, version=before.id)


def unchanged(session: Session, actor: Actor, role_profile_id: uuid.UUID, seen: datetime) -> Draft:
    """The draft, held until the end of the transaction; refused where it is not as it was `seen`."""
    _lock(session, actor, role_profile_id)
    found = draft(session, actor, role_profile_id)
    if found is None or found.changed_at != seen:
        raise DomainError(CHANGED_MEANWHILE)
    return found


def problems(rows: Sequence[Need]) -> tuple[Problem, ...]:
    """Everything about these numbers that can't be kept, in words for whoever typed them."""
    found = [problem for row in rows for problem in _problems_of(row)]
    if not any(row.weight > 0 for row in rows):
        found.append(
            Problem(
                rows[0].attribute,
                "weight",
                "All six weights are 0, so nothing would count. Give one attribute a weight above 0.",
            )
        )
    return tuple(found)


def credited(
    typed: Sequence[Need], before: Sequence[Need], published: Sequence[Need], editor: str, today: date
) -> tuple[Need, ...]:
    """The typed rows with evidence that fits their numbers.

    A number that changed while its evidence was left alone rests on the editor's opinion from today; a number
    put back to what is published has the published evidence again.
    """

    def fitting(name: str, now: Need, was: Need, public: Need) -> Evidence:
        given: Evidence = getattr(now, name)
        if given != getattr(was, name):
            return given
        if _numbers(name, now) == _numbers(name, public):
            in_force: Evidence = getattr(public, name)
            return in_force
        if _numbers(name, now) == _numbers(name, was):
            return given
        return Evidence(OPINION, own_judgement(editor), 0, today, today + OPINION_LASTS)

    return tuple(
        replace(
            now,
            band_evidence=fitting("band_evidence", now, was, public),
            weight_evidence=fitting("weight_evidence", now, was, public),
        )
        for now, was, public in zip(typed, before, published, strict=True)
    )


def own_judgement(editor: str) -> str:
    """The source of a number that somebody has changed without naming another."""
    return f"{editor}’s own judgement"


def _lock(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> None:
    """Let one change of a role profile finish before the next one looks."""
    session.execute(
        sa.select(RoleProfile.id)
        .where(RoleProfile.organisation_id == actor.organisation_id, RoleProfile.id == role_profile_id)
        .with_for_update()
    )


def _begin(session: Session, actor: Actor, role_profile_id: uuid.UUID, now: datetime) -> Draft:
    published = role_profiles.published(session, actor, role_profile_id).version
    row = ProfileVersion(
        organisation_id=actor.organisation_id,
        role_profile_id=role_profile_id,
        status=VersionStatus.DRAFT,
        number=None,
        reason=None,
        published_at=None,
        published_by=None,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    role_profiles.write_rows(session, actor.organisation_id, row.id, published.rows)
    audit.record(session, actor, "began a draft of", "role_profile", role_profile_id, now, version=row.id)
    return Draft(row.id, now, now, published.rows)


def _numbers(evidence: str, row: Need) -> tuple[float | None, ...]:
    return (row.low, row.high, row.tolerance) if evidence == "band_evidence" else (row.weight,)


def _problems_of(row: Need) -> list[Problem]:
    found: list[Problem] = []

    def add(field: str, message: str) -> None:
        found.append(Problem(row.attribute, field, message))

    lowest, highest = T_SCALE
    for field, end in (("low", row.low), ("high", row.high)):
        if end is not None and not (math.isfinite(end) and lowest <= end <= highest):
            add(field, f"Write a number from {lowest:g} to {highest:g}, or leave it empty for an open end.")
    if row.low is not None and row.high is not None and row.low >= row.high and not found:
        add(
            "low",
            f"The band would run from {row.low:g} to {row.high:g}. The lower end must be below the upper.",
        )
    if not (0 <= row.weight <= HEAVIEST and in_half_steps(row.weight)):
        add("weight", f"Choose a weight from 0 to {HEAVIEST:g}; half steps are under “Advanced”.")
    elif row.weight > 0 and row.low is None and row.high is None:
        add(
            "low",
            "This attribute counts, but any amount would do. Give the band an end, or set the weight to 0.",
        )
    if not (math.isfinite(row.tolerance) and 0 < row.tolerance <= WIDEST_TOLERANCE):
        add("tolerance", f"Write a number above 0, up to {WIDEST_TOLERANCE:g}; 6 is usual.")
    if row.weight > 0 and not row.task:
        add(
            "task",
            "This attribute counts, so name the part of the job that needs it, or set the weight to 0.",
        )
    if len(row.task) > LONGEST_TASK:
        add("task", f"Say it in at most {LONGEST_TASK} characters.")
    found.extend(_problems_of_evidence(row.attribute, "band", row.band_evidence))
    found.extend(_problems_of_evidence(row.attribute, "weight", row.weight_evidence))
    return found


def _problems_of_evidence(attribute: str, kind: str, evidence: Evidence) -> list[Problem]:
    found: list[Problem] = []

    def add(field: str, message: str) -> None:
        found.append(Problem(attribute, f"{kind}_{field}", message))

    if evidence.label not in EVIDENCE_LABELS:
        add("label", f"Choose one of: {', '.join(EVIDENCE_LABELS)}.")
    if not evidence.source:
        add("source", "Say whose opinion it is, or which study.")
    elif len(evidence.source) > LONGEST_SOURCE:
        add("source", f"Say it in at most {LONGEST_SOURCE} characters.")
    if evidence.n is not None and not 0 <= evidence.n <= 10_000_000:
        add("n", "Write how many people were studied; 0 for an opinion.")
    elif not evidence.n and evidence.label != OPINION:
        add("n", "Write how many people stand behind it, or choose “opinion”.")
    if evidence.expiry is not None and evidence.expiry <= evidence.day:
        add("expiry", "Give a day after the one it dates from.")
    return found


def _draft_row(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> ProfileVersion | None:
    return session.scalar(
        sa.select(ProfileVersion)
        .where(
            ProfileVersion.organisation_id == actor.organisation_id,
            ProfileVersion.role_profile_id == role_profile_id,
            ProfileVersion.status == VersionStatus.DRAFT,
        )
        .execution_options(populate_existing=True)
    )


def _forget_rows(session: Session, actor: Actor, version_id: uuid.UUID) -> None:
    session.execute(
        sa.delete(ProfileAttribute).where(
            ProfileAttribute.organisation_id == actor.organisation_id,
            ProfileAttribute.profile_version_id == version_id,
        )
    )
