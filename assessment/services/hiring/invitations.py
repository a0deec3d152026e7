"""Inviting a person, and what can happen to an invitation afterwards."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from string import Template

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, links, mail
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import content
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Invitation, Vacancy, VacancyStatus
from assessment.store.people import AccessLink, LinkPurpose, Organisation
from assessment.store.sittings import Sitting

LONGEST_NAME = 120
LONGEST_EMAIL = 254
LONGEST_REASON = 500
MOST_DAYS_AHEAD = 365
NO_MAIL = ".invalid"  # reserved for addresses that are nobody's: made-up people have them
LAST_MINUTE = time(23, 59, tzinfo=UTC)
# Long enough to read one's own result once more, short enough for a link that lies in a mailbox.
RESULT_LINK_LASTS = timedelta(days=7)


class Standing(StrEnum):
    """How far an invitation has come."""

    INVITED = "invited"
    STARTED = "started"
    FINISHED = "finished"
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing(
    *,
    started_at: datetime | None,
    finished_at: datetime | None,
    revoked_at: datetime | None,
    deadline: datetime,
    now: datetime,
) -> Standing:
    """How far an invitation has come at `now`. What is finished is only ever withdrawn by erasing the answers."""
    if revoked_at is not None:
        return Standing.REVOKED
    if finished_at is not None:
        return Standing.FINISHED
    if deadline <= now:
        return Standing.EXPIRED
    return Standing.INVITED if started_at is None else Standing.STARTED


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
    name, address = " ".join(name.split()), email.strip().lower()
    if not name:
        raise DomainError("Write the person’s name: the e-mail greets them with it.", "name")
    if len(name) > LONGEST_NAME:
        raise DomainError(f"Use at most {LONGEST_NAME} characters.", "name")
    if "@" not in address or len(address) > LONGEST_EMAIL:
        raise DomainError("Write an address like name@example.org.", "email")
    if address.endswith(NO_MAIL) and not actor.synthetic:
        raise DomainError(f"No mail can reach an address that ends in {NO_MAIL}. Write the one they read.", "email")
    # Two who invite at the same moment take turns: one number, and one candidate, for each person.
    session.execute(
        sa.select(Organisation.id).where(Organisation.id == actor.organisation_id).with_for_update(key_share=True)
    )
    vacancy = session.scalar(
        sa.select(Vacancy).where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
    )
    if vacancy is None:
        raise NotFoundError
    if vacancy.status == VacancyStatus.CLOSED:
        raise DomainError("This vacancy is closed, so nobody can be invited. HR can reopen it.")
    candidate = session.scalar(
        sa.select(Candidate).where(Candidate.organisation_id == actor.organisation_id, Candidate.email == address)
    )
    if candidate is None:
        candidate = Candidate(organisation_id=actor.organisation_id, email=address, name=name, created_at=now)
        session.add(candidate)
        session.flush()
    candidacy = _candidacy_of(session, actor, vacancy_id, candidate.id, now)
    _refuse_second(session, actor, vacancy, candidacy, now)
    invitation = _add_invitation(session, actor, vacancy, candidacy.id, now)
    _send(session, vacancy, candidate, invitation, mail.INVITATION, invitation.deadline, base_url, now)
    audit.record(
        session,
        actor,
        "invited",
        "candidacy",
        candidacy.id,
        now,
        vacancy=vacancy_id,
        number=candidacy.number,
        invitation=invitation.id,
        deadline=invitation.deadline.isoformat(),
    )
    return InvitedPerson(candidacy.id, candidacy.number, invitation.deadline)


def send_link_again(session: Session, actor: Actor, candidacy_id: uuid.UUID, base_url: str, now: datetime) -> None:
    """Write a letter with a new link to the same questionnaire; links sent before stay good."""
    actor.need(Permission.INVITE)
    case = _case(session, actor, candidacy_id)
    state = case.standing(now)
    if state is Standing.REVOKED:
        raise DomainError("This invitation was withdrawn. Invite the person again to send a link.")
    if state is Standing.EXPIRED:
        raise DomainError("The time to answer is over. HR can give more time, or you invite the person again.")
    _send_new(session, case, base_url, now)
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
        .where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            Candidate.email == email.strip().lower(),
        )
    )
    if candidacy_id is None:
        raise DomainError("This address has not been invited yet. Invite the person first.", "email")
    send_link_again(session, actor, candidacy_id, base_url, now)


def send_new_links(session: Session, email: str, base_url: str, now: datetime) -> None:
    """Send a candidate who lost the link a new one for everything they can still open.

    Nobody is signed in here, and the address may be known to several organisations: this is the one path that
    looks across them. It answers nothing, so that a stranger doesn't learn whether an address is known.
    """
    rows = session.execute(_cases().where(Candidate.email == email.strip().lower()))
    for row in rows.all():
        case = _Case(*row)
        if case.standing(now) in (Standing.INVITED, Standing.STARTED, Standing.FINISHED):
            _send_new(session, case, base_url, now)
            audit.record(
                session,
                None,
                "sent a new link to",
                "candidacy",
                case.candidacy.id,
                now,
                organisation_id=case.candidacy.organisation_id,
                invitation=case.invitation.id,
            )


def revoke(session: Session, actor: Actor, candidacy_id: uuid.UUID, now: datetime) -> None:
    """Withdraw an invitation: its links open nothing any more. What was answered is kept until it is erased."""
    actor.need(Permission.MANAGE_VACANCIES)
    case = _case(session, actor, candidacy_id)
    state = case.standing(now)
    if state is Standing.FINISHED:
        raise DomainError("This person has finished already; there is nothing to withdraw.")
    if state is Standing.REVOKED:
        raise DomainError("This invitation was withdrawn already.")
    case.invitation.revoked_at = now
    session.flush()
    _let_links_end(session, case, now)
    audit.record(session, actor, "withdrew", "invitation", case.invitation.id, now, candidacy=candidacy_id)


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
    if deadline <= max(now, case.invitation.deadline):
        raise DomainError(
            f"Choose a day after {_day(max(now, case.invitation.deadline))}: time that was promised is not cut.",
            "last_day",
        )
    if deadline > now + timedelta(days=MOST_DAYS_AHEAD):
        raise DomainError(f"Choose a day at most {MOST_DAYS_AHEAD} days ahead.", "last_day")
    before = case.invitation.deadline
    case.invitation.deadline = deadline
    session.flush()
    _let_links_end(session, case, deadline)
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
    if case.vacancy.status == VacancyStatus.CLOSED:
        raise DomainError("This vacancy is closed, so nobody can be invited. Reopen it first.")
    if case.standing(now) is not Standing.FINISHED:
        raise DomainError("This person has not finished yet; send a new link or give more time instead.")
    invitation = _add_invitation(session, actor, case.vacancy, candidacy_id, now)
    _send(session, case.vacancy, case.candidate, invitation, mail.INVITATION, invitation.deadline, base_url, now)
    audit.record(
        session,
        actor,
        "re-invited",
        "candidacy",
        candidacy_id,
        now,
        vacancy=case.vacancy.id,
        invitation=invitation.id,
        reason=reason,
    )
    return InvitedPerson(candidacy_id, case.candidacy.number, invitation.deadline)


@dataclass(frozen=True)
class _Case:
    """One invitation with everything around it."""

    candidacy: Candidacy
    candidate: Candidate
    vacancy: Vacancy
    invitation: Invitation
    started_at: datetime | None
    finished_at: datetime | None

    def standing(self, now: datetime) -> Standing:
        return standing(
            started_at=self.started_at,
            finished_at=self.finished_at,
            revoked_at=self.invitation.revoked_at,
            deadline=self.invitation.deadline,
            now=now,
        )


def _cases() -> sa.Select[Candidacy, Candidate, Vacancy, Invitation, datetime, datetime | None]:
    """Invitations, the newest first, of people whose data was not erased."""
    return (
        sa.select(Candidacy, Candidate, Vacancy, Invitation, Sitting.started_at, Sitting.finished_at)
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Vacancy,
            points_to(Candidacy.vacancy_id, Vacancy),
        )
        .join(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(Candidate.erased_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )


def _case(session: Session, actor: Actor, candidacy_id: uuid.UUID) -> _Case:
    """The newest invitation of a candidacy of the acting member's organisation."""
    row = session.execute(
        _cases().where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id).limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return _Case(*row)


