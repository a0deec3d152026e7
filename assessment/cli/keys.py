"""`assessment calibrate`, `key` and `rescore`: from finished sittings to a key in force."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import click

from assessment.app import utc_now
from assessment.cli.start import opened_database, stop_with
from assessment.services.errors import DomainError
from assessment.services.scoring import calibrations, content, form_choices, key_reviews, rescoring
from assessment.services.scoring.calibrations import PEOPLE_FOR_INTERCEPTS, PEOPLE_FOR_LOADINGS
from assessment.services.scoring.key_reviews import FormKeys, KeyFacts, KeyStatus
from assessment.store.database import Database

SAY_EVERY = 10  # iterations


@click.command()
@click.argument("form")
@click.option("--anchors-from", "anchors", metavar="FORM", help="Take the scale over from a calibrated form.")
def calibrate(form: str, anchors: str | None) -> None:
    """Calibrate the key of FORM by everybody who has finished it, as a draft to review.

    FORM is its id in the bank, or the first digits of its digest. At least 100 people are needed; from 500 on the
    loadings are estimated too. With --anchors-from, situations that both forms share keep their numbers, and scores
    of both forms stand on one scale. Results are not changed, and nothing is in force before it is published.
    """
    with opened_database() as (_settings, database), _refusals_said():
        with database.reading() as session:
            form_id = form_choices.form_named(session, form)
            other_id = form_choices.form_named(session, anchors) if anchors else None
            found = calibrations.work_out(session, form_id, anchors_from=other_id, progress=_say_iteration)
        with database.writing() as session:
            draft = calibrations.keep(session, found, utc_now())
    report = found.report
    misfits = [item.id for item in report.items if item.misfits]
    click.echo(
        f"Version {draft.number}: a draft from {draft.people} people, after {report.iterations} iterations"
        f" (log likelihood {report.log_likelihood:.1f})."
    )
    click.echo(f"Situations that do not fit: {', '.join(misfits) or 'none'}.")
    if report.synthetic:
        click.echo("All of these people are made up: it can't be published where a real organisation uses the form.")
    click.echo("An analyst reviews it on the page Keys. Or here:")
    for verb in ("publish", "discard"):
        click.echo(f"  assessment key {verb} {form} {draft.number} --reason ... --by ...")


@click.group()
def key() -> None:
    """The keys of forms: what answers are scored with."""


@key.command(name="list")
@click.argument("form", required=False)
def list_keys(form: str | None) -> None:
    """Every form's keys, or those of FORM, and how many people could calibrate it."""
    with opened_database() as (_settings, database), database.reading() as session, _refusals_said():
        wanted = form_choices.form_named(session, form) if form else None
        for listed in key_reviews.all_forms(session):
            if wanted in (None, listed.id):
                click.echo("\n".join(_described(listed)))


@key.command()
@click.argument("form")
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why; it stays with the key.")
@click.option("--by", required=True, help="Who decides, as it should be read years later.")
@click.option("--rescore", "again", is_flag=True, help="Score the finished sittings again at once.")
def publish(form: str, number: int, reason: str, by: str, again: bool) -> None:
    """Put the draft NUMBER of FORM in force: who finishes from now on is scored with it."""
    with opened_database() as (_settings, database), _refusals_said():
        form_id = _decide(database, form, number, KeyStatus.PUBLISHED, reason, by)
        click.echo(f"Version {number} is in force. Results given before stay as they are.")
        if again:
            _rescore(database, form_id)
        else:
            click.echo(f"To score the finished sittings again: assessment rescore {form}")


@key.command()
@click.argument("form")
@click.argument("number", type=click.IntRange(1))
@click.option("--reason", required=True, help="Why; it stays with the key.")
@click.option("--by", required=True, help="Who decides, as it should be read years later.")
def discard(form: str, number: int, reason: str, by: str) -> None:
    """Put the draft NUMBER of FORM aside for good; it stays readable."""
    with opened_database() as (_settings, database), _refusals_said():
        _decide(database, form, number, KeyStatus.DISCARDED, reason, by)
        click.echo(f"Version {number} is discarded. Nothing else has changed.")


@click.command()
@click.argument("form")
def rescore(form: str) -> None:
    """Score every finished sitting of FORM with the key in force, beside the results there are.

    Candidates keep the result they were given; managers compare by the newest. It can be stopped and started again.
    """
    with opened_database() as (_settings, database), _refusals_said():
        with database.reading() as session:
            form_id = form_choices.form_named(session, form)
        _rescore(database, form_id)


def _rescore(database: Database, form_id: uuid.UUID) -> None:
    with database.reading() as session:
        number = content.newest_key(session, form_id).number
        total = rescoring.waiting(session, form_id)
    done = 0
    while True:
        with database.writing() as session:
            count = rescoring.rescore(session, form_id, utc_now(), most=rescoring.BATCH)
        done += count
        if total > rescoring.BATCH:
            click.echo(f"{done} of {total}", err=True)
        if count < rescoring.BATCH:
            break
    click.echo(f"{done} sittings scored with version {number}; every earlier result is kept.")


def _decide(database: Database, form: str, number: int, status: KeyStatus, reason: str, by: str) -> uuid.UUID:
    with database.writing() as session:
        form_id = form_choices.form_named(session, form)
        key_reviews.decide_as_operator(session, form_id, number, status, reason=reason, by=by, now=utc_now())
    return form_id


def _say_iteration(iteration: int, log_likelihood: float) -> None:
    if iteration == 1 or iteration % SAY_EVERY == 0:
        click.echo(f"iteration {iteration}: penalised log likelihood {log_likelihood:.2f}", err=True)


def _described(listed: FormKeys) -> Iterator[str]:
    yield f"{listed.name}: {listed.title}"
    missing = [
        f"{listed.ready.missing_to(goal)} missing to {goal}"
        for goal in (PEOPLE_FOR_INTERCEPTS, PEOPLE_FOR_LOADINGS)
        if listed.ready.missing_to(goal)
    ]
    made_up = ", made up" if listed.ready.synthetic and listed.ready.people else ""
    yield f"  {listed.ready.people} people to calibrate with{made_up}" + (f" ({', '.join(missing)})" if missing else "")
    for one in listed.keys:
        yield "  " + _key_line(one)


def _key_line(one: KeyFacts) -> str:
    status = "in force" if one.in_force else one.status.value
    by = "experts" if one.number == 1 else f"{one.people} people"
    decided = f", {one.decided_at:%Y-%m-%d} by {one.decided_by}: {one.reason}" if one.decided_by else ""
    return f"version {one.number}  {status:<10} {by}{decided}"


@contextmanager
def _refusals_said() -> Iterator[None]:
    try:
        yield
    except DomainError as refusal:
        stop_with(refusal.message)
