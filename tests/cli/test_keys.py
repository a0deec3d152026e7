"""Calibrating, deciding and scoring again at the command line."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from assessment.bank.content import Bank
from assessment.cli import keys as cli_keys
from assessment.cli.main import main
from assessment.services.permissions import Role
from assessment.services.scoring import content, rescoring
from assessment.store import schema, sittings
from assessment.store.database import Database
from tests.calibrating import answer_all
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import make_vacancy

DECIDED = ("--reason", "The panel has read the report", "--by", "Olga, for the shops")


@pytest.fixture
def file(tmp_path: Path, bank: Bank) -> Path:
    """A house in which 100 people have finished."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "frontdoor.sqlite3"
    database = Database(f"sqlite:///{file}")
    schema.upgrade(database.engine)
    with database.writing() as session:
        content.load_bank(session, bank, START)
        organisation_id = make_organisation(session)
        answer_all(
            session, organisation_id, make_vacancy(session, make_actor(session, organisation_id, Role.HR)), slice(100)
        )
    database.close()
    return file


@pytest.fixture
def run(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL", "ITEM_BANK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return call


def test_from_finished_sittings_to_a_key_in_force(run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    listed = run("key", "list")
    assert "100 people to calibrate with (400 missing to 500)" in listed.output
    assert "version 1  in force" in listed.output
    done = run("calibrate", "general-24")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Version 2: a draft from 100 people")
    assert "assessment key publish general-24 2 --reason" in done.stdout
    assert done.stderr.startswith("iteration 1: ")
    again = run("calibrate", "general-24")
    assert again.exit_code == 2
    assert "Publish or discard it first" in again.output
    assert "version 2  draft      100 people" in run("key", "list", "general-24").output
    monkeypatch.setattr(rescoring, "BATCH", 40)
    published = run("key", "publish", "general-24", "2", "--rescore", *DECIDED)
    assert published.exit_code == 0, published.output
    assert "100 sittings scored with version 2; every earlier result is kept." in published.stdout
    assert published.stderr.splitlines() == ["40 of 100", "80 of 100", "100 of 100"]
    assert "by Olga, for the shops: The panel has read the report" in run("key", "list").output
    assert run("verify").output.strip() == "200 results recomputed, none differs."
    assert run("rescore", "general-24").output.startswith("0 sittings scored")
    assert run("key", "discard", "general-24", "2", *DECIDED).exit_code == 2


def test_a_discarded_draft_changes_nothing(run, file: Path) -> None:  # type: ignore[no-untyped-def]
    run("calibrate", "general-24")
    done = run("key", "discard", "general-24", "2", *DECIDED)
    assert done.output == "Version 2 is discarded. Nothing else has changed.\n"
    assert "version 2  discarded" in run("key", "list").output
    database = Database(f"sqlite:///{file}")
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(sittings.Result)) == 100
    database.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("calibrate", "genral-24"), "Did you mean 'general-24'?"),
        (("calibrate", "general-24", "--anchors-from", "general-24"), "can't be linked to itself"),
        (("rescore", "nothing"), "There is no form 'nothing'."),
        (("key", "publish", "general-24", "2", *DECIDED), "has no version 2"),
        (("key", "publish", "general-24", "1", *DECIDED), "Version 1 is published already."),
        (("key", "publish", "general-24", "2", "--reason", "Good"), "--by"),
    ],
)
def test_a_refusal_is_a_sentence_and_an_exit_status(run, arguments: tuple[str, ...], says: str) -> None:  # type: ignore[no-untyped-def]
    done = run(*arguments)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_form_goes_by_its_bank_and_by_its_digest_too(run, file: Path) -> None:  # type: ignore[no-untyped-def]
    database = Database(f"sqlite:///{file}")
    with database.reading() as session:
        bank, digest = session.execute(sa.text("SELECT bank, digest FROM form")).one()
    database.close()
    for name in (f"{bank}/general-24", digest[:8]):
        assert run("key", "list", name).exit_code == 0
    assert run("key", "list", digest[:7]).exit_code == 2


def test_progress_is_said_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    for iteration in range(1, 21):
        cli_keys._say_iteration(iteration, -1.0)
    assert len(capsys.readouterr().err.splitlines()) == 3
