"""How much a place in a list can be relied on: over what is not known of people, and over what is opinion."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assessment.measurement.attributes import check_same
from assessment.measurement.fit import (
    CHUNK,
    DRAWS,
    INTERVAL,
    LEAN_SD,
    SEED,
    Profile,
    attribute_losses,
    standard_points,
    withheld,
)
from assessment.measurement.model import Floats, Integers
from assessment.measurement.scoring import Scores

WEIGHT_STEP = 0.5  # how far a weight may be off and still be called the same opinion: the step HR tunes by
NEARBY = 64  # weights tried


@dataclass(frozen=True, eq=False)
class Places:
    """Places of N people in the order of their fit, 1 the best, NaN for withheld people; people with equal fit share
    the middle of their places.

    place (N,): by the expected fit. low, high (N,): a 90% interval over what is not known of these people and of the
    key. weights_low, weights_high (N,): the best and the worst place by expected fit over weights near the profile's.
    """

    place: Floats
    low: Floats
    high: Floats
    weights_low: Floats
    weights_high: Floats


def places(scores: Scores, profile: Profile, *, lean_sd: float = LEAN_SD, weight_step: float = WEIGHT_STEP) -> Places:
    """How N people stand to each other. The same people get the same places, in whatever order they come.

    In each of 256 draws everybody has a theta of their own error, all share the key's lean, and answers given at
    random (with P(random)) count 0; a draw makes a ranking. `weight_step`: each weight above 0 is tried up to so much
    lower and higher. ValueError: attributes that differ, scores without the key's error.
    """
    check_same(scores, profile)
    found = np.full((5, len(scores)), np.nan)
    kept = np.flatnonzero(~withheld(scores))
    if kept.size:
        # One row for each different person, in an order that does not depend on how they came.
        known = np.column_stack(
            [scores.mean[kept], scores.p_random[kept], scores.whole_error()[kept].reshape(len(kept), -1)]
        )
        _, first, person, count = np.unique(known, axis=0, return_index=True, return_inverse=True, return_counts=True)
        drawn, expected = _fits(scores.rows(kept[first]), profile, lean_sd, _nearby(profile, weight_step))
        by_draw, by_weights = _midranks(drawn, count), _midranks(expected, count)
        low, high = np.quantile(by_draw, INTERVAL, axis=1)
        distinct = np.stack([by_weights[:, 0], low, high, by_weights.min(axis=1), by_weights.max(axis=1)])
        found[:, kept] = distinct[:, person.ravel()]
    return Places(*found)


def _fits(scores: Scores, profile: Profile, lean_sd: float, weights: Floats) -> tuple[Floats, Floats]:
    """Fits in each draw (N, 256), and expected fits under each of the weights (N, W); people in a fixed order."""
    own, _, lean = standard_points(len(scores.attributes))
    rng = np.random.default_rng(SEED)
    places_of_points = rng.permuted(np.tile(np.arange(DRAWS), (len(scores), 1)), axis=1)
    luck = rng.permuted(np.tile((np.arange(DRAWS) + 0.5) / DRAWS, (len(scores), 1)), axis=1)
    drawn, expected = np.empty((len(scores), DRAWS)), np.empty((len(scores), len(weights)))
    shares = weights / weights.sum(axis=1, keepdims=True)
    for start in range(0, len(scores), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(scores)))
        lost = attribute_losses(scores, profile, rows, own, lean_sd * lean)
        for w, share in enumerate(shares):
            expected[rows, w] = (1 - scores.p_random[rows]) * np.exp(-(share @ lost)).mean(axis=1)
        own_draws = own[:, places_of_points[rows]].transpose(1, 0, 2)
        independent = attribute_losses(scores, profile, rows, own_draws, lean_sd * lean)
        drawn[rows] = np.exp(-(profile.share @ independent)) * (luck[rows] >= scores.p_random[rows, None])
    return drawn, expected


def _nearby(profile: Profile, step: float) -> Floats:
    """The profile's own weights, then others near them (W, D); one that is 0 stays 0."""
    moved = profile.weight + step * (2 * _spread(len(profile.attributes)) - 1)
    tried = np.where(profile.weight > 0, np.maximum(moved, step / 100), 0.0)
    return np.concatenate([profile.weight[None], tried])


@lru_cache
def _spread(size: int) -> Floats:
    """Points spread evenly over a cube, (64, D)."""
    from scipy.stats import qmc  # noqa: PLC0415 - a second of loading that a starting server need not wait for

    points: Floats = qmc.Sobol(size, scramble=True, rng=np.random.default_rng(SEED)).random(NEARBY)
    points.setflags(write=False)
    return points


def _midranks(values: Floats, count: Integers) -> Floats:
    """Places of the rows within each column, 1 the highest, equals sharing the middle; row n is count[n] people."""
    ranks = np.empty_like(values)
    for column, one in enumerate(np.round(values, 9).T):
        order = np.argsort(-one, kind="stable")
        _, group = np.unique(-one, return_inverse=True)
        people = np.bincount(group, weights=count)
        before = np.concatenate([[0], np.cumsum(people)[:-1]])
        ranks[order, column] = (before + (people + 1) / 2)[group[order]]
    return ranks
