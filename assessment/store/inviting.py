"""How an organisation invites: its letter, its reminders, and links by which people invite themselves."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, belongs_to


class InvitationSetting(Base):
    """Where there is no row, or nothing in a column: the standard letter, and no reminders.

    The reminders are days before the deadline, the earlier one first.
    """

    __tablename__ = "invitation_setting"
    __table_args__ = (
        sa.CheckConstraint("(subject IS NULL) = (text IS NULL)", name="letter_whole_or_not"),
        sa.CheckConstraint("first_reminder BETWEEN 1 AND 30", name="first_reminder"),
        sa.CheckConstraint(
            "second_reminder IS NULL OR (first_reminder IS NOT NULL AND second_reminder BETWEEN 1 AND 29"
            " AND second_reminder < first_reminder)",
            name="second_reminder",
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    subject: Mapped[str | None]
    text: Mapped[str | None]
    first_reminder: Mapped[int | None]
    second_reminder: Mapped[int | None]


class Reminder(Base):
    """A reminder that was written: the key lets no two processes write the same one."""

    __tablename__ = "reminder"
    __table_args__ = (
        belongs_to("invitation_id", "invitation"),
        sa.CheckConstraint("number IN (1, 2)", name="number"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    written_at: Mapped[datetime]


class PublicLink(Base):
    """A vacancy's link for everybody. It is no secret, so it can be shown again; switched off, it opens nothing."""

    __tablename__ = "public_link"
    __table_args__ = (
        belongs_to("vacancy_id", "vacancy"),
        sa.CheckConstraint("invited >= 0", name="invited"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    vacancy_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    is_open: Mapped[bool]
    invited: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
