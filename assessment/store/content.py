"""What was asked and how it was keyed, kept whole: old sittings and `verify` outlive the files."""

import uuid
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from assessment.store.base import Base, Installation, one_of


class KeyStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class ItemStatus(StrEnum):
    DRAFT = "draft"
    TRIAL = "trial"
    LIVE = "live"
    RETIRED = "retired"


class BankItem(Installation, Base):
    """An item whatever its version, as the bank's files had it when they were last read; a draft is only here.

    `organisations` is as in Form; `content` and `reviews` are JSON. `status` is the file's, but what was retired here
    stays retired, whatever a file says later.
    """

    __tablename__ = "bank_item"
    __table_args__ = (
        sa.UniqueConstraint("bank", "item"),
        one_of("status", ItemStatus),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_by IS NULL) AND (retired_at IS NULL) = (retired_reason IS NULL)",
            name="retired_by",
        ),
        sa.CheckConstraint("retired_at IS NULL OR status = 'retired'", name="retired_stays"),
    )

    bank: Mapped[str]
    item: Mapped[str]
    practice: Mapped[bool]
    status: Mapped[str]
    organisations: Mapped[str]
    content: Mapped[str]
    reviews: Mapped[str | None]
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[str | None]
    retired_reason: Mapped[str | None]


class ItemVersion(Installation, Base):
    """One version of an item with its full text and key. Never changed once written."""

    __tablename__ = "item_version"
    __table_args__ = (sa.UniqueConstraint("bank", "item", "version"),)

    bank: Mapped[str]
    item: Mapped[str]
    version: Mapped[int]
    practice: Mapped[bool]
    digest: Mapped[str]
    content: Mapped[str]
    created_at: Mapped[datetime]


class Form(Installation, Base):
    """A fixed list of item versions given together; `organisations` is JSON: "all", or the names of those who may."""

    __tablename__ = "form"
    __table_args__ = (sa.UniqueConstraint("bank", "name", "digest"),)

    bank: Mapped[str]
    name: Mapped[str]
    title: Mapped[str]
    sector: Mapped[str]
    parallel_to: Mapped[str | None]  # the name of the form of the same bank whose second it is
    organisations: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[datetime]


class FormItem(Base):
    __tablename__ = "form_item"
    __table_args__ = (
        sa.UniqueConstraint("form_id", "item_version_id"),
        sa.CheckConstraint("position >= 1", name="position"),
    )

    form_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("form.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("item_version.id"), index=True)


class KeyVersion(Installation, Base):
    """The numbers a form is scored with: loadings (J, K, D), intercepts and their errors (J, K), as JSON.

    The first is the experts'. Later ones are calibrated: drafts with a report (JSON), until a person publishes or
    discards them. The numbers of a version never change; the published version with the highest number is in force.
    """

    __tablename__ = "key_version"
    __table_args__ = (
        sa.UniqueConstraint("form_id", "number"),
        sa.UniqueConstraint("form_id", "digest"),
        sa.CheckConstraint("pilot_n >= 0", name="pilot_n"),
        one_of("status", KeyStatus),
        sa.CheckConstraint("(status = 'draft') = (decided_at IS NULL)", name="decided_at"),
    )

    form_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("form.id"))
    prior_version_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("prior_version.id"))
    number: Mapped[int]
    digest: Mapped[str]
    content: Mapped[str]
    pilot_n: Mapped[int]
    status: Mapped[str] = mapped_column(default=KeyStatus.PUBLISHED)
    report: Mapped[str | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    created_at: Mapped[datetime]


class PriorVersion(Installation, Base):
    """Mean and covariance of the attributes in people, as JSON: guessed, or found together with a key."""

    __tablename__ = "prior_version"

    digest: Mapped[str] = mapped_column(unique=True)
    content: Mapped[str]
    created_at: Mapped[datetime]
