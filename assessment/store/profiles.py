"""The right amount of each attribute for a role, version by version."""

import uuid
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, OfOrganisation, belongs_to, one_of


class VersionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class RoleProfile(OfOrganisation, Base):
    __tablename__ = "role_profile"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "sector", "role"),)

    sector: Mapped[str]
    role: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    created_at: Mapped[datetime]


class ProfileVersion(OfOrganisation, Base):
    """A draft, or a published version: numbered, with a reason, and never changed again."""

    __tablename__ = "profile_version"
    __table_args__ = (
        belongs_to("role_profile_id", "role_profile"),
        belongs_to("published_by", "member"),
        one_of("status", VersionStatus),
        sa.UniqueConstraint("organisation_id", "role_profile_id", "number"),
        sa.CheckConstraint(
            "(status = 'draft') = (number IS NULL) AND (status = 'draft') = (published_at IS NULL)"
            " AND (status = 'draft') = (reason IS NULL)",
            name="published_is_complete",
        ),
        sa.Index(
            "uq_profile_version_one_draft",
            "organisation_id",
            "role_profile_id",
            unique=True,
            sqlite_where=sa.text("status = 'draft'"),
            postgresql_where=sa.text("status = 'draft'"),
        ),
    )

    role_profile_id: Mapped[uuid.UUID]
    status: Mapped[str]
    number: Mapped[int | None]
    reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ProfileAttribute(Base):
    """One attribute of a version. Bands and tolerance are on the T scale; a missing end is open."""

    __tablename__ = "profile_attribute"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "profile_version_id"], ["profile_version.organisation_id", "profile_version.id"]
        ),
        sa.CheckConstraint("low IS NULL OR high IS NULL OR low < high", name="band"),
        sa.CheckConstraint("low IS NULL OR low BETWEEN 0 AND 100", name="low"),
        sa.CheckConstraint("high IS NULL OR high BETWEEN 0 AND 100", name="high"),
        sa.CheckConstraint("tolerance > 0", name="tolerance"),
        sa.CheckConstraint("weight BETWEEN 0 AND 3", name="weight"),
        sa.CheckConstraint("weight = 0 OR task <> ''", name="weight_needs_task"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    profile_version_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    attribute: Mapped[str] = mapped_column(primary_key=True)
    low: Mapped[float | None]
    high: Mapped[float | None]
    tolerance: Mapped[float]
    weight: Mapped[float]
    task: Mapped[str]
    band_evidence: Mapped[str]
    band_source: Mapped[str]
    band_n: Mapped[int | None]
    band_date: Mapped[date]
    band_expiry: Mapped[date | None]
    weight_evidence: Mapped[str]
    weight_source: Mapped[str]
    weight_n: Mapped[int | None]
    weight_date: Mapped[date]
    weight_expiry: Mapped[date | None]
