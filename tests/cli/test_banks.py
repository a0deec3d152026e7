"""`assessment bank` as authors and operators type it."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from assessment import paths
from assessment.cli.main import main
from assessment.store.content import BankItem
from assessment.store.database import Database
from tests.bank.folders import ITEM, write_bank

REASON = ("--reason", "Two readers took an option for a joke", "--by", "Olga")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    shutil.copytree(paths.ITEM_BANK, tmp_path / "bank")
    monkeypatch.setenv("ITEM_BANK", str(tmp_path / "bank"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return call


def change(file: str, old: str, new: str) -> None:
    path = Path("bank") / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_check_shows_what_the_bank_holds(run) -> None:  # type: ignore[no-untyped-def]
    shown = run("bank", "check")
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert "Frontdoor item bank (frontdoor)" in lines
    assert any(line.split()[:2] == ["Situations", "draft"] for line in lines)
    assert any(line.strip().startswith("general-24") for line in lines)
    assert "public-review" in shown.output
    assert lines[-1] == "The bank is in order."


def test_a_check_of_a_folder_needs_no_settings_and_warns_a_small_bank(run, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("SECRET_KEY", "short")
    shown = run("bank", "check", str(write_bank(tmp_path / "small")))
    assert shown.exit_code == 0, shown.output
    assert "warning: items, moments: 30 moments come fewer than twice" in shown.output
    broken = run("bank", "check", str(write_bank(tmp_path / "broken", (ITEM, "trust = 1.5", "trust = 9"))))
    assert broken.exit_code == 1
    assert "1 error to mend." in broken.output


def test_a_register_grows_by_what_is_new_and_stops_at_what_has_changed(run) -> None:  # type: ignore[no-untyped-def]
    before = Path("bank/register.toml").read_text(encoding="utf-8")
    assert run("bank", "register").output.strip() == "Every version that is given is registered."
    assert Path("bank/register.toml").read_text(encoding="utf-8") == before
    change("items/any/cold-soup.toml", "desirability = ", "desirability = 4.15 #")
    refused = run("bank", "register")
    assert refused.exit_code == 2
    assert "The text or key of cold-soup@2 has changed." in refused.output
    change("items/any/cold-soup.toml", "version = 2", "version = 3")
    for form in Path("bank/forms").glob("*.toml"):
        form.write_text(form.read_text(encoding="utf-8").replace("cold-soup@2", "cold-soup@3"), encoding="utf-8")
    assert run("bank", "register").output == "Registered: cold-soup@3\n"
    after = Path("bank/register.toml").read_text(encoding="utf-8")
    assert set(before.splitlines()) < set(after.splitlines())


def test_who_runs_the_installation_retires_an_item_and_loading_says_that_it_stays_so(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("bank", "load").exit_code == 0
    lost = run("bank", "retire", "frontdoor/cold-sop", *REASON)
    assert lost.exit_code == 2
    assert "There is no item 'frontdoor/cold-sop'" in lost.output
    done = run("bank", "retire", "frontdoor/cold-soup", *REASON)
    assert done.exit_code == 0, done.output
    assert run("bank", "retire", "frontdoor/cold-soup", *REASON).exit_code == 2
    Path("bank/forms/new.toml").write_text(
        'id = "new"\ntitle = "New"\nsector = "any"\nitems = ["cold-soup@2", "forty-chairs@2"]\n'
    )
    loaded = run("bank", "load").output
    assert "Retired here, and stay so: cold-soup." in loaded
    assert "The form new gives one of them, so it is left out." in loaded
    database = Database(f"sqlite:///{tmp_path / 'data' / 'frontdoor.sqlite3'}")
    with database.reading() as session:
        statement = sa.select(BankItem.status, BankItem.retired_by).where(BankItem.item == "cold-soup")
        assert tuple(session.execute(statement).one()) == ("retired", "Olga")
    database.close()
