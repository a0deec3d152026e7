"""`assessment study`: the tables of docs/measurement.md, by simulation, on any bank's forms."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from assessment.bank.content import Bank, Form
from assessment.bank.key import expert_model, key_arrays, measured_profile, mirror_pairs
from assessment.cli.start import bank_or_stop, settings_or_stop, stop_with
from assessment.measurement import studies
from assessment.measurement.fit import Profile
from assessment.measurement.model import ChoiceModel, Floats
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.services.scoring import quality_notes


@dataclass(frozen=True)
class Studied:
    """A form with its experts' key, and the bank's role profiles."""

    form: Form
    model: ChoiceModel
    levels: Floats
    desirability: Floats
    mirrors: tuple[tuple[int, int], ...]
    profiles: dict[str, Profile]


@click.group()
def study() -> None:
    """What the measurement can and can't do, by simulation: tables in Markdown."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--form", "form_id", help="The form's id; the bank's first if not given."),
        click.option("--bank", "folder", type=click.Path(path_type=Path), help="The bank's folder."),
        click.option("--seed", default=1, show_default=True, type=click.IntRange(0)),
    ):
        command = option(command)
    return command


@study.command()
@_options
@click.option("--people", default=1000, show_default=True, type=click.IntRange(100), help="Of each kind.")
def accuracy(form_id: str | None, folder: Path | None, seed: int, people: int) -> None:
    """What scores and fit tell of honest people, and where others stand, for each role profile."""
    studied = _studied(form_id, folder)
    _heading(studied, f"{people} people of each kind, seed {seed}")
    rows = studies.accuracies(studied.model, studied.levels, DEFAULT_PRIOR, studied.profiles, seed, people=people)
    _print_rows(rows, studies.AccuracyRow)


@study.command()
@_options
@click.option("--people", default=1000, show_default=True, type=click.IntRange(100), help="Of each kind.")
@click.option("--profile", "role", help="A role profile as sector/role; the bank's first if not given.")
def consistency(form_id: str | None, folder: Path | None, seed: int, people: int, role: str | None) -> None:
    """What other grids of consistencies, and other priors over them, would do."""
    studied = _studied(form_id, folder)
    profile = _profile(studied, role)
    _heading(studied, f"{people} people of each kind, seed {seed}")
    rows = studies.consistency_grids(studied.model, studied.levels, DEFAULT_PRIOR, profile, seed, people=people)
    _print_rows(rows, studies.GridRow)


@study.command()
@_options
@click.option(
    "--keys", default=200, show_default=True, type=click.IntRange(10), help="Possible truths, 30 people each."
)
@click.option("--profile", "role", help="A role profile as sector/role; the bank's first if not given.")
def pairs(form_id: str | None, folder: Path | None, seed: int, keys: int, role: str | None) -> None:
    """Whether the chance that one person fits better than another means what it says."""
    studied = _studied(form_id, folder)
    _heading(studied, f"30 people on each of {keys} possible keys, seed {seed}")
    _print_rows(studies.pairs(studied.model, DEFAULT_PRIOR, _profile(studied, role), seed, keys=keys), studies.PairRow)


@study.command()
@_options
@click.option("--people", default=4000, show_default=True, type=click.IntRange(100), help="Of each kind.")
@click.option(
    "--level",
    default=quality_notes.LEVEL,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="The share of honest people each flag may meet.",
)
def quality(form_id: str | None, folder: Path | None, seed: int, people: int, level: float) -> None:
    """Whom the flags "read with caution" find, and how many honest people they meet."""
    studied = _studied(form_id, folder)
    _heading(studied, f"{people} people of each kind, level {level}, seed {seed}")
    rows = studies.quality_flags(
        studied.model,
        studied.levels,
        studied.desirability,
        DEFAULT_PRIOR,
        seed,
        people=people,
        level=level,
        mirrors=studied.mirrors,
    )
    _print_rows(rows, studies.FlagsRow)


def _studied(form_id: str | None, folder: Path | None) -> Studied:
    bank = bank_or_stop(folder or settings_or_stop().banks[0])
    form = _form(bank, form_id)
    items = bank.form_items(form)
    profiles = {name: measured_profile(profile) for name, profile in bank.profiles.items()}
    arrays = key_arrays(items)
    return Studied(form, expert_model(items), arrays.levels, arrays.desirability, mirror_pairs(items), profiles)


def _form(bank: Bank, form_id: str | None) -> Form:
    if not bank.forms:
        stop_with("This bank has no form to study.")
    if form_id is not None and form_id not in bank.forms:
        stop_with(f"There is no form '{form_id}'; this bank has {', '.join(bank.forms)}.")
    return bank.forms[form_id] if form_id is not None else bank.standard_form


def _profile(studied: Studied, role: str | None) -> Profile:
    if not studied.profiles:
        stop_with("This bank has no role profile to read the form with.")
    if role is not None and role not in studied.profiles:
        stop_with(f"There is no profile '{role}'; this bank has {', '.join(studied.profiles)}.")
    return studied.profiles[role] if role is not None else next(iter(studied.profiles.values()))


def _heading(studied: Studied, what: str) -> None:
    click.echo(f"Form {studied.form.id}, {len(studied.form.items)} situations; {what}.\n")


def _print_rows(rows: Iterable[Any], kind: type[Any]) -> None:
    """A Markdown table, a line as soon as it is known."""
    names: Sequence[str] = list(kind.__dataclass_fields__)
    click.echo("| " + " | ".join(name.replace("_", " ") for name in names) + " |")
    click.echo("|" + "---|" * len(names))
    for row in rows:
        click.echo("| " + " | ".join(_written(value) for value in astuple(row)) + " |")


def _written(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.3f}"
    return str(value)
