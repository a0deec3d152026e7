"""The unit of work: all or nothing, readers only read, writers take turns."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from assessment.store.database import Database
from assessment.store.people import Organisation
from tests.conftest import START


def organisations(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Organisation)) or 0


def make(name: str) -> Organisation:
    return Organisation(name=name, contact="a@test.example", created_at=START)


def test_writing_commits_once_at_its_end(database: Database) -> None:
    with database.writing() as session:
        session.add(make("Kept"))
        session.flush()
        assert organisations(database) == 0
    assert organisations(database) == 1


def test_an_exception_keeps_nothing(database: Database) -> None:
    def fail_at_the_end() -> None:
        with database.writing() as session:
            session.add(make("Lost"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail_at_the_end()
    assert organisations(database) == 0


def test_reading_keeps_nothing(database: Database) -> None:
    with database.reading() as session:
        session.add(make("Never"))
        session.flush()
    assert organisations(database) == 0


def test_no_update_is_lost_when_many_read_and_then_write(database: Database) -> None:
    with database.writing() as session:
        session.add(make("Counted"))

    def count_up() -> None:
        for _ in range(20):
            with database.writing() as session:
                row = session.scalars(sa.select(Organisation).with_for_update()).one()
                row.retention_days += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalars(sa.select(Organisation.retention_days)).one() == 180 + 80


def test_sqlite_syncs_every_commit_and_enforces_foreign_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'durable.sqlite3'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.close()


def test_processes_that_start_together_prepare_the_database_one_after_the_other(database: Database) -> None:
    """Each looks whether something is there and makes it if not: only one may find nothing."""

    def make_once() -> None:
        with database.alone() as session:
            if session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 0:
                session.add(make("Only"))

    threads = [threading.Thread(target=make_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert organisations(database) == 1
