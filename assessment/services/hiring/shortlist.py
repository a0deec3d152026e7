"""A person's decision to go on with a candidate, or not yet. Nothing else ever sets one."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import looking_again, panels
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Decision, DecisionKind, Vacancy
from assessment.store.people import Member

__all__ = ["Decided", "DecisionKind", "confirm", "decide", "of_candidacy"]

LONGEST_REASON = 500
CONFIRMED = "looked again at"


@dataclass(frozen=True)
class Decided:
    """A decision, who took it, and when. `again`: the same as before, looked at once more."""

    kind: DecisionKind
    who: str
    reason: str
    at: datetime
    again: bool


def decide(
    session: Session, actor: Actor, candidacy_id: uuid.UUID, kind: DecisionKind, reason: str, now: datetime
) -> None:
    """Shortlist a candidate, or take them off the shortlist; the reason is optional and kept."""
    actor.need(Permission.SHORTLIST)
    candidacy, vacancy_id, erased_at = _locked(session, actor, candidacy_id)
    panels.need_to_decide(session, actor, vacancy_id)
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
    _add(session, actor, candidacy_id, kind, reason, "shortlisted" if wanted else "put back", now)


def confirm(session: Session, actor: Actor, candidacy_id: uuid.UUID, note: str, now: datetime) -> None:
    """Let the decision about a candidate stand although newer scores put it in question; the note is kept."""
    actor.need(Permission.MANAGE_VACANCIES)
    actor.need(Permission.SHORTLIST)
    _locked(session, actor, candidacy_id)
    open_ = looking_again.of_candidacy(session, actor, candidacy_id)
    note = " ".join(note.split())
    if open_ is None:
        raise DomainError("There is nothing to look at again: the newest decision was taken by the newest scores.")
    if not note:
        raise DomainError("Write what you looked at: the note is kept with the decision.", "note")
    if len(note) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", "note")
    _add(session, actor, candidacy_id, open_.kind, note, CONFIRMED, now)


def _locked(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> tuple[Candidacy, uuid.UUID, datetime | None]:
    """A candidacy, its vacancy, and when its person was erased; nobody else decides about it meanwhile."""
    row = session.execute(
        sa.select(Candidacy, Vacancy.id, Candidate.erased_at)
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Vacancy,  # nothing is decided about a volunteer of a pilot
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id, panels.visible(actor))
        .with_for_update(of=Candidacy)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1], row[2]


def _add(
    session: Session,
    actor: Actor,
    candidacy_id: uuid.UUID,
    kind: DecisionKind,
    reason: str,
    action: str,
    now: datetime,
) -> None:
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
    audit.record(session, actor, action, "candidacy", candidacy_id, now, decision=decision.id)


def of_candidacy(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> tuple[Decided, ...]:
    """What was decided about a candidacy, the newest first."""
    actor.need(Permission.SEE_CANDIDATES)
    rows = session.execute(
        sa.select(Decision, Member.name)
        .join(
            Member,
            points_to(Decision.member_id, Member),
        )
        .join(
            Candidacy,
            points_to(Decision.candidacy_id, Candidacy),
        )
        .join(
            Vacancy,
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .where(
            Decision.organisation_id == actor.organisation_id,
            Decision.candidacy_id == candidacy_id,
            panels.visible(actor),
        )
        .order_by(Decision.decided_at.desc(), Decision.id)
    ).all()
    before = [decision.kind for decision, _ in rows[1:]]
    return tuple(
        Decided(DecisionKind(decision.kind), name, decision.reason, decision.decided_at, decision.kind == earlier)
        for (decision, name), earlier in zip(rows, [*before, None], strict=False)
    )
