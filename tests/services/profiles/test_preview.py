"""The preview: who takes part, what it shows, and that it is arithmetic only."""

import uuid

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.fit import fit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import vacancies
from assessment.services.permissions import Role
from assessment.services.profiles import preview, role_profiles, tuning
from assessment.services.profiles.preview import Preview
from assessment.services.profiles.reliance import KINDS
from assessment.services.scoring import pools, results
from assessment.store.content import Form
from assessment.store.hiring import Candidacy, Vacancy
from assessment.store.people import Organisation
from tests import hiring
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.tuning import changed, shop_floor, small_pools  # noqa: F401 - small_pools works by being here


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session))


def crowd(session: Session, hr: Actor, count: int, *, is_open: bool = False, seed: int = 1) -> list[uuid.UUID]:
    """So many people who finished for one vacancy of the sector; their sittings."""
    vacancy_id = hiring.make_vacancy(session, hr)
    rng = np.random.default_rng(seed)
    sittings = []
    for number in range(1, count + 1):
        candidacy_id = hiring.make_person(session, hr.organisation_id, vacancy_id, number)
        sittings.append(hiring.finish(session, hr.organisation_id, candidacy_id, rng.normal(0, 0.8, 6).tolist()))
    if not is_open:
        close(session, hr, vacancy_id)
    return sittings


