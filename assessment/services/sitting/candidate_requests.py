"""What a candidate may ask a person for: another way to be assessed, and another look at the result."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Template

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, letters, mail, occasions
from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.occasions import Occasion
from assessment.services.permissions import Permission, Role, may
from assessment.services.requests import ANSWER_WITHIN
from assessment.store.base import points_to
from assessment.store.hiring import (
    Candidacy,
    CandidateRequest,
    Decision,
    Invitation,
    Pilot,
    RequestKind,
    Vacancy,
)
from assessment.store.people import Login, Member, Organisation
from assessment.store.sittings import Sitting

LONGEST_NOTE = 2000
LONGEST_NOTES = 10_000  # all that somebody adds to one request
LOOK_AGAIN = "asked a person to look again"


@dataclass(frozen=True)
class Asked:
    """One thing that was written, and when somebody at the organisation noted that it is answered."""

    kind: RequestKind
    note: str
    asked_at: datetime
    answered_at: datetime | None

    @property
    def due_at(self) -> datetime:
        return self.asked_at + ANSWER_WITHIN


@dataclass(frozen=True)
class Told:
    """What the organisation is told: the subject, how the letter begins, and how it ends."""

    subject: str
    lead: str
    closing: str = ""


OTHER_WAY = Told(
    "Another way is asked for",
    "A candidate asks for another way than the questionnaire.",
    "Please answer them. Asking must not be a disadvantage, and hiring managers don't see it.",
)
LOOK = Told(
    "A person is asked to look again",
    "A candidate asks a person to look at their result again.",
    "Please look at it yourself and answer them.",
)
ADDED = Told(
    "A candidate adds to their request", "A candidate who asked a person to look at their result again adds something."
)
# Another look at what somebody decided: it goes to the other members who may answer.
LOOK_AT_A_DECISION = Told(
    "A person is asked to look at a decision again",
    "A candidate asks another person to look again at what was decided about them.",
    "You did not take the decision, so you can: open the candidate's page, look at it yourself, decide anew if you"
    " come to see it in another way, and answer them.",
)
# A volunteer's result is seen by nobody else, so nobody can look at it.
HELP_IN_A_PILOT = Told(
    "A volunteer asks for help", "A volunteer says what would help them to take part.", "Please answer them."
)
LOOK_IN_A_PILOT = Told(
    "A volunteer writes about their result",
    "A volunteer writes about their own result, which nobody else sees.",
    "Please answer them. If a situation was unclear, tell whoever works on the questionnaire.",
)
ADDED_IN_A_PILOT = Told("A volunteer adds a note", "A volunteer who wrote about their own result adds something.")

LETTER = Template("""$lead

$what: $title
Number in the list: $number

In their words:
$note

