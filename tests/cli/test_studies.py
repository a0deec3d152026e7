"""`assessment study`: tables that anybody can make again."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from assessment.cli.main import main

FEW = ("--people", "100")


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["study", *arguments])
    return done.exit_code, done.output


def test_a_table_has_a_row_for_each_profile_before_and_after_a_pilot() -> None:
    status, output = run("accuracy", *FEW)
    assert status == 0
    assert "Form general-24, 24 situations; 100 people of each kind, seed 1." in output
    rows = [line for line in output.splitlines() if "/" in line]
    assert len(rows) == 22
    assert [row.split(" | ")[1] for row in rows] == ["no"] * 11 + ["yes"] * 11
    header = next(line for line in output.splitlines() if line.startswith("| role"))
    assert {row.count("|") for row in [header, *rows]} == {header.count("|")}


def test_the_same_seed_gives_the_same_table_and_another_one_another() -> None:
    one, again, other = (run("pairs", "--keys", "10", "--seed", seed)[1] for seed in ("3", "3", "4"))
    assert one == again
    assert one.replace("seed 3", "seed 4") != other


def test_every_grid_is_tried_where_consistency_varies_little_and_much() -> None:
    status, output = run("consistency", *FEW, "--profile", "travel/adviser")
    assert status == 0
    assert sum("the one in use" in line for line in output.splitlines()) == 6


def test_flags_find_those_who_never_read_and_few_of_those_who_do() -> None:
    status, output = run("quality", "--people", "400")
    assert status == 0
    assert "400 people of each kind, level 0.015, seed 1" in output
    header, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in output.splitlines() if "|" in line]
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert float(found["honest"]["any"]) < 0.1
    assert float(found["straight"]["positions"]) > 0.9
    assert float(found["random"]["random"]) > 0.3
    assert {row["contradictions"] for row in found.values()} == {"–"}  # the form has no mirrors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accuracy", "--form", "nothing"), "There is no form 'nothing'; this bank has financial-services-18"),
        (("pairs", "--profile", "retail/nobody"), "There is no profile 'retail/nobody'"),
        (("pairs", "--bank", "/nowhere"), "There is no item bank in /nowhere"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    status, output = run(*arguments)
    assert status == 2
    assert words in output


def test_reliability_is_a_table_with_intervals(tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first.csv", "second.csv"))
    for file in (first, second):
        assert CliRunner().invoke(main, ["simulate", "--people", "60", "--out", str(file)]).exit_code == 0
    done = CliRunner().invoke(main, ["reliability", str(first), "--again", str(second)])
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == "| figure | attribute | value | 95% interval | people |"
    assert sum(line.startswith("| empirical | ") for line in lines) == 6
    assert "| retest r | trust | 1.00 |" in done.output, "the same seed: the same answers"


def test_reliability_of_a_broken_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("person,item,most,least\nx,nothing,a,b\n")
    done = CliRunner().invoke(main, ["reliability", str(file)])
    assert done.exit_code == 2
    assert "line 2" in done.output
