"""Simulated banks and people, until real items exist."""

import numpy as np

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import Profile
from assessment.measurement.model import ChoiceModel, centred, expert_key
from assessment.measurement.scoring import DEFAULT_PRIOR, Scores, key_error, score

PLAIN = (1.0,)


def make_levels(rng: np.random.Generator, items: int = 24, options: int = 4) -> np.ndarray:
    """Levels as ITEMS.md asks: one to three attributes an option, both signs, half steps up to 2."""
    levels = np.zeros((items, options, len(ATTRIBUTES)))
    for option in levels.reshape(-1, len(ATTRIBUTES)):
        named = rng.choice(len(ATTRIBUTES), rng.integers(1, 4), replace=False)
        option[named] = rng.choice([0.5, 1.0, 1.5, 2.0], len(named)) * rng.choice([-1, 1], len(named))
    return levels


def make_bank(rng: np.random.Generator, items: int = 24, options: int = 4) -> tuple[ChoiceModel, np.ndarray]:
    """An expert key and the levels behind it."""
    levels = make_levels(rng, items, options)
    desirability = rng.normal(4.5, 0.25, levels.shape[:2])
    return expert_key(ATTRIBUTES, levels, desirability, np.ones(levels.shape[:2], bool)), levels


def make_piloted(model: ChoiceModel, rng: np.random.Generator, sd: float = 0.6) -> ChoiceModel:
    """The key with the popularity a pilot found, which differs by `sd` from what experts thought."""
    error = centred(rng.normal(0, sd, model.mask.shape), model.mask)
    return ChoiceModel(model.attributes, model.loadings, model.intercepts + error, model.mask)


def make_ragged(rng: np.random.Generator, items: int = 12) -> ChoiceModel:
    """Items of two to four options, not centred, to be met by code that forgets the mask."""
    mask = np.arange(4) < rng.integers(2, 5, items)[:, None]
    return ChoiceModel(ATTRIBUTES, rng.normal(0.2, 0.5, (items, 4, 6)), rng.normal(0.3, 0.7, (items, 4)), mask)


def make_scores(rng: np.random.Generator, people: int = 40, items: int = 24) -> Scores:
    """Scores with the key's error, of honest people on one bank."""
    model, _ = make_bank(rng, items)
    theta = rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, people)
    answers = model.simulate(theta, rng)
    return key_error(score(model, *answers, DEFAULT_PRIOR), model, *answers, DEFAULT_PRIOR)


def make_profile(low=-0.5, high=1.0, tolerance=0.6, weight=1.0) -> Profile:
    """A profile; each argument one number or six."""
    values = (np.broadcast_to(np.asarray(value, float), 6) for value in (low, high, tolerance, weight))
    return Profile(ATTRIBUTES, *values)


def true_fit(theta: np.ndarray, profile: Profile) -> np.ndarray:
    """The fit of known theta (N, D), read off the page."""
    distance = np.maximum(profile.low - theta, 0) + np.maximum(theta - profile.high, 0)
    return np.exp(-0.5 * ((distance / profile.tolerance) ** 2 * profile.weight / profile.weight.sum()).sum(1))
