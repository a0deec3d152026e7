"""What each member of a panel wrote down of an interview, before anybody saw the others' ratings.

A sheet is its member's alone until it is handed in; from then on it never changes, and what is added has its time.
The ratings of an interview are shown to a member who has handed in their own, or who has chosen to look without
rating: from that moment on theirs would not be their own, so none is taken any more.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidacies, comparing, interview, panels, vacancies
from assessment.services.hiring.candidacies import Case
from assessment.services.hiring.interview import Guide, Interview, Question
from assessment.services.hiring.panels import Rights
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.services.profiles import role_profiles
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy
from assessment.store.interviews import InterviewAddition, InterviewRating, InterviewSheet
from assessment.store.people import Member

LOWEST, HIGHEST = 1, 5
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Wrote:
    """What a member has for one question: a rating from 1 to 5, or none, and a note."""

    rating: int | None
    note: str


@dataclass(frozen=True)
class Rated:
    """A question as it was asked, with what one member wrote."""

    place: int  # in the interview
    question: str
    asked: str
    rating: int | None
    note: str


@dataclass(frozen=True)
class Added:
    text: str
    at: datetime


@dataclass(frozen=True)
class Sheet:
    """One member's ratings of an interview, in the order of the questions."""

    member_id: uuid.UUID
    member: str
    handed_in_at: datetime | None
    looked_at: datetime | None
    rated: tuple[Rated, ...]
    added: tuple[Added, ...]

    @property
    def open(self) -> bool:
        """Whether its member may still write in it."""
        return self.handed_in_at is None and self.looked_at is None

    def of(self, question: str) -> Rated | None:
        return next((one for one in self.rated if one.question == question), None)


