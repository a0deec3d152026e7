"""Pilots: volunteers answer a form so that its key can be calibrated. Nobody is judged by one."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, inviting
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import form_choices
from assessment.services.scoring.form_choices import Choice
from assessment.store.content import Form
from assessment.store.hiring import Candidacy, Pilot, VacancyStatus

LONGEST_TITLE = 120
MOST_ANSWER_DAYS = 365


@dataclass(frozen=True)
class PilotFacts:
    """A pilot with how far its volunteers have come. Who finished is counted as started and as invited too."""

    id: uuid.UUID
    title: str
    form_id: uuid.UUID
    form: str
    is_open: bool
    answer_days: int
    created_at: datetime
    closed_at: datetime | None
    invited: int
    started: int
    finished: int


def listed(session: Session, actor: Actor) -> tuple[PilotFacts, ...]:
    """The organisation's pilots: open ones first, then the newest. One statement at any length."""
    actor.need(Permission.SEE_PILOTS)
    return _facts(session, actor)


def get(session: Session, actor: Actor, pilot_id: uuid.UUID) -> PilotFacts:
    """One pilot of the organisation."""
    actor.need(Permission.SEE_PILOTS)
    found = _facts(session, actor, Pilot.id == pilot_id)
    if not found:
        raise NotFoundError
    return found[0]


def choices(session: Session, actor: Actor) -> tuple[Choice, ...]:
    """The forms a pilot can be made with."""
    actor.need(Permission.MANAGE_PILOTS)
    return form_choices.forms_to_give(session, actor.organisation_id)


def create(
    session: Session, actor: Actor, *, title: str, form_id: uuid.UUID, answer_days: int, now: datetime
) -> uuid.UUID:
    """Open a pilot of a form the organisation may use."""
    actor.need(Permission.MANAGE_PILOTS)
    title = " ".join(title.split())
    if not title:
        raise DomainError("Give the pilot a title.", "title")
    if len(title) > LONGEST_TITLE:
        raise DomainError(f"Use at most {LONGEST_TITLE} characters.", "title")
    if not 1 <= answer_days <= MOST_ANSWER_DAYS:
        raise DomainError(f"Give people between 1 and {MOST_ANSWER_DAYS} days.", "answer_days")
    if form_id not in {choice.id for choice in choices(session, actor)}:
        raise DomainError("Choose a form of the list.", "form_id")
    pilot = Pilot(
        organisation_id=actor.organisation_id,
        title=title,
        form_id=form_id,
        status=VacancyStatus.OPEN,
        answer_days=answer_days,
        created_by=actor.member_id,
        created_at=now,
    )
    session.add(pilot)
    session.flush()
    audit.record(session, actor, "opened", "pilot", pilot.id, now, form=form_id, answer_days=answer_days)
    return pilot.id


def close(session: Session, actor: Actor, pilot_id: uuid.UUID, now: datetime) -> None:
    """Invite nobody any more, and let nobody start. Who has started can finish; nothing is lost."""
    pilot = _to_change(session, actor, pilot_id)
    if pilot.status == VacancyStatus.CLOSED:
        raise DomainError("This pilot is closed already.")
    pilot.status, pilot.closed_at = VacancyStatus.CLOSED, now
    session.flush()
    audit.record(session, actor, "closed", "pilot", pilot_id, now)


def reopen(session: Session, actor: Actor, pilot_id: uuid.UUID, now: datetime) -> None:
    """Let people be invited, and start, again."""
    pilot = _to_change(session, actor, pilot_id)
    if pilot.status == VacancyStatus.OPEN:
        raise DomainError("This pilot is open already.")
    pilot.status, pilot.closed_at = VacancyStatus.OPEN, None
    session.flush()
    audit.record(session, actor, "reopened", "pilot", pilot_id, now)


def _facts(session: Session, actor: Actor, *conditions: sa.ColumnElement[bool]) -> tuple[PilotFacts, ...]:
    counts = inviting.counts(actor.organisation_id, Candidacy.pilot_id)
    rows = session.execute(
        sa.select(Pilot, Form.title, counts.c.invited, counts.c.started, counts.c.finished)
        .join(Form, Form.id == Pilot.form_id)
        .outerjoin(counts, counts.c.of == Pilot.id)
        .where(Pilot.organisation_id == actor.organisation_id, *conditions)
        .order_by((Pilot.status == VacancyStatus.CLOSED), Pilot.created_at.desc(), Pilot.title, Pilot.id)
    )
    return tuple(
        PilotFacts(
            id=pilot.id,
            title=pilot.title,
            form_id=pilot.form_id,
            form=form,
            is_open=pilot.status == VacancyStatus.OPEN,
            answer_days=pilot.answer_days,
            created_at=pilot.created_at,
            closed_at=pilot.closed_at,
            invited=invited or 0,
            started=started or 0,
            finished=finished or 0,
        )
        for pilot, form, invited, started, finished in rows
    )


def _to_change(session: Session, actor: Actor, pilot_id: uuid.UUID) -> Pilot:
    actor.need(Permission.MANAGE_PILOTS)
    pilot = session.scalar(
        sa.select(Pilot).where(Pilot.organisation_id == actor.organisation_id, Pilot.id == pilot_id).with_for_update()
    )
    if pilot is None:
        raise NotFoundError
    return pilot
