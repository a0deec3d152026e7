"""Who to talk to: a vacancy's people in groups that their answers can separate, and some of them side by side."""

import math
import uuid
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.measurement.fit import Fit
from assessment.measurement.scoring import MINIMUM_ANSWERS
from assessment.services.actors import Actor
from assessment.services.hiring import (
    candidacies,
    fields,
    following,
    group_asks,
    grouping,
    interview,
    judging,
    panels,
    vacancies,
)
from assessment.services.hiring.candidacies import Case
from assessment.services.hiring.fields import Fact, Field
from assessment.services.hiring.following import InBrief
from assessment.services.hiring.group_asks import GroupAsk
from assessment.services.hiring.grouping import Finished, Grouped
from assessment.services.hiring.interview import Ask
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.services.inviting import Standing
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.profiles.role_profiles import MeasuredProfile
from assessment.services.scoring import content, results
from assessment.services.scoring.results import Point, ScoredPeople
from assessment.store.people import Organisation

# Up to so many people every pair is told; of more, each against the one with the highest fit.
MOST_FOR_ALL_PAIRS = 4
MOST_DIFFERENCES = 3
PAGE = 100  # people with a fit
MOST_UNFINISHED = 20  # of those underway, and of those whose time is over; the board has them all


@dataclass(frozen=True)
class Fitted:
    """A fit from 0 to 100, with the ends of its 90% interval."""

    expected: int
    low: int
    high: int


@dataclass(frozen=True)
class Withheld:
    """Why no fit is shown; the reason is for HR only."""

    reason: str | None


@dataclass(frozen=True)
class Person:
    """Somebody who has finished, as lists and pictures show them.

    `to_judge`: the acting member judges the profile before any total is shown to them, so here is none.
    """

    case: Case
    points: tuple[Point, ...]
    fit: Fitted | None
    withheld: Withheld | None
    to_judge: bool
    asks: tuple[Ask, ...]
    loss_share: tuple[float, ...]
    answered: int
    key_number: int | None

    @property
    def label(self) -> str:
        return self.case.label


@dataclass(frozen=True)
class Places:
    """Between which places somebody stands in 90% of what the answers leave open, and over nearby weights."""

    low: int
    high: int
    weights_low: int
    weights_high: int


@dataclass(frozen=True)
class Group:
    """People whom their answers can't separate, by number and not by fit: `size` of them, `people` on this page."""

    number: int
    size: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Leader:
    """The first of the first group, by number, to say by example how far a place can be relied on."""

    label: str
    places: Places


@dataclass(frozen=True)
class VacancyPeople:
    """Everything the page of a vacancy answers. What is said of groups, and of all, holds on every page of the list."""

    vacancy: VacancyFacts
    profile: MeasuredProfile
    groups: tuple[Group, ...]
    places: Mapping[uuid.UUID, Places]  # by candidacy, of everybody in a group on this page
    leader: Leader | None
    page: int
    pages: int
    withheld: tuple[Person, ...]
    to_judge: tuple[Person, ...]  # the first of them, where there are many
    unjudged: int
    shortlist: tuple[Case, ...]
    underway: tuple[Case, ...]
    over: tuple[Case, ...]
    unfinished: int
    erased: int
    asks: tuple[GroupAsk, ...]
    provisional: bool
    older: int  # people scored with an older key than others here
    threshold: float
    situations: int
    contact: str

    @property
    def finished(self) -> int:
        return sum(group.size for group in self.groups) + len(self.withheld) + self.unjudged


@dataclass(frozen=True)
class Compared:
    """A person in a comparison, with the letter that stands for them."""

    letter: str
    person: Person

    @property
    def label(self) -> str:
        return self.person.label

    @property
    def points(self) -> tuple[Point, ...]:
        return self.person.points


@dataclass(frozen=True)
class Pair:
    """How likely `first` fits better than `second`; `first` is the likelier of the two."""

    first: Compared
    second: Compared
    chance: float


@dataclass(frozen=True)
class Difference:
    """An attribute on which the compared people differ; `clear` where the two intervals do not overlap."""

    attribute: str
    lowest: Compared
    low: float
    highest: Compared
    high: float
    clear: bool


