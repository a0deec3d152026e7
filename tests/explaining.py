"""Keys with awkward numbers, and results under them, for tests of explanations."""

import json
import uuid
from datetime import datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.scoring import computing, content, results
from assessment.services.scoring.content import Key
from assessment.store.content import KeyStatus, KeyVersion
from assessment.store.sittings import Answer, Result, Sitting
from tests.conftest import START


def make_key(session: Session, form_id: uuid.UUID, *, pilot_n: int = 640, seed: int = 5) -> Key:
    """A newer key of a form, as a calibration with free loadings may give it: no number of it is round."""
    rng = np.random.default_rng(seed)
    old = content.newest_key(session, form_id)
    loadings = old.model.loadings + rng.normal(0, 0.05, old.model.loadings.shape)
    text = json.dumps(
        {
            "attributes": list(old.model.attributes),
            "loadings": loadings.tolist(),
            "intercepts": old.model.intercepts.tolist(),
            "mask": old.model.mask.tolist(),
            "intercept_errors": np.full(old.model.intercepts.shape, 0.1).tolist(),
        }
    )
    row = KeyVersion(
        form_id=form_id,
        prior_version_id=old.prior_id,
        number=old.number + 1,
        digest=f"of a test, {uuid.uuid4()}",
        content=text,
        pilot_n=pilot_n,
        status=KeyStatus.PUBLISHED,
        decided_at=START,
        created_at=START,
    )
    session.add(row)
    session.flush()
    return content.key(session, row.id)


def remove_key(session: Session, key: Key) -> None:
    """Take a committed key away, with its results: keys outlive a test on PostgreSQL."""
    session.execute(sa.delete(Result).where(Result.key_version_id == key.id))
    session.execute(sa.delete(KeyVersion).where(KeyVersion.id == key.id))


def score_again(session: Session, sitting: Sitting, key: Key, now: datetime = START + timedelta(days=1)) -> uuid.UUID:
    """A second result of a sitting, under another key; its id."""
    computed = computing.compute(
        content.form(session, sitting.form_id),
        key,
        content.prior(session, key.prior_id),
        computing.answers_of(session, sitting.organisation_id, sitting.id),
    )
    results.keep(session, sitting.organisation_id, sitting.id, computed, now)
    return results_of(session, sitting)[-1].id


def results_of(session: Session, sitting: Sitting) -> list[Result]:
    """All results of a sitting, oldest first."""
    return list(
        session.scalars(
            sa.select(Result)
            .where(Result.organisation_id == sitting.organisation_id, Result.sitting_id == sitting.id)
            .order_by(Result.created_at)
        )
    )


def first_answer(session: Session, sitting: Sitting) -> Answer:
    """The answer to the first situation of the form."""
    version_id = content.form(session, sitting.form_id).item_version_ids[0]
    return session.get_one(Answer, (sitting.organisation_id, sitting.id, version_id))
