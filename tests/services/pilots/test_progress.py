"""What counts towards a calibrated key, and what is said of the key in force."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.pilots import pilots, progress
from assessment.services.pilots.progress import Progress
from assessment.services.sitting import retention
from assessment.store.content import Form, KeyStatus, KeyVersion
from tests import hiring, piloting, taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import finish
from tests.piloting import make_pilot

LATER = START + timedelta(days=200)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def pilot_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_pilot(session, hr)


def of_general(session: Session, hr: Actor) -> Progress:
    (found,) = progress.of_forms(session, hr).forms
    return found


def add_key(session: Session, form_id: uuid.UUID, **values: object) -> None:
    """A further key; its numbers are those of the first, which these tests don't read."""
    first = session.scalars(sa.select(KeyVersion).where(KeyVersion.form_id == form_id, KeyVersion.number == 1)).one()
    given = {
        "form_id": form_id,
        "prior_version_id": first.prior_version_id,
        "digest": uuid.uuid4().hex,
        "content": first.content,
        "created_at": START,
    }
    session.add(KeyVersion(**(given | values)))
    session.flush()


def test_sittings_of_pilots_and_of_vacancies_count_apart_and_together(
    session: Session, hr: Actor, pilot_id: uuid.UUID
) -> None:
    vacancy_id = hiring.make_vacancy(session, hr)
    for name in ("Ada Example", "Ben Example"):
        finish(session, hr.organisation_id, hiring.invite(session, hr, vacancy_id, name))
    finish(session, hr.organisation_id, piloting.ask(session, hr, pilot_id).candidacy_id)
    found = of_general(session, hr)
    assert (found.from_pilots, found.from_vacancies, found.finished) == (1, 2, 3)
    assert (found.missing_to(100), found.missing_to(500), found.missing_to(2)) == (97, 497, 0)
    (of_form,) = progress.of_form(session, hr, found.form_id).forms
    assert of_form == found


def test_what_is_unfinished_too_short_erased_or_elsewhere_does_not_count(
    session: Session, hr: Actor, pilot_id: uuid.UUID
) -> None:
    def asked(number: int) -> taking.Person:
        return piloting.ask(session, hr, pilot_id, f"Person {number}", f"p{number}@mail.example")

    hiring.start(session, hr.organisation_id, asked(1).candidacy_id)
    finish(session, hr.organisation_id, asked(2).candidacy_id, None, answered=9)
    erased = asked(3)
    finish(session, hr.organisation_id, erased.candidacy_id)
    assert of_general(session, hr).finished == 1
    retention.erase_own(session, erased.invited, START)
    assert of_general(session, hr).finished == 0
    finish(session, hr.organisation_id, asked(4).candidacy_id, answered=10)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    finish(
        session, stranger.organisation_id, piloting.ask(session, stranger, make_pilot(session, stranger)).candidacy_id
    )
    assert of_general(session, hr).finished == 1


def test_a_sitting_counts_as_long_as_it_is_kept(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    finish(session, hr.organisation_id, piloting.ask(session, hr, pilot_id).candidacy_id)
    assert progress.of_forms(session, hr).kept_days == 180
    retention.erase_due(session, LATER)
    assert of_general(session, hr).finished == 0
    assert pilots.get(session, hr, pilot_id).finished == 1, "that somebody took part stays"


def test_the_experts_key_is_provisional_and_has_changed_nothing(session: Session, hr: Actor) -> None:
    key = of_general(session, hr).key
    assert (key.number, key.people, key.provisional, key.calibrated) == (1, 0, True, False)


def test_a_calibrated_key_says_since_when_from_how_many_and_why(session: Session, hr: Actor) -> None:
    form_id = pilots.choices(session, hr)[0].id
    published = {"status": KeyStatus.PUBLISHED, "decided_at": LATER, "decided_by": "Anna", "reason": "The pilot"}
    add_key(session, form_id, number=2, pilot_n=134, **published)
    add_key(session, form_id, number=3, pilot_n=140, status=KeyStatus.DRAFT)
    add_key(session, form_id, number=4, pilot_n=150, status=KeyStatus.DISCARDED, decided_at=LATER)
    key = of_general(session, hr).key
    assert (key.number, key.people, key.since, key.by, key.reason) == (2, 134, LATER, "Anna", "The pilot")
    assert key.calibrated
    assert not key.provisional


def test_a_form_that_is_not_offered_any_more_is_still_followed(
    session: Session, hr: Actor, pilot_id: uuid.UUID
) -> None:
    session.get_one(Form, pilots.get(session, hr, pilot_id).form_id).organisations = '["Elsewhere"]'
    session.flush()
    assert of_general(session, hr).form.startswith("General form")
    stranger = make_actor(session, make_organisation(session, "Somebody Else"), Role.HR)
    assert progress.of_forms(session, stranger).forms == ()
