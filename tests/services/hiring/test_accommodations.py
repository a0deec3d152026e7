"""What was granted to a person: seen by them and HR, by no manager, and gone when the person's data goes."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import accommodations, candidates
from assessment.services.permissions import Role
from assessment.services.sitting import own_data, retention, sittings
from assessment.store.hiring import Candidacy
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from assessment.store.tables import METADATA
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.taking import Person

WORDS = "Unmistakable breaks whenever you like"
LATER = START + timedelta(hours=1)


@pytest.fixture
def person(session: Session) -> Person:
    return taking.make_person(session)


def granted(session: Session, person: Person, text: str = WORDS) -> None:
    accommodations.grant(session, person.actor, person.candidacy_id, text, LATER)
    session.expire_all()


def test_hr_and_the_person_read_what_was_granted(session: Session, person: Person) -> None:
    granted(session, person, f"  {WORDS}\n")
    page = candidates.page(session, person.actor, person.candidacy_id, LATER)
    assert page.for_hr is not None
    assert (page.for_hr.accommodation, page.for_hr.accommodated_at) == (WORDS, LATER)
    assert sittings.standing(session, person.invited, LATER).accommodation == WORDS
    (held,) = own_data.everything(session, person.invited).vacancies
    assert (held.agreed_with_you, held.agreed_at) == (WORDS, LATER)
    assert WORDS in own_data.as_json(own_data.everything(session, person.invited))


def test_a_manager_learns_nothing_of_it(session: Session, person: Person) -> None:
    manager = make_actor(session, person.organisation_id, Role.HIRING_MANAGER)
    before = candidates.page(session, manager, person.candidacy_id, LATER)
    granted(session, person)
    after = candidates.page(session, manager, person.candidacy_id, LATER)
    assert replace(after, profile=before.profile) == before
    with pytest.raises(NotFoundError):
        accommodations.grant(session, manager, person.candidacy_id, "x", LATER)
    with pytest.raises(NotFoundError):
        accommodations.take_back(session, manager, person.candidacy_id, LATER)


def test_the_log_says_that_and_never_what(session: Session, person: Person) -> None:
    granted(session, person)
    granted(session, person)  # the same words twice are a second click
    accommodations.take_back(session, person.actor, person.candidacy_id, LATER)
    accommodations.take_back(session, person.actor, person.candidacy_id, LATER)
    entries = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject_id == person.candidacy_id, AuditEntry.at == LATER)
    ).all()
    assert sorted((entry.action, entry.body) for entry in entries) == [
        ("recorded an agreement with", "{}"),
        ("took back an agreement with", "{}"),
    ]


def test_taken_back_it_is_nowhere(session: Session, person: Person) -> None:
    granted(session, person)
    accommodations.take_back(session, person.actor, person.candidacy_id, LATER)
    session.expire_all()
    assert sittings.standing(session, person.invited, LATER).accommodation is None
    assert "Unmistakable" not in everything_in(session)


@pytest.mark.parametrize(("text", "words"), [("  ", "Write what"), ("x" * 501, "at most 500")])
def test_nothing_and_too_much_are_refused_beside_the_field(
    session: Session, person: Person, text: str, words: str
) -> None:
    with pytest.raises(DomainError, match=words) as refusal:
        accommodations.grant(session, person.actor, person.candidacy_id, text, LATER)
    assert refusal.value.field == "accommodation"


def test_another_organisations_hr_finds_nobody(session: Session, person: Person) -> None:
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for candidacy_id, actor in ((person.candidacy_id, stranger), (uuid.uuid4(), person.actor)):
        with pytest.raises(NotFoundError):
            accommodations.grant(session, actor, candidacy_id, WORDS, LATER)


def test_erasing_takes_it_along_and_nothing_new_can_be_kept(session: Session, person: Person) -> None:
    granted(session, person)
    retention.erase_own(session, person.invited, LATER)
    session.expire_all()
    assert "Unmistakable" not in everything_in(session)
    assert session.scalars(sa.select(Candidacy)).one().accommodated_at is None
    with pytest.raises(DomainError, match="erased"):
        accommodations.grant(session, person.actor, person.candidacy_id, WORDS, LATER)


def test_it_goes_when_its_time_is_over_though_nothing_else_is_left(session: Session, person: Person) -> None:
    days = session.get_one(Organisation, person.organisation_id).retention_days
    over = START + timedelta(days=days + 15)
    assert retention.erase_due(session, over) == 1
    # As if it had been recorded by a release that did not erase it.
    session.execute(sa.update(Candidacy).values(accommodation=WORDS, accommodated_at=START))
    assert retention.erase_due(session, over) == 1
    session.expire_all()
    assert "Unmistakable" not in everything_in(session)
    assert retention.erase_due(session, over) == 0


def everything_in(session: Session) -> str:
    return "\n".join(str(row) for table in METADATA.sorted_tables for row in session.execute(sa.select(table)).all())
