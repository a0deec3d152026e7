"""What HR says of a vacancy when it is opened, and may say otherwise later; a copy takes it over, and no people."""

import uuid
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.store.hiring import Candidacy, Vacancy, VacancyStatus
from assessment.store.people import Organisation

LONGEST_TITLE = 120
MOST_ANSWER_DAYS = 365
MOST_PLACES = 10_000
MOST_DAYS_AHEAD = 730
CHANGED = "changed the terms of"


@dataclass(frozen=True)
class Terms:
    """A vacancy's terms. `last_day`: nobody is invited after it; who was invited keeps the days promised.

    `retention_days`: None for as long as the organisation keeps everything.
    """

    title: str
    place: str
    answer_days: int
    names_hidden: bool
    last_day: date | None = None
    places: int | None = None
    retention_days: int | None = None


def longest_retention(session: Session, actor: Actor) -> int:
    """For how many days the organisation keeps what candidates answer; a vacancy may keep it shorter."""
    actor.need(Permission.MANAGE_VACANCIES)
    return session.scalars(sa.select(Organisation.retention_days).where(Organisation.id == actor.organisation_id)).one()


def checked(session: Session, actor: Actor, terms: Terms, now: datetime, *, before: date | None = None) -> Terms:
    """The terms as they are kept; a DomainError says what is wrong. `before`: the last day that stands already."""
    title, place = " ".join(terms.title.split()), " ".join(terms.place.split())
    if not title:
        raise DomainError("Give the vacancy a title.", "title")
    for field, text in (("title", title), ("place", place)):
        if len(text) > LONGEST_TITLE:
            raise DomainError(f"Use at most {LONGEST_TITLE} characters.", field)
    if not 1 <= terms.answer_days <= MOST_ANSWER_DAYS:
        raise DomainError(f"Give people between 1 and {MOST_ANSWER_DAYS} days.", "answer_days")
    if terms.places is not None and not 1 <= terms.places <= MOST_PLACES:
        raise DomainError(f"Write a number from 1 to {MOST_PLACES:,}, or leave it empty.", "places")
    today = now.astimezone(UTC).date()
    if terms.last_day is not None and terms.last_day != before:
        if terms.last_day < today:
            raise DomainError("Choose today or a later day; to invite nobody any more, close the vacancy.", "last_day")
        if terms.last_day > today + timedelta(days=MOST_DAYS_AHEAD):
            raise DomainError("Choose a day within the next two years.", "last_day")
    if terms.retention_days is not None:
        longest = longest_retention(session, actor)
        if not 1 <= terms.retention_days <= longest:
            raise DomainError(
                f"Your organisation keeps answers for {longest} days. Write a number from 1 to {longest}, or leave it"
                " empty.",
                "retention_days",
            )
    return Terms(
        title, place, terms.answer_days, terms.names_hidden, terms.last_day, terms.places, terms.retention_days
    )


def of(vacancy: Vacancy) -> Terms:
    """The terms a vacancy has."""
    return Terms(**{field.name: getattr(vacancy, field.name) for field in fields(Terms)})


def get(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Terms:
    """The terms of a vacancy of the organisation."""
    actor.need(Permission.MANAGE_VACANCIES)
    return of(_vacancy(session, actor, vacancy_id))


def change(session: Session, actor: Actor, vacancy_id: uuid.UUID, terms: Terms, now: datetime) -> None:
    """Say otherwise from now on. Deadlines that were promised to people stay; nothing is kept longer than promised."""
    actor.need(Permission.MANAGE_VACANCIES)
    vacancy = _vacancy(session, actor, vacancy_id, lock=True)
    before = of(vacancy)
    after = checked(session, actor, terms, now, before=before.last_day)
    if after == before:
        return
    longest = longest_retention(session, actor)
    if (after.retention_days or longest) > (before.retention_days or longest) and _has_people(
        session, actor, vacancy_id
    ):
        raise DomainError(
            f"The people of this vacancy were told that it is kept for {before.retention_days} days."
            " It can be made shorter, not longer.",
            "retention_days",
        )
    for field in fields(Terms):
        setattr(vacancy, field.name, getattr(after, field.name))
    session.flush()
    # All of these are the vacancy's own, and nobody's personal data.
    changed: dict[str, Any] = {
        field.name: "none" if now_said is None else now_said
        for field in fields(Terms)
        if (now_said := getattr(after, field.name)) != getattr(before, field.name)
    }
    audit.record(session, actor, CHANGED, "vacancy", vacancy_id, now, **changed)


def is_over(last_day: date | None, now: datetime) -> bool:
    """Whether the last day, by UTC, has passed."""
    return last_day is not None and last_day < now.astimezone(UTC).date()


def invites(vacancy: Vacancy, now: datetime) -> bool:
    """Whether somebody can be invited: the vacancy is open and its last day is not over."""
    return vacancy.status == VacancyStatus.OPEN and not is_over(vacancy.last_day, now)


def need_open(vacancy: Vacancy, now: datetime) -> None:
    """Refuse to invite anybody to a vacancy that is closed, or whose last day is over."""
    if vacancy.status == VacancyStatus.CLOSED:
        raise DomainError("This vacancy is closed, so nobody can be invited. HR can reopen it.")
    if vacancy.last_day is not None and is_over(vacancy.last_day, now):
        day = f"{vacancy.last_day.day} {vacancy.last_day:%B %Y}"
        raise DomainError(
            f"The last day for invitations was {day}. HR can move it: “Manage the vacancy”, “Change the terms”."
        )


def _has_people(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> bool:
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    Candidacy.organisation_id == actor.organisation_id, Candidacy.vacancy_id == vacancy_id
                )
            )
        )
    )


def _vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID, *, lock: bool = False) -> Vacancy:
    wanted = sa.select(Vacancy).where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
    vacancy = session.scalar(wanted.with_for_update() if lock else wanted)
    if vacancy is None:
        raise NotFoundError
    return vacancy
