"""What a candidate is told before starting, kept word for word in numbered versions."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.errors import NotFoundError
from assessment.store.hiring import NoticeKind, NoticeVersion
from assessment.store.people import Organisation

LANGUAGE = "en"


@dataclass(frozen=True)
class Notice:
    """The three facts that need a version: they follow from the organisation's name and settings."""

    purpose: str
    who_sees: str
    retention: str

    @property
    def digest(self) -> str:
        """Names exactly these words, so that "I have read this" is about what stood on the page."""
        return hashlib.sha256("\n".join((self.purpose, self.who_sees, self.retention)).encode()).hexdigest()


@dataclass(frozen=True)
class KeptNotice:
    """A notice with its number."""

    id: uuid.UUID
    number: int
    notice: Notice


def words(organisation: str, retention_days: int) -> Notice:
    """The notice for an organisation of this name that keeps answers so long."""
    days = "1 day" if retention_days == 1 else f"{retention_days} days"
    return Notice(
        purpose=(
            f"{organisation} wants to know how you like to work with customers. Software computes six scores from "
            "your answers and compares them with what the role asks for. Software also checks whether answers look "
            "like random clicks; if they do, it compares nothing, and you can ask a person to look. The scores are "
            "one thing among others: a person decides, never the software."
        ),
        who_sees=(
            f"The people at {organisation} who hire: human resources (HR) and hiring managers. They see your six "
            "scores, how these compare with what the role asks for and with other people’s scores, and questions they "
            "could ask you. HR alone is also told when answers came faster than they can be read, or hang together in "
            "an unusual way; nothing is decided by that. They don’t see what you chose in any single situation. Other "
            "organisations see nothing."
        ),
        retention=(
            f"Your name, answers and scores are erased {days} after you finish, or {days} after the deadline if "
            "you do not finish. You can have them erased sooner, whenever you like. Numbers of groups of at least "
            "20 people that your scores are part of stay, without names."
        ),
    )


def current(session: Session, organisation_id: uuid.UUID, now: datetime) -> KeptNotice:
    """The organisation's newest notice; a new number is made where there is none or the facts have changed."""
    # Two people who start at the same moment must not both make the same number.
    organisation = session.scalar(
        sa.select(Organisation).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    if organisation is None:
        raise NotFoundError
    notice = words(organisation.name, organisation.retention_days)
    newest = session.scalar(
        sa.select(NoticeVersion)
        .where(
            NoticeVersion.organisation_id == organisation_id,
            NoticeVersion.kind == NoticeKind.HIRING,
            NoticeVersion.language == LANGUAGE,
        )
        .order_by(NoticeVersion.number.desc())
        .limit(1)
    )
    if newest is None or Notice(newest.purpose, newest.who_sees, newest.retention) != notice:
        newest = NoticeVersion(
            organisation_id=organisation_id,
            kind=NoticeKind.HIRING,
            language=LANGUAGE,
            number=1 if newest is None else newest.number + 1,
            purpose=notice.purpose,
            who_sees=notice.who_sees,
            retention=notice.retention,
            created_at=now,
        )
        session.add(newest)
        session.flush()
    return KeptNotice(newest.id, newest.number, notice)
