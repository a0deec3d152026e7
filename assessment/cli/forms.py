"""`assessment form`: forms put together from the items of a bank."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np

from assessment.bank.blueprint import COUNT, MINUTES, QUOTA, REUSE, Blueprint, Count
from assessment.bank.content import Bank
from assessment.bank.lists import SECTORS
from assessment.bank.problems import suggestion
from assessment.bank.writing import form_file, form_text
from assessment.cli.start import bank_or_stop, settings_or_stop, stop_with
from assessment.measurement.forms import assembly
from assessment.measurement.forms.assembly import TIME_LIMIT, Progress
from assessment.measurement.forms.precision import LEAST_RATIO, Precision
from assessment.measurement.forms.program import ALIKE, InfeasibleError, Shortfall
from assessment.services.errors import DomainError
from assessment.services.scoring.forms import Assembled, ReadForm, assemble_forms, read

QUOTA_TYPED = re.compile(r"(\w+)=(\d+)")
COUNT_TYPED = re.compile(r"(\w+):([\w-]+)=(\d*)\.\.(\d*)")


@click.group()
def form() -> None:
    """Forms: which items are given together."""


def _quotas(_context: click.Context, _option: click.Parameter, typed: tuple[str, ...]) -> dict[str, int]:
    quotas = {}
    for text in typed:
        match = QUOTA_TYPED.fullmatch(text)
        if not match:
            raise click.BadParameter(f"'{text}' should look like focus=8.")
        quotas[match[1]] = int(match[2])
    return quotas


def _counts(_context: click.Context, _option: click.Parameter, typed: tuple[str, ...]) -> tuple[Count, ...]:
    counts = {}
    for text in typed:
        match = COUNT_TYPED.fullmatch(text)
        if not match or not (match[3] or match[4]):
            raise click.BadParameter(f"'{text}' should look like channel:phone=2..6, channel:phone=2.. or =..6.")
        category, value, least, most = match.groups()
        counts[category, value] = Count(category, value, int(least or 0), int(most) if most else math.inf)
    return tuple(counts.values())


@form.command()
@click.option("--id", "form_id", required=True, help="The new form's id; further parallel ones become id-2, id-3.")
@click.option("--title", required=True, help="Its name as people will see it.")
@click.option("--sector", default="any", show_default=True, type=click.Choice(SECTORS), help="Items of it and of any.")
@click.option("--length", default=24, show_default=True, type=click.IntRange(1), help="Items a form.")
@click.option("--bank", "folder", type=click.Path(path_type=Path), help="The bank's folder.")
@click.option(
    "--forms", default=1, show_default=True, type=click.IntRange(1), help="Parallel forms without common items."
)
@click.option("--parallel-to", metavar="FORM_ID", help="The form of the bank whose second this one is.")
@click.option(
    "--alike",
    default=100 * assembly.ALIKE,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="How far the precision of parallel forms may differ, in percent.",
)
@click.option(
    "--quota",
    "quotas",
    multiple=True,
    callback=_quotas,
    metavar="ATTRIBUTE=MIN",
    help="In how many items an attribute varies at least; repeatable.",
)
@click.option(
    "--count",
    "counts",
    multiple=True,
    callback=_counts,
    metavar="CATEGORY:VALUE=MIN..MAX",
    help="How many items of a sector, channel or moment; repeatable, either end may be left out.",
)
@click.option(
    "--max-minutes", type=click.FloatRange(0, min_open=True), help="A careful reader's time, practice included."
)
@click.option("--avoid", "avoided", multiple=True, metavar="FORM_ID", help="Use no items of this form; repeatable.")
@click.option("--reuse", default=0, show_default=True, type=click.IntRange(0), help="But as many of them as this.")
@click.option(
    "--time-limit",
    default=TIME_LIMIT,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Seconds of solving; the best form so far is then given.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of the order of the items.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The bank folder to write to.")
def assemble(
    form_id: str,
    title: str,
    sector: str,
    length: int,
    folder: Path | None,
    forms: int,
    parallel_to: str | None,
    alike: float,
    quotas: dict[str, int],
    counts: tuple[Count, ...],
    max_minutes: float | None,
    avoided: tuple[str, ...],
    reuse: int,
    time_limit: float,
    seed: int,
    out: Path | None,
) -> None:
    """Choose the items that measure best under all wishes, and show what the form will tell.

    Without --out it prints the file it would write. What is not asked for is as usual: each attribute varies in as
    large a share of the items as in a bank, and no channel has more than half of them.
    """
    bank = bank_or_stop(folder or settings_or_stop().banks[0])
    try:
        blueprint = Blueprint(sector, length, quotas, counts, max_minutes or math.inf, _items_of(bank, avoided), reuse)
        assembled = assemble_forms(
            bank,
            blueprint,
            form_id,
            title,
            np.random.default_rng(seed),
            forms=forms,
            parallel_to=parallel_to,
            alike=alike / 100,
            time_limit=time_limit,
            progress=_say_progress,
        )
    except InfeasibleError as error:
        remedies = (_remedy(short, counts) for short in error.shortfalls)
        stop_with("\n".join(["No form keeps all wishes. One becomes possible with:", *remedies]))
    except TimeoutError as error:
        more = "Give more with --time-limit, or let parallel forms differ more with --alike"
        stop_with(f"Too little time: {error}. {more}.")
    except DomainError as refusal:
        stop_with(refusal.message)
    except ValueError as error:
        stop_with(str(error))
    for new in assembled.forms:
        click.echo("\n".join(_described(new)))
    click.echo("\n".join(_judged(assembled)))
    _write(assembled, out)


@form.command()
@click.argument("form_id", required=False, metavar="[FORM]")
@click.option("--bank", "folder", type=click.Path(path_type=Path), help="The bank's folder.")
def show(form_id: str | None, folder: Path | None) -> None:
    """Show a form of the bank, or all of them: its items, its time, and the precision to expect."""
    bank = bank_or_stop(folder or settings_or_stop().banks[0])
    for one in bank.forms if form_id is None else (form_id,):
        if one not in bank.forms:
            stop_with(f"The bank has no form '{one}'. {suggestion(one, bank.forms)}")
        click.echo("\n".join(_described(read(bank, bank.forms[one]))))


def _items_of(bank: Bank, form_ids: tuple[str, ...]) -> frozenset[str]:
    for form_id in form_ids:
        if form_id not in bank.forms:
            stop_with(f"The bank has no form '{form_id}'. {suggestion(form_id, bank.forms)}")
    return frozenset(item_id for form_id in form_ids for item_id, _ in bank.forms[form_id].refs)


def _say_progress(progress: Progress) -> None:
    precision = f"smallest precision {progress.gain:.3f} times the prior's, at most {progress.bound:.3f} possible"
    click.echo(f"{progress.seconds:.1f} s: {precision}", err=True)


def _remedy(short: Shortfall, counts: tuple[Count, ...]) -> str:
    """A sentence with the wish that can't be kept, and the option that relaxes it by as much as is needed."""
    kind, _, of = short.name.partition(" ")
    needed, possible = f"{short.needed:g}", f"{short.possible:g}"
    if kind == QUOTA:
        return f"{of} varies in at least {possible} items instead of {needed}: --quota {of}={possible}"
    if kind == COUNT:
        wish = next((count for count in counts if of == f"{count.category}:{count.value}"), None)
        low = f"{wish.at_least}" if wish and wish.at_least else ""
        high = f"{wish.at_most:g}" if wish and wish.at_most < math.inf else ""
        ends = f"{possible}..{high}" if short.end == "at least" else f"{low}..{possible}"
        return f"{of}: {short.end} {possible} items instead of {needed}: --count {of}={ends}"
    if kind == MINUTES:
        minutes = math.ceil(short.possible * 10) / 10
        return f"a careful reader takes {minutes:g} minutes instead of {needed}: --max-minutes {minutes:g}"
    if kind == REUSE:
        return f"{possible} items of the avoided forms instead of {needed}: --reuse {possible}"
    if kind == ALIKE:
        percent = math.ceil(short.possible * 1000) / 10
        instead = f"{percent:g}% instead of {100 * short.needed:g}%"
        return f"the precision of the forms differs by {instead}: --alike {percent:g}"
    return f"{possible} items a form instead of {needed}: --length {possible}"


