"""`assessment form` as its users type it."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from assessment.bank.content import Bank
from assessment.bank.key import expert_model
from assessment.bank.loading import read_bank
from assessment.cli.main import main
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.forms.precision import precision
from assessment.measurement.scoring import DEFAULT_PRIOR
from tests.bank.folders import FORM, many_items, write_bank


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 made items of any sector and the two of the small bank, which its one form gives."""
    return write_bank(tmp_path_factory.mktemp("bank"), **many_items(np.random.default_rng(1), 48))


def assemble(folder: Path, *arguments: str) -> Result:
    wishes = ("--id", "new-form", "--title", "A new form", "--sector", "retail", "--bank", str(folder))
    return CliRunner().invoke(main, ["form", "assemble", *wishes, *arguments])


def with_new(folder: Path, out: Path) -> Bank:
    """The bank as it would be with the files written to `out`."""
    for file in (out / "forms").glob("*.toml"):
        (folder / "forms" / file.name).write_text(file.read_text())
    try:
        return read_bank(folder)
    finally:
        for file in (out / "forms").glob("*.toml"):
            (folder / "forms" / file.name).unlink()


def test_a_form_is_chosen_described_and_written(folder: Path, tmp_path: Path) -> None:
    done = assemble(
        folder, "--length", "24", "--quota", "focus=14", "--count", "channel:phone=4..5", "--out", str(tmp_path)
    )
    assert done.exit_code == 0, done.output
    bank = with_new(folder, tmp_path)
    form = bank.forms["new-form"]
    items = bank.form_items(form)
    assert (form.title, form.sector, len(items)) == ("A new form", "retail", 24)
    focus = sum(len({option.levels.get("focus", 0) for option in item.options}) > 1 for item in items)
    assert focus >= 14
    assert 4 <= sum(item.channel == "phone" for item in items) <= 5
    assert all(one.channel != other.channel for one, other in pairwise(items))
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[1:25]] == list(form.items)
    expected = precision(expert_model(items), DEFAULT_PRIOR)
    (row,) = (line.split() for line in lines if line.startswith("  tact"))
    assert [float(number) for number in row[1:10]] == [round(10 * error, 1) for error in expected.se[1]]
    assert float(row[10]) == round(expected.reliability[1], 2)
    assert f"Not ipsative: the smallest eigenvalue of the information is {expected.ratio:.2f}" in done.stdout
    assert "Proven: of all permitted choices of 24 from 50 items" in done.stdout
    assert f"Written: {tmp_path / 'forms' / 'new-form.toml'}" in done.stdout
    assert "s: smallest precision" in done.stderr


def test_without_a_folder_the_file_is_shown(folder: Path) -> None:
    done = assemble(folder, "--length", "10")
    assert done.exit_code == 0, done.output
    assert 'forms/new-form.toml would be:\nid = "new-form"\n' in done.stdout
    assert list((folder / "forms").iterdir()) == [folder / FORM]
    assert done.stdout == assemble(folder, "--length", "10").stdout, "the same wishes give the same form"


def test_parallel_forms_have_no_common_items(folder: Path, tmp_path: Path) -> None:
    done = assemble(
        folder, "--length", "12", "--forms", "2", "--alike", "30", "--time-limit", "5", "--out", str(tmp_path)
    )
    assert done.exit_code == 0, done.output
    forms = with_new(folder, tmp_path).forms
    one, two = forms["new-form"], forms["new-form-2"]
    assert (one.title, two.title) == ("A new form", "A new form, form 2")
    assert (one.parallel_to, two.parallel_to) == (None, "new-form")
    assert len({*one.items, *two.items}) == 24
    assert "At no point does the precision of the forms differ by more than" in done.stdout


def test_a_form_may_be_the_second_of_one_the_bank_has(folder: Path, tmp_path: Path) -> None:
    with_second = ("--length", "12", "--parallel-to", "small-2", "--avoid", "small-2")
    done = assemble(folder, *with_second, "--out", str(tmp_path))
    assert 'parallel_to = "small-2"' in (tmp_path / "forms" / "new-form.toml").read_text(encoding="utf-8")
    assert done.exit_code == 0, done.output
    for wrong in (("--parallel-to", "none-such"), (*with_second, "--forms", "2")):
        refused = assemble(folder, *wrong)
        assert refused.exit_code == 2
        assert "parallel to a form of the bank" in refused.output


