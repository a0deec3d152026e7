"""What was written down of a candidate's interviews, for the candidate to read and take along."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.store.hiring import Candidacy
from assessment.store.interviews import InterviewAddition, InterviewRating, InterviewSheet


@dataclass(frozen=True)
class RatingHeld:
    """What somebody of the organisation wrote down of an answer of the person's in an interview, from 1 to 5."""

    question: str
    rating: int | None
    note: str


@dataclass(frozen=True)
class InterviewHeld:
    """One rater's notes; who that was is said by number, not by name."""

    rater: int
    begun_at: datetime
    handed_in_at: datetime | None
    ratings: tuple[RatingHeld, ...]
    added_later: tuple[str, ...]


def held(session: Session, candidacy: Candidacy) -> tuple[InterviewHeld, ...]:
    """What was noted of the person's interviews, handed in or not; a sheet without a word of them is left out."""
    found: list[InterviewHeld] = []
    for sheet in session.scalars(
        sa.select(InterviewSheet)
        .where(InterviewSheet.organisation_id == candidacy.organisation_id, InterviewSheet.candidacy_id == candidacy.id)
        .order_by(InterviewSheet.begun_at, InterviewSheet.id)
    ):
        rated = session.scalars(
            sa.select(InterviewRating)
            .where(InterviewRating.organisation_id == sheet.organisation_id, InterviewRating.sheet_id == sheet.id)
            .order_by(InterviewRating.place, InterviewRating.question)
        ).all()
        added = session.scalars(
            sa.select(InterviewAddition.text)
            .where(InterviewAddition.organisation_id == sheet.organisation_id, InterviewAddition.sheet_id == sheet.id)
            .order_by(InterviewAddition.added_at, InterviewAddition.id)
        ).all()
        if rated:
            ratings = tuple(RatingHeld(row.asked, row.rating, row.note) for row in rated)
            found.append(InterviewHeld(len(found) + 1, sheet.begun_at, sheet.handed_in_at, ratings, tuple(added)))
    return tuple(found)
