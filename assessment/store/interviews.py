"""Who meets the people of a vacancy, and what each of them wrote down before seeing the others'."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from assessment.store.base import Base, OfOrganisation, belongs_to


class PanelMember(OfOrganisation, Base):
    """A member's seat on a vacancy's panel. Whoever has one sees the vacancy; what else they may do stands here."""

    __tablename__ = "panel_member"
    __table_args__ = (
        belongs_to("vacancy_id", "vacancy"),
        belongs_to("member_id", "member"),
        sa.UniqueConstraint("organisation_id", "vacancy_id", "member_id"),
    )

    vacancy_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID]
    may_rate: Mapped[bool]
    may_decide: Mapped[bool]
    added_at: Mapped[datetime]


class InterviewSheet(OfOrganisation, Base):
    """What one member rated of one interview: theirs alone until handed in, and not changed from then on.

    `looked_at`: when they saw the others' ratings without having handed in any; from then on theirs would not be
    their own.
    """

    __tablename__ = "interview_sheet"
    __table_args__ = (
        belongs_to("candidacy_id", "candidacy"),
        belongs_to("member_id", "member"),
        sa.UniqueConstraint("organisation_id", "candidacy_id", "member_id"),
        sa.CheckConstraint("handed_in_at IS NULL OR looked_at IS NULL", name="handed_in_before_looking"),
    )

    candidacy_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID]
    begun_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]


class InterviewRating(OfOrganisation, Base):
    """A question as it was asked, the rating (none: not asked, or not to be rated) and a note."""

    __tablename__ = "interview_rating"
    __table_args__ = (
        belongs_to("sheet_id", "interview_sheet", ondelete="CASCADE"),
        sa.UniqueConstraint("organisation_id", "sheet_id", "question"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )

    sheet_id: Mapped[uuid.UUID]
    place: Mapped[int]  # in the guide
    question: Mapped[str]  # its id in the bank
    asked: Mapped[str]  # its text: the bank's may change
    rating: Mapped[int | None]
    note: Mapped[str]


class InterviewAddition(OfOrganisation, Base):
    """What a member added after handing in. Rows are only ever added."""

    __tablename__ = "interview_addition"
    __table_args__ = (
        belongs_to("sheet_id", "interview_sheet", ondelete="CASCADE"),
        sa.Index("ix_interview_addition_sheet", "organisation_id", "sheet_id"),
    )

    sheet_id: Mapped[uuid.UUID]
    text: Mapped[str]
    added_at: Mapped[datetime]
