"""How long a form takes, computed from its words."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.bank.content import Item

# Adults read plain English silently at about 175 to 300 words a minute, 238 on average (Brysbaert 2019, from
# 190 studies). A phone, a second language and going back over four similar options make it slower: the quick
# reader is put at 225, the careful one at 150.
QUICK, CAREFUL = 0, 1
WORDS_PER_MINUTE = (225, 150)
# Deciding twice on each situation, most likely and least likely: a guess until real sittings are timed.
SECONDS_TO_DECIDE = (10, 15)
STEP = 5  # minutes; anything finer would claim to know more


@dataclass(frozen=True)
class ReadingTime:
    low: int  # minutes
    high: int
    words: int


def reading_time(items: Sequence[Item]) -> ReadingTime:
    """The range most people need, to the nearest five minutes: 24 items of 150 words take 20 to 30.

    `items` is everything a candidate reads, the practice items included.
    """
    low, high = (max(1, round(seconds(items, reader) / 60 / STEP)) * STEP for reader in (QUICK, CAREFUL))
    return ReadingTime(low, max(high, low + STEP), sum(item.words for item in items))


def seconds(items: Sequence[Item], reader: int) -> float:
    """How long a QUICK or a CAREFUL reader takes to read and decide."""
    reading = sum(item.words for item in items) / WORDS_PER_MINUTE[reader] * 60
    return reading + len(items) * SECONDS_TO_DECIDE[reader]
