"""Stored results proved: each is made again from its answers, key and prior, and compared."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.scoring import (
    SCORING_VERSION,
)
from assessment.services.errors import DomainError
from assessment.services.scoring import content
from assessment.services.scoring.computing import answers_of, compute
from assessment.store.base import points_to
from assessment.store.sittings import Result, Sitting

TOLERANCE = 1.5e-6  # stored numbers are rounded to 1e-6; a batch of another size has other last bits


@dataclass(frozen=True)
class Difference:
    """A stored result that can't be made again."""

    sitting_id: uuid.UUID
    what: str


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
