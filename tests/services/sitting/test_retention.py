"""Erasing: what goes, what stays, and when it happens by itself."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import links, mail
from assessment.services.errors import NotFoundError
from assessment.services.hiring import invitations
from assessment.services.sitting import candidate_requests, retention, sittings
from assessment.store.hiring import (
    Acknowledgement,
    Candidacy,
    Candidate,
    CandidateRequest,
    Decision,
    Invitation,
    RequestKind,
)
from assessment.store.people import AccessLink, Organisation
from assessment.store.records import AuditEntry, Outgoing
from assessment.store.sittings import Answer, AnswerEvent, Result, Sitting, SittingDevice
from assessment.store.tables import METADATA
from tests import hiring, taking
from tests.conftest import START

KEPT_FOR = timedelta(days=180)
LATER = START + timedelta(minutes=1)
GONE = (Answer, AnswerEvent, Result, SittingDevice, AccessLink, Outgoing, CandidateRequest)


def count(session: Session, table: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def everything_in(session: Session) -> str:
    """The whole database as text, to look for what should not be there."""
    return "\n".join(str(row) for table in METADATA.sorted_tables for row in session.execute(sa.select(table)).all())


def test_erasing_takes_the_person_and_leaves_number_dates_and_decision(session: Session) -> None:
    person = taking.make_person(session, name="Ann Unmistakable", email="unmistakable@mail.example")
    candidate_requests.ask_other_way(session, person.invited, "Unmistakable words", START)
    taking.take(session, person)
    hiring.decide(session, person.actor, person.candidacy_id, reason="Good", now=START)
    candidate_requests.ask_another_look(session, person.invited, "Unmistakable doubts", START)
    assert all(count(session, table) for table in GONE)
    retention.erase_own(session, person.invited, START)
    assert [count(session, table) for table in GONE] == [0] * len(GONE)
    session.expire_all()
    candidate = session.scalars(sa.select(Candidate)).one()
    assert (candidate.name, candidate.email, candidate.erased_at) == (None, None, START)
    assert "nmistakable" not in everything_in(session)
    candidacy = session.scalars(sa.select(Candidacy)).one()
    sitting = session.scalars(sa.select(Sitting)).one()
    assert (candidacy.number, sitting.finished_at, sitting.option_order) == (1, START, "[]")
    assert count(session, Decision) == count(session, Acknowledgement) == 1


def test_after_erasing_the_link_and_an_open_browser_find_nothing(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    retention.erase_own(session, person.invited, START)
    assert links.open_invitation(session, person.token, START) is None
    for step in (
        lambda: sittings.standing(session, person.invited, START),
        lambda: taking.answer(session, person, 1),
        lambda: retention.erase_own(session, person.invited, START),
    ):
        with pytest.raises(NotFoundError):
            step()


def test_erasing_is_written_down_without_names(session: Session) -> None:
    person = taking.make_person(session)
    retention.erase_own(session, person.invited, START)
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "erased")).all()
    assert sorted((entry.subject, entry.actor) for entry in entries) == [
        ("candidacy", "candidate"),
        ("candidate", "candidate"),
    ]


def test_erasing_reaches_every_vacancy_of_the_person_and_nobody_else(session: Session) -> None:
    person = taking.make_person(session)
    second = taking.invite(session, person.actor, taking.make_vacancy(session, person.actor, "Returns desk"), now=LATER)
    other = taking.invite(session, person.actor, person.vacancy_id, "Bo", "bo@mail.example")
    elsewhere = taking.make_person(session, "Elsewhere")
    for somebody in (second, other, elsewhere):
        taking.start(session, somebody)
        taking.answer_first(session, somebody, 2)
    listed = retention.affected(session, person.invited)
    assert [(one.title, one.number) for one in listed] == [("Shop assistant", 1), ("Returns desk", 1)]
    retention.erase_own(session, person.invited, START)
    with pytest.raises(NotFoundError):
        sittings.standing(session, second.invited, START)
    for somebody in (other, elsewhere):
        assert sittings.standing(session, somebody.invited, START).answered == 2
    assert count(session, Answer) == 4
    names = session.scalars(sa.select(Candidate.name).order_by(Candidate.name)).all()
    assert sorted(name for name in names if name) == ["Ann Example", "Bo"]


def test_somebody_erased_can_be_invited_again_as_somebody_new(session: Session) -> None:
    person = taking.make_person(session)
    retention.erase_own(session, person.invited, START)
    again = taking.invite(session, person.actor, person.vacancy_id)
    assert again.candidacy_id != person.candidacy_id
    assert sittings.standing(session, again.invited, START).answered == 0


def test_what_is_finished_goes_when_its_time_is_over(session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person, START)
    assert retention.erase_due(session, START + KEPT_FOR) == 0
    assert retention.erase_due(session, START + KEPT_FOR + timedelta(seconds=1)) == 1
    session.expire_all()
    assert session.scalars(sa.select(Candidate.name)).one() is None
    assert [count(session, table) for table in GONE] == [0] * len(GONE)
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "erased")).all()
    assert {entry.actor for entry in entries} == {"system"}


def test_what_was_asked_for_goes_with_its_time_even_where_nothing_else_is_left(session: Session) -> None:
    person = taking.make_person(session)
    later = START + KEPT_FOR + timedelta(days=60)
    assert retention.erase_due(session, later) == 1
    session.add(
        CandidateRequest(
            organisation_id=person.organisation_id,
            invitation_id=person.invited.invitation_id,
            kind=RequestKind.OTHER_WAY,
            note="Written at the last moment",
            asked_at=later,
        )
    )
    session.flush()
    assert retention.erase_due(session, later) == 1
    assert count(session, CandidateRequest) == 0


def test_what_is_not_finished_goes_counted_from_its_deadline(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    deadline = sittings.standing(session, person.invited, START).deadline
    assert retention.erase_due(session, deadline + KEPT_FOR) == 0
    assert retention.erase_due(session, deadline + KEPT_FOR + timedelta(seconds=1)) == 1


def test_each_organisation_keeps_as_long_as_it_says(session: Session) -> None:
    short, long = taking.make_person(session), taking.make_person(session, "Elsewhere")
    for person in (short, long):
        taking.take(session, person)
    session.execute(sa.update(Organisation).where(Organisation.id == short.organisation_id).values(retention_days=30))
    assert retention.erase_due(session, START + timedelta(days=31)) == 1
    assert sittings.standing(session, long.invited, START).finished_at == START
    with pytest.raises(NotFoundError):
        sittings.standing(session, short.invited, START)


def test_an_old_candidacy_goes_and_the_name_stays_while_a_newer_one_lives(session: Session) -> None:
    old = taking.make_person(session)
    taking.take(session, old)
    later = START + timedelta(days=170)
    new = taking.invite(session, old.actor, taking.make_vacancy(session, old.actor, now=later), now=later)
    taking.start(session, new, later)
    taking.answer_first(session, new, 3, later)
    assert retention.erase_due(session, START + timedelta(days=181)) == 1
    session.expire_all()
    with pytest.raises(NotFoundError):
        sittings.standing(session, old.invited, START)
    assert session.scalars(sa.select(Candidate.name)).one() == "Ann Example"
    assert sittings.standing(session, new.invited, later).answered == 3
    assert count(session, Result) == 0
    assert retention.erase_due(session, START + timedelta(days=181)) == 0, "what is gone is not erased again"
    assert retention.erase_due(session, later + timedelta(days=200)) == 1
    session.expire_all()
    assert session.scalars(sa.select(Candidate.name)).one() is None


def test_an_invitation_that_was_taken_back_goes_too(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer_first(session, person, 2)
    invitations.revoke(session, person.actor, person.candidacy_id, START)
    assert retention.erase_due(session, START + timedelta(days=300)) == 1
    session.expire_all()
    assert count(session, Answer) == 0
    assert session.scalars(sa.select(Candidate.name)).one() is None
    assert session.scalars(sa.select(Invitation.revoked_at)).one() == START


def test_old_letters_go(session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person, START + timedelta(days=13))
    mail.queue(session, person.organisation_id, mail.Letter("To a member", "…"), recipient="hr@test.example", now=START)
    retention.erase_due(session, START + KEPT_FOR + timedelta(days=1))
    assert session.scalars(sa.select(Outgoing.subject)).all() == ["To a member"]
    assert sittings.standing(session, person.invited, START).finished_at is not None


@pytest.mark.parametrize("people", [2, 40])
def test_a_sweep_reads_the_same_number_of_times_however_many_people_there_are(session: Session, people: int) -> None:
    first = taking.make_person(session)
    for n in range(people):
        taking.invite(session, first.actor, first.vacancy_id, "Bo", f"bo{n}@mail.example")
    reads: list[str] = []

    def note(_c: object, _u: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT"):
            reads.append(statement)

    sa.event.listen(session.get_bind(), "before_cursor_execute", note)
    try:
        assert retention.erase_due(session, START + timedelta(days=400)) == people + 1
    finally:
        sa.event.remove(session.get_bind(), "before_cursor_execute", note)
    assert len(reads) == 5, reads
