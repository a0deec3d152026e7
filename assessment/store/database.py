"""Opening the database, and the one unit of work that everything runs in."""

import contextlib
import importlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

logger = logging.getLogger(__name__)

# SQLite libraries from 3.7.0 to 3.51.2 can lose a commit when a WAL file is reset under load.
SQLITE_MENDED = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
PREPARING = 0x46726F6E74  # any number, as long as all processes use the same


class Database:
    """An engine and its unit of work.

    `reading()` never changes anything. `writing()` commits once, at its end, or keeps nothing. On SQLite
    writers take their turn inside the process and begin IMMEDIATE: a transaction that reads first and writes
    later would be refused as soon as another one has written in between.
    """

    def __init__(self, url: str) -> None:
        self.engine = _open(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session whose changes are thrown away."""
        with Session(self.engine) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end of the block; an exception keeps nothing."""
        with self._one_writer(), Session(self.engine) as session:
            session.connection(execution_options={"writes": True})
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def alone(self) -> Iterator[Session]:
        """`writing()`, one process at a time: for what every process does when it starts."""
        with self.writing() as session:
            wait_for_turn(session.connection())
            yield session

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self.is_sqlite:
            with self._turn:
                yield
        else:
            yield

    def close(self) -> None:
        self.engine.dispose()


def wait_for_turn(connection: sa.Connection) -> None:
    """Wait until no other process prepares the database; SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(PREPARING)))


def _open(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return sa.create_engine(parsed, pool_pre_ping=True, connect_args={"options": "-c timezone=utc"})


def _open_sqlite(url: sa.URL) -> sa.Engine:
    module = _sqlite_module()
    if module.sqlite_version_info < SQLITE_MENDED:
        logger.warning(
            "SQLite %s has a known fault under concurrent writes; use 3.51.3 or newer, or PostgreSQL.",
            module.sqlite_version,
        )
    engine = sa.create_engine(url, module=module, connect_args={"isolation_level": None, "check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()
        # SQLite's own knows the letters from A to Z only; names are written in others too.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _sqlite_module() -> Any:
    """The mended library where there is a wheel of it, else the one Python brings."""
    for name in ("pysqlite3.dbapi2", "sqlite3"):
        with contextlib.suppress(ImportError):
            return importlib.import_module(name)
    raise ImportError("this Python was built without SQLite")
