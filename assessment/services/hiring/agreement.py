"""How first judgements agree, and what becomes of them after the reveal, over the whole organisation.

Only counts, and none under five: a smaller one is left out, and with it as many of its table that the rest can't be
found by subtracting.
"""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.store.hiring import Judgement

FEWEST = 5


@dataclass(frozen=True)
class Table:
    """Counts that may be shown, in their order: None is too few, or would tell too few."""

    counts: Mapping[str, int | None]
    total: int | None


@dataclass(frozen=True)
class Agreement:
    """`between`: pairs of members who judged the same person first, by how far apart they were on the five steps.

    `after`: first judgements by what the same member wrote down last, after the reveal.
    """

    between: Table
    after: Table


def over_all(session: Session, actor: Actor) -> Agreement:
    """Over every judgement there is in the organisation. One statement."""
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
    apart = Counter(_apart(one, other) for firsts in of_person.values() for one, other in combinations(firsts, 2))
    moved = Counter(_moved(ratings[0], ratings[-1]) for ratings in given.values())
    return Agreement(
        between=table({name: apart[name] for name in ("same", "one", "more")}),
        after=table({name: moved[name] for name in ("unchanged", "up", "down")}),
    )


def _apart(one: int, other: int) -> str:
    return ("same", "one")[abs(one - other)] if abs(one - other) < 2 else "more"


def _moved(first: int, last: int) -> str:
    return "unchanged" if first == last else "up" if last > first else "down"


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