def test_items_of_a_form_given_before_are_left_out(folder: Path) -> None:
    for reuse, used in ((), 0), (("--reuse", "2"), 2):
        least = ("--count", f"sector:retail={used // 2}..") if used else ()
        done = assemble(folder, "--length", "12", "--avoid", "small-2", *reuse, *least)
        assert done.exit_code == 0, done.output
        assert ("late-parcel@1" in done.stdout) is bool(used)
        assert used or "blue-door@1" not in done.stdout


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (
            ("--length", "19", "--quota", "focus=20"),
            "focus varies in at least 19 items instead of 20: --quota focus=19",
        ),
        (("--count", "channel:phone=9..9"), "channel:phone: at least 5 items instead of 9: --count channel:phone=5..9"),
        (
            ("--length", "48", "--count", "channel:chat=1..2"),
            "channel:chat: at most 3 items instead of 2: --count channel:chat=1..3",
        ),
        (("--length", "60"), "50 items a form instead of 60: --length 50"),
        (("--length", "5", "--max-minutes", "1"), "a careful reader takes 5.5 minutes instead of 1: --max-minutes 5.5"),
        (("--length", "49", "--avoid", "small-2"), "1 items of the avoided forms instead of 0: --reuse 1"),
    ],
)
def test_wishes_that_cannot_be_kept_are_named_with_the_option_that_relaxes_them(
    folder: Path, wishes: tuple[str, ...], sentence: str
) -> None:
    done = assemble(folder, *wishes)
    assert done.exit_code == 2
    first, *remedies = done.stderr.splitlines()
    assert first == "No form keeps all wishes. One becomes possible with:"
    assert remedies == [sentence]
    assert assemble(folder, *wishes, *sentence.rpartition(": ")[2].split(" ")).exit_code == 0


def test_forms_that_cannot_be_alike_say_by_how_much(tmp_path: Path) -> None:
    folder = write_bank(tmp_path, **many_items(np.random.default_rng(2), 2))
    quotas = [word for name in ATTRIBUTES for word in ("--quota", f"{name}=0")]
    wishes = ("--sector", "travel", "--length", "1", "--avoid", "small-2", "--forms", "2", "--alike", "0.1", *quotas)
    done = assemble(folder, *wishes)
    assert done.exit_code == 2
    remedy = done.stderr.splitlines()[1]
    assert remedy.startswith("the precision of the forms differs by ")
    assert " instead of 0.1%: --alike " in remedy
    assert assemble(folder, *wishes, *remedy.rpartition(": ")[2].split(" ")).exit_code == 0


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (("--quota", "focus"), "'focus' should look like focus=8"),
        (("--quota", "fucos=8"), "Did you mean 'focus'?"),
        (("--count", "channel:phone=.."), "should look like channel:phone=2..6"),
        (("--count", "channel:fone=2.."), "Did you mean 'phone'?"),
        (("--count", "channel:phone=3..2"), "can't both hold"),
        (("--avoid", "small-3"), "The bank has no form 'small-3'. Did you mean 'small-2'?"),
        (("--id", "New Form"), "'New Form' is not an id"),
        (("--id", "small-2"), "The bank has a form 'small-2' already"),
        (("--title", " "), "The title is empty"),
        (("--forms", "2", "--alike", "0.1", "--time-limit", "0.001"), "Give more with --time-limit"),
    ],
)
def test_wishes_that_mean_nothing_are_one_clear_answer(folder: Path, wishes: tuple[str, ...], words: str) -> None:
    done = assemble(folder, *wishes)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_overwritten(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "new-form-2.toml").write_text("kept")
    done = assemble(
        folder, "--length", "3", "--forms", "2", "--alike", "90", "--time-limit", "1", "--out", str(tmp_path)
    )
    assert done.exit_code == 2
    assert "exists already; nothing was written" in done.stderr
    assert [file.read_text() for file in (tmp_path / "forms").iterdir()] == ["kept"]


def test_a_form_of_the_bank_is_shown_with_what_it_tells(folder: Path) -> None:
    bank = read_bank(folder)
    (form,) = bank.forms.values()
    shown = CliRunner().invoke(main, ["form", "show", "--bank", str(folder)])
    assert shown.exit_code == 0
    assert shown.output == CliRunner().invoke(main, ["form", "show", form.id, "--bank", str(folder)]).output
    assert all(ref in shown.output for ref in form.items)
    expected = precision(expert_model(bank.form_items(form)), DEFAULT_PRIOR)
    for name, reliability in zip(ATTRIBUTES, expected.reliability, strict=True):
        (row,) = (line.split() for line in shown.output.splitlines() if line.startswith(f"  {name}"))
        assert row[-1] == f"{reliability:.2f}"
    missing = CliRunner().invoke(main, ["form", "show", form.id + "x", "--bank", str(folder)])
    assert missing.exit_code == 2
    assert f"Did you mean '{form.id}'?" in missing.output
