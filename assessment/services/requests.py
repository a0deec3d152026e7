"""What candidates and volunteers have asked a person for, as HR sees it: what waits, and who answered the rest."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, occasions
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.occasions import Occasion
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import (
    Candidacy,
    Candidate,
    CandidateRequest,
    Decision,
    Invitation,
    Pilot,
    RequestKind,
    Vacancy,
)
from assessment.store.people import Member

__all__ = ["ANSWER_WITHIN", "Request", "RequestKind", "Waiting", "answered", "asked_by", "waiting"]

ANSWER_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits for an answer. `label`: a number where the vacancy's lists hide the name, else the name.

    `by_another`: the acting member took the decision that is to be looked at again, so another member answers.
    """

    candidacy_id: uuid.UUID
    label: str
    occasion: Occasion
    kind: RequestKind
    asked_at: datetime
    by_another: bool

    @property
    def due_at(self) -> datetime:
        return self.asked_at + ANSWER_WITHIN


@dataclass(frozen=True)
class Request:
    """What somebody asked for, in their words; these can be empty for another look. `by_another` as for Waiting."""

    id: uuid.UUID
    kind: RequestKind
    note: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    by_another: bool

    @property
    def due_at(self) -> datetime:
        return self.asked_at + ANSWER_WITHIN


def decider() -> sa.ScalarSelect[uuid.UUID]:
    """Who had taken the decision about a Candidacy that stood when a CandidateRequest was made, as a subquery."""
    return (
        sa.select(Decision.member_id)
        .where(
            Decision.organisation_id == Candidacy.organisation_id,
            Decision.candidacy_id == Candidacy.id,
            Decision.decided_at <= CandidateRequest.asked_at,
        )
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(1)
        .correlate(Candidacy, CandidateRequest)
        .scalar_subquery()
    )


def _by_another(actor: Actor, kind: str, decided_by: uuid.UUID | None) -> bool:
    """Whoever decided does not look again at their own decision."""
    return kind == RequestKind.LOOK_AGAIN and decided_by == actor.member_id


def waiting(session: Session, actor: Actor) -> tuple[Waiting, ...]:
    """Every request to the organisation that nobody has answered, the oldest first. One statement."""
    actor.need(Permission.ANSWER_REQUESTS)
    rows = session.execute(
        occasions.joined(
            sa.select(CandidateRequest, Candidacy, Vacancy, Pilot, Candidate.name, decider())
            .join(Invitation, points_to(CandidateRequest.invitation_id, Invitation))
            .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
            .join(Candidate, points_to(Candidacy.candidate_id, Candidate))
        )
        .where(CandidateRequest.organisation_id == actor.organisation_id, CandidateRequest.answered_at.is_(None))
        .order_by(CandidateRequest.asked_at, CandidateRequest.id)
    )
    return tuple(
        Waiting(
            candidacy_id=candidacy.id,
            label=occasions.label(candidacy, vacancy, name),
            occasion=occasions.of(vacancy, pilot),
            kind=RequestKind(request.kind),
            asked_at=request.asked_at,
            by_another=_by_another(actor, request.kind, decided_by),
        )
        for request, candidacy, vacancy, pilot, name, decided_by in rows
    )


def asked_by(session: Session, actor: Actor, who: sa.ColumnElement[bool]) -> Mapping[uuid.UUID, tuple[Request, ...]]:
    """What each candidacy of which the condition `who` holds asked for, the oldest first; only those who asked."""
    actor.need(Permission.ANSWER_REQUESTS)
    rows = session.execute(
        sa.select(CandidateRequest, Invitation.candidacy_id, Member.name, decider())
        .join(Invitation, points_to(CandidateRequest.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .outerjoin(Member, points_to(CandidateRequest.answered_by, Member))
        .where(CandidateRequest.organisation_id == actor.organisation_id, who)
        .order_by(CandidateRequest.asked_at, CandidateRequest.id)
    )
    found: dict[uuid.UUID, tuple[Request, ...]] = {}
    for row, candidacy_id, name, decided_by in rows:
        request = Request(
            id=row.id,
            kind=RequestKind(row.kind),
            note=row.note,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            answered_by=name,
            by_another=_by_another(actor, row.kind, decided_by),
        )
        found[candidacy_id] = (*found.get(candidacy_id, ()), request)
    return found


def answered(session: Session, actor: Actor, candidacy_id: uuid.UUID, request_id: uuid.UUID, now: datetime) -> None:
    """Note that a person has answered a request: it waits no more, and stays where it can be read."""
    actor.need(Permission.ANSWER_REQUESTS)
    row = session.execute(
        sa.select(CandidateRequest, decider())
        .join(Invitation, points_to(CandidateRequest.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .where(
            CandidateRequest.organisation_id == actor.organisation_id,
            CandidateRequest.id == request_id,
            Invitation.candidacy_id == candidacy_id,
        )
        .with_for_update(of=CandidateRequest)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    request, decided_by = row
    if request.answered_at is not None:
        raise DomainError("Somebody has noted already that this request is answered.")
    if _by_another(actor, request.kind, decided_by):
        raise DomainError("You took the decision that this person asks about, so another member looks at it.")
    request.answered_at, request.answered_by = now, actor.member_id
    session.flush()
    audit.record(
        session,
        actor,
        "answered a request of",
        "candidacy",
        candidacy_id,
        now,
        request=request_id,
        asked_for=request.kind,
    )
