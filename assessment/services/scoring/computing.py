"""A sitting scored: its answers, the key and the prior in; numbers and digests of what they were made from out."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from assessment.bank.content import sha256
from assessment.measurement.model import UNANSWERED
from assessment.measurement.scoring import (
    Scores,
    explain,
    key_error,
    score,
)
from assessment.services.scoring import content
from assessment.services.scoring.content import FormContent, KeptPrior, Key
from assessment.store.sittings import Answer

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


def _packed(matrix: NDArray[np.float64]) -> list[float]:
    """The lower triangle of a symmetric matrix, row by row."""
    packed: list[float] = matrix[np.tril_indices(len(matrix))].tolist()
    return packed
