"""Notes "read with caution": which sittings raise them, what they go by, and who never sees them."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.key import key_arrays
from assessment.measurement.quality import quality
from assessment.measurement.simulation import simulate
from assessment.services.errors import NotFoundError
from assessment.services.hiring import accommodations, candidates
from assessment.services.permissions import Role
from assessment.services.scoring import content, quality_notes, results
from assessment.services.scoring.quality_notes import QualityNotes
from assessment.services.sitting import answers
from assessment.store.sittings import AnswerEvent, Result
from tests import taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.taking import Person

READING = 40.0  # seconds, somebody who reads


@pytest.fixture(scope="module", autouse=True)
def few_simulated() -> Iterator[None]:
    """Cuts of fewer people: what is tested does not hang on their third digit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality_notes, "PEOPLE", 1000)
        yield


@pytest.fixture
def person(session: Session) -> Person:
    return taking.make_person(session)


def someone_else(session: Session, like: Person, number: int) -> Person:
    return taking.invite(session, like.actor, like.vacancy_id, f"Person {number}", f"person{number}@mail.example")


def sit(
    session: Session,
    person: Person,
    *,
    seconds: float = READING,
    straight: bool = False,
    fast: int = 0,
    seed: int = 1,
) -> None:
    """Answer everything as an honest person, or always at the same places; the first `fast` in a second."""
    taking.start(session, person, seed=seed)
    form = content.form(session, taking.sitting_of(session, person).form_id)
    key = content.newest_key(session, form.id)
    rng = np.random.default_rng(seed)
    most, least = key.model.simulate(np.zeros((1, 6)), rng)
    now = START
    for number, item in enumerate(form.items, start=1):
        shown, took = now, 1.0 if number <= fast else seconds
        now += timedelta(seconds=took)
        places = taking.options(session, person, number)
        chosen, rejected = (item.options[a[0, number - 1]].id for a in (most, least))
        if straight:
            chosen, rejected = places[0], places[-1]
        save(session, person, number, chosen, rejected, shown, now)
    taking.finish(session, person, now)


def save(
    session: Session, person: Person, number: int, most: str, least: str, shown: object, now: object, sequence: int = 1
) -> None:
    choice = answers.Choice(uuid.uuid4().hex, most, least, 1, sequence, shown)  # type: ignore[arg-type]
    answers.save(session, person.invited, number, choice, now)  # type: ignore[arg-type]


def notes_of(session: Session, person: Person) -> QualityNotes:
    session.expire_all()
    found = quality_notes.of_sitting(session, person.actor, taking.sitting_of(session, person).id)
    assert found is not None
    return found


def flags(found: QualityNotes) -> set[str]:
    return {note.flag for note in found.notes}


def test_who_reads_gets_no_note(session: Session, person: Person) -> None:
    sit(session, person)
    found = notes_of(session, person)
    assert (found.notes, found.timed) == ((), True)
    kept = session.scalars(sa.select(Result.p_random)).one()
    assert found.random == pytest.approx(kept)


def test_always_the_same_places_is_noticed_by_the_shown_order(session: Session, person: Person) -> None:
    sit(session, person, straight=True)
    found = notes_of(session, person)
    assert {"positions", "run"} <= flags(found)
    run = next(note.value for note in found.notes if note.flag == "run")
    assert run == taking.total(session, person)


def test_more_than_a_tenth_of_quick_answers_are_noticed(session: Session, person: Person) -> None:
    sit(session, person, fast=3)  # of 24
    (note,) = notes_of(session, person).notes
    assert (note.flag, note.value) == ("rapid", pytest.approx(3 / 24))


def test_two_quick_answers_of_24_are_not(session: Session, person: Person) -> None:
    sit(session, person, fast=2)
    assert notes_of(session, person).notes == ()


def test_times_are_not_looked_at_where_something_was_granted(session: Session, person: Person) -> None:
    sit(session, person, fast=10)
    assert flags(notes_of(session, person)) == {"rapid"}
    accommodations.grant(session, person.actor, person.candidacy_id, "Breaks", START)
    found = notes_of(session, person)
    assert (found.notes, found.timed) == ((), False)


def test_coming_back_for_a_second_to_change_a_choice_is_not_quick(session: Session, person: Person) -> None:
    """The time of an item is the sum over its showings; the last answer is what counts."""
    taking.start(session, person)
    total, now = taking.total(session, person), START
    for round_, took in ((1, READING), (2, 1.0)):
        for number in range(1, total + 1):
            shown, now = now, now + timedelta(seconds=took)
            places = taking.options(session, person, number)
            # Different places each time, so that nothing else is noticeable.
            save(session, person, number, places[number % 4], places[(number + round_) % 4], shown, now, round_)
    taking.finish(session, person, now)
    assert "rapid" not in flags(notes_of(session, person))
    events = session.scalars(sa.select(AnswerEvent).where(AnswerEvent.sequence == 2)).all()
    assert all((event.answered_at - (event.shown_at or START)).total_seconds() == 1 for event in events)
    assert len(events) == total


def test_saves_of_one_showing_are_one_showing(session: Session, person: Person) -> None:
    taking.start(session, person)
    form = content.form(session, taking.sitting_of(session, person).form_id)
    shown = START
    places = taking.options(session, person, 1)
    for sequence, seconds in ((1, 10), (2, 25)):
        save(session, person, 1, places[0], places[sequence], shown, START + timedelta(seconds=seconds), sequence)
    again = START + timedelta(seconds=100)
    save(session, person, 1, places[0], places[1], again, again + timedelta(seconds=4), 3)
    taken = seconds_of(session, person, form)
    assert taken[0] == 29
    assert np.isnan(taken[1:]).all()