def _described(new: ReadForm) -> Iterator[str]:
    yield f"{new.form.id}: {new.form.title}"
    for number, item in enumerate(new.items, 1):
        yield f"  {number:>3}  {item.ref:<32}{item.channel:<10}{item.moment}"
    yield f"Time, practice included: {new.time.low} to {new.time.high} minutes."
    yield from _precision_table(new.precision)
    yield ""


def _precision_table(precision: Precision) -> Iterator[str]:
    yield "Standard error to expect, in T, where the key is exact; and the reliability over all people:"
    yield f"  {'T =':<12}" + "".join(f"{t:>6g}" for t in precision.t) + f"{'reliability':>14}"
    for name, errors, reliability in zip(precision.attributes, precision.se, precision.reliability, strict=True):
        yield f"  {name:<12}" + "".join(f"{10 * error:>6.1f}" for error in errors) + f"{reliability:>14.2f}"
    verdict = "Ipsative: levels are measured far worse than differences" if precision.ipsative else "Not ipsative"
    yield (
        f"{verdict}: the smallest eigenvalue of the information is {precision.ratio:.2f} of the largest "
        f"(at least {LEAST_RATIO:g} is wanted)."
    )


def _judged(assembled: Assembled) -> Iterator[str]:
    """How good the choice is."""
    found = assembled.assembly
    length = found.forms.shape[1]
    if len(found.forms) > 1:
        yield f"At no point does the precision of the forms differ by more than {found.difference:.1%}."
    choice = f"{len(found.forms)} x {length}" if len(found.forms) > 1 else f"{length}"
    how = "Proven" if found.proven else "Stopped by the time limit"
    yield (
        f"{how}: of all permitted choices of {choice} from {assembled.candidates} items, none raises the smallest "
        f"precision by more than {found.gap:.1%}."
    )


def _write(assembled: Assembled, out: Path | None) -> None:
    files = {form_file(out or Path(), new.form.id): form_text(new.form) for new in assembled.forms}
    if out is None:
        for file, text in files.items():
            click.echo(f"\n{file.as_posix()} would be:\n{text}", nl=False)
        return
    for file in files:
        if file.exists():
            stop_with(f"{file} exists already; nothing was written.")
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            stop_with(f"{file} can't be written: {error.strerror}.")
        click.echo(f"Written: {file}")
