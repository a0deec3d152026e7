"""What a candidate may ask a person for: another way to be assessed, and another look at the result."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from string import Template

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, mail, occasions
from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.occasions import Occasion
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Invitation, Pilot, Vacancy
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from assessment.store.sittings import Sitting

LONGEST_NOTE = 2000
LONGEST_NOTES = 10_000  # all that somebody adds to one request
BETWEEN_NOTES = "\n\n– – –\n\n"
LOOK_AGAIN = "asked a person to look again"


@dataclass(frozen=True)
class Request:
    """What the organisation is told: the subject, how the letter begins, and how it ends."""

    subject: str
    lead: str
    closing: str = ""


OTHER_WAY = Request(
    "Another way is asked for",
    "A candidate asks for another way than the questionnaire.",
    "Please answer them. Asking must not be a disadvantage, and hiring managers don't see it.",
)
LOOK = Request(
    "A person is asked to look again",
    "A candidate asks a person to look at their result again.",
    "Please look at it yourself and answer them.",
)
ADDED = Request(
    "A candidate adds to their request", "A candidate who asked a person to look at their result again adds something."
)
# A volunteer's result is seen by nobody else, so nobody can look at it.
HELP_IN_A_PILOT = Request(
    "A volunteer asks for help", "A volunteer says what would help them to take part.", "Please answer them."
)
LOOK_IN_A_PILOT = Request(
    "A volunteer writes about their result",
    "A volunteer writes about their own result, which nobody else sees.",
    "Please answer them. If a situation was unclear, tell whoever works on the questionnaire.",
)
ADDED_IN_A_PILOT = Request("A volunteer adds a note", "A volunteer who wrote about their own result adds something.")

LETTER = Template("""$lead

$what: $title
Number in the list: $number

In their words:
$note
$closing""")


def ask_other_way(session: Session, invited: Invited, note: str, now: datetime) -> None:
    """Keep the wish for a structured interview or other help with the invitation, and tell the organisation.

    What is sent later is added to what was sent before; the same words twice are a second click.
    """
    invitation, candidacy, occasion, contact = _subject(session, invited)
    text = _checked(note)
    if not text:
        raise DomainError("Write what would help you, so that we can arrange it.", "note")
    before = [] if invitation.other_way_note is None else invitation.other_way_note.split(BETWEEN_NOTES)
    if text in before:
        return
    if sum(map(len, before)) + len(text) > LONGEST_NOTES:
        raise DomainError(f"You have written much already. For more, write to {contact}.", "note")
    invitation.other_way_asked_at = now
    invitation.other_way_note = BETWEEN_NOTES.join([*before, text])
    session.flush()
    audit.record(session, invited, "asked for another way", "invitation", invitation.id, now)
    _tell(session, candidacy, contact, HELP_IN_A_PILOT if occasion.pilot else OTHER_WAY, occasion, text, now)


def ask_another_look(session: Session, invited: Invited, note: str, now: datetime) -> None:
    """Ask a person to look at the result again, or add a note to what was asked; each note is told once."""
    _, candidacy, occasion, contact = _subject(session, invited)
    text = _checked(note)
    finished_at = _finished_at(session, invited)
    if finished_at is None:
        raise NotFoundError
    asked = session.scalars(_asked_to_look(invited, finished_at).with_only_columns(AuditEntry.body)).all()
    digest = hashlib.sha256(text.encode()).hexdigest()
    if any(digest in body for body in asked):  # a second click
        return
    if (asked or occasion.pilot) and not text:
        raise DomainError("Write what the person should know.", "note")
    audit.record(session, invited, LOOK_AGAIN, "invitation", invited.invitation_id, now, note_digest=digest)
    first, later = (LOOK_IN_A_PILOT, ADDED_IN_A_PILOT) if occasion.pilot else (LOOK, ADDED)
    _tell(session, candidacy, contact, later if asked else first, occasion, text or "–", now)


def another_look_asked_at(session: Session, invited: Invited) -> datetime | None:
    """When this candidate asked a person to look again."""
    finished_at = _finished_at(session, invited)
    if finished_at is None:
        return None
    return session.scalar(_asked_to_look(invited, finished_at).limit(1))


def _asked_to_look(invited: Invited, finished_at: datetime) -> sa.Select[datetime]:
    """When each request was made. The log is read by time: a request can't be older than the result."""
    return (
        sa.select(AuditEntry.at)
        .where(
            AuditEntry.organisation_id == invited.organisation_id,
            AuditEntry.at >= finished_at,
            AuditEntry.subject_id == invited.invitation_id,
            AuditEntry.action == LOOK_AGAIN,
        )
        .order_by(AuditEntry.at)
    )


def _subject(session: Session, invited: Invited) -> tuple[Invitation, Candidacy, Occasion, str]:
    row = session.execute(
        occasions.joined(
            sa.select(Invitation, Candidacy, Vacancy, Pilot, Organisation.contact).join(
                Candidacy,
                points_to(Invitation.candidacy_id, Candidacy),
            )
        )
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    invitation, candidacy, vacancy, pilot, contact = row
    return invitation, candidacy, occasions.of(vacancy, pilot), contact


def _finished_at(session: Session, invited: Invited) -> datetime | None:
    return session.scalar(
        sa.select(Sitting.finished_at).where(
            Sitting.organisation_id == invited.organisation_id,
            Sitting.invitation_id == invited.invitation_id,
        )
    )


def _checked(note: str) -> str:
    text = note.strip()
    if len(text) > LONGEST_NOTE:
        raise DomainError(f"Write at most {LONGEST_NOTE} characters.", "note")
    return text


def _tell(
    session: Session,
    candidacy: Candidacy,
    contact: str,
    request: Request,
    occasion: Occasion,
    note: str,
    now: datetime,
) -> None:
    """A letter to the organisation; it belongs to the candidate, so that it is erased with their data."""
    text = LETTER.substitute(
        lead=request.lead,
        what="Pilot" if occasion.pilot else "Position",
        title=occasion.title,
        number=candidacy.number,
        note=note,
        closing=f"\n{request.closing}\n" if request.closing else "",
    )
    mail.queue(
        session,
        candidacy.organisation_id,
        mail.Letter(request.subject, text),
        recipient=contact,
        now=now,
        candidate_id=candidacy.candidate_id,
    )
