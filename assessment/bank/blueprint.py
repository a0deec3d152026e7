"""What a form should be, as limits on the items it may take, and the order in which it gives them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessment.bank.balance import SMALLEST_SHARE
from assessment.bank.content import Bank, Item
from assessment.bank.key import key_arrays, varies
from assessment.bank.lists import CHANNELS, GIVEN, MOMENTS, SECTORS
from assessment.bank.problems import suggestion
from assessment.bank.reading import CAREFUL, seconds
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.forms.program import Limit

LISTS = {
    "attribute": ATTRIBUTES,
    "category": ("sector", "channel", "moment"),
    "sector": SECTORS,
    "channel": CHANNELS,
    "moment": MOMENTS,
}
QUOTA, COUNT, MINUTES, REUSE = "quota", "count", "minutes", "reuse"  # kinds of limit: the first word of their names


@dataclass(frozen=True)
class Count:
    """How many items of a form may be of one kind, such as 2 to 6 of the channel phone."""

    category: str  # sector, channel or moment
    value: str
    at_least: int = 0
    at_most: float = inf


@dataclass(frozen=True)
class Blueprint:
    """A form of `length` items of a sector and of any. ValueError: names that are in no list.

    `quotas` and `counts` replace the usual ones, each by itself: an attribute varies in the share of items that a
    whole bank must keep, and no channel has more than half of the items, so that none need follow itself.
    """

    sector: str
    length: int
    quotas: Mapping[str, int] = field(default_factory=dict)  # attribute -> in how many items it varies at least
    counts: Sequence[Count] = ()
    minutes: float = inf  # of a careful reader, practice items included
    avoided: frozenset[str] = frozenset()  # ids of items used often before
    reuse: int = 0  # how many of them may be used all the same

    def __post_init__(self) -> None:
        named = [("sector", self.sector), *(("attribute", name) for name in self.quotas)]
        named += [("category", count.category) for count in self.counts]
        named += [(count.category, count.value) for count in self.counts]
        for kind, name in named:
            if name not in LISTS[kind]:
                raise ValueError(f"'{name}' is not a {kind}. {suggestion(name, LISTS[kind])}")


def candidates(bank: Bank, sector: str) -> tuple[Item, ...]:
    """The items a form of this sector may give."""
    return tuple(item for item in bank.pool.values() if item.status in GIVEN and item.sector in ("any", sector))


def limits(blueprint: Blueprint, items: Sequence[Item], practice: Sequence[Item]) -> list[Limit]:
    """The blueprint on these items. Limits are named by kind and object: "quota focus", "count channel:phone"."""
    found = []
    for name, differs in zip(ATTRIBUTES, varies(key_arrays(items)).T, strict=True):
        usual = ceil(SMALLEST_SHARE[name] * blueprint.length - 1e-9)  # 0.4 of 15 is not above 6
        found.append(Limit(f"{QUOTA} {name}", _ones(differs), at_least=blueprint.quotas.get(name, usual)))
    for count in _counts(blueprint, items):
        of_it = _ones([getattr(item, count.category) == count.value for item in items])
        found.append(Limit(f"{COUNT} {count.category}:{count.value}", of_it, count.at_least, count.at_most))
    if blueprint.minutes < inf:
        # The practice items are read whatever is chosen: each item bears its share of them.
        once = seconds(practice, CAREFUL) / blueprint.length
        minutes = np.array([seconds([item], CAREFUL) + once for item in items]) / 60
        found.append(Limit(MINUTES, minutes, at_most=blueprint.minutes))
    if blueprint.avoided:
        used = _ones([item.id in blueprint.avoided for item in items])
        found.append(Limit(REUSE, used, at_most=blueprint.reuse))
    return found


def _ones(which: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(which, dtype=np.float64)


def _counts(blueprint: Blueprint, items: Sequence[Item]) -> list[Count]:
    named = {(count.category, count.value) for count in blueprint.counts}
    half = ceil(blueprint.length / 2)
    channels = sorted({item.channel for item in items})
    usual = [Count("channel", channel, at_most=half) for channel in channels if ("channel", channel) not in named]
    return [*blueprint.counts, *usual]


def enemies(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Positions of items not to be given together; it is enough that one of the two says so."""
    place = {item.id: position for position, item in enumerate(items)}
    pairs = {
        (min(one, place[enemy]), max(one, place[enemy]))
        for one, item in enumerate(items)
        for enemy in item.enemies
        if enemy in place
    }
    return sorted(pairs)


def in_giving_order(items: Sequence[Item], rng: np.random.Generator) -> tuple[Item, ...]:
    """The items by lot, but no channel twice in a row as long as none has more than half of them (rounded up).

    A channel that fills more than half of what is left goes first: otherwise some of it would be left over.
    """
    left = [items[place] for place in rng.permutation(len(items))]
    ordered: list[Item] = []
    while left:
        others = [item for item in left if not ordered or item.channel != ordered[-1].channel] or left
        channel, number = Counter(item.channel for item in others).most_common(1)[0]
        pressing = [item for item in others if item.channel == channel] if 2 * number > len(left) else others
        ordered.append(pressing[0])
        left.remove(pressing[0])
    return tuple(ordered)
