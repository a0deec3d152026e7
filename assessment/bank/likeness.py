"""Items that repeat each other: the same sentences, the same first and last words, nearly the same situation."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from assessment.bank.content import Item
from assessment.bank.readability import WORD, sentences

FEWEST_WORDS = 4  # of a sentence that may not stand in two items; "It is Monday." may
SHINGLE = 3  # words
END_WORDS = 3  # of a beginning or an ending

# Where a turn of phrase is looked for: the words of each place in an item, first to last.
PLACES: Mapping[str, Callable[[Item], Iterable[Sequence[str]]]] = {
    "situations begin": lambda item: [words(item.situation)[:END_WORDS]],
    "situations end": lambda item: [words(item.situation)[-END_WORDS:]],
    "last sentences begin": lambda item: [words(sentences(item.situation)[-1])[:END_WORDS]],
    "options begin": lambda item: [words(option.text)[:END_WORDS] for option in item.options],
    "options end": lambda item: [words(option.text)[-END_WORDS:] for option in item.options],
}


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return WORD.findall(text.casefold())


def repeated_sentences(items: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Sentences of some length that stand in more than one item, with the ids of the items."""
    return _shared(
        items,
        lambda item: (
            " ".join(found)
            for text in (item.situation, *(option.text for option in item.options))
            for sentence in sentences(text)
            if len(found := words(sentence)) >= FEWEST_WORDS
        ),
        most=1,
    )


def repeated_ends(items: Iterable[Item], place: str, most: int) -> dict[str, tuple[str, ...]]:
    """Turns with which more than `most` items begin or end at a place of PLACES, with the ids of the items."""
    return _shared(items, lambda item: (" ".join(found) for found in PLACES[place](item)), most=most)


def _shared(
    items: Iterable[Item], phrases: Callable[[Item], Iterable[str]], *, most: int
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for phrase in phrases(item):
            found[phrase].add(item.id)
    return {phrase: tuple(sorted(ids)) for phrase, ids in sorted(found.items()) if len(ids) > most}


def resemblance(one: str, other: str) -> float:
    """Of two texts: shingles (runs of three words) in both, over those in either (Broder 1997). 1: the same words."""
    a, b = (_shingles(text) for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 0.0


def near_duplicates(items: Sequence[Item], least: float) -> list[tuple[str, str, float]]:
    """Pairs of items whose situations resemble each other by `least` or more, the nearest first."""
    pairs = ((a.id, b.id, resemblance(a.situation, b.situation)) for a, b in combinations(items, 2))
    return sorted((pair for pair in pairs if pair[2] >= least), key=lambda pair: (-pair[2], pair))


def _shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + SHINGLE]) for start in range(max(1, len(found) - SHINGLE + 1))} - {()}
