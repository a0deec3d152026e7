"""Putting a draft in force: what changes, what to know before, and the version that then never changes."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, preview, role_profiles, tuning
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.permissions import Permission
from assessment.services.preview import Standing
from assessment.services.role_profiles import Change, Draft, Published
from assessment.store.profiles import ProfileVersion

SHORTEST_REASON = 10
LONGEST_REASON = 500


@dataclass(frozen=True)
class Review:
    """What publishing would change; `warning` is set where answers at random would do too well."""

    published: Published
    draft: Draft
    changes: tuple[Change, ...]
    warning: Standing | None


def review(session: Session, actor: Actor, role_profile_id: uuid.UUID) -> Review:
    """What the draft changes, and whether it needs a warning."""
    actor.need(Permission.PUBLISH_PROFILES)
    published = role_profiles.published(session, actor, role_profile_id)
    draft = tuning.draft(session, actor, role_profile_id)
    return Review(
        published=published,
        draft=draft,
        changes=role_profiles.difference(published.version.rows, draft.rows),
        warning=preview.warning(session, published.sector, published.version.rows, draft.rows),
    )


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
    tuning.lock(session, actor, role_profile_id)
    why = " ".join(reason.split())
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise DomainError(
            f"Say in {SHORTEST_REASON} to {LONGEST_REASON} characters why the numbers change; it stays in the history.",
            "reason",
        )
    tuning.unchanged_since(session, actor, role_profile_id, seen)
    found = review(session, actor, role_profile_id)
    if not found.changes:
        raise DomainError("The draft is the same as what is published; there is nothing to publish.")
    if found.warning is not None and not accepted:
        raise DomainError("Tick that you have read the warning, or change the draft first.", "accepted")
    number = found.published.version.number + 1
    session.execute(
        sa.update(ProfileVersion)
        .where(ProfileVersion.organisation_id == actor.organisation_id, ProfileVersion.id == found.draft.id)
        .values(
            status=role_profiles.VersionStatus.PUBLISHED,
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
        version=found.draft.id,
        number=number,
        changed=sorted({f"{change.attribute} {change.what}" for change in found.changes}),
        random_percentile=None if found.warning is None else round(found.warning.draft),
    )
    return number