@dataclass(frozen=True)
class InterviewPage:
    """The guide for one person, and the acting member's own sheet.

    `earlier`: questions of the sheet that the guide no longer has, since answers were scored again or the role changed.
    """

    vacancy: VacancyFacts
    case: Case
    guide: Guide
    to_judge: bool  # the guide is by the role alone until the acting member has judged the profile
    rights: Rights
    own: Sheet | None
    earlier: tuple[Question, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return (*self.guide.questions, *self.earlier)

    @property
    def writing(self) -> bool:
        """Whether the acting member may write down ratings now."""
        return self.rights.rate and (self.own is None or self.own.open)


def page(session: Session, actor: Actor, candidacy_id: uuid.UUID, texts: Interview, now: datetime) -> InterviewPage:
    """What to ask a candidate. Nobody is asked about somebody whose data was erased: NotFoundError."""
    case = candidacies.one(session, actor, candidacy_id, now)
    if case is None or case.erased:
        raise NotFoundError
    rights = panels.rights(session, actor, case.vacancy_id)
    vacancy = vacancies.get(session, actor, case.vacancy_id)
    profile = role_profiles.measured(session, actor.organisation_id, vacancy.profile_version_id)
    finished = [case] if case.sitting_id is not None else []
    person = next(iter(comparing.read(session, actor, vacancy, profile, finished).people), None)
    # What is open about a person tells of the fit: who judges the profile first gets the questions of the role.
    asks = None if person is None or person.withheld is not None or person.to_judge else person.asks
    guide = interview.guide(asks, profile.rows, texts)
    sheet = own(session, actor, candidacy_id)
    kept = {one.question for one in sheet.rated} if sheet is not None else set()
    earlier = tuple(
        question for question in every_question(texts) if question.id in kept and question not in guide.questions
    )
    to_judge = person is not None and person.to_judge
    return InterviewPage(vacancy, case, guide, to_judge, rights, sheet, earlier)


def keep(
    session: Session,
    actor: Actor,
    candidacy_id: uuid.UUID,
    texts: Interview,
    wrote: Mapping[str, Wrote],
    now: datetime,
    *,
    hand_in: bool,
) -> None:
    """Keep what the acting member has so far, by question; `hand_in`: for good.

    Any question of the bank may have been asked: the guide can have changed since its page was opened.
    """
    shown = page(session, actor, candidacy_id, texts, now)
    if not shown.rights.rate:
        raise DomainError("Ratings of this vacancy are its panel’s. HR can put you on it.")
    sheet = _own(session, actor, candidacy_id, now)
    if sheet.handed_in_at is not None:
        raise DomainError("You have handed in your ratings. You can still add a remark.")
    if sheet.looked_at is not None:
        raise DomainError("You have looked at the others’ ratings, so none of yours is taken any more.")
    there = set(shown.questions)
    questions = [*shown.questions, *(one for one in every_question(texts) if one.id in wrote and one not in there)]
    _check(questions, wrote)
    _write(session, sheet, questions, wrote)
    if not hand_in:
        return
    rated = sum(one.rating is not None for one in _rows(session, sheet))
    if not rated:
        raise DomainError("Rate at least one question before you hand in.")
    sheet.handed_in_at = now
    session.flush()
    audit.record(session, actor, "rated an interview with", "candidacy", candidacy_id, now, rated=rated)


def add(session: Session, actor: Actor, candidacy_id: uuid.UUID, text: str, now: datetime) -> None:
    """Add a remark to the acting member's own ratings, after they were handed in; nothing else of them changes."""
    case = candidacies.one(session, actor, candidacy_id, now)
    if case is None or case.erased:
        raise NotFoundError
    sheet = _own(session, actor, candidacy_id, now)
    if sheet.handed_in_at is None:
        raise DomainError("Hand in your ratings first. Until then you can change them as you like.")
    text = text.strip()
    if not text:
        raise DomainError("Write what you want to add.", "text")
    if len(text) > LONGEST_NOTE:
        raise DomainError(f"Use at most {LONGEST_NOTE} characters.", "text")
    session.add(InterviewAddition(organisation_id=actor.organisation_id, sheet_id=sheet.id, text=text, added_at=now))
    session.flush()
    audit.record(session, actor, "added to their ratings of", "candidacy", candidacy_id, now)


def look(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> None:
    """Choose to see the ratings without handing in any: from now on the acting member's are not taken.

    What they had not handed in goes. Whoever has handed in needs no leave, and nothing happens.
    """
    case = candidacies.one(session, actor, candidacy_id, now)
    if case is None or case.erased:
        raise NotFoundError
    panels.rights(session, actor, case.vacancy_id)
    sheet = _own(session, actor, candidacy_id, now)
    if sheet.handed_in_at is not None or sheet.looked_at is not None:
        return
    session.execute(
        sa.delete(InterviewRating).where(
            InterviewRating.organisation_id == actor.organisation_id, InterviewRating.sheet_id == sheet.id
        )
    )
    sheet.looked_at = now
    session.flush()
    audit.record(session, actor, "looked without rating at the interview of", "candidacy", candidacy_id, now)


def every_question(texts: Interview) -> Iterator[Question]:
    """All questions of the bank, whatever they are for."""
    return (question for questions in texts.values() for question in questions.questions)


def handed_in(session: Session, actor: Actor, candidacy_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Sheet]]:
    """The sheets that were handed in, by candidacy, each candidacy's in the order of names; three statements."""
    found: dict[uuid.UUID, list[Sheet]] = {candidacy_id: [] for candidacy_id in candidacy_ids}
    for candidacy_id, sheet in _sheets(session, actor, candidacy_ids):
        if sheet.handed_in_at is not None:
            found[candidacy_id].append(sheet)
    return found


def own(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> Sheet | None:
    """The acting member's sheet of one interview."""
    sheets = _sheets(session, actor, [candidacy_id])
    return next((sheet for _, sheet in sheets if sheet.member_id == actor.member_id), None)


def _check(questions: Sequence[Question], wrote: Mapping[str, Wrote]) -> None:
    known = {question.id for question in questions}
    for name, one in wrote.items():
        if name not in known:
            raise DomainError("The item bank has no such question any more. Load the page again.")
        if one.rating is not None and not LOWEST <= one.rating <= HIGHEST:
            raise DomainError(f"Rate from {LOWEST} to {HIGHEST}.", f"rating-{name}")
        if len(one.note) > LONGEST_NOTE:
            raise DomainError(f"Use at most {LONGEST_NOTE} characters.", f"note-{name}")


def _write(session: Session, sheet: InterviewSheet, questions: Sequence[Question], wrote: Mapping[str, Wrote]) -> None:
    """One row a question that has a rating or a note; questions that `wrote` does not name stay as they are."""
    kept = {row.question: row for row in _rows(session, sheet)}
    for place, question in enumerate(questions, start=1):
        if question.id not in wrote:
            continue
        one, row = wrote[question.id], kept.get(question.id)
        note = one.note.strip()
        if one.rating is None and not note:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = InterviewRating(organisation_id=sheet.organisation_id, sheet_id=sheet.id, question=question.id)
            session.add(row)
        row.place, row.asked, row.rating, row.note = place, question.question, one.rating, note
    session.flush()


def _rows(session: Session, sheet: InterviewSheet) -> Sequence[InterviewRating]:
    return session.scalars(
        sa.select(InterviewRating)
        .where(InterviewRating.organisation_id == sheet.organisation_id, InterviewRating.sheet_id == sheet.id)
        .order_by(InterviewRating.place, InterviewRating.question)
    ).all()


def _own(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> InterviewSheet:
    """The acting member's sheet, begun if need be. The candidacy is locked, so that two windows don't begin two."""
    session.execute(
        sa.select(Candidacy.id)
        .where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id)
        .with_for_update()
    )
    sheet = session.scalar(
        sa.select(InterviewSheet).where(
            InterviewSheet.organisation_id == actor.organisation_id,
            InterviewSheet.candidacy_id == candidacy_id,
            InterviewSheet.member_id == actor.member_id,
        )
    )
    if sheet is None:
        sheet = InterviewSheet(
            organisation_id=actor.organisation_id,
            candidacy_id=candidacy_id,
            member_id=actor.member_id,
            begun_at=now,
            handed_in_at=None,
            looked_at=None,
        )
        session.add(sheet)
        session.flush()
    return sheet


def _sheets(session: Session, actor: Actor, candidacy_ids: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, Sheet]]:
    """Everybody's sheets, each with its candidacy."""
    of_people = (
        InterviewSheet.organisation_id == actor.organisation_id,
        InterviewSheet.candidacy_id.in_(candidacy_ids),
    )
    sheets = session.execute(
        sa.select(InterviewSheet, Member.name)
        .join(Member, points_to(InterviewSheet.member_id, Member))
        .where(*of_people)
        .order_by(Member.name, Member.id)
    ).all()
    rated: dict[uuid.UUID, list[Rated]] = {}
    for row in session.scalars(
        sa.select(InterviewRating)
        .join(InterviewSheet, points_to(InterviewRating.sheet_id, InterviewSheet))
        .where(*of_people)
        .order_by(InterviewRating.place, InterviewRating.question)
    ):
        rated.setdefault(row.sheet_id, []).append(Rated(row.place, row.question, row.asked, row.rating, row.note))
    added: dict[uuid.UUID, list[Added]] = {}
    for addition in session.scalars(
        sa.select(InterviewAddition)
        .join(InterviewSheet, points_to(InterviewAddition.sheet_id, InterviewSheet))
        .where(*of_people)
        .order_by(InterviewAddition.added_at, InterviewAddition.id)
    ):
        added.setdefault(addition.sheet_id, []).append(Added(addition.text, addition.added_at))
    return [
        (
            sheet.candidacy_id,
            Sheet(
                member_id=sheet.member_id,
                member=name,
                handed_in_at=sheet.handed_in_at,
                looked_at=sheet.looked_at,
                rated=tuple(rated.get(sheet.id, ())),
                added=tuple(added.get(sheet.id, ())),
            ),
        )
        for sheet, name in sheets
    ]