def _candidacy_of(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, candidate_id: uuid.UUID, now: datetime
) -> Candidacy:
    """The person's candidacy for the vacancy; a new one takes the next number."""
    known = session.scalar(
        sa.select(Candidacy).where(
            Candidacy.organisation_id == actor.organisation_id,
            Candidacy.vacancy_id == vacancy_id,
            Candidacy.candidate_id == candidate_id,
        )
    )
    if known is not None:
        return known
    highest = session.scalar(
        sa.select(sa.func.max(Candidacy.number)).where(
            Candidacy.organisation_id == actor.organisation_id, Candidacy.vacancy_id == vacancy_id
        )
    )
    candidacy = Candidacy(
        organisation_id=actor.organisation_id,
        candidate_id=candidate_id,
        vacancy_id=vacancy_id,
        number=(highest or 0) + 1,
        created_at=now,
    )
    session.add(candidacy)
    session.flush()
    return candidacy


def _refuse_second(session: Session, actor: Actor, vacancy: Vacancy, candidacy: Candidacy, now: datetime) -> None:
    row = session.execute(
        _cases().where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy.id).limit(1)
    ).one_or_none()
    if row is None:
        return
    case = _Case(*row)
    state = case.standing(now)
    if state in (Standing.INVITED, Standing.STARTED):
        # A deadline can have been moved for a person: that is between them and HR.
        until = f" The person can answer until {_day(case.invitation.deadline)}."
        raise InvitedAlreadyError(
            f"This address has been invited already.{until if actor.may(Permission.MANAGE_VACANCIES) else ''}",
            "email",
        )
    if state is Standing.FINISHED:
        # Only HR can act on it, on the person's page; to others a hidden name would get its number.
        told = actor.may(Permission.MANAGE_VACANCIES) or not vacancy.names_hidden
        where = f", from the page of candidate {candidacy.number}" if told else ""
        raise DomainError(
            f"This address has been invited, and the person has answered. HR can let them answer again{where}.",
            "email",
        )


