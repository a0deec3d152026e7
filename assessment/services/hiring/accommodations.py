"""What was granted to a candidate: more time, another format, a break. For them and HR; no manager knows of any."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidacies
from assessment.services.permissions import Permission
from assessment.store.hiring import Candidacy

LONGEST_ACCOMMODATION = 500


def grant(session: Session, actor: Actor, candidacy_id: uuid.UUID, text: str, now: datetime) -> None:
    """Keep what was agreed with a candidate, in place of what was agreed before. The log holds no word of it."""
    candidacy = _kept(session, actor, candidacy_id, now)
    agreed = text.strip()
    if not agreed:
        raise DomainError("Write what was agreed with the person.", "accommodation")
    if len(agreed) > LONGEST_ACCOMMODATION:
        raise DomainError(f"Use at most {LONGEST_ACCOMMODATION} characters.", "accommodation")
    if candidacy.accommodation == agreed:
        return
    candidacy.accommodation, candidacy.accommodated_at = agreed, now
    session.flush()
    audit.record(session, actor, "recorded an agreement with", "candidacy", candidacy_id, now)


def take_back(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> None:
    """Forget what was agreed with a candidate; a second time changes nothing."""
    candidacy = _kept(session, actor, candidacy_id, now)
    if candidacy.accommodation is None:
        return
    candidacy.accommodation = candidacy.accommodated_at = None
    session.flush()
    audit.record(session, actor, "took back an agreement with", "candidacy", candidacy_id, now)


def _kept(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> Candidacy:
    """The candidacy, locked; DomainError where its data was erased."""
    actor.need(Permission.MANAGE_VACANCIES)
    candidacy = session.scalar(
        sa.select(Candidacy)
        .where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id)
        .with_for_update()
    )
    case = candidacies.one(session, actor, candidacy_id, now)
    if candidacy is None or case is None:
        raise NotFoundError
    if case.erased:
        raise DomainError("This person’s data was erased; nothing can be kept about them.")
    return candidacy
