"""How people choose: most and least, by nearness (max-diff; Marley & Louviere 2005).

    u_jk = rho (a_jk . theta + c_jk)
    P(most = b, least = w) = exp(u_b - u_w) / sum over i != m of exp(u_i - u_m)

With S+ = sum exp(u), S- = sum exp(-u) and K options the denominator is Z = S+ S- - K.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessment.measurement.attributes import check_names

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

UTILITY_LIMIT = 300.0  # its exponential squared is still a number; a lower clip would break concavity
DESIRABILITY_WEIGHT = 0.3  # how far an option's sounding good makes it popular, before a pilot
UNANSWERED = -1


@dataclass(frozen=True, eq=False)
class ChoiceModel:
    """The key of J items with up to K options on D attributes.

    loadings (J, K, D) are the a, intercepts (J, K) the c above; mask (J, K) is False where an item has
    fewer options. A constant added to all options of an item changes nothing. Arrays are read-only copies.
    ValueError: shapes that disagree, numbers that are not finite, an item with fewer than two options.
    """

    attributes: tuple[str, ...]
    loadings: Floats
    intercepts: Floats
    mask: Booleans

    def __post_init__(self) -> None:
        check_names(self.attributes)
        loadings = np.array(self.loadings, dtype=np.float64)
        intercepts = np.array(self.intercepts, dtype=np.float64)
        mask = np.array(self.mask, dtype=np.bool_)
        if loadings.ndim != 3 or loadings.shape[0] == 0 or loadings.shape[2] != len(self.attributes):
            raise ValueError(
                f"loadings must be (items, options, {len(self.attributes)} attributes), not {loadings.shape}"
            )
        if intercepts.shape != loadings.shape[:2] or mask.shape != loadings.shape[:2]:
            raise ValueError(f"intercepts {intercepts.shape} and mask {mask.shape} must both be {loadings.shape[:2]}")
        if not (np.isfinite(loadings[mask]).all() and np.isfinite(intercepts[mask]).all()):
            raise ValueError("loadings and intercepts must be finite numbers")
        short = np.flatnonzero(mask.sum(axis=1) < 2)
        if short.size:
            raise ValueError(f"items {short.tolist()} have fewer than two options")
        loadings[~mask] = 0.0
        intercepts[~mask] = 0.0
        for name, array in (("loadings", loadings), ("intercepts", intercepts), ("mask", mask)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def items(self) -> int:
        """J."""
        return int(self.mask.shape[0])

    def subset(self, items: Sequence[int] | Integers | Booleans) -> "ChoiceModel":
        """The model of these items (positions, in this order, or a mask over the items)."""
        index = np.asarray(items)
        return ChoiceModel(self.attributes, self.loadings[index], self.intercepts[index], self.mask[index])

    def centred(self) -> "ChoiceModel":
        """The same key with loadings and intercepts centred within each item."""
        loadings = np.moveaxis(centred(np.moveaxis(self.loadings, 2, 0), self.mask), 0, 2)
        return ChoiceModel(self.attributes, loadings, centred(self.intercepts, self.mask), self.mask)

    def probabilities(self, theta: ArrayLike, consistency: ArrayLike = 1.0) -> Floats:
        """P(most = b, least = w), (N, J, K, K), people theta (N, D), rho `consistency` one or (N,)."""
        plus, minus = self._exponentials(theta, consistency)
        joint = plus[..., :, None] * minus[..., None, :]
        joint[..., np.eye(joint.shape[-1], dtype=bool)] = 0.0
        joint /= joint.sum(axis=(-2, -1), keepdims=True)
        return joint

    def information(self, theta: ArrayLike, consistency: ArrayLike = 1.0) -> Floats:
        """Information of each item about theta, (N, J, D, D): rho^2 Cov[a_most - a_least].

        With x_k = 1[most = k] - 1[least = k], which sum to zero, the covariance is a sum over pairs of
        options: sum over b < w of (P(b, w) + P(w, b) + E[x_b] E[x_w]) (a_b - a_w)(a_b - a_w)'.
        """
        joint = self.probabilities(theta, consistency)
        expected = joint.sum(axis=-1) - joint.sum(axis=-2)
        coupling = joint + expected[..., :, None] * expected[..., None, :] / 2
        delta = self.loadings[:, :, None, :] - self.loadings[:, None, :, :]
        outer = delta[..., :, None] * delta[..., None, :]
        rho = np.broadcast_to(np.asarray(consistency, dtype=np.float64), joint.shape[:1])
        information: Floats = np.einsum("n,njbw,jbwde->njde", rho**2, coupling, outer, optimize=True)
        return information

    def log_likelihood(
        self, theta: ArrayLike, most: ArrayLike, least: ArrayLike, consistency: ArrayLike = 1.0
    ) -> Floats:
        """log P(answers | theta), (N,); items without an answer (-1) are left out. Answers are (N, J)."""
        most, least = checked_answers(self, most, least)
        plus, minus = self._exponentials(theta, consistency)
        if len(plus) != len(most):
            raise ValueError(f"{len(plus)} people but answers of {len(most)}")
        z = plus.sum(axis=-1) * minus.sum(axis=-1) - self.mask.sum(axis=1)
        chosen = np.take_along_axis(plus, np.maximum(most, 0)[..., None], axis=-1)[..., 0]
        rejected = np.take_along_axis(minus, np.maximum(least, 0)[..., None], axis=-1)[..., 0]
        terms = np.where(most >= 0, np.log(np.where(most >= 0, chosen * rejected / z, 1.0)), 0.0)
        return np.asarray(terms.sum(axis=-1))

    def simulate(
        self, theta: ArrayLike, rng: np.random.Generator, consistency: ArrayLike = 1.0
    ) -> tuple[Integers, Integers]:
        """Draw complete answers most, least (N, J) of people theta (N, D) with rho `consistency`."""
        plus, minus = self._exponentials(theta, consistency)
        most = _draw(plus * minus.sum(axis=-1, keepdims=True) - self.mask, rng)
        np.put_along_axis(minus, most[..., None], 0.0, axis=-1)
        return most, _draw(minus, rng)

    def _exponentials(self, theta: ArrayLike, consistency: ArrayLike) -> tuple[Floats, Floats]:
        """exp(u) and exp(-u), (N, J, K), u centred within the item; 0 for options that don't exist."""
        theta = np.asarray(theta, dtype=np.float64)
        if theta.ndim != 2 or theta.shape[1] != len(self.attributes):
            raise ValueError(f"theta must be (people, {len(self.attributes)}), not {theta.shape}")
        rho = np.broadcast_to(np.asarray(consistency, dtype=np.float64), theta.shape[:1])
        if not (np.isfinite(theta).all() and np.isfinite(rho).all()):
            raise ValueError("theta and consistency must be finite numbers")
        utility = centred(np.tensordot(theta, self.loadings, axes=(1, 2)) + self.intercepts, self.mask)
        utility = np.clip(rho[:, None, None] * utility, -UTILITY_LIMIT, UTILITY_LIMIT)
        return np.exp(utility) * self.mask, np.exp(-utility) * self.mask


