"""Vacancies: opened, counted, closed, and moved to a newer version."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import invitations, vacancies
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.store.content import Form
from assessment.store.records import AuditEntry
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import counted, finish, invite, make_person, make_vacancy, publish_again, start


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def manager(session: Session, hr: Actor) -> Actor:
    return make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)


def test_a_vacancy_reads_with_the_newest_published_version_and_a_form_for_its_sector(
    session: Session, hr: Actor
) -> None:
    first = make_vacancy(session, hr)
    newer = publish_again(session, hr, first)
    second = vacancies.get(session, hr, make_vacancy(session, hr, "Another"))
    assert second.profile_version_id == newer
    assert second.number == 2
    assert session.get_one(Form, second.form_id).sector in ("any", "retail")
    assert second.names_hidden
    assert vacancies.get(session, hr, first).number == 1, "a vacancy stays with the version it was opened with"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"place": "x" * 121}, "place"),
        ({"answer_days": 0}, "answer_days"),
        ({"answer_days": 366}, "answer_days"),
        ({"role_profile_id": uuid.uuid4()}, "role_profile_id"),
    ],
)
def test_what_can_not_be_a_vacancy_is_refused_beside_its_input(
    session: Session, hr: Actor, change: dict[str, object], field: str
) -> None:
    given: dict[str, object] = {
        "title": "Sales",
        "place": "Here",
        "role_profile_id": role_profiles.choices(session, hr)[0].id,
        "names_hidden": True,
        "answer_days": 14,
    }
    with pytest.raises(DomainError) as refusal:
        vacancies.create(session, hr, **(given | change), now=START)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_vacancy_of_no_particular_sector_takes_the_profile_for_any(session: Session, hr: Actor) -> None:
    first, *others = role_profiles.choices(session, hr)
    assert (first.sector, first.title) == ("any", "Customer contact, any sector")
    assert {choice.sector for choice in others}.isdisjoint({"any"})
    vacancy_id = vacancies.create(
        session,
        hr,
        title="Museum guard",
        place="West wing",
        role_profile_id=first.id,
        names_hidden=True,
        answer_days=14,
        now=START,
    )
    facts = vacancies.get(session, hr, vacancy_id)
    assert (facts.sector, facts.role, facts.number) == ("any", first.title, 1)
    assert session.get_one(Form, facts.form_id).sector == "any"


def test_another_organisations_role_profile_can_not_be_chosen(session: Session, hr: Actor) -> None:
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    foreign = role_profiles.choices(session, stranger)[0].id
    with pytest.raises(DomainError):
        vacancies.create(
            session,
            hr,
            title="Sales",
            place="Here",
            role_profile_id=foreign,
            names_hidden=True,
            answer_days=14,
            now=START,
        )


def test_the_list_counts_people_once_however_often_they_were_invited(session: Session, hr: Actor) -> None:
    vacancy_id = make_vacancy(session, hr)
    invited, started, finished = (invite(session, hr, vacancy_id, f"Person {n}") for n in range(3))
    start(session, hr.organisation_id, started)
    finish(session, hr.organisation_id, finished)
    assert invited
    later = START + timedelta(days=20)
    invite(session, hr, vacancy_id, "Person 0", now=later)
    (line,) = vacancies.listed(session, hr)
    assert (line.invited, line.started, line.finished, line.shortlisted) == (3, 2, 1, 0)
    invitations.revoke(session, hr, started, later - timedelta(days=19))
    (line,) = vacancies.listed(session, hr)
    assert (line.invited, line.started, line.finished) == (2, 1, 1), "who was withdrawn is not counted"
    assert line.is_open
    assert line.role == "Shop floor"


def test_open_vacancies_stand_before_closed_ones(session: Session, hr: Actor) -> None:
    closed = make_vacancy(session, hr, "Closed", now=START + timedelta(days=1))
    make_vacancy(session, hr, "Old")
    make_vacancy(session, hr, "New", now=START + timedelta(hours=1))
    vacancies.close(session, hr, closed, START + timedelta(days=2))
    assert [line.title for line in vacancies.listed(session, hr)] == ["New", "Old", "Closed"]


def test_the_list_takes_one_statement_at_any_length(session: Session, hr: Actor) -> None:
    vacancy_id = make_vacancy(session, hr)
    make_person(session, hr.organisation_id, vacancy_id, 1)
    with counted(session) as few:
        vacancies.listed(session, hr)
    for number in range(2, 42):
        make_person(session, hr.organisation_id, vacancy_id, number)
        make_vacancy(session, hr, f"Vacancy {number}")
    with counted(session) as many:
        assert len(vacancies.listed(session, hr)) == 41
    assert len(few) == len(many) == 1


def test_a_member_sees_no_vacancy_of_another_organisation(session: Session, hr: Actor) -> None:
    vacancy_id = make_vacancy(session, hr)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert vacancies.listed(session, stranger) == ()
    for refused in (
        lambda: vacancies.get(session, stranger, vacancy_id),
        lambda: vacancies.close(session, stranger, vacancy_id, START),
        lambda: vacancies.reopen(session, stranger, vacancy_id, START),
        lambda: vacancies.move_to_newest(session, stranger, vacancy_id, "because", START),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_a_hiring_manager_follows_vacancies_and_changes_none(session: Session, hr: Actor, manager: Actor) -> None:
    vacancy_id = make_vacancy(session, hr)
    assert [line.id for line in vacancies.listed(session, manager)] == [vacancy_id]
    for refused in (
        lambda: make_vacancy(session, manager),
        lambda: vacancies.close(session, manager, vacancy_id, START),
        lambda: vacancies.reopen(session, manager, vacancy_id, START),
        lambda: vacancies.move_to_newest(session, manager, vacancy_id, "because", START),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_closing_and_reopening_are_told_apart_and_logged(session: Session, hr: Actor) -> None:
    vacancy_id = make_vacancy(session, hr)
    vacancies.close(session, hr, vacancy_id, START)
    assert vacancies.get(session, hr, vacancy_id).closed_at == START
    with pytest.raises(DomainError):
        vacancies.close(session, hr, vacancy_id, START)
    vacancies.reopen(session, hr, vacancy_id, START)
    assert vacancies.get(session, hr, vacancy_id).is_open
    with pytest.raises(DomainError):
        vacancies.reopen(session, hr, vacancy_id, START)
    actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_id == vacancy_id)).all()
    assert sorted(actions) == ["closed", "opened", "reopened"]


def test_a_move_to_a_newer_version_needs_a_reason_and_shows_it(session: Session, hr: Actor) -> None:
    vacancy_id = make_vacancy(session, hr)
    assert not vacancies.get(session, hr, vacancy_id).newer_is_published
    with pytest.raises(DomainError, match="newest"):
        vacancies.move_to_newest(session, hr, vacancy_id, "because", START)
    newer = publish_again(session, hr, vacancy_id)
    assert vacancies.get(session, hr, vacancy_id).newer_is_published
    with pytest.raises(DomainError) as refusal:
        vacancies.move_to_newest(session, hr, vacancy_id, "  ", START)
    assert refusal.value.field == "reason"
    moved_at = START + timedelta(hours=1)
    assert vacancies.move_to_newest(session, hr, vacancy_id, "The shop moved", moved_at) == 2
    facts = vacancies.get(session, hr, vacancy_id)
    assert facts.profile_version_id == newer
    assert facts.moved == vacancies.Moved(moved_at, "The shop moved")
    assert not facts.newer_is_published
