"""How reliable the scores of a file of answers are, and of the same people's answers on a second occasion."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.evidence.internal_consistency import alpha, contributions, omega
from assessment.measurement.evidence.reliability import (
    Estimate,
    empirical_reliability,
    marginal_reliability,
    reliable_change,
    retest,
    sem,
)
from assessment.measurement.model import Integers
from assessment.measurement.scoring import DEFAULT_PRIOR, Scores, key_error, score
from assessment.services.errors import DomainError
from assessment.services.scoring.answer_files import Answered

SEED = 20261124  # of bootstrap and averages: the same file gives the same table


@dataclass(frozen=True)
class Figure:
    """One figure with its 95% interval and the number of people it rests on (0: of none, it is the model's)."""

    what: str
    attribute: str
    value: float
    low: float
    high: float
    people: int


def once(answered: Answered) -> Iterator[Figure]:
    """What one occasion tells: of theta, of the form by its model, and of the plain key's sums.

    DomainError where there are too few people or answers.
    """
    rng = np.random.default_rng(SEED)
    scores = score(answered.model, answered.most, answered.least, DEFAULT_PRIOR)
    try:
        yield from _figures("empirical", empirical_reliability(scores))
        yield from _figures(
            "marginal (the model's)", marginal_reliability(answered.model, DEFAULT_PRIOR, rng), people=0
        )
        yield from _figures("SEM, T", sem(scores), scale=10)
        parts = contributions(answered.model, answered.most, answered.least)
        for d, name in enumerate(ATTRIBUTES):
            yield _figure("alpha of the keyed sum", name, alpha(parts[:, :, d]))
        for d, name in enumerate(ATTRIBUTES):
            yield _figure("omega of the keyed sum", name, omega(parts[:, :, d], rng))
    except ValueError as error:
        raise DomainError(f"Reliability can't be stated: {error}.") from error


def twice(first: Answered, second: Answered) -> Iterator[Figure]:
    """What two occasions of the same people tell; people who are in one file only are left out.

    The share of people with a reliable change rests on the rule of `reliable_change`. DomainError where too few are
    in both.
    """
    mine, theirs = {name: n for n, name in enumerate(first.people)}, {name: n for n, name in enumerate(second.people)}
    both = [name for name in first.people if name in theirs]
    before = _scores(first, np.array([mine[name] for name in both], dtype=np.int64))
    after = _scores(second, np.array([theirs[name] for name in both], dtype=np.int64))
    try:
        found = retest(before.mean, after.mean)
        for what, estimate in (
            ("retest r", found.pearson),
            ("retest ICC(C,1)", found.consistency),
            ("retest ICC(A,1)", found.agreement),
        ):
            yield from _figures(what, estimate)
        yield from _figures("retest SEM, T", found.sem, scale=10)
        yield from _figures("mean change, T", found.mean_change, scale=10)
        change = reliable_change(before, after)
    except ValueError as error:
        raise DomainError(f"Two occasions can't be compared: {error}.") from error
    for d, name in enumerate(ATTRIBUTES):
        known = np.isfinite(change.difference[:, d])
        share = float((change.direction[known, d] != 0).mean()) if known.any() else np.nan
        yield Figure("reliably changed", name, share, np.nan, np.nan, int(known.sum()))


def _scores(answered: Answered, rows: Integers) -> Scores:
    most, least = answered.most[rows], answered.least[rows]
    return key_error(score(answered.model, most, least, DEFAULT_PRIOR), answered.model, most, least, DEFAULT_PRIOR)


def _figures(what: str, estimate: Estimate, *, scale: float = 1.0, people: int | None = None) -> Iterator[Figure]:
    for d, name in enumerate(ATTRIBUTES):
        value, low, high = (scale * float(part[d]) for part in (estimate.value, estimate.low, estimate.high))
        yield Figure(what, name, value, low, high, estimate.n if people is None else people)


def _figure(what: str, attribute: str, estimate: Estimate) -> Figure:
    return Figure(what, attribute, float(estimate.value), float(estimate.low), float(estimate.high), estimate.n)