def expert_key(
    attributes: tuple[str, ...],
    levels: ArrayLike,
    desirability: ArrayLike,
    mask: ArrayLike,
    *,
    nearness: float = 0.3,
) -> ChoiceModel:
    """The key before any data: people choose the option nearest to how they act.

    levels l (J, K, D) in [-2, 2] and desirability (J, K) as experts gave them, mask (J, K).
    Utility -(nearness/2)|theta - l|^2 loses its theta^2, the same for all options, which leaves
    a = nearness l and c = -(nearness/2)|l|^2 + .3 (desirability - its item's mean), centred within the item.
    """
    levels = np.asarray(levels, dtype=np.float64)
    desirability = np.asarray(desirability, dtype=np.float64)
    mask = np.asarray(mask, dtype=np.bool_)
    if levels.ndim != 3 or desirability.shape != levels.shape[:2] or mask.shape != levels.shape[:2]:
        raise ValueError(
            f"levels {levels.shape} must be (J, K, D); desirability {desirability.shape} and mask {mask.shape} (J, K)"
        )
    if not (np.isfinite(levels[mask]).all() and np.isfinite(desirability[mask]).all() and nearness > 0):
        raise ValueError("levels and desirability must be finite numbers, nearness positive")
    levels = np.where(mask[..., None], levels, 0.0)
    popularity = DESIRABILITY_WEIGHT * np.where(mask, desirability, 0.0)
    intercepts = popularity - nearness / 2 * (levels**2).sum(axis=-1)
    loadings = np.moveaxis(centred(np.moveaxis(nearness * levels, 2, 0), mask), 0, 2)
    return ChoiceModel(attributes, loadings, centred(intercepts, mask), mask)


def centred(values: Floats, mask: Booleans) -> Floats:
    """values (..., J, K) less the mean over the item's existing options; 0 where there is none."""
    mean = (values * mask).sum(axis=-1, keepdims=True) / mask.sum(axis=-1, keepdims=True)
    return np.asarray((values - mean) * mask)


def checked_answers(model: ChoiceModel, most: ArrayLike, least: ArrayLike) -> tuple[Integers, Integers]:
    """Answers (N, J) as integers, -1 for unanswered.

    ValueError: not (N, J), not whole numbers, out of range, an option that does not exist, half a pair, the
    same option as most and least.
    """
    given = [np.asarray(most), np.asarray(least)]
    for answers in given:
        if answers.ndim != 2 or answers.shape != (given[0].shape[0], model.items):
            raise ValueError(f"answers must be (people, {model.items} items), not {answers.shape}")
        if not np.issubdtype(answers.dtype, np.integer):
            raise ValueError(f"answers must be whole numbers (-1: unanswered), not {answers.dtype}")
        if answers.size and not (answers.min() >= UNANSWERED and answers.max() < model.mask.shape[1]):
            raise ValueError(f"answers must be from -1 to {model.mask.shape[1] - 1}")
    most_checked, least_checked = (answers.astype(np.int64, copy=False) for answers in given)
    answered = most_checked != UNANSWERED
    if (answered != (least_checked != UNANSWERED)).any():
        raise ValueError("an answer is a pair: most without least, or least without most")
    if (answered & (most_checked == least_checked)).any():
        raise ValueError("the same option is chosen as most and least")
    if not model.mask.all():
        item = np.arange(model.items)
        exists = model.mask[item, most_checked] & model.mask[item, least_checked]
        if (answered & ~exists).any():
            raise ValueError("an option is chosen that the item does not have")
    return most_checked, least_checked


def _draw(weights: Floats, rng: np.random.Generator) -> Integers:
    """One index along the last axis, in proportion to the weights; never one of weight 0."""
    cumulative = np.maximum(weights, 0.0).cumsum(axis=-1)
    total = cumulative[..., -1:]
    point = np.minimum(rng.random(total.shape) * total, np.nextafter(total, 0.0))
    return np.asarray((cumulative <= point).sum(axis=-1), dtype=np.int64)
