"""Why a result is what it is: parts that add up, receipts that hold, and sentences people really read."""

import uuid
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.measurement.scoring import DEFAULT_PRIOR, key_error, score
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.scoring import computing, content, explanations, results, thirds
from assessment.services.scoring.explanations import Explanation
from assessment.services.sitting import own_result
from assessment.store.sittings import Sitting
from tests import hiring, taking
from tests.explaining import first_answer, make_key, results_of, score_again
from tests.factories import make_actor, make_organisation
from tests.taking import Person


@pytest.fixture
def person(session: Session) -> Person:
    """Somebody who answered every situation, always by the same two places."""
    person = taking.make_person(session)
    taking.take(session, person)
    return person


@pytest.fixture
def sitting(session: Session, person: Person) -> Sitting:
    return taking.sitting_of(session, person)


@pytest.fixture
def analyst(session: Session, person: Person) -> Actor:
    return make_actor(session, person.organisation_id, Role.ANALYST)


def explained(session: Session, analyst: Actor, bank: Bank, result_id: uuid.UUID) -> Explanation:
    return explanations.explain(session, analyst, result_id, bank.attributes)


def printed(value: float) -> Decimal:
    """As far as it is kept."""
    return Decimal(f"{value:.6f}")


@pytest.mark.parametrize("awkward", [False, True], ids=["the experts' key", "a key without a round number"])
def test_what_answers_add_makes_up_the_stored_sums_to_the_last_decimal(
    session: Session, bank: Bank, analyst: Actor, sitting: Sitting, awkward: bool
) -> None:
    if awkward:
        score_again(session, sitting, make_key(session, sitting.form_id))
    stored = results_of(session, sitting)[-1]
    found = explained(session, analyst, bank, stored.id)
    assert found.adds_up
    for d in range(6):
        assert sum(printed(part.adds[d]) for part in found.parts) == printed(stored.keyed[d])
    form, key = content.form(session, sitting.form_id), content.key(session, stored.key_version_id)
    most, least = computing.chosen(form, computing.answers_of(session, sitting.organisation_id, sitting.id))
    exact = np.array(
        [key.model.loadings[j, most[0, j]] - key.model.loadings[j, least[0, j]] for j in range(len(form.items))]
    )
    assert np.abs(exact.sum(axis=0) - stored.keyed).max() <= 1e-6
    assert np.abs(exact - [part.adds for part in found.parts]).max() < 1e-6


def test_each_situation_shows_what_was_chosen(session: Session, bank: Bank, analyst: Actor, sitting: Sitting) -> None:
    found = explained(session, analyst, bank, results_of(session, sitting)[0].id)
    form = content.form(session, sitting.form_id)
    given = computing.answers_of(session, sitting.organisation_id, sitting.id)
    assert [part.item for part in found.parts] == list(form.items)
    assert [(part.most, part.least) for part in found.parts] == [given[one] for one in form.item_version_ids]
    first = found.parts[0]
    assert first.text(first.most) == next(one.text for one in form.items[0].options if one.id == first.most)
    assert (found.answered, found.situations) == (24, 24)


def test_the_posterior_is_the_measurements_with_one_more_error_at_a_time(
    session: Session, bank: Bank, analyst: Actor, sitting: Sitting
) -> None:
    found = explained(session, analyst, bank, results_of(session, sitting)[0].id)
    key = content.newest_key(session, sitting.form_id)
    form = content.form(session, sitting.form_id)
    most, least = computing.chosen(form, computing.answers_of(session, sitting.organisation_id, sitting.id))
    scores = key_error(score(key.model, most, least, DEFAULT_PRIOR), key.model, most, least, DEFAULT_PRIOR)
    assert scores.total is not None
    for d, reading in enumerate(found.this.readings):
        lean = 0.6**2 * sum(scores.lean[0, d, e] ** 2 for e in range(6))
        whole = [scores.covariance[0, d, d], scores.total[0, d, d], scores.total[0, d, d] + lean]
        assert reading.mean == pytest.approx(50 + 10 * scores.mean[0, d], abs=1e-4)
        assert reading.errors == pytest.approx([10 * variance**0.5 for variance in whole], abs=1e-3)
        assert reading.high - reading.mean == pytest.approx(1.6448536 * reading.errors[2], abs=1e-5)
    assert found.this.p_random == pytest.approx(scores.p_random[0], abs=1e-5)


def test_sentences_are_those_that_candidate_and_manager_read(session: Session, bank: Bank) -> None:
    person = taking.make_person(session)
    taking.take_reading(session, person)
    analyst = make_actor(session, person.organisation_id, Role.ANALYST)
    found = explained(session, analyst, bank, results_of(session, taking.sitting_of(session, person))[0].id)
    own = results.own(session, person.invited)
    assert own is not None
    lines = own_result.read(own.points, bank.attributes)
    assert [reading.candidate for reading in found.this.readings] == [line.sentence for line in lines]
    for reading, point in zip(found.this.readings, own.points, strict=True):
        texts = bank.attributes[reading.attribute]
        assert reading.manager == thirds.for_managers(point, texts)
        third = "low" if reading.mean < 45 else "high" if reading.mean > 55 else "middle"
        for said, kind in ((reading.manager, texts.manager), (reading.candidate, texts.candidate)):
            assert said is not None
            assert said.endswith(getattr(kind, third)) is not thirds.left_open(point)
            assert ("leave this open" in said) is thirds.left_open(point)
    assert len({reading.manager for reading in found.this.readings}) == 6


