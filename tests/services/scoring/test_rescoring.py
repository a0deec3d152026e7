"""New results beside the old ones: for whom, under which key, and what everybody sees afterwards."""

import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor, Invited
from assessment.services.errors import NotFoundError
from assessment.services.hiring import comparing
from assessment.services.permissions import Role
from assessment.services.scoring import computing, key_reviews, rescoring, results, verifying
from assessment.services.sitting import own_data, retention
from assessment.store.content import KeyStatus
from assessment.store.database import Database
from assessment.store.records import AuditEntry
from assessment.store.sittings import Result, Sitting
from tests.calibrating import answer_all, form_of, make_draft, publish_draft
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import make_vacancy

LATER = START + timedelta(days=1)
MUCH_LATER = START + timedelta(days=2)


@dataclass(frozen=True)
class House:
    hr: Actor
    analyst: Actor
    vacancy: uuid.UUID
    sittings: list[uuid.UUID]
    form: uuid.UUID

    @property
    def id(self) -> uuid.UUID:
        return self.hr.organisation_id


def make_house(session: Session, name: str = "Harbour Shop", people: slice = slice(6)) -> House:
    organisation_id = make_organisation(session, name)
    hr, analyst = (make_actor(session, organisation_id, role) for role in (Role.HR, Role.ANALYST))
    vacancy = make_vacancy(session, hr)
    return House(hr, analyst, vacancy, answer_all(session, organisation_id, vacancy, people), form_of(session))


@pytest.fixture
def house(session: Session) -> House:
    return make_house(session)


def of(session: Session, sitting_id: uuid.UUID) -> list[Result]:
    return list(session.scalars(sa.select(Result).where(Result.sitting_id == sitting_id).order_by(Result.created_at)))


def facts(result: Result) -> dict[str, object]:
    return {column.key: getattr(result, column.key) for column in sa.inspect(Result).columns}


def test_without_a_newer_key_there_is_nothing_to_score(session: Session, house: House) -> None:
    assert rescoring.waiting(session, house.form) == 0
    assert rescoring.rescore(session, house.form, LATER) == 0


def test_every_finished_sitting_gets_one_more_result_and_none_changes(session: Session, house: House) -> None:
    given = {sitting: facts(of(session, sitting)[0]) for sitting in house.sittings}
    draft = publish_draft(session, house.analyst, LATER)
    assert rescoring.waiting(session, house.form) == 6
    assert rescoring.rescore(session, house.form, LATER) == 6
    session.expire_all()
    for sitting, before in given.items():
        old, new = of(session, sitting)
        assert facts(old) == before
        assert new.key_version_id == draft.id
        assert new.prior_version_id != old.prior_version_id
        assert new.answers_digest == old.answers_digest
        assert new.mean != old.mean
        assert new.keyed == old.keyed, "the classical sums do not hang on popularity"
    assert rescoring.waiting(session, house.form) == 0
    assert rescoring.rescore(session, house.form, MUCH_LATER) == 0
    assert verifying.verify(session) == (12, []), "old and new results can be made again"


def test_a_batch_scores_as_one_by_one_does(session: Session, house: House) -> None:
    publish_draft(session, house.analyst, LATER)
    assert [rescoring.rescore(session, house.form, LATER, most=4) for _ in range(3)] == [4, 2, 0]
    for sitting in house.sittings:
        alone = computing.compute_in_force(session, house.form, computing.answers_of(session, house.id, sitting))
        kept = of(session, sitting)[-1]
        assert kept.mean == pytest.approx(alone.mean, abs=1e-6)
        assert kept.covariance == pytest.approx(alone.covariance, abs=1e-6)
        assert kept.p_random == pytest.approx(alone.p_random, abs=1e-6)


def test_a_member_scores_their_own_organisation_and_the_operator_all(session: Session, house: House) -> None:
    other = make_house(session, "Other Shop", slice(6, 9))
    draft = make_draft(session, house.id, other.id)
    key_reviews.decide_as_operator(
        session, house.form, draft.number, KeyStatus.PUBLISHED, reason="Enough people", by="Olga", now=LATER
    )
    assert rescoring.waiting(session, house.form, other.id) == 3
    assert rescoring.of_organisation(session, house.analyst, house.form, LATER) == 6
    assert rescoring.waiting(session, house.form) == 3
    assert rescoring.rescore(session, house.form, MUCH_LATER) == 3
    entries = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == rescoring.SCORED_AGAIN).order_by(AuditEntry.at)
    ).all()
    assert [(one.organisation_id, one.actor) for one in entries] == [(house.id, "member"), (other.id, "system")]