@dataclass(frozen=True)
class Comparison:
    """Some people of a vacancy on one scale. Too few to compare: `people` holds fewer than two."""

    vacancy: VacancyFacts
    profile: MeasuredProfile
    people: tuple[Compared, ...]
    left_out: tuple[Case, ...]
    best: Compared | None
    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    provisional: bool
    older: int  # people scored with an older key than others here
    decides: bool  # whether the acting member may decide about them
    fields: tuple[Field, ...]  # the vacancy's plain questions
    facts: Mapping[uuid.UUID, tuple[Fact, ...]]  # by candidacy, of those who said something


@dataclass(frozen=True, eq=False)
class Reading:
    """People's scores read with a role profile, row by row."""

    people: tuple[Person, ...]
    scored: ScoredPeople
    fit: Fit


def of_vacancy(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime, *, page: int | None = None
) -> VacancyPeople:
    """A vacancy's people in groups: all of them, or a page of the list, from 1 on (one past the end is the last).

    The number of statements does not depend on how many there are.
    """
    actor.need(Permission.SEE_CANDIDATES)
    vacancy = vacancies.get(session, actor, vacancy_id)
    profile = role_profiles.measured(session, actor.organisation_id, vacancy.profile_version_id)
    threshold, contact = session.execute(
        sa.select(Organisation.group_threshold, Organisation.contact).where(Organisation.id == actor.organisation_id)
    ).one()
    brief = following.in_brief(session, actor, vacancy_id, now)
    erased = {one.candidacy_id for one in brief if one.state is None}
    everybody = grouping.of_vacancy(session, actor, vacancy_id, profile.profile, threshold, without=erased)
    # People whom the member has yet to judge are in no group: the others' groups must not tell where they stand.
    hidden = judging.hidden_from(session, actor, vacancy, everybody.candidacy_ids)
    finished = everybody
    if hidden:
        without = erased | hidden
        finished = grouping.of_vacancy(session, actor, vacancy_id, profile.profile, threshold, without=without)
    grouped, ids = finished.grouped, finished.candidacy_ids
    listed = _listed(grouped, page)
    unread = _unread(everybody, hidden, page)
    opened = group_asks.most_open(grouped.fit, np.flatnonzero(grouped.number == 1).tolist(), profile.rows)
    done = {*everybody.candidacy_ids, *erased}
    unfinished = [one for one in brief if one.candidacy_id not in done]
    underway = _in_states(unfinished, (Standing.INVITED, Standing.STARTED), page)
    over = _in_states(unfinished, (Standing.EXPIRED, Standing.REVOKED), page)
    shortlist = [one.candidacy_id for one in brief if one.shortlisted and one.state is not None]
    named = {row for one in opened for row in one.named}
    shown = {*(ids[row] for row in listed.shown), *unread.no_fit, *unread.to_judge}
    wanted = {*shown, *(ids[row] for row in named.union(listed.first)), *underway, *over, *shortlist}
    case_of = {
        case.id: case
        for case in candidacies.of_vacancy(session, actor, vacancy_id, now, only=None if page is None else wanted)
    }
    rows = [row for row, one in enumerate(everybody.candidacy_ids) if one in shown]
    scored = results.scores_of(session, actor.organisation_id, [everybody.sitting_ids[row] for row in rows])
    scored = replace(scored, lean_sd=everybody.grouped.lean_sd)
    situations = len(content.form(session, vacancy.form_id).items)
    cases = [case_of[everybody.candidacy_ids[row]] for row in rows]
    people = {
        person.case.id: person
        for person in _people(actor, cases, scored, everybody.grouped.fit, rows, profile, situations, hidden)
    }
    return VacancyPeople(
        vacancy=vacancy,
        profile=profile,
        groups=tuple(
            Group(
                number,
                int((grouped.number == number).sum()),
                tuple(people[ids[row]] for row in listed.in_groups if grouped.number[row] == number),
            )
            for number in range(1, int(grouped.number.max(initial=0)) + 1)
        ),
        places={ids[row]: _places(grouped, row) for row in listed.in_groups},
        leader=next((Leader(case_of[ids[row]].label, _places(grouped, row)) for row in listed.first), None),
        page=listed.page,
        pages=listed.pages,
        withheld=tuple(person for person in people.values() if person.withheld is not None),
        to_judge=tuple(people[one] for one in unread.to_judge),
        unjudged=unread.count,
        shortlist=tuple(case_of[one] for one in shortlist),
        underway=tuple(case_of[one] for one in underway),
        over=tuple(case_of[one] for one in over),
        unfinished=len(unfinished),
        erased=len(erased),
        asks=tuple(one.with_names({row: case_of[ids[row]].label for row in one.named}) for one in opened),
        provisional=everybody.grouped.provisional,
        older=everybody.grouped.older,
        threshold=threshold,
        situations=situations,
        contact=contact,
    )


