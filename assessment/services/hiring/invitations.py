"""Inviting a person to a vacancy, and what can happen to an invitation afterwards."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, inviting, letters, listed, occasions
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import panels, terms
from assessment.services.inviting import LAST_MINUTE, Case, Standing
from assessment.services.listed import Checked
from assessment.services.occasions import Occasion
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Vacancy

LONGEST_REASON = 500
MOST_DAYS_AHEAD = 365


class InvitedAlreadyError(DomainError):
    """The address can still answer: what may be wanted is a new link. Never says under which number."""


@dataclass(frozen=True)
class InvitedPerson:
    """Somebody just invited."""

    candidacy_id: uuid.UUID
    number: int
    deadline: datetime


def invite(
    session: Session,
    actor: Actor,
    vacancy_id: uuid.UUID,
    *,
    name: str,
    email: str,
    base_url: str,
    now: datetime,
) -> InvitedPerson:
    """Invite a person to a vacancy: candidate, candidacy, invitation, link and letter, or nothing of it.

    Refused for a closed vacancy and for somebody who is invited and can still answer, or has answered.
    """
    actor.need(Permission.INVITE)
    name, address = inviting.checked_person(actor, name, email)
    inviting.take_turns(session, actor.organisation_id)
    occasion, names_hidden = open_vacancy(session, actor, vacancy_id, now)
    refusal = why_not(actor, inviting.newest(session, occasion, [address]).get(address), now, names_hidden=names_hidden)
    if refusal is not None:
        raise refusal
    candidacy, invitation = inviting.invite(session, actor, occasion, name, address, base_url, now)
    return InvitedPerson(candidacy.id, candidacy.number, invitation.deadline)


def invite_several(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, people: str, *, agreed: str, base_url: str, now: datetime
) -> int:
    """Invite everybody of a list who can be, and just those who were shown: all of them, or nobody.

    `agreed` is the digest of what `check_several` said; a DomainError where the same list would now do something else.
    How many were invited.
    """
    actor.need(Permission.INVITE)
    inviting.take_turns(session, actor.organisation_id)
    occasion, _ = open_vacancy(session, actor, vacancy_id, now)
    checked = check_several(session, actor, vacancy_id, people, now)
    if checked.digest != agreed or not checked.good:
        raise DomainError("The list, or who of it is invited, has changed. Nobody was invited; look at it once more.")
    for line in checked.good:
        inviting.invite(session, actor, occasion, line.name, line.email, base_url, now)
    return len(checked.good)


def check_several(session: Session, actor: Actor, vacancy_id: uuid.UUID, people: str, now: datetime) -> Checked:
    """What `invite_several` would do with a list. Changes nothing; as many statements however long the list is."""
    actor.need(Permission.INVITE)
    occasion, names_hidden = open_vacancy(session, actor, vacancy_id, now)
    checked = listed.read(actor, people)
    known = inviting.newest(session, occasion, listed.addresses(checked))
    refusals = {address: why_not(actor, case, now, names_hidden=names_hidden) for address, case in known.items()}
    return listed.refused(checked, {address: refusal.message for address, refusal in refusals.items() if refusal})


def send_link_again(session: Session, actor: Actor, candidacy_id: uuid.UUID, base_url: str, now: datetime) -> None:
    """Write a letter with a new link to the same questionnaire; links sent before stay good."""
    actor.need(Permission.INVITE)
    case = _case(session, actor, candidacy_id)
    state = case.standing(now)
    if state is Standing.REVOKED:
        raise DomainError("This invitation was withdrawn. Invite the person again to send a link.")
    if state is Standing.EXPIRED:
        raise DomainError("The time to answer is over. HR can give more time, or you invite the person again.")
    inviting.send_new_link(session, case, base_url, now)
    audit.record(session, actor, "sent a new link to", "candidacy", candidacy_id, now, invitation=case.invitation.id)


def send_link_to(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, email: str, base_url: str, now: datetime
) -> None:
    """Send a new link to an address that is invited to a vacancy; nothing tells which candidate that is."""
    actor.need(Permission.INVITE)
    candidacy_id = session.scalar(
        sa.select(Candidacy.id)
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Vacancy,
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            panels.visible(actor),
            Candidate.email == email.strip().lower(),
        )
    )
    if candidacy_id is None:
        raise DomainError("This address has not been invited yet. Invite the person first.", "email")
    send_link_again(session, actor, candidacy_id, base_url, now)


def revoke(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> None:
    """Withdraw an invitation: its links open nothing any more. What was answered is kept until it is erased."""
    actor.need(Permission.MANAGE_VACANCIES)
    inviting.withdraw(session, actor, _case(session, actor, candidacy_id), now)


def extend(session: Session, actor: Actor, candidacy_id: uuid.UUID, last_day: date, now: datetime) -> datetime:
    """Let somebody answer until the end of `last_day`; the new deadline. Links sent before are good as long."""
    actor.need(Permission.MANAGE_VACANCIES)
    case = _case(session, actor, candidacy_id)
    state = case.standing(now)
    if state is Standing.FINISHED:
        raise DomainError("This person has finished already; more time changes nothing.", "last_day")
    if state is Standing.REVOKED:
        raise DomainError("This invitation was withdrawn. Invite the person again instead.", "last_day")
    deadline = datetime.combine(last_day, LAST_MINUTE)
    promised = max(now, case.invitation.deadline)
    if deadline <= promised:
        raise DomainError(f"Choose a day after {letters.day(promised)}: time that was promised is not cut.", "last_day")
    if deadline > now + timedelta(days=MOST_DAYS_AHEAD):
        raise DomainError(f"Choose a day at most {MOST_DAYS_AHEAD} days ahead.", "last_day")
    before = case.invitation.deadline
    case.invitation.deadline = deadline
    session.flush()
    inviting.let_links_end(session, case, deadline)
    audit.record(
        session,
        actor,
        "extended",
        "invitation",
        case.invitation.id,
        now,
        candidacy=candidacy_id,
        before=before.isoformat(),
        after=deadline.isoformat(),
    )
    return deadline


def invite_again(
    session: Session, actor: Actor, candidacy_id: uuid.UUID, reason: str, base_url: str, now: datetime
) -> InvitedPerson:
    """Let somebody who has finished answer once more, with a reason. The newest finished answers count."""
    actor.need(Permission.MANAGE_VACANCIES)
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Write why the person may answer again.", "reason")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", "reason")
    case = _case(session, actor, candidacy_id)
    if not case.occasion.open:
        raise DomainError("This vacancy is closed, so nobody can be invited. Reopen it first.")
    if case.standing(now) is not Standing.FINISHED:
        raise DomainError("This person has not finished yet; send a new link or give more time instead.")
    invitation = inviting.add_invitation(session, case.occasion, candidacy_id, now)
    inviting.send_invitation(session, case.occasion, case.candidate, invitation, base_url, now)
    audit.record(
        session,
        actor,
        "re-invited",
        "candidacy",
        candidacy_id,
        now,
        vacancy=case.occasion.id,
        invitation=invitation.id,
        reason=reason,
    )
    return InvitedPerson(candidacy_id, case.candidacy.number, invitation.deadline)


def _case(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> Case:
    """The newest invitation of a candidacy for a vacancy of the acting member's organisation; pilots are not here."""
    found = inviting.cases(
        session,
        Candidacy.organisation_id == actor.organisation_id,
        Candidacy.id == candidacy_id,
        Candidacy.vacancy_id.is_not(None),
        panels.visible(actor),
    )
    if not found:
        raise NotFoundError
    return found[0]


