"""How long the pages of a vacancy take and how many statements they run, with 100 and with 10,000 candidates.

    python benchmarks/pages.py [--candidates 100 10000] [--database URL]

A synthetic vacancy is written straight into an empty database (SQLite in a temporary folder, or an EMPTY one you name),
and every page is asked for in this process. "First" is the first view after a change of results: groups and places are
worked out anew. "Again" is the median of the next five, whose statements and size are told.
"""

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from assessment import paths
from assessment.app import create_app
from assessment.bank.loading import read_bank
from assessment.config import Settings
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.scoring import SCORING_VERSION
from assessment.services import links, members
from assessment.services.actors import Actor
from assessment.services.hiring import vacancies
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import content
from assessment.store import schema
from assessment.store.base import Base
from assessment.store.database import Database
from assessment.store.hiring import Candidacy, Candidate, Invitation, Vacancy
from assessment.store.sittings import Result, Sitting

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
AGAIN = 5
# Of 100 candidates: finished, started, invited; the rest is out of time or withdrawn.
FINISHED, STARTED, INVITED = 70, 10, 12


def main() -> None:
    """Print a table for each number of candidates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, nargs="+", default=[100, 10_000])
    parser.add_argument("--database", help="of an EMPTY database; without it, SQLite in a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'pages.sqlite3'}"
        database = Database(url)
        schema.upgrade(database.engine)
        bank = read_bank(paths.ITEM_BANK)
        with database.writing() as session:
            content.load_bank(session, bank, NOW)
        settings = Settings(Path(folder), url, "only for measuring, long enough to be taken", "http://localhost", ())
        app = create_app(settings, database, bank.attributes, bank.learning, clock=lambda: NOW)
        app.config.update(WTF_CSRF_ENABLED=False)
        print("| page | candidates | first, s | again, s | statements | kB |")
        print("|---|---:|---:|---:|---:|---:|")
        for size in given.candidates:
            with database.writing() as session:
                organisation_id = members.found_organisation(
                    session, f"With {size}", "a@b.invalid", NOW, synthetic=True
                )
                role_profiles.copy_library(session, organisation_id, bank.profiles, NOW)
                hr = _member(session, organisation_id, size)
                vacancy_id = _vacancy(session, hr)
                people = _people(session, organisation_id, vacancy_id, size)
                token = links.make_sign_in_link(session, organisation_id, hr.member_id, NOW)
            client = app.test_client()
            client.post(f"/sign-in/{token}")
            for title, path in _pages(vacancy_id, people):
                _report(database, client, title, path, size)
        database.close()


def _pages(vacancy_id: uuid.UUID, people: list[uuid.UUID]) -> list[tuple[str, str]]:
    vacancy = f"/vacancies/{vacancy_id}"
    return [
        ("vacancies", "/vacancies"),
        ("vacancy", vacancy),
        ("vacancy, page 2", f"{vacancy}?page=2"),
        ("vacancy as CSV", f"{vacancy}/people.csv"),
        ("board", f"{vacancy}/people"),
        ("board, last page", f"{vacancy}/people?page=999999"),
        ("board, finished, latest first", f"{vacancy}/people?state=finished&order=latest"),
        ("board, search", f"{vacancy}/people?q=17"),
        ("board as CSV", f"{vacancy}/people-followed.csv"),
        ("compare 4 people", f"{vacancy}/compare?" + "&".join(f"c={one}" for one in people[:4])),
        ("candidate", f"/vacancies/candidates/{people[0]}"),
    ]


def _report(database: Database, client: FlaskClient, title: str, path: str, size: int) -> None:
    first, _, _ = _asked(database, client, path)
    asked = [_asked(database, client, path) for _ in range(AGAIN)]
    again = statistics.median(seconds for seconds, _, _ in asked)
    _, statements, length = asked[-1]
    print(f"| {title} | {size:,} | {first:.2f} | {again:.2f} | {statements} | {length / 1000:.0f} |", flush=True)


def _asked(database: Database, client: FlaskClient, path: str) -> tuple[float, int, int]:
    with _counted(database) as statements:
        start = time.perf_counter()
        answer = client.get(path)
        seconds = time.perf_counter() - start
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return seconds, len(statements), len(answer.data)


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def _member(session: Session, organisation_id: uuid.UUID, size: int) -> Actor:
    email = f"hr-{size}@b.invalid"
    member_id = members.add(session, organisation_id, "HR", email, Role.HR, NOW)
    return Actor(organisation_id, member_id, Role.HR, "HR", email, f"With {size}", synthetic=True)


def _vacancy(session: Session, hr: Actor) -> uuid.UUID:
    return vacancies.create(
        session,
        hr,
        title="Sales assistant",
        place="Harbour Street",
        role_profile_id=next(one.id for one in role_profiles.choices(session, hr) if one.title == "Shop floor"),
        names_hidden=False,
        answer_days=14,
        now=NOW - timedelta(days=10),
    )


def _people(session: Session, organisation_id: uuid.UUID, vacancy_id: uuid.UUID, size: int) -> list[uuid.UUID]:
    """`size` people, straight into the tables; the candidacies of those who have finished."""
    form_id = session.scalars(sa.select(Vacancy.form_id).where(Vacancy.id == vacancy_id)).one()
    key = content.newest_key(session, form_id)
    rng = np.random.default_rng(20261124)
    theta = rng.normal((0.1, 0.2, 0.2, 0.0, -0.3, 0.2), 1.0, (size, len(ATTRIBUTES))).round(6).tolist()
    covariance = [0.3 if row == column else 0.02 for row in range(len(ATTRIBUTES)) for column in range(row + 1)]
    rows: dict[type[Base], list[dict[str, object]]] = {
        table: [] for table in (Candidate, Candidacy, Invitation, Sitting, Result)
    }
    finished = []
    for number in range(1, size + 1):
        person, candidacy, invitation, sitting = (uuid.uuid4() for _ in range(4))
        of = {"organisation_id": organisation_id}
        at = NOW - timedelta(days=9) + timedelta(seconds=30 * number)
        place = number * 37 % 100
        rows[Candidate].append(
            of | {"id": person, "email": f"{number}@{size}.invalid", "name": f"Person {number:05}", "created_at": at}
        )
        rows[Candidacy].append(
            of | {"id": candidacy, "candidate_id": person, "vacancy_id": vacancy_id, "number": number, "created_at": at}
        )
        out = place >= FINISHED + STARTED + INVITED
        rows[Invitation].append(
            of
            | {
                "id": invitation,
                "candidacy_id": candidacy,
                "created_at": at,
                "deadline": NOW - timedelta(days=1) if out else NOW + timedelta(days=5),
                "revoked_at": NOW if out and number % 2 else None,
            }
        )
        if place < FINISHED + STARTED:
            done = at + timedelta(minutes=30) if place < FINISHED else None
            rows[Sitting].append(
                of
                | {
                    "id": sitting,
                    "invitation_id": invitation,
                    "form_id": form_id,
                    "option_order": "[]",
                    "started_at": at,
                    "finished_at": done,
                }
            )
        if place < FINISHED:
            finished.append(candidacy)
            rows[Result].append(
                of
                | {
                    "sitting_id": sitting,
                    "key_version_id": key.id,
                    "prior_version_id": key.prior_id,
                    "scoring_version": SCORING_VERSION,
                    "answered": 24,
                    "mean": theta[number - 1],
                    "own_covariance": covariance,
                    "covariance": covariance,
                    "keyed": theta[number - 1],
                    "p_random": 0.01,
                    "form_digest": "",
                    "key_digest": "",
                    "prior_digest": "",
                    "answers_digest": "",
                    "created_at": NOW,
                }
            )
    for table, made in rows.items():
        session.execute(sa.insert(table), made)
    return finished


if __name__ == "__main__":
    main()
