"""Simulated people: those who answer as the model says, those who don't read the items, and those who pretend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from assessment.measurement.model import UNANSWERED, ChoiceModel, Floats, Integers, centred
from assessment.measurement.scoring import Prior

CONSISTENCY_SD = 0.3  # of ln rho between honest people
FAKING = 2.0  # utility for a point of desirability: seven times what it weighs with everybody (.3)
SAME_KEY = 20  # people who answer by the same possible key

Kind = Literal["honest", "random", "half", "straight", "mildest", "strongest", "faking"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, eq=False)
class Answers:
    """Complete answers of N people: most, least (N, J), options as the key numbers them.

    order (N, J, K): the option at each shown position, -1 beyond an item's last. theta (N, D), consistency (N,):
    who they are, whether or not answers of their kind tell.
    """

    most: Integers
    least: Integers
    order: Integers
    theta: Floats
    consistency: Floats

    @property
    def shown(self) -> tuple[Integers, Integers]:
        """The positions of most and of least, (N, J), from 0."""
        return shown_positions(self.order, self.most), shown_positions(self.order, self.least)


def answers(
    kind: Kind,
    model: ChoiceModel,
    prior: Prior,
    count: int,
    rng: np.random.Generator,
    *,
    levels: ArrayLike | None = None,
    desirability: ArrayLike | None = None,
    popularity_error: ArrayLike = 0.0,
    lean_sd: float = 0.0,
    consistency_sd: float = CONSISTENCY_SD,
) -> Answers:
    """Answers of `count` people of one kind, each item's options shuffled for each of them.

    levels (J, K, D) are needed by `mildest` and `strongest`, desirability (J, K), as rated, by `faking`.
    `popularity_error` (one number, or (J, K)) and `lean_sd`: by how much the key may be wrong, as in `true_model`;
    every 20 people answer by another possible truth, since nobody knows it.
    ValueError: an unknown kind, levels or desirability not those of the model.
    """
    if kind not in KINDS:
        raise ValueError(f"people are {', '.join(KINDS)}, not {kind!r}")
    parts = []
    for start in range(0, count, SAME_KEY):
        theta, rho = people(min(SAME_KEY, count - start), prior, rng, consistency_sd=consistency_sd)
        key = true_model(model, rng, popularity_error=popularity_error, lean_sd=lean_sd)
        order = shuffle(key, len(theta), rng)
        most, least = _choose(kind, key, theta, rho, order, rng, levels, desirability)
        parts.append((most, least, order, theta, rho))
    return Answers(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def shown_positions(order: Integers, answers: Integers) -> Integers:
    """Where on the page the chosen options (N, J) stood, from 0; -1 where unanswered.

    order (N, J, K): the option at each position; -1 after the last one of an item with fewer than K.
    """
    found = order == answers[..., None]
    return np.where(answers >= 0, found.argmax(axis=-1), -1)


def _choose(
    kind: Kind,
    key: ChoiceModel,
    theta: Floats,
    rho: Floats,
    order: Integers,
    rng: np.random.Generator,
    levels: ArrayLike | None,
    desirability: ArrayLike | None,
) -> tuple[Integers, Integers]:
    ways: dict[Kind, Callable[[], tuple[Integers, Integers]]] = {
        "honest": lambda: key.simulate(theta, rng, rho),
        "random": lambda: click_at_random(key, len(theta), rng),
        "half": lambda: read_every_other(key, theta, rng, rho),
        "straight": lambda: choose_places(key, order, rng),
        "mildest": lambda: choose_mildest(key, _needed("levels", levels), len(theta), rng),
        "strongest": lambda: choose_strongest(key, _needed("levels", levels), len(theta), rng),
        "faking": lambda: faking_key(key, _needed("desirability", desirability)).simulate(theta, rng, rho),
    }
    return ways[kind]()


def _needed(name: str, given: ArrayLike | None) -> ArrayLike:
    if given is None:
        raise ValueError(f"these people go by {name}: give it")
    return given


def shuffle(model: ChoiceModel, count: int, rng: np.random.Generator) -> Integers:
    """An order of the options for each person and item, (N, J, K), -1 beyond an item's last."""
    order = np.where(model.mask, rng.random((count, *model.mask.shape)), np.inf).argsort(axis=2)
    return np.where(np.arange(order.shape[2]) < model.mask.sum(axis=1)[:, None], order, UNANSWERED)


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


def choose_places(model: ChoiceModel, order: Integers, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """most, least (N, J) of people who always take the same two places, whatever the order (N, J, K) put there.

    Each person's two places are drawn among those that every item has.
    """
    places = rng.permuted(np.tile(np.arange(model.mask.sum(axis=1).min()), (len(order), 1)), axis=1)
    most, least = (np.take_along_axis(order, places[:, i, None, None], axis=2)[..., 0] for i in (0, 1))
    return most, least


def faking_key(model: ChoiceModel, desirability: ArrayLike, strength: float = FAKING) -> ChoiceModel:
    """The key by which people answer as themselves, drawn towards what sounds good.

    Utility plus strength x (desirability - its item's mean), desirability (J, K) as rated, 1 to 7. A strength of 2
    is a guess at determined faking: on the shipped form it then weighs more than who people are (standard
    deviation of utility within an item .83 against .67).
    """
    desirability = np.asarray(desirability, dtype=np.float64)
    if desirability.shape != model.intercepts.shape:
        raise ValueError(f"desirability {desirability.shape} is not that of the model, {model.intercepts.shape}")
    wanted = strength * centred(np.where(model.mask, desirability, 0.0), model.mask)
    return ChoiceModel(model.attributes, model.loadings, model.intercepts + wanted, model.mask)
