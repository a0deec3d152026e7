"""Results: stored once with receipts, read back as arrays."""

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import lean_sd, withheld
from assessment.measurement.scale import t_from_theta
from assessment.measurement.scoring import (
    SCORING_VERSION,
    Scores,
    lean_matrix,
)
from assessment.services.actors import Invited
from assessment.services.scoring import content
from assessment.services.scoring.computing import Computed
from assessment.store.sittings import Result, Sitting

PILOTED_FROM = 100  # sittings behind a key's intercepts
NORMAL_90 = 1.6448536269514722  # half width of a 90% interval in standard errors


@dataclass(frozen=True, eq=False)
class ScoredPeople:
    """Scores of sittings, row by row in the order they were asked for.

    A sitting without a result, or with too few answers, has a row of NaN. `lean_sd` is what fit needs to know of
    the key; `provisional` says that some key has fewer than 100 sittings behind it; `key_numbers` are the versions of
    the keys; `older` is how many people are scored with an older key than others here of the same form.
    """

    sitting_ids: tuple[uuid.UUID, ...]
    scores: Scores
    answered: NDArray[np.int64]
    lean_sd: float
    provisional: bool
    key_numbers: tuple[int | None, ...]
    older: int


@dataclass(frozen=True)
class Point:
    """Where a person stands on an attribute, on the T scale, with a 90% interval that holds both errors."""

    attribute: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class OwnResult:
    """What a candidate sees: no points when too few situations were answered.

    The result they were given stays theirs; `scored_again_at` is when a newer key last gave another one.
    """

    answered: int
    points: tuple[Point, ...]
    withheld: bool
    provisional: bool
    created_at: datetime
    p_random: float | None = None
    scored_again_at: datetime | None = None


def keep(
    session: Session, organisation_id: uuid.UUID, sitting_id: uuid.UUID, computed: Computed, now: datetime
) -> None:
    """Store a result; it is never changed afterwards."""
    session.add(row_of(organisation_id, sitting_id, computed, now))
    session.flush()


def row_of(organisation_id: uuid.UUID, sitting_id: uuid.UUID, computed: Computed, now: datetime) -> Result:
    """The row that keeps a result, with its receipts."""
    return Result(
        organisation_id=organisation_id,
        sitting_id=sitting_id,
        key_version_id=computed.key_id,
        prior_version_id=computed.prior_id,
        scoring_version=SCORING_VERSION,
        answered=computed.answered,
        mean=computed.mean,
        own_covariance=computed.own_covariance,
        covariance=computed.covariance,
        keyed=computed.keyed,
        p_random=computed.p_random,
        form_digest=computed.form_digest,
        key_digest=computed.key_digest,
        prior_digest=computed.prior_digest,
        answers_digest=computed.answers_digest,
        created_at=now,
    )


def scores_of(session: Session, organisation_id: uuid.UUID, sitting_ids: Sequence[uuid.UUID]) -> ScoredPeople:
    """The newest result of each sitting, as arrays, in one query.

    Each person is read alike on every page, whoever else is on it; where that puts results of different keys side
    by side, `older` counts them, and the page says so.
    """
    rows = {sitting_id: made[-1] for sitting_id, made in results_of(session, organisation_id, sitting_ids).items()}
    return scores_in(session, sitting_ids, [rows.get(sitting_id) for sitting_id in sitting_ids])


def results_of(
    session: Session, organisation_id: uuid.UUID, sitting_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Result]]:
    """All results of each sitting that has any, the oldest first: the given one."""
    found: dict[uuid.UUID, list[Result]] = {}
    for row in session.scalars(
        sa.select(Result)
        .where(Result.organisation_id == organisation_id, Result.sitting_id.in_(sitting_ids))
        .order_by(Result.created_at)
    ):
        found.setdefault(row.sitting_id, []).append(row)
    return found


