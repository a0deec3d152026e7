"""What selecting by a predictor brings, and what it does to groups: the formulas of validity and utility.

Predictors and criterion are standard normal together; all arguments broadcast unless a shape is given.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from assessment.measurement.model import Floats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)
BISECTIONS = 60  # each halves an interval of some 20 sd


def taylor_russell(validity: ArrayLike, selection_ratio: ArrayLike, base_rate: ArrayLike) -> Floats:
    """The share of good ones among the selected (Taylor & Russell 1939).

    `base_rate`: the share of good ones among all applicants. What selecting adds is the result less the base
    rate. P(both above their cuts) / selection ratio, by the integral over the correlation of the bivariate
    normal density (Plackett 1954) with r = sin t.
    ValueError: a validity outside (-1, 1), rates outside (0, 1).
    """
    r = _within("a validity", validity, -1, 1)
    rate, base = _within("a selection ratio", selection_ratio, 0, 1), _within("a base rate", base_rate, 0, 1)
    x, y = -ndtri(rate), -ndtri(base)
    half = np.arcsin(r) / 2
    angle = half[..., None] * (1 + _NODES)
    x_, y_ = x[..., None], y[..., None]
    density = np.exp(-(x_**2 + y_**2 - 2 * x_ * y_ * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    both = rate * base + half * (density @ _WEIGHTS) / (2 * np.pi)
    return np.asarray(np.clip(both / rate, 0.0, 1.0))


def selected_mean(selection_ratio: ArrayLike, validity: ArrayLike = 1.0) -> Floats:
    """Mean standard score of those selected from the top: validity times ordinate at the cut / selection ratio.

    On the predictor itself (validity 1), or on the criterion (Brogden 1949; Cronbach & Gleser 1965).
    """
    rate = _within("a selection ratio", selection_ratio, 0, 1)
    ordinate = np.exp(-(ndtri(rate) ** 2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(_correlation("a validity", validity) * ordinate / rate)


def utility(
    hired: ArrayLike,
    years: ArrayLike,
    validity: ArrayLike,
    selection_ratio: ArrayLike,
    sd_of_performance: ArrayLike,
    cost_of_applicant: ArrayLike,
) -> Floats:
    """What selecting `hired` people is worth over taking them by lot (Brogden-Cronbach-Gleser), in money.

    hired x years they stay x mean criterion score of the selected x value of one sd of performance a year,
    less the cost of testing hired / selection ratio applicants.
    """
    hired = np.asarray(hired, dtype=np.float64)
    gain = np.asarray(years) * selected_mean(selection_ratio, validity) * np.asarray(sd_of_performance)
    return np.asarray(hired * (gain - np.asarray(cost_of_applicant) / np.asarray(selection_ratio)))


def direct_restriction(r: ArrayLike, sd_ratio: ArrayLike) -> Floats:
    """r among all applicants, from r among those selected on the predictor itself (Thorndike 1949, case 2).

    r u / sqrt(1 + r^2 (u^2 - 1)), u = `sd_ratio`: the predictor's sd among all / among the selected. Rises
    with r, so that the ends of an interval of r become those of the corrected one.
    """
    r, u = _correlation("r", r), _positive("a ratio of sds", sd_ratio)
    return np.asarray(r * u / np.sqrt(1 + r**2 * (u**2 - 1)))


def indirect_restriction(r: ArrayLike, r_predictor: ArrayLike, r_criterion: ArrayLike, sd_ratio: ArrayLike) -> Floats:
    """r among all applicants where people were selected on a third variable z (Thorndike 1949, case 3).

    `r_predictor`, `r_criterion`: correlations with z; like r among the selected. `sd_ratio` u is that of z.
    (r + r_xz r_yz (u^2 - 1)) / sqrt((1 + r_xz^2 (u^2 - 1)) (1 + r_yz^2 (u^2 - 1))).
    """
    r, x, y = (_correlation("r", value) for value in (r, r_predictor, r_criterion))
    more = _positive("a ratio of sds", sd_ratio) ** 2 - 1
    return np.asarray((r + x * y * more) / np.sqrt((1 + x**2 * more) * (1 + y**2 * more)))


def disattenuated(r: ArrayLike, *, predictor: ArrayLike = 1.0, criterion: ArrayLike = 1.0) -> Floats:
    """r / sqrt(reliabilities): the correlation of true scores (Spearman 1904).

    For what a test does in use correct for the criterion only: people are selected by its fallible score. A
    result above 1 is not hidden: a reliability was too low, or r came out high by chance.
    """
    reliability = np.asarray(predictor, dtype=np.float64) * np.asarray(criterion, dtype=np.float64)
    if not ((reliability > 0) & (np.maximum(predictor, criterion) <= 1)).all():
        raise ValueError("reliabilities must be above 0 and at most 1")
    return np.asarray(_correlation("r", r) / np.sqrt(reliability))


def composite_validity(weights: ArrayLike, correlations: ArrayLike, validities: ArrayLike) -> float:
    """The validity w'v / sqrt(w'Rw) of the weighted sum of P standardised predictors.

    weights (P,), correlations (P, P) between predictors, validities (P,).
    ValueError: shapes, no correlation matrix, weights under which nothing varies.
    """
    return _composite(weights, correlations, validities)


def composite_difference(weights: ArrayLike, correlations: ArrayLike, differences: ArrayLike) -> float:
    """The difference d between two groups on the weighted sum of P predictors (Sackett & Ellingson 1997).

    w'd / sqrt(w'Rw), with d (P,) in standard deviations within groups and R the correlations within groups.
    """
    return _composite(weights, correlations, differences)


def impact_ratio(d: ArrayLike, selection_ratio: ArrayLike, minority_share: ArrayLike) -> Floats:
    """The minority's selection rate over the majority's, at one cut for all (De Corte, Lievens & Sackett 2007).

    d: majority's mean less minority's, in sds within groups, both normal with the same sd. `selection_ratio`:
    of all applicants, of whom the share `minority_share` in [0, 1] is of the minority; 0 makes it the
    majority's own. For a composite: d from `composite_difference`. The cut is found by bisection.
    """
    d = np.asarray(d, dtype=np.float64)
    rate = _within("a selection ratio", selection_ratio, 0, 1)
    share = np.asarray(minority_share, dtype=np.float64)
    if not (np.isfinite(d).all() and ((share >= 0) & (share <= 1)).all()):
        raise ValueError("d must be a number, and the minority's share from 0 to 1")
    d, rate, share = np.broadcast_arrays(d, rate, share)
    cut = -ndtri(rate)  # the majority's were there nobody else, and the minority's less d
    low, high = np.minimum(cut, cut - d), np.maximum(cut, cut - d)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        too_many = (1 - share) * ndtr(-middle) + share * ndtr(-middle - d) > rate
        low, high = np.where(too_many, middle, low), np.where(too_many, high, middle)
    return np.asarray(ndtr(-low - d) / ndtr(-low))


def _composite(weights: ArrayLike, correlations: ArrayLike, values: ArrayLike) -> float:
    w, r, v = (np.asarray(a, dtype=np.float64) for a in (weights, correlations, values))
    if w.ndim != 1 or v.shape != w.shape or r.shape != (len(w), len(w)):
        raise ValueError(
            f"weights {w.shape}, correlations {r.shape} and values {v.shape} are not of the same predictors"
        )
    if not (np.allclose(r, r.T) and np.allclose(np.diagonal(r), 1) and np.linalg.eigvalsh(r).min() > -1e-9):
        raise ValueError("correlations must be symmetric, 1 on the diagonal and possible together")
    variance = w @ r @ w
    if not variance > 0:
        raise ValueError("these weights leave nothing that varies")
    return float(w @ v / np.sqrt(variance))


def _within(name: str, value: ArrayLike, low: float, high: float) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    if not ((array > low) & (array < high)).all():
        raise ValueError(f"{name} must be between {low} and {high}, without the ends")
    return array


def _correlation(name: str, value: ArrayLike) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    if not (np.abs(array) <= 1).all():
        raise ValueError(f"{name} must be from -1 to 1")
    return array


def _positive(name: str, value: ArrayLike) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    if not ((array > 0) & (array < np.inf)).all():
        raise ValueError(f"{name} must be positive")
    return array
