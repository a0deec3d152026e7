"""The rules that only a whole bank can break, each broken once."""

from pathlib import Path

import numpy as np
import pytest

from assessment.bank.content import Bank, Item
from assessment.bank.lists import CHANNELS, MOMENTS
from assessment.bank.loading import read_bank
from assessment.bank.problems import Problem
from assessment.bank.whole import FULL, check_coverage, check_texts, check_whole
from tests.bank.folders import write_bank


@pytest.fixture
def shipped(bank: Bank) -> list[Item]:
    return list(bank.items.values())


def rules(problems: list[Problem]) -> list[str]:
    return [problem.key for problem in problems]


def test_moments_and_channels_that_are_missing_are_named(shipped: list[Item]) -> None:
    assert check_coverage(shipped, full=True) == []
    left = [item for item in shipped if item.channel != "ward" and item.moment != "farewell"]
    farewell = next(item for item in shipped if item.moment == "farewell" and item.channel != "ward")
    channels, moments = check_coverage([*left, farewell], full=True)
    assert "No item has the channel ward." in channels.message
    assert "farewell" in moments.message
    assert {channels.severity, moments.severity} == {"error"}


def test_a_bank_of_two_items_is_warned_and_not_refused(tmp_path: Path) -> None:
    bank = read_bank(write_bank(tmp_path))
    found = check_whole(bank)
    assert {problem.severity for problem in found} == {"warning"}
    assert set(rules(found)) == {"channels", "moments", "balance", "sentences", "duplicates"}
    (moments,) = [problem for problem in found if problem.key == "moments"]
    assert f"{len(MOMENTS) - 1} moments" in moments.message
    (channels,) = [problem for problem in found if problem.key == "channels"]
    assert all(channel in channels.message for channel in CHANNELS if channel != "counter")


def test_drafts_count_for_coverage_and_are_asked_for_nothing_else(bank: Bank) -> None:
    item = next(iter(bank.items.values()))
    twin = item.model_copy(update={"id": "twin", "status": "draft"})
    changed = {**bank.items, "twin": twin}
    assert check_whole(Bank(**{**vars(bank), "items": changed})) == []
    given = {name: item.model_copy(update={"status": "trial"}) for name, item in changed.items()}
    found = check_whole(Bank(**{**vars(bank), "items": given}))
    assert {"sentences", "duplicates"} <= set(rules(found))
    assert {problem.severity for problem in found} == {"error"}
    assert len(given) > FULL


def test_a_key_that_leans_is_found(shipped: list[Item]) -> None:
    rng = np.random.default_rng(3)

    def leaning(item: Item) -> Item:
        options = tuple(
            option.model_copy(update={"levels": {"trust": 1.0 + k / 2}, "desirability": 4 + k / 2 + rng.normal(0, 0.1)})
            for k, option in enumerate(item.options)
        )
        return item.model_copy(update={"options": options})

    found = check_texts([leaning(item) for item in shipped], "en")
    assert "Desirability goes with the level of trust" in "\n".join(map(str, found))


def test_hard_reading_is_found_in_english_only(shipped: list[Item]) -> None:
    hard = shipped[0].model_copy(update={"situation": "Institutional regulations necessitate documentation, " * 8})
    items = [hard, *shipped[1:]]
    (found,) = [problem for problem in check_texts(items, "en-GB") if problem.key == "reading"]
    assert f"'{hard.id}' asks for the reading of school year" in found.message
    assert "reading" not in rules(check_texts(items, "fi"))


def test_turns_of_phrase_are_found_once_they_are_too_many(shipped: list[Item]) -> None:
    def begun(items: list[Item]) -> list[Item]:
        return [item.model_copy(update={"situation": f"Once upon a {item.id}. {item.situation}"}) for item in items]

    assert "turns" not in rules(check_texts([*begun(shipped[:4]), *shipped[4:]], "en"))
    (found,) = [one for one in check_texts([*begun(shipped[:5]), *shipped[5:]], "en") if one.key == "turns"]
    assert found.message.startswith("5 situations begin with 'once upon a': ")
