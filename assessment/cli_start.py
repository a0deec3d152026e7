"""How every command starts, and how it refuses: settings and bank read, or a sentence and an exit status."""

import os
import sys
from pathlib import Path
from typing import Never

import click

from assessment import config
from assessment.bank.content import Bank
from assessment.bank.loading import read_bank
from assessment.bank.problems import BankError
from assessment.config import Settings, SettingsError


def settings_or_stop(base_url: str | None = None) -> Settings:
    try:
        return config.read(os.environ, base_url=base_url)
    except SettingsError as error:
        stop_with(str(error))


def bank_or_stop(folder: Path) -> Bank:
    try:
        return read_bank(folder)
    except BankError as error:
        stop_with(f"The item bank can't be used:\n{error}")


def stop_with(message: str, status: int = 2) -> Never:
    click.echo(message, err=True)
    sys.exit(status)
