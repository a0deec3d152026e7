"""Organisations, the people who work in them, and how they get in."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, Installation, OfOrganisation, belongs_to, one_of


class Role(StrEnum):
    OWNER = "owner"
    HR = "hr"
    HIRING_MANAGER = "hiring_manager"
    ANALYST = "analyst"


class LinkPurpose(StrEnum):
    SIGN_IN = "sign_in"
    INVITATION = "invitation"


class Organisation(Installation, Base):
    __tablename__ = "organisation"
    __table_args__ = (
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3650", name="retention_days"),
        sa.CheckConstraint("group_threshold BETWEEN 0.5 AND 0.95", name="group_threshold"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    contact: Mapped[str]
    synthetic: Mapped[bool] = mapped_column(default=False)
    retention_days: Mapped[int] = mapped_column(default=180)
    group_threshold: Mapped[float] = mapped_column(default=0.8)
    created_at: Mapped[datetime]


class Login(Installation, Base):
    """A person's way in, whichever organisations they are a member of."""

    __tablename__ = "login"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]


class Member(OfOrganisation, Base):
    __tablename__ = "member"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "login_id"), one_of("role", Role))

    login_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("login.id"), index=True)
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class LoginSession(Installation, Base):
    """A signed-in browser: kept here so that it can be ended from here."""

    __tablename__ = "login_session"
    __table_args__ = (belongs_to("member_id", "member"),)

    token_hash: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    member_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccessLink(Installation, Base):
    """A secret link, stored as a hash: to sign in once, or to open an invitation until its end."""

    __tablename__ = "access_link"
    __table_args__ = (
        one_of("purpose", LinkPurpose),
        belongs_to("member_id", "member"),
        belongs_to("invitation_id", "invitation", ondelete="CASCADE"),
        sa.CheckConstraint(
            "(purpose = 'sign_in' AND member_id IS NOT NULL AND invitation_id IS NULL)"
            " OR (purpose = 'invitation' AND invitation_id IS NOT NULL AND member_id IS NULL)",
            name="subject",
        ),
        sa.Index("ix_access_link_invitation", "organisation_id", "invitation_id"),
    )

    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    organisation_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    member_id: Mapped[uuid.UUID | None]
    invitation_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
