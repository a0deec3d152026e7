"""How long a form takes, computed from its words."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.bank.content import Item

# Adults read plain English silently at about 175 to 300 words a minute, 238 on average (Brysbaert 2019, from
# 190 studies). A phone, a second language and going back over four similar options make it slower: the quick
# reader is put at 225, the careful one at 150.
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
    words = sum(item.words for item in items)
    low, high = (
        max(1, round((words / speed + len(items) * seconds / 60) / STEP)) * STEP
        for speed, seconds in zip(WORDS_PER_MINUTE, SECONDS_TO_DECIDE, strict=True)
    )
    return ReadingTime(low, max(high, low + STEP), words)
