"""How far scores would come out the same again, each statement with a 95% interval and the number of people.

All of theta, what people are judged by; of the keyed sum, for those who ask: `internal_consistency`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri, expit, fdtri, ndtr, ndtri, stdtrit

from assessment.measurement.attributes import check_same
from assessment.measurement.fit import LEAN_SD, withheld
from assessment.measurement.model import ChoiceModel, Floats, Integers
from assessment.measurement.scoring import Prior, Scores

TAIL = 0.975  # every interval here is two-sided, 95%
Z = float(ndtri(TAIL))
DRAWS = 1000  # people from the prior


@dataclass(frozen=True, eq=False)
class Estimate:
    """A value with its 95% interval, each a number () or one an attribute (D,), and the n it rests on."""

    value: Floats
    low: Floats
    high: Floats
    n: int


@dataclass(frozen=True, eq=False)
class Retest:
    """What two occasions say. pearson: the same order of people; consistency: ICC(C,1), the same distances
    between them; agreement: ICC(A,1), the same numbers. sem: sd(second - first) / sqrt 2, in units of the
    score; mean_change: second - first, which practice or training moves.
    """

    pearson: Estimate
    consistency: Estimate
    agreement: Estimate
    sem: Estimate
    mean_change: Estimate


@dataclass(frozen=True, eq=False)
class Change:
    """How N people differ between two occasions, (N, D), theta; NaN (and direction 0) where one is withheld.

    difference: second - first. index: difference / its standard error. low, high: its 95% interval.
    probability_up: P(change > 0). direction: +1 or -1 where |index| > 1.96, the rule "changed only when
    reliable" (Jacobson & Truax 1991), else 0: nothing may be said to have changed.
    """

    attributes: tuple[str, ...]
    difference: Floats
    index: Floats
    low: Floats
    high: Floats
    probability_up: Floats
    direction: Integers


def empirical_reliability(scores: Scores, *, with_key_error: bool = False) -> Estimate:
    """var(theta^) / (var(theta^) + mean SE^2), (D,), for posterior means theta^; withheld people are left out.

    SE^2 is the diagonal of V, or of W `with_key_error`. Its log-odds are ln var(theta^) - ln mean SE^2; the
    interval is theirs by the delta method (nothing is assumed of the shape of theta^, nor that SE is
    unrelated to it), t with n - 1 degrees of freedom.
    ValueError: fewer than 3 people, an attribute on which all scores are equal, scores without the key's error.
    """
    theta, error = _measured(scores, with_key_error)
    square = (theta - theta.mean(axis=0)) ** 2
    variance, mean_error = theta.var(axis=0, ddof=1), error.mean(axis=0)
    if not (variance > 0).all():
        raise ValueError("all scores of an attribute are equal: no reliability")
    half = _half_width(square / variance - error / mean_error)
    log_odds = np.log(variance / mean_error)
    return Estimate(expit(log_odds), expit(log_odds - half), expit(log_odds + half), len(theta))


def sem(scores: Scores, *, with_key_error: bool = False) -> Estimate:
    """The standard error of measurement sqrt(mean SE^2), (D,), theta; SE and people as in `empirical_reliability`.

    The interval, by the delta method on the logarithm, is about the mean over people; each person has an SE of her own.
    """
    _, error = _measured(scores, with_key_error)
    mean_error = error.mean(axis=0)
    half = _half_width(error / mean_error)
    root = np.sqrt(mean_error)
    return Estimate(root, root * np.exp(-half / 2), root * np.exp(half / 2), len(error))


def marginal_reliability(
    model: ChoiceModel,
    prior: Prior,
    rng: np.random.Generator,
    *,
    consistency: ArrayLike = 1.0,
    draws: int = DRAWS,
) -> Estimate:
    """What a form promises before anybody answered it: 1 - E[V_dd] / Phi_dd, (D,), V = (sum I_j(theta) + Phi^-1)^-1.

    The marginal reliability of Green et al. (1984) for posterior means, averaged over `draws` people theta from
    the prior. No people were measured: n is the draws, and the interval says how exactly they average.
    `consistency`: one rho or one a draw.
    """
    check_same(model, prior)
    if draws < 2:
        raise ValueError("an average over the prior needs at least 2 draws")
    theta = rng.multivariate_normal(prior.mean, prior.covariance, draws, method="cholesky")
    information = model.information(theta, consistency).sum(axis=1)
    posterior = np.linalg.inv(information + np.linalg.inv(prior.covariance))
    each = 1.0 - np.diagonal(posterior, axis1=1, axis2=2) / np.diagonal(prior.covariance)
    value, half = each.mean(axis=0), _half_width(each)
    return Estimate(value, value - half, value + half, draws)


def retest(first: ArrayLike, second: ArrayLike) -> Retest:
    """The same people's scores on two occasions, (N,) or (N, D); people with a NaN are left out.

    Pearson: Fisher's z. SEM: chi-square with n - 1. Mean change: t with n - 1. ICC: see `intraclass`.
    ValueError: shapes that differ, fewer than 4 people, an occasion on which nobody differs from anybody.
    """
    occasions = np.stack([np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)], axis=1)
    occasions = complete(occasions, least=4)
    n = len(occasions)
    centred = occasions - occasions.mean(axis=0)
    spread = (centred**2).sum(axis=0)
    if not (spread > 0).all():
        raise ValueError("nobody differs from anybody on one of the occasions: no correlation")
    r = np.clip((centred[:, 0] * centred[:, 1]).sum(axis=0) / np.sqrt(spread.prod(axis=0)), -1, 1)
    with np.errstate(divide="ignore"):  # r = 1 has no interval but itself
        low_r, high_r = (np.asarray(np.tanh(np.arctanh(r) + side * Z / np.sqrt(n - 3))) for side in (-1, 1))
    consistency, agreement = intraclass(occasions)
    difference = occasions[:, 1] - occasions[:, 0]
    mean, half = np.asarray(difference.mean(axis=0)), _half_width(difference)
    root = np.asarray(difference.std(axis=0, ddof=1) / np.sqrt(2))
    low, high = (root * np.sqrt((n - 1) / chdtri(n - 1, upper)) for upper in (1 - TAIL, TAIL))
    return Retest(
        pearson=Estimate(np.asarray(r), low_r, high_r, n),
        consistency=consistency,
        agreement=agreement,
        sem=Estimate(root, low, high, n),
        mean_change=Estimate(mean, mean - half, mean + half, n),
    )


def intraclass(occasions: ArrayLike) -> tuple[Estimate, Estimate]:
    """ICC(C,1) and ICC(A,1) of one measurement, from occasions (N, K) or (N, K, D) without NaN.

    Two-way analysis of variance: people R, occasions C, rest E (Shrout & Fleiss 1979, where they are ICC(3,1)
    and ICC(2,1); McGraw & Wong 1996), with their F intervals, for the second with Satterthwaite's degrees of
    freedom: it takes the occasions for a sample of occasions, and with two of them and a shift it is wide.
    ValueError: fewer than 2 people or occasions, a NaN, nobody differs from anybody.
    """
    x = np.asarray(occasions, dtype=np.float64)
    if x.ndim < 2 or min(x.shape[:2]) < 2 or not np.isfinite(x).all():
        raise ValueError(f"an ICC needs at least 2 people and 2 occasions, all finite, not shape {x.shape}")
    n, k = x.shape[:2]
    person, occasion, grand = x.mean(axis=1), x.mean(axis=0), x.mean(axis=(0, 1))
    df, rest_df = n - 1, (n - 1) * (k - 1)
    between = k * ((person - grand) ** 2).sum(axis=0) / df
    shift = n * ((occasion - grand) ** 2).sum(axis=0) / (k - 1)
    rest = ((x - person[:, None] - occasion + grand) ** 2).sum(axis=(0, 1)) / rest_df
    if not (between > 0).all():
        raise ValueError("nobody differs from anybody: no ICC")
    rest = np.maximum(rest, 1e-12 * between)  # occasions that agree to the last bit

    ratio = between / rest
    ends = (ratio, ratio / fdtri(df, rest_df, TAIL), ratio * fdtri(rest_df, df, TAIL))
    value, low, high = (np.asarray((f - 1) / (f + k - 1)) for f in ends)
    consistency = Estimate(value, low, high, n)

    value = (between - rest) / (between + (k - 1) * rest + k * (shift - rest) / n)
    a, b = k * value / n, 1 + (k - 1) * value - k * value / n
    satterthwaite = rest_df * (a * shift / rest + b) ** 2 / ((n - 1) * (a * shift / rest) ** 2 + b**2)
    within = k * shift + (k * n - k - n) * rest
    f, g = fdtri(df, satterthwaite, TAIL), fdtri(satterthwaite, df, TAIL)
    low = n * (between - f * rest) / (f * within + n * between)
    high = n * (g * between - rest) / (within + n * g * between)
    return consistency, Estimate(np.asarray(value), np.asarray(low), np.asarray(high), n)


def reliable_change(first: Scores, second: Scores, *, lean_sd: float = LEAN_SD) -> Change:
    """Whether each of N people, row by row the same in both, changed: (theta2 - theta1) / sqrt(SE1^2 + SE2^2).

    SE^2 is the diagonal of W. Of the key's lean, which moves both scores, only A2 - A1 is left (A = I - V Phi^-1),
    nearly nothing where both occasions are about equally precise; it is added to the variance.
    Interval and probability take the two occasions as if they were of two strangers: theta2 may be anywhere,
    whatever theta1 is. For people who stay who they are that is careful to a fault: both scores lean to the prior's
    mean, and where the same items are answered twice the errors of the key, counted twice here, cancel. Far
    fewer than 5% of those who did not change are called changed (.3% in simulations), and even large changes are
    often missed: "no reliable change" is no evidence of none.
    ValueError: other people or attributes, scores without the key's error.
    """
    attributes = check_same(first, second)
    if len(first) != len(second):
        raise ValueError(f"change needs the same people twice, not {len(first)} and {len(second)}")
    variance = lean_sd**2 * ((second.lean - first.lean) ** 2).sum(axis=2)
    for scores in (first, second):
        variance += _variance(scores, with_key_error=True)
    kept = ~(withheld(first) | withheld(second))[:, None]
    difference = np.where(kept, second.mean - first.mean, np.nan)
    se = np.sqrt(np.where(kept, variance, np.nan))
    index = difference / se
    direction = np.where(np.abs(index) > Z, np.sign(index), 0).astype(np.int64)
    return Change(
        attributes, difference, index, difference - Z * se, difference + Z * se, np.asarray(ndtr(index)), direction
    )


def _variance(scores: Scores, with_key_error: bool) -> Floats:
    """SE^2, (N, D)."""
    covariance = scores.whole_error() if with_key_error else scores.covariance
    return np.asarray(np.diagonal(covariance, axis1=1, axis2=2))


def _measured(scores: Scores, with_key_error: bool) -> tuple[Floats, Floats]:
    """theta and SE^2, (n, D), of the people who are not withheld."""
    kept = ~withheld(scores)
    if kept.sum() < 3:
        raise ValueError("reliability needs at least 3 people with scores")
    return scores.mean[kept], _variance(scores, with_key_error)[kept]


def _half_width(values: Floats) -> Floats:
    """Half of the 95% t interval of the mean over people, values (n, ...)."""
    n = len(values)
    return np.asarray(stdtrit(n - 1, TAIL) * values.std(axis=0, ddof=1) / np.sqrt(n))


def complete(values: Floats, least: int) -> Floats:
    """The rows without a NaN; ValueError where fewer than `least` are left."""
    kept = values[np.isfinite(values.reshape(len(values), -1)).all(axis=1)]
    if len(kept) < least:
        raise ValueError(f"only {len(kept)} people have all values; at least {least} are needed")
    return kept
