"""A form's reference pool: simulated people, honest ones and others, scored once and read with any profile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement import simulate
from assessment.measurement.fit import LEAN_SD
from assessment.measurement.model import ChoiceModel, Floats, Integers
from assessment.measurement.scoring import CONSISTENCY, POPULARITY_ERROR, Consistency, Prior, Scores, key_error, score

POOL = 500  # people of each kind: a percentile is then known to about two points
POOL_KEYS = 10


@dataclass(frozen=True, eq=False)
class ReferencePool:
    """Scores of simulated people on one form, whatever the profile: honest ones, whose true theta (N, D) is known, and
    four kinds of nonsense.
    """

    theta: Floats

    honest: Scores
    random: Scores
    half_random: Scores
    mildest: Scores
    strongest: Scores


def reference_pool(
    model: ChoiceModel,
    levels: ArrayLike,
    prior: Prior,
    rng: np.random.Generator,
    *,
    count: int = POOL,
    consistency: Consistency = CONSISTENCY,
    popularity_error: ArrayLike = POPULARITY_ERROR,
    lean_sd: float = LEAN_SD,
    consistency_sd: float = simulate.CONSISTENCY_SD,
) -> ReferencePool:
    """Simulate and score `count` people of each kind on the form with key `model`, expert levels (J, K, D).

    Those who read the items answer as people do whose true popularities and lean differ from the key by as much as it
    is said to be wrong: `POOL_KEYS` such truths, an equal part of the people each.
    """

    def scored(answers: tuple[Integers, Integers]) -> Scores:
        scores = score(model, *answers, prior, consistency=consistency, minimum_answers=1)
        return key_error(scores, model, *answers, prior, consistency=consistency, popularity_error=popularity_error)

    theta, rho = simulate.people(count, prior, rng, consistency_sd=consistency_sd)
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
        theta=theta,
        honest=scored(honest),
        random=scored(simulate.click_at_random(model, count, rng)),
        half_random=scored(half_random),
        mildest=scored(simulate.choose_mildest(model, levels, count, rng)),
        strongest=scored(simulate.choose_strongest(model, levels, count, rng)),
    )
