"""What is written to people who are invited: letters with placeholders, one of them in the organisation's own words."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, mail
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.mail import Letter
from assessment.services.permissions import Permission
from assessment.services.scoring import content
from assessment.store.hiring import Vacancy, VacancyStatus
from assessment.store.inviting import InvitationSetting
from assessment.store.people import Organisation

LONGEST_SUBJECT = 150
LONGEST_TEXT = 5000

# What a placeholder becomes, as the page explains it.
PLACEHOLDERS = {
    "name": "the person’s name",
    "organisation": "your organisation’s name",
    "vacancy": "the vacancy’s title",
    "place": "the vacancy’s place",
    "minutes": "how long answering takes",
    "deadline": "until when they can answer",
    "link": "their own link",
    "contact": "whom to ask",
}
LINK = "{link}"
_BRACED = re.compile(r"\{([^{}\n]*)\}")

INVITATION = Letter(
    "Your invitation: {vacancy}",
    """Hello {name},

{organisation} invites you to answer a questionnaire for the position "{vacancy}".

It shows everyday situations with customers and asks what you would most and least likely do. It takes about \
{minutes} minutes, nothing is timed, and you can stop and come back with the same link until {deadline}.

{link}

Before anything starts, the first page tells you who sees your answers, how long they are kept, and how to ask \
for another way. You see your own result at once.

Questions? Write to {contact}.
""",
)

PILOT_INVITATION = Letter(
    "Would you help to test a questionnaire? {vacancy}",
    """Hello {name},

{organisation} is testing a questionnaire before it counts for anybody, and asks you to answer it: "{vacancy}".

It shows everyday situations with customers and asks what you would most and least likely do. It takes about \
{minutes} minutes, nothing is timed, and you can stop and come back with the same link until {deadline}.

{link}

Taking part is voluntary. Your answers help to test the questionnaire and decide nothing about you or anybody \
else. Managers don't see that you take part, and nobody but you sees your result. Before anything starts, the \
first page tells you how long answers are kept, and how to have them erased.

Questions? Write to {contact}.
""",
)

NEW_LINK = Letter(
    "Your new link: {vacancy}",
    """Hello {name},

here is a new link for "{vacancy}" at {organisation}. It opens the same questionnaire, with everything you have \
answered so far, until {deadline}.

{link}

If you did not ask for it, you need not do anything.
""",
)

REMINDER = Letter(
    "A reminder: {vacancy}",
    """Hello {name},

you are invited to answer a questionnaire for "{vacancy}" at {organisation}, and can do so until {deadline}. Nothing \
is timed, and what you have answered so far is kept.

{link}

If you would rather not take part, you need not do anything. The first page tells you how to ask for another way.

Questions? Write to {contact}.
""",
)

RESULT_LINK = Letter(
    "Your new link: {vacancy}",
    """Hello {name},

here is a new link to your own result for "{vacancy}" at {organisation}. It works until {deadline}.

{link}

Questions? Write to {contact}.
""",
)


def fill(letter: Letter, values: Mapping[str, str]) -> Letter:
    """The letter with a value for each placeholder. What stands in a value is never read as a placeholder."""

    def value(found: re.Match[str]) -> str:
        return values[found[1]]

    return Letter(_BRACED.sub(value, letter.subject), _BRACED.sub(value, letter.text))


def checked(subject: str, text: str) -> Letter:
    """A letter as it can be kept; a DomainError says what is wrong with it and how to mend it.

    The link stands on a line of its own, where no sign can stick to it.
    """
    subject, text = " ".join(subject.split()), "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"
    for field, written, longest in (("subject", subject, LONGEST_SUBJECT), ("text", text, LONGEST_TEXT)):
        if not written.strip():
            raise DomainError("Write something.", field)
        if len(written) > longest:
            raise DomainError(f"Use at most {longest} characters.", field)
        unknown = next((name for name in _BRACED.findall(written) if name not in PLACEHOLDERS), None)
        if unknown is not None:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise DomainError(f"{{{unknown}}} is no placeholder. There are {known}.", field)
        if re.search("[{}]", _BRACED.sub("", written)):
            raise DomainError("A brace stands alone. Write { and } only around the name of a placeholder.", field)
    lines = [line for line in text.splitlines() if LINK in line]
    if LINK in subject or not lines or any(line != LINK for line in lines):
        raise DomainError("Put {link} into the text, on a line of its own: without it nobody can answer.", "text")
    return Letter(subject, text)


def invitation(session: Session, organisation_id: uuid.UUID) -> Letter:
    """The letter that an organisation invites with."""
    own = _own(session, organisation_id)
    return INVITATION if own is None else own


def own(session: Session, actor: Actor) -> Letter | None:
    """The organisation's own letter; None where the standard one is sent."""
    actor.need(Permission.MANAGE_VACANCIES)
    return _own(session, actor.organisation_id)


