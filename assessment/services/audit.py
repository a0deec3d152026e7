"""The audit log: one entry in the same transaction as the change it tells of."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor, Invited
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.people import Member
from assessment.store.records import AuditEntry


@dataclass(frozen=True)
class Entry:
    """A line of the log as HR reads it."""

    at: datetime
    who: str
    action: str
    subject: str
    subject_id: uuid.UUID | None
    body: dict[str, object]


def record(
    session: Session,
    actor: Actor | Invited | None,
    action: str,
    subject: str,
    subject_id: uuid.UUID | None,
    now: datetime,
    *,
    organisation_id: uuid.UUID | None = None,
    **body: object,
) -> None:
    """Write down that `actor` did `action`; None is the system, which must name the organisation.

    The body holds ids, numbers and digests, never names or answers: it outlives an erasure.
    """
    organisation = actor.organisation_id if actor is not None else organisation_id
    if organisation is None:
        raise ValueError("an entry of the system names its organisation")
    member_id = actor.member_id if isinstance(actor, Actor) else None
    kind = "system" if actor is None else "candidate" if member_id is None else "member"
    text = json.dumps(body, sort_keys=True, default=str, allow_nan=False)
    facts = [organisation, now.isoformat(), kind, member_id, action, subject, subject_id, text]
    session.add(
        AuditEntry(
            organisation_id=organisation,
            at=now,
            actor=kind,
            member_id=member_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            body=text,
            digest=hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest(),
            chain=None,
        )
    )
    session.flush()


def latest(session: Session, actor: Actor, *, action: str | None = None, limit: int = 200) -> list[Entry]:
    """The newest entries of the acting member's organisation, newest first; only those of `action`, if given."""
    actor.need(Permission.SEE_AUDIT_LOG)
    rows = session.execute(
        sa.select(AuditEntry, Member.name)
        .outerjoin(
            Member,
            points_to(AuditEntry.member_id, Member),
        )
        .where(
            AuditEntry.organisation_id == actor.organisation_id,
            sa.true() if action is None else AuditEntry.action == action,
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id)
        .limit(limit)
    )
    return [
        Entry(
            at=entry.at,
            who=name or {"candidate": "A candidate", "system": "Frontdoor"}[entry.actor],
            action=entry.action,
            subject=entry.subject,
            subject_id=entry.subject_id,
            body=json.loads(entry.body),
        )
        for entry, name in rows
    ]


def actions(session: Session, actor: Actor) -> list[str]:
    """The kinds of action that occur in the log of the acting member's organisation."""
    actor.need(Permission.SEE_AUDIT_LOG)
    return list(
        session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.organisation_id == actor.organisation_id)
            .distinct()
            .order_by(AuditEntry.action)
        )
    )
