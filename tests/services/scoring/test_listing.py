"""The list of results: by form, newest first, of nobody by name."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.scoring import listing
from assessment.store.content import Form
from assessment.store.sittings import Sitting
from tests import hiring, taking
from tests.conftest import START
from tests.explaining import make_key, score_again
from tests.factories import make_actor, make_organisation


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def analyst(session: Session, hr: Actor) -> Actor:
    return make_actor(session, hr.organisation_id, Role.ANALYST)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return hiring.make_vacancy(session, hr)


def finished(session: Session, hr: Actor, vacancy_id: uuid.UUID, count: int, **more: object) -> list[uuid.UUID]:
    """Sittings finished an hour after another; the newest first."""
    made = []
    for number in range(count):
        person = hiring.make_person(session, hr.organisation_id, vacancy_id, number + 1)
        at = START + timedelta(hours=number)
        made.append(hiring.finish(session, hr.organisation_id, person, now=at, **more))  # type: ignore[arg-type]
    return made[::-1]


def test_before_anybody_has_finished_there_is_no_form(
    session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID
) -> None:
    hiring.start(session, hr.organisation_id, hiring.make_person(session, hr.organisation_id, vacancy_id, 1))
    assert listing.page(session, analyst) == listing.ResultsPage((), None, (), False)


def test_sittings_come_newest_first_a_page_at_a_time(
    session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID
) -> None:
    made = finished(session, hr, vacancy_id, 5)
    first = listing.page(session, analyst, size=3)
    assert [one.id for one in first.sittings] == made[:3]
    assert first.older
    assert first.form is not None
    assert (first.form.sittings, first.form.situations) == (5, 24)
    rest = listing.page(session, analyst, before=made[2], size=3)
    assert [one.id for one in rest.sittings] == made[3:]
    assert not rest.older


def test_those_finished_at_the_same_moment_are_all_listed_once(
    session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID
) -> None:
    made = set(finished(session, hr, vacancy_id, 6))
    session.execute(sa.update(Sitting).values(finished_at=START + timedelta(days=1)))
    seen: list[uuid.UUID] = []
    while len(seen) < 6:
        page = listing.page(session, analyst, before=seen[-1] if seen else None, size=2)
        seen += [one.id for one in page.sittings]
    assert set(seen) == made
    assert not page.older


def test_a_line_tells_what_became_of_a_sitting_and_whose_it_is_to_nobody(
    session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID
) -> None:
    people = [hiring.make_person(session, hr.organisation_id, vacancy_id, number) for number in (1, 2, 3)]
    hiring.finish(session, hr.organisation_id, people[0], now=START)
    hiring.finish(session, hr.organisation_id, people[1], p_random=0.9, now=START + timedelta(hours=1))
    hiring.finish(session, hr.organisation_id, people[2], None, answered=4, now=START + timedelta(hours=2))
    page = listing.page(session, analyst)
    told = [(one.answered, one.results[0].scored, one.results[0].withheld) for one in page.sittings]
    assert told == [(4, False, True), (24, True, True), (24, True, False)]
    assert page.sittings[0].name == page.sittings[0].id.hex[:8]
    for secret in ("Person", "Nameof", "example", "Sales assistant", str(vacancy_id), *map(str, people)):
        assert secret not in repr(page)


def test_results_under_several_keys_stand_with_their_sitting(session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person)
    sitting = taking.sitting_of(session, person)
    score_again(session, sitting, make_key(session, sitting.form_id))
    (one,) = listing.page(session, make_actor(session, person.organisation_id, Role.ANALYST)).sittings
    assert [(result.key_number, result.pilot_n) for result in one.results] == [(1, 0), (2, 640)]


def test_each_form_has_a_list_and_the_one_finished_last_stands_first(
    session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID
) -> None:
    made = finished(session, hr, vacancy_id, 3)
    first = session.get_one(Sitting, (hr.organisation_id, made[0])).form_id
    old = session.get_one(Form, first)
    other = Form(
        bank=old.bank,
        name="other",
        title="Another form",
        sector="any",
        organisations=old.organisations,
        digest="of another",
        created_at=START,
    )
    session.add(other)
    session.flush()
    session.get_one(Sitting, (hr.organisation_id, made[2])).form_id = other.id
    session.flush()
    page = listing.page(session, analyst)
    assert [form.id for form in page.forms] == [first, other.id]
    assert [one.id for one in page.sittings] == made[:2]
    assert [one.id for one in listing.page(session, analyst, form_id=other.id).sittings] == [made[2]]
    with pytest.raises(NotFoundError):
        listing.page(session, analyst, form_id=other.id, before=made[0])


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_nobody_but_analysts_sees_the_list(session: Session, hr: Actor, role: Role) -> None:
    with pytest.raises(NotFoundError):
        listing.page(session, make_actor(session, hr.organisation_id, role))


def test_results_of_others_are_not_there(session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID) -> None:
    (sitting_id,) = finished(session, hr, vacancy_id, 1)
    form_id = session.get_one(Sitting, (hr.organisation_id, sitting_id)).form_id
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.ANALYST)
    with pytest.raises(NotFoundError):
        listing.page(session, stranger, form_id=form_id)
    theirs = make_actor(session, stranger.organisation_id, Role.HR)
    (own,) = finished(session, theirs, hiring.make_vacancy(session, theirs), 1)
    page = listing.page(session, stranger)
    assert [one.id for one in page.sittings] == [own]
    assert [form.sittings for form in page.forms] == [1]
    with pytest.raises(NotFoundError):
        listing.page(session, stranger, before=sitting_id)
    with pytest.raises(NotFoundError):
        listing.page(session, analyst, before=uuid.uuid4())


def test_the_list_takes_as_many_statements_at_any_length(
    session: Session, hr: Actor, analyst: Actor, vacancy_id: uuid.UUID
) -> None:
    finished(session, hr, vacancy_id, 1)
    listing.page(session, analyst)  # keys and priors are read once per process
    counts = []
    for _ in range(2):
        session.expire_all()
        with hiring.counted(session) as statements:
            listing.page(session, analyst)
        counts.append(len(statements))
        finished(session, hr, hiring.make_vacancy(session, hr), 12)
    assert counts[0] == counts[1] == 3
