"""The worked example of docs/private-bank.md, run as it stands there."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from assessment import paths
from assessment.bank.loading import read_bank
from assessment.cli.main import main
from assessment.services.permissions import Role
from assessment.services.scoring import bank_pages, content, form_choices, item_pages
from assessment.services.scoring.bank_pages import Wanted
from assessment.store.content import Form, FormItem, ItemVersion
from assessment.store.database import Database
from tests.factories import make_actor, make_organisation

PAGE = (Path(__file__).parent.parent / "docs" / "private-bank.md").read_text(encoding="utf-8")
FILE = re.compile(r"^\*\*(north-bank/[\w./-]+)\*\*\n\n```toml\n(.*?)```$", re.MULTILINE | re.DOTALL)
OWN, REPLACING, REPLACED = "bench-by-the-window", "soup-at-the-bar", "cold-soup"


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Result]:
    """Every command of the page with what came of it, in a folder with the page's files and the shipped bank."""
    for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(paths.ITEM_BANK, "item_bank")
    files = FILE.findall(PAGE)
    assert len(files) == PAGE.count("```toml") == 3
    for file, text in files:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(text, encoding="utf-8")
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    setting, *commands = script.strip().splitlines()
    monkeypatch.setenv("ITEM_BANK", setting.removeprefix("export ITEM_BANK="))
    found = {}
    for command in commands:
        quoted = re.findall(r'"[^"]*"|\S+', command.removeprefix("assessment "))
        found[command] = CliRunner().invoke(main, [word.strip('"') for word in quoted])
        assert found[command].exit_code == 0, f"{command}\n{found[command].output}"
    return found


def test_the_commands_do_what_the_page_says(ran: dict[str, Result]) -> None:
    check, assemble, register, load = (result.output for result in ran.values())
    problems = [line for line in check.splitlines() if re.match("error|warning", line)]
    assert len(problems) == 2
    assert all("no review of it is kept" in line for line in problems)
    assert "Written: north-bank/forms/north-24.toml" in assemble
    assert register == f"Registered: {OWN}@1\nRegistered: {REPLACING}@1\n"
    assert "north: 2 new item versions, 1 new forms." in load


def test_the_form_gives_the_own_situation_and_not_the_replaced_one(ran: dict[str, Result], tmp_path: Path) -> None:
    bank = read_bank(tmp_path / "north-bank", [tmp_path / "item_bank"])
    ids = {item_id for item_id, _ in bank.forms["north-24"].refs}
    assert REPLACED not in ids
    assert {OWN, REPLACING} & ids
    assert len(ids) == 24
    assert {bank.home(one) for one in ids} == {"north", "frontdoor"}
    pool = bank.pool
    assert {OWN, REPLACING} <= pool.keys()
    assert REPLACED not in pool


def test_only_the_organisation_sees_its_bank_and_is_given_its_form(ran: dict[str, Result], tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'frontdoor.sqlite3'}")
    with database.writing() as session:
        north, south = (
            make_actor(session, make_organisation(session, name), Role.ANALYST) for name in ("North Shop", "South Shop")
        )
        own = form_choices.form_named(session, "north-24")
        assert form_choices.form_for_sector(session, north.organisation_id, "retail", to_give=True) == own
        shared = form_choices.form_for_sector(session, south.organisation_id, "retail")
        assert shared != own
        session.get_one(Form, shared).created_at += timedelta(days=1)  # a newer shipped form does not take its place
        session.flush()
        assert form_choices.form_for_sector(session, north.organisation_id, "retail", to_give=True) == own
        assert own not in {choice.id for choice in form_choices.forms_for(session, south.organisation_id)}
        given = content.form(session, own)
        assert len(given.practice) == 3, "of the extended bank"
        assert bank_pages.bank(session, north, Wanted(bank="north")).found == 2
        assert bank_pages.bank(session, south, Wanted(bank="north")).found == 0
        assert item_pages.read(session, north, "north", REPLACING).item.replaces == REPLACED
        banks = session.execute(
            sa.select(ItemVersion.bank, sa.func.count().label("items"))
            .join(FormItem, FormItem.item_version_id == ItemVersion.id)
            .where(FormItem.form_id == own)
            .group_by(ItemVersion.bank)
        )
        counted = {row.bank: row.items for row in banks}
        assert counted.keys() == {"north", "frontdoor"}, "shared situations are the same rows, so that they can anchor"
        common = [item.id for item in given.items if item.id not in (OWN, REPLACING)]
        assert counted["frontdoor"] == len(common)
    database.close()
