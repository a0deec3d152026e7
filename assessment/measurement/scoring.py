"""From answers to what is known of a person: theta, its uncertainty, and the odds that nobody read the items.

Posterior modes at each consistency of a grid, mixed by their Laplace evidence (scale heterogeneity: Fiebig et
al. 2010). Two kinds of error are kept apart: the person's own, W, and the key's lean, shared by everybody.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessment.measurement.attributes import ATTRIBUTES, check_names, check_same
from assessment.measurement.model import ChoiceModel, Floats, Integers, checked_answers
from assessment.measurement.posterior import Choices, Design, Mode, find_modes, sensitivity

SCORING_VERSION = "2"
STORED_DECIMALS = 6

RANDOM = 0.02  # this consistency is answering at random
RANDOM_SHARE = 0.08  # of people, before their answers are seen
CONSISTENCY_SPREAD = 0.35  # of ln rho among the others
CONSISTENCY: tuple[float, ...] = (RANDOM, 0.3, 0.6, 1.0, 1.5)
Consistency = Sequence[float] | Mapping[float, float]  # a grid of rho, or with the prior weight of each

MINIMUM_ANSWERS = 10
POPULARITY_ERROR = 0.6  # sd of each option's unknown popularity before a pilot
CHUNK = 1024  # people worked on at a time: what fits the processor's cache
ERROR_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Prior:
    """theta ~ N(mean (D,), covariance (D, D)) before anything is answered.

    ValueError: shapes, numbers that are not finite, a covariance that is not symmetric and positive definite.
    """

    attributes: tuple[str, ...]
    mean: Floats
    covariance: Floats

    def __post_init__(self) -> None:
        check_names(self.attributes)
        size = len(self.attributes)
        mean, covariance = (np.array(a, dtype=np.float64) for a in (self.mean, self.covariance))
        if mean.shape != (size,) or covariance.shape != (size, size):
            raise ValueError(f"a prior of {size} attributes has not shapes {mean.shape}, {covariance.shape}")
        if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
            raise ValueError("a prior needs finite numbers")
        if not np.allclose(covariance, covariance.T) or np.linalg.eigvalsh(covariance).min() <= 0:
            raise ValueError("a prior's covariance must be symmetric and positive definite")
        for name, array in (("mean", mean), ("covariance", covariance)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)


def _prior_before_data() -> Prior:
    covariance = np.eye(len(ATTRIBUTES))
    for one, other, correlation in (
        ("trust", "tact", 0.45),
        ("trust", "empathy", 0.50),
        ("tact", "empathy", 0.55),
        ("conformity", "flexibility", -0.35),
    ):
        i, j = ATTRIBUTES.index(one), ATTRIBUTES.index(other)
        covariance[i, j] = covariance[j, i] = correlation
    return Prior(ATTRIBUTES, np.zeros(len(ATTRIBUTES)), covariance)


DEFAULT_PRIOR = _prior_before_data()  # guesses, until a calibration replaces them


@dataclass(frozen=True, eq=False)
class Scores:
    """What is known of N people. A row with too few answers is NaN (and its `answered` still a count).

    mean (N, D): theta. covariance (N, D, D): V, the uncertainty where the key is exact. total (N, D, D): W,
    with the errors of the key's intercepts; None until `key_error` has added them. lean (N, D, D):
    I - V Phi^-1, how far a lean of the key, shared by everybody, moves this person. keyed (N, D): T, the sum
    of a_most - a_least. answered (N,): items. p_random (N,): the probability of answers given at random.
    """

    attributes: tuple[str, ...]
    mean: Floats
    covariance: Floats
    total: Floats | None
    lean: Floats
    keyed: Floats
    answered: Integers
    p_random: Floats

    def __len__(self) -> int:
        return len(self.mean)

    def whole_error(self) -> Floats:
        """W (N, D, D); ValueError where `key_error` has not added the key's error."""
        if self.total is None:
            raise ValueError("these scores lack the key's error: scoring.key_error adds it")
        return self.total

    def rows(self, index: Sequence[int] | slice | NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """The people at `index` (positions, a slice or a mask), in that order."""
        return self._map(lambda array: array[index])

    def rounded(self) -> Self:
        """As stored: to 1e-6, without a negative zero. Last bits differ between one row and a batch."""
        return self._map(lambda a: a if a.dtype == np.int64 else np.round(a, STORED_DECIMALS) + 0.0)

    def admit(self, index: Sequence[int] | slice | NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """The same scores where HR has decided, with a reason, that these people are not to be withheld."""
        p_random = self.p_random.copy()
        p_random[index] = np.where(np.isnan(p_random[index]), np.nan, 0.0)
        return replace(self, p_random=p_random)

    def _map(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Self:
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "attributes"}
        changed: dict[str, Any] = {name: change(a) for name, a in arrays.items() if a is not None}
        return replace(self, **changed)


def concatenate(parts: Sequence[Scores]) -> Scores:
    """The people of several scores, one after the other; ValueError where attributes differ."""
    attributes = check_same(*parts)
    totals = [part.total for part in parts if part.total is not None]
    if 0 < len(totals) < len(parts):
        raise ValueError("scores with the key's error cannot be joined to scores without")
    names = ("mean", "covariance", "lean", "keyed", "answered", "p_random")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Scores(attributes=attributes, total=np.concatenate(totals) if totals else None, **joined)


def score(
    model: ChoiceModel,
    most: ArrayLike,
    least: ArrayLike,
    prior: Prior,
    *,
    consistency: Consistency = CONSISTENCY,
    minimum_answers: int = MINIMUM_ANSWERS,
) -> Scores:
    """Score N people by their answers (N, J), positions of options, -1 where unanswered.

    `consistency` is the grid of rho; (1.0,) is the plain model; a mapping gives the prior weights too. People
    with fewer than `minimum_answers` answers get NaN. `total` is None: `key_error` adds it. One candidate is a
    batch of one.
    ValueError: impossible answers (`model.checked_answers`), attributes that differ, a rho not positive.
    """
    attributes = check_same(model, prior)
    grid, log_weights = consistency_prior(consistency)
    most, least = checked_answers(model, most, least)
    design = Design.of(model, prior.mean, prior.covariance)
    people, size = len(most), len(attributes)
    mean, keyed = np.full((2, people, size), np.nan)
    covariance = np.full((people, size, size), np.nan)
    p_random = np.full(people, np.nan)
    answered = (most >= 0).sum(axis=1)
    for rows in _chunks(np.flatnonzero(answered >= minimum_answers), CHUNK):
        choices = Choices.of(design, most[rows], least[rows])
        modes = find_modes(design, choices, grid)
        weights = _weights(modes, log_weights)
        mixed, spread = _mixture(modes, weights)
        mean[rows], covariance[rows], keyed[rows] = mixed.T, spread.transpose(2, 0, 1), choices.keyed.T
        p_random[rows] = weights[np.array(grid) == RANDOM].sum(axis=0)
    lean = lean_matrix(covariance, prior)
    return Scores(attributes, mean, covariance, None, lean, keyed, answered, p_random)


def key_error(
    scores: Scores,
    model: ChoiceModel,
    most: ArrayLike,
    least: ArrayLike,
    prior: Prior,
    *,
    consistency: Consistency = CONSISTENCY,
    popularity_error: ArrayLike = POPULARITY_ERROR,
) -> Scores:
    """The same scores with `total` W = V + S Sigma_e S': with what nobody knows of each option's popularity.

    `scores` are those of these answers under this model, prior and consistency. `popularity_error` is the sd
    of the intercepts: one number, or the calibration's standard errors (J, K). (An error shared by all
    options of an item changes nothing, S times it is 0; so centring them within the item is not needed.)

    S (D, J K) is the derivative of the scored mean with respect to the intercepts. The mean mixes the modes
    m_r of the grid with weights pi_r in proportion to prior_r exp(E_r), so with S_r = dm_r/dc
    (`posterior.sensitivity`)

        S = sum of pi_r (S_r + (m_r - m) (dE_r/dc)').
    """
    check_same(scores, model, prior)
    grid, log_weights = consistency_prior(consistency)
    most, least = checked_answers(model, most, least)
    if len(most) != len(scores):
        raise ValueError(f"scores of {len(scores)} people but answers of {len(most)}")
    error = np.broadcast_to(np.asarray(popularity_error, dtype=np.float64), model.intercepts.shape)
    if not (error[model.mask] >= 0).all():
        raise ValueError("the errors of the intercepts must be numbers from 0 up")
    variance = np.where(model.mask, error, 0.0).T.ravel() ** 2
    design = Design.of(model, prior.mean, prior.covariance)
    total = scores.covariance.copy()
    for rows in _chunks(np.flatnonzero(np.isfinite(scores.p_random)), ERROR_CHUNK):
        slope = _sensitivity(design, Choices.of(design, most[rows], least[rows]), grid, log_weights)
        slope = slope.reshape(*slope.shape[:2], -1)
        total[rows] += (slope * variance) @ slope.transpose(0, 2, 1)
    return replace(scores, total=total)


def consistency_prior(consistency: Consistency) -> tuple[tuple[float, ...], Floats]:
    """The grid and its log prior weights: if not given, .08 at random answering, the rest log-normal around 1.

    ValueError: no rho, one given twice, a rho or a weight that is not positive.
    """
    grid = tuple(float(rho) for rho in consistency)
    if not grid or len(set(grid)) != len(grid) or not all(0 < rho < np.inf for rho in grid):
        raise ValueError(f"consistency must be different positive numbers, not {consistency!r}")
    if isinstance(consistency, Mapping):
        given = np.array(list(consistency.values()), dtype=np.float64)
        if not ((given > 0) & (given < np.inf)).all():
            raise ValueError(f"each consistency's weight must be a positive number, not {consistency!r}")
        return grid, np.log(given / given.sum())
    rho = np.array(grid)
    weights = np.where(rho == RANDOM, 0.0, np.exp(-(np.log(rho) ** 2) / (2 * CONSISTENCY_SPREAD**2)))
    if RANDOM in grid and len(grid) > 1:
        weights *= (1 - RANDOM_SHARE) / weights.sum()
        weights[rho == RANDOM] = RANDOM_SHARE
    elif len(grid) == 1:
        weights = np.ones(1)
    return grid, np.log(weights / weights.sum())


def lean_matrix(covariance: ArrayLike, prior: Prior) -> Floats:
    """I - V Phi^-1, (N, D, D), for V (N, D, D): what a lean s of the key, shared by all, does to a score.

    A lean s is the same as everybody standing at theta + s; the prior, which stays, takes part of it back.
    """
    covariance = np.asarray(covariance, dtype=np.float64)
    return np.asarray(np.eye(len(prior.attributes)) - covariance @ np.linalg.inv(prior.covariance))


def explain(model: ChoiceModel, most: ArrayLike, least: ArrayLike) -> Floats:
    """What each answer adds to the keyed score, (N, J, D): a_most - a_least, 0 where unanswered.

    The keyed score T, their sum over the items, is the sufficient statistic at a given consistency: answers reach theta
    only by it. (The weights of the consistencies also depend on the sum of c_most - c_least.)
    """
    most, least = checked_answers(model, most, least)
    item = np.arange(model.items)
    difference = model.loadings[item, most] - model.loadings[item, least]
    return np.where((most >= 0)[..., None], difference, 0.0)


def _chunks(rows: Integers, size: int) -> Iterator[Integers]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _weights(modes: Sequence[Mode], log_weights: Floats) -> Floats:
    """The posterior probability of each rho, (R, n)."""
    log_posterior = np.array([mode.evidence for mode in modes]) + log_weights[:, None]
    weights = np.exp(log_posterior - log_posterior.max(axis=0))
    return np.asarray(weights / weights.sum(axis=0))


def _mixture(modes: Sequence[Mode], weights: Floats) -> tuple[Floats, Floats]:
    """Mean (D, n) and covariance (D, D, n) of the mixture of normals."""
    mean = sum(weight * mode.theta for weight, mode in zip(weights, modes, strict=True))
    covariance = 0.0
    for weight, mode in zip(weights, modes, strict=True):
        off = mode.theta - mean
        covariance = covariance + weight * (mode.covariance + off[:, None] * off[None, :])
    return np.asarray(mean), np.asarray(covariance)


def _sensitivity(design: Design, choices: Choices, grid: tuple[float, ...], log_weights: Floats) -> Floats:
    """S, the derivative of the scored mean with respect to the intercepts, (n, D, K, J)."""
    modes = find_modes(design, choices, grid)
    weights = _weights(modes, log_weights)
    mean, _ = _mixture(modes, weights)
    slope = 0.0
    for weight, mode in zip(weights, modes, strict=True):
        shift, evidence = sensitivity(design, choices, mode)
        slope = slope + weight * (shift + (mode.theta - mean)[:, None, None] * evidence)
    return np.asarray(slope).transpose(3, 0, 1, 2)
