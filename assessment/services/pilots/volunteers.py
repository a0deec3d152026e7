"""The volunteers of a pilot: who they are, how far they have come, and what HR can do for them.

Nothing in here reads an answer, a score or a fit, and nothing may: volunteers are promised that nobody sees theirs.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, inviting, letters, listed, occasions, requests
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.inviting import Case, Standing
from assessment.services.listed import Line
from assessment.services.occasions import Occasion
from assessment.services.permissions import Permission
from assessment.services.requests import Request
from assessment.store.hiring import Candidacy, Pilot

CLOSED = "This pilot is closed, so nobody can be invited. Reopen it first."


@dataclass(frozen=True)
class Volunteer:
    """Somebody asked to take part; the newest invitation says how far they have come."""

    candidacy_id: uuid.UUID
    pilot_id: uuid.UUID
    number: int
    name: str
    email: str
    standing: Standing
    invited_at: datetime
    deadline: datetime


@dataclass(frozen=True)
class Volunteers:
    """The volunteers, those who have not finished first, by their numbers; what they asked for, by candidacy; and how
    many had their data erased.
    """

    people: tuple[Volunteer, ...]
    requests: Mapping[uuid.UUID, tuple[Request, ...]]
    erased: int


class WrongLinesError(DomainError):
    """A list of people that can't be used: each wrong line with its number and what is wrong with it."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        count = "One line" if len(lines) == 1 else f"{len(lines)} lines"
        super().__init__(f"{count} can’t be used, so nobody was invited. Mend the list and send it again.", "people")
        self.lines = lines


def of_pilot(session: Session, actor: Actor, pilot_id: uuid.UUID, now: datetime) -> Volunteers:
    """Everybody asked to take part in a pilot. As many statements however many they are."""
    actor.need(Permission.MANAGE_PILOTS)
    its = sa.and_(Candidacy.organisation_id == actor.organisation_id, Candidacy.pilot_id == pilot_id)
    newest = {case.candidacy.id: case for case in reversed(inviting.cases(session, its))}
    # What is finished is only ever withdrawn by erasing what was answered; the name may live on in a vacancy.
    known = [case for case in newest.values() if case.finished_at is None or case.invitation.revoked_at is None]
    everybody = session.scalars(sa.select(sa.func.count()).select_from(Candidacy).where(its)).one()
    people = sorted(
        (_volunteer(case, now) for case in known), key=lambda one: (one.standing is Standing.FINISHED, one.number)
    )
    return Volunteers(tuple(people), requests.asked_by(session, actor, its), erased=everybody - len(people))


def one(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> Volunteer:
    """One volunteer of the organisation."""
    return _volunteer(_case(session, actor, candidacy_id), now)


def _volunteer(case: Case, now: datetime) -> Volunteer:
    return Volunteer(
        candidacy_id=case.candidacy.id,
        pilot_id=case.occasion.id,
        number=case.candidacy.number,
        name=case.candidate.name or "",
        email=case.candidate.email or "",
        standing=case.standing(now),
        invited_at=case.invitation.created_at,
        deadline=case.invitation.deadline,
    )


def invite(
    session: Session, actor: Actor, pilot_id: uuid.UUID, *, name: str, email: str, base_url: str, now: datetime
) -> None:
    """Ask a person to take part. Refused for a closed pilot and for somebody who is invited or has answered."""
    occasion = _open_pilot(session, actor, pilot_id)
    name, address = inviting.checked_person(actor, name, email)
    reason = _why_not(inviting.newest(session, occasion, [address]).get(address), now)
    if reason is not None:
        raise DomainError(reason, "email")
    inviting.invite(session, actor, occasion, name, address, base_url, now)


def invite_several(
    session: Session, actor: Actor, pilot_id: uuid.UUID, people: str, base_url: str, now: datetime
) -> int:
    """Ask everybody on a list to take part, a line each: "name, e-mail address". All of them, or nobody.

    How many were invited. WrongLinesError names every line that can't be used.
    """
    occasion = _open_pilot(session, actor, pilot_id)
    checked = listed.read(actor, people)
    known = inviting.newest(session, occasion, listed.addresses(checked))
    reasons = {address: reason for address, case in known.items() if (reason := _why_not(case, now))}
    checked = listed.refused(checked, reasons)
    if checked.wrong:
        raise WrongLinesError(checked.wrong)
    for line in checked.good:
        inviting.invite(session, actor, occasion, line.name, line.email, base_url, now)
    return len(checked.good)


def send_link_again(session: Session, actor: Actor, candidacy_id: uuid.UUID, base_url: str, now: datetime) -> None:
    """Write a letter with a new link to the same questionnaire, or to the own result; older links stay good."""
    case = _case(session, actor, candidacy_id)
    state = case.standing(now)
    if state in (Standing.REVOKED, Standing.EXPIRED):
        raise DomainError("This person can’t answer any more. Invite them again to send a link.")
    if state is Standing.INVITED and not case.occasion.open:
        raise DomainError("This pilot is closed, so this person can’t start. Reopen it first.")
    inviting.send_new_link(session, case, base_url, now)
    audit.record(session, actor, "sent a new link to", "candidacy", candidacy_id, now, invitation=case.invitation.id)


def withdraw(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> None:
    """Withdraw a volunteer's invitation: its links open nothing any more."""
    inviting.withdraw(session, actor, _case(session, actor, candidacy_id), now)


def _why_not(case: Case | None, now: datetime) -> str | None:
    """Why somebody can't be invited to the pilot (again)."""
    state = None if case is None else case.standing(now)
    if case is not None and state in (Standing.INVITED, Standing.STARTED):
        return f"This address is invited already, and can answer until {letters.day(case.invitation.deadline)}."
    if state is Standing.FINISHED:
        return "This address is invited already, and the person has finished."
    return None


def _open_pilot(session: Session, actor: Actor, pilot_id: uuid.UUID) -> Occasion:
    """The pilot to invite people to; whoever invites at the same moment waits."""
    actor.need(Permission.MANAGE_PILOTS)
    inviting.take_turns(session, actor.organisation_id)
    pilot = session.scalar(sa.select(Pilot).where(Pilot.organisation_id == actor.organisation_id, Pilot.id == pilot_id))
    if pilot is None:
        raise NotFoundError
    occasion = occasions.of(None, pilot)
    if not occasion.open:
        raise DomainError(CLOSED)
    return occasion


def _case(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> Case:
    """The newest invitation of a volunteer of the acting member's organisation."""
    actor.need(Permission.MANAGE_PILOTS)
    found = inviting.cases(
        session,
        Candidacy.organisation_id == actor.organisation_id,
        Candidacy.id == candidacy_id,
        Candidacy.pilot_id.is_not(None),
    )
    if not found:
        raise NotFoundError
    return found[0]
