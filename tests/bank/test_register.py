"""The register: no id twice, no version back, no given text changed in silence."""

from pathlib import Path

import pytest

from assessment.bank.loading import check_bank, read_bank, read_register
from assessment.bank.problems import BankError
from assessment.bank.register import register_text, unregistered, with_lines
from tests.bank.folders import ITEM, OTHER_ITEM, PRACTICE, write_bank


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound bank with all of its versions registered."""
    write_bank(tmp_path)
    bank = read_bank(tmp_path)
    given = [*bank.items.values(), *bank.practice.values()]
    (tmp_path / "register.toml").write_text(register_text(with_lines({}, given)))
    assert check_bank(tmp_path) == []
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def said(folder: Path) -> list[tuple[str, str, str]]:
    return [(one.key, one.message, one.severity) for one in check_bank(folder) if one.file == "register.toml"]


def test_a_register_is_read_back_as_it_was_written(folder: Path) -> None:
    register = read_register(folder)
    assert {name: list(versions) for name, versions in register.items()} == {
        "blue-door": [1],
        "first-try": [1],
        "late-parcel": [1],
    }
    assert (folder / "register.toml").read_text() == register_text(register)


@pytest.mark.parametrize(
    ("old", "new"),
    [("A man brings back", "A woman brings back"), ("trust = 1.5", "trust = 1"), ("4.6", "4.7"), ("his word", "trust")],
)
def test_a_given_text_or_key_that_changed_without_its_version_is_an_error(folder: Path, old: str, new: str) -> None:
    change(folder, ITEM, old, new)
    assert said(folder) == [("blue-door.1", "The text or key of blue-door@1 has changed.", "error")]
    with pytest.raises(BankError):
        read_bank(folder)


def test_notes_may_change(folder: Path) -> None:
    change(folder, ITEM, '"counter"', '"phone"')
    change(folder, ITEM, "'on his word'", "'his word'")
    change(folder, PRACTICE, '"trial"', '"retired"')
    assert said(folder) == []


def test_a_new_version_waits_to_be_registered_and_the_old_line_stays(folder: Path) -> None:
    change(folder, ITEM, "version = 1", "version = 2")
    change(folder, ITEM, "A man", "A woman")
    (folder / "forms/small.toml").unlink()
    assert said(folder) == [("blue-door", "blue-door@2 is given and not registered.", "warning")]
    bank, register = read_bank(folder), read_register(folder)
    (missing,) = unregistered(register, bank.items.values())
    lines = with_lines(register, [missing])
    assert lines["blue-door"] == {1: register["blue-door"][1], 2: bank.items["blue-door"].digest}
    assert list(register["blue-door"]) == [1], "what was read is not changed"
    (folder / "register.toml").write_text(register_text(lines))
    assert said(folder) == []
    change(folder, ITEM, "version = 2", "version = 1")
    assert said(folder) == [("blue-door", "'blue-door' went back from version 2 to 1.", "error")]


def test_an_id_that_was_given_does_not_vanish(folder: Path) -> None:
    (folder / OTHER_ITEM).unlink()
    (folder / "reviews/retail/late-parcel.toml").unlink()
    (folder / "forms/small.toml").unlink()
    assert said(folder) == [("late-parcel", "'late-parcel' was given, and its file is gone.", "error")]


def test_a_draft_needs_no_line_and_may_go(folder: Path) -> None:
    text = (folder / ITEM).read_text().replace("blue-door", "red-door").replace('"trial"', '"draft"')
    (folder / "items/any/red-door.toml").write_text(text)
    assert said(folder) == []
    (folder / "items/any/red-door.toml").unlink()
    assert said(folder) == []


def test_a_file_that_cannot_be_read_is_not_said_to_be_gone(folder: Path) -> None:
    change(folder, ITEM, 'source = "Our own"', "")
    assert said(folder) == []


@pytest.mark.parametrize("line", ['blue-door = "abc"', 'blue-door.one = "abc"', "blue-door.1 = 5"])
def test_what_is_no_line_of_a_register_is_named(folder: Path, line: str) -> None:
    (folder / "register.toml").write_text(line)
    assert "This is no line of a register." in [message for _, message, _ in said(folder)]


def test_a_bank_without_a_register_is_not_held_to_one(folder: Path) -> None:
    (folder / "register.toml").unlink()
    change(folder, ITEM, "A man", "A woman")
    assert check_bank(folder) == []
    assert read_register(folder) == {}
