"""How hard an English text is to read, by a formula that only counts."""

import re
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
END = re.compile(r"(?<=[.!?…])['\"’”)]*\s+")


@dataclass(frozen=True)
class Counts:
    """What a text is made of; `characters` are letters and digits."""

    characters: int
    words: int
    sentences: int


def sentences(text: str) -> list[str]:
    """The sentences of a text, with the mark that ends them."""
    return [sentence for sentence in END.split(text) if WORD.search(sentence)]


def counts(*texts: str) -> Counts:
    """Over several texts: none runs on into the next."""
    words = [word for text in texts for word in WORD.findall(text)]
    characters = sum(character.isalnum() for word in words for character in word)
    return Counts(characters, len(words), sum(len(sentences(text)) for text in texts))


def grade(*texts: str) -> float:
    """The Automated Readability Index: the US school year whose pupils can read it, NaN without a word.

    4.71 characters / words + .5 words / sentences - 21.43 (Senter & Smith 1967). School year 7 begins at age 12. Made
    for passages of a hundred words and more: an item with its options has about 150.
    """
    found = counts(*texts)
    if not found.words:
        return float("nan")
    return 4.71 * found.characters / found.words + 0.5 * found.words / found.sentences - 21.43
