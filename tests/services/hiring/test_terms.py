"""The terms of a vacancy: what may be said, what may be said otherwise later, and what a copy takes over."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import copying, fields, following, invitations, terms, vacancies
from assessment.services.hiring.fields import FieldKind, Question
from assessment.services.permissions import Role
from assessment.services.scoring import content
from assessment.services.sitting import notices, retention, sittings
from assessment.store.hiring import Candidate, Invitation, NoticeVersion
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import invite, make_person, make_vacancy, publish_again

TODAY = START.date()


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"place": "x" * 121}, "place"),
        ({"answer_days": 0}, "answer_days"),
        ({"places": 0}, "places"),
        ({"places": 10_001}, "places"),
        ({"last_day": TODAY - timedelta(days=1)}, "last_day"),
        ({"last_day": date(2099, 1, 1)}, "last_day"),
        ({"retention_days": 0}, "retention_days"),
        ({"retention_days": 181}, "retention_days"),
    ],
)
def test_terms_that_can_not_be_are_refused_beside_their_input(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, change: dict[str, object], field: str
) -> None:
    given = replace(terms.get(session, hr, vacancy_id), **change)  # type: ignore[arg-type]
    with pytest.raises(DomainError) as refusal:
        terms.change(session, hr, vacancy_id, given, START)
    assert refusal.value.field == field


def test_terms_are_changed_and_the_log_says_which(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    before = terms.get(session, hr, vacancy_id)
    assert (before.last_day, before.places, before.retention_days) == (None, None, None)
    after = replace(before, title="  Night   desk ", places=3, last_day=TODAY, retention_days=30, names_hidden=False)
    terms.change(session, hr, vacancy_id, after, START)
    facts = vacancies.get(session, hr, vacancy_id)
    assert (facts.title, facts.places, facts.last_day, facts.kept_days) == ("Night desk", 3, TODAY, 30)
    entry = next(one for one in audit.page(session, hr).entries if one.action == terms.CHANGED)
    assert entry.body == {
        "title": "Night desk",
        "names_hidden": False,
        "last_day": TODAY.isoformat(),
        "places": 3,
        "retention_days": 30,
    }
    terms.change(session, hr, vacancy_id, terms.get(session, hr, vacancy_id), START)
    kept = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == terms.CHANGED)).all()
    assert len(kept) == 1, "nothing changed, nothing logged"
    terms.change(session, hr, vacancy_id, replace(terms.get(session, hr, vacancy_id), places=None), START)
    assert vacancies.get(session, hr, vacancy_id).places is None


def test_a_last_day_that_is_over_may_stay_while_something_else_changes(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    terms.change(session, hr, vacancy_id, replace(terms.get(session, hr, vacancy_id), last_day=TODAY), START)
    later = START + timedelta(days=5)
    terms.change(session, hr, vacancy_id, replace(terms.get(session, hr, vacancy_id), title="Renamed"), later)
    assert vacancies.get(session, hr, vacancy_id).last_day == TODAY


def test_nobody_is_invited_after_the_last_day_and_who_was_keeps_the_days_promised(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    terms.change(session, hr, vacancy_id, replace(terms.get(session, hr, vacancy_id), last_day=TODAY), START)
    candidacy_id = invite(session, hr, vacancy_id, now=START)
    deadline = session.scalars(sa.select(Invitation.deadline).where(Invitation.candidacy_id == candidacy_id)).one()
    assert deadline.date() == TODAY + timedelta(days=14)
    assert vacancies.get(session, hr, vacancy_id).invites(START)
    tomorrow = START + timedelta(days=1)
    assert not vacancies.get(session, hr, vacancy_id).invites(tomorrow)
    with pytest.raises(DomainError, match="last day for invitations was 22 November 2026"):
        invite(session, hr, vacancy_id, "Ben Example", now=tomorrow)
    later = replace(terms.get(session, hr, vacancy_id), last_day=TODAY + timedelta(days=9))
    terms.change(session, hr, vacancy_id, later, tomorrow)
    assert invite(session, hr, vacancy_id, "Ben Example", now=tomorrow)


def test_what_people_were_told_is_kept_no_longer(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    def kept(days: int | None) -> None:
        given = replace(terms.get(session, hr, vacancy_id), retention_days=days)
        terms.change(session, hr, vacancy_id, given, START)

    for days in (30, 90, None, 60):  # nobody was told anything yet
        kept(days)
    make_person(session, hr.organisation_id, vacancy_id, 1)
    for longer in (61, None):
        with pytest.raises(DomainError) as refusal:
            kept(longer)
        assert refusal.value.field == "retention_days"
    kept(20)
    assert vacancies.get(session, hr, vacancy_id).kept_days == 20


def test_only_hr_of_the_organisation_changes_terms(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    given = terms.get(session, hr, vacancy_id)
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for actor in (manager, stranger):
        for refused in (
            lambda actor=actor: terms.get(session, actor, vacancy_id),
            lambda actor=actor: terms.change(session, actor, vacancy_id, given, START),
            lambda actor=actor: copying.copy(session, actor, vacancy_id, given, START),
            lambda actor=actor: copying.terms_of_a_copy(session, actor, vacancy_id),
        ):
            with pytest.raises(NotFoundError):
                refused()


def test_candidates_read_how_long_their_vacancy_keeps_data_and_the_same_words_keep_their_number(
    session: Session,
) -> None:
    long = taking.make_person(session)
    short_vacancy = taking.make_vacancy(session, long.actor, "Returns desk")
    given = replace(terms.get(session, long.actor, short_vacancy), retention_days=30)
    terms.change(session, long.actor, short_vacancy, given, START)
    short = taking.invite(session, long.actor, short_vacancy, "Bo", "bo@mail.example")
    third = taking.invite(session, long.actor, long.vacancy_id, "Cy", "cy@mail.example")
    assert sittings.standing(session, short.invited, START).retention_days == 30
    assert sittings.standing(session, short.invited, START).notice == notices.words("Harbour Stores", 30)
    for person in (long, short, third):
        taking.start(session, person)
    assert sorted(session.scalars(sa.select(NoticeVersion.number))) == [1, 2]


def test_a_vacancy_that_keeps_data_longer_than_its_organisation_by_now_follows_the_organisation(
    session: Session,
) -> None:
    person = taking.make_person(session)
    given = replace(terms.get(session, person.actor, person.vacancy_id), retention_days=None)
    terms.change(session, person.actor, person.vacancy_id, replace(given, retention_days=None), START)
    session.execute(sa.text("UPDATE vacancy SET retention_days = 90"))
    session.execute(sa.update(Organisation).values(retention_days=10))
    session.expire_all()
    assert sittings.standing(session, person.invited, START).retention_days == 10
    taking.take(session, person)
    assert retention.erase_due(session, START + timedelta(days=11)) == 1


def test_a_vacancys_own_time_erases_its_people_and_a_name_lives_as_long_as_the_longest(session: Session) -> None:
    person = taking.make_person(session)
    other = taking.make_vacancy(session, person.actor, "Returns desk")
    given = replace(terms.get(session, person.actor, other), retention_days=30)
    terms.change(session, person.actor, other, given, START)
    second = taking.invite(session, person.actor, other)
    third = taking.invite(session, person.actor, other, "Bo", "bo@mail.example")
    for one in (person, second, third):
        taking.take(session, one)
    assert retention.erase_due(session, START + timedelta(days=30)) == 0
    assert retention.erase_due(session, START + timedelta(days=30, seconds=1)) == 2
    session.expire_all()
    assert sorted(name or "" for name in session.scalars(sa.select(Candidate.name))) == ["", "Ann Example"]
    assert sittings.standing(session, person.invited, START).finished_at is not None
    assert retention.erase_due(session, START + timedelta(days=180, seconds=1)) == 1
    session.expire_all()
    assert session.scalars(sa.select(Candidate.name)).all() == [None, None]


def test_judgement_comes_first_in_a_copy_where_it_does_in_the_other(session: Session, hr: Actor) -> None:
    for first in (True, False):
        other = make_vacancy(session, hr, judgement_first=first)
        copy_id = copying.copy(session, hr, other, copying.terms_of_a_copy(session, hr, other), START)
        assert vacancies.get(session, hr, copy_id).judgement_first is first


def test_a_copy_takes_over_everything_but_people(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    given = replace(terms.get(session, hr, vacancy_id), places=2, last_day=TODAY, retention_days=30, answer_days=7)
    terms.change(session, hr, vacancy_id, given, START)
    questions = [Question(FieldKind.ONE_OF, "Which shift?", ("Early", "Late"))]
    fields.change(session, hr, vacancy_id, questions, START)
    make_person(session, hr.organisation_id, vacancy_id, 1)
    newer = publish_again(session, hr, vacancy_id)
    offered = copying.terms_of_a_copy(session, hr, vacancy_id)
    assert offered == replace(given, last_day=None)
    copy_id = copying.copy(session, hr, vacancy_id, replace(offered, title="Second desk"), START)
    old, new = (vacancies.get(session, hr, one) for one in (vacancy_id, copy_id))
    assert (new.title, new.places, new.kept_days, new.answer_days, new.last_day) == ("Second desk", 2, 30, 7, None)
    assert (new.role_profile_id, new.profile_version_id) == (old.role_profile_id, newer)
    assert len(content.form(session, new.form_id).items) == len(content.form(session, old.form_id).items)
    assert [one.question for one in fields.of_vacancy(session, hr.organisation_id, copy_id)] == questions
    assert following.in_brief(session, hr, copy_id, START) == ()
    assert (
        invitations.invite(
            session, hr, copy_id, name="Ada", email="ada@candidate.example", base_url="http://localhost", now=START
        ).number
        == 1
    )
