"""How far the people of a vacancy have come: a list to filter, search, order and leaf through, of any length.

It knows nothing of answers or fit. People whom their answers can't tell apart are ties, and an order by fit would set
them apart, so the orders on offer are those of the calendar: number, state, and when something happened last.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import occasions
from assessment.services.actors import Actor
from assessment.services.hiring import panels, vacancies
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.services.inviting import HAS_FINISHED, WITHDRAWN, Standing, standing_at
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import NAMED, Candidacy, Candidate, DecisionKind, Invitation, Vacancy
from assessment.store.sittings import Sitting

PAGE = 50  # people
LONGEST_SEARCH = 120
ERASED = "erased"
# "14", or what lists call somebody whose name is hidden.
NUMBERED = re.compile(r"(?:candidate\s+)?(\d{1,9})", re.IGNORECASE)


class Order(StrEnum):
    """How the list may go; never by fit."""

    NUMBER = "number"
    STATE = "state"
    LATEST = "latest"
    EARLIEST = "earliest"


@dataclass(frozen=True)
class Wanted:
    """What is looked for: one state or all, a number or a part of a name, in which order."""

    state: Standing | None = None
    search: str = ""
    order: Order = Order.NUMBER

    @property
    def text(self) -> str:
        """The search as it is carried out."""
        return " ".join(self.search.split())[:LONGEST_SEARCH]


@dataclass(frozen=True)
class Line:
    """Somebody invited, by their newest invitation. `label` is what pages call them."""

    candidacy_id: uuid.UUID
    number: int
    label: str
    disposition: DecisionKind | None
    state: Standing
    invited_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def shortlisted(self) -> bool:
        return self.disposition is DecisionKind.SHORTLISTED


@dataclass(frozen=True)
class InBrief:
    """How far somebody has come; None: their data was erased."""

    candidacy_id: uuid.UUID
    state: Standing | None
    shortlisted: bool


@dataclass(frozen=True)
class Board:
    """One page of the list. `counts` are of the whole vacancy, `found` is how many the filter and the search leave."""

    vacancy: VacancyFacts
    counts: Mapping[Standing, int]
    erased: int
    wanted: Wanted
    found: int
    page: int
    pages: int
    lines: tuple[Line, ...]

    @property
    def everybody(self) -> int:
        return sum(self.counts.values())


def board(session: Session, actor: Actor, vacancy_id: uuid.UUID, wanted: Wanted, page: int, now: datetime) -> Board:
    """A page of a vacancy's people, from 1 on; one past the end is the last. As many statements at any length."""
    actor.need(Permission.SEE_CANDIDATES)
    vacancy = vacancies.get(session, actor, vacancy_id)
    people = _people(actor, vacancy_id, now)
    matches = _matches(people, wanted.text, names_hidden=vacancy.names_hidden)
    counted = {
        state: (everybody, found or 0)
        for state, everybody, found in session.execute(
            sa.select(people.c.state, sa.func.count(), sa.func.sum(sa.case((matches, 1), else_=0))).group_by(
                people.c.state
            )
        )
    }
    found = sum(counted.get(state, (0, 0))[1] for state in Standing if wanted.state in (None, state))
    pages = max(1, -(-found // PAGE))
    page = min(max(page, 1), pages)
    chosen = _chosen(people, matches, wanted).limit(PAGE).offset((page - 1) * PAGE)
    return Board(
        vacancy=vacancy,
        counts={state: counted.get(state, (0, 0))[0] for state in Standing},
        erased=counted.get(ERASED, (0, 0))[0],
        wanted=wanted,
        found=found,
        page=page,
        pages=pages,
        lines=tuple(_lines(session, chosen, vacancy)),
    )


def lines(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, wanted: Wanted, now: datetime
) -> tuple[VacancyFacts, Iterator[Line]]:
    """Everybody whom the filter and the search leave, in the wanted order: the board's pages one after the other."""
    actor.need(Permission.SEE_CANDIDATES)
    vacancy = vacancies.get(session, actor, vacancy_id)
    people = _people(actor, vacancy_id, now)
    matches = _matches(people, wanted.text, names_hidden=vacancy.names_hidden)
    return vacancy, _lines(session, _chosen(people, matches, wanted), vacancy)


def in_brief(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> tuple[InBrief, ...]:
    """Everybody's state, by their numbers. One light statement at any length."""
    actor.need(Permission.SEE_CANDIDATES)
    people = _people(actor, vacancy_id, now)
    rows = session.execute(sa.select(people.c.id, people.c.state, people.c.disposition).order_by(people.c.number))
    return tuple(
        InBrief(candidacy_id, None if state == ERASED else Standing(state), disposition == DecisionKind.SHORTLISTED)
        for candidacy_id, state, disposition in rows
    )


def _people(actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> sa.CTE:
    """A row a person, by the newest invitation; who was erased has the state ERASED and no name."""
    of_person = sa.select(
        Candidacy.id,
        Candidacy.number,
        Candidacy.disposition,
        Candidate.name,
        Candidate.erased_at,
        standing_at(now).label("standing"),
        Invitation.created_at.label("invited_at"),
        Sitting.started_at,
        Sitting.finished_at,
        sa.func.row_number()
        .over(partition_by=Candidacy.id, order_by=(Invitation.created_at.desc(), Invitation.id.desc()))
        .label("place"),
        # What is finished is only ever withdrawn by erasing it.
        sa.func.max(sa.case((sa.and_(HAS_FINISHED, WITHDRAWN), 1), else_=0))
        .over(partition_by=Candidacy.id)
        .label("answers_erased"),
    )
    each = (
        of_person.join(Candidate, points_to(Candidacy.candidate_id, Candidate))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .outerjoin(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            panels.visible(actor),
        )
        .subquery()
    )
    erased = sa.or_(each.c.erased_at.is_not(None), each.c.answers_erased == 1)
    return (
        sa.select(
            each.c.id,
            each.c.number,
            each.c.disposition,
            each.c.name,
            each.c.invited_at,
            each.c.started_at,
            each.c.finished_at,
            sa.case((erased, ERASED), else_=each.c.standing).label("state"),
        )
        .where(each.c.place == 1)
        .cte("people")
    )


def _matches(people: sa.CTE, text: str, *, names_hidden: bool) -> sa.ColumnElement[bool]:
    """The number, or a part of a name that lists show; a hidden name is not found by searching either."""
    if not text:
        return sa.true()
    named = sa.func.lower(people.c.name).contains(text.lower(), autoescape=True)
    if names_hidden:
        named = sa.and_(people.c.disposition.in_(NAMED), named)
    numbered = NUMBERED.fullmatch(text)
    return sa.or_(named, people.c.number == int(numbered[1])) if numbered else named


def _chosen(people: sa.CTE, matches: sa.ColumnElement[bool], wanted: Wanted) -> sa.Select[*tuple[object, ...]]:
    states = list(Standing) if wanted.state is None else [wanted.state]
    latest = sa.func.coalesce(people.c.finished_at, people.c.started_at, people.c.invited_at)
    way = sa.case({state.value: place for place, state in enumerate(Standing)}, value=people.c.state)
    first = {
        Order.NUMBER: (),
        Order.STATE: (way,),
        Order.LATEST: (latest.desc(),),
        Order.EARLIEST: (latest,),
    }
    return (
        sa.select(people)
        .where(matches, people.c.state.in_([state.value for state in states]))
        .order_by(*first[wanted.order], people.c.number)
    )


def _lines(session: Session, chosen: sa.Select[*tuple[object, ...]], vacancy: VacancyFacts) -> Iterator[Line]:
    for row in session.execute(chosen):
        yield Line(
            candidacy_id=row.id,
            number=row.number,
            label=occasions.shown_as(
                row.number, row.name, hidden=vacancy.names_hidden and row.disposition not in NAMED
            ),
            disposition=None if row.disposition is None else DecisionKind(row.disposition),
            state=Standing(row.state),
            invited_at=row.invited_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )
