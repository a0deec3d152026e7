"""How the pages of HR say bands, weights, evidence, changes and entries of the log."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint

from assessment.services.audit import About, Entry
from assessment.services.profiles.role_profiles import Change, Evidence, Need, Published, Version
from assessment.services.profiles.tuning import own_judgement
from assessment.services.scoring.content import Attribute
from assessment.web.words import SECTOR_TITLES, day, moment, number

HISTORY_HEADER = (
    "version",
    "published",
    "by",
    "reason",
    "attribute",
    "band from",
    "band to",
    "tolerance",
    "weight",
    "task",
    *(f"{kind} {what}" for kind in ("band", "weight") for what in ("evidence", "source", "n", "date", "expiry")),
)

WEIGHTS = {0.0: "not used", 1.0: "counts once", 2.0: "counts double", 3.0: "counts treble"}

LIBRARY = "Frontdoor (library)"

NONSENSE = {
    "random": "Clicking at random",
    "half_random": "Reading only every other situation",
    "straight": "Always choosing the same two places",
    "mildest": "Always choosing the mildest option",
    "strongest": "Always choosing the strongest option",
}

SUBJECTS = {
    "organisation": "the organisation",
    "member": "a member",
    "role_profile": "a role profile",
    "vacancy": "a vacancy",
    "pilot": "a pilot",
    "candidacy": "a candidate",
    "candidate": "a candidate",
    "invitation": "an invitation",
    "sitting": "a candidate’s answers",
    "notice_version": "the notice for candidates",
    "outbox": "the mail",
    "norm_version": "a norm group",
    "key_version": "a key",
    "bank_item": "a situation of the item bank",
}

# The same where it is known whose, or which: "withdrew the invitation of Candidate 5".
NAMED_SUBJECTS = {
    "member": "the member",
    "role_profile": "the role profile",
    "vacancy": "the vacancy",
    "pilot": "the pilot",
    "invitation": "the invitation of",
    "sitting": "the answers of",
    "bank_item": "the situation",
}

# What is said otherwise than it is recorded: by the subject, and where the person did it to their own data.
# Whether an e-mail has left stands under Mail.
SAID = {
    ("sent a new link to", "candidacy"): "wrote an e-mail with a new link to",
    ("erased", "candidacy"): "erased the answers and the result of",
    ("erased", "candidate"): "erased the name, the address and the letters of",
}
SAID_OF_ONESELF = {
    ("erased", "candidacy"): "erased their own answers and result",
    ("erased", "candidate"): "erased their own name, address and letters",
}

# What an entry's body holds, in words; what is not named here is only for looking it up.
DETAILS = {
    "number": "Number",
    "changed": "Changed",
    "random_percentile": "Honest people of 100 below clicking at random",
    "names_hidden": "Names hidden until shortlisting",
    "judgement_first": "Judgement first",
    "told": "The person was written to",
    "first": "Before the fit was shown",
    "answer_days": "Days to answer",
    "deadline": "To be answered until",
    "before": "Before",
    "after": "After",
    "reason": "Reason",
    "role": "Role",
    "device": "Which browser",
    "answered": "Situations answered",
    "notice": "Number of the notice",
    "asked_for": "Asked for",
    "kind": "Group by",
    "letters": "E-mails shown",
    "people": "People it rests on",
    "sittings": "Sittings",
    "title": "Title",
    "place": "Place",
    "last_day": "Last day for invitations",
    "places": "Places",
    "retention_days": "Days until everything is erased",
    "questions": "Questions asked",
    "given": "Questions answered",
    "through": "Through",
    "reminder": "Which reminder",
    "days_before": "Days before the deadline until then",
    "days_after": "Days before the deadline",
    "standard": "The standard words",
    "panel_only": "Only the panel sees it",
    "on_panel": "Members on the panel",
    "rated": "Questions rated",
}
NUMBERS = {"band_evidence": "evidence of the band", "weight_evidence": "evidence of the weight"}
VALUES = {
    "True": "yes",
    "False": "no",
    "other_way": "another way",
    "look_again": "another look at the result",
    "hr": "HR",
    "hiring_manager": "hiring manager",
}

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def install(blueprint: Blueprint) -> None:
    """Give the templates these words as filters."""
    for phrase in (
        weight,
        evidence,
        expiry,
        publisher,
        of_hundred,
        about,
        log_who,
        log_lead,
        log_entry,
        log_body,
        log_technical,
    ):
        blueprint.add_app_template_filter(phrase)
    blueprint.add_app_template_global(band)
    blueprint.add_app_template_filter(NONSENSE.__getitem__, "nonsense")


# Entries that are sentences without their subject; the others need it.
WHOLE = {
    "answered the plain questions": "answered the plain questions after the situations",
    "asked a person to look again": "asked a person to look again",
    "asked for another way": "asked for another way",
    "finished": "finished answering",
    "read the notice": "read the notice before starting",
    "saw own result": "saw their own result",
    "set a password": "set a password",
    "started": "started answering",
    "took along own data": "downloaded their own data",
    "went on in another browser": "went on answering in another browser",
}
WHOLE_OF_VOLUNTEERS = {
    "asked a person to look again": "wrote about their own result",
    "asked for another way": "asked for help",
}


@dataclass(frozen=True)
class Line:
    """One attribute of a version with its words, as the pictures and tables take it."""

    title: str
    low_pole: str
    high_pole: str
    low: float | None
    high: float | None
    weight: float
    need: Need
    text: Attribute
    band: bool = True


def lines(rows: Sequence[Need], attributes: Mapping[str, Attribute]) -> list[Line]:
    """The rows of a version together with the words of their attributes."""
    return [
        Line(
            title=text.title,
            low_pole=text.low_pole,
            high_pole=text.high_pole,
            low=row.low,
            high=row.high,
            weight=row.weight,
            need=row,
            text=text,
        )
        for row, text in ((row, attributes[row.attribute]) for row in rows)
    ]


def band(low: float | None, high: float | None) -> str:
    """ "45–60", or what an open end means."""
    if low is not None and high is not None:
        return f"{number(low)}–{number(high)}"
    if low is not None:
        return f"{number(low)} or more"
    return "any amount" if high is None else f"up to {number(high)}"


def weight(value: float) -> str:
    """ "counts double"."""
    return WEIGHTS.get(value, f"counts {number(value)} times")


def evidence(given: Evidence) -> str:
    """ "own data (212 people): the study it comes from"."""
    people = f" ({given.n:,} people)" if given.n else ""
    return f"{given.label}{people}: {given.source}"


def rests(rows: Sequence[Need], published: Sequence[Need], editor: str) -> dict[str, tuple[str, bool]]:
    """For "trust-band" and so on: what the number rests on, and whether that differs from what is in force."""
    found = {}
    for row, old in zip(rows, published, strict=True):
        for kind, given, before in (
            ("band", row.band_evidence, old.band_evidence),
            ("weight", row.weight_evidence, old.weight_evidence),
        ):
            if given == before:
                said = f"rests on {given.label}"
            else:
                own = given.source == own_judgement(editor)
                said = f"now rests on {'your own judgement' if own else f'{given.label}: {given.source}'}"
            found[f"{row.attribute}-{kind}"] = (said, given != before)
    return found


def expiry(given: Evidence, today: date) -> str:
    """When the number was found, and until when it holds."""
    since = f"from {day(given.day)}"
    if given.expiry is None:
        return since
    return f"{since}, {'expired on' if given.expired(today) else 'look again by'} {day(given.expiry)}"


def changes(found: Sequence[Change], attributes: Mapping[str, Attribute]) -> list[tuple[str, str]]:
    """For each attribute that changed: its title, and what changed in it."""
    return [(attributes[change.attribute].title, "; ".join(_change(change))) for change in found]


def publisher(version: Version) -> str:
    """Who put a version in force."""
    return version.published_by or LIBRARY


def of_hundred(share: float) -> str:
    """A share of one as people of a hundred: .48 is "48 of 100"."""
    return f"{100 * share:.0f} of 100"


def about(one: About) -> str:
    """ "Candidate 5, Sales assistant"; people are their numbers here."""
    if one.number is not None:
        return f"{'Volunteer' if one.kind == 'volunteer' else 'Candidate'} {one.number}, {one.title}"
    return one.title if one.sector is None else f"{one.title}, {SECTOR_TITLES[one.sector]}"


def log_who(entry: Entry) -> str:
    """Who did it; a candidate who is known goes by their number."""
    if entry.actor == "member":
        return entry.member or "A member"
    if entry.actor == "candidate":
        return about(entry.about[0]) if entry.about else "Somebody invited"
    return LIBRARY if entry.subject == "role_profile" else "Frontdoor"


def log_lead(entry: Entry) -> str:
    """What was done, up to the words for whom or what: "withdrew the invitation of", or all of it."""
    if entry.about and entry.about[0].kind == "volunteer" and entry.action in WHOLE_OF_VOLUNTEERS:
        return WHOLE_OF_VOLUNTEERS[entry.action]
    if entry.action in WHOLE:
        return WHOLE[entry.action]
    if entry.actor == "candidate" and (entry.action, entry.subject) in SAID_OF_ONESELF:
        return SAID_OF_ONESELF[entry.action, entry.subject]
    action = SAID.get((entry.action, entry.subject), entry.action)
    if entry.about:
        return f"{action} {NAMED_SUBJECTS.get(entry.subject, '')}".strip()
    return f"{action} {SUBJECTS.get(entry.subject, entry.subject.replace('_', ' '))}"


def log_entry(entry: Entry) -> str:
    """ "published the role profile Shop floor, Retail"."""
    if entry.action in WHOLE or entry.actor == "candidate":
        return log_lead(entry)
    return " ".join([log_lead(entry), *([_and(entry.about)] if entry.about else [])])


def log_body(entry: Entry, attributes: Mapping[str, Attribute]) -> list[tuple[str, str]]:
    """What an entry holds besides, in words."""
    found = []
    for name, value in entry.body.items():
        if value is None or value == [] or _only_refers(name, value):
            continue
        if name == "changed" and isinstance(value, list):
            found.append((DETAILS[name], "; ".join(_changed_number(one, attributes) for one in value)))
        elif name in ("deadline", "before", "after"):
            found.append((DETAILS[name], moment(datetime.fromisoformat(str(value)))))
        elif isinstance(value, bool):
            found.append((DETAILS[name], "yes" if value else "no"))
        else:
            found.append((DETAILS[name], VALUES.get(str(value), str(value))))
    return found


def log_technical(entry: Entry) -> list[tuple[str, str]]:
    """What is only for looking an entry up: identifiers and digests, under the names they are kept by."""
    found = [(entry.subject, str(entry.subject_id))] if entry.subject_id else []
    return found + [(name, _value(value)) for name, value in entry.body.items() if value and _only_refers(name, value)]


def _only_refers(name: str, value: object) -> bool:
    return name not in DETAILS or UUID.match(_value(value)) is not None


def _changed_number(changed: str, attributes: Mapping[str, Attribute]) -> str:
    """ "tact band_evidence" is "Tact, evidence of the band"."""
    attribute, _, what = changed.partition(" ")
    title = attributes[attribute].title if attribute in attributes else attribute
    return f"{title}, {NUMBERS.get(what, what)}"


def _and(things: Sequence[About]) -> str:
    return "; ".join(about(one) for one in things)


def history_row(version: Version, row: Need) -> tuple[str | int | float | None, ...]:
    """A line of the history as a table."""
    return (
        version.number,
        version.published_at.isoformat(timespec="seconds"),
        publisher(version),
        version.reason,
        row.attribute,
        row.low,
        row.high,
        row.tolerance,
        row.weight,
        row.task,
        *_evidence_cells(row.band_evidence),
        *_evidence_cells(row.weight_evidence),
    )


def _evidence_cells(given: Evidence) -> tuple[str | int | None, ...]:
    until = None if given.expiry is None else given.expiry.isoformat()
    return (given.label, given.source, given.n, given.day.isoformat(), until)


def file_name(kind: str, profile: Published) -> str:
    """ "history-retail-shop-floor"."""
    return "-".join([kind, *re.findall("[a-z0-9]+", f"{profile.sector} {profile.title}".lower())])


def _value(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _change(change: Change) -> list[str]:
    old, new = change.before, change.after
    said = {
        "band": f"band {band(old.low, old.high)} → {band(new.low, new.high)}",
        "weight": f"weight {number(old.weight)} → {number(new.weight)}",
        "tolerance": f"tolerance {number(old.tolerance)} → {number(new.tolerance)}",
        "task": f"task “{old.task or 'none'}” → “{new.task or 'none'}”",
        "band_evidence": f"the band now rests on {evidence(new.band_evidence)}",
        "weight_evidence": f"the weight now rests on {evidence(new.weight_evidence)}",
    }
    return [said[what] for what in change.what]