def scores_in(session: Session, sitting_ids: Sequence[uuid.UUID], ordered: Sequence[Result | None]) -> ScoredPeople:
    """The scores in these rows, one for each sitting, as arrays."""
    found = [row for row in ordered if row is not None]
    keys = {key_id: content.key(session, key_id) for key_id in {row.key_version_id for row in found}}
    newest = {one.form_id: one.number for one in sorted(keys.values(), key=lambda one: one.number)}
    used = [None if row is None else keys[row.key_version_id] for row in ordered]
    piloted = min((key.pilot_n for key in keys.values()), default=0)
    size = len(ATTRIBUTES)
    nothing = [math.nan] * size
    blank = [math.nan] * (size * (size + 1) // 2)
    own = _unpacked([blank if row is None else row.own_covariance or blank for row in ordered])
    lean = np.full_like(own, math.nan)
    for prior_id in {row.prior_version_id for row in found}:
        at = [n for n, row in enumerate(ordered) if row is not None and row.prior_version_id == prior_id]
        lean[at] = lean_matrix(own[at], content.prior(session, prior_id).prior)
    answered = np.array([0 if row is None else row.answered for row in ordered], dtype=np.int64)
    scores = Scores(
        attributes=ATTRIBUTES,
        mean=np.array([nothing if row is None else row.mean or nothing for row in ordered]).reshape(-1, size),
        covariance=own,
        total=_unpacked([blank if row is None else row.covariance or blank for row in ordered]),
        lean=lean,
        keyed=np.array([nothing if row is None else row.keyed for row in ordered]).reshape(-1, size),
        answered=answered,
        p_random=np.array([math.nan if row is None or row.p_random is None else row.p_random for row in ordered]),
    )
    return ScoredPeople(
        sitting_ids=tuple(sitting_ids),
        scores=scores,
        answered=answered,
        lean_sd=max((key.lean_sd for key in keys.values()), default=lean_sd(0)),
        provisional=piloted < PILOTED_FROM,
        key_numbers=tuple(None if key is None else key.number for key in used),
        older=sum(key.number < newest[key.form_id] for key in used if key is not None),
    )


def points(people: ScoredPeople, row: int) -> tuple[Point, ...]:
    """Where one person stands, attribute by attribute; nothing where there are no scores."""
    scores = people.scores
    if not np.isfinite(scores.mean[row]).all():
        return ()
    half = NORMAL_90 * standard_errors(people, row)[-1]
    mean = t_from_theta(scores.mean[row])
    low, high = t_from_theta(scores.mean[row] - half), t_from_theta(scores.mean[row] + half)
    return tuple(Point(name, float(mean[d]), float(low[d]), float(high[d])) for d, name in enumerate(scores.attributes))


def standard_errors(people: ScoredPeople, row: int) -> NDArray[np.float64]:
    """How unsure one person's theta is, (3, D), each line with one more source of error.

    From their own answers where the key is exact (V); with what nobody knows of each option's popularity (W); and with
    the key's lean, which everybody shares.
    """
    scores = people.scores
    if scores.total is None:
        raise ValueError("scores without the key's error say too little: add it first")
    lean = people.lean_sd**2 * (scores.lean[row] ** 2).sum(axis=1)
    total = np.diagonal(scores.total[row])
    return np.sqrt([np.diagonal(scores.covariance[row]), total, total + lean])


def own(session: Session, invited: Invited) -> OwnResult | None:
    """The result a candidate was given, and stays with; None before the sitting is finished."""
    sitting_id = session.scalar(
        sa.select(Sitting.id).where(
            Sitting.organisation_id == invited.organisation_id, Sitting.invitation_id == invited.invitation_id
        )
    )
    if sitting_id is None:
        return None
    made = results_of(session, invited.organisation_id, [sitting_id]).get(sitting_id)
    return shown_to_candidate(session, made[0], made[1:]) if made else None


def shown_to_candidate(session: Session, result: Result, later: Sequence[Result] = ()) -> OwnResult:
    """A result of a sitting in the form candidates read; `later` are those made of it afterwards."""
    people = scores_in(session, [result.sitting_id], [result])
    return OwnResult(
        answered=int(people.answered[0]),
        points=points(people, 0),
        withheld=bool(withheld(people.scores)[0]),
        provisional=people.provisional,
        p_random=result.p_random,
        created_at=result.created_at,
        scored_again_at=later[-1].created_at if later else None,
    )


def _unpacked(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Symmetric matrices (N, D, D) from their lower triangles."""
    size = len(ATTRIBUTES)
    lower = np.array(rows, dtype=np.float64).reshape(len(rows), size * (size + 1) // 2)
    matrices = np.zeros((len(rows), size, size))
    row, column = np.tril_indices(size)
    matrices[:, row, column] = lower
    matrices[:, column, row] = lower
    return matrices
