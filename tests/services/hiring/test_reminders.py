"""Reminders: at most two, when the organisation says so, and only to people who can still answer."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment import worker
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidates, invitations, reminders
from assessment.services.permissions import Role
from assessment.services.pilots import pilots
from assessment.services.sitting import candidate_requests, own_data, retention, sittings
from assessment.store.database import Database
from assessment.store.hiring import FINAL, DecisionKind, Vacancy, VacancyStatus
from assessment.store.inviting import InvitationSetting, Reminder
from assessment.store.records import AuditEntry, Outgoing
from tests import hiring, piloting, taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL
from tests.taking import Person

DAY = timedelta(days=1)
# Invited on 22 November; the last minute is that of 6 December.
DEADLINE = START.replace(month=12, day=6, hour=23, minute=59)


@pytest.fixture
def person(session: Session) -> Person:
    """Somebody invited, in an organisation that reminds 7 and 2 days before."""
    person = taking.make_person(session)
    reminders.change(session, person.actor, 7, 2, START)
    return person


def reminded(session: Session) -> list[str]:
    return list(
        session.scalars(
            sa.select(Outgoing.recipient).where(Outgoing.subject.startswith("A reminder")).order_by(Outgoing.recipient)
        )
    )


def go(session: Session, days_before: float) -> int:
    return reminders.write_due(session, BASE_URL, DEADLINE - days_before * DAY)


def test_somebody_is_reminded_twice_on_the_days_that_were_set(session: Session, person: Person) -> None:
    written = [day for day in (13, 10, 7.1, 6.9, 6.8, 5, 3, 2.1, 1.9, 1.5, 0.1, -1) if go(session, day)]
    assert written == [6.9, 1.9]
    assert reminded(session) == ["ann@mail.example"] * 2
    assert session.execute(sa.select(Reminder.number, Reminder.written_at).order_by(Reminder.number)).all() == [
        (1, DEADLINE - 6.9 * DAY),
        (2, DEADLINE - 1.9 * DAY),
    ]


def test_the_link_of_a_reminder_opens_the_same_questionnaire(session: Session, person: Person) -> None:
    taking.start(session, person)
    taking.answer_first(session, person, 3)
    go(session, 6)
    token = taking.newest_token(session, "ann@mail.example")
    assert token != person.token
    assert sittings.open_link(session, token, START) == person.invited


def test_the_log_and_the_persons_own_data_know_of_it(session: Session, person: Person) -> None:
    go(session, 6)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "reminded")).one()
    assert (entry.actor, entry.subject, entry.subject_id) == ("system", "candidacy", person.candidacy_id)
    (vacancy,) = own_data.everything(session, person.invited).vacancies
    assert vacancy.invitations[0].reminded_at == (DEADLINE - 6 * DAY,)
    page = candidates.page(session, person.actor, person.candidacy_id, START)
    assert page.for_hr is not None
    assert [letter.subject for letter in page.for_hr.letters] == [
        "A reminder: Shop assistant",
        "Your invitation: Shop assistant",
    ]
    manager = make_actor(session, person.organisation_id, Role.HIRING_MANAGER)
    assert candidates.page(session, manager, person.candidacy_id, START).for_hr is None


def finished(session: Session, person: Person) -> None:
    hiring.finish(session, person.organisation_id, person.candidacy_id)


def withdrawn(session: Session, person: Person) -> None:
    invitations.revoke(session, person.actor, person.candidacy_id, START)


def erased(session: Session, person: Person) -> None:
    retention.erase_own(session, person.invited, START)


def asked_for_another_way(session: Session, person: Person) -> None:
    candidate_requests.ask_other_way(session, person.invited, "An interview, please.", START)


def closed(session: Session, person: Person) -> None:
    """Closed in the days when that needed no decision about everybody."""
    session.execute(sa.update(Vacancy).values(status=VacancyStatus.CLOSED, closed_at=START))


def off(session: Session, person: Person) -> None:
    reminders.change(session, person.actor, None, None, START)


@pytest.mark.parametrize("happened", [finished, withdrawn, erased, asked_for_another_way, closed, off])
def test_nobody_is_reminded_of_what_they_can_not_or_will_not_do(
    session: Session, person: Person, happened: Callable[[Session, Person], None]
) -> None:
    happened(session, person)
    assert go(session, 6) == go(session, 1) == 0
    assert reminded(session) == []


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_nobody_is_reminded_about_whom_a_final_decision_stands(
    session: Session, person: Person, kind: DecisionKind
) -> None:
    hiring.decide(session, person.actor, person.candidacy_id, DecisionKind.SHORTLISTED, now=START)
    if kind is not DecisionKind.SHORTLISTED:
        hiring.decide(session, person.actor, person.candidacy_id, kind, now=START)
    assert go(session, 6) == (0 if kind in FINAL else 1)


def test_who_has_started_is_reminded_although_the_vacancy_is_closed(session: Session, person: Person) -> None:
    taking.start(session, person)
    closed(session, person)
    assert go(session, 6) == 1


def test_no_volunteer_and_no_other_organisations_candidate_is_reminded(session: Session, person: Person) -> None:
    piloting.ask(session, person.actor, piloting.make_pilot(session, person.actor))
    taking.make_person(session, "Another", email="other@mail.example")
    assert pilots.listed(session, person.actor)
    assert go(session, 6) == 1
    assert reminded(session) == ["ann@mail.example"]


def test_one_letter_is_enough_where_both_are_due(session: Session, person: Person) -> None:
    assert go(session, 1.5) == 1
    assert go(session, 0.2) == 0
    assert session.scalars(sa.select(Reminder.number)).all() == [2]


def test_two_reminders_are_a_day_apart(session: Session, person: Person) -> None:
    reminders.change(session, person.actor, 3, 2, START)
    assert go(session, 2.2) == 1
    assert go(session, 1.9) == 0
    assert go(session, 1.1) == 1


def test_more_time_brings_no_third_reminder(session: Session, person: Person) -> None:
    go(session, 6)
    go(session, 1)
    invitations.extend(session, person.actor, person.candidacy_id, date(2026, 12, 20), START)
    assert sum(go(session, -day) for day in range(14)) == 0


def test_a_vacancy_that_gives_few_days_is_not_reminded_of_at_once(session: Session, person: Person) -> None:
    session.execute(sa.update(Vacancy).values(answer_days=7))
    assert go(session, 6) == 0
    assert go(session, 1) == 1


def test_a_new_invitation_is_reminded_of_anew(session: Session, person: Person) -> None:
    go(session, 6)
    finished(session, person)
    later = DEADLINE + DAY
    invitations.invite_again(session, person.actor, person.candidacy_id, "Interrupted", BASE_URL, later)
    assert reminders.write_due(session, BASE_URL, later + 10 * DAY) == 1


def test_erasing_takes_the_dates_of_reminders_along(session: Session, person: Person) -> None:
    go(session, 6)
    erased(session, person)
    assert session.scalars(sa.select(Reminder.number)).all() == []


def test_two_workers_remind_everybody_once(database: Database) -> None:
    with database.writing() as session:
        hr = make_actor(session, make_organisation(session), Role.HR)
        reminders.change(session, hr, 7, 2, START)
        vacancy = hiring.make_vacancy(session, hr)
        for number in range(30):
            hiring.invite(session, hr, vacancy, f"Person {number}")
    counts: list[int] = []

    def work() -> None:
        counts.append(worker.remind(database, BASE_URL, DEADLINE - 6 * DAY))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert sum(counts) == 30
    with database.reading() as session:
        found = reminded(session)
    assert len(found) == len(set(found)) == 30


def test_many_are_reminded_some_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "MOST_IN_ONE_GO", 4)
    with database.writing() as session:
        hr = make_actor(session, make_organisation(session), Role.HR)
        reminders.change(session, hr, 7, 2, START)
        vacancy = hiring.make_vacancy(session, hr)
        for number in range(10):
            hiring.invite(session, hr, vacancy, f"Person {number}")
    with database.writing() as session:
        assert go(session, 6) == 4
    assert worker.remind(database, BASE_URL, DEADLINE - 6 * DAY) == 6


# --- the setting


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        (0, None, "first"),
        (31, None, "first"),
        (7, 7, "second"),
        (2, 7, "second"),
        (None, 2, "second"),
        (7, 0, "second"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(
    session: Session, person: Person, first: int | None, second: int | None, field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        reminders.change(session, person.actor, first, second, START)
    assert refusal.value.field == field
    assert reminders.days(session, person.actor) == (7, 2)


@pytest.mark.parametrize(("first", "second"), [(31, None), (None, 2), (2, 7), (7, 0)])
def test_the_database_refuses_it_too(session: Session, person: Person, first: int | None, second: int | None) -> None:
    with pytest.raises(IntegrityError):
        session.execute(sa.update(InvitationSetting).values(first_reminder=first, second_reminder=second))


def test_the_log_says_what_was_changed_and_nothing_where_nothing_was(session: Session, person: Person) -> None:
    reminders.change(session, person.actor, 7, 2, START)
    reminders.change(session, person.actor, 5, None, START)
    bodies = session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == "changed the reminders of")).all()
    assert sorted(bodies) == [
        '{"days_after": "5", "days_before": "7, 2"}',
        '{"days_after": "7, 2", "days_before": "none"}',
    ]


def test_managers_do_not_find_it(session: Session, person: Person) -> None:
    manager: Actor = make_actor(session, person.organisation_id, Role.HIRING_MANAGER)
    with pytest.raises(NotFoundError):
        reminders.days(session, manager)
    with pytest.raises(NotFoundError):
        reminders.change(session, manager, 7, 2, START)


def test_an_organisation_is_silent_until_it_says_otherwise(session: Session) -> None:
    person = taking.make_person(session)
    assert reminders.days(session, person.actor) == ()
    assert go(session, 1) == 0
