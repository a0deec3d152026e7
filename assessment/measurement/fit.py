"""How well people suit a role: the share of what the role asks for, with its uncertainty.

    g_d = 1 inside the band [low_d, high_d], exp(-distance^2 / (2 tolerance_d^2)) outside
    fit = product over d of g_d^(w_d / sum w) = exp(-(1/2) sum (w_d / sum w) (distance_d / tolerance_d)^2)

A weighted geometric mean of desirabilities (Derringer & Suich 1980), and the same number as the weighted
ideal-point distance with a dead zone (Cronbach & Gleser 1953). Everything here is a fraction from 0 to 1:
pages multiply by 100.

Statements come from draws theta = m + L z + (I - V Phi^-1) s, L L' = W: z is a person's own error, s the
key's lean, which is the same for all people of a draw. The points are the same 256 for everybody, always.

Answers given at random vouch for nothing: with probability P(random) the fit is 0. Without this, shrinkage would
put a third of those who click at random into the top quarter of a form that has not been piloted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from assessment.measurement.attributes import check_names, check_same
from assessment.measurement.model import Booleans, Floats, Integers
from assessment.measurement.scale import theta_from_t
from assessment.measurement.scoring import Scores

LEAN_SD = 0.6  # before a pilot
DRAWS = 256
SEED = 20261101  # of the scrambling: any number does, as long as it stays
INTERVAL = (0.05, 0.95)
RANDOM_LIMIT = 0.75  # P(random) above it: no fit, no place in a list
THRESHOLD = 0.8  # of "the best fits better", for leaving a group
CHUNK = 256


def lean_sd(pilot_n: int) -> float:
    """The sd of the key's lean on each attribute: .6 before a pilot, 1 / sqrt(n) after one of n people."""
    return LEAN_SD if pilot_n == 0 else float(pilot_n**-0.5)


