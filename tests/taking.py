"""People who were invited, and what they do, for tests of the candidate's way."""

import random
import re
import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor, Invited
from assessment.services.hiring import invitations, vacancies
from assessment.services.permissions import Role
from assessment.services.scoring import content, results
from assessment.services.sitting import answers, sittings
from assessment.store.hiring import Invitation
from assessment.store.profiles import RoleProfile
from assessment.store.records import Outgoing
from assessment.store.sittings import Sitting
from tests.conftest import START
from tests.factories import make_actor, make_organisation


@dataclass(frozen=True)
class Person:
    """Somebody invited: who invited them, where, and with which link."""

    actor: Actor
    vacancy_id: uuid.UUID
    candidacy_id: uuid.UUID
    invited: Invited
    token: str

    @property
    def organisation_id(self) -> uuid.UUID:
        return self.actor.organisation_id


def make_vacancy(session: Session, actor: Actor, title: str = "Shop assistant", now: datetime = START) -> uuid.UUID:
    """An open vacancy with one of the library's profiles."""
    profile_id = session.scalars(
        sa.select(RoleProfile.id)
        .where(RoleProfile.organisation_id == actor.organisation_id)
        .order_by(RoleProfile.sector == "retail", RoleProfile.role)
    ).all()[-1]
    return vacancies.create(
        session,
        actor,
        title=title,
        place="Harbour",
        role_profile_id=profile_id,
        names_hidden=True,
        answer_days=14,
        now=now,
    )


def invite(
    session: Session,
    actor: Actor,
    vacancy_id: uuid.UUID,
    name: str = "Ann Example",
    email: str = "ann@mail.example",
    now: datetime = START,
) -> Person:
    """Invite a person to the vacancy and take the link out of the letter."""
    invited = invitations.invite(
        session, actor, vacancy_id, name=name, email=email, base_url="http://localhost", now=now
    )
    invitation_id = session.scalars(
        sa.select(Invitation.id)
        .where(Invitation.candidacy_id == invited.candidacy_id)
        .order_by(Invitation.created_at.desc())
    ).first()
    assert invitation_id is not None
    return Person(
        actor,
        vacancy_id,
        invited.candidacy_id,
        Invited(actor.organisation_id, invitation_id),
        newest_token(session, email),
    )


def make_person(session: Session, organisation: str = "Harbour Stores", **more: str) -> Person:
    """A person invited to a vacancy of a new organisation."""
    actor = make_actor(session, make_organisation(session, organisation), Role.HR)
    return invite(session, actor, make_vacancy(session, actor), **more)


def newest_token(session: Session, email: str) -> str:
    """The secret of the link in the newest letter to an address."""
    texts = session.scalars(
        sa.select(Outgoing.text).where(Outgoing.recipient == email).order_by(Outgoing.created_at)
    ).all()
    found = re.findall(r"/i/(\S+)", texts[-1])
    return str(found[-1])


def start(session: Session, person: Person, now: datetime = START, *, seed: int = 1) -> int:
    """Read the notice and start."""
    shown = sittings.standing(session, person.invited, now).notice
    return sittings.start(session, person.invited, shown.digest, now, rng=random.Random(seed))


def options(session: Session, person: Person, number: int) -> list[str]:
    """The options of a situation in the order shown to this person."""
    return [option.id for option in sittings.situation(session, person.invited, number).options]


def answer(
    session: Session,
    person: Person,
    number: int,
    most: int = 0,
    least: int = 1,
    *,
    now: datetime = START,
    device: int = 1,
    sequence: int | None = None,
    key: str | None = None,
    following: int | None = None,
) -> answers.Saved:
    """Answer a situation by the places of its options."""
    shown = options(session, person, number)
    choice = answers.Choice(key or uuid.uuid4().hex, shown[most], shown[least], device, sequence)
    return answers.save(session, person.invited, number, choice, now, following=following)


def answer_first(session: Session, person: Person, count: int, now: datetime = START) -> None:
    """Answer the first situations."""
    for number in range(1, count + 1):
        answer(session, person, number, now=now)


def finish(session: Session, person: Person, now: datetime = START) -> None:
    worked_out = sittings.work_out(session, person.invited)
    assert worked_out is not None
    sittings.finish(session, person.invited, worked_out, now)


def take(session: Session, person: Person, now: datetime = START, *, seed: int = 1) -> results.OwnResult:
    """The whole way, every situation answered."""
    start(session, person, now, seed=seed)
    answer_first(session, person, total(session, person), now)
    finish(session, person, now)
    own = results.own(session, person.invited)
    assert own is not None
    return own


def take_reading(session: Session, person: Person, now: datetime = START) -> None:
    """The whole way of somebody who reads: most and least like the options with the most and the least trust."""
    start(session, person, now)
    form = content.form(session, sitting_of(session, person).form_id)
    for number, item in enumerate(form.items, start=1):
        trust = {option.id: option.levels.get("trust", 0.0) for option in item.options}
        shown = options(session, person, number)
        places = sorted(range(len(shown)), key=lambda place: (trust[shown[place]], shown[place]))
        answer(session, person, number, places[-1], places[0], now=now)
    finish(session, person, now)


def total(session: Session, person: Person) -> int:
    """How many situations this person's form has."""
    return len(content.form(session, sitting_of(session, person).form_id).items)


def sitting_of(session: Session, person: Person) -> Sitting:
    return session.scalars(
        sa.select(Sitting).where(
            Sitting.organisation_id == person.organisation_id,
            Sitting.invitation_id == person.invited.invitation_id,
        )
    ).one()
