"""Pilots and volunteers for tests."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor, Invited
from assessment.services.permissions import Role
from assessment.services.pilots import pilots, volunteers
from assessment.store.hiring import Candidacy, Candidate, Invitation
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL
from tests.taking import Person

TITLE = "Pilot among shop teams"


def make_pilot(session: Session, hr: Actor, title: str = TITLE, now: datetime = START) -> uuid.UUID:
    """An open pilot of the general form."""
    form = pilots.choices(session, hr)[0]
    return pilots.create(session, hr, title=title, form_id=form.id, answer_days=14, now=now)


def ask(
    session: Session,
    hr: Actor,
    pilot_id: uuid.UUID,
    name: str = "Vera Example",
    email: str = "vera@mail.example",
    now: datetime = START,
) -> Person:
    """Ask a person to take part, and take the link out of the letter. `vacancy_id` of the person is the pilot's."""
    volunteers.invite(session, hr, pilot_id, name=name, email=email, base_url=BASE_URL, now=now)
    candidacy_id, invitation_id = session.execute(
        sa.select(Candidacy.id, Invitation.id)
        .join(Candidate, Candidate.id == Candidacy.candidate_id)
        .join(Invitation, Invitation.candidacy_id == Candidacy.id)
        .where(Candidate.email == email, Candidacy.pilot_id == pilot_id)
        .order_by(Invitation.created_at.desc())
        .limit(1)
    ).one()
    invited = Invited(hr.organisation_id, invitation_id)
    return Person(hr, pilot_id, candidacy_id, invited, taking.newest_token(session, email))


def make_volunteer(session: Session, organisation: str = "Harbour Stores") -> Person:
    """Somebody asked to take part in a pilot of a new organisation."""
    hr = make_actor(session, make_organisation(session, organisation), Role.HR, "Hanna")
    return ask(session, hr, make_pilot(session, hr))


def make_crowd(session: Session, hr: Actor, pilot_id: uuid.UUID, first: int, last: int, now: datetime = START) -> None:
    """People asked to take part, written straight into the tables."""
    for number in range(first, last + 1):
        candidate = Candidate(
            organisation_id=hr.organisation_id,
            email=f"volunteer{number}@{pilot_id}.example",
            name=f"Nameof Volunteer{number}",
            created_at=now,
        )
        session.add(candidate)
        session.flush()
        candidacy = Candidacy(
            organisation_id=hr.organisation_id,
            candidate_id=candidate.id,
            pilot_id=pilot_id,
            number=number,
            created_at=now,
        )
        session.add(candidacy)
        session.flush()
        session.add(
            Invitation(
                organisation_id=hr.organisation_id,
                candidacy_id=candidacy.id,
                created_at=now,
                deadline=now + timedelta(days=14),
            )
        )
    session.flush()
