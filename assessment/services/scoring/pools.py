"""Simulated people of each form, made once in the life of a process: they have no names and are nobody's data."""

import threading
import uuid
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.key import key_arrays
from assessment.measurement.simulation.reference import ReferencePool, reference_pool
from assessment.services.scoring import content
from assessment.services.scoring.content import FormContent, Key
from assessment.store.content import Form

PEOPLE = 1000  # of each kind of answering; a standing is then known to about a point and a half
SEED = 20261122


@dataclass(frozen=True, eq=False)
class FormPool:
    """A form's reference pool, and what it was simulated with: the key in force."""

    form: FormContent
    key: Key
    people: ReferencePool


# Simulating and scoring takes some seconds, and gives the same for the same form, key and prior.
_pools: dict[tuple[uuid.UUID, uuid.UUID], FormPool] = {}
_simulating = threading.Lock()


def of_form(session: Session, form_id: uuid.UUID) -> FormPool:
    """The pool of a form under its key in force."""
    form, key = content.form(session, form_id), content.newest_key(session, form_id)
    prior = content.prior(session, key.prior_id)
    with _simulating:
        if (form.id, key.id) not in _pools:
            people = reference_pool(
                key.model,
                key_arrays(form.items).levels,
                prior.prior,
                np.random.default_rng(SEED),
                count=PEOPLE,
                popularity_error=key.popularity_error,
                lean_sd=key.lean_sd,
            )
            _pools[form.id, key.id] = FormPool(form, key, people)
    return _pools[form.id, key.id]


def warm(session: Session) -> None:
    """Simulate the pools of all forms ahead, so that nobody waits for the first page that needs one."""
    for form_id in session.scalars(sa.select(Form.id).order_by(Form.id)).all():
        of_form(session, form_id)
