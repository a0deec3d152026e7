import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assessment.bank.content import Item, form_digest
from assessment.bank.loading import read_bank
from tests.bank.folders import write_bank


@pytest.fixture
def item(tmp_path: Path) -> Item:
    return read_bank(write_bank(tmp_path)).items["blue-door"]


def with_option(item: Item, **changes: Any) -> Item:
    first, *others = item.options
    return item.model_copy(update={"options": (first.model_copy(update=changes), *others)})


def test_an_item_comes_back_from_json_with_the_same_digest(item: Item) -> None:
    again = Item.from_json(item.to_json())
    assert again == item
    assert again.digest == item.digest
    assert again.to_json() == item.to_json()


def test_a_digest_is_the_same_on_every_machine_and_in_every_year(item: Item) -> None:
    assert item.digest == "e8af9f1179252c64eb87cd44a11c4d746bd49460845a17d568e22c80bde66ad4"


def test_the_json_is_canonical(item: Item) -> None:
    text = item.to_json()
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def test_wrapping_a_text_anew_keeps_its_digest(item: Item) -> None:
    table = json.loads(item.to_json())
    table["situation"] = "\n" + table["situation"].replace(" ", "\n ")
    assert Item.from_json(json.dumps(table)).digest == item.digest


def test_what_is_read_or_keyed_changes_the_digest(item: Item) -> None:
    changed = [
        item.model_copy(update={"situation": item.situation + " Now."}),
        item.model_copy(update={"version": 2}),
        item.model_copy(update={"id": "red-door"}),
        item.model_copy(update={"options": item.options[::-1]}),
        with_option(item, text="Something else."),
        with_option(item, levels={"trust": 1.0}),
        with_option(item, desirability=4.0),
    ]
    assert len({item.digest, *(other.digest for other in changed)}) == len(changed) + 1


def test_notes_about_an_item_keep_its_digest(item: Item) -> None:
    notes = {"status": "live", "channel": "phone", "moment": "farewell", "source": "x", "enemies": ("y",)}
    assert item.model_copy(update=notes).digest == item.digest
    assert with_option(item, why="better put").digest == item.digest


def test_an_old_version_is_read_though_the_rules_have_changed(item: Item) -> None:
    table = json.loads(item.to_json())
    table |= {"channel": "telegraph", "situation": "Short."}
    table["options"] = table["options"][:3]
    assert Item.from_json(json.dumps(table)).channel == "telegraph"


def test_content_cannot_be_changed(item: Item) -> None:
    with pytest.raises(ValidationError):
        item.situation = "Something else."  # type: ignore[misc]


def test_a_form_has_the_digest_of_its_items_in_their_order(item: Item) -> None:
    other = item.model_copy(update={"id": "red-door"})
    assert form_digest([item, other]) == form_digest((item, other))
    assert len({form_digest([item]), form_digest([item, other]), form_digest([other, item])}) == 3


def test_a_form_refers_to_items_by_id_and_version(tmp_path: Path) -> None:
    form = read_bank(write_bank(tmp_path)).forms["small-2"]
    assert form.refs == (("blue-door", 1), ("late-parcel", 1))
    assert read_bank(tmp_path).items["blue-door"].ref == form.items[0]
