"""A panel's ratings of one interview beside each other, and how far its members agree."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.lists import EVERYBODY
from assessment.measurement.evidence import agreement as measure
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.hiring import candidacies, interview_sheets, panels, vacancies
from assessment.services.hiring.candidacies import Case
from assessment.services.hiring.interview import Interview
from assessment.services.hiring.interview_sheets import Sheet
from assessment.services.hiring.panels import Rights
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy
from assessment.store.interviews import InterviewSheet


@dataclass(frozen=True)
class Row:
    """One question with a rating and a note of each member, in the order of the sheets; None: not rated."""

    asked: str
    ratings: tuple[int | None, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class QuestionRatings:
    """A question's ratings in short."""

    row: Row
    mean: float | None
    spread: float | None  # the highest rating less the lowest; None with fewer than two


@dataclass(frozen=True)
class PanelAgreement:
    """ICC(A,1) of the vacancy's interviews, by the questions put to everybody, with its 95% interval."""

    value: float
    low: float
    high: float
    people: int


@dataclass(frozen=True)
class Ratings:
    """Everything handed in about one interview."""

    vacancy: VacancyFacts
    case: Case
    sheets: tuple[Sheet, ...]
    questions: tuple[QuestionRatings, ...]
    waiting: tuple[str, ...]  # members of the panel whose ratings are still wanted
    apart: float | None  # how far two members are apart on average
    panel: PanelAgreement | None


@dataclass(frozen=True)
class NotYet:
    """The acting member has handed in nothing: they may rate first, or look and rate no more."""

    vacancy: VacancyFacts
    case: Case
    rights: Rights
    handed_in: int


def of_candidacy(
    session: Session, actor: Actor, candidacy_id: uuid.UUID, texts: Interview, now: datetime
) -> Ratings | NotYet:
    """The ratings of an interview, for a member who has handed in their own or has chosen to look."""
    case = candidacies.one(session, actor, candidacy_id, now)
    if case is None or case.erased:
        raise NotFoundError
    rights = panels.rights(session, actor, case.vacancy_id)
    vacancy = vacancies.get(session, actor, case.vacancy_id)
    sheets = interview_sheets.handed_in(session, actor, [candidacy_id])[candidacy_id]
    own = interview_sheets.own(session, actor, candidacy_id)
    if own is None or own.open:
        return NotYet(vacancy, case, rights, len(sheets))
    rows = _rows(sheets)
    numbers = [[np.nan if one is None else float(one) for one in row.ratings] for row in rows]
    found = measure.agreement(np.reshape(numbers, (len(rows), len(sheets))))
    there = {sheet.member_id for sheet in sheets}
    return Ratings(
        vacancy=vacancy,
        case=case,
        sheets=tuple(sheets),
        questions=tuple(
            QuestionRatings(row, _or_none(mean), _or_none(spread))
            for row, mean, spread in zip(rows, found.mean.tolist(), found.spread.tolist(), strict=True)
        ),
        waiting=tuple(
            name for member_id, name in panels.raters(session, actor, vacancy.id).items() if member_id not in there
        ),
        apart=_or_none(found.apart),
        panel=_panel(session, actor, vacancy.id, texts),
    )


def _rows(sheets: Sequence[Sheet]) -> list[Row]:
    """Every question that somebody rated or noted something about, in the order of the interview."""
    asked = {one.question: one for sheet in sheets for one in sheet.rated}
    found = []
    for question, first in sorted(asked.items(), key=lambda entry: (entry[1].place, entry[0])):
        rated = [sheet.of(question) for sheet in sheets]
        found.append(
            Row(
                asked=first.asked,
                ratings=tuple(None if one is None else one.rating for one in rated),
                notes=tuple("" if one is None else one.note for one in rated),
            )
        )
    return found


def _panel(session: Session, actor: Actor, vacancy_id: uuid.UUID, texts: Interview) -> PanelAgreement | None:
    """Over all people of a vacancy, each member's mean of the questions that everybody is asked."""
    interviewed = session.scalars(
        sa.select(Candidacy.id)
        .distinct()
        .join(InterviewSheet, points_to(InterviewSheet.candidacy_id, Candidacy))
        .where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            InterviewSheet.handed_in_at.is_not(None),
        )
    ).all()
    if len(interviewed) < measure.LEAST_PEOPLE or EVERYBODY not in texts:
        return None
    comparable = {question.id for question in texts[EVERYBODY].of(EVERYBODY)}
    people = interview_sheets.handed_in(session, actor, interviewed)
    members = sorted({sheet.member_id for sheets in people.values() for sheet in sheets})
    means = np.full((len(people), len(members)), np.nan)
    for row, sheets in enumerate(people.values()):
        for sheet in sheets:
            given = [one.rating for one in sheet.rated if one.question in comparable and one.rating is not None]
            if len(given) == len(comparable):
                means[row, members.index(sheet.member_id)] = np.mean(given)
    found = measure.panel_agreement(means)
    return None if found is None else PanelAgreement(float(found.value), float(found.low), float(found.high), found.n)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value
