"""Reminding people who can still answer: at most twice, so many days before their deadline as the organisation says."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, inviting, letters
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.inviting import HAS_FINISHED, WITHDRAWN
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import (
    FINAL,
    Candidacy,
    Candidate,
    CandidateRequest,
    Invitation,
    RequestKind,
    Vacancy,
    VacancyStatus,
)
from assessment.store.inviting import InvitationSetting, Reminder
from assessment.store.sittings import Sitting

EARLIEST = 30  # days before the deadline
MOST_IN_ONE_GO = 200  # one go holds the database no longer than this takes
AT_LEAST_APART = timedelta(days=1)


def days(session: Session, actor: Actor) -> tuple[int, ...]:
    """How many days before the deadline people are reminded: none, one or two numbers, the earlier reminder first."""
    actor.need(Permission.MANAGE_VACANCIES)
    row = session.execute(
        sa.select(InvitationSetting.first_reminder, InvitationSetting.second_reminder).where(
            InvitationSetting.organisation_id == actor.organisation_id
        )
    ).one_or_none()
    return () if row is None else tuple(day for day in row if day is not None)


def change(session: Session, actor: Actor, first: int | None, second: int | None, now: datetime) -> None:
    """Remind people so many days before their deadline from now on; None: not."""
    actor.need(Permission.MANAGE_VACANCIES)
    for field, day in (("first", first), ("second", second)):
        if day is not None and not 1 <= day <= EARLIEST:
            raise DomainError(f"Choose from 1 to {EARLIEST} days.", field)
    if second is not None and (first is None or second >= first):
        raise DomainError("The second reminder comes later than a first: write a smaller number of days.", "second")
    wanted = tuple(day for day in (first, second) if day is not None)
    before = days(session, actor)
    if wanted == before:
        return
    setting = letters.setting_of(session, actor.organisation_id)
    setting.first_reminder, setting.second_reminder = first, second
    session.flush()
    audit.record(
        session,
        actor,
        "changed the reminders of",
        "organisation",
        actor.organisation_id,
        now,
        days_before=", ".join(map(str, before)) or "none",
        days_after=", ".join(map(str, wanted)) or "none",
    )


def write_due(session: Session, base_url: str, now: datetime) -> int:
    """Write the reminders that are due, of every organisation; how many were written: at most MOST_IN_ONE_GO of each.

    Who runs this at the same moment waits, and then finds them written.
    """
    written = 0
    settings = session.execute(
        sa.select(
            InvitationSetting.organisation_id, InvitationSetting.first_reminder, InvitationSetting.second_reminder
        )
        .where(InvitationSetting.first_reminder.is_not(None))
        .order_by(InvitationSetting.organisation_id)
    ).all()
    for organisation_id, first, second in settings:
        inviting.take_turns(session, organisation_id)
        # The later one first: where both are due, as after a change of the setting, one letter is enough.
        for number, day in ((2, second), (1, first)):
            if day is not None:
                written += _write(session, organisation_id, number, day, base_url, now)
    return written


def _write(session: Session, organisation_id: uuid.UUID, number: int, day: int, base_url: str, now: datetime) -> int:
    due = session.scalars(_due(organisation_id, number, day, now)).all()
    people = inviting.cases(session, Invitation.organisation_id == organisation_id, Invitation.id.in_(due))
    for case in people:
        session.add(
            Reminder(organisation_id=organisation_id, invitation_id=case.invitation.id, number=number, written_at=now)
        )
        session.flush()
        inviting.write(
            session,
            case.occasion,
            case.candidate,
            case.invitation,
            letters.REMINDER,
            case.invitation.deadline,
            base_url,
            now,
        )
        audit.record(
            session,
            None,
            "reminded",
            "candidacy",
            case.candidacy.id,
            now,
            organisation_id=organisation_id,
            invitation=case.invitation.id,
            reminder=number,
        )
    return len(people)


def _due(organisation_id: uuid.UUID, number: int, day: int, now: datetime) -> sa.Select[uuid.UUID]:
    """Invitations to vacancies whose reminder is due.

    Nobody is reminded who has finished or can't answer, who asked for another way, or about whom a final decision
    stands; nor where a vacancy gives no more days to answer than lie between reminder and deadline: there the
    invitation itself came later.
    """
    reminded = sa.exists().where(
        Reminder.organisation_id == Invitation.organisation_id,
        Reminder.invitation_id == Invitation.id,
        sa.or_(Reminder.number >= number, Reminder.written_at > now - AT_LEAST_APART),
    )
    asked_otherwise = sa.exists().where(
        CandidateRequest.organisation_id == Invitation.organisation_id,
        CandidateRequest.invitation_id == Invitation.id,
        CandidateRequest.kind == RequestKind.OTHER_WAY,
    )
    return (
        sa.select(Invitation.id)
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .join(Candidate, points_to(Candidacy.candidate_id, Candidate))
        .join(Vacancy, points_to(Candidacy.vacancy_id, Vacancy))
        .outerjoin(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.deadline > now,
            Invitation.deadline <= now + timedelta(days=day),
            Vacancy.answer_days > day,
            sa.or_(Vacancy.status == VacancyStatus.OPEN, Sitting.id.is_not(None)),
            Candidate.erased_at.is_(None),
            sa.not_(WITHDRAWN),
            sa.not_(HAS_FINISHED),
            sa.or_(Candidacy.disposition.is_(None), Candidacy.disposition.not_in(FINAL)),
            sa.not_(reminded),
            sa.not_(asked_otherwise),
        )
        .order_by(Invitation.deadline, Invitation.id)
        .limit(MOST_IN_ONE_GO)
    )
