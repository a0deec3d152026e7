"""Whom answers can tell apart: the groups and places of everybody who has finished for a vacancy.

Both depend on all of these people at once, so they are always worked out of all of them, and kept in this process for
the next view: the same results, read with the same profile and threshold, give the same numbers. What is kept has no
names and no ids; whose row is whose is asked of the database each time, so an erased person is in nothing that is read.
"""

import hashlib
import threading
import uuid
from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.measurement import ranking
from assessment.measurement.fit import Fit, Profile
from assessment.measurement.model import Integers
from assessment.measurement.ranking import Places
from assessment.services.actors import Actor
from assessment.services.hiring import panels
from assessment.services.permissions import Permission
from assessment.services.scoring import results
from assessment.services.scoring.results import ScoredPeople
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Invitation, Vacancy
from assessment.store.sittings import Result, Sitting

MOST_KEPT = 16  # vacancies; 10,000 people take under 3 MB


@dataclass(frozen=True, eq=False)
class Grouped:
    """What everybody's results say of everybody, row by row. `number`: the group, 0 where no fit is shown."""

    fit: Fit
    number: Integers
    places: Places
    lean_sd: float
    provisional: bool
    older: int


@dataclass(frozen=True, eq=False)
class Finished:
    """Everybody who has finished, by their numbers, and the rows of `grouped` that are theirs."""

    candidacy_ids: tuple[uuid.UUID, ...]
    sitting_ids: tuple[uuid.UUID, ...]
    grouped: Grouped


_kept: OrderedDict[bytes, Grouped] = OrderedDict()
_turn = threading.Lock()


def of_vacancy(
    session: Session,
    actor: Actor,
    vacancy_id: uuid.UUID,
    profile: Profile,
    threshold: float,
    *,
    without: Container[uuid.UUID] = (),
) -> Finished:
    """Everybody who has finished, `without` those whose data was erased; one light statement where nothing is new."""
    actor.need(Permission.SEE_CANDIDATES)
    rows = [row for row in session.execute(_newest_results(actor, vacancy_id)) if row.id not in without]
    digest = _digest([row.result_id for row in rows], profile, threshold)
    with _turn:
        grouped = _kept.get(digest)
        if grouped is not None:
            _kept.move_to_end(digest)
    if grouped is None:
        grouped = _group(_scores(session, actor, [(row.sitting_id, row.result_id) for row in rows]), profile, threshold)
        with _turn:
            _kept[digest] = grouped
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return Finished(tuple(row.id for row in rows), tuple(row.sitting_id for row in rows), grouped)


def _newest_results(actor: Actor, vacancy_id: uuid.UUID) -> sa.Select[uuid.UUID, uuid.UUID, uuid.UUID | None]:
    """Of each person the newest finished sitting that was not erased, and its newest result."""
    newest = (
        sa.func.row_number()
        .over(
            partition_by=Candidacy.id,
            order_by=(Invitation.created_at.desc(), Invitation.id.desc(), Result.created_at.desc(), Result.id.desc()),
        )
        .label("place")
    )
    each = (
        sa.select(Candidacy.id, Candidacy.number, Sitting.id.label("sitting_id"), Result.id.label("result_id"), newest)
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .join(Sitting, points_to(Sitting.invitation_id, Invitation))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .outerjoin(Result, points_to(Result.sitting_id, Sitting))
        .where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            panels.visible(actor),
            Invitation.revoked_at.is_(None),
            Sitting.finished_at.is_not(None),
        )
        .subquery()
    )
    return sa.select(each.c.id, each.c.sitting_id, each.c.result_id).where(each.c.place == 1).order_by(each.c.number)


def _digest(result_ids: list[uuid.UUID | None], profile: Profile, threshold: float) -> bytes:
    """Names what the numbers follow from: a result is never changed, and says itself by which key it was scored."""
    facts = hashlib.sha256(repr((profile.attributes, threshold)).encode())
    for numbers in (profile.low, profile.high, profile.tolerance, profile.weight):
        facts.update(numbers.tobytes())
    for result_id in result_ids:
        facts.update(b"-" if result_id is None else result_id.bytes)
    return facts.digest()


def _scores(session: Session, actor: Actor, rows: list[tuple[uuid.UUID, uuid.UUID | None]]) -> ScoredPeople:
    found = {
        row.id: row
        for row in session.scalars(
            sa.select(Result).where(
                Result.organisation_id == actor.organisation_id, Result.id.in_([result_id for _, result_id in rows])
            )
        )
    }
    ordered = [None if result_id is None else found[result_id] for _, result_id in rows]
    return results.scores_in(session, [sitting_id for sitting_id, _ in rows], ordered)


def _group(scored: ScoredPeople, profile: Profile, threshold: float) -> Grouped:
    lean_sd = scored.lean_sd
    return Grouped(
        fit=measure.fit(scored.scores, profile, lean_sd=lean_sd),
        number=measure.groups(scored.scores, profile, threshold=threshold, lean_sd=lean_sd),
        places=ranking.places(scored.scores, profile, lean_sd=lean_sd),
        lean_sd=lean_sd,
        provisional=scored.provisional,
        older=scored.older,
    )