def compare(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, candidacy_ids: Sequence[uuid.UUID], now: datetime
) -> Comparison:
    """People of one vacancy side by side, by their numbers; somebody who isn't of it: NotFoundError."""
    actor.need(Permission.SEE_CANDIDATES)
    vacancy = vacancies.get(session, actor, vacancy_id)
    profile = role_profiles.measured(session, actor.organisation_id, vacancy.profile_version_id)
    cases = candidacies.chosen(session, actor, vacancy_id, candidacy_ids, now)
    finished = [case for case in cases if case.sitting_id is not None and not case.erased]
    reading = read(session, actor, vacancy, profile, finished)
    rows = [row for row, person in enumerate(reading.people) if person.withheld is None and not person.to_judge]
    people = tuple(Compared(_letter(place), reading.people[row]) for place, row in enumerate(rows))
    best = max(range(len(rows)), key=lambda place: reading.fit.expected[rows[place]], default=None)
    shown = {compared.person.case.id for compared in people}
    asked, said = fields.of_candidacies(session, actor, vacancy_id, shown)
    return Comparison(
        vacancy=vacancy,
        profile=profile,
        people=people,
        left_out=tuple(case for case in cases if case.id not in shown),
        best=None if best is None else people[best],
        pairs=_pairs(reading, profile, rows, people, best),
        differences=_differences(people, profile),
        provisional=reading.scored.provisional,
        older=reading.scored.older,
        decides=panels.rights(session, actor, vacancy_id).decide,
        fields=asked,
        facts=said,
    )


def read(
    session: Session, actor: Actor, vacancy: VacancyFacts, profile: MeasuredProfile, finished: Sequence[Case]
) -> Reading:
    """What the answers of people who have finished mean for the role, as far as the acting member may know.

    `fit` and `scored` hold everybody: whoever shows more than `people` leaves out those who are `to_judge`.
    """
    hidden = judging.hidden_from(session, actor, vacancy, [case.id for case in finished])
    scored = results.scores_of(
        session, actor.organisation_id, [case.sitting_id for case in finished if case.sitting_id is not None]
    )
    fit = measure.fit(scored.scores, profile.profile, lean_sd=scored.lean_sd)
    situations = len(content.form(session, vacancy.form_id).items)
    people = _people(actor, finished, scored, fit, range(len(finished)), profile, situations, hidden)
    return Reading(people, scored, fit)


def fitted(fit: Fit, row: int) -> Fitted:
    """A person's fit as pages show it."""
    return Fitted(*(_points_of_100(part[row]) for part in (fit.expected, fit.low, fit.high)))


@dataclass(frozen=True)
class _Listed:
    """Rows of people who have finished: of this page, group after group; without a fit; the very first."""

    in_groups: tuple[int, ...]
    no_fit: tuple[int, ...]
    first: tuple[int, ...]
    page: int
    pages: int

    @property
    def shown(self) -> list[int]:
        return sorted((*self.in_groups, *self.no_fit))


@dataclass(frozen=True)
class _Unread:
    """Those whose totals the acting member may not see yet: without a fit; `to_judge`, the first of `count`."""

    no_fit: tuple[uuid.UUID, ...]
    to_judge: tuple[uuid.UUID, ...]
    count: int


def _unread(everybody: Finished, hidden: Container[uuid.UUID], page: int | None) -> _Unread:
    no_fit: list[uuid.UUID] = []
    to_judge: list[uuid.UUID] = []
    for candidacy_id, number in zip(everybody.candidacy_ids, everybody.grouped.number, strict=True):
        if candidacy_id in hidden:
            (to_judge if number else no_fit).append(candidacy_id)
    return _Unread(tuple(no_fit), tuple(to_judge if page is None else to_judge[:PAGE]), len(to_judge))


