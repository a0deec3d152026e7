"""Who still waits for a decision when a vacancy is to be closed: nobody is left without one, and none is made here.

A decision is due about everybody who has finished, may still answer, or is on the shortlist. Who let the time pass
without finishing, and whose invitation was withdrawn, has nothing to be judged by; who was erased is gone.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.hiring import candidacies
from assessment.services.hiring.candidacies import Case
from assessment.services.inviting import Standing
from assessment.services.permissions import Permission
from assessment.store.hiring import FINAL

STILL_IN = (Standing.INVITED, Standing.STARTED)


def undecided(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> tuple[Case, ...]:
    """The people of a vacancy about whom a decision is due, by their numbers. One statement."""
    actor.need(Permission.MANAGE_VACANCIES)
    return those_due(candidacies.of_vacancy(session, actor, vacancy_id, now))


def those_due(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Those of a vacancy's people about whom a decision is due."""
    return tuple(case for case in cases if _due(case))


def _due(case: Case) -> bool:
    if case.erased or case.disposition in FINAL:
        return False
    return case.sitting_id is not None or case.standing in STILL_IN or case.shortlisted