def open_vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID, now: datetime) -> tuple[Occasion, bool]:
    """The open vacancy to invite people to, and whether it hides names."""
    vacancy = session.scalar(
        sa.select(Vacancy).where(
            Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id, panels.visible(actor)
        )
    )
    if vacancy is None:
        raise NotFoundError
    terms.need_open(vacancy, now)
    return occasions.of(vacancy, None), vacancy.names_hidden


def why_not(actor: Actor, case: Case | None, now: datetime, *, names_hidden: bool) -> DomainError | None:
    """Why somebody with this newest invitation to a vacancy can't be invited once more."""
    state = None if case is None else case.standing(now)
    if case is not None and state in (Standing.INVITED, Standing.STARTED):
        # A deadline can have been moved for a person: that is between them and HR.
        until = f" The person can answer until {letters.day(case.invitation.deadline)}."
        return InvitedAlreadyError(
            f"This address has been invited already.{until if actor.may(Permission.MANAGE_VACANCIES) else ''}",
            "email",
        )
    if case is not None and state is Standing.FINISHED:
        # Only HR can act on it, on the person's page; to others a hidden name would get its number.
        told = actor.may(Permission.MANAGE_VACANCIES) or not names_hidden
        where = f", from the page of candidate {case.candidacy.number}" if told else ""
        return DomainError(
            f"This address has been invited, and the person has answered. HR can let them answer again{where}.",
            "email",
        )
    return None
