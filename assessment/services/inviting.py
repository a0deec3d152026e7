"""What every invitation is made of, for a vacancy or for a pilot: the person, their number, the link, the letter."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from assessment.services import audit, letters, links, mail, occasions
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.mail import Letter
from assessment.services.occasions import Occasion
from assessment.services.scoring import content
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Invitation, Pilot, Vacancy
from assessment.store.people import AccessLink, LinkPurpose, Organisation
from assessment.store.sittings import Sitting

LONGEST_NAME = 120
LONGEST_EMAIL = 254
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
NO_MAIL = ".invalid"  # reserved for addresses that are nobody's: made-up people have them
LAST_MINUTE = time(23, 59, tzinfo=UTC)
# Long enough to read one's own result once more, short enough for a link that lies in a mailbox.
RESULT_LINK_LASTS = timedelta(days=7)

HAS_FINISHED = Sitting.finished_at.is_not(None)
WITHDRAWN = Invitation.revoked_at.is_not(None)


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


def standing_at(now: datetime) -> sa.Case[str]:
    """The same rule as `standing`, for a statement about Invitation and Sitting."""
    return sa.case(
        (WITHDRAWN, Standing.REVOKED.value),
        (HAS_FINISHED, Standing.FINISHED.value),
        (Invitation.deadline <= now, Standing.EXPIRED.value),
        (Sitting.id.is_(None), Standing.INVITED.value),
        else_=Standing.STARTED.value,
    )


@dataclass(frozen=True)
class Case:
    """One invitation with everything around it."""

    candidacy: Candidacy
    candidate: Candidate
    occasion: Occasion
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


def cases(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Case]:
    """The invitations of which the conditions hold, the newest first, of people whose data was not erased."""
    rows = session.execute(
        occasions.joined(
            sa.select(Candidacy, Candidate, Vacancy, Pilot, Invitation, Sitting.started_at, Sitting.finished_at).join(
                Candidate,
                points_to(Candidacy.candidate_id, Candidate),
            )
        )
        .join(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(Candidate.erased_at.is_(None), *conditions)
        .order_by(Invitation.created_at.desc(), Invitation.id)
    )
    return [
        Case(candidacy, candidate, occasions.of(vacancy, pilot), invitation, started_at, finished_at)
        for candidacy, candidate, vacancy, pilot, invitation, started_at, finished_at in rows
    ]


def newest(session: Session, occasion: Occasion, addresses: Iterable[str]) -> Mapping[str, Case]:
    """The newest invitation to the vacancy or pilot of each address that has one."""
    found = cases(session, occasion.its_candidacies, Candidate.email.in_(list(addresses)))
    return {case.candidate.email or "": case for case in reversed(found)}


def checked_person(actor: Actor, name: str, email: str) -> tuple[str, str]:
    """A name and an address as they are kept; a DomainError says what is wrong with them."""
    return checked(name, email, synthetic=actor.synthetic)


def checked(name: str, email: str, *, synthetic: bool) -> tuple[str, str]:
    """The same for an organisation that may be made up, whose people's addresses then may be."""
    name, address = " ".join(name.split()), email.strip().lower()
    if not name:
        raise DomainError("Write the person’s name: the e-mail greets them with it.", "name")
    if len(name) > LONGEST_NAME:
        raise DomainError(f"Use at most {LONGEST_NAME} characters.", "name")
    if len(address) > LONGEST_EMAIL or not ADDRESS.fullmatch(address):
        raise DomainError("Write an address like name@example.org.", "email")
    if address.endswith(NO_MAIL) and not synthetic:
        raise DomainError(f"No mail can reach an address that ends in {NO_MAIL}. Write the one they read.", "email")
    return name, address


def take_turns(session: Session, organisation_id: uuid.UUID) -> None:
    """Two who invite at the same moment come one after the other: one number, and one candidate, for each person."""
    session.execute(
        sa.select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )


def candidate_with(session: Session, organisation_id: uuid.UUID, name: str, address: str, now: datetime) -> Candidate:
    """The organisation's candidate with this address, or a new one."""
    candidate = session.scalar(
        sa.select(Candidate).where(Candidate.organisation_id == organisation_id, Candidate.email == address)
    )
    if candidate is None:
        candidate = Candidate(organisation_id=organisation_id, email=address, name=name, created_at=now)
        session.add(candidate)
        session.flush()
    return candidate


def candidacy_of(session: Session, occasion: Occasion, candidate_id: uuid.UUID, now: datetime) -> Candidacy:
    """The person's candidacy; a new one takes the next number."""
    known = session.scalar(sa.select(Candidacy).where(occasion.its_candidacies, Candidacy.candidate_id == candidate_id))
    if known is not None:
        return known
    highest = session.scalar(sa.select(sa.func.max(Candidacy.number)).where(occasion.its_candidacies))
    candidacy = Candidacy(
        organisation_id=occasion.organisation_id,
        candidate_id=candidate_id,
        vacancy_id=occasion.vacancy_id,
        pilot_id=occasion.pilot_id,
        number=(highest or 0) + 1,
        created_at=now,
    )
    session.add(candidacy)
    session.flush()
    return candidacy


def add_invitation(session: Session, occasion: Occasion, candidacy_id: uuid.UUID, now: datetime) -> Invitation:
    """An invitation that can be answered until the end of the last day."""
    last_day = (now + timedelta(days=occasion.answer_days)).astimezone(UTC).date()
    invitation = Invitation(
        organisation_id=occasion.organisation_id,
        candidacy_id=candidacy_id,
        created_at=now,
        deadline=datetime.combine(last_day, LAST_MINUTE),
    )
    session.add(invitation)
    session.flush()
    return invitation


def invite(
    session: Session, actor: Actor | None, occasion: Occasion, name: str, address: str, base_url: str, now: datetime
) -> tuple[Candidacy, Invitation]:
    """Candidate, candidacy, invitation, link and letter of somebody who may be invited; the log notes it.

    Without an actor somebody invited themselves through the public link.
    """
    candidate = candidate_with(session, occasion.organisation_id, name, address, now)
    candidacy = candidacy_of(session, occasion, candidate.id, now)
    invitation = add_invitation(session, occasion, candidacy.id, now)
    send_invitation(session, occasion, candidate, invitation, base_url, now)
    audit.record(
        session,
        actor,
        "invited",
        "candidacy",
        candidacy.id,
        now,
        organisation_id=occasion.organisation_id,
        through="the public link" if actor is None else None,
        **{"pilot" if occasion.pilot else "vacancy": occasion.id},
        number=candidacy.number,
        invitation=invitation.id,
        deadline=invitation.deadline.isoformat(),
    )
    return candidacy, invitation


def send_invitation(
    session: Session,
    occasion: Occasion,
    candidate: Candidate,
    invitation: Invitation,
    base_url: str,
    now: datetime,
) -> None:
    """The first letter of an invitation."""
    letter = letters.PILOT_INVITATION if occasion.pilot else letters.invitation(session, occasion.organisation_id)
    write(session, occasion, candidate, invitation, letter, invitation.deadline, base_url, now)


def send_new_link(session: Session, case: Case, base_url: str, now: datetime) -> None:
    """A new link: to answer until the deadline, or, after the end, to see one's result for a while."""
    if case.finished_at is None:
        letter, expires_at = letters.NEW_LINK, case.invitation.deadline
    else:
        letter, expires_at = letters.RESULT_LINK, now + RESULT_LINK_LASTS
    write(session, case.occasion, case.candidate, case.invitation, letter, expires_at, base_url, now)


def send_lost_links(session: Session, email: str, base_url: str, now: datetime) -> None:
    """Send somebody who lost the link a new one for everything they can still open.

    Nobody is signed in here, and the address may be known to several organisations: this is the one path that
    looks across them. It answers nothing, so that a stranger doesn't learn whether an address is known.
    """
    for case in cases(session, Candidate.email == email.strip().lower()):
        if case.standing(now) in (Standing.INVITED, Standing.STARTED, Standing.FINISHED):
            send_new_link(session, case, base_url, now)
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


def withdraw(session: Session, actor: Actor, case: Case, now: datetime) -> None:
    """Withdraw an invitation: its links open nothing any more. What was answered is kept until it is erased."""
    state = case.standing(now)
    if state is Standing.FINISHED:
        raise DomainError("This person has finished already; there is nothing to withdraw.")
    if state is Standing.REVOKED:
        raise DomainError("This invitation was withdrawn already.")
    case.invitation.revoked_at = now
    session.flush()
    let_links_end(session, case, now)
    audit.record(session, actor, "withdrew", "invitation", case.invitation.id, now, candidacy=case.candidacy.id)


def let_links_end(session: Session, case: Case, expires_at: datetime) -> None:
    """Every link of the invitation is good until `expires_at`."""
    session.execute(
        sa.update(AccessLink)
        .where(
            AccessLink.organisation_id == case.candidacy.organisation_id,
            AccessLink.invitation_id == case.invitation.id,
            AccessLink.purpose == LinkPurpose.INVITATION,
        )
        .values(expires_at=expires_at)
    )


def counts(organisation_id: uuid.UUID, of: InstrumentedAttribute[Any], **more: sa.ColumnElement[bool]) -> sa.Subquery:
    """How many people are invited, have started and have finished, and for how many `more` holds: a row for each
    vacancy (`of` Candidacy.vacancy_id) or pilot. Who has finished is counted as started and as invited too.
    """
    # What is finished is only ever withdrawn by erasing it: it counts as finished.
    stands = sa.or_(HAS_FINISHED, sa.not_(WITHDRAWN))
    return (
        sa.select(
            of.label("of"),
            _people(stands).label("invited"),
            _people(sa.and_(Sitting.id.is_not(None), stands)).label("started"),
            _people(HAS_FINISHED).label("finished"),
            *(_people(condition).label(name) for name, condition in more.items()),
        )
        .join(
            Candidate,
            points_to(Candidacy.candidate_id, Candidate),
        )
        .join(
            Invitation,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .outerjoin(
            Sitting,
            points_to(Sitting.invitation_id, Invitation),
        )
        .where(Candidacy.organisation_id == organisation_id)
        .group_by(of)
        .subquery()
    )


def _people(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many candidacies have an invitation of which `condition` holds."""
    return sa.func.count(sa.distinct(sa.case((condition, Candidacy.id))))


def write(
    session: Session,
    occasion: Occasion,
    candidate: Candidate,
    invitation: Invitation,
    letter: Letter,
    expires_at: datetime,
    base_url: str,
    now: datetime,
) -> None:
    """Put a letter with a new link of the invitation into the outbox; `letter` has placeholders."""
    organisation = session.execute(
        sa.select(Organisation.name, Organisation.contact).where(Organisation.id == occasion.organisation_id)
    ).one()
    token = links.make_invitation_link(session, occasion.organisation_id, invitation.id, now, expires_at)
    values = letters.values(
        name=candidate.name or "",
        organisation=organisation.name,
        title=occasion.title,
        place=occasion.place,
        minutes=content.form(session, occasion.form_id).minutes,
        deadline=expires_at,
        link=f"{base_url}/i/{token}",
        contact=organisation.contact,
    )
    mail.queue(
        session,
        occasion.organisation_id,
        letters.fill(letter, values),
        recipient=candidate.email or "",
        now=now,
        candidate_id=candidate.id,
    )
