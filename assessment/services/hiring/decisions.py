"""A person's decision about a candidate, one at a time, with a reason. Nothing else ever sets one."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, inviting
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import decision_letters, looking_again, openings, panels
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import FINAL, Candidacy, Candidate, Decision, DecisionKind, Invitation, Vacancy
from assessment.store.hiring import VacancyStatus as Status
from assessment.store.people import Member
from assessment.store.sittings import Sitting

__all__ = ["FINAL", "Decided", "DecisionKind", "confirm", "decide", "needed_for", "of_candidacy"]

LONGEST_REASON = 500
CONFIRMED = "looked again at"
# The log's words.
ACTIONS = {
    DecisionKind.SHORTLISTED: "shortlisted",
    DecisionKind.OFFERED: "offered the position to",
    DecisionKind.DECLINED: "declined",
    DecisionKind.WITHDRAWN: "noted the withdrawal of",
    DecisionKind.KEPT_FOR_LATER: "decided to keep for later",
    DecisionKind.BACK_TO_LIST: "put back",
}
NOTHING_CHANGED = "The decision stands as it was."


@dataclass(frozen=True)
class Decided:
    """A decision, who took it, and when. `again`: the same as before, looked at once more.

    `not_told` is why the candidate was not written to; None: they were.
    """

    kind: DecisionKind
    who: str
    reason: str
    at: datetime
    again: bool
    not_told: str | None


@dataclass(frozen=True)
class _Person:
    """A candidacy to decide about, locked."""

    candidacy: Candidacy
    vacancy: Vacancy
    erased: bool


def decide(
    session: Session,
    actor: Actor,
    candidacy_id: uuid.UUID,
    kind: DecisionKind,
    reason: str,
    now: datetime,
    *,
    base_url: str,
    not_told: str | None = None,
) -> None:
    """Decide about one candidate whose page the acting member has opened, and write to them.

    The reason is kept and is the candidate's to read. `not_told`: why no letter goes to them; None: one does.
    """
    actor.need(needed_for(kind))
    person = _locked(session, actor, candidacy_id)
    panels.need_to_decide(session, actor, person.vacancy.id)
    reason = _text(reason, "reason", "Write why: the reason is kept with the decision, and the person can read it.")
    if not_told is not None:
        not_told = _text(not_told, "not_told", "Write why the person gets no letter: that is kept with the decision.")
    _refuse_what_makes_no_sense(person, kind)
    _need_opened(session, actor, candidacy_id)
    person.candidacy.disposition = None if kind is DecisionKind.BACK_TO_LIST else kind
    _add(session, actor, person, kind, reason, not_told, ACTIONS[kind], now)
    if not_told is None:
        own = sa.and_(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id)
        decision_letters.send(session, inviting.cases(session, own)[0], kind, base_url, now)


def needed_for(kind: DecisionKind) -> Permission:
    """Which permission a decision needs."""
    return Permission.SHORTLIST if kind is DecisionKind.SHORTLISTED else Permission.DECIDE


def confirm(session: Session, actor: Actor, candidacy_id: uuid.UUID, note: str, now: datetime) -> None:
    """Let the decision about a candidate stand although newer scores put it in question; the note is kept."""
    actor.need(Permission.MANAGE_VACANCIES)
    actor.need(Permission.DECIDE)
    person = _locked(session, actor, candidacy_id)
    open_ = looking_again.of_candidacy(session, actor, candidacy_id)
    if open_ is None:
        raise DomainError("There is nothing to look at again: the newest decision was taken by the newest scores.")
    note = _text(note, "note", "Write what you looked at: the note is kept with the decision.")
    _add(session, actor, person, open_.kind, note, NOTHING_CHANGED, CONFIRMED, now)


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
        Decided(
            kind=DecisionKind(decision.kind),
            who=name,
            reason=decision.reason,
            at=decision.decided_at,
            again=decision.kind == earlier,
            not_told=decision.not_told,
        )
        for (decision, name), earlier in zip(rows, [*before, None], strict=False)
    )


def _text(text: str, field: str, missing: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise DomainError(missing, field)
    if len(text) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", field)
    return text


def _refuse_what_makes_no_sense(person: _Person, kind: DecisionKind) -> None:
    if person.erased:
        raise DomainError("This person’s data was erased, so nothing can be decided about them any more.")
    if kind is DecisionKind.BACK_TO_LIST and person.candidacy.disposition is None:
        raise DomainError("Nothing is decided about this person, so there is nothing to take back.", "kind")
    if person.candidacy.disposition == kind:
        raise DomainError("That is decided about this person already.", "kind")
    if person.vacancy.status == Status.CLOSED and kind not in FINAL:
        raise DomainError("This vacancy is closed. HR reopens it before somebody is considered again.", "kind")


def _need_opened(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> None:
    opened = openings.last_by(session, actor, candidacy_id)
    if opened is None:
        raise DomainError("Open this person’s page and read it first: nobody is decided about unread.")
    finished = session.scalar(
        sa.select(sa.func.max(Sitting.finished_at))
        .join(Invitation, points_to(Sitting.invitation_id, Invitation))
        .where(Invitation.organisation_id == actor.organisation_id, Invitation.candidacy_id == candidacy_id)
    )
    if finished is not None and opened < finished:
        raise DomainError("This person has finished since you opened their page. Read it again first.")


def _locked(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> _Person:
    """A candidacy; nobody else decides about it, or closes its vacancy, meanwhile."""
    row = session.execute(
        sa.select(Candidacy, Vacancy, Candidate.erased_at)
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Vacancy,  # nothing is decided about a volunteer of a pilot
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id, panels.visible(actor))
        .with_for_update(of=[Candidacy, Vacancy])
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return _Person(row[0], row[1], row[2] is not None)


def _add(
    session: Session,
    actor: Actor,
    person: _Person,
    kind: DecisionKind,
    reason: str,
    not_told: str | None,
    action: str,
    now: datetime,
) -> None:
    decision = Decision(
        organisation_id=actor.organisation_id,
        candidacy_id=person.candidacy.id,
        member_id=actor.member_id,
        kind=kind,
        reason=reason,
        not_told=not_told,
        profile_version_id=person.vacancy.profile_version_id,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    told = not_told is None
    audit.record(session, actor, action, "candidacy", person.candidacy.id, now, decision=decision.id, told=told)
