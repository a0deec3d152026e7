"""Who to talk to: a vacancy's people in groups that their answers can separate, and some of them side by side."""

import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.measurement import ranking
from assessment.measurement.fit import Fit
from assessment.measurement.scoring import MINIMUM_ANSWERS
from assessment.services.actors import Actor
from assessment.services.hiring import candidacies, interview, judging, vacancies
from assessment.services.hiring.candidacies import Case
from assessment.services.hiring.interview import Ask, Side
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
MOST_GROUP_ASKS = 3


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
    """People whom their answers can't separate, by number and not by fit."""

    number: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class OpenSide:
    """The people of a group who may be beyond one end of a band, and what to ask about it."""

    side: Side
    question: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class GroupAsk:
    """An attribute that is open for people of the first group; of its sides the one that matters more stands first."""

    attribute: str
    sides: tuple[OpenSide, ...]

    @property
    def people(self) -> int:
        return sum(len(side.labels) for side in self.sides)


@dataclass(frozen=True)
class VacancyPeople:
    """Everything the page of a vacancy answers."""

    vacancy: VacancyFacts
    profile: MeasuredProfile
    groups: tuple[Group, ...]
    places: Mapping[uuid.UUID, Places]  # by candidacy, of everybody in a group
    withheld: tuple[Person, ...]
    to_judge: tuple[Person, ...]
    shortlist: tuple[Case, ...]
    underway: tuple[Case, ...]
    over: tuple[Case, ...]
    erased: int
    asks: tuple[GroupAsk, ...]
    provisional: bool
    older: int  # people scored with an older key than others here
    threshold: float
    situations: int
    contact: str

    @property
    def finished(self) -> int:
        return sum(len(group.people) for group in self.groups) + len(self.withheld) + len(self.to_judge)


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


@dataclass(frozen=True, eq=False)
class Reading:
    """People's scores read with a role profile, row by row."""

    people: tuple[Person, ...]
    scored: ScoredPeople
    fit: Fit


def of_vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> VacancyPeople:
    """A vacancy's people in groups. The number of statements does not depend on how many there are."""
    actor.need(Permission.SEE_CANDIDATES)
    vacancy = vacancies.get(session, actor, vacancy_id)
    profile = role_profiles.measured(session, actor.organisation_id, vacancy.profile_version_id)
    cases = candidacies.of_vacancy(session, actor, vacancy_id, now)
    finished = [case for case in cases if case.sitting_id is not None and not case.erased]
    waiting = [case for case in cases if case.sitting_id is None and not case.erased]
    # People whom the member has yet to judge are in no group: the others' groups must not tell where they stand.
    hidden = judging.hidden_from(session, actor, vacancy, [case.id for case in finished])
    reading = read(session, actor, vacancy, profile, [case for case in finished if case.id not in hidden])
    unread = read(session, actor, vacancy, profile, [case for case in finished if case.id in hidden]).people
    threshold, contact = session.execute(
        sa.select(Organisation.group_threshold, Organisation.contact).where(Organisation.id == actor.organisation_id)
    ).one()
    numbers = measure.groups(
        reading.scored.scores, profile.profile, threshold=threshold, lean_sd=reading.scored.lean_sd
    )
    groups = tuple(
        Group(number, tuple(p for p, own in zip(reading.people, numbers, strict=True) if own == number))
        for number in range(1, int(numbers.max(initial=0)) + 1)
    )
    return VacancyPeople(
        vacancy=vacancy,
        profile=profile,
        groups=groups,
        places=_places(reading, profile),
        withheld=tuple(person for person in reading.people + unread if person.withheld is not None),
        to_judge=tuple(person for person in unread if person.withheld is None),
        shortlist=tuple(case for case in cases if case.shortlisted and not case.erased),
        underway=tuple(case for case in waiting if case.standing in (Standing.INVITED, Standing.STARTED)),
        over=tuple(case for case in waiting if case.standing in (Standing.EXPIRED, Standing.REVOKED)),
        erased=sum(case.erased for case in cases),
        asks=_asks_of_group(groups[0].people) if groups else (),
        provisional=reading.scored.provisional,
        older=reading.scored.older,
        threshold=threshold,
        situations=len(content.form(session, vacancy.form_id).items),
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
    people = tuple(
        Person(
            case=case,
            points=() if fit.withheld[row] else results.points(scored, row),
            fit=None if fit.withheld[row] or case.id in hidden else fitted(fit, row),
            withheld=_withheld(actor, scored, row, situations) if fit.withheld[row] else None,
            to_judge=case.id in hidden and not fit.withheld[row],
            asks=() if fit.withheld[row] or case.id in hidden else interview.asks(fit, row, profile.rows),
            loss_share=() if fit.withheld[row] or case.id in hidden else tuple(fit.loss_share[row].tolist()),
            answered=int(scored.answered[row]),
            key_number=scored.key_numbers[row],
        )
        for row, case in enumerate(finished)
    )
    return Reading(people, scored, fit)


def fitted(fit: Fit, row: int) -> Fitted:
    """A person's fit as pages show it."""
    return Fitted(*(_points_of_100(part[row]) for part in (fit.expected, fit.low, fit.high)))


def _places(reading: Reading, profile: MeasuredProfile) -> dict[uuid.UUID, Places]:
    found = ranking.places(reading.scored.scores, profile.profile, lean_sd=reading.scored.lean_sd)
    return {
        person.case.id: Places(
            low=math.floor(found.low[row]),
            high=math.ceil(found.high[row]),
            weights_low=math.floor(found.weights_low[row]),
            weights_high=math.ceil(found.weights_high[row]),
        )
        for row, person in enumerate(reading.people)
        if person.withheld is None
    }


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


def _asks_of_group(people: Sequence[Person]) -> tuple[GroupAsk, ...]:
    """The attributes most open in a group, by their importance over everybody and both ends of the band."""
    by_attribute: dict[str, dict[Side, list[tuple[Person, Ask]]]] = {}
    for person in people:
        for ask in person.asks:
            by_attribute.setdefault(ask.attribute, {}).setdefault(ask.side, []).append((person, ask))

    def importance(sides: Iterable[list[tuple[Person, Ask]]]) -> float:
        return sum(ask.importance for asked in sides for _, ask in asked)

    most = sorted(by_attribute.items(), key=lambda entry: -importance(entry[1].values()))
    return tuple(
        GroupAsk(
            attribute,
            tuple(
                OpenSide(side, asked[0][1].question, tuple(person.label for person, _ in asked))
                for side, asked in sorted(sides.items(), key=lambda entry: -importance([entry[1]]))
            ),
        )
        for attribute, sides in most[:MOST_GROUP_ASKS]
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
