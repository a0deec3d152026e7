"""A candidate taking a form: devices, answers, and the result."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, OfOrganisation, belongs_to, one_of


class NormKind(StrEnum):
    SECTOR = "sector"
    LANGUAGE = "language"
    VACANCY = "vacancy"


class Sitting(OfOrganisation, Base):
    """One per invitation. `option_order` is JSON: for each situation the option ids in the order shown."""

    __tablename__ = "sitting"
    __table_args__ = (
        belongs_to("invitation_id", "invitation"),
        sa.UniqueConstraint("organisation_id", "invitation_id"),
        sa.CheckConstraint("devices >= 1", name="devices"),
        sa.CheckConstraint("finished_at IS NULL OR finished_at >= started_at", name="finished_after_start"),
    )

    invitation_id: Mapped[uuid.UUID]
    form_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("form.id"))
    option_order: Mapped[str]
    devices: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class SittingDevice(Base):
    """A browser that joined the sitting; the later one's answers win."""

    __tablename__ = "sitting_device"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"], ["sitting.organisation_id", "sitting.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("device >= 1", name="device"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    device: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    joined_at: Mapped[datetime]


class AnswerEvent(Base):
    """Every accepted save, in the order it came; never changed. The key makes a resend harmless."""

    __tablename__ = "answer_event"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id", "device"],
            ["sitting_device.organisation_id", "sitting_device.sitting_id", "sitting_device.device"],
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("most <> least", name="most_is_not_least"),
        sa.CheckConstraint("sequence >= 1", name="sequence"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    item_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item_version.id"))
    most: Mapped[str]
    least: Mapped[str]
    device: Mapped[int]
    sequence: Mapped[int]
    most_position: Mapped[int]
    least_position: Mapped[int]
    shown_at: Mapped[datetime | None]
    answered_at: Mapped[datetime]


class Answer(Base):
    """The answer that counts now, for each situation."""

    __tablename__ = "answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["organisation_id", "sitting_id"], ["sitting.organisation_id", "sitting.id"], ondelete="CASCADE"
        ),
        sa.CheckConstraint("most <> least", name="most_is_not_least"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    item_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item_version.id"), primary_key=True)
    most: Mapped[str]
    least: Mapped[str]
    device: Mapped[int]
    sequence: Mapped[int]
    answered_at: Mapped[datetime]


class Result(OfOrganisation, Base):
    """Scores of a sitting under one key, prior and scoring version. Never changed.

    `mean` and `keyed` have one number an attribute, the covariances the 21 of their lower triangle, row by row.
    They are missing where too few situations were answered.
    """

    __tablename__ = "result"
    __table_args__ = (
        belongs_to("sitting_id", "sitting", ondelete="CASCADE"),
        sa.UniqueConstraint("organisation_id", "sitting_id", "key_version_id", "prior_version_id", "scoring_version"),
        sa.CheckConstraint(
            "(mean IS NULL) = (own_covariance IS NULL) AND (mean IS NULL) = (covariance IS NULL)"
            " AND (mean IS NULL) = (p_random IS NULL)",
            name="scored_whole_or_not",
        ),
        sa.CheckConstraint("p_random IS NULL OR p_random BETWEEN 0 AND 1", name="p_random"),
    )

    sitting_id: Mapped[uuid.UUID]
    key_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("key_version.id"))
    prior_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("prior_version.id"))
    scoring_version: Mapped[str]
    answered: Mapped[int]
    mean: Mapped[list[float] | None]
    own_covariance: Mapped[list[float] | None]
    covariance: Mapped[list[float] | None]
    keyed: Mapped[list[float]]
    p_random: Mapped[float | None]
    form_digest: Mapped[str]
    key_digest: Mapped[str]
    prior_digest: Mapped[str]
    answers_digest: Mapped[str]
    created_at: Mapped[datetime]


class NormVersion(OfOrganisation, Base):
    """Where a group of finished sittings stands on each attribute, as JSON: what percentiles are read from.

    `value` is the sector's or language's name, or the vacancy's id. Making a group anew adds the next number.
    """

    __tablename__ = "norm_version"
    __table_args__ = (
        belongs_to("created_by", "member"),
        one_of("kind", NormKind),
        sa.UniqueConstraint("organisation_id", "form_id", "kind", "value", "number"),
        sa.CheckConstraint("people >= 1 AND left_out >= 0", name="people"),
    )

    form_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("form.id"))
    key_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("key_version.id"))
    kind: Mapped[str]
    value: Mapped[str]
    number: Mapped[int]
    people: Mapped[int]
    left_out: Mapped[int]
    content: Mapped[str]
    digest: Mapped[str]
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
