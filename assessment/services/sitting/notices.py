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


def words(organisation: str, retention_days: int, kind: NoticeKind = NoticeKind.HIRING) -> Notice:
    """The notice for an organisation of this name that keeps answers so long."""
    days = "1 day" if retention_days == 1 else f"{retention_days} days"
    kept = (
        f"Your name, answers and scores are erased {days} after you finish, or {days} after the deadline if "
        "you do not finish. You can have them erased sooner, whenever you like."
    )
    if kind is NoticeKind.PILOT:
        return Notice(
            purpose=(
                f"{organisation} is testing this questionnaire. The answers of many people together show how each "
                "option has to be counted. Software computes six scores from your answers, for you to see. Nothing "
                "is decided about you: not about your work, your pay, or an application. Taking part is voluntary; "
                "you can stop at any time and need not say why."
            ),
            who_sees=(
                f"Nobody at {organisation} sees your result or what you chose. Human resources (HR) sees your name, "
                "your e-mail address and whether you have started and finished, to be able to send you links. "
                "Managers don’t see that you take part. Whoever works on the questionnaire gets the answers of many "
                "people worked out together, without names. Other organisations see nothing."
            ),
            retention=(
                f"{kept} What was worked out from many people’s answers together stays; nobody can be told apart in it."
            ),
        )
    return Notice(
        purpose=(
            f"{organisation} wants to know how you like to work with customers. Software computes six scores from "
            "your answers and compares them with what the role asks for. Software also checks whether answers look "
            "like random clicks; if they do, it compares nothing, and you can ask a person to look. The scores are "
            "one thing among others: a person decides, never the software. Many people’s answers together, without "
            "names, are also used to improve how the questionnaire is scored."
        ),
        who_sees=(
            f"The people at {organisation} who hire: human resources (HR) and hiring managers. They see your six "
            "scores, how these compare with what the role asks for and with other people’s scores, and questions they "
            "could ask you. HR alone is also told when answers came faster than they can be read, or hang together in "
            "an unusual way; nothing is decided by that. They don’t see what you chose in any single situation. Other "
            "organisations see nothing."
        ),
        retention=f"{kept} Numbers of groups of at least 20 people that your scores are part of stay, without names.",
    )


def current(
    session: Session,
    organisation_id: uuid.UUID,
    now: datetime,
    kind: NoticeKind = NoticeKind.HIRING,
    *,
    retention_days: int | None = None,
) -> KeptNotice:
    """The organisation's notice of a kind in the words of today; a new number where these words are new.

    `retention_days`: where it is not the organisation's.
    """
    # Two people who start at the same moment must not both make the same number.
    organisation = session.scalar(
        sa.select(Organisation).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    if organisation is None:
        raise NotFoundError
    longest = organisation.retention_days
    notice = words(organisation.name, min(retention_days or longest, longest), kind)
    numbered = session.scalars(
        sa.select(NoticeVersion)
        .where(
            NoticeVersion.organisation_id == organisation_id,
            NoticeVersion.kind == kind,
            NoticeVersion.language == LANGUAGE,
        )
        .order_by(NoticeVersion.number.desc())
    ).all()
    # Vacancies that keep data for different times take turns: the same words keep their number.
    said = next((one for one in numbered if Notice(one.purpose, one.who_sees, one.retention) == notice), None)
    if said is None:
        said = NoticeVersion(
            organisation_id=organisation_id,
            kind=kind,
            language=LANGUAGE,
            number=numbered[0].number + 1 if numbered else 1,
            purpose=notice.purpose,
            who_sees=notice.who_sees,
            retention=notice.retention,
            created_at=now,
        )
        session.add(said)
        session.flush()
    return KeptNotice(said.id, said.number, notice)
