"""Who has opened whose page: the log knows, and nobody is decided about unopened."""

import uuid
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.store.records import AuditEntry

VIEWED = "viewed"


def record(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> None:
    """Write down that the acting member has opened a candidate's page."""
    actor.need(Permission.SEE_CANDIDATES)
    audit.record(session, actor, VIEWED, "candidacy", candidacy_id, now)


def last_by(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> datetime | None:
    """When the acting member last opened a candidate's page."""
    return session.scalar(
        sa.select(sa.func.max(AuditEntry.at)).where(
            _openings(actor), AuditEntry.subject_id == candidacy_id, AuditEntry.member_id == actor.member_id
        )
    )


def last_by_anybody(session: Session, actor: Actor, candidacies: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When each of these pages was last opened by any member; a page that never was is not in it. One statement."""
    actor.need(Permission.MANAGE_VACANCIES)
    rows = session.execute(
        sa.select(AuditEntry.subject_id, sa.func.max(AuditEntry.at))
        .where(_openings(actor), AuditEntry.subject_id.in_(list(candidacies)))
        .group_by(AuditEntry.subject_id)
    )
    return {candidacy_id: last for candidacy_id, last in rows if candidacy_id is not None}


def _openings(actor: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(
        AuditEntry.organisation_id == actor.organisation_id,
        AuditEntry.subject == "candidacy",
        AuditEntry.action == VIEWED,
    )