def close(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    vacancy = session.get_one(Vacancy, (hr.organisation_id, vacancy_id))
    vacancy.status, vacancy.closed_at = "closed", START
    session.flush()


def shown(session: Session, hr: Actor, **values: object) -> Preview:
    profile_id = shop_floor(session, hr)
    rows = tuning.state(session, hr, profile_id).rows
    return preview.preview(session, hr, profile_id, changed(rows, **values) if values else rows)


def test_past_people_take_part_when_there_are_enough(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST)
    people = shown(session, hr).people
    assert (people.simulated, people.n, people.withheld) == (False, preview.FEWEST, 0)
    assert people.oldest is not None
    assert people.oldest >= START


def test_with_fewer_the_people_are_simulated_and_it_says_so(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST - 1)
    found = shown(session, hr)
    assert found.people.simulated
    assert found.people.oldest is None
    assert found.people.n > 150


def test_people_of_an_open_vacancy_never_take_part(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST + 5, is_open=True)
    assert shown(session, hr).people.simulated


def test_somebody_who_is_also_in_an_open_vacancy_does_not_take_part(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST + 1)
    assert shown(session, hr).people.n == preview.FEWEST + 1
    person = session.query(Candidacy).filter_by(organisation_id=hr.organisation_id, number=1).one()
    still_open = hiring.make_vacancy(session, hr, "Another one")
    session.add(
        Candidacy(
            organisation_id=hr.organisation_id,
            candidate_id=person.candidate_id,
            vacancy_id=still_open,
            number=1,
            created_at=START,
        )
    )
    session.flush()
    assert shown(session, hr).people.n == preview.FEWEST


def test_in_a_demo_organisation_everybody_is_made_up_and_may_take_part(session: Session, hr: Actor) -> None:
    session.get_one(Organisation, hr.organisation_id).synthetic = True
    session.flush()
    demo = make_actor(session, hr.organisation_id)
    crowd(session, demo, preview.FEWEST, is_open=True)
    assert not shown(session, demo).people.simulated


def test_another_organisations_people_and_another_sectors_stay_out(session: Session, hr: Actor) -> None:
    other = make_actor(session, make_organisation(session, "Other Organisation"))
    crowd(session, other, preview.FEWEST)
    assert shown(session, hr).people.simulated
    crowd(session, hr, preview.FEWEST)
    people = shown(session, hr).people
    assert (people.n, people.withheld) == (preview.FEWEST, 0)
    travel = next(one.id for one in role_profiles.choices(session, hr) if one.sector == "travel")
    rows = tuning.state(session, hr, travel).rows
    assert preview.preview(session, hr, travel, rows).people.simulated


def test_who_has_no_fit_is_counted_and_left_out(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST)
    vacancy_id = hiring.make_vacancy(session, hr, "Withheld")
    for number, scores in ((1, {"p_random": 0.9}), (2, {"theta": None})):
        candidacy_id = hiring.make_person(session, hr.organisation_id, vacancy_id, number)
        hiring.finish(session, hr.organisation_id, candidacy_id, **scores)  # type: ignore[arg-type]
    close(session, hr, vacancy_id)
    people = shown(session, hr).people
    assert (people.n, people.withheld) == (preview.FEWEST, 2)


def test_labels_say_nothing_of_who_or_where(session: Session, hr: Actor) -> None:
    sittings = crowd(session, hr, 30)
    labels = preview._labels(sittings, shop_floor(session, hr))
    in_order = [preview._someone(n) for n in range(1, 31)]
    assert (in_order[0], in_order[25:28]) == ("Someone A", ["Someone Z", "Someone AA", "Someone AB"])
    assert not any(letter.isdigit() for letter in "".join(labels)), "a number could be taken for a candidate's"
    assert sorted(labels) == sorted(in_order)
    assert labels != in_order, "the order of the vacancy would tell who it is"
    assert labels == preview._labels(sittings, shop_floor(session, hr))


def test_an_unchanged_draft_moves_nobody(session: Session, hr: Actor) -> None:
    crowd(session, hr, 30)
    found = shown(session, hr)
    assert found.counts_before == found.counts_after
    assert sum(found.counts_after) == 30
    assert (found.entering, found.leaving) == (0, 0)
    assert found.enter == found.leave == ()
    assert all(move.fit_before == move.fit_after for move in found.stay)
    assert found.staying == found.first_before == found.first_after
    assert all(share.before == share.after for share in found.shares)
    assert all(one.before == one.after for one in found.nonsense)


def test_the_preview_is_the_same_reading_that_vacancies_get(session: Session, hr: Actor) -> None:
    sittings = crowd(session, hr, 30)
    found = shown(session, hr, low=55.0, weight=3.0)
    rows = changed(tuning.state(session, hr, shop_floor(session, hr)).rows, low=55.0, weight=3.0)
    people = results.scores_of(session, hr.organisation_id, sittings)
    fits = fit(people.scores, role_profiles.measure(rows), lean_sd=people.lean_sd)
    expected = 100 * fits.expected
    for move in (*found.enter, *found.leave, *found.stay):
        assert np.isclose(expected, move.fit_after).any()
    assert found.middle_after == pytest.approx(100 * float(np.median(fits.expected)))
    tact = next(share for share in found.shares if share.attribute == "tact")
    assert tact.after == pytest.approx((fits.below[:, 1].mean(), fits.inside[:, 1].mean(), fits.above[:, 1].mean()))
    assert sum(tact.after) == pytest.approx(1)
    assert tact.after[0] > tact.before[0], "a higher lower end leaves more people below"


def test_who_enters_and_who_leaves_the_first_group_is_shown(session: Session, hr: Actor) -> None:
    crowd(session, hr, 40)
    found = shown(session, hr, low=70.0, high=80.0, weight=3.0)
    assert found.first_after - found.first_before == found.entering - found.leaving
    assert found.entering + found.leaving > 0
    assert all((move.first_before, move.first_after) == (False, True) for move in found.enter)
    assert all((move.first_before, move.first_after) == (True, False) for move in found.leave)
    assert all((move.first_before, move.first_after) == (True, True) for move in found.stay)
    for moves, count in ((found.enter, found.entering), (found.leave, found.leaving), (found.stay, found.staying)):
        assert len(moves) == min(count, preview.MOST_MOVES)
        changes = [abs(move.fit_after - move.fit_before) for move in moves]
        assert changes == sorted(changes, reverse=True), "an order by fit would tell apart who is tied"


def test_nonsense_is_placed_and_warned_about_above_the_median(
    session: Session, hr: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shown(session, hr)
    kinds = {one.kind: one.after for one in found.nonsense}
    assert set(kinds) == set(KINDS)
    assert all(0 <= value <= 1 for value in kinds.values())
    assert all(0 <= one.withheld <= 1 for one in found.nonsense)
    assert found.random.withheld > 0
    monkeypatch.setattr(preview, "TOO_HIGH", kinds["random"] - 0.01)
    assert shown(session, hr).warning == kinds["random"]
    monkeypatch.setattr(preview, "TOO_HIGH", kinds["random"] + 0.01)
    assert shown(session, hr).warning is None


def test_pools_can_be_made_ahead(session: Session, hr: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def pool(*_: object, count: int, **__: object) -> str:
        made.append(count)
        return "a pool"

    monkeypatch.setattr(pools, "_pools", {})
    monkeypatch.setattr(pools, "reference_pool", pool)
    pools.warm(session)
    forms = session.scalar(sa.select(sa.func.count(Form.id)))
    assert len(made) == forms
    pools.warm(session)
    for sector in ("retail", "travel"):
        preview._reference(session, hr, sector)
    assert len(made) == forms, "what was made is kept"


def test_impossible_numbers_are_refused_before_any_arithmetic(session: Session, hr: Actor) -> None:
    with pytest.raises(DomainError, match="below the upper"):
        shown(session, hr, low=66.0)


def test_nothing_is_written(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST)
    session.flush()
    with hiring.counted(session) as statements:
        shown(session, hr, weight=2.0)
    assert not [text for text in statements if not text.lstrip().upper().startswith("SELECT")]
    assert not session.new
    assert not session.dirty


def test_the_number_of_statements_does_not_grow_with_people(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST)
    shown(session, hr)
    with hiring.counted(session) as few:
        shown(session, hr)
    crowd(session, hr, 100, seed=2)
    with hiring.counted(session) as many:
        assert shown(session, hr).people.n == preview.FEWEST + 100
    assert len(many) == len(few)


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.ANALYST])
def test_only_who_may_tune_sees_it(session: Session, hr: Actor, role: Role) -> None:
    other = make_actor(session, hr.organisation_id, role)
    rows = tuning.state(session, hr, shop_floor(session, hr)).rows
    with pytest.raises(NotFoundError):
        preview.preview(session, other, shop_floor(session, hr), rows)


def test_closing_is_what_lets_people_in(session: Session, hr: Actor) -> None:
    crowd(session, hr, preview.FEWEST, is_open=True)
    vacancy_id = vacancies.listed(session, hr)[0].id
    assert shown(session, hr).people.simulated
    close(session, hr, vacancy_id)
    assert not shown(session, hr).people.simulated
