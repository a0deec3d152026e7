"""The `assessment` command as its users type it."""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from assessment import paths
from assessment.bank.content import Bank, Item
from assessment.bank.key import expert_model
from assessment.cli.main import main
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.scoring import DEFAULT_PRIOR, score
from assessment.measurement.simulation.simulate import KINDS
from assessment.store import sittings
from assessment.store.database import Database


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL", "ITEM_BANK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return call


def test_the_database_goes_up_and_down(run) -> None:  # type: ignore[no-untyped-def]
    assert run("db", "check").exit_code == 1
    assert run("db", "upgrade").exit_code == 0
    assert "as this release expects" in run("db", "check").output
    assert run("db", "downgrade", "base").output.strip() == "At revision base."


def test_a_first_member_makes_their_organisation(run) -> None:  # type: ignore[no-untyped-def]
    person = ("--name", "Olga", "--email", "olga@test.example", "--role", "owner")
    lost = run("member", "add", "--organisation", "New Shop", *person)
    assert lost.exit_code == 2
    assert "--contact" in lost.output
    made = run("member", "add", "--organisation", "New Shop", "--contact", "hiring@test.example", *person)
    assert made.exit_code == 0, made.output
    assert "http://127.0.0.1:8000/sign-in/" in made.output
    again = run("member", "add", "--organisation", "New Shop", *person)
    assert again.exit_code == 2
    assert "member already" in again.output


def test_a_member_gets_a_fresh_link_without_a_mail_server(run) -> None:  # type: ignore[no-untyped-def]
    run("demo")
    known = ("--organisation", "Synthetic Demo Ltd", "--email", "analyst@synthetic.invalid")
    assert "/sign-in/" in run("member", "link", *known).output
    unknown = run("member", "link", "--organisation", "Synthetic Demo Ltd", "--email", "nobody@test.example")
    assert unknown.exit_code == 2


def test_wrong_settings_are_one_clear_answer(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("BASE_URL", "nowhere")
    answer = run("db", "check")
    assert answer.exit_code == 2
    assert answer.output.startswith("BASE_URL:")


def test_the_shipped_bank_is_in_order(run) -> None:  # type: ignore[no-untyped-def]
    assert run("bank", "check").output.strip().endswith("The bank is in order.")


def test_a_broken_bank_names_file_and_key(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "bank.toml").write_text('id = "private"\n')
    answer = run("bank", "check", str(tmp_path / "bank"))
    assert answer.exit_code == 1
    assert "bank.toml" in answer.output
    assert "title" in answer.output


def test_loading_twice_adds_nothing(run) -> None:  # type: ignore[no-untyped-def]
    assert "99 new item versions, 24 new forms" in run("bank", "load").output
    assert "0 new item versions, 0 new forms" in run("bank", "load").output


def given(bank: Bank) -> list[Item]:
    return sorted(bank.form_items(bank.standard_form), key=lambda item: item.id)


@pytest.fixture
def answers(tmp_path: Path, bank: Bank) -> Path:
    """Two people: one answers everything, one only five situations."""
    file = tmp_path / "answers.csv"
    with file.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["person", "item", "most", "least"])
        for number, item in enumerate(given(bank)):
            writer.writerow(["p1", item.id, item.options[0].id, item.options[1].id])
            if number < 5:
                writer.writerow(["p2", item.id, item.options[2].id, item.options[3].id])
    return file


def test_scores_of_a_file_are_those_of_the_measurement(run, answers: Path, bank: Bank) -> None:  # type: ignore[no-untyped-def]
    done = run("score", str(answers), "--out", "out.csv")
    assert done.exit_code == 0, done.output
    with Path("out.csv").open(newline="") as opened:
        first, second = csv.DictReader(opened)
    expected = score(expert_model(given(bank)), np.zeros((1, 24), int), np.ones((1, 24), int), DEFAULT_PRIOR)
    assert first["person"] == "p1"
    assert first["answered"] == "24"
    assert float(first["tact"]) == pytest.approx(50 + 10 * expected.mean[0, 1], abs=1e-5)
    assert float(first["tact_se"]) == pytest.approx(10 * expected.covariance[0, 1, 1] ** 0.5, abs=1e-5)
    assert float(first["tact_keyed"]) == pytest.approx(expected.keyed[0, 1], abs=1e-5)
    assert (second["answered"], second["withheld"], second["tact"]) == ("5", "yes", "")


def test_every_wrong_line_is_reported_and_nothing_is_written(run, answers: Path, bank: Bank) -> None:  # type: ignore[no-untyped-def]
    item = given(bank)[0].id
    with answers.open("a") as opened:
        opened.write(f"p1,{item},a,b\np3,nowhere,a,b\np3,{item},z,b\np3,{item},a,a\n,{item},a,b\np3,{item},a\n")
    done = run("score", str(answers), "--out", "out.csv")
    assert done.exit_code == 2
    lines = [line for line in done.output.splitlines() if line.startswith("line ")]
    assert [line.split(":")[0] for line in lines] == [f"line {n}" for n in range(31, 37)]
    assert "answered" in lines[0]
    assert "no item 'nowhere'" in lines[1]
    assert "no option 'z'" in lines[2]
    assert "must differ" in lines[3]
    assert not Path("out.csv").exists()


