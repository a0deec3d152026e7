"""How first judgements agree, and what becomes of them after the reveal, over the whole organisation.

Only counts, and none under five: a smaller one is left out, and with it as many of its table that the rest can't be
found by subtracting.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.services.profiles import role_profiles
from assessment.services.scoring import results
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Invitation, Judgement, Vacancy
from assessment.store.sittings import Sitting

FEWEST = 5
OPEN = 3  # the middle of the five steps


@dataclass(frozen=True)
class Table:
    """Counts that may be shown, in their order: None is too few, or would tell too few."""

    counts: Mapping[str, int | None]
    total: int | None


@dataclass(frozen=True)
class Agreement:
    """`between`: pairs of members who judged the same person first, by how far apart they were on the five steps.

    `with_fit`: first judgements by whether they went with the fit that was hidden: yes for a person of the upper half
    of all fits that were judged, no for one of the lower half. `after`: by what the same member wrote down last.
    """

    between: Table
    with_fit: Table
    after: Table


def over_all(session: Session, actor: Actor) -> Agreement:
    """Over every judgement there is in the organisation. As many statements however many there are."""
    actor.need(Permission.MANAGE_VACANCIES)
    rows = session.execute(
        sa.select(Judgement.candidacy_id, Judgement.member_id, Judgement.rating)
        .where(Judgement.organisation_id == actor.organisation_id)
        .order_by(Judgement.number)
    )
    given: dict[tuple[uuid.UUID, uuid.UUID], list[int]] = {}
    for candidacy_id, member_id, rating in rows:
        given.setdefault((candidacy_id, member_id), []).append(rating)
    of_person: dict[uuid.UUID, list[int]] = {}
    for (candidacy_id, _), ratings in given.items():
        of_person.setdefault(candidacy_id, []).append(ratings[0])
    upper = _upper_half(_fits(session, actor, of_person))
    apart = Counter(_apart(one, other) for firsts in of_person.values() for one, other in combinations(firsts, 2))
    read = [(ratings, upper[candidacy_id]) for (candidacy_id, _), ratings in given.items() if candidacy_id in upper]
    went = Counter(_went(ratings[0], high=high) for ratings, high in read)
    moved = Counter(_moved(ratings[0], ratings[-1], high=high) for ratings, high in read)
    return Agreement(
        between=table({name: apart[name] for name in ("same", "one", "more")}),
        with_fit=table({name: went[name] for name in ("with", "against", "open")}),
        after=table({name: moved[name] for name in ("unchanged", "towards", "away")}),
    )


def _fits(session: Session, actor: Actor, people: Collection[uuid.UUID]) -> dict[uuid.UUID, float]:
    """The expected fit of each of these people, by the newest result and the version their vacancy has now."""
    rows = session.execute(
        sa.select(Candidacy.id, Vacancy.profile_version_id, Sitting.id)
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .join(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.id.in_(people),
            Sitting.finished_at.is_not(None),
        )
        .order_by(Sitting.finished_at)
    )
    newest = {candidacy_id: (version_id, sitting_id) for candidacy_id, version_id, sitting_id in rows}
    made = results.results_of(session, actor.organisation_id, [sitting_id for _, sitting_id in newest.values()])
    needs = role_profiles.rows_of(session, actor.organisation_id, sorted({version for version, _ in newest.values()}))
    found: dict[uuid.UUID, float] = {}
    for version, rows_of_version in needs.items():
        ids = [one for one, (own, sitting_id) in newest.items() if own == version and sitting_id in made]
        sittings = [newest[one][1] for one in ids]
        scored = results.scores_in(session, sittings, [made[sitting_id][-1] for sitting_id in sittings])
        fit = measure.fit(scored.scores, role_profiles.measure(rows_of_version), lean_sd=scored.lean_sd)
        found |= {one: float(fit.expected[row]) for row, one in enumerate(ids) if not fit.withheld[row]}
    return found


def _upper_half(fits: Mapping[uuid.UUID, float]) -> dict[uuid.UUID, bool]:
    middle = median(fits.values()) if fits else 0.0
    return {one: fit >= middle for one, fit in fits.items()}


def _apart(one: int, other: int) -> str:
    distance = abs(one - other)
    return ("same", "one")[distance] if distance < 2 else "more"


def _went(rating: int, *, high: bool) -> str:
    if rating == OPEN:
        return "open"
    return "with" if (rating > OPEN) == high else "against"


def _moved(first: int, last: int, *, high: bool) -> str:
    if first == last:
        return "unchanged"
    return "towards" if (last > first) == high else "away"


def table(counts: Mapping[str, int]) -> Table:
    """Counts without those under five. What is left out together is at least five, or the total is left out too."""
    total = sum(counts.values())
    if total < FEWEST:
        return Table(dict.fromkeys(counts), None)
    hidden = {name for name, count in counts.items() if count < FEWEST}
    for name in sorted(counts, key=lambda name: counts[name]):
        if not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= FEWEST):
            break
        hidden.add(name)
    return Table({name: None if name in hidden else count for name, count in counts.items()}, total)
