"""How the people of a vacancy were decided about, for HR: facts with the reasons given, and no accusation.

The order is today's: groups are made anew from the answers there are, so whoever was erased since is not in it.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.hiring import candidacies, closing, comparing, openings
from assessment.services.hiring.candidacies import Case
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import NAMED, Decision, DecisionKind
from assessment.store.people import Member

# How far somebody has come: who is offered the position was preferred to whoever is only on the shortlist.
STEPS = {DecisionKind.SHORTLISTED: 1, DecisionKind.OFFERED: 2}


@dataclass(frozen=True)
class Departure:
    """Somebody preferred to people of a higher group, by whom and why. `before`: how many these people are."""

    case: Case
    group: int
    before: int
    kind: DecisionKind
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Oversight:
    """A vacancy's decisions. `counts`: people of each standing decision; `finished`: those with a page to read."""

    vacancy: VacancyFacts
    counts: Mapping[DecisionKind, int]
    undecided: tuple[Case, ...]
    finished: int
    never_opened: tuple[Case, ...]
    departures: tuple[Departure, ...]

    @property
    def never_opened_share(self) -> float:
        return len(self.never_opened) / self.finished if self.finished else 0.0


@dataclass(frozen=True)
class _Taken:
    """The newest decision about somebody."""

    kind: DecisionKind
    who: str
    at: datetime
    reason: str


def of_vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> Oversight:
    """What HR sees of one vacancy. As many statements however many people there are."""
    actor.need(Permission.MANAGE_VACANCIES)
    people = comparing.of_vacancy(session, actor, vacancy_id, now)
    cases = candidacies.of_vacancy(session, actor, vacancy_id, now)
    finished = [case for case in cases if case.sitting_id is not None and not case.erased]
    opened = openings.last_by_anybody(session, actor, [case.id for case in finished])
    return Oversight(
        vacancy=people.vacancy,
        counts=Counter(case.disposition for case in cases if case.disposition is not None),
        undecided=closing.those_due(cases),
        finished=len(finished),
        never_opened=tuple(case for case in finished if not _read(case, opened.get(case.id))),
        departures=_departures(people.groups, _newest(session, actor, [case.id for case in cases])),
    )


def _read(case: Case, opened: datetime | None) -> bool:
    """Whether anybody has opened the page since there is something to read on it."""
    return opened is not None and case.finished_at is not None and opened >= case.finished_at


def _departures(groups: Sequence[comparing.Group], taken: Mapping[uuid.UUID, _Taken]) -> tuple[Departure, ...]:
    """Who was preferred although people of a higher group, finished by then, have not come as far."""
    found = []
    higher: list[Case] = []
    for group in groups:
        for person in group.people:
            decision = taken.get(person.case.id)
            if person.case.disposition not in NAMED or decision is None:
                continue
            before = sum(_passed_over(case, person.case, decision.at) for case in higher)
            if before:
                found.append(
                    Departure(
                        person.case, group.number, before, decision.kind, decision.who, decision.at, decision.reason
                    )
                )
        higher.extend(person.case for person in group.people)
    return tuple(found)


def _passed_over(case: Case, preferred: Case, at: datetime) -> bool:
    if case.disposition is DecisionKind.WITHDRAWN or case.finished_at is None or case.finished_at > at:
        return False
    return _step(case) < _step(preferred)


def _step(case: Case) -> int:
    return 0 if case.disposition is None else STEPS.get(case.disposition, 0)


def _newest(session: Session, actor: Actor, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Taken]:
    rows = session.execute(
        sa.select(Decision, Member.name)
        .join(Member, points_to(Decision.member_id, Member))
        .where(Decision.organisation_id == actor.organisation_id, Decision.candidacy_id.in_(ids))
        .order_by(Decision.decided_at, Decision.id.desc())
    )
    return {
        decision.candidacy_id: _Taken(DecisionKind(decision.kind), name, decision.decided_at, decision.reason)
        for decision, name in rows
    }
