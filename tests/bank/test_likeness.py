"""Items that repeat each other."""

from pathlib import Path

import pytest

from assessment.bank.content import Item
from assessment.bank.likeness import PLACES, near_duplicates, repeated_ends, repeated_sentences, resemblance
from assessment.bank.loading import read_bank
from tests.bank.folders import write_bank


@pytest.fixture
def item(tmp_path: Path) -> Item:
    return read_bank(write_bank(tmp_path)).items["blue-door"]


def named(item: Item, name: str, situation: str, option: str = "Go on.") -> Item:
    first, *_ = item.options
    options = (first.model_copy(update={"text": option}),)
    return item.model_copy(update={"id": name, "situation": situation, "options": options})


def test_a_sentence_in_two_items_is_found_whatever_its_place_and_case(item: Item) -> None:
    one = named(item, "one", "You sell shoes. Two people are waiting behind him.")
    two = named(item, "two", "You mend clocks. It is late.", "TWO people are waiting, behind him. Go on.")
    three = named(item, "three", "You bake. It is late. It is late.")
    assert repeated_sentences([one, two, three]) == {"two people are waiting behind him": ("one", "two")}


def test_beginnings_and_endings_are_counted_once_an_item(item: Item) -> None:
    one, two, three = (
        named(item, name, f"You work at {place}. You may decide {what} as you like", f"Say that it {what}")
        for name, place, what in (("one", "a bar", "this"), ("two", "a desk", "that"), ("three", "home", "this"))
    )
    items = [one, two, three]
    assert repeated_ends(items, "situations begin", 2) == {"you work at": ("one", "three", "two")}
    assert repeated_ends(items, "situations begin", 3) == {}
    assert repeated_ends(items, "last sentences begin", 2) == {"you may decide": ("one", "three", "two")}
    assert repeated_ends(items, "situations end", 2) == {"as you like": ("one", "three", "two")}
    assert repeated_ends(items, "options begin", 2) == {"say that it": ("one", "three", "two")}
    assert repeated_ends(items, "options end", 1) == {"that it this": ("one", "three")}
    assert len(PLACES) == 5


def test_resemblance_is_the_share_of_common_shingles() -> None:
    """ "a b c d" has the shingles abc, bcd; "b c d e" bcd, cde: one of three in common."""
    assert resemblance("A b, c d.", "b c d e") == pytest.approx(1 / 3)
    assert resemblance("the same words here", "The same words, here!") == 1
    assert resemblance("one two three", "four five six") == 0
    assert resemblance("", "") == resemblance("", "one") == 0


def test_near_duplicates_come_nearest_first(item: Item) -> None:
    text = "You work at a counter. A man brings back a blue door that he bought on Monday."
    one, two, three = named(item, "one", text), named(item, "two", text), named(item, "three", text + " It is heavy.")
    other = named(item, "other", "On the phone a caller asks which of two lamps would suit her hallway.")
    found = near_duplicates([one, other, two, three], 0.5)
    assert [(a, b) for a, b, _ in found] == [("one", "two"), ("one", "three"), ("two", "three")]
    assert found[0][2] == 1
