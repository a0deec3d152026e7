"""Letters: written with the change that causes them, sent afterwards, and tried again until they leave."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Template

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Candidate
from assessment.store.records import Outgoing

LEASE = timedelta(minutes=2)
# A mail server that is down for a night is met again in the morning; after that a person has to look.
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=2)


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


@dataclass(frozen=True)
class Due:
    """A letter claimed for sending."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    recipient: str
    letter: Letter


@dataclass(frozen=True)
class Kept:
    """A letter as HR sees it."""

    id: uuid.UUID
    recipient: str
    subject: str
    text: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None
    given_up: bool
    to_candidate: bool
    from_candidate: bool

    @property
    def link(self) -> str | None:
        """The person's own link in the text, to be passed on; it stands on a line of its own."""
        found = _LINK.search(self.text)
        return found[0] if found else None


@dataclass(frozen=True)
class Delivery:
    """What became of one e-mail to a candidate."""

    subject: str
    written_at: datetime
    sent_at: datetime | None
    attempts: int
    last_error: str | None
    given_up: bool


_LINK = re.compile(r"^https?://\S+/i/\S+$", re.MULTILINE)

SIGN_IN = Template("""Hello $name,

this link signs you in to Frontdoor. It works once, for one hour.

$link

If you did not ask for it, you need not do anything.
""")


def sign_in_letter(name: str, link: str) -> Letter:
    """A letter with a one-time sign-in link."""
    return Letter("Your sign-in link", SIGN_IN.substitute(name=name, link=link))


def queue(
    session: Session,
    organisation_id: uuid.UUID,
    letter: Letter,
    *,
    recipient: str,
    now: datetime,
    candidate_id: uuid.UUID | None = None,
) -> None:
    """Put a letter in the outbox: it leaves if, and only if, the surrounding change is kept."""
    session.add(
        Outgoing(
            organisation_id=organisation_id,
            candidate_id=candidate_id,
            recipient=recipient,
            subject=" ".join(letter.subject.split()),
            text=letter.text,
            due_at=now,
            created_at=now,
        )
    )
    session.flush()


def claim(session: Session, now: datetime, *, most: int = 20) -> list[Due]:
    """Take due letters for sending; nobody else takes them until the lease is over."""
    rows = session.scalars(
        sa.select(Outgoing)
        .where(
            Outgoing.sent_at.is_(None),
            Outgoing.due_at <= now,
            Outgoing.attempts < MOST_ATTEMPTS,
            sa.or_(Outgoing.leased_until.is_(None), Outgoing.leased_until < now),
        )
        .order_by(Outgoing.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.leased_until = now + LEASE
    session.flush()
    return [Due(row.id, row.organisation_id, row.recipient, Letter(row.subject, row.text)) for row in rows]


def sent(session: Session, due: Due, now: datetime) -> None:
    """A letter has left. Its text goes: it may carry a link."""
    _update(session, due, sent_at=now, leased_until=None, last_error=None, text="")


def failed(session: Session, due: Due, error: str, now: datetime) -> None:
    """A letter could not be sent: keep it and try again later, waiting longer each time."""
    attempts = Outgoing.attempts + 1
    tried = session.scalar(
        sa.select(Outgoing.attempts).where(Outgoing.organisation_id == due.organisation_id, Outgoing.id == due.id)
    )
    wait = min(LONGEST_WAIT, timedelta(seconds=30) * 2 ** (tried or 0))
    _update(session, due, attempts=attempts, due_at=now + wait, leased_until=None, last_error=error[:500])


def outbox(session: Session, actor: Actor, *, limit: int = 200) -> list[Kept]:
    """The newest letters of the acting member's organisation."""
    actor.need(Permission.SEE_MAIL)
    rows = session.scalars(
        sa.select(Outgoing)
        .where(Outgoing.organisation_id == actor.organisation_id)
        .order_by(Outgoing.created_at.desc(), Outgoing.id)
        .limit(limit)
    ).all()
    # What a candidate asks for is a letter about them to the organisation itself: nothing to pass on.
    to_candidates = set(
        session.scalars(
            sa.select(Outgoing.id)
            .join(Candidate, points_to(Outgoing.candidate_id, Candidate))
            .where(
                Outgoing.organisation_id == actor.organisation_id,
                Outgoing.id.in_([row.id for row in rows]),
                Outgoing.recipient == Candidate.email,
            )
        )
    )
    return [
        Kept(
            id=row.id,
            recipient=row.recipient,
            subject=row.subject,
            # Whoever has a member's sign-in link comes in as that member: only candidates' letters are shown.
            text=row.text if row.candidate_id is not None else "",
            created_at=row.created_at,
            due_at=row.due_at,
            sent_at=row.sent_at,
            attempts=row.attempts,
            last_error=row.last_error,
            given_up=row.attempts >= MOST_ATTEMPTS,
            to_candidate=row.id in to_candidates,
            from_candidate=row.candidate_id is not None and row.id not in to_candidates,
        )
        for row in rows
    ]


def to_candidate(session: Session, actor: Actor, candidate_id: uuid.UUID) -> tuple[Delivery, ...]:
    """What became of the e-mails to one candidate, the newest first; never what stood in them."""
    actor.need(Permission.SEE_MAIL)
    rows = session.scalars(
        sa.select(Outgoing)
        .join(Candidate, points_to(Outgoing.candidate_id, Candidate))
        .where(
            Outgoing.organisation_id == actor.organisation_id,
            Outgoing.candidate_id == candidate_id,
            Outgoing.recipient == Candidate.email,
        )
        .order_by(Outgoing.created_at.desc(), Outgoing.id)
    )
    return tuple(
        Delivery(
            subject=row.subject,
            written_at=row.created_at,
            sent_at=row.sent_at,
            attempts=row.attempts,
            last_error=row.last_error,
            given_up=row.attempts >= MOST_ATTEMPTS,
        )
        for row in rows
    )


def passed_on(session: Session, actor: Actor, letter_id: uuid.UUID, now: datetime) -> None:
    """HR gave a candidate's letter to its recipient in another way. Its text goes as if it had been sent."""
    actor.need(Permission.SEE_MAIL)
    row = session.scalar(
        sa.select(Outgoing)
        .join(Candidate, points_to(Outgoing.candidate_id, Candidate))
        .where(
            Outgoing.organisation_id == actor.organisation_id,
            Outgoing.id == letter_id,
            Outgoing.recipient == Candidate.email,
        )
        .with_for_update(of=Outgoing)
    )
    if row is None:
        raise NotFoundError
    if row.sent_at is not None:
        raise DomainError("This e-mail has left already; there is nothing to pass on.")
    if row.leased_until is not None and row.leased_until > now:
        raise DomainError("This e-mail is being sent at this moment. Look again in two minutes.")
    row.sent_at, row.leased_until, row.last_error, row.text = now, None, None, ""
    session.flush()
    audit.record(session, actor, "passed on an e-mail to", "candidate", row.candidate_id, now, letter=row.id)


def _update(session: Session, due: Due, **values: object) -> None:
    session.execute(
        sa.update(Outgoing)
        .where(Outgoing.organisation_id == due.organisation_id, Outgoing.id == due.id)
        .values(**values)
    )
