"""What was done by whom, and what still has to leave the house."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, OfOrganisation, belongs_to


class AuditEntry(OfOrganisation, Base):
    """One change or view. The body names only ids and digests; `chain` is where entries will be linked."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        belongs_to("member_id", "member"),
        sa.Index("ix_audit_entry_at", "organisation_id", "at"),
        sa.Index("ix_audit_entry_subject", "organisation_id", "subject_id"),
        sa.CheckConstraint("actor IN ('member', 'candidate', 'system')", name="actor"),
        sa.CheckConstraint("(actor = 'member') = (member_id IS NOT NULL)", name="member"),
    )

    at: Mapped[datetime]
    actor: Mapped[str]
    member_id: Mapped[uuid.UUID | None]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    body: Mapped[str]
    digest: Mapped[str]
    chain: Mapped[str | None]


class Outgoing(OfOrganisation, Base):
    """A mail that must not be lost: committed with the change that caused it, sent afterwards."""

    __tablename__ = "outbox"
    __table_args__ = (
        belongs_to("candidate_id", "candidate", ondelete="CASCADE"),
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.Index("ix_outbox_due", "sent_at", "due_at"),
    )

    candidate_id: Mapped[uuid.UUID | None]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