def test_hr_brings_the_people_of_one_vacancy_under_one_key(session: Session, house: House) -> None:
    second = make_vacancy(session, house.hr, "Another position")
    answer_all(session, house.id, second, slice(6, 8))
    publish_draft(session, house.analyst, LATER)
    newcomers = answer_all(session, house.id, house.vacancy, slice(8, 10), now=LATER)
    page = comparing.of_vacancy(session, house.hr, house.vacancy, MUCH_LATER)
    assert page.older == 6
    compared = [person.case.id for group in page.groups for person in group.people]
    assert comparing.compare(session, house.hr, house.vacancy, compared, MUCH_LATER).older > 0
    assert rescoring.of_vacancy(session, house.hr, house.vacancy, MUCH_LATER) == 6
    assert comparing.of_vacancy(session, house.hr, house.vacancy, MUCH_LATER).older == 0
    assert len(of(session, newcomers[0])) == 1
    assert rescoring.waiting(session, house.form) == 2, "the other vacancy is another matter"
    manager = make_actor(session, house.id, Role.HIRING_MANAGER)
    stranger = make_actor(session, make_organisation(session, "Strangers"), Role.HR)
    for actor in (manager, house.analyst, stranger):
        with pytest.raises(NotFoundError):
            rescoring.of_vacancy(session, actor, house.vacancy, MUCH_LATER)


def test_people_all_under_an_older_key_are_under_one_key(session: Session, house: House) -> None:
    publish_draft(session, house.analyst, LATER)
    assert comparing.of_vacancy(session, house.hr, house.vacancy, MUCH_LATER).older == 0


def test_managers_compare_by_the_newest_results(session: Session, house: House) -> None:
    publish_draft(session, house.analyst, LATER)
    rescoring.rescore(session, house.form, LATER)
    scored = results.scores_of(session, house.id, house.sittings)
    for row, sitting in enumerate(house.sittings):
        assert scored.scores.mean[row].tolist() == of(session, sitting)[-1].mean
    assert (scored.older, scored.provisional) == (0, False)


def invited(session: Session, house: House, sitting_id: uuid.UUID) -> Invited:
    sitting = session.get_one(Sitting, (house.id, sitting_id))
    return Invited(house.id, sitting.invitation_id)


def test_candidates_keep_the_result_they_were_given_and_hear_of_the_other(session: Session, house: House) -> None:
    who = invited(session, house, house.sittings[0])
    given = results.own(session, who)
    assert given is not None
    assert given.scored_again_at is None
    publish_draft(session, house.analyst, LATER)
    rescoring.rescore(session, house.form, LATER)
    own = results.own(session, who)
    assert own is not None
    assert own.points == given.points
    assert (own.created_at, own.provisional, own.p_random) == (given.created_at, True, given.p_random)
    assert own.scored_again_at == LATER


def test_the_data_of_a_person_hold_both_results(session: Session, house: House) -> None:
    who = invited(session, house, house.sittings[0])
    before = own_data.everything(session, who).vacancies[0].invitations[0]
    assert before.scored_again == ()
    publish_draft(session, house.analyst, LATER)
    rescoring.rescore(session, house.form, LATER)
    after = own_data.everything(session, who).vacancies[0].invitations[0]
    assert after.result == before.result
    (again,) = after.scored_again
    assert again.made_at == LATER
    assert again.scores != before.result.scores  # type: ignore[union-attr]
    assert not again.provisional


def test_who_was_erased_is_not_scored_again(session: Session, house: House) -> None:
    retention.erase_own(session, invited(session, house, house.sittings[0]), LATER)
    publish_draft(session, house.analyst, LATER)
    assert rescoring.rescore(session, house.form, MUCH_LATER) == 5
    assert of(session, house.sittings[0]) == []


def test_who_has_not_finished_is_not_scored(session: Session, house: House) -> None:
    session.execute(sa.delete(Result).where(Result.sitting_id == house.sittings[0]))
    session.get_one(Sitting, (house.id, house.sittings[0])).finished_at = None
    session.flush()
    publish_draft(session, house.analyst, LATER)
    assert rescoring.rescore(session, house.form, MUCH_LATER) == 5


def test_too_few_answers_stay_without_scores(session: Session, house: House) -> None:
    (few,) = answer_all(session, house.id, house.vacancy, slice(20, 21), answered=5)
    publish_draft(session, house.analyst, LATER)
    rescoring.rescore(session, house.form, MUCH_LATER)
    old, new = of(session, few)
    assert old.mean is None
    assert new.mean is None
    assert new.answered == 5


def test_two_who_score_at_the_same_time_make_one_result_a_sitting(database: Database) -> None:
    with database.writing() as session:
        house = make_house(session, people=slice(30))
        publish_draft(session, house.analyst, LATER)
    together = threading.Barrier(2)
    done: list[int] = []

    def score() -> None:
        together.wait(10)
        with database.writing() as session:
            done.append(rescoring.rescore(session, house.form, LATER))

    workers = [threading.Thread(target=score) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(done) == [0, 30]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Result)) == 60