def keep(session: Session, actor: Actor, subject: str, text: str, now: datetime) -> Letter:
    """Invite with these words from now on. The standard words are kept as such, so that they are mended with it."""
    actor.need(Permission.MANAGE_VACANCIES)
    letter = checked(subject, text)
    if letter == invitation(session, actor.organisation_id):
        return letter
    setting = setting_of(session, actor.organisation_id)
    standard = letter == INVITATION
    setting.subject, setting.text = (None, None) if standard else (letter.subject, letter.text)
    session.flush()
    audit.record(
        session,
        actor,
        "changed the invitation letter of",
        "organisation",
        actor.organisation_id,
        now,
        standard=standard,
    )
    return letter


def sample(session: Session, actor: Actor, letter: Letter, base_url: str, now: datetime) -> Letter:
    """The letter as somebody made up would get it, for the organisation's newest vacancy."""
    actor.need(Permission.MANAGE_VACANCIES)
    contact = session.scalars(sa.select(Organisation.contact).where(Organisation.id == actor.organisation_id)).one()
    newest = session.execute(
        sa.select(Vacancy.title, Vacancy.place, Vacancy.answer_days, Vacancy.form_id)
        .where(Vacancy.organisation_id == actor.organisation_id, Vacancy.status == VacancyStatus.OPEN)
        .order_by(Vacancy.created_at.desc(), Vacancy.title)
        .limit(1)
    ).one_or_none()
    title, place, days, minutes = "Sales assistant", "Harbour Street", 14, (10, 20)
    if newest is not None:
        title, place, days, form_id = newest
        minutes = content.form(session, form_id).minutes
    return fill(
        letter,
        values(
            name="Ada Example",
            organisation=actor.organisation,
            title=title,
            place=place,
            minutes=minutes,
            deadline=(now + timedelta(days=days)).astimezone(UTC).replace(hour=23, minute=59),
            link=f"{base_url}/i/an-example-that-opens-nothing",
            contact=contact,
        ),
    )


def send_sample(session: Session, actor: Actor, subject: str, text: str, base_url: str, now: datetime) -> None:
    """Write the sample to the acting member."""
    actor.need(Permission.MANAGE_VACANCIES)
    letter = sample(session, actor, checked(subject, text), base_url, now)
    mail.queue(
        session,
        actor.organisation_id,
        Letter(f"Test: {letter.subject}", letter.text),
        recipient=actor.email,
        now=now,
    )


def values(
    *,
    name: str,
    organisation: str,
    title: str,
    place: str,
    minutes: tuple[int, int],
    deadline: datetime,
    link: str,
    contact: str,
) -> dict[str, str]:
    """A value for each placeholder."""
    fewest, most = minutes
    return {
        "name": name,
        "organisation": organisation,
        "vacancy": title,
        "place": place,
        "minutes": f"{fewest} to {most}" if fewest < most else str(most),
        "deadline": f"{day(deadline)}, {deadline.astimezone(UTC):%H:%M} UTC",
        "link": link,
        "contact": contact,
    }


def day(moment: datetime) -> str:
    """ "22 November 2026" (UTC)."""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y}"


def setting_of(session: Session, organisation_id: uuid.UUID) -> InvitationSetting:
    """The row of the organisation's settings, to be changed; a new one where there is none."""
    # Two who change settings at the same moment must not both make the row.
    session.execute(
        sa.select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    )
    setting = session.get(InvitationSetting, organisation_id)
    if setting is None:
        setting = InvitationSetting(organisation_id=organisation_id)
        session.add(setting)
        session.flush()
    return setting


def _own(session: Session, organisation_id: uuid.UUID) -> Letter | None:
    row = session.execute(
        sa.select(InvitationSetting.subject, InvitationSetting.text).where(
            InvitationSetting.organisation_id == organisation_id, InvitationSetting.text.is_not(None)
        )
    ).one_or_none()
    return None if row is None else Letter(row.subject or "", row.text or "")
