"""A bank that builds on another: what its forms may give, and what is refused."""

from pathlib import Path

import pytest

from assessment.bank.blueprint import candidates
from assessment.bank.loading import check_bank, read_bank
from assessment.bank.problems import Problem
from tests.bank.folders import BANK, item_text, review_text, write_bank

OWN = "items/any/red-door.toml"
INFO = """
id = "own"
title = "Our own"
language = "en"
organisations = ["North Shop"]
extends = "small-bank"
"""
FORM = """
id = "own-2"
title = "Ours"
sector = "retail"
items = ["red-door@1", "late-parcel@1"]
"""


def red_door(replaces: str | None = "blue-door", status: str = "trial") -> str:
    text = item_text("red-door").replace('"trial"', f'"{status}"')
    return text if replaces is None else text.replace("\nsituation", f'\nreplaces = "{replaces}"\nsituation', 1)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "base")


def own(tmp_path: Path, **changes: str) -> Path:
    files = {
        "bank.toml": INFO,
        OWN: red_door(),
        "forms/own.toml": FORM,
        "reviews/any/red-door.toml": review_text("red-door"),
    }
    for file, text in (files | changes).items():
        path = tmp_path / "own" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "own"


def said(problems: list[Problem]) -> list[tuple[str, str, str]]:
    return [(one.file, one.key, one.message) for one in problems]


def test_its_forms_give_both_banks_items_and_not_what_is_replaced(tmp_path: Path, base: Path) -> None:
    folder = own(tmp_path)
    assert check_bank(folder, [folder, base]) == []
    bank = read_bank(folder, [folder, base])
    assert list(bank.items) == ["red-door"]
    assert set(bank.pool) == {"late-parcel", "red-door"}
    assert bank.replaced == {"blue-door": "red-door"}
    assert [item.id for item in bank.form_items(bank.forms["own-2"])] == ["red-door", "late-parcel"]
    assert {item.id for item in candidates(bank, "retail")} == {"red-door", "late-parcel"}
    assert (bank.home("red-door"), bank.home("late-parcel")) == ("own", "small-bank")
    assert [item.id for item in bank.practised] == ["first-try"]


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_what_is_not_given_replaces_nothing(tmp_path: Path, base: Path, status: str) -> None:
    form = FORM.replace("red-door", "blue-door")
    folder = own(tmp_path, **{OWN: red_door(status=status), "forms/own.toml": form})
    assert [one for one in check_bank(folder, [base]) if one.severity == "error"] == []
    bank = read_bank(folder, [base])
    assert bank.form_items(bank.forms["own-2"])[0].id == "blue-door"


def test_a_bank_that_extends_none_stands_alone(base: Path) -> None:
    bank = read_bank(base, [base])
    assert bank.base is None
    assert bank.pool == bank.items
    assert bank.home("blue-door") == "small-bank"


def test_a_form_that_lists_what_is_replaced_is_told_what_to_list(tmp_path: Path, base: Path) -> None:
    folder = own(tmp_path, **{"forms/own.toml": FORM.replace("red-door", "blue-door")})
    message = "'blue-door' is replaced by 'red-door' in this bank."
    assert said(check_bank(folder, [base])) == [("forms/own.toml", "items[1]", message)]


def test_the_extended_bank_has_to_be_there(tmp_path: Path, base: Path) -> None:
    folder = own(tmp_path)
    assert ("bank.toml", "extends", "No bank 'small-bank' was found.") in said(check_bank(folder, [folder]))
    alone = own(tmp_path, **{"bank.toml": INFO.replace("small-bank", "own")})
    assert ("bank.toml", "extends", "No bank 'own' was found.") in said(check_bank(alone, [alone, base]))


def test_a_chain_of_banks_is_refused(tmp_path: Path, base: Path) -> None:
    top = write_bank(tmp_path / "top", ("bank.toml", "small-bank", "top"))
    info = BANK.replace("small-bank", "middle").replace('"all"', '"all"\nextends = "top"')
    middle = tmp_path / "middle"
    middle.mkdir()
    (middle / "bank.toml").write_text(info)
    folder = own(tmp_path, **{"bank.toml": INFO.replace("small-bank", "middle")})
    assert read_bank(middle, [top]).base is not None
    problems = check_bank(folder, [folder, middle, top])
    assert ("bank.toml", "extends", "'middle' extends another bank itself.") in said(problems)


def test_banks_that_extend_each_other_come_to_an_end(tmp_path: Path) -> None:
    folder = own(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "bank.toml").write_text(INFO.replace('"own"', '"other"').replace("small-bank", "own"))
    (folder / "bank.toml").write_text(INFO.replace("small-bank", "other"))
    assert "No bank 'own' was found." in [message for _, _, message in said(check_bank(folder, [folder, other]))]


def test_nobody_is_given_by_extension_what_they_may_not_use(tmp_path: Path, base: Path) -> None:
    folder = own(tmp_path)
    (base / "bank.toml").write_text(BANK.replace('"all"', '["South Shop"]'))
    assert [(file, key) for file, key, _ in said(check_bank(folder, [base]))] == [("bank.toml", "organisations")]
    (base / "bank.toml").write_text(BANK.replace('"all"', '["South Shop", "North Shop"]'))
    assert check_bank(folder, [base]) == []


def test_an_id_of_the_extended_bank_is_taken(tmp_path: Path, base: Path) -> None:
    folder = own(tmp_path, **{"items/any/blue-door.toml": item_text("blue-door")})
    (found,) = [one for one in check_bank(folder, [base]) if one.severity == "error" and one.key == "id"]
    assert found.message == "'blue-door' is an item of the extended bank."
    assert 'replaces = "blue-door"' in found.remedy


def test_only_what_is_there_is_replaced_and_only_once(tmp_path: Path, base: Path) -> None:
    folder = own(tmp_path, **{OWN: red_door("blu-door")})
    (found,) = [one for one in check_bank(folder, [base]) if one.key == "replaces"]
    assert (found.message, found.remedy) == ("The extended bank has no item 'blu-door'.", "Did you mean 'blue-door'?")
    twice = red_door().replace("red-door", "green-door")
    folder = own(tmp_path, **{"items/any/green-door.toml": twice})
    (found,) = [one for one in check_bank(folder, [base]) if one.key == "replaces"]
    assert "'blue-door' is replaced by items/any/green-door.toml as well." in found.message
    alone = own(tmp_path, **{"bank.toml": INFO.replace('extends = "small-bank"', "")})
    assert "This bank extends no other." in [message for _, _, message in said(check_bank(alone, [base]))]


@pytest.mark.parametrize("junk", ["5", "[]", "{ x = 1 }", "true"])
def test_other_kinds_of_values_are_problems_and_never_a_crash(tmp_path: Path, base: Path, junk: str) -> None:
    folder = own(tmp_path, **{OWN: red_door().replace('"blue-door"', junk)})
    assert "replaces" in [key for _, key, _ in said(check_bank(folder, [base]))]
    folder = own(tmp_path, **{"bank.toml": INFO.replace('"small-bank"', junk)})
    assert "extends" in [key for _, key, _ in said(check_bank(folder, [base]))]
