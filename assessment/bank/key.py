"""From items and profiles to what measurement works on, attributes always in the order of ATTRIBUTES."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessment.bank.content import Item, RoleProfile
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import Profile
from assessment.measurement.model import ChoiceModel, expert_key


@dataclass(frozen=True)
class KeyArrays:
    """J items, K options (the longest item's), D attributes. Where `mask` is False there is no option."""

    levels: NDArray[np.float64]  # (J, K, D)
    desirability: NDArray[np.float64]  # (J, K)
    mask: NDArray[np.bool_]  # (J, K)


def key_arrays(items: Sequence[Item]) -> KeyArrays:
    """Items in the order they are given; options in the order of the item, whatever a candidate saw."""
    shape = (len(items), max((len(item.options) for item in items), default=0))
    levels = np.zeros((*shape, len(ATTRIBUTES)))
    desirability = np.zeros(shape)
    mask = np.zeros(shape, dtype=np.bool_)
    for j, item in enumerate(items):
        for k, option in enumerate(item.options):
            levels[j, k] = [option.levels.get(name, 0.0) for name in ATTRIBUTES]
            desirability[j, k] = option.desirability
            mask[j, k] = True
    return KeyArrays(levels, desirability, mask)


def varies(key: KeyArrays) -> NDArray[np.bool_]:
    """(J, D) True where the options of an item differ on the attribute."""
    low = np.where(key.mask[..., None], key.levels, np.inf).min(axis=1)
    high = np.where(key.mask[..., None], key.levels, -np.inf).max(axis=1)
    return np.asarray(high > low)


def mirror_pairs(items: Sequence[Item]) -> tuple[tuple[int, int], ...]:
    """Pairs of items, by position, whose answers should agree; a mirror that is not among the items pairs nothing."""
    place = {item.id: j for j, item in enumerate(items)}
    pairs = {frozenset((j, place[item.mirror])) for j, item in enumerate(items) if item.mirror in place}
    return tuple(sorted((min(pair), max(pair)) for pair in pairs))


def expert_model(items: Sequence[Item]) -> ChoiceModel:
    """The key before any pilot: what the authors' levels and the blind ratings of desirability say."""
    arrays = key_arrays(items)
    return expert_key(ATTRIBUTES, arrays.levels, arrays.desirability, arrays.mask)


def measured_profile(profile: RoleProfile) -> Profile:
    """What a role of the library asks for."""
    needs = [profile.attributes[name] for name in ATTRIBUTES]
    return Profile.on_t(
        ATTRIBUTES,
        low=[need.low for need in needs],
        high=[need.high for need in needs],
        tolerance=[need.tolerance for need in needs],
        weight=[need.weight for need in needs],
    )