def test_a_showing_without_a_beginning_leaves_the_time_unknown(session: Session, person: Person) -> None:
    taking.start(session, person)
    form = content.form(session, taking.sitting_of(session, person).form_id)
    places = taking.options(session, person, 1)
    save(session, person, 1, places[0], places[1], START, START + timedelta(seconds=1))
    save(session, person, 1, places[0], places[2], None, START + timedelta(seconds=90), 2)
    assert np.isnan(seconds_of(session, person, form)).all()


def seconds_of(session: Session, person: Person, form: content.FormContent) -> np.ndarray:
    sitting_id = taking.sitting_of(session, person).id
    return quality_notes._seconds(session, person.organisation_id, form, [sitting_id])[0]


def test_medians_are_of_others_who_finished_from_thirty_on(session: Session, person: Person) -> None:
    sit(session, person, seconds=9)
    form = content.form(session, taking.sitting_of(session, person).form_id)
    own = taking.sitting_of(session, person).id
    usual = []
    for number in range(1, 31):
        assert np.isnan(quality_notes._medians(session, person.organisation_id, form, own)).all()
        other = someone_else(session, person, number)
        sit(session, other, seconds=100 + number, seed=number)
        usual.append(100 + number)
    medians = quality_notes._medians(session, person.organisation_id, form, own)
    assert medians == pytest.approx(np.full(len(form.items), median(usual)))
    # 9 seconds are under a tenth of 115.5: noticed only since others' times are known.
    assert flags(notes_of(session, person)) == {"rapid"}
    accommodations.grant(session, person.actor, other.candidacy_id, "More time", START)
    assert np.isnan(quality_notes._medians(session, person.organisation_id, form, own)).all()


def test_it_is_what_measurement_says_of_the_stored_answers(session: Session, person: Person) -> None:
    """A second reading, item by item, of somebody who clicked at random."""
    taking.start(session, person, seed=3)
    form = content.form(session, taking.sitting_of(session, person).form_id)
    key = content.newest_key(session, form.id)
    most, least = simulate.click_at_random(key.model, 1, np.random.default_rng(6))
    now = START
    for number, item in enumerate(form.items, start=1):
        shown, now = now, now + timedelta(seconds=READING)
        save(
            session,
            person,
            number,
            item.options[most[0, number - 1]].id,
            item.options[least[0, number - 1]].id,
            shown,
            now,
        )
    taking.finish(session, person, now)
    found = notes_of(session, person)
    sitting = taking.sitting_of(session, person)
    places = json.loads(sitting.option_order)
    names = [[option.id for option in item.options] for item in form.items]
    order = np.array([[[names[j].index(one) for one in places[j]] for j in range(len(names))]])
    scores = results.scores_of(session, person.organisation_id, [sitting.id]).scores
    cuts = quality_notes._cuts_of(session, form, key)
    again = quality.assess(key.model, scores, most, least, cuts, order=order)
    assert flags(found) == {name for name, on in zip(again.names, again.flags[0], strict=True) if on}
    assert "random" in flags(found)
    for note in found.notes:
        assert note.value == pytest.approx(again.values[0, again.names.index(note.flag)])


def test_too_few_answers_have_no_notes(session: Session, person: Person) -> None:
    taking.start(session, person)
    taking.answer_first(session, person, 9)
    taking.finish(session, person)
    assert quality_notes.of_sitting(session, person.actor, taking.sitting_of(session, person).id) is None


def test_a_sitting_underway_has_no_notes(session: Session, person: Person) -> None:
    taking.start(session, person)
    taking.answer_first(session, person, 24)
    assert quality_notes.of_sitting(session, person.actor, taking.sitting_of(session, person).id) is None


def test_only_hr_reads_notes(session: Session, person: Person) -> None:
    sit(session, person, straight=True)
    sitting_id = taking.sitting_of(session, person).id
    page = candidates.page(session, person.actor, person.candidacy_id, START)
    assert page.for_hr is not None
    assert page.for_hr.quality == notes_of(session, person)
    manager = make_actor(session, person.organisation_id, Role.HIRING_MANAGER)
    analyst = make_actor(session, person.organisation_id, Role.ANALYST)
    for actor in (manager, analyst):
        with pytest.raises(NotFoundError):
            quality_notes.of_sitting(session, actor, sitting_id)
    assert candidates.page(session, manager, person.candidacy_id, START).for_hr is None
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert quality_notes.of_sitting(session, stranger, sitting_id) is None


def test_cuts_are_simulated_once_for_a_key(session: Session, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    sit(session, person)
    notes_of(session, person)
    monkeypatch.setattr(quality, "simulated_cuts", lambda *_, **__: pytest.fail("simulated again"))
    quality_notes.warm(session)
    notes_of(session, person)


def test_any_flag_meets_about_one_honest_person_in_twenty(session: Session, person: Person) -> None:
    taking.start(session, person)
    form = content.form(session, taking.sitting_of(session, person).form_id)
    key = content.newest_key(session, form.id)
    prior = content.prior(session, key.prior_id).prior
    arrays = key_arrays(form.items)
    cuts = quality.simulated_cuts(key.model, prior, np.random.default_rng(1), level=quality_notes.LEVEL)
    found = quality.power(
        key.model, prior, arrays.levels, arrays.desirability, cuts, np.random.default_rng(2), people=2000
    )
    assert 0.035 < found.any[found.kinds.index("honest")] < 0.07
