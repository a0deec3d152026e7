from pathlib import Path

import numpy as np
import pytest

from assessment.bank.content import Item
from assessment.bank.key import expert_model, key_arrays, mirror_pairs
from assessment.bank.loading import read_bank
from assessment.bank.reading import reading_time
from assessment.measurement.attributes import ATTRIBUTES
from tests.bank.folders import write_bank


@pytest.fixture
def item(tmp_path: Path) -> Item:
    return read_bank(write_bank(tmp_path)).items["blue-door"]


def with_words(item: Item, words: int) -> Item:
    options = tuple(option.model_copy(update={"text": "word"}) for option in item.options)
    return item.model_copy(update={"situation": "word " * (words - len(options)), "options": options})


def test_levels_stand_in_the_order_of_the_attributes(item: Item) -> None:
    key = key_arrays([item])
    assert key.levels.shape == (1, 4, len(ATTRIBUTES))
    for k, option in enumerate(item.options):
        for d, name in enumerate(ATTRIBUTES):
            assert key.levels[0, k, d] == option.levels.get(name, 0)
    np.testing.assert_array_equal(key.desirability, [[4.6, 4.4, 4.5, 4.5]])
    assert key.mask.all()


def test_mirrors_pair_once_whichever_of_the_two_names_the_other(item: Item) -> None:
    def named(name: str, mirror: str | None = None) -> Item:
        return item.model_copy(update={"id": name, "mirror": mirror})

    items = [named("a", "d"), named("b"), named("c", "b"), named("d", "a"), named("e", "not-in-the-form")]
    assert mirror_pairs(items) == ((0, 3), (1, 2))
    assert mirror_pairs(items[1:2]) == ()


def test_a_shorter_item_is_masked(item: Item) -> None:
    short = item.model_copy(update={"options": item.options[:3]})
    key = key_arrays([item, short])
    np.testing.assert_array_equal(key.mask, [[True] * 4, [True, True, True, False]])
    assert not key.levels[1, 3].any()


def test_items_keep_their_order(item: Item) -> None:
    turned = item.model_copy(update={"options": item.options[::-1]})
    key = key_arrays([item, turned])
    np.testing.assert_array_equal(key.levels[0], key.levels[1, ::-1])


def test_the_expert_key_pulls_towards_the_levels(item: Item) -> None:
    model = expert_model([item])
    assert model.attributes == ATTRIBUTES
    trusting, careful = 0, 1
    trust = ATTRIBUTES.index("trust")
    difference = model.loadings[0, trusting, trust] - model.loadings[0, careful, trust]
    assert difference == pytest.approx(0.3 * 3)


def test_24_items_of_150_words_take_20_to_30_minutes(item: Item) -> None:
    time = reading_time([with_words(item, 150)] * 24)
    assert (time.low, time.high, time.words) == (20, 30, 3600)


def test_more_items_take_longer_and_the_range_is_never_empty(item: Item) -> None:
    times = [reading_time([item] * count) for count in (1, 12, 24, 36, 72)]
    assert all(time.low < time.high for time in times)
    assert [time.low for time in times] == sorted(time.low for time in times)
