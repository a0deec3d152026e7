"""The audit log: one entry in the same transaction as the change it tells of."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from assessment.services import occasions
from assessment.services.actors import Actor, Invited
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.content import BankItem, Form, KeyVersion
from assessment.store.hiring import Candidacy, Invitation, Pilot, Vacancy
from assessment.store.people import Member
from assessment.store.profiles import RoleProfile
from assessment.store.records import AuditEntry
from assessment.store.sittings import Sitting

PAGE = 50  # entries

# What HR looks for in the log, and the actions that are it.
GROUPS: dict[str, tuple[str, ...]] = {
    "Deciding": (
        "shortlisted",
        "offered the position to",
        "declined",
        "noted the withdrawal of",
        "decided to keep for later",
        "put back",
        "looked again at",
        "judged the profile of",
    ),
    "Inviting": (
        "invited",
        "re-invited",
        "sent a new link to",
        "passed on an e-mail to",
        "extended",
        "withdrew",
        "reminded",
        "changed the invitation letter of",
        "changed the reminders of",
        "switched on the public link of",
        "switched off the public link of",
    ),
    "Viewing": (
        "viewed",
        "compared people of",
        "exported people of",
        "viewed the explanation of",
        "exported the explanation of",
    ),
    "Answering": (
        "read the notice",
        "started",
        "went on in another browser",
        "finished",
        "saw own result",
        "answered the plain questions",
    ),
    "Interviews and panels": (
        "changed the panel of",
        "viewed the interview guide of",
        "rated an interview with",
        "added to their ratings of",
        "looked without rating at the interview of",
        "viewed the ratings of",
    ),
    "Requests of candidates": ("asked for another way", "asked a person to look again", "answered a request of"),
    "Vacancies and pilots": (
        "opened",
        "closed",
        "reopened",
        "changed the profile version of",
        "changed the terms of",
        "changed the questions of",
        "copied",
    ),
    "Role profiles": ("published", "began a draft of", "changed the draft of", "discarded the draft of"),
    "Keys": ("put in force", "discarded", "scored again with"),
    "Item bank": ("retired",),
    "Members": ("founded", "added", "set a password"),
    "Data of candidates": (
        "erased",
        "took along own data",
        "recorded an agreement with",
        "took back an agreement with",
    ),
    "Norm groups": ("made",),
}


@dataclass(frozen=True)
class About:
    """What an entry is about, in words. People are numbers of their vacancy or pilot here, named nowhere and never."""

    kind: str  # "candidacy", "vacancy", "volunteer", "pilot", "role_profile", "key_version", "bank_item" or "member"
    id: uuid.UUID  # of the candidacy, of a volunteer's pilot, and so on: what has a page
    title: str  # of the vacancy, pilot, profile or key; a member's name
    number: int | None = None
    sector: str | None = None


@dataclass(frozen=True)
class Entry:
    """A line of the log as HR reads it. `actor`: "member", "candidate" or "system"; a member has a name."""

    id: uuid.UUID
    at: datetime
    actor: str
    member: str | None
    action: str
    subject: str
    subject_id: uuid.UUID | None
    about: tuple[About, ...]
    body: dict[str, object]


@dataclass(frozen=True)
class Page:
    """Entries, newest first; `older` says whether there are more."""

    entries: tuple[Entry, ...]
    older: bool


def record(
    session: Session,
    actor: Actor | Invited | None,
    action: str,
    subject: str,
    subject_id: uuid.UUID | None,
    now: datetime,
    *,
    organisation_id: uuid.UUID | None = None,
    **body: object,
) -> None:
    """Write down that `actor` did `action`; None is the system, which must name the organisation.

    The body holds ids, numbers and digests, never names or answers: it outlives an erasure.
    """
    organisation = actor.organisation_id if actor is not None else organisation_id
    if organisation is None:
        raise ValueError("an entry of the system names its organisation")
    member_id = actor.member_id if isinstance(actor, Actor) else None
    kind = "system" if actor is None else "candidate" if member_id is None else "member"
    text = json.dumps(body, sort_keys=True, default=str, allow_nan=False)
    facts = [organisation, now.isoformat(), kind, member_id, action, subject, subject_id, text]
    session.add(
        AuditEntry(
            organisation_id=organisation,
            at=now,
            actor=kind,
            member_id=member_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            body=text,
            digest=hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest(),
            chain=None,
        )
    )
    session.flush()


def page(
    session: Session, actor: Actor, *, group: str | None = None, before: uuid.UUID | None = None, size: int = PAGE
) -> Page:
    """Entries of the acting member's organisation: the newest, or those older than the entry `before`.

    Only those of `group`, if given. As many statements however many entries there are.
    """
    actor.need(Permission.SEE_AUDIT_LOG)
    if group is not None and group not in GROUPS:
        raise NotFoundError
    wanted = (
        sa.select(AuditEntry, Member.name)
        .outerjoin(Member, points_to(AuditEntry.member_id, Member))
        .where(AuditEntry.organisation_id == actor.organisation_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(size + 1)
    )
    if group is not None:
        wanted = wanted.where(AuditEntry.action.in_(GROUPS[group]))
    if before is not None:
        at = session.scalar(
            sa.select(AuditEntry.at).where(AuditEntry.organisation_id == actor.organisation_id, AuditEntry.id == before)
        )
        if at is None:
            raise NotFoundError
        wanted = wanted.where(sa.or_(AuditEntry.at < at, sa.and_(AuditEntry.at == at, AuditEntry.id < before)))
    rows = session.execute(wanted).all()
    found = _about(session, actor, [entry for entry, _ in rows[:size]])
    entries = tuple(
        Entry(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            member=name,
            action=entry.action,
            subject=entry.subject,
            subject_id=entry.subject_id,
            about=tuple(found.get((entry.subject, entry.subject_id), ())),
            body=json.loads(entry.body),
        )
        for entry, name in rows[:size]
    )
    return Page(entries, len(rows) > size)


def _about(
    session: Session, actor: Actor, entries: Sequence[AuditEntry]
) -> dict[tuple[str, uuid.UUID | None], list[About]]:
    """What the entries are about, a statement for each kind of subject."""
    organisation_id = actor.organisation_id
    found: dict[tuple[str, uuid.UUID | None], list[About]] = {}

    def ids(subject: str) -> set[uuid.UUID]:
        return {one.subject_id for one in entries if one.subject == subject and one.subject_id is not None}

    def candidacies(
        key: InstrumentedAttribute[uuid.UUID],
    ) -> sa.Select[uuid.UUID, uuid.UUID, uuid.UUID | None, int, str]:
        title = sa.func.coalesce(Vacancy.title, Pilot.title)
        return (
            occasions.joined(
                sa.select(key, Candidacy.id, Candidacy.pilot_id, Candidacy.number, title).select_from(Candidacy)
            )
            .where(Candidacy.organisation_id == organisation_id)
            .order_by(Candidacy.created_at, Candidacy.id)
        )

    invitations = candidacies(Invitation.id).join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
    sittings = (
        candidacies(Sitting.id)
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .join(Sitting, points_to(Sitting.invitation_id, Invitation))
    )
    for subject, people in (
        ("candidacy", candidacies(Candidacy.id).where(Candidacy.id.in_(ids("candidacy")))),
        ("candidate", candidacies(Candidacy.candidate_id).where(Candidacy.candidate_id.in_(ids("candidate")))),
        ("invitation", invitations.where(Invitation.id.in_(ids("invitation")))),
        ("sitting", sittings.where(Sitting.id.in_(ids("sitting")))),
    ):
        for subject_id, candidacy_id, pilot_id, number, title in session.execute(people):
            kind, page_id = ("candidacy", candidacy_id) if pilot_id is None else ("volunteer", pilot_id)
            found.setdefault((subject, subject_id), []).append(About(kind, page_id, title, number=number))
    vacancies = sa.select(Vacancy.id, Vacancy.title).where(
        Vacancy.organisation_id == organisation_id, Vacancy.id.in_(ids("vacancy"))
    )
    for vacancy_id, title in session.execute(vacancies):
        found["vacancy", vacancy_id] = [About("vacancy", vacancy_id, title)]
    pilots = sa.select(Pilot.id, Pilot.title).where(
        Pilot.organisation_id == organisation_id, Pilot.id.in_(ids("pilot"))
    )
    for pilot_id, title in session.execute(pilots):
        found["pilot", pilot_id] = [About("pilot", pilot_id, title)]
    profiles = sa.select(RoleProfile.id, RoleProfile.title, RoleProfile.sector).where(
        RoleProfile.organisation_id == organisation_id, RoleProfile.id.in_(ids("role_profile"))
    )
    for profile_id, title, sector in session.execute(profiles):
        found["role_profile", profile_id] = [About("role_profile", profile_id, title, sector=sector)]
    keys = (
        sa.select(KeyVersion.id, KeyVersion.number, Form.title)
        .join(Form, Form.id == KeyVersion.form_id)
        .where(KeyVersion.id.in_(ids("key_version")))
    )
    for key_id, number, title in session.execute(keys):
        found["key_version", key_id] = [About("key_version", key_id, f"version {number} of the key of “{title}”")]
    items = sa.select(BankItem.id, BankItem.bank, BankItem.item).where(BankItem.id.in_(ids("bank_item")))
    for item_id, bank, item in session.execute(items):
        found["bank_item", item_id] = [About("bank_item", item_id, f"{bank}/{item}")]
    members = sa.select(Member.id, Member.name).where(
        Member.organisation_id == organisation_id, Member.id.in_(ids("member"))
    )
    for member_id, name in session.execute(members):
        found["member", member_id] = [About("member", member_id, name)]
    return found
