"""`assessment bank`: a bank's files checked, registered and brought into the database; items retired."""

from collections.abc import Iterator
from pathlib import Path

import click

from assessment.app import utc_now
from assessment.bank.content import Bank
from assessment.bank.lists import STATUSES
from assessment.bank.loading import check_bank, read_bank, read_register
from assessment.bank.overview import LENGTHS, OfAttributes, overview
from assessment.bank.problems import BankError
from assessment.bank.register import FILE, register_text, unregistered, with_lines
from assessment.bank.whole import check_whole
from assessment.cli.start import (
    bank_or_stop,
    banks_or_stop,
    load_or_stop,
    load_order,
    opened_database,
    settings_or_stop,
    stop_with,
)
from assessment.config import bank_folders
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.errors import DomainError
from assessment.services.scoring import bank_items
from assessment.store import schema


@click.group()
def bank() -> None:
    """The item bank."""


@bank.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
def check(path: Path | None) -> None:
    """Show what a bank holds, and everything that is wrong in its files, with file, key and what to do."""
    beside = bank_folders()
    folders = (path,) if path else settings_or_stop().banks
    problems = []
    for folder in folders:
        problems += check_bank(folder, beside)
        try:
            found = read_bank(folder, beside)
        except BankError:  # its mistakes are in the list already
            continue
        problems += check_whole(found)
        click.echo("\n".join(_table(found)))
    for problem in problems:
        click.echo(f"{problem.severity}: {problem}")
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        stop_with(f"{errors} error{'s' if errors != 1 else ''} to mend.", 1)
    click.echo("The bank is in order.")


def _table(found: Bank) -> Iterator[str]:
    whole = overview(found)
    yield f"{found.info.title} ({found.info.id})"
    yield ""
    yield "Situations" + " " * 14 + "".join(f"{status:>10}" for status in STATUSES)
    for sector, by_status in whole.statuses.items():
        yield f"  {sector:<22}" + "".join(f"{count:>10}" for count in by_status.values())
    yield f"  practice: {whole.practice}"
    for title, part in (("given", whole.given), ("given, drafts and all", whole.with_drafts)):
        if part is not None:
            yield ""
            yield from _attributes(title, part)
    for title, counts in (("Channels", whole.channels), ("Moments", whole.moments)):
        yield ""
        yield f"{title}, retired ones left out:"
        listed = [f"{name:<20}{count:>3}" for name, count in counts.items()]
        yield from ("  " + "   ".join(listed[at : at + 4]) for at in range(0, len(listed), 4))
    if whole.reliability:
        yield ""
        yield "Reliability to expect of its forms, where the key is exact:"
        yield "  " + " " * 22 + "".join(f"{name:>13}" for name in ATTRIBUTES)
        for form, reliability in whole.reliability.items():
            yield f"  {form:<22}" + "".join(f"{value:>13.2f}" for value in reliability)
    yield ""


def _attributes(title: str, part: OfAttributes) -> Iterator[str]:
    errors = "".join(f"{f'SE of {length}':>10}" for length in LENGTHS)
    yield f"Attributes over {part.count} situations ({title})"
    yield f"  {'':<12}{'varies in':>10}{'low levels':>12}{'high levels':>13}{'information':>13}{errors}"
    for d, name in enumerate(ATTRIBUTES):
        counted = f"{part.items[d]:>10}{part.low[d]:>12}{part.high[d]:>13}{part.information[d]:>13.3f}"
        yield f"  {name:<12}{counted}" + "".join(f"{10 * error:>10.1f}" for error in part.error[:, d])
    yield "  Information: of one situation, at the average person. SE: the error there, in T, of a form that long."


@bank.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
def register(path: Path | None) -> None:
    """Add a line to the bank's register for each version that is given and has none yet."""
    folder = path or settings_or_stop().banks[0]
    found = bank_or_stop(folder)
    lines = read_register(folder)
    missing = unregistered(lines, [*found.items.values(), *found.practice.values()])
    if missing:
        (folder / FILE).write_text(register_text(with_lines(lines, missing)), encoding="utf-8")
    for item in missing:
        click.echo(f"Registered: {item.ref}")
    if not missing:
        click.echo("Every version that is given is registered.")


@bank.command()
def load() -> None:
    """Add new versions of items, forms and profiles' library to the database."""
    with opened_database() as (settings, database):
        schema.upgrade(database.engine)
        for found in load_order(banks_or_stop(settings)):
            with database.alone() as session:
                loaded = load_or_stop(session, found)
            click.echo(f"{found.info.id}: {loaded.items} new item versions, {loaded.forms} new forms.")
            if loaded.retired:
                listed = ", ".join(loaded.retired)
                click.echo(f"Retired here, and stay so: {listed}. Set the status in their files to retired.")
            for form in loaded.left_out:
                click.echo(f"The form {form} gives one of them, so it is left out.")


@bank.command()
@click.argument("item", metavar="BANK/ITEM")
@click.option("--reason", required=True, help="Why; it stays with the item.")
@click.option("--by", required=True, help="Who decides.")
def retire(item: str, reason: str, by: str) -> None:
    """Take an item out of new forms, vacancies and pilots, for every organisation that uses the bank."""
    with opened_database() as (_settings, database), database.writing() as session:
        try:
            bank_items.retire_as_operator(session, item, reason=reason, by=by, now=utc_now())
        except DomainError as refusal:
            stop_with(refusal.message)
        click.echo(f"{item} is retired. Questionnaires that run go on with it; set its file's status to retired.")
