"""Simulated people: those who answer as the model says, and those who don't read the items."""

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.model import ChoiceModel, Floats, Integers, centred
from assessment.measurement.scoring import Prior

CONSISTENCY_SD = 0.3  # of ln rho between honest people


def people(
    count: int, prior: Prior, rng: np.random.Generator, *, consistency_sd: float = CONSISTENCY_SD
) -> tuple[Floats, Floats]:
    """theta (N, D) from the prior, and consistency rho (N,), log-normal around 1."""
    theta = rng.multivariate_normal(prior.mean, prior.covariance, count, method="cholesky")
    return theta, np.exp(consistency_sd * rng.standard_normal(count))


def true_model(
    model: ChoiceModel, rng: np.random.Generator, *, popularity_error: ArrayLike, lean_sd: float
) -> ChoiceModel:
    """What might be true where `model` is the key: popularities off by `popularity_error` (sd; one number, or (J, K))
    within each item, and everybody standing higher by a lean of sd `lean_sd` on each attribute.
    """
    off = centred(rng.normal(0.0, np.broadcast_to(popularity_error, model.mask.shape)), model.mask)
    lean = rng.normal(0.0, lean_sd, len(model.attributes))
    return ChoiceModel(model.attributes, model.loadings, model.intercepts + off + model.loadings @ lean, model.mask)


def click_at_random(model: ChoiceModel, count: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """most, least (N, J): every pair of options equally likely, which is the model at consistency 0."""
    return model.simulate(np.zeros((count, len(model.attributes))), rng, consistency=0.0)


def read_every_other(
    model: ChoiceModel, theta: ArrayLike, rng: np.random.Generator, consistency: ArrayLike = 1.0
) -> tuple[Integers, Integers]:
    """most, least (N, J) of people theta (N, D) who click at random on half of the items, each by a coin."""
    most, least = model.simulate(theta, rng, consistency)
    random_most, random_least = click_at_random(model, len(most), rng)
    read = rng.random(most.shape) < 0.5
    return np.where(read, most, random_most), np.where(read, least, random_least)


def choose_mildest(
    model: ChoiceModel, levels: ArrayLike, count: int, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """most = the option of smallest |level|, least = that of largest, (N, J); equals are drawn by lot.

    levels (J, K, D) as the experts gave them: the model's loadings are centred and no longer tell.
    """
    levels = np.asarray(levels, dtype=np.float64)
    if levels.shape != model.loadings.shape:
        raise ValueError(f"levels {levels.shape} are not those of the model, {model.loadings.shape}")
    strength = np.linalg.norm(levels, axis=2) + 1e-9 * rng.random((count, *model.mask.shape))
    most = np.where(model.mask, strength, np.inf).argmin(axis=2)
    return most, np.where(model.mask, strength, -np.inf).argmax(axis=2)


def choose_strongest(
    model: ChoiceModel, levels: ArrayLike, count: int, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """The reverse of `choose_mildest`."""
    mildest, strongest = choose_mildest(model, levels, count, rng)
    return strongest, mildest
