"""Bringing a database to the shape the code expects, and telling whether it has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from assessment import paths
from assessment.store.database import wait_for_turn
from assessment.store.tables import METADATA


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Run every migration up to `revision`."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take migrations back down to `revision` ("base" for an empty database)."""
    _run(engine, command.downgrade, revision)


def current(engine: sa.Engine) -> str | None:
    """The revision the database stands at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this release expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def drift(engine: sa.Engine) -> list[str]:
    """What differs between the tables in the database and those in the code, in words; empty when nothing."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, METADATA)]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(paths.MIGRATIONS))
    return config


def _run(engine: sa.Engine, action: Callable[[Config, str], None], revision: str) -> None:
    config = _config()
    with engine.connect().execution_options(writes=True) as connection, _rows_kept(connection):
        wait_for_turn(connection)
        config.attributes["connection"] = connection
        action(config, revision)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration would leave rows without the row they point to: {broken[:5]}")
        connection.commit()


@contextmanager
def _rows_kept(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew; with foreign keys on, dropping the old one would delete by cascade.

    The setting can't be changed inside a transaction, so it is changed around it; what it guards is checked at the end.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF").close()  # type: ignore[union-attr]
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON").close()  # type: ignore[union-attr]