def _listed(grouped: Grouped, page: int | None) -> _Listed:
    # The rows are by number, and a stable sort leaves them so within a group.
    by_group = tuple(int(row) for row in np.argsort(grouped.number, kind="stable") if grouped.number[row])
    no_fit = tuple(np.flatnonzero(grouped.number == 0).tolist())
    if page is None:
        return _Listed(by_group, no_fit, by_group[:1], 1, 1)
    pages = max(1, -(-len(by_group) // PAGE))
    page = min(max(page, 1), pages)
    return _Listed(by_group[(page - 1) * PAGE : page * PAGE], no_fit, by_group[:1], page, pages)


def _in_states(people: Sequence[InBrief], states: Sequence[Standing], page: int | None) -> list[uuid.UUID]:
    found = [one.candidacy_id for one in people if one.state in states]
    return found if page is None else found[:MOST_UNFINISHED]


def _people(
    actor: Actor,
    cases: Sequence[Case],
    scored: ScoredPeople,
    fit: Fit,
    rows: Sequence[int],
    profile: MeasuredProfile,
    situations: int,
    hidden: Container[uuid.UUID],
) -> tuple[Person, ...]:
    """These people, whose scores are those of `scored`, one by one, and whose fits are the `rows` of `fit`.

    `hidden`: whose profiles the acting member judges first.
    """
    return tuple(
        Person(
            case=case,
            points=() if fit.withheld[row] else results.points(scored, place),
            fit=None if fit.withheld[row] or case.id in hidden else fitted(fit, row),
            withheld=_withheld(actor, scored, place, situations) if fit.withheld[row] else None,
            to_judge=case.id in hidden and not fit.withheld[row],
            asks=() if fit.withheld[row] or case.id in hidden else interview.asks(fit, row, profile.rows),
            loss_share=() if fit.withheld[row] or case.id in hidden else tuple(fit.loss_share[row].tolist()),
            answered=int(scored.answered[place]),
            key_number=scored.key_numbers[place],
        )
        for place, (case, row) in enumerate(zip(cases, rows, strict=True))
    )


def _places(grouped: Grouped, row: int) -> Places:
    found = grouped.places
    return Places(
        low=math.floor(found.low[row]),
        high=math.ceil(found.high[row]),
        weights_low=math.floor(found.weights_low[row]),
        weights_high=math.ceil(found.weights_high[row]),
    )


def _withheld(actor: Actor, scored: ScoredPeople, row: int, situations: int) -> Withheld:
    if not actor.may(Permission.SEE_QUALITY_NOTES):
        return Withheld(None)
    answered = int(scored.answered[row])
    if answered < MINIMUM_ANSWERS:
        return Withheld(f"Answered {answered} of {situations} situations; a fit needs at least {MINIMUM_ANSWERS}.")
    return Withheld(
        "The answers look more like choices made at random than like choices made by reading. That says nothing"
        " about the person: a broken page, a hurry or a language can be behind it."
    )


def _pairs(
    reading: Reading,
    profile: MeasuredProfile,
    rows: Sequence[int],
    people: Sequence[Compared],
    best: int | None,
) -> tuple[Pair, ...]:
    if best is None:
        return ()
    if len(people) <= MOST_FOR_ALL_PAIRS:
        places = list(combinations(range(len(people)), 2))
    else:
        places = [(best, other) for other in range(len(people)) if other != best]
    found = []
    for one in sorted({first for first, _ in places}):
        others = [second for first, second in places if first == one]
        chances = measure.better(
            reading.scored.scores,
            profile.profile,
            rows[one],
            np.array([rows[other] for other in others]),
            lean_sd=reading.scored.lean_sd,
        )
        for other, chance in zip(others, chances.tolist(), strict=True):
            first, second = (one, other) if chance >= 0.5 else (other, one)
            found.append(Pair(people[first], people[second], max(chance, 1 - chance)))
    return tuple(found)


def _differences(people: Sequence[Compared], profile: MeasuredProfile) -> tuple[Difference, ...]:
    """The attributes that count and on which the people are furthest apart."""
    if len(people) < 2:
        return ()
    found = []
    for d, need in enumerate(profile.rows):
        if need.weight == 0:
            continue
        lowest = min(people, key=lambda compared: compared.points[d].mean)
        highest = max(people, key=lambda compared: compared.points[d].mean)
        found.append(
            Difference(
                attribute=need.attribute,
                lowest=lowest,
                low=lowest.points[d].mean,
                highest=highest,
                high=highest.points[d].mean,
                clear=lowest.points[d].high < highest.points[d].low,
            )
        )
    return tuple(sorted(found, key=lambda one: one.low - one.high)[:MOST_DIFFERENCES])


def _letter(place: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    more, last = divmod(place, 26)
    return (_letter(more - 1) if more else "") + chr(ord("A") + last)


def _points_of_100(share: float) -> int:
    return math.floor(100 * share + 0.5)