def _add_invitation(
    session: Session, actor: Actor, vacancy: Vacancy, candidacy_id: uuid.UUID, now: datetime
) -> Invitation:
    last_day = (now + timedelta(days=vacancy.answer_days)).astimezone(UTC).date()
    invitation = Invitation(
        organisation_id=actor.organisation_id,
        candidacy_id=candidacy_id,
        created_at=now,
        deadline=datetime.combine(last_day, LAST_MINUTE),
    )
    session.add(invitation)
    session.flush()
    return invitation


def _send_new(session: Session, case: _Case, base_url: str, now: datetime) -> None:
    """A new link: to answer until the deadline, or, after the end, to see one's result for a while."""
    if case.finished_at is None:
        letter, expires_at = mail.NEW_LINK, case.invitation.deadline
    else:
        letter, expires_at = mail.RESULT_LINK, now + RESULT_LINK_LASTS
    _send(session, case.vacancy, case.candidate, case.invitation, letter, expires_at, base_url, now)


def _send(
    session: Session,
    vacancy: Vacancy,
    candidate: Candidate,
    invitation: Invitation,
    letter: Template,
    expires_at: datetime,
    base_url: str,
    now: datetime,
) -> None:
    organisation = session.execute(
        sa.select(Organisation.name, Organisation.contact).where(Organisation.id == vacancy.organisation_id)
    ).one()
    token = links.make_invitation_link(session, vacancy.organisation_id, invitation.id, now, expires_at)
    fewest, most = content.form(session, vacancy.form_id).minutes
    text = letter.substitute(
        name=candidate.name,
        organisation=organisation.name,
        vacancy=vacancy.title,
        minutes=f"{fewest} to {most}" if fewest < most else str(most),
        deadline=f"{_day(expires_at)}, {expires_at.astimezone(UTC):%H:%M} UTC",
        link=f"{base_url}/i/{token}",
        contact=organisation.contact,
    )
    subject = f"Your invitation: {vacancy.title}" if letter is mail.INVITATION else f"Your new link: {vacancy.title}"
    mail.queue(
        session,
        vacancy.organisation_id,
        mail.Letter(subject, text),
        recipient=candidate.email or "",
        now=now,
        candidate_id=candidate.id,
    )


def _let_links_end(session: Session, case: _Case, expires_at: datetime) -> None:
    session.execute(
        sa.update(AccessLink)
        .where(
            AccessLink.organisation_id == case.candidacy.organisation_id,
            AccessLink.invitation_id == case.invitation.id,
            AccessLink.purpose == LinkPurpose.INVITATION,
        )
        .values(expires_at=expires_at)
    )


def _day(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y}"
