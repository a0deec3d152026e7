"""Putting a draft in force: what changes, what to know before, and the version that then never changes."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.permissions import Permission
from assessment.services.profiles import preview, role_profiles, tuning
from assessment.services.profiles.role_profiles import Change, Draft, Published
from assessment.store.profiles import ProfileVersion, VersionStatus

SHORTEST_REASON = 10
LONGEST_REASON = 500


@dataclass(frozen=True)
class Review:
    """What publishing would change; `warning` is where random answers would stand, if that is too high."""

    published: Published
    draft: Draft
    changes: tuple[Change, ...]
    warning: float | None


def review(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> Review | None:
    """What the draft changes, and whether it needs a warning; None where there is no draft."""
    actor.need(Permission.PUBLISH_PROFILES)
    published = role_profiles.published(session, actor, role_profile_id)
    draft = tuning.draft(session, actor, role_profile_id)
    return None if draft is None else _reviewed(session, actor, published, draft)


def publish(
    session: Session,
    actor: Actor,
    role_profile_id: uuid.UUID,
    reason: str,
    *,
    accepted: bool,
    seen: datetime,
    now: datetime,
) -> int:
    """Put the draft in force as the next number, which is returned. It can't be changed afterwards.

    `accepted` says that the warning, where there is one, was read; `seen` is the `changed_at` of the draft
    that was reviewed. Vacancies keep the version they have.
    """
    actor.need(Permission.PUBLISH_PROFILES)
    why = " ".join(reason.split())
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise DomainError(
            f"Say in {SHORTEST_REASON} to {LONGEST_REASON} characters why the numbers change; the history keeps it.",
            "reason",
        )
    draft = tuning.unchanged(session, actor, role_profile_id, seen)
    found = _reviewed(session, actor, role_profiles.published(session, actor, role_profile_id), draft)
    if not found.changes:
        raise DomainError("The draft is the same as what is published; there is nothing to publish.")
    if found.warning is not None and not accepted:
        raise DomainError("Tick that you have read the warning, or change the draft first.", "accepted")
    number = found.published.version.number + 1
    session.execute(
        sa.update(ProfileVersion)
        .where(ProfileVersion.organisation_id == actor.organisation_id, ProfileVersion.id == draft.id)
        .values(
            status=VersionStatus.PUBLISHED,
            number=number,
            reason=why,
            published_at=now,
            published_by=actor.member_id,
            changed_at=now,
        )
    )
    audit.record(
        session,
        actor,
        "published",
        "role_profile",
        role_profile_id,
        now,
        version=draft.id,
        number=number,
        changed=role_profiles.changed_numbers(found.changes),
        random_percentile=None if found.warning is None else round(100 * found.warning),
    )
    return number


def _reviewed(session: Session, actor: Actor, published: Published, draft: Draft) -> Review:
    return Review(
        published=published,
        draft=draft,
        changes=role_profiles.difference(published.version.rows, draft.rows),
        warning=preview.warning(session, actor, published.sector, published.version.rows, draft.rows),
    )
