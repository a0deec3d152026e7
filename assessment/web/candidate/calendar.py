"""The deadline as an entry of a calendar (RFC 5545). It carries no link: calendars are shared and synced."""

import uuid
from datetime import UTC, datetime, timedelta

LASTS = timedelta(minutes=30)
LONGEST_LINE = 75  # bytes, without the line's end


def entry(
    invitation_id: uuid.UUID, *, title: str, organisation: str, contact: str, deadline: datetime, now: datetime
) -> str:
    """A calendar with one entry that ends at the deadline and reminds a day before.

    The same invitation is always the same entry; a later deadline is a newer version of it.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Frontdoor//Deadline//EN",
        "BEGIN:VEVENT",
        f"UID:{invitation_id}@frontdoor.invalid",
        f"DTSTAMP:{_moment(now)}",
        f"SEQUENCE:{deadline.astimezone(UTC).toordinal()}",
        f"DTSTART:{_moment(deadline - LASTS)}",
        f"DTEND:{_moment(deadline)}",
        f"SUMMARY:{_text(f'Last time to answer: {title} ({organisation})')}",
        f"DESCRIPTION:{_text(f'Open the questionnaire with the link in your e-mail. Questions: {contact}')}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(f'Last time to answer: {title}')}",
        "TRIGGER:-P1D",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A value of type TEXT (3.3.11): what would end it is escaped, line breaks are single blanks."""
    text = " ".join(text.split())
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text


def _folded(line: str) -> str:
    """A long line goes on behind a break and a blank (3.1), never inside a character."""
    folded, room = "", LONGEST_LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            folded, room = f"{folded}\r\n ", LONGEST_LINE - 1
        folded, room = folded + character, room - size
    return folded
