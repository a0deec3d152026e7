"""How far several people who rated the same things agree. NaN is a rating that was not given, and stays missing."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.evidence.reliability import Estimate, intraclass
from assessment.measurement.model import Floats, Integers

# With fewer people an interval of an intraclass correlation covers nearly everything.
LEAST_PEOPLE = 10


@dataclass(frozen=True, eq=False)
class Agreement:
    """Of Q things rated by R raters.

    mean: of the ratings given, (Q,), NaN where none is. spread: the highest less the lowest, (Q,), NaN with fewer than
    two. raters: how many rated it, (Q,). apart: how far two raters of the same thing are apart on average, over all
    pairs; NaN where nothing was rated twice.
    """

    mean: Floats
    spread: Floats
    raters: Integers
    apart: float


def agreement(ratings: ArrayLike) -> Agreement:
    """Means and plain spreads of ratings (Q, R); for small numbers, where a coefficient says nothing."""
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"ratings are a row a thing and a column a rater, not of shape {x.shape}")
    given = np.isfinite(x)
    raters = given.sum(axis=1)
    mean = np.divide(np.where(given, x, 0.0).sum(axis=1), raters, out=np.full(len(x), np.nan), where=raters > 0)
    highest = np.where(given, x, -np.inf).max(axis=1, initial=-np.inf)
    lowest = np.where(given, x, np.inf).min(axis=1, initial=np.inf)
    spread = np.subtract(highest, lowest, out=np.full(len(x), np.nan), where=raters > 1)
    pairs = [np.abs(x[:, a] - x[:, b]) for a, b in combinations(range(x.shape[1]), 2)]
    distances = np.concatenate(pairs) if pairs else np.empty(0)
    distances = distances[np.isfinite(distances)]
    return Agreement(mean, spread, raters, float(distances.mean()) if len(distances) else float("nan"))


def panel_agreement(ratings: ArrayLike) -> Estimate | None:
    """ICC(A,1) of people (N) rated by raters (R): whether one rater's number could stand for another's.

    Only raters who rated at least LEAST_PEOPLE people, and of those the people whom all of them rated. None where
    that leaves fewer people or raters, or nobody differs from anybody: the plain spread has to do.
    """
    x = np.asarray(ratings, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"ratings are a row a person and a column a rater, not of shape {x.shape}")
    x = x[:, np.isfinite(x).sum(axis=0) >= LEAST_PEOPLE]
    x = x[np.isfinite(x).all(axis=1)]
    if len(x) < LEAST_PEOPLE or x.shape[1] < 2 or np.ptp(x.mean(axis=1)) == 0:
        return None
    return intraclass(x)[1]
