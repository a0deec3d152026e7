"""Nonsense must not win: where answering without reading would stand among honest people.

Shrinkage puts noise into the middle, and bands are near the middle. A form's reference pool is simulated once
and kept; the standing for a profile is then a matter of milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement import simulate
from assessment.measurement.fit import LEAN_SD, Profile, closed_form_fit, withheld
from assessment.measurement.model import ChoiceModel, Floats, Integers
from assessment.measurement.scoring import CONSISTENCY, POPULARITY_ERROR, Prior, Scores, key_error, score

POOL = 500  # people of each kind: a percentile is then known to about two points
POOL_KEYS = 10


@dataclass(frozen=True, eq=False)
class ReferencePool:
    """Scores of simulated people on one form, whatever the profile: honest ones, four kinds of nonsense."""

    honest: Scores
    random: Scores
    half_random: Scores
    mildest: Scores
    strongest: Scores


@dataclass(frozen=True)
class Standing:
    """Where nonsense stands for one profile, fractions from 0 to 1.

    random, half_random, mildest, strongest: the mean percentile (midrank) of such people's fit among honest people's;
    .5 is an honest person's. Whoever gets no fit has no place in a list and counts as below everybody.
    random_in_top_quarter: the share of random ones above three quarters of the honest. random_withheld,
    honest_withheld: the share whose fit would not be stated.
    """

    random: float
    half_random: float
    mildest: float
    strongest: float
    random_in_top_quarter: float
    random_withheld: float
    honest_withheld: float


def reference_pool(
    model: ChoiceModel,
    levels: ArrayLike,
    prior: Prior,
    rng: np.random.Generator,
    *,
    count: int = POOL,
    consistency: Sequence[float] = CONSISTENCY,
    popularity_error: ArrayLike = POPULARITY_ERROR,
    lean_sd: float = LEAN_SD,
) -> ReferencePool:
    """Simulate and score `count` people of each kind on the form with key `model`, expert levels (J, K, D).

    Those who read the items answer as people do whose true popularities and lean differ from the key by as much as it
    is said to be wrong: `POOL_KEYS` such truths, an equal part of the people each.
    """

    def scored(answers: tuple[Integers, Integers]) -> Scores:
        scores = score(model, *answers, prior, consistency=consistency, minimum_answers=1)
        return key_error(scores, model, *answers, prior, consistency=consistency, popularity_error=popularity_error)

    theta, rho = simulate.people(count, prior, rng)
    parts: list[tuple[tuple[Integers, Integers], tuple[Integers, Integers]]] = []
    for rows in np.array_split(np.arange(count), POOL_KEYS):
        truth = simulate.true_model(model, rng, popularity_error=popularity_error, lean_sd=lean_sd)
        parts.append(
            (
                truth.simulate(theta[rows], rng, rho[rows]),
                simulate.read_every_other(truth, theta[rows], rng, rho[rows]),
            )
        )
    honest, half_random = (
        (np.concatenate([part[kind][0] for part in parts]), np.concatenate([part[kind][1] for part in parts]))
        for kind in (0, 1)
    )
    return ReferencePool(
        honest=scored(honest),
        random=scored(simulate.click_at_random(model, count, rng)),
        half_random=scored(half_random),
        mildest=scored(simulate.choose_mildest(model, levels, count, rng)),
        strongest=scored(simulate.choose_strongest(model, levels, count, rng)),
    )


def standing(pool: ReferencePool, profile: Profile, *, lean_sd: float = LEAN_SD) -> Standing:
    """Where the nonsense of `pool` stands for `profile`, by the closed form of the fit."""

    honest = closed_form_fit(pool.honest, profile, lean_sd=lean_sd)
    honest = np.sort(honest[np.isfinite(honest)])

    def percentiles(scores: Scores) -> Floats:
        found = closed_form_fit(scores, profile, lean_sd=lean_sd)
        below = (np.searchsorted(honest, found, "left") + np.searchsorted(honest, found, "right")) / (2 * len(honest))
        return np.where(np.isfinite(found), below, 0.0)

    random = percentiles(pool.random)
    return Standing(
        random=float(random.mean()),
        half_random=float(percentiles(pool.half_random).mean()),
        mildest=float(percentiles(pool.mildest).mean()),
        strongest=float(percentiles(pool.strongest).mean()),
        random_in_top_quarter=float((random > 0.75).mean()),
        random_withheld=float(withheld(pool.random).mean()),
        honest_withheld=float(withheld(pool.honest).mean()),
    )
