"""The `assessment` command's work on files, for analysts: apart, because it needs no database."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import numpy as np

from assessment.bank.content import Bank
from assessment.cli.start import bank_or_stop, settings_or_stop, stop_with
from assessment.services.errors import DomainError
from assessment.services.scoring import answer_files, reliability_tables, simulated_answers
from assessment.services.scoring.answer_files import Answered, Row
from assessment.services.scoring.simulated_answers import KINDS, Kind

PROGRESS_FROM = 1000  # people
A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("answers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bank", "folder", type=click.Path(path_type=Path), help="The bank's folder.")
@click.option("--out", default=Path("scores.csv"), show_default=True, type=A_FILE)
@click.option("--explain", "parts", type=A_FILE, help="Also write what each answer adds to each attribute.")
def score(answers: Path, folder: Path | None, out: Path, parts: Path | None) -> None:
    """Score ANSWERS, a CSV file with the columns person,item,most,least, under the experts' key."""
    answered = _answered(answers, bank_or_stop(folder or settings_or_stop().banks[0]))
    with _files(out, parts) as (add, add_part), _progress(len(answered.people), "Scoring") as done:
        for row in answer_files.scored(answered):
            add(row)
            done(1)
        if add_part:
            for row in answer_files.explained(answered):
                add_part(row)
    click.echo(f"{len(answered.people)} people scored: {out}")


@click.command()
@click.argument("answers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--again", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A second occasion.")
@click.option("--bank", "folder", type=click.Path(path_type=Path), help="The bank's folder.")
def reliability(answers: Path, again: Path | None, folder: Path | None) -> None:
    """Say how reliable the scores of ANSWERS are, each figure with a 95% interval, as a table in Markdown.

    With --again, a file of the same people's answers on a second occasion, also how alike the two are.
    """
    bank = bank_or_stop(folder or settings_or_stop().banks[0])
    first = _answered(answers, bank)
    click.echo("| figure | attribute | value | 95% interval | people |\n|---|---|---|---|---|")
    try:
        for figure in reliability_tables.once(first):
            click.echo(_figure(figure))
        if again is not None:
            for figure in reliability_tables.twice(first, _answered(again, bank)):
                click.echo(_figure(figure))
    except DomainError as refusal:
        stop_with(refusal.message)


@click.command()
@click.option("--people", required=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0), help="The same gives the same file.")
@click.option("--kind", default="honest", show_default=True, type=click.Choice(KINDS), help="How they answer.")
@click.option("--form", "form_name", help="Of the bank; its standard one for any sector, if not given.")
@click.option("--bank", "folder", type=click.Path(path_type=Path), help="The bank's folder.")
@click.option("--out", default=Path("answers.csv"), show_default=True, type=A_FILE)
@click.option("--truth", type=A_FILE, help="Also write who they are: six T values and consistency.")
def simulate(
    people: int, seed: int, kind: Kind, form_name: str | None, folder: Path | None, out: Path, truth: Path | None
) -> None:
    """Write answers of simulated people, to be scored: made from the experts' key, so never evidence for it."""
    bank = bank_or_stop(folder or settings_or_stop().banks[0])
    try:
        form = simulated_answers.form_named(bank, form_name)
    except DomainError as refusal:
        stop_with(refusal.message)
    rng = np.random.default_rng(seed)
    with _files(out, truth) as (add, add_truth), _progress(people, "Simulating") as done:
        for some in simulated_answers.simulated(bank, form, kind, people, rng):
            for row in some.rows():
                add(row)
            if add_truth:
                for row in some.truth():
                    add_truth(row)
            done(len(some.names))
    click.echo(f"{people} people answered {form.id}: {out}")


def _answered(file: Path, bank: Bank) -> Answered:
    try:
        return answer_files.read(file, bank)
    except answer_files.AnswersError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        stop_with(f"{len(error.problems)} problems in {file}; nothing was written.")


def _figure(figure: reliability_tables.Figure) -> str:
    interval = f"{figure.low:.2f} to {figure.high:.2f}" if np.isfinite(figure.low) else "–"
    people = str(figure.people) if figure.people else "–"
    return f"| {figure.what} | {figure.attribute} | {figure.value:.2f} | {interval} | {people} |"


@contextmanager
def _files(out: Path, other: Path | None) -> Iterator[tuple[Callable[[Row], None], Callable[[Row], None] | None]]:
    """What adds a row to `out`, and to the other file, if one is wanted; both appear when all is done."""
    if other is not None and other.resolve() == out.resolve():
        stop_with(f"Two files are asked for and both are {out}; name another one.")
    try:
        with ExitStack() as stack:
            add = stack.enter_context(answer_files.writing(out))
            yield add, None if other is None else stack.enter_context(answer_files.writing(other))
    except OSError as error:
        stop_with(f"{str(error.filename or out).removesuffix('.part')} can't be written: {error.strerror}.")


@contextmanager
def _progress(people: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar, where it takes long enough to be looked at."""
    hidden = people <= PROGRESS_FROM
    with click.progressbar(
        length=people, label=label, file=sys.stderr, hidden=hidden, update_min_steps=PROGRESS_FROM
    ) as bar:
        yield bar.update