@dataclass(frozen=True, eq=False)
class Profile:
    """What a role asks for, each (D,), in theta: a band [low, high] (open ends: -inf, inf), how fast fit
    falls outside it (tolerance > 0), and how much the attribute counts (weight >= 0).

    ValueError: shapes, NaN, low above high, a tolerance or weight out of range, all weights zero.
    """

    attributes: tuple[str, ...]
    low: Floats
    high: Floats
    tolerance: Floats
    weight: Floats

    def __post_init__(self) -> None:
        check_names(self.attributes)
        for name in ("low", "high", "tolerance", "weight"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != (len(self.attributes),):
                raise ValueError(f"{name} must have {len(self.attributes)} numbers, not shape {array.shape}")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if not ((self.low <= self.high) & (self.low < np.inf) & (self.high > -np.inf)).all():
            raise ValueError("a band's low end must be a number not above its high end")
        if not ((self.tolerance > 0) & (self.tolerance < np.inf)).all():
            raise ValueError("tolerances must be positive")
        if not ((self.weight >= 0) & (self.weight < np.inf)).all():
            raise ValueError("weights must be 0 or more")
        if not self.weight.any():
            raise ValueError("all weights are zero: the profile asks for nothing")

    @classmethod
    def on_t(
        cls,
        attributes: tuple[str, ...],
        low: Sequence[float | None],
        high: Sequence[float | None],
        tolerance: Sequence[float],
        weight: Sequence[float],
    ) -> "Profile":
        """A profile whose bands and tolerances are on the T scale, None for an open end: theta = (T - 50) / 10."""
        return cls(
            attributes,
            low=theta_from_t([-np.inf if end is None else end for end in low]),
            high=theta_from_t([np.inf if end is None else end for end in high]),
            tolerance=np.asarray(tolerance, dtype=np.float64) / 10,
            weight=np.asarray(weight, dtype=np.float64),
        )

    @property
    def share(self) -> Floats:
        """w / sum w."""
        return np.asarray(self.weight / self.weight.sum())


@dataclass(frozen=True, eq=False)
class Fit:
    """The fit of N people to one profile, fractions from 0 to 1; NaN for withheld people.

    expected (N,): the posterior expectation. low, high (N,): a 90% interval. below, inside, above (N, D):
    where the person is likely to stand. loss_share (N, D): each attribute's share of the expected -log fit of
    answers that were given by reading (all 0 where nothing is lost). withheld (N,): too few answers, or
    answers too likely given at random.
    """

    attributes: tuple[str, ...]
    expected: Floats
    low: Floats
    high: Floats
    below: Floats
    inside: Floats
    above: Floats
    loss_share: Floats
    withheld: Booleans


def withheld(scores: Scores) -> Booleans:
    """(N,) True where no fit may be stated: no score, or P(random) above RANDOM_LIMIT."""
    return ~np.isfinite(scores.mean).all(axis=1) | ~(scores.p_random <= RANDOM_LIMIT)


def attribute_fit(mean: ArrayLike, sd: ArrayLike, low: ArrayLike, high: ArrayLike, tolerance: ArrayLike) -> Floats:
    """E[g] for theta ~ N(mean, sd^2), in closed form; arguments broadcast, sd > 0, open ends are +-inf.

    Phi((hi-m)/s) - Phi((lo-m)/s) + tail(hi, +) + tail(lo, -), and with v = s^2 + tau^2
    tail(c, +-) = (tau/sqrt v) exp(-(m-c)^2 / (2v)) Phi(+-(m-c) tau / (s sqrt v)).
    """
    mean, sd, tolerance = (np.asarray(a, dtype=np.float64) for a in (mean, sd, tolerance))
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    root = np.hypot(sd, tolerance)

    def tail(end: Floats, sign: int) -> Floats:
        off = mean - end
        normal = ndtr(sign * off * tolerance / (sd * root))
        return np.asarray(tolerance / root * np.exp(-((off / root) ** 2) / 2) * normal)

    inside = ndtr((high - mean) / sd) - ndtr((low - mean) / sd)
    return np.asarray(inside + tail(high, 1) + tail(low, -1))


def fit_of(theta: ArrayLike, profile: Profile) -> Floats:
    """The fit (N,) of people who are known to stand at theta (N, D): the formula above, without any doubt."""
    theta = np.asarray(theta, dtype=np.float64)
    off = (theta - np.clip(theta, profile.low, profile.high)) / profile.tolerance
    return np.asarray(np.exp(-(off**2) @ profile.share / 2))


def closed_form_fit(scores: Scores, profile: Profile, *, lean_sd: float = LEAN_SD) -> Floats:
    """Expected fit (N,) of a large pool, NaN for withheld people: 1 - P(random) times the product of E[g].

    Exact where a person's errors are uncorrelated between attributes; `fit` is for what is shown.
    """
    check_same(scores, profile)
    used = profile.weight > 0
    factors = attribute_fit(
        scores.mean[:, used],
        _sd(scores, lean_sd)[:, used],
        profile.low[used],
        profile.high[used],
        profile.tolerance[used] / np.sqrt(profile.share[used]),
    )
    return np.where(withheld(scores), np.nan, _read(scores) * factors.prod(axis=1))


def fit(scores: Scores, profile: Profile, *, lean_sd: float = LEAN_SD) -> Fit:
    """The fit of N people with its uncertainty. `lean_sd`: .6 before a pilot, 1/sqrt(n) after one of n.

    ValueError: attributes that differ, scores without the key's error.
    """
    check_same(scores, profile)
    kept = np.flatnonzero(~withheld(scores))
    expected, low, high = np.full((3, len(scores)), np.nan)
    loss_share = np.full(scores.mean.shape, np.nan)
    own, _, lean = standard_points(len(scores.attributes))
    for start in range(0, len(kept), CHUNK):
        rows = kept[start : start + CHUNK]
        losses = profile.share[:, None] * attribute_losses(scores, profile, rows, own, lean_sd * lean)
        fits = np.exp(-losses.sum(axis=1))
        read = _read(scores)[rows]
        expected[rows] = read * fits.mean(axis=1)
        low[rows], high[rows] = (_quantile(fits, read, level) for level in INTERVAL)
        lost = losses.mean(axis=2)
        loss_share[rows] = lost / np.maximum(lost.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    blank = np.where(withheld(scores), np.nan, 1.0)[:, None]
    sd = _sd(scores, lean_sd)
    below = blank * ndtr((profile.low - scores.mean) / sd)
    above = blank * ndtr((scores.mean - profile.high) / sd)
    inside = 1.0 - below - above
    return Fit(scores.attributes, expected, low, high, below, inside, above, loss_share, withheld(scores))


def better(scores: Scores, profile: Profile, a: int, b: ArrayLike, *, lean_sd: float = LEAN_SD) -> Floats:
    """P(person a fits better than each person of b), ties half; NaN where one of the two is withheld.

    Own errors of the two are independent, the key's lean is one. Each of the two takes either set of points
    once, so that P(a, b) + P(b, a) = 1 exactly, whoever else is in the list. Shape: that of `b`.
    """
    others = np.asarray(b, dtype=np.int64)
    people = scores.rows(np.append(others.ravel(), a))
    fits, read = _paired_fits(people, profile, lean_sd), _read(people)
    return _better(fits[:, -1:], fits[:, :-1], read[-1], read[:-1]).reshape(others.shape)


def groups(scores: Scores, profile: Profile, *, threshold: float = THRESHOLD, lean_sd: float = LEAN_SD) -> Integers:
    """Group numbers (N,) from 1 on; 0 for withheld people.

    A group holds its best person (by the expected fit of `fit`) and everybody for whom P(the best fits better) is below
    `threshold`; the next is formed from the rest. ValueError: a threshold outside [.5, 1).
    """
    if not 0.5 <= threshold < 1:
        raise ValueError(f"the threshold must be from .5 to below 1, not {threshold}")
    number = np.zeros(len(scores), dtype=np.int64)
    fits, read = _paired_fits(scores, profile, lean_sd), _read(scores)
    # equals are put in order by what was measured of them, so that the order they come in makes no difference
    best_first = np.lexsort((*scores.mean.T, -np.round(read * fits[0].mean(axis=1), 9)))
    rest = best_first[~withheld(scores)[best_first]]
    group = 0
    while rest.size:
        group += 1
        together = _better(fits[:, rest[:1]], fits[:, rest], read[rest[0]], read[rest]) < threshold
        together[0] = True
        number[rest[together]] = group
        rest = rest[~together]
    return number


@lru_cache
def standard_points(size: int) -> tuple[Floats, Floats, Floats]:
    """256 standard normal points for one person, for a second, and for the lean, each (D, 256)."""
    from scipy.stats import qmc  # noqa: PLC0415 - a second of loading that a starting server need not wait for

    sobol = qmc.Sobol(3 * size, scramble=True, rng=np.random.default_rng(SEED))
    points = np.ascontiguousarray(ndtri(sobol.random(DRAWS)).T)
    points.setflags(write=False)
    own, other, lean = points.reshape(3, size, DRAWS)
    return own, other, lean


def _sd(scores: Scores, lean_sd: float) -> Floats:
    """The sd of each score, (N, D), own error and lean together."""
    variance = np.diagonal(scores.whole_error(), axis1=1, axis2=2) + lean_sd**2 * (scores.lean**2).sum(axis=2)
    return np.asarray(np.sqrt(variance))


def attribute_losses(scores: Scores, profile: Profile, rows: NDArray[np.int64], own: Floats, lean: Floats) -> Floats:
    """(distance / tolerance)^2 / 2 by attribute in each draw, (n, D, draws): times w / sum w it is -log fit.

    own: standard normal points (D, draws) for everybody, or (n, D, draws); lean: points of the key's lean (D, draws),
    times its sd.
    """
    theta: Floats = np.linalg.cholesky(scores.whole_error()[rows]) @ own
    theta += scores.lean[rows] @ lean
    theta += scores.mean[rows][..., None]
    inside = np.clip(theta, profile.low[:, None], profile.high[:, None])
    theta -= inside
    theta *= theta
    theta *= (1 / (2 * profile.tolerance**2))[:, None]
    return theta


def _paired_fits(scores: Scores, profile: Profile, lean_sd: float) -> Floats:
    """Fits in each draw with the first and the second set of own points, (2, N, 256); NaN: withheld."""
    check_same(scores, profile)
    own, other, lean = standard_points(len(scores.attributes))
    fits = np.full((2, len(scores), DRAWS), np.nan)
    kept = np.flatnonzero(~withheld(scores))
    for start in range(0, len(kept), CHUNK):
        rows = kept[start : start + CHUNK]
        for one, points in zip(fits, (own, other), strict=True):
            losses = attribute_losses(scores, profile, rows, points, lean_sd * lean)
            one[rows] = np.exp(-(profile.share @ losses))
    return fits


def _better(one: Floats, many: Floats, one_read: Floats, many_read: Floats) -> Floats:
    """P(one (2, 1, 256) above each of many (2, M, 256)), (M,): the two never take the same own points.

    Read answers win against random ones; two who answered at random are equal.
    """
    other = many[::-1]
    both_read = (one > other).mean(axis=(0, 2)) + (one == other).mean(axis=(0, 2)) / 2
    random = (1 - one_read) * (1 - many_read) / 2 + one_read * (1 - many_read)
    wins = one_read * many_read * both_read + random
    return np.where(np.isnan(one + other).any(axis=(0, 2)), np.nan, wins)


def _read(scores: Scores) -> Floats:
    """1 - P(random), (N,): how likely the answers were given by reading."""
    return 1.0 - scores.p_random


def _quantile(fits: Floats, read: Floats, level: float) -> Floats:
    """The quantile of each row of fits (n, 256), once (1 - read) (n,) of its probability has been put on 0."""
    place = np.clip((level - (1 - read)) / read, 0, 1) * (fits.shape[1] - 1)
    before = np.floor(place).astype(np.int64)
    ordered = np.sort(fits, axis=1)
    row = np.arange(len(fits))
    after = np.minimum(before + 1, fits.shape[1] - 1)
    found = ordered[row, before] + (place - before) * (ordered[row, after] - ordered[row, before])
    return np.where(level <= 1 - read, 0.0, found)
