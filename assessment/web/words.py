"""How pages say things: dates, numbers, and the names around every page."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, request, url_for

from assessment.services.permissions import Permission, Role
from assessment.web import access

SECTOR_TITLES = {
    "any": "Any sector",
    "retail": "Retail",
    "hospitality": "Hospitality",
    "health_care": "Health care",
    "financial_services": "Financial services",
    "travel": "Travel",
}

ROLE_TITLES = {
    Role.OWNER: "owner",
    Role.HR: "HR",
    Role.HIRING_MANAGER: "hiring manager",
    Role.ANALYST: "analyst",
}

# How a chance is said, wherever one is: the first rung that it reaches. A page shows the number beside the words.
LADDER = (
    (0.95, "almost surely"),
    (0.8, "likely"),
    (0.6, "more likely than not"),
    (0.4, "as likely as not"),
    (0.2, "possibly"),
    (0.05, "unlikely"),
    (0.0, "almost surely not"),
)

NAVIGATION = (
    ("Vacancies", "manager.vacancies", Permission.SEE_VACANCIES),
    ("Role profiles", "hr.profiles", Permission.SEE_PROFILES),
    ("Pilots", "pilots.pilots", Permission.SEE_PILOTS),
    ("Norm groups", "norms.groups", Permission.MAKE_NORMS),
    ("Mail", "hr.outbox", Permission.SEE_MAIL),
    ("Log", "hr.audit_log", Permission.SEE_AUDIT_LOG),
    ("Results", "analyst.results", Permission.SEE_KEYS),
    ("Keys", "analyst.keys", Permission.SEE_KEYS),
    ("Item bank", "analyst.bank", Permission.SEE_KEYS),
)


def day(moment: date | datetime) -> str:
    """ "22 November 2026" (UTC)."""
    return f"{moment.day} {moment:%B %Y}"


def moment(when: datetime) -> str:
    """ "22 November 2026, 14:03 UTC"."""
    return f"{day(when)}, {when:%H:%M} UTC"


def typographic(text: str) -> str:
    """Straight quotes as printed ones: 'x' and "x" become ‘x’ and “x”, an apostrophe becomes ’.

    It returns plain text, which the template escapes afterwards.
    """
    for straight, opening, closing in (("'", "‘", "’"), ('"', "“", "”")):
        text = re.sub(rf"(?<![^\s(\[–—‘“]){straight}(?=\S)", opening, text).replace(straight, closing)
    return text


def number(value: float) -> str:
    """A number without a needless point: 2, 2.5."""
    return f"{value:g}"


def percent(share: float) -> str:
    """A share of one as a whole per cent, never "0" or "100" for something only near it."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{100 * share:.0f}%"


def likely(chance: float) -> str:
    """A chance in words: .57 is "as likely as not"."""
    return next(said for least, said in LADDER if chance >= least)


def days(count: int) -> str:
    """A length of time in whole days, as people say it."""
    if count % 365 == 0:
        years = count // 365
        return "1 year" if years == 1 else f"{years} years"
    return "1 day" if count == 1 else f"{count} days"


def ago(when: datetime, now: datetime) -> str:
    """How long ago, roughly."""
    passed = now - when
    if passed < timedelta(minutes=2):
        return "just now"
    if passed < timedelta(hours=2):
        return f"{int(passed.total_seconds() // 60)} minutes ago"
    if passed < timedelta(days=2):
        return f"{int(passed.total_seconds() // 3600)} hours ago"
    return f"{passed.days} days ago"


def install(app: Flask) -> None:
    """Give templates these words and what stands around every page."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        typographic=typographic,
        number=number,
        percent=percent,
        likely=likely,
        days=days,
        sector=SECTOR_TITLES.__getitem__,
    )
    app.jinja_env.globals["Permission"] = Permission
    app.jinja_env.globals["chance_ladder"] = LADDER
    app.context_processor(_around_the_page)


def _around_the_page() -> dict[str, Any]:
    """Members see where they can go; candidates see only whose questionnaire it is, which their views say."""
    member = access.known_member()
    if member is None or request.blueprint == "candidate":
        return {}
    return {
        "actor": member,
        "organisation": {"name": member.organisation},
        "synthetic": member.synthetic,
        "home_url": url_for("account.start"),
        "navigation": [
            {"label": label, "url": url_for(endpoint), "current": _stands_in(endpoint)}
            for label, endpoint, permission in NAVIGATION
            if member.may(permission)
        ],
        "account": {
            "label": member.name,
            "url": url_for("account.own_account"),
            "sign_out_url": url_for("account.sign_out"),
        },
    }


def _stands_in(endpoint: str) -> bool:
    """Whether the page belongs to a place of the navigation: its own page, or one below it."""
    return request.path.startswith(url_for(endpoint))
