"""Results are the same wherever they are kept."""

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from assessment.services.scoring import verifying
from assessment.store.database import Database
from assessment.store.sittings import Result
from tests import taking
from tests.conftest import emptied

NUMBERS = ("mean", "own_covariance", "covariance", "keyed", "p_random")


@pytest.mark.postgres
def test_results_are_the_same_on_both_databases(sqlite_template: Path, tmp_path: Path, postgresql: Database) -> None:
    file = tmp_path / "both.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    kept = []
    sqlite = Database(f"sqlite:///{file}")
    for database in (sqlite, emptied(postgresql)):
        with database.writing() as session:
            person = taking.make_person(session, organisation="Kept twice")
            taking.take(session, person)
            session.flush()
            session.expire_all()  # read back what was written
            kept.append(
                session.scalars(sa.select(Result).where(Result.organisation_id == person.organisation_id)).one()
            )
            assert verifying.verify(session)[1] == []
            session.expunge_all()
            session.rollback()
    sqlite.close()
    one, other = kept
    for name in NUMBERS:
        assert np.abs(np.subtract(getattr(one, name), getattr(other, name))).max() <= 1e-6, name
    for name in ("form_digest", "key_digest", "prior_digest", "answered", "scoring_version"):
        assert getattr(one, name) == getattr(other, name), name
