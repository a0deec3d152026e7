"""How well a person's answers hang together: with the model at the person's own score, and with each other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.model import ChoiceModel, Floats, Integers, checked_answers
from assessment.measurement.scoring import RANDOM_SHARE, STORED_DECIMALS, explain

LARGE = 0.5  # of the most an item's answer can add to an attribute
CHUNK = 512


def standardised_log_likelihood(
    model: ChoiceModel, theta: ArrayLike, most: ArrayLike, least: ArrayLike, *, corrected: bool = True
) -> Floats:
    """l_z* of answers (N, J) at scored theta (N, D), (N,): low where answers are unlikely for this very person.

    l_z (Drasgow, Levine & Williams 1985) is the log-likelihood at consistency 1 less its expectation, over
    its standard deviation; sums run over answered items. With theta estimated from the same answers its
    variance is below 1. `corrected` takes out of each log P what the estimate takes (Snijders 2001): its
    regression, under the model, on d = a_most - a_least, which is what theta is estimated by,

        l_z* = sum of (log P - E log P - b'(d - E d)) / sqrt(sum of Var(log P) - c'b),   b = I^-1 c,

    with c the sum of Cov(d, log P) and I that of Cov(d), the information. Plain l_z finds more of those who click
    at random, but hardly any whom the Bayes factor does not find, and under simulated cuts it suspects people
    near the average more than twice as often as people far from it; l_z* all alike. NaN without a score, without
    an answer, and where nothing is left to vary.
    """
    most, least = checked_answers(model, most, least)
    theta = np.asarray(theta, dtype=np.float64)
    if len(theta) != len(most):
        raise ValueError(f"theta of {len(theta)} people but answers of {len(most)}")
    result = np.full(len(most), np.nan)
    scored = np.flatnonzero(np.isfinite(theta).all(axis=1) & (most >= 0).any(axis=1))
    for start in range(0, len(scored), CHUNK):
        rows = scored[start : start + CHUNK]
        result[rows] = _standardised(model, theta[rows], most[rows], least[rows], corrected)
    return result


def log_bayes_factor(p_random: ArrayLike) -> Floats:
    """How much answers speak for clicking at random, (N,): log odds of P(random) after them less before.

    0 where they say nothing. P(random) counts as stored, to 1e-6, so the factor ends at +-17.
    """
    smallest = 10.0**-STORED_DECIMALS / 2
    p = np.clip(np.asarray(p_random, dtype=np.float64), smallest, 1 - smallest)
    return np.asarray(np.log(p / (1 - p)) - np.log(RANDOM_SHARE / (1 - RANDOM_SHARE)))


def contradictions(
    model: ChoiceModel, most: ArrayLike, least: ArrayLike, mirrors: Sequence[tuple[int, int]]
) -> Integers:
    """How many pairs of mirror items, positions in the form, a person answers in contradiction, (N,).

    A pair contradicts where on an attribute both items measure their keyed contributions have opposite signs
    and are both large: at least half of the most the item's answers can add. ValueError: a pair that is not of
    two different items of the form.
    """
    if not all(0 <= i < model.items and 0 <= j < model.items and i != j for i, j in mirrors):
        raise ValueError(f"mirrors are pairs of different items from 0 to {model.items - 1}, not {mirrors!r}")
    contribution = explain(model, most, least)
    loadings = np.where(model.mask[..., None], model.loadings, np.nan)
    most_possible = np.nanmax(loadings, axis=1) - np.nanmin(loadings, axis=1)
    large = (np.abs(contribution) >= LARGE * most_possible) & (contribution != 0)
    sign = np.where(large, np.sign(contribution), 0.0)
    one, other = np.array(mirrors, dtype=np.int64).reshape(-1, 2).T
    return np.asarray((sign[:, one] * sign[:, other] < 0).any(axis=2).sum(axis=1))


def _standardised(model: ChoiceModel, theta: Floats, most: Integers, least: Integers, corrected: bool) -> Floats:
    answered = (most >= 0).astype(np.float64)
    joint = model.probabilities(theta)
    log_p = np.log(np.maximum(joint, np.finfo(np.float64).tiny))
    person, item = np.arange(len(most))[:, None], np.arange(model.items)
    weighted = joint * log_p
    mean = weighted.sum(axis=(2, 3))
    residual = (answered * (log_p[person, item, most, least] - mean)).sum(axis=1)
    variance = (answered * ((weighted * log_p).sum(axis=(2, 3)) - mean**2)).sum(axis=1)
    if corrected:
        # d = sum over options of a_k x_k, x_k = 1[most = k] - 1[least = k]
        expected = joint.sum(axis=3) - joint.sum(axis=2)
        shared = weighted.sum(axis=3) - weighted.sum(axis=2) - expected * mean[..., None]
        covariance = np.einsum("nj,njk,jkd->nd", answered, shared, model.loadings, optimize=True)
        information = np.einsum("nj,njde->nde", answered, model.information(theta), optimize=True)
        slope = np.einsum("nde,ne->nd", np.linalg.pinv(information, hermitian=True), covariance)
        surprise = (answered[..., None] * explain(model, most, least)).sum(axis=1)
        surprise -= np.einsum("nj,njk,jkd->nd", answered, expected, model.loadings, optimize=True)
        residual -= (slope * surprise).sum(axis=1)
        variance -= (slope * covariance).sum(axis=1)
    left = variance > 1e-9 * answered.sum(axis=1)
    return np.where(left, residual / np.sqrt(np.where(left, variance, 1.0)), np.nan)