def rows_of(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="") as opened:
        return list(csv.DictReader(opened))


def test_what_each_answer_adds_makes_up_the_sums_of_the_scores(run, answers: Path) -> None:  # type: ignore[no-untyped-def]
    done = run("score", str(answers), "--out", "out.csv", "--explain", "parts.csv")
    assert done.exit_code == 0, done.output
    parts, given = rows_of("parts.csv"), rows_of(str(answers))
    said = [[{name: row[name] for name in row if name in given[0]} for row in rows] for rows in (parts, given)]
    assert sorted(said[0], key=str) == sorted(said[1], key=str), "a row for each answer"
    for row in rows_of("out.csv"):
        for name in ATTRIBUTES:
            own = [Decimal(part[name]) for part in parts if part["person"] == row["person"]]
            assert sum(own) == Decimal(row[f"{name}_keyed"]), (row["person"], name)


@pytest.mark.parametrize("kind", KINDS)
def test_people_of_every_kind_are_simulated_and_scored(run, kind: str) -> None:  # type: ignore[no-untyped-def]
    done = run("simulate", "--people", "30", "--kind", kind, "--out", "a.csv", "--truth", "t.csv")
    assert done.exit_code == 0, done.output
    assert done.output.strip() == "30 people answered general-24: a.csv"
    assert len(rows_of("a.csv")) == 30 * 24
    assert [row["person"] for row in rows_of("t.csv")] == [f"{kind}-{number:05}" for number in range(1, 31)]
    assert run("score", "a.csv").exit_code == 0


def test_the_same_seed_gives_the_same_files_and_another_one_others(run) -> None:  # type: ignore[no-untyped-def]
    for name, seed in (("one", "7"), ("two", "7"), ("other", "8")):
        run("simulate", "--people", "12", "--seed", seed, "--out", f"{name}.csv", "--truth", f"{name}-truth.csv")
    for end in (".csv", "-truth.csv"):
        one, two, other = (Path(f"{name}{end}").read_bytes() for name in ("one", "two", "other"))
        assert one == two != other


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (["--people", "0"], "0 is not in the range"),
        (["--people", "3", "--kind", "lazy"], "'lazy' is not one of 'honest', 'random'"),
        (
            ["--people", "3", "--form", "short"],
            "There is no form 'short' in the bank frontdoor; it has ",
        ),
        (
            ["--people", "3", "--bank", "nowhere"],
            "There is no item bank in nowhere: a bank's folder has a file bank.toml.",
        ),
        (["--people", "3", "--out", "no/where.csv"], "no/where.csv can't be written: No such file or directory."),
        (["--people", "3", "--truth", "no/where.csv"], "no/where.csv can't be written: No such file or directory."),
        (
            ["--people", "3", "--truth", "answers.csv"],
            "Two files are asked for and both are answers.csv; name another one.",
        ),
    ],
)
def test_what_can_not_be_simulated_is_said_in_a_sentence(run, asked: list[str], answer: str) -> None:  # type: ignore[no-untyped-def]
    done = run("simulate", *asked)
    assert done.exit_code == 2
    assert answer in done.output.splitlines()[-1]
    assert not list(Path().glob("*.csv*")), "nothing is left behind"


def test_the_demo_is_made_once_and_says_it_is_synthetic(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = run("demo")
    assert first.exit_code == 0, first.output
    assert [line.split(":")[0] for line in first.output.splitlines()] == [
        "HR signs in (once)",
        "Hiring manager signs in (once)",
        "Invitation",
    ]
    second = run("demo")
    assert second.exit_code == 0, second.output
    assert set(first.output.splitlines()).isdisjoint(second.output.splitlines()), "links are fresh"
    database = Database(f"sqlite:///{tmp_path / 'data' / 'frontdoor.sqlite3'}")
    with database.reading() as session:
        results = session.scalar(sa.select(sa.func.count()).select_from(sittings.Result))
        started = session.scalar(sa.select(sa.func.count()).select_from(sittings.Sitting))
    database.close()
    assert results == 5 * 40 + 34
    assert started == 5 * 46 + 37


def test_verify_finds_a_number_that_was_changed(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("demo")
    assert run("verify").output.strip() == "234 results recomputed, none differs."
    database = Database(f"sqlite:///{tmp_path / 'data' / 'frontdoor.sqlite3'}")
    with database.writing() as session:
        victim = session.scalars(sa.select(sittings.Result).where(sittings.Result.mean.is_not(None)).limit(1)).one()
        victim.mean = [victim.mean[0] + 0.01, *victim.mean[1:]]  # type: ignore[index]
        answer = session.scalars(
            sa.select(sittings.Answer).where(sittings.Answer.sitting_id != victim.sitting_id).limit(1)
        ).one()
        answer.most, answer.least = answer.least, answer.most
    database.close()
    found = run("verify")
    assert found.exit_code == 1
    assert "mean differs" in found.output
    assert "answers digest is not what it was" in found.output
    assert "2 of 234 results differ." in found.output


def test_the_item_bank_ships_beside_the_package() -> None:
    assert (paths.ITEM_BANK / "bank.toml").is_file()
    assert (paths.TEMPLATES / "_layout.html").is_file()
    assert (paths.MIGRATIONS / "env.py").is_file()
