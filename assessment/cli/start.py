"""How every command starts, and how it refuses: settings and bank read, or a sentence and an exit status."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Never

import click
from sqlalchemy.orm import Session

from assessment import config
from assessment.app import utc_now
from assessment.bank.content import Bank
from assessment.bank.loading import read_bank
from assessment.bank.problems import BankError
from assessment.config import Settings, SettingsError
from assessment.services.errors import DomainError
from assessment.services.scoring import content
from assessment.store.database import Database


def settings_or_stop(base_url: str | None = None) -> Settings:
    """The settings of the environment."""
    try:
        return config.read(os.environ, base_url=base_url)
    except SettingsError as error:
        stop_with(str(error))


@contextmanager
def opened_database(base_url: str | None = None) -> Iterator[tuple[Settings, Database]]:
    settings = settings_or_stop(base_url)
    try:
        database = Database(settings.database_url)
        database.engine.connect().close()
    except Exception as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        stop_with(f"DATABASE_URL: the database can't be opened: {reason}")
    try:
        yield settings, database
    finally:
        database.close()


def bank_or_stop(folder: Path) -> Bank:
    """The bank in a folder, checked."""
    if not (folder / "bank.toml").is_file():
        stop_with(f"There is no item bank in {folder}: a bank's folder has a file bank.toml.")
    try:
        return read_bank(folder, config.bank_folders())
    except BankError as error:
        stop_with(f"The item bank can't be used:\n{error}")


def banks_or_stop(settings: Settings) -> list[Bank]:
    """All banks of the settings, in their order."""
    return [bank_or_stop(folder) for folder in settings.banks]


def load_order(banks: Sequence[Bank]) -> list[Bank]:
    """What others extend comes before them."""
    return sorted(banks, key=lambda bank: bank.base is not None)


def load_or_stop(session: Session, bank: Bank) -> content.Loaded:
    """Bring the database up to a bank."""
    try:
        return content.load_bank(session, bank, utc_now())
    except DomainError as refusal:
        stop_with(refusal.message)


def stop_with(message: str, status: int = 2) -> Never:
    """Say what is wrong and end."""
    click.echo(message, err=True)
    sys.exit(status)
