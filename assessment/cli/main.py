"""The `assessment` command."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
import numpy as np
import waitress

from assessment import config, demo, worker
from assessment.app import create_app, utc_now
from assessment.bank.content import Bank
from assessment.cli.analysis import reliability, score, simulate
from assessment.cli.banks import bank
from assessment.cli.forms import form
from assessment.cli.keys import calibrate, key, rescore
from assessment.cli.start import banks_or_stop, load_or_stop, load_order, opened_database, stop_with
from assessment.cli.studies import study
from assessment.config import Settings
from assessment.services import links, members
from assessment.services.errors import DomainError
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import pools, quality_notes, verifying
from assessment.store import schema
from assessment.store.database import Database

THREADS = 8


@click.group()
@click.version_option(package_name="frontdoor-assessment")
def main() -> None:
    """Frontdoor: assess people for customer-facing roles."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=config.DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the product, sending mail and erasing what is due in the background."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    with _house(f"http://{shown}:{port}") as (settings, database, bank):
        app = create_app(settings, database, bank.attributes, bank.learning, bank.interview)
        try:
            server = waitress.create_server(app, host=host, port=port, threads=THREADS, ident=None)
        except (OSError, ValueError) as error:
            stop_with(f"Port {port} of {host} can't be used ({error}); choose another one with --port.")
        stop = threading.Event()
        background = threading.Thread(target=worker.run, args=(database, settings, utc_now, stop), name="worker")
        background.start()
        # A daemon: what it simulates is only there to save waiting, so stopping does not wait for it.
        threading.Thread(target=_warm, args=(database,), name="warm", daemon=True).start()
        _end_on_terminate()
        click.echo(f"Ready: {settings.base_url}/")
        try:
            server.run()
        finally:
            stop.set()
            background.join()
            server.close()


@main.command(name="worker")
def work() -> None:
    """Send mail and erase what is due; any number may run beside the web processes on PostgreSQL."""
    with _house() as (settings, database, _bank):
        _end_on_terminate()
        try:
            worker.run(database, settings, utc_now, threading.Event())
        except (KeyboardInterrupt, SystemExit):
            click.echo("Stopped.")


@main.command(name="demo")
def make_demo() -> None:
    """Make a synthetic organisation, if there is none yet, and print fresh ways in."""
    with _house() as (settings, database, bank):
        with database.alone() as session:
            demo.build(session, bank, np.random.default_rng(demo.SEED), utc_now(), settings.base_url)
        with database.writing() as session:
            ways = demo.ways_in(session, utc_now())
    base = settings.base_url
    click.echo(f"HR signs in (once): {base}/sign-in/{ways.hr}")
    click.echo(f"Hiring manager signs in (once): {base}/sign-in/{ways.manager}")
    click.echo(f"Invitation: {base}/i/{ways.invitation}")


@main.group()
def db() -> None:
    """The database's shape."""


@db.command()
def upgrade() -> None:
    """Bring the database to this release."""
    with opened_database() as (_settings, database):
        schema.upgrade(database.engine)
        click.echo(f"At revision {schema.current(database.engine)}.")


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION ("base" takes every table, and all data, away)."""
    with opened_database() as (_settings, database):
        schema.downgrade(database.engine, revision)
        click.echo(f"At revision {schema.current(database.engine) or 'base'}.")


@db.command()
def check() -> None:
    """Say whether the database has the shape this release expects."""
    with opened_database() as (_settings, database):
        stands, newest = schema.current(database.engine), schema.newest()
        if stands != newest:
            stop_with(
                f"The database is at {stands or 'nothing'}, this release needs {newest}: assessment db upgrade", 1
            )
        differences = schema.drift(database.engine)
        if differences:
            stop_with("The tables differ from the code:\n" + "\n".join(differences), 1)
        click.echo(f"At revision {stands}, as this release expects.")


@main.group()
def member() -> None:
    """The people who work with it."""


@member.command(name="add")
@click.option("--organisation", required=True, help="Its name; made when there is none of that name.")
@click.option("--contact", help="Where candidates write to; needed for a new organisation.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
def add_member(organisation: str, contact: str | None, name: str, email: str, role: str) -> None:
    """Add a member, and their organisation if it is new; prints a one-time sign-in link."""
    with _house() as (settings, database, bank), database.writing() as session:
        now = utc_now()
        organisation_id = members.organisation_named(session, organisation)
        try:
            if organisation_id is None:
                if not contact:
                    raise DomainError(f'There is no organisation "{organisation}"; to make it, give --contact.')
                organisation_id = members.found_organisation(session, organisation, contact, now)
                role_profiles.copy_library(session, organisation_id, bank.profiles, now)
            member_id = members.add(session, organisation_id, name, email, Role(role), now)
        except DomainError as refusal:
            stop_with(refusal.message)
        token = links.make_sign_in_link(session, organisation_id, member_id, now)
        click.echo(f"{name} signs in (once, within the hour): {settings.base_url}/sign-in/{token}")


@member.command(name="link")
@click.option("--organisation", required=True)
@click.option("--email", required=True)
def member_link(organisation: str, email: str) -> None:
    """Print a fresh one-time sign-in link of a member, where no mail server can send it."""
    with _house() as (settings, database, _bank), database.writing() as session:
        organisation_id = members.organisation_named(session, organisation)
        member_id = organisation_id and members.member_with(session, organisation_id, email)
        if organisation_id is None or member_id is None:
            stop_with(f'"{organisation}" has no member {email}.')
        token = links.make_sign_in_link(session, organisation_id, member_id, utc_now())
        click.echo(f"{email} signs in (once, within the hour): {settings.base_url}/sign-in/{token}")


for _command in (bank, form, calibrate, key, rescore, score, reliability, simulate, study):
    main.add_command(_command)


@main.command()
def verify() -> None:
    """Recompute every stored result and say which differ."""
    with opened_database() as (_settings, database), database.reading() as session:
        checked, differing = verifying.verify(session)
        for difference in differing:
            click.echo(f"sitting {difference.sitting_id}: {difference.what}")
        if differing:
            stop_with(f"{len(differing)} of {checked} results differ.", 1)
        click.echo(f"{checked} results recomputed, none differs.")


@contextmanager
def _house(base_url: str | None = None) -> Iterator[tuple[Settings, Database, Bank]]:
    """Settings, a migrated database with the bank in it, and the bank."""
    with opened_database(base_url) as (settings, database):
        schema.upgrade(database.engine)
        banks = banks_or_stop(settings)
        with database.alone() as session:
            for one in load_order(banks):
                load_or_stop(session, one)
        yield settings, database, banks[0]


def _warm(database: Database) -> None:
    """Simulate what previews and quality notes need; without it the first ones of a form take longer."""
    try:
        with database.reading() as session:
            pools.warm(session)
            quality_notes.warm(session)
    except Exception:
        logging.getLogger(__name__).exception("previews could not be prepared; the first ones take longer")


def _end_on_terminate() -> None:
    """A service manager's SIGTERM ends the work as Ctrl-C does: what runs is finished first."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
