"""From the link to the finished sitting: starting, the save protocol, and handing in."""

import json
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import links
from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError, StaleError
from assessment.services.hiring import invitations, vacancies
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.scoring import computing, results
from assessment.services.sitting import answers, notices, sittings
from assessment.services.sitting.answers import Choice, NotKeptError
from assessment.store.database import Database
from assessment.store.hiring import Acknowledgement, Invitation, NoticeVersion
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from assessment.store.sittings import Answer, AnswerEvent, Result, Sitting, SittingDevice
from tests import hiring, taking
from tests.conftest import START
from tests.factories import make_organisation

LATER = START + timedelta(hours=1)
TOO_LATE = START + timedelta(days=30)


def count(session: Session, table: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def actions(session: Session) -> list[str]:
    rows = session.execute(
        sa.select(AuditEntry.action).where(AuditEntry.actor == "candidate").order_by(AuditEntry.action)
    )
    return [row.action for row in rows]


# --- the link


def test_a_link_opens_its_invitation_and_starts_nothing(session: Session) -> None:
    person = taking.make_person(session)
    assert sittings.open_link(session, person.token, START) == person.invited
    assert sittings.open_link(session, person.token, START) == person.invited
    assert count(session, Sitting) == count(session, Acknowledgement) == 0


def test_unknown_expired_and_withdrawn_links_open_nothing(session: Session) -> None:
    person = taking.make_person(session)
    assert sittings.open_link(session, "x" * 43, START) is None
    assert sittings.open_link(session, person.token, TOO_LATE) is None
    session.execute(sa.update(Invitation).values(revoked_at=START))
    assert sittings.open_link(session, person.token, START) is None


def test_a_withdrawn_invitation_is_absent_everywhere(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    shown = taking.options(session, person, 1)
    session.execute(sa.update(Invitation).values(revoked_at=START))
    choice = Choice("k" * 16, shown[0], shown[1], 1)
    for step in (
        lambda: sittings.standing(session, person.invited, START),
        lambda: taking.start(session, person),
        lambda: sittings.join(session, person.invited, START),
        lambda: sittings.situation(session, person.invited, 1),
        lambda: sittings.overview(session, person.invited),
        lambda: sittings.work_out(session, person.invited),
        lambda: answers.save(session, person.invited, 1, choice, START),
    ):
        with pytest.raises(NotFoundError):
            step()


def test_an_invitation_of_another_organisation_is_absent(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    foreign = Invited(make_organisation(session, "Elsewhere"), person.invited.invitation_id)
    with pytest.raises(NotFoundError):
        sittings.standing(session, foreign, START)
    with pytest.raises(NotFoundError):
        answers.save(session, foreign, 1, Choice("k" * 16, "a", "b", 1), START)


# --- the notice and the start


def test_starting_keeps_which_words_were_read(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    read = session.scalars(sa.select(Acknowledgement)).one()
    kept = session.get_one(NoticeVersion, (person.organisation_id, read.notice_version_id))
    assert (kept.number, read.read_at) == (1, START)
    assert "180 days" in kept.retention
    assert actions(session) == ["read the notice", "started"]


def test_a_change_of_the_facts_makes_a_new_notice_and_has_it_read_again(session: Session) -> None:
    person = taking.make_person(session)
    before = sittings.standing(session, person.invited, START).notice
    notices.current(session, person.organisation_id, START)
    assert notices.current(session, person.organisation_id, START).number == 1
    session.execute(sa.update(Organisation).values(retention_days=30))
    session.expire_all()
    with pytest.raises(DomainError, match="read it again"):
        sittings.start(session, person.invited, before.digest, START, rng=random.Random(1))
    assert count(session, Sitting) == 0
    taking.start(session, person)
    read = session.scalars(sa.select(Acknowledgement)).one()
    assert session.get_one(NoticeVersion, (person.organisation_id, read.notice_version_id)).number == 2


def test_starting_twice_is_one_sitting(session: Session) -> None:
    person = taking.make_person(session)
    assert [taking.start(session, person), taking.start(session, person)] == [1, 2]
    assert count(session, Sitting) == 1
    assert count(session, Acknowledgement) == 1


def test_after_the_deadline_nothing_starts(session: Session) -> None:
    person = taking.make_person(session)
    with pytest.raises(DomainError, match="over"):
        taking.start(session, person, TOO_LATE)


def test_for_a_closed_vacancy_nothing_starts(session: Session) -> None:
    person = taking.make_person(session)
    hiring.decide(session, person.actor, person.candidacy_id, DecisionKind.DECLINED, now=START)
    vacancies.close(session, person.actor, person.vacancy_id, START)
    with pytest.raises(DomainError, match="no longer open"):
        taking.start(session, person)


def test_the_order_of_options_is_shuffled_for_each_sitting_and_stays(session: Session) -> None:
    first = taking.make_person(session)
    second = taking.invite(session, first.actor, first.vacancy_id, "Bo Example", "bo@mail.example")
    taking.start(session, first, seed=1)
    taking.start(session, second, seed=2)
    orders = [json.loads(taking.sitting_of(session, person).option_order) for person in (first, second)]
    assert orders[0] != orders[1]
    assert [sorted(one) for one in orders[0]] == [sorted(one) for one in orders[1]]
    assert taking.options(session, first, 3) == orders[0][2] == taking.options(session, first, 3)


# --- saving


def test_an_answer_is_kept_with_what_was_shown(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    shown = taking.options(session, person, 2)
    choice = Choice("key-of-the-answer", shown[3], shown[0], 1, 7, START + timedelta(minutes=1))
    saved = answers.save(session, person.invited, 2, choice, LATER)
    assert (saved.saved_at, saved.sequence, saved.elsewhere, saved.following) == (LATER, 7, False, None)
    event = session.scalars(sa.select(AnswerEvent)).one()
    assert (event.most_position, event.least_position) == (4, 1)
    assert (event.shown_at, event.answered_at) == (START + timedelta(minutes=1), LATER)
    page = sittings.situation(session, person.invited, 2)
    assert (page.most, page.least, page.sequence, page.saved_at) == (shown[3], shown[0], 7, LATER)


@pytest.mark.parametrize("shown_at", [START - timedelta(seconds=1), LATER + timedelta(seconds=1)])
def test_an_impossible_moment_of_showing_is_not_kept(session: Session, shown_at: datetime) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    shown = taking.options(session, person, 1)
    answers.save(session, person.invited, 1, Choice("k" * 16, shown[0], shown[1], 1, 1, shown_at), LATER)
    assert session.scalars(sa.select(AnswerEvent.shown_at)).one() is None


def test_the_same_key_gets_the_same_reply_and_adds_nothing(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    first = taking.answer(session, person, 1, key="k" * 16, sequence=1)
    again = taking.answer(session, person, 1, key="k" * 16, sequence=1, now=LATER)
    assert first == again
    assert again.saved_at == START
    assert count(session, AnswerEvent) == 1


def test_a_resend_is_answered_as_before_even_when_something_newer_is_kept(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 1, 0, 1, key="k" * 16, sequence=1)
    taking.answer(session, person, 1, 2, 3, sequence=2)
    assert taking.answer(session, person, 1, 0, 1, key="k" * 16, sequence=1).sequence == 1
    assert sittings.situation(session, person.invited, 1).sequence == 2


@pytest.mark.parametrize("other", [{"most": 2}, {"least": 2}, {"number": 2}, {"sequence": 2}])
def test_the_same_key_for_something_else_is_refused(session: Session, other: dict[str, int]) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 1, 0, 1, key="k" * 16, sequence=1)
    sent = {"number": 1, "most": 0, "least": 1, "sequence": 1} | other
    with pytest.raises(DomainError, match="sent before"):
        taking.answer(session, person, sent.pop("number"), key="k" * 16, **sent)  # type: ignore[arg-type]
    assert count(session, AnswerEvent) == 1


@pytest.mark.parametrize("sequence", [4, 5])
def test_an_older_answer_gets_the_newer_one_back(session: Session, sequence: int) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 1, 0, 1, sequence=5)
    with pytest.raises(NotKeptError) as late:
        taking.answer(session, person, 1, 2, 3, sequence=sequence)
    shown = taking.options(session, person, 1)
    assert (late.value.reason, late.value.elsewhere) == ("newer", False)
    assert late.value.stored == answers.Stored(shown[0], shown[1], 1, 5)
    assert count(session, AnswerEvent) == 1


def test_order_is_a_matter_of_each_situation(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 1, sequence=9)
    assert taking.answer(session, person, 2, sequence=1).sequence == 1


def test_a_later_browser_wins_whatever_its_sequence(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 1, 0, 1, sequence=50)
    assert sittings.join(session, person.invited, START) == 2
    assert not taking.answer(session, person, 1, 1, 2, device=2, sequence=1).elsewhere
    with pytest.raises(NotKeptError) as late:
        taking.answer(session, person, 1, 2, 3, device=1, sequence=51)
    assert late.value.elsewhere


def test_an_earlier_browser_still_saves_what_the_later_one_has_not_answered_and_is_told(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    sittings.join(session, person.invited, START)
    assert taking.answer(session, person, 1, device=1, sequence=1).elsewhere


def test_a_form_sent_by_the_browser_is_newer_than_what_is_kept(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    assert [taking.answer(session, person, 1, n, 3).sequence for n in (0, 1, 2)] == [1, 2, 3]
    sittings.join(session, person.invited, START)
    assert taking.answer(session, person, 1, device=2).sequence == 1


def test_every_save_is_an_event_and_one_answer_counts(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    for most in (0, 1, 2):
        taking.answer(session, person, 1, most, 3)
    assert count(session, AnswerEvent) == 3
    assert session.scalars(sa.select(Answer)).one().sequence == 3


@pytest.mark.parametrize(
    ("most", "least", "said", "field"),
    [
        (None, None, "most likely do, and what", "most"),
        (None, "a", "Now choose what you would most likely do", "most"),
        ("a", None, "Now choose what you would least likely do", "least"),
        ("", "a", "Now choose what you would most likely do", "most"),
        ("a", "a", "can’t be both", "least"),
        ("a", "zz", "not part of this situation", None),
        ("zz", "a", "not part of this situation", None),
    ],
)
def test_only_a_pair_of_two_options_is_kept(
    session: Session, most: str | None, least: str | None, said: str, field: str | None
) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    with pytest.raises(DomainError, match=said) as refusal:
        answers.save(session, person.invited, 1, Choice("k" * 16, most, least, 1), START)
    assert refusal.value.field == field
    assert count(session, AnswerEvent) == count(session, Answer) == 0


@pytest.mark.parametrize("number", [-1, 0, 10_000])
def test_a_situation_that_does_not_exist_is_absent(session: Session, number: int) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    with pytest.raises(NotFoundError):
        answers.save(session, person.invited, number, Choice("k" * 16, "a", "b", 1), START)
    with pytest.raises(NotFoundError):
        sittings.situation(session, person.invited, number)


def test_after_finishing_and_after_the_deadline_nothing_is_saved(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 1, key="k" * 16, sequence=1)
    with pytest.raises(NotKeptError, match="too_late"):
        taking.answer(session, person, 1, 2, 3, now=TOO_LATE)
    taking.finish(session, person)
    with pytest.raises(NotKeptError, match="finished"):
        taking.answer(session, person, 1, 2, 3)
    assert taking.answer(session, person, 1, key="k" * 16, sequence=1).saved_at == START


def test_the_next_situation_comes_with_the_save(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 2, 3, 2)
    saved = taking.answer(session, person, 1, following=2)
    assert saved.following == sittings.situation(session, person.invited, 2)
    assert saved.following is not None
    assert saved.following.most == taking.options(session, person, 2)[3]
    last = taking.total(session, person)
    assert taking.answer(session, person, last, following=last + 1).following is None


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _u: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            said.append(statement)

    engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("others", [0, 40])
def test_a_save_is_the_same_few_statements_however_many_others_there_are(session: Session, others: int) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    for n in range(others):
        other = taking.invite(session, person.actor, person.vacancy_id, "Bo", f"bo{n}@mail.example")
        taking.start(session, other, seed=n)
        taking.answer(session, other, 1)
    shown = taking.options(session, person, 1)
    session.expunge_all()
    with counted(session) as said:
        choice = Choice("k" * 16, shown[0], shown[1], 1, 1)
        answers.save(session, person.invited, 1, choice, START, following=2)
    assert len(said) == 4, said


def test_each_statement_of_a_save_finds_its_rows_by_a_key(sqlite_template: Path) -> None:
    """Asked of SQLite: PostgreSQL scans small tables whatever their keys."""
    database = Database(f"sqlite:///{sqlite_template}")
    ids = {name: uuid.uuid4() for name in ("organisation_id", "invitation_id", "sitting_id", "item", "following")} | {
        "key": "k"
    }
    with database.reading() as session:
        for statement in (answers.LOCK_SITTING, answers.KEPT):
            compiled = statement.compile(session.get_bind())
            values = tuple(
                value.hex if isinstance(value := ids[name], uuid.UUID) else value for name in compiled.positiontup or ()
            )
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
            assert plan
            assert not [row for row in plan if "SCAN" in row[-1]], plan
    database.close()


def test_saves_at_the_same_moment_leave_the_newest(database: Database) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
        taking.start(session, person)
        shown = taking.options(session, person, 1)
    refused: list[int] = []

    def save(sequence: int) -> None:
        choice = Choice(uuid.uuid4().hex, shown[sequence % 3], shown[3], 1, sequence)
        try:
            with database.writing() as session:
                answers.save(session, person.invited, 1, choice, START)
        except NotKeptError:
            refused.append(sequence)

    together([lambda n=n: save(n) for n in range(1, 13)])  # type: ignore[misc]
    with database.reading() as session:
        assert session.scalars(sa.select(Answer.sequence)).one() == 12
        assert count(session, AnswerEvent) == 12 - len(refused)


def test_the_same_answer_sent_twice_at_the_same_moment_is_one_event(database: Database) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
        taking.start(session, person)
        shown = taking.options(session, person, 1)
    replies: list[answers.Saved] = []

    def save() -> None:
        with database.writing() as session:
            replies.append(answers.save(session, person.invited, 1, Choice("k" * 16, shown[0], shown[1], 1, 1), START))

    together([save] * 8)
    assert len(replies) == 8
    with database.reading() as session:
        assert count(session, AnswerEvent) == 1


def test_starting_at_the_same_moment_is_one_sitting(database: Database) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
    devices: list[int] = []

    def begin() -> None:
        with database.writing() as session:
            devices.append(taking.start(session, person))

    together([begin] * 4)
    assert sorted(devices) == [1, 2, 3, 4]
    with database.reading() as session:
        assert count(session, Sitting) == 1
        assert count(session, NoticeVersion) == 1


def together(steps: list[Callable[[], None]]) -> None:
    """Run the steps in threads that begin at once; an error in one fails the test."""
    gate = threading.Barrier(len(steps))
    errors: list[BaseException] = []

    def run(step: Callable[[], None]) -> None:
        gate.wait()
        try:
            step()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


# --- standing, checking, finishing


def test_the_standing_says_how_far_somebody_is(session: Session) -> None:
    person = taking.make_person(session)
    before = sittings.standing(session, person.invited, START)
    assert (before.started_at, before.devices, before.answered, before.next_number) == (None, 0, 0, 1)
    assert before.minutes[0] < before.minutes[1]
    taking.start(session, person)
    for number in (1, 2, 4):
        taking.answer(session, person, number)
    standing = sittings.standing(session, person.invited, LATER)
    assert (standing.devices, standing.answered, standing.next_number) == (1, 3, 5)
    assert not standing.too_late
    assert sittings.standing(session, person.invited, standing.deadline).too_late


def test_going_on_is_at_the_furthest_point_and_then_at_what_was_skipped(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    total = taking.total(session, person)
    went_on = []
    for number in (2, total, 1, *range(3, total)):
        taking.answer(session, person, number)
        went_on.append(sittings.standing(session, person.invited, START).next_number)
    assert went_on[:4] == [3, 1, 3, 4]
    assert went_on[-1] == total


def test_the_overview_names_what_is_missing(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer(session, person, 2, 1, 0)
    lines = sittings.overview(session, person.invited)
    shown = sittings.situation(session, person.invited, 2)
    assert len(lines) == shown.total
    assert lines[0].most is lines[0].least is None
    assert (lines[1].most, lines[1].least) == (shown.options[1].text, shown.options[0].text)
    assert shown.text.startswith(lines[1].first_words.removesuffix(" …"))
    assert len(lines[1].first_words) < len(shown.text)


def test_finishing_keeps_one_result_however_often_it_is_pressed(session: Session) -> None:
    person = taking.make_person(session)
    own = taking.take(session, person)
    assert own.answered == taking.total(session, person)
    assert len(own.points) == 6
    assert sittings.work_out(session, person.invited) is None
    kept = taking.sitting_of(session, person)
    again = sittings.WorkedOut(kept.id, {}, computing.compute_in_force(session, kept.form_id, {}))
    sittings.finish(session, person.invited, again, LATER)
    assert count(session, Result) == 1
    assert taking.sitting_of(session, person).finished_at == START
    assert actions(session).count("finished") == 1


def test_a_result_is_not_kept_when_an_answer_changed_after_it_was_computed(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer_first(session, person, 12)
    worked_out = sittings.work_out(session, person.invited)
    assert worked_out is not None
    taking.answer(session, person, 12, 3, 2)
    with pytest.raises(StaleError):
        sittings.finish(session, person.invited, worked_out, START)
    assert taking.sitting_of(session, person).finished_at is None
    taking.finish(session, person)
    assert count(session, Result) == 1


@pytest.mark.parametrize(("answered", "scores"), [(0, 0), (9, 0), (10, 6)])
def test_few_answers_are_a_record_without_scores(session: Session, answered: int, scores: int) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer_first(session, person, answered)
    taking.finish(session, person)
    own = results.own(session, person.invited)
    assert own is not None
    assert (own.answered, len(own.points)) == (answered, scores)
    assert sittings.FEWEST_FOR_SCORES == 10


def test_the_same_place_chosen_everywhere_is_a_result_like_any_other(session: Session) -> None:
    person = taking.make_person(session)
    own = taking.take(session, person)
    assert all(point.low < point.mean < point.high for point in own.points)


def test_after_the_deadline_nothing_is_handed_in_and_what_is_finished_stays(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer_first(session, person, 12)
    with pytest.raises(DomainError, match="over"):
        taking.finish(session, person, TOO_LATE)
    taking.finish(session, person, LATER)
    assert results.own(session, person.invited) is not None
    assert sittings.standing(session, person.invited, TOO_LATE).finished_at == LATER


def test_more_time_lets_somebody_go_on(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    later = START + timedelta(days=20)
    invitations.extend(session, person.actor, person.candidacy_id, (later + timedelta(days=3)).date(), later)
    assert taking.answer(session, person, 1, now=later).saved_at == later
    assert links.open_invitation(session, person.token, later) == person.invited


def test_a_browser_that_joins_is_remembered(session: Session) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    sittings.join(session, person.invited, LATER)
    joined = session.scalars(sa.select(SittingDevice.joined_at).order_by(SittingDevice.device)).all()
    assert joined == [START, LATER]
    assert all(moment.tzinfo == UTC for moment in joined)
