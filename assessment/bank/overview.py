"""What a bank holds, counted by sector, status, channel, moment and attribute, and what it is expected to tell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessment.bank.content import Bank, Item
from assessment.bank.key import expert_model, key_arrays, varies
from assessment.bank.lists import CHANNELS, GIVEN, MOMENTS, SECTORS, STATUSES
from assessment.measurement.forms.precision import error_by_length, item_information, precision
from assessment.measurement.scoring import DEFAULT_PRIOR

LENGTHS = (12, 24, 36)  # items of a form


@dataclass(frozen=True, eq=False)
class OfAttributes:
    """Over a set of items, attributes in the order of ATTRIBUTES, by the experts' key.

    items (D,): in how many the options differ on it. low, high (D,): options with a level to that side. information
    (D,): of an item at the average person, on average. error (L, D): the standard error there, in theta, of a form
    of LENGTHS such items, where the key is exact.
    """

    count: int
    items: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    information: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Overview:
    """`statuses` by sector, channels and moments of all that is not retired; practice items apart.

    `given` is what is on trial or live, `with_drafts` also what is being written; None where there is nothing.
    `reliability` (D,) of each form over the people of the prior.
    """

    statuses: Mapping[str, Mapping[str, int]]
    practice: int
    channels: Mapping[str, int]
    moments: Mapping[str, int]
    given: OfAttributes | None
    with_drafts: OfAttributes | None
    reliability: Mapping[str, NDArray[np.float64]]


def overview(bank: Bank) -> Overview:
    """Counted over the bank's scored items."""
    items = list(bank.items.values())
    kept = [item for item in items if item.status != "retired"]
    placed = Counter((item.sector, item.status) for item in items)
    channels, moments = Counter(item.channel for item in kept), Counter(item.moment for item in kept)
    return Overview(
        statuses={sector: {status: placed[sector, status] for status in STATUSES} for sector in SECTORS},
        practice=len(bank.practice),
        channels={channel: channels[channel] for channel in CHANNELS},
        moments={moment: moments[moment] for moment in MOMENTS},
        given=_of_attributes([item for item in items if item.status in GIVEN]),
        with_drafts=_of_attributes(kept),
        reliability={
            form.id: precision(expert_model(bank.form_items(form)), DEFAULT_PRIOR).reliability
            for form in bank.forms.values()
        },
    )


def _of_attributes(items: Sequence[Item]) -> OfAttributes | None:
    if not items:
        return None
    key, model = key_arrays(items), expert_model(items)
    levels = key.levels[key.mask]
    return OfAttributes(
        count=len(items),
        items=varies(key).sum(axis=0),
        low=(levels < 0).sum(axis=0),
        high=(levels > 0).sum(axis=0),
        information=item_information(model, DEFAULT_PRIOR).mean(axis=0),
        error=error_by_length(model, DEFAULT_PRIOR, LENGTHS),
    )
