"""The rules that only a bank as a whole can keep or break: what it covers, its balance, and how its texts differ."""

from collections import Counter
from collections.abc import Iterator, Sequence

from assessment.bank.balance import balance, breaches
from assessment.bank.content import Bank, Item
from assessment.bank.likeness import PLACES, near_duplicates, repeated_ends, repeated_sentences
from assessment.bank.lists import CHANNELS, GIVEN, MOMENTS
from assessment.bank.problems import Problem
from assessment.bank.readability import grade

FULL = 96  # given items: from here on the rules bind; a smaller bank is only warned
MOMENT_ITEMS = 2
HARDEST_GRADE = 7.0  # a reading age of 12
REPEATED_SHARE = 0.05  # of the items may begin or end alike,
REPEATED_ITEMS = 3  # and this many in any case
MOST_ALIKE = 0.15  # resemblance of two situations; unrelated ones of the shipped bank stay under .06


def check_whole(bank: Bank) -> list[Problem]:
    """What is wrong with all that forms of the bank may give: coverage counts drafts, all else only what is given."""
    given = [item for item in bank.pool.values() if item.status in GIVEN]
    kept = [item for item in bank.pool.values() if item.status != "retired"]
    return [*check_coverage(kept, full=len(given) >= FULL), *check_texts(given, bank.info.language)]


def check_coverage(items: Sequence[Item], *, full: bool) -> list[Problem]:
    """Every channel is used, and every moment at least twice."""
    channels = Counter(item.channel for item in items)
    moments = Counter(item.moment for item in items)
    unused = [channel for channel in CHANNELS if not channels[channel]]
    rare = [moment for moment in MOMENTS if moments[moment] < MOMENT_ITEMS]
    found = []
    if unused:
        found.append(("channels", f"No item has the channel {_listed(unused)}.", "Write items there."))
    if rare:
        message = f"{len(rare)} moments come fewer than twice: {_listed(rare)}."
        found.append(("moments", message, f"Each should be in {MOMENT_ITEMS} items or more."))
    return [Problem("items", *one, "error" if full else "warning") for one in found]


def check_texts(items: Sequence[Item], language: str) -> list[Problem]:
    """Balance of the key, and texts that are hard or repeat each other. A formula for reading is known for English."""
    if not items:
        return []
    found = [
        ("balance", sentence, "Change levels, or write items that lean the other way.") for sentence in _leans(items)
    ]
    if language.split("-", maxsplit=1)[0] == "en":
        found += _hard(items)
    found += _alike(items)
    return [Problem("items", *one, "error" if len(items) >= FULL else "warning") for one in found]


def _leans(items: Sequence[Item]) -> list[str]:
    return [sentence[0].upper() + sentence[1:] for sentence in breaches(balance(items))]


def _hard(items: Sequence[Item]) -> Iterator[tuple[str, str, str]]:
    for item in items:
        year = grade(item.situation, *(option.text for option in item.options))
        if year > HARDEST_GRADE:
            message = f"'{item.id}' asks for the reading of school year {year:.1f}, above {HARDEST_GRADE:g}."
            yield "reading", message, "Use shorter sentences and shorter words."


def _alike(items: Sequence[Item]) -> Iterator[tuple[str, str, str]]:
    for sentence, ids in repeated_sentences(items).items():
        yield "sentences", f"'{sentence}' stands in {_listed(ids)}.", "Say it otherwise in all but one."
    most = max(REPEATED_ITEMS, int(REPEATED_SHARE * len(items)))
    for place in PLACES:
        for phrase, ids in repeated_ends(items, place, most).items():
            yield "turns", f"{len(ids)} {place} with '{phrase}': {_listed(ids)}.", f"Leave it in {most} at most."
    for one, other, likeness in near_duplicates(items, MOST_ALIKE):
        message = f"The situations of '{one}' and '{other}' are nearly the same ({likeness:.2f})."
        yield "duplicates", message, "Keep one of them, or make them differ."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
