"""A person's decision to go on with a candidate, or not yet. Nothing else ever sets one."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Decision, DecisionKind, Vacancy
from assessment.store.people import Member

__all__ = ["Decided", "DecisionKind", "decide", "of_candidacy"]

LONGEST_REASON = 500


@dataclass(frozen=True)
class Decided:
    """A decision, who took it, and when."""

    kind: DecisionKind
    who: str
    reason: str
    at: datetime


def decide(
    session: Session, actor: Actor, candidacy_id: uuid.UUID, kind: DecisionKind, reason: str, now: datetime
) -> None:
    """Shortlist a candidate, or take them off the shortlist; the reason is optional and kept."""
    actor.need(Permission.SHORTLIST)
    row = session.execute(
        sa.select(Candidacy, Candidate.erased_at)
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Vacancy,  # nothing is decided about a volunteer of a pilot
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id)
        .with_for_update(of=Candidacy)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    candidacy, erased_at = row
    reason = " ".join(reason.split())
    wanted = kind is DecisionKind.SHORTLISTED
    if erased_at is not None:
        raise DomainError("This person’s data was erased, so nothing can be decided about them any more.")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", "reason")
    if candidacy.shortlisted == wanted:
        raise DomainError(
            "Somebody has shortlisted this person already."
            if wanted
            else "This person is not on the shortlist any more."
        )
    candidacy.shortlisted = wanted
    decision = Decision(
        organisation_id=actor.organisation_id,
        candidacy_id=candidacy_id,
        member_id=actor.member_id,
        kind=kind,
        reason=reason,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    audit.record(
        session, actor, "shortlisted" if wanted else "put back", "candidacy", candidacy_id, now, decision=decision.id
    )


def of_candidacy(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> tuple[Decided, ...]:
    """What was decided about a candidacy, the newest first."""
    actor.need(Permission.SEE_CANDIDATES)
    rows = session.execute(
        sa.select(Decision, Member.name)
        .join(
            Member,
            points_to(Decision.member_id, Member),
        )
        .where(Decision.organisation_id == actor.organisation_id, Decision.candidacy_id == candidacy_id)
        .order_by(Decision.decided_at.desc(), Decision.id)
    )
    return tuple(
        Decided(DecisionKind(decision.kind), name, decision.reason, decision.decided_at) for decision, name in rows
    )