Please answer by $due.
$closing""")


def ask_other_way(session: Session, invited: Invited, note: str, now: datetime) -> None:
    """Keep the wish for a structured interview or other help, and tell the organisation.

    What is sent later is added to what was sent before; the same words twice are a second click.
    """
    candidacy, occasion, contact = _subject(session, invited)
    text = _checked(note)
    if not text:
        raise DomainError("Write what would help you, so that we can arrange it.", "note")
    before = of_invitation(session, invited, RequestKind.OTHER_WAY)
    if _waits(before, text):
        return
    _keep(session, invited, RequestKind.OTHER_WAY, before, text, contact, now)
    audit.record(session, invited, "asked for another way", "invitation", invited.invitation_id, now)
    told = HELP_IN_A_PILOT if occasion.pilot else OTHER_WAY
    _tell(session, candidacy, [contact], told, occasion, text, now)


def ask_another_look(session: Session, invited: Invited, note: str, now: datetime) -> None:
    """Ask a person to look at the result again, or add a note to what was asked; each note is told once."""
    candidacy, occasion, contact = _subject(session, invited)
    text = _checked(note)
    if _finished_at(session, invited) is None:
        raise NotFoundError
    before = of_invitation(session, invited, RequestKind.LOOK_AGAIN)
    if _waits(before, text):
        return
    if (before or occasion.pilot) and not text:
        raise DomainError("Write what the person should know.", "note")
    _keep(session, invited, RequestKind.LOOK_AGAIN, before, text, contact, now)
    audit.record(session, invited, LOOK_AGAIN, "invitation", invited.invitation_id, now)
    decided_by = _decided_by(session, candidacy)
    first, later = (LOOK_IN_A_PILOT, ADDED_IN_A_PILOT) if occasion.pilot else (LOOK, ADDED)
    told = later if before else first if decided_by is None else LOOK_AT_A_DECISION
    to = [contact] if decided_by is None else _others(session, invited, decided_by) or [contact]
    _tell(session, candidacy, to, told, occasion, text or "–", now)


def of_invitation(session: Session, invited: Invited, kind: RequestKind | None = None) -> tuple[Asked, ...]:
    """What was asked for with this invitation, the oldest first."""
    wanted = sa.select(CandidateRequest).where(
        CandidateRequest.organisation_id == invited.organisation_id,
        CandidateRequest.invitation_id == invited.invitation_id,
    )
    if kind is not None:
        wanted = wanted.where(CandidateRequest.kind == kind)
    rows = session.scalars(wanted.order_by(CandidateRequest.asked_at, CandidateRequest.id))
    return tuple(Asked(RequestKind(row.kind), row.note, row.asked_at, row.answered_at) for row in rows)


def _waits(before: Sequence[Asked], text: str) -> bool:
    """Whether these words wait for their answer already: then they come from a second click."""
    return any(one.note == text and one.answered_at is None for one in before)


def _keep(
    session: Session,
    invited: Invited,
    kind: RequestKind,
    before: Sequence[Asked],
    text: str,
    contact: str,
    now: datetime,
) -> None:
    if sum(len(one.note) for one in before) + len(text) > LONGEST_NOTES:
        raise DomainError(f"You have written much already. For more, write to {contact}.", "note")
    session.add(
        CandidateRequest(
            organisation_id=invited.organisation_id,
            invitation_id=invited.invitation_id,
            kind=kind,
            note=text,
            asked_at=now,
        )
    )
    session.flush()


def _subject(session: Session, invited: Invited) -> tuple[Candidacy, Occasion, str]:
    row = session.execute(
        occasions.joined(
            sa.select(Candidacy, Vacancy, Pilot, Organisation.contact).join(
                Invitation,
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
    candidacy, vacancy, pilot, contact = row
    return candidacy, occasions.of(vacancy, pilot), contact


def _decided_by(session: Session, candidacy: Candidacy) -> uuid.UUID | None:
    """Who took the newest decision about the person."""
    return session.scalar(
        sa.select(Decision.member_id)
        .where(Decision.organisation_id == candidacy.organisation_id, Decision.candidacy_id == candidacy.id)
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(1)
    )


def _others(session: Session, invited: Invited, decided_by: uuid.UUID) -> list[str]:
    """The addresses of the members who may answer and did not decide."""
    return list(
        session.scalars(
            sa.select(Login.email)
            .join(Member, Member.login_id == Login.id)
            .where(
                Member.organisation_id == invited.organisation_id,
                Member.id != decided_by,
                Member.role.in_([role for role in Role if may(role, Permission.ANSWER_REQUESTS)]),
                Member.left_at.is_(None),
            )
            .order_by(Login.email)
        )
    )


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
    to: Sequence[str],
    told: Told,
    occasion: Occasion,
    note: str,
    now: datetime,
) -> None:
    """Letters to the organisation; they belong to the candidate, so that they are erased with their data."""
    text = LETTER.substitute(
        lead=told.lead,
        what="Pilot" if occasion.pilot else "Position",
        title=occasion.title,
        number=candidacy.number,
        note=note,
        due=letters.day(now + ANSWER_WITHIN),
        closing=f"\n{told.closing}\n" if told.closing else "",
    )
    for recipient in to:
        mail.queue(
            session,
            candidacy.organisation_id,
            mail.Letter(told.subject, text),
            recipient=recipient,
            now=now,
            candidate_id=candidacy.candidate_id,
        )
