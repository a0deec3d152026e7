"""What a bank looks like from afar: the rules that no single item can keep or break."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessment.bank.content import Item
from assessment.bank.key import key_arrays, varies
from assessment.bank.shape import count_words
from assessment.measurement.attributes import ATTRIBUTES

SMALLEST_SHARE = {name: 0.25 if name == "focus" else 0.40 for name in ATTRIBUTES}
HIGH_POLE_SHARE = (0.40, 0.60)
STRONGEST_CORRELATION = 0.30


@dataclass(frozen=True)
class Balance:
    """Over a set of items, attributes in the order of ATTRIBUTES. NaN where nothing varies."""

    share: NDArray[np.float64]  # (D,) of the items in which the options differ on the attribute
    high_pole: NDArray[np.float64]  # (D,) of the levels that are above 0, among those that aren't 0
    desirability: NDArray[np.float64]  # (3, D) correlation over options with level, |level|, level squared
    length: NDArray[np.float64]  # (3, D) the same for the number of words
    length_desirability: float


def balance(items: Sequence[Item]) -> Balance:
    """Mild options must not be the nice ones, and neither words nor one pole may give a key away."""
    key = key_arrays(items)
    levels = key.levels[key.mask]
    desirability = key.desirability[key.mask]
    words = np.array([count_words(option.text) for item in items for option in item.options], dtype=np.float64)
    forms = (levels, np.abs(levels), levels**2)
    with np.errstate(invalid="ignore"):
        high_pole = (levels > 0).sum(axis=0) / (levels != 0).sum(axis=0)
    return Balance(
        share=varies(key).mean(axis=0),
        high_pole=high_pole,
        desirability=np.array([_correlations(form, desirability) for form in forms]),
        length=np.array([_correlations(form, words) for form in forms]),
        length_desirability=float(_correlations(words[:, None], desirability)[0]),
    )


def breaches(found: Balance) -> list[str]:
    """A sentence for each rule that the items as a whole break."""
    sentences = []
    low, high = HIGH_POLE_SHARE
    for d, name in enumerate(ATTRIBUTES):
        if found.share[d] < SMALLEST_SHARE[name]:
            sentences.append(f"{name} varies in {found.share[d]:.0%} of the items, under {SMALLEST_SHARE[name]:.0%}.")
        if not low <= found.high_pole[d] <= high:
            sentences.append(f"{name} leans to its high pole in {found.high_pole[d]:.0%} of its levels.")
        for what, correlations in (("desirability", found.desirability), ("length", found.length)):
            for form, r in zip(("level", "|level|", "level squared"), correlations[:, d], strict=True):
                if abs(r) >= STRONGEST_CORRELATION:
                    sentences.append(f"{what} goes with the {form} of {name}: r = {r:.2f}.")
    if abs(found.length_desirability) >= STRONGEST_CORRELATION:
        sentences.append(f"length goes with desirability: r = {found.length_desirability:.2f}.")
    return sentences


def _correlations(columns: NDArray[np.float64], with_: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's r of each column (M, D) with a vector (M,)."""
    x = columns - columns.mean(axis=0)
    y = with_ - with_.mean()
    with np.errstate(invalid="ignore"):
        return np.asarray((x * y[:, None]).sum(axis=0) / np.sqrt((x**2).sum(axis=0) * (y**2).sum()))
