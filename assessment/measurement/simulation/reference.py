"""A form's reference pool: simulated people, honest ones and others, scored once and read with any profile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.fit import LEAN_SD
from assessment.measurement.model import ChoiceModel, Floats
from assessment.measurement.scoring import CONSISTENCY, POPULARITY_ERROR, Consistency, Prior, Scores, key_error, score
from assessment.measurement.simulation import simulate
from assessment.measurement.simulation.simulate import Kind

POOL = 500  # people of each kind: a percentile is then known to about two points
KINDS: tuple[Kind, ...] = ("honest", "random", "half", "straight", "mildest", "strongest")


@dataclass(frozen=True, eq=False)
class ReferencePool:
    """Scores of simulated people on one form, whatever the profile: honest ones, whose true theta (N, D) is known, and
    five kinds of nonsense.
    """

    theta: Floats

    honest: Scores
    random: Scores
    half_random: Scores
    straight: Scores
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

    Those who read the items answer by possible truths that differ from the key by `popularity_error` and `lean_sd`.
    """
    scores: dict[str, Scores] = {}
    theta = np.empty((0, len(prior.attributes)))
    for kind in KINDS:
        found = simulate.answers(
            kind,
            model,
            prior,
            count,
            rng,
            levels=levels,
            popularity_error=popularity_error,
            lean_sd=lean_sd,
            consistency_sd=consistency_sd,
        )
        answers = found.most, found.least
        bare = score(model, *answers, prior, consistency=consistency, minimum_answers=1)
        scores[kind] = key_error(
            bare, model, *answers, prior, consistency=consistency, popularity_error=popularity_error
        )
        theta = found.theta if kind == "honest" else theta
    return ReferencePool(theta, *(scores[kind] for kind in KINDS))
