"""Judgement first: what a member makes of somebody's profile before any total is shown to them, and what they change.

Where a vacancy asks for it, fits, groups and their order are hidden from each member, whatever their role, until their
own first judgement of that person is written down. It is kept with its time and never edited; after the reveal more
can be added. A closed vacancy hides nothing: everybody is decided about.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import panels
from assessment.services.hiring.vacancies import VacancyFacts
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, Candidate, Invitation, Judgement, Vacancy, VacancyStatus
from assessment.store.people import Member
from assessment.store.sittings import Sitting

RATINGS = range(1, 6)
LONGEST_NOTE = 1000
JUDGED = "judged the profile of"


@dataclass(frozen=True)
class Judged:
    """One judgement of the acting member or, once revealed to them, of another."""

    who: str
    own: bool
    number: int
    rating: int
    note: str
    at: datetime


def hidden_from(
    session: Session, actor: Actor, vacancy: VacancyFacts, candidacies: Collection[uuid.UUID]
) -> frozenset[uuid.UUID]:
    """Of these people of a vacancy, those whose totals the acting member may not see yet. One statement at most."""
    if not vacancy.judgement_first or not vacancy.is_open:
        return frozenset()
    return unjudged(session, actor, candidacies)


def unjudged(session: Session, actor: Actor, candidacies: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Of these people, those whom the acting member has not judged since they finished. At most one statement."""
    if not candidacies:
        return frozenset()
    judged = session.scalars(
        sa.select(Judgement.candidacy_id)
        .join(Candidacy, points_to(Judgement.candidacy_id, Candidacy))
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .join(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Judgement.organisation_id == actor.organisation_id,
            Judgement.member_id == actor.member_id,
            Judgement.candidacy_id.in_(candidacies),
        )
        .group_by(Judgement.candidacy_id)
        .having(sa.func.max(Judgement.judged_at) >= sa.func.max(Sitting.finished_at))
    )
    return frozenset(candidacies) - frozenset(judged)


def judge(session: Session, actor: Actor, candidacy_id: uuid.UUID, rating: int, note: str, now: datetime) -> None:
    """Add the acting member's judgement of a profile: the first one, or a changed one after it."""
    actor.need(Permission.SHORTLIST)
    finished = (
        sa.exists()
        .where(
            Invitation.organisation_id == Candidacy.organisation_id,
            Invitation.candidacy_id == Candidacy.id,
            Invitation.revoked_at.is_(None),  # else the answers were erased
            points_to(Sitting.invitation_id, Invitation),
            Sitting.finished_at.is_not(None),
        )
        .correlate(Candidacy)
    )
    row = session.execute(
        sa.select(Vacancy, Candidate.erased_at, finished)
        .select_from(Candidacy)
        .join(Candidate, points_to(Candidacy.candidate_id, Candidate))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .where(Candidacy.organisation_id == actor.organisation_id, Candidacy.id == candidacy_id, panels.visible(actor))
        .with_for_update(of=Candidacy)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    vacancy, erased_at, has_finished = row
    note = " ".join(note.split())
    if not vacancy.judgement_first or vacancy.status == VacancyStatus.CLOSED:
        raise DomainError("This vacancy does not ask for judgements now.")
    if erased_at is not None:
        raise DomainError("This person’s data was erased, so there is no profile to judge any more.")
    if not has_finished:
        raise DomainError("This person has not finished, so there is no profile to judge yet.")
    if rating not in RATINGS:
        raise DomainError("Choose one of the five.", "rating")
    if not note:
        raise DomainError("Write what you saw in the profile: a word or two is enough.", "judged")
    if len(note) > LONGEST_NOTE:
        raise DomainError(f"Use at most {LONGEST_NOTE} characters.", "judged")
    before = _of(session, actor, candidacy_id, actor.member_id)
    if before and before[-1].rating == rating and before[-1].note == note:
        raise DomainError("That is your judgement already.", "rating")
    judgement = Judgement(
        organisation_id=actor.organisation_id,
        candidacy_id=candidacy_id,
        member_id=actor.member_id,
        number=len(before) + 1,
        rating=rating,
        note=note,
        judged_at=now,
    )
    session.add(judgement)
    session.flush()
    audit.record(session, actor, JUDGED, "candidacy", candidacy_id, now, judgement=judgement.id, first=not before)


def of_candidacy(session: Session, actor: Actor, candidacy_id: uuid.UUID, *, hidden: bool) -> tuple[Judged, ...]:
    """What was made of a profile, the oldest first. While totals are hidden, others' judgements are too."""
    actor.need(Permission.SEE_CANDIDATES)
    return _of(session, actor, candidacy_id, actor.member_id if hidden else None)


def _of(session: Session, actor: Actor, candidacy_id: uuid.UUID, member_id: uuid.UUID | None) -> tuple[Judged, ...]:
    wanted = (
        sa.select(Judgement, Member.name)
        .join(Member, points_to(Judgement.member_id, Member))
        .join(Candidacy, points_to(Judgement.candidacy_id, Candidacy))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .where(
            Judgement.organisation_id == actor.organisation_id,
            Judgement.candidacy_id == candidacy_id,
            panels.visible(actor),
        )
        .order_by(Judgement.judged_at, Judgement.number, Judgement.id)
    )
    if member_id is not None:
        wanted = wanted.where(Judgement.member_id == member_id)
    return tuple(
        Judged(
            who=name,
            own=row.member_id == actor.member_id,
            number=row.number,
            rating=row.rating,
            note=row.note,
            at=row.judged_at,
        )
        for row, name in session.execute(wanted)
    )