def test_a_bank_without_texts_is_explained_all_the_same(session: Session, analyst: Actor, sitting: Sitting) -> None:
    found = explanations.explain(session, analyst, results_of(session, sitting)[0].id, {})
    assert {(reading.candidate, reading.manager) for reading in found.this.readings} == {(None, None)}


def test_the_receipts_are_those_stored(session: Session, bank: Bank, analyst: Actor, sitting: Sitting) -> None:
    stored = results_of(session, sitting)[0]
    receipts = explained(session, analyst, bank, stored.id).this.receipts
    for name in ("form_digest", "key_digest", "prior_digest", "answers_digest", "scoring_version", "created_at"):
        assert getattr(receipts, name) == getattr(stored, name)
    assert (receipts.key_number, receipts.pilot_n) == (1, 0)


def test_a_result_that_can_not_be_made_again_says_so(
    session: Session, bank: Bank, analyst: Actor, sitting: Sitting
) -> None:
    stored = results_of(session, sitting)[0]
    assert explained(session, analyst, bank, stored.id).differences == ()
    stored.mean = [stored.mean[0] + 0.01, *stored.mean[1:]]  # type: ignore[index]
    session.flush()
    assert explained(session, analyst, bank, stored.id).differences == ("mean differs",)


def test_an_answer_changed_afterwards_no_longer_adds_up(
    session: Session, bank: Bank, analyst: Actor, sitting: Sitting
) -> None:
    answer = first_answer(session, sitting)
    answer.most, answer.least = answer.least, answer.most
    session.flush()
    found = explained(session, analyst, bank, results_of(session, sitting)[0].id)
    assert not found.adds_up
    assert "answers digest is not what it was" in found.differences
    for d in range(6):
        assert sum(printed(part.adds[d]) for part in found.parts) == printed(found.sums[d])


def test_answers_that_fit_no_form_are_said_to_be_so(
    session: Session, bank: Bank, analyst: Actor, sitting: Sitting
) -> None:
    first_answer(session, sitting).most = "nowhere"
    session.flush()
    found = explained(session, analyst, bank, results_of(session, sitting)[0].id)
    assert found.parts == ()
    assert "can't be scored" in found.differences[0]


def test_results_under_several_keys_stand_side_by_side(
    session: Session, bank: Bank, analyst: Actor, sitting: Sitting
) -> None:
    newer = score_again(session, sitting, make_key(session, sitting.form_id))
    older = results_of(session, sitting)[0].id
    found = explained(session, analyst, bank, older)
    assert [one.receipts.key_number for one in found.beside] == [1, 2]
    assert (found.this.id, found.newest, found.provisional) == (older, False, True)
    found = explained(session, analyst, bank, newer)
    assert (found.this.id, found.newest, found.provisional) == (newer, True, False)
    assert found.differences == ()
    # The lean is known better after a pilot: 1/sqrt(640) for .6.
    before, after = (one.readings[0].errors for one in found.beside)
    assert after[2] - after[1] < (before[2] - before[1]) / 50


def test_too_few_answers_leave_sums_and_no_scores(session: Session, bank: Bank) -> None:
    person = taking.make_person(session)
    taking.start(session, person)
    taking.answer_first(session, person, 4)
    taking.finish(session, person)
    analyst = make_actor(session, person.organisation_id, Role.ANALYST)
    stored = results_of(session, taking.sitting_of(session, person))[0]
    found = explained(session, analyst, bank, stored.id)
    assert found.this.readings == ()
    assert found.this.withheld
    assert [part.most is None for part in found.parts] == [False] * 4 + [True] * 20
    assert {part.adds for part in found.parts[4:]} == {(0.0,) * 6}
    assert found.adds_up
    assert list(found.sums) == stored.keyed


def test_managers_read_nothing_of_answers_that_look_random(session: Session, bank: Bank) -> None:
    hr = make_actor(session, make_organisation(session), Role.HR)
    candidacy_id = hiring.make_person(session, hr.organisation_id, hiring.make_vacancy(session, hr), 1)
    sitting_id = hiring.finish(session, hr.organisation_id, candidacy_id, p_random=0.9)
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    stored = results_of(session, session.get_one(Sitting, (hr.organisation_id, sitting_id)))[0]
    found = explained(session, analyst, bank, stored.id)
    assert found.this.withheld
    assert {reading.manager for reading in found.this.readings} == {None}
    assert all(reading.candidate for reading in found.this.readings)


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_nobody_but_analysts_reads_explanations(
    session: Session, bank: Bank, person: Person, sitting: Sitting, role: Role
) -> None:
    member = make_actor(session, person.organisation_id, role)
    with pytest.raises(NotFoundError):
        explained(session, member, bank, results_of(session, sitting)[0].id)


def test_results_of_others_are_not_there(session: Session, bank: Bank, analyst: Actor, sitting: Sitting) -> None:
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.ANALYST)
    for actor, result_id in ((stranger, results_of(session, sitting)[0].id), (analyst, uuid.uuid4())):
        with pytest.raises(NotFoundError):
            explained(session, actor, bank, result_id)
