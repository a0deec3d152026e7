"""Who meets the people of a vacancy: its panel, what each member of it may do, and who may see the vacancy at all.

HR sets the panel. Who manages vacancies sees each of them and may decide. A hiring manager on the panel may do what
their seat says. One who is not on it sees and decides as on any vacancy, unless it is for its panel only: then it
does not exist for them. Ratings are the panel's; while nobody is on it, everybody who may decide may rate.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission, Role, may
from assessment.store.base import points_to
from assessment.store.hiring import Vacancy
from assessment.store.interviews import PanelMember
from assessment.store.people import Member


@dataclass(frozen=True)
class Rights:
    """What a member may do on one vacancy; who may nothing finds no vacancy."""

    rate: bool
    decide: bool


@dataclass(frozen=True)
class Seat:
    """What a member of the panel may do besides seeing the vacancy."""

    may_rate: bool
    may_decide: bool


@dataclass(frozen=True)
class Sitter:
    """Somebody who may be put on the panel; `seat` is None while they are not."""

    member_id: uuid.UUID
    name: str
    role: Role
    seat: Seat | None


@dataclass(frozen=True)
class Panel:
    """A vacancy's panel, and who else could be on it, by name."""

    vacancy_id: uuid.UUID
    title: str
    only: bool
    people: tuple[Sitter, ...]

    @property
    def seated(self) -> tuple[Sitter, ...]:
        return tuple(one for one in self.people if one.seat is not None)


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that a vacancy exists for the acting member: beside that of their organisation."""
    if actor.may(Permission.MANAGE_VACANCIES):
        return sa.true()
    seated = sa.exists().where(points_to(PanelMember.vacancy_id, Vacancy), PanelMember.member_id == actor.member_id)
    return sa.or_(sa.not_(Vacancy.panel_only), seated)


def rights(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Rights:
    """What the acting member may do on a vacancy; NotFoundError where it does not exist for them."""
    actor.need(Permission.SEE_CANDIDATES)
    found = session.scalar(
        sa.select(Vacancy.id).where(
            Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id, visible(actor)
        )
    )
    if found is None:
        raise NotFoundError
    seats = _seats(session, actor, vacancy_id)
    seat = seats.get(actor.member_id)
    decides = actor.may(Permission.SHORTLIST)
    if seat is None:
        return Rights(rate=decides and not seats, decide=decides)
    return Rights(seat.may_rate, decides and (seat.may_decide or actor.may(Permission.MANAGE_VACANCIES)))


def need_to_decide(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> None:
    """Refuse who may see the people of a vacancy and not decide about them."""
    if not rights(session, actor, vacancy_id).decide:
        raise DomainError("You are on this vacancy’s panel without a say in decisions. HR can change that.")


def raters(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Mapping[uuid.UUID, str]:
    """The names of the panel's members whose ratings are wanted."""
    rows = session.execute(
        sa.select(Member.id, Member.name)
        .join(PanelMember, points_to(PanelMember.member_id, Member))
        .where(
            PanelMember.organisation_id == actor.organisation_id,
            PanelMember.vacancy_id == vacancy_id,
            PanelMember.may_rate,
            Member.left_at.is_(None),
        )
        .order_by(Member.name, Member.id)
    )
    return {row.id: row.name for row in rows}


def of_vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Panel:
    """The panel of a vacancy, for whoever sets it."""
    actor.need(Permission.MANAGE_VACANCIES)
    row = session.execute(
        sa.select(Vacancy.title, Vacancy.panel_only).where(
            Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    seats = _seats(session, actor, vacancy_id)
    members = session.execute(
        sa.select(Member.id, Member.name, Member.role)
        .where(
            Member.organisation_id == actor.organisation_id,
            Member.left_at.is_(None),
            Member.role.in_([role for role in Role if may(role, Permission.SEE_CANDIDATES)]),
        )
        .order_by(Member.name, Member.id)
    )
    people = tuple(Sitter(member_id, name, Role(role), seats.get(member_id)) for member_id, name, role in members)
    return Panel(vacancy_id, row.title, row.panel_only, people)


def change(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, seats: Mapping[uuid.UUID, Seat], *, only: bool, now: datetime
) -> None:
    """Put exactly these members on the panel; ratings that others have handed in stay."""
    actor.need(Permission.MANAGE_VACANCIES)
    vacancy = session.scalar(
        sa.select(Vacancy)
        .where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
        .with_for_update()
    )
    if vacancy is None:
        raise NotFoundError
    before = of_vacancy(session, actor, vacancy_id)
    if not set(seats) <= {one.member_id for one in before.people}:
        raise DomainError("Somebody of the list has left, or can’t see candidates any more. Load the page again.")
    if only and not seats:
        raise DomainError("Put somebody on the panel before the vacancy is for its panel only.", "only")
    if only == before.only and dict(seats) == {one.member_id: one.seat for one in before.seated}:
        return
    vacancy.panel_only = only
    session.execute(
        sa.delete(PanelMember).where(
            PanelMember.organisation_id == actor.organisation_id, PanelMember.vacancy_id == vacancy_id
        )
    )
    session.add_all(
        PanelMember(
            organisation_id=actor.organisation_id,
            vacancy_id=vacancy_id,
            member_id=member_id,
            may_rate=seat.may_rate,
            may_decide=seat.may_decide,
            added_at=now,
        )
        for member_id, seat in seats.items()
    )
    session.flush()
    audit.record(
        session,
        actor,
        "changed the panel of",
        "vacancy",
        vacancy_id,
        now,
        panel_only=only,
        on_panel=len(seats),
        members=sorted(map(str, seats)),
        rating=sorted(str(member_id) for member_id, seat in seats.items() if seat.may_rate),
        deciding=sorted(str(member_id) for member_id, seat in seats.items() if seat.may_decide),
    )


def _seats(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> dict[uuid.UUID, Seat]:
    rows = session.execute(
        sa.select(PanelMember.member_id, PanelMember.may_rate, PanelMember.may_decide).where(
            PanelMember.organisation_id == actor.organisation_id, PanelMember.vacancy_id == vacancy_id
        )
    )
    return {member_id: Seat(may_rate, may_decide) for member_id, may_rate, may_decide in rows}
