"""What somebody is invited for: a vacancy, or the pilot of a form. The candidate's way is the same for both."""

import uuid
from dataclasses import dataclass
from typing import TypeVarTuple

import sqlalchemy as sa

from assessment.store.base import points_to
from assessment.store.hiring import NAMED, Candidacy, NoticeKind, Pilot, Vacancy, VacancyStatus

_Row = TypeVarTuple("_Row")


@dataclass(frozen=True)
class Occasion:
    """A vacancy or a pilot, as far as an invitation needs to know it. A pilot has no place."""

    kind: NoticeKind
    organisation_id: uuid.UUID
    id: uuid.UUID
    title: str
    place: str
    form_id: uuid.UUID
    answer_days: int
    retention_days: int | None  # of its own
    open: bool

    @property
    def pilot(self) -> bool:
        return self.kind is NoticeKind.PILOT

    @property
    def vacancy_id(self) -> uuid.UUID | None:
        return None if self.pilot else self.id

    @property
    def pilot_id(self) -> uuid.UUID | None:
        return self.id if self.pilot else None

    def kept_days(self, organisation_days: int) -> int:
        """For how many days after the end its data is kept: never longer than the organisation keeps everything."""
        return min(self.retention_days or organisation_days, organisation_days)

    @property
    def its_candidacies(self) -> sa.ColumnElement[bool]:
        """The condition that a candidacy is of this vacancy or pilot."""
        column = Candidacy.pilot_id if self.pilot else Candidacy.vacancy_id
        return sa.and_(Candidacy.organisation_id == self.organisation_id, column == self.id)


def joined(statement: sa.Select[*_Row]) -> sa.Select[*_Row]:
    """Join Vacancy and Pilot to a statement about candidacies: of each row one is there, the other is None."""
    return statement.outerjoin(
        Vacancy,
        points_to(Candidacy.vacancy_id, Vacancy),
    ).outerjoin(
        Pilot,
        points_to(Candidacy.pilot_id, Pilot),
    )


def of(vacancy: Vacancy | None, pilot: Pilot | None) -> Occasion:
    """The one of the two that is there."""
    if vacancy is not None:
        kind, place, retention_days = NoticeKind.HIRING, vacancy.place, vacancy.retention_days
    else:
        kind, place, retention_days = NoticeKind.PILOT, "", None
    it = vacancy or pilot
    if it is None:
        raise LookupError("a candidacy is of a vacancy or of a pilot")
    return Occasion(
        kind=kind,
        organisation_id=it.organisation_id,
        id=it.id,
        title=it.title,
        place=place,
        form_id=it.form_id,
        answer_days=it.answer_days,
        retention_days=retention_days,
        open=it.status == VacancyStatus.OPEN,
    )


def label(candidacy: Candidacy, vacancy: Vacancy | None, name: str | None) -> str:
    """What members call a person: the number where the vacancy hides names until shortlisting or it was erased."""
    hidden = vacancy is not None and vacancy.names_hidden and candidacy.disposition not in NAMED
    return shown_as(candidacy.number, name, hidden=hidden)


def shown_as(number: int, name: str | None, *, hidden: bool) -> str:
    """The name, or "Candidate 14" where it is hidden or erased."""
    return f"Candidate {number}" if hidden or name is None else name
