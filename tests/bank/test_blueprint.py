"""From a bank and a blueprint to limits, and from the items chosen to a form's file."""

import tomllib
from collections import Counter
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.bank.blueprint import Blueprint, Count, candidates, enemies, in_giving_order, limits
from assessment.bank.content import Bank, Form, Item
from assessment.bank.loading import read_bank
from assessment.bank.reading import CAREFUL, reading_time, seconds
from assessment.bank.writing import form_text
from assessment.measurement.forms.program import Limit
from tests.bank.folders import ITEM, OTHER_ITEM, many_items, write_bank


@pytest.fixture
def made(tmp_path: Path) -> Bank:
    return read_bank(write_bank(tmp_path, **many_items(np.random.default_rng(0), 20)))


def by_name(found: list[Limit]) -> dict[str, Limit]:
    assert len({limit.name for limit in found}) == len(found)
    return {limit.name: limit for limit in found}


def test_a_form_takes_what_is_given_of_its_sector_and_of_any(tmp_path: Path) -> None:
    bank = read_bank(write_bank(tmp_path))
    assert [item.id for item in candidates(bank, "retail")] == ["blue-door", "late-parcel"]
    assert [item.id for item in candidates(bank, "travel")] == ["blue-door"]
    (tmp_path / "forms/small.toml").unlink()
    for old, new in (("trial", "draft"), ("draft", "retired")):
        (tmp_path / ITEM).write_text((tmp_path / ITEM).read_text().replace(f'"{old}"', f'"{new}"'))
        assert candidates(read_bank(tmp_path), "travel") == ()


def test_attributes_vary_as_often_as_in_a_bank_unless_asked_otherwise(made: Bank) -> None:
    items = candidates(made, "any")
    usual = by_name(limits(Blueprint("any", 15), items, ()))
    assert [usual[f"quota {name}"].at_least for name in ("trust", "tact", "focus")] == [6, 6, 4]
    asked = by_name(limits(Blueprint("any", 15, quotas={"tact": 9}), items, ()))
    assert [asked[f"quota {name}"].at_least for name in ("trust", "tact")] == [6, 9]
    for limit, name in ((usual[f"quota {name}"], name) for name in ("trust", "tact", "focus")):
        for item, amount in zip(items, limit.amount, strict=True):
            assert amount == (len({option.levels.get(name, 0.0) for option in item.options}) > 1)


def test_no_channel_has_more_than_half_of_the_items_unless_asked_otherwise(made: Bank) -> None:
    items = candidates(made, "any")
    wish = Count("channel", "phone", at_least=7, at_most=8)
    found = by_name(limits(Blueprint("any", 11, counts=[wish, Count("moment", "farewell", at_most=0)]), items, ()))
    assert found["count channel:chat"].at_most == 6
    phone = found["count channel:phone"]
    assert (phone.at_least, phone.at_most) == (7, 8)
    assert phone.amount.tolist() == [item.channel == "phone" for item in items]
    assert found["count moment:farewell"].at_most == 0


def test_minutes_are_those_of_a_careful_reader_with_practice(made: Bank) -> None:
    items, practice = candidates(made, "any"), tuple(made.practice.values())
    assert "minutes" not in by_name(limits(Blueprint("any", 10), items, practice))
    limit = by_name(limits(Blueprint("any", 10, minutes=12), items, practice))["minutes"]
    assert limit.at_most == 12
    everything = [*practice, *items[3:13]]
    careful = sum(item.words / 150 * 60 + 15 for item in everything) / 60
    assert limit.amount[3:13].sum() == pytest.approx(careful)
    assert seconds(everything, CAREFUL) == pytest.approx(60 * careful)
    assert reading_time(everything).high == max(5 * round(careful / 5), reading_time(everything).low + 5)


def test_items_used_before_are_capped(made: Bank) -> None:
    items = candidates(made, "any")
    assert "reuse" not in by_name(limits(Blueprint("any", 10), items, ()))
    blueprint = Blueprint("any", 10, avoided=frozenset({"made-3", "elsewhere"}), reuse=2)
    limit = by_name(limits(blueprint, items, ()))["reuse"]
    assert limit.at_most == 2
    assert limit.amount.tolist() == [item.id == "made-3" for item in items]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"sector": "retial"}, "'retial' is not a sector. Did you mean 'retail'?"),
        ({"quotas": {"trsut": 3}}, "'trsut' is not a attribute. Did you mean 'trust'?"),
        ({"counts": [Count("chanel", "phone")]}, "Did you mean 'channel'?"),
        ({"counts": [Count("channel", "phones")]}, "Did you mean 'phone'?"),
    ],
)
def test_a_name_that_is_in_no_list_is_refused(wish: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match="is not a") as caught:
        Blueprint(**{"sector": "any", "length": 5} | wish)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_it_is_enough_that_one_of_two_enemies_says_so(tmp_path: Path) -> None:
    change = (OTHER_ITEM, 'source = "Our own"', 'source = "Our own"\nenemies = ["blue-door"]')
    folder = write_bank(tmp_path, change)
    (folder / "forms/small.toml").unlink()
    items = candidates(read_bank(folder), "retail")
    assert enemies(items) == [(0, 1)]
    assert enemies(items[::-1]) == [(0, 1)]
    assert enemies(items[1:]) == []


def of_channels(item: Item, channels: list[str]) -> list[Item]:
    return [item.model_copy(update={"id": f"i{n}", "channel": channel}) for n, channel in enumerate(channels)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["phone", "chat", "desk"]), min_size=1, max_size=7), st.integers(0, 9))
def test_no_channel_follows_itself_where_that_is_possible(shipped: Item, channels: list[str], seed: int) -> None:
    items = of_channels(shipped, channels)
    ordered = in_giving_order(items, np.random.default_rng(seed))
    assert Counter(item.id for item in ordered) == Counter(item.id for item in items)
    possible = any(all(a != b for a, b in pairwise(order)) for order in permutations(channels))
    assert possible == all(a.channel != b.channel for a, b in pairwise(ordered))


@pytest.fixture(scope="module")
def shipped(bank: Bank) -> Item:
    return bank.items["cold-soup"]


def test_the_order_is_drawn_by_lot_from_the_seed(shipped: Item) -> None:
    items = of_channels(shipped, ["phone", "chat", "desk", "email"] * 3)
    one, again, other = (in_giving_order(items, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_form_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    folder = write_bank(tmp_path)
    title = 'A "small" form \\ für zwei\x7f'
    form = Form(id="small-2", title=title, sector="retail", items=("blue-door@1", "late-parcel@1"))
    (folder / "forms/small.toml").write_text(form_text(form), encoding="utf-8")
    assert tomllib.loads(form_text(form))["title"] == title
    assert read_bank(folder).forms["small-2"] == form
