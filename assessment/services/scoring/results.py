"""Results: computed once, stored with receipts, read back as arrays, and recomputed to prove them."""

import json
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from assessment.bank.content import sha256
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import lean_sd, withheld
from assessment.measurement.model import UNANSWERED
from assessment.measurement.scale import t_from_theta
from assessment.measurement.scoring import (
    SCORING_VERSION,
    Scores,
    explain,
    key_error,
    lean_matrix,
    score,
)
from assessment.services.actors import Invited
from assessment.services.errors import DomainError
from assessment.services.scoring import content
from assessment.services.scoring.content import FormContent, KeptPrior, Key
from assessment.store.base import points_to
from assessment.store.sittings import Answer, Result, Sitting

TOLERANCE = 1.5e-6  # stored numbers are rounded to 1e-6; a batch of another size has other last bits
PILOTED_FROM = 100  # sittings behind a key's intercepts
NORMAL_90 = 1.6448536269514722  # half width of a 90% interval in standard errors

Answers = Mapping[uuid.UUID, tuple[str, str]]


@dataclass(frozen=True)
class Computed:
    """A result before it is stored, with digests of everything it was made from."""

    key_id: uuid.UUID
    prior_id: uuid.UUID
    answered: int
    mean: list[float] | None
    own_covariance: list[float] | None
    covariance: list[float] | None
    keyed: list[float]
    p_random: float | None
    form_digest: str
    key_digest: str
    prior_digest: str
    answers_digest: str


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


@dataclass(frozen=True)
class Difference:
    """A stored result that can't be made again."""

    sitting_id: uuid.UUID
    what: str


def answers_digest(answers: Answers) -> str:
    """sha256 of the answers, whatever their order."""
    listed = sorted([str(item), most, least] for item, (most, least) in answers.items())
    return sha256(json.dumps(listed))


def chosen(form: FormContent, answers: Answers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """most, least (1, J) as measurement takes them; KeyError where an option is none of its situation's."""
    most = np.full((1, len(form.items)), UNANSWERED)
    least = most.copy()
    for j, (item, version_id) in enumerate(zip(form.items, form.item_version_ids, strict=True)):
        if version_id in answers:
            place = {option.id: k for k, option in enumerate(item.options)}
            most[0, j], least[0, j] = (place[option] for option in answers[version_id])
    return most, least


def compute(form: FormContent, key: Key, prior: KeptPrior, answers: Answers) -> Computed:
    """Score one sitting. Reads nothing and writes nothing."""
    return compute_all(form, key, prior, [answers])[0]


def compute_all(form: FormContent, key: Key, prior: KeptPrior, sittings: Sequence[Answers]) -> list[Computed]:
    """Score the answers of one or more sittings of a form."""
    most, least = (np.concatenate(rows) for rows in zip(*(chosen(form, one) for one in sittings), strict=True))
    bare = score(key.model, most, least, prior.prior)
    scores = key_error(bare, key.model, most, least, prior.prior, popularity_error=key.popularity_error).rounded()
    keyed = explain(key.model, most, least).sum(axis=1).round(6) + 0.0
    return [_computed(form, key, prior, answers, scores, keyed, row) for row, answers in enumerate(sittings)]


def _computed(
    form: FormContent,
    key: Key,
    prior: KeptPrior,
    answers: Answers,
    scores: Scores,
    keyed: NDArray[np.float64],
    row: int,
) -> Computed:
    total = scores.total
    scored = total is not None and bool(np.isfinite(scores.mean[row]).all())
    return Computed(
        key_id=key.id,
        prior_id=prior.id,
        answered=int(scores.answered[row]),
        mean=scores.mean[row].tolist() if scored else None,
        own_covariance=_packed(scores.covariance[row]) if scored else None,
        covariance=_packed(total[row]) if scored and total is not None else None,
        keyed=keyed[row].tolist(),
        p_random=float(scores.p_random[row]) if scored else None,
        form_digest=form.digest,
        key_digest=key.digest,
        prior_digest=prior.digest,
        answers_digest=answers_digest(answers),
    )


def compute_in_force(session: Session, form_id: uuid.UUID, answers: Answers) -> Computed:
    """Score answers under the form's key in force, and the prior that belongs to it."""
    key = content.newest_key(session, form_id)
    return compute(content.form(session, form_id), key, content.prior(session, key.prior_id), answers)


def answers_of(session: Session, organisation_id: uuid.UUID, sitting_id: uuid.UUID) -> Answers:
    """The answers of a sitting that count now."""
    rows = session.execute(
        sa.select(Answer.item_version_id, Answer.most, Answer.least).where(
            Answer.organisation_id == organisation_id, Answer.sitting_id == sitting_id
        )
    )
    return {item: (most, least) for item, most, least in rows}


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


def verify(session: Session) -> tuple[int, list[Difference]]:
    """Recompute every stored result from its answers, key and prior: how many there are, and which differ.

    This is the one reading that crosses organisations: it belongs to whoever runs the installation.
    """
    checked = 0
    differing = []
    for result, form_id in session.execute(
        sa.select(Result, Sitting.form_id)
        .join(
            Sitting,
            points_to(Result.sitting_id, Sitting),
        )
        .order_by(Result.organisation_id, Result.created_at, Result.id)
        .execution_options(yield_per=500)
    ):
        checked += 1
        found = list(differences(session, result, form_id))
        if found:
            differing.append(Difference(result.sitting_id, "; ".join(found)))
    return checked, differing


def differences(session: Session, result: Result, form_id: uuid.UUID) -> Iterator[str]:
    """What is no longer the same when this one result is made again."""
    if result.scoring_version != SCORING_VERSION:
        yield f"made with scoring version {result.scoring_version}; this release has {SCORING_VERSION}"
        return
    answers = answers_of(session, result.organisation_id, result.sitting_id)
    try:
        again = compute(
            content.form(session, form_id),
            content.key(session, result.key_version_id),
            content.prior(session, result.prior_version_id),
            answers,
        )
    except (KeyError, ValueError, DomainError) as error:
        yield f"its answers can't be scored ({error})"
        return
    for name in ("form_digest", "key_digest", "prior_digest", "answers_digest", "answered"):
        if getattr(result, name) != getattr(again, name):
            yield f"{name.replace('_', ' ')} is not what it was"
    for name in ("mean", "own_covariance", "covariance", "keyed"):
        if not _same(getattr(result, name), getattr(again, name)):
            yield f"{name.replace('_', ' ')} differs"
    if not _same(_listed(result.p_random), _listed(again.p_random)):
        yield "probability of random answers differs"


def _same(one: list[float] | None, other: list[float] | None) -> bool:
    if one is None or other is None:
        return one is other
    return len(one) == len(other) and bool(np.allclose(one, other, rtol=0, atol=TOLERANCE))


def _listed(value: float | None) -> list[float] | None:
    return None if value is None else [value]


def _packed(matrix: NDArray[np.float64]) -> list[float]:
    """The lower triangle of a symmetric matrix, row by row."""
    packed: list[float] = matrix[np.tril_indices(len(matrix))].tolist()
    return packed


def _unpacked(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Symmetric matrices (N, D, D) from their lower triangles."""
    size = len(ATTRIBUTES)
    lower = np.array(rows, dtype=np.float64).reshape(len(rows), size * (size + 1) // 2)
    matrices = np.zeros((len(rows), size, size))
    row, column = np.tril_indices(size)
    matrices[:, row, column] = lower
    matrices[:, column, row] = lower
    return matrices
