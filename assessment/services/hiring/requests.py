"""What candidates have asked a person for, as HR sees it: what waits for an answer, and who answered the rest."""

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
from assessment.store.hiring import Candidacy, Candidate, CandidateRequest, Invitation, RequestKind, Vacancy
from assessment.store.people import Member

__all__ = ["Request", "RequestKind", "Waiting", "answered", "candidacy_of", "of_candidacy", "waiting"]

ANSWERED = "answered a request of"


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits for an answer. `label`: a name where the vacancy's lists show it, else the number."""

    candidacy_id: uuid.UUID
    label: str
    vacancy: str
    kind: RequestKind
    asked_at: datetime


@dataclass(frozen=True)
class Request:
    """What somebody asked for, in their words; these can be empty for another look."""

    id: uuid.UUID
    kind: RequestKind
    note: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str | None


def waiting(session: Session, actor: Actor) -> tuple[Waiting, ...]:
    """Every request of the organisation's candidates that nobody has answered, the oldest first. One statement."""
    actor.need(Permission.ANSWER_REQUESTS)
    rows = session.execute(
        sa.select(CandidateRequest, Candidacy, Vacancy, Candidate.name)
        .join(Invitation, points_to(CandidateRequest.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(Candidate, points_to(Candidacy.candidate_id, Candidate))
        .where(CandidateRequest.organisation_id == actor.organisation_id, CandidateRequest.answered_at.is_(None))
        .order_by(CandidateRequest.asked_at, CandidateRequest.id)
    )
    return tuple(
        Waiting(
            candidacy_id=candidacy.id,
            label=_label(candidacy, vacancy, name),
            vacancy=vacancy.title,
            kind=RequestKind(request.kind),
            asked_at=request.asked_at,
        )
        for request, candidacy, vacancy, name in rows
    )


def of_candidacy(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> tuple[Request, ...]:
    """What one candidate asked for, the oldest first."""
    actor.need(Permission.ANSWER_REQUESTS)
    rows = session.execute(
        sa.select(CandidateRequest, Member.name)
        .join(Invitation, points_to(CandidateRequest.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .outerjoin(Member, points_to(CandidateRequest.answered_by, Member))
        .where(CandidateRequest.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id)
        .order_by(CandidateRequest.asked_at, CandidateRequest.id)
    )
    return tuple(
        Request(row.id, RequestKind(row.kind), row.note, row.asked_at, row.answered_at, name) for row, name in rows
    )


def candidacy_of(session: Session, actor: Actor, request_id: uuid.UUID) -> uuid.UUID:
    """Whose request it is."""
    actor.need(Permission.ANSWER_REQUESTS)
    found = session.scalar(
        sa.select(Invitation.candidacy_id)
        .join(CandidateRequest, points_to(CandidateRequest.invitation_id, Invitation))
        .where(CandidateRequest.organisation_id == actor.organisation_id, CandidateRequest.id == request_id)
    )
    if found is None:
        raise NotFoundError
    return found


def answered(session: Session, actor: Actor, request_id: uuid.UUID, now: datetime) -> None:
    """Note that a person has answered a request: it waits no more, and stays on the candidate's page."""
    candidacy_id = candidacy_of(session, actor, request_id)
    request = session.scalars(
        sa.select(CandidateRequest)
        .where(CandidateRequest.organisation_id == actor.organisation_id, CandidateRequest.id == request_id)
        .with_for_update()
    ).one()
    if request.answered_at is not None:
        raise DomainError("Somebody has noted already that this request is answered.")
    request.answered_at, request.answered_by = now, actor.member_id
    session.flush()
    audit.record(session, actor, ANSWERED, "candidacy", candidacy_id, now, request=request_id, kind=request.kind)


def _label(candidacy: Candidacy, vacancy: Vacancy, name: str | None) -> str:
    hidden = vacancy.names_hidden and not candidacy.shortlisted
    return f"Candidate {candidacy.number}" if hidden or name is None else name
