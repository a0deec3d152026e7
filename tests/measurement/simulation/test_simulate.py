import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from assessment.measurement.model import checked_answers
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.measurement.simulation import simulate
from tests.measurement.making import make_bank, make_ragged


@pytest.mark.parametrize("kind", simulate.KINDS)
def test_people_of_every_kind_give_possible_answers_to_items_of_any_length(kind):
    rng = np.random.default_rng(70)
    model = make_ragged(rng)
    desirability = np.where(model.mask, rng.normal(4, 1, model.mask.shape), np.nan)
    given = simulate.answers(
        kind, model, DEFAULT_PRIOR, 45, rng, levels=model.loadings, desirability=desirability, popularity_error=0.6
    )
    most, _ = checked_answers(model, given.most, given.least)
    assert most.shape == (45, 12)
    assert (most >= 0).all()
    for answers, shown in zip((given.most, given.least), given.shown, strict=True):
        assert_array_equal(np.take_along_axis(given.order, shown[..., None], axis=2)[..., 0], answers)


def test_people_of_no_known_kind_and_without_what_they_go_by_are_refused():
    rng = np.random.default_rng(71)
    model, _ = make_bank(rng)
    with pytest.raises(ValueError, match="people are honest, random"):
        simulate.answers("lazy", model, DEFAULT_PRIOR, 0, rng)
    for kind, words in (("mildest", "levels"), ("strongest", "levels"), ("faking", "desirability")):
        with pytest.raises(ValueError, match=f"go by {words}"):
            simulate.answers(kind, model, DEFAULT_PRIOR, 5, rng)
    with pytest.raises(ValueError, match="not that of the model"):
        simulate.faking_key(model, np.zeros((24, 3)))


def test_orders_are_shuffled_evenly_and_end_where_the_options_do():
    rng = np.random.default_rng(72)
    model = make_ragged(rng, items=4)
    order = simulate.shuffle(model, 6000, rng)
    for j, count in enumerate(model.mask.sum(axis=1)):
        assert (order[:, j, count:] == -1).all()
        for place in range(count):
            shares = np.bincount(order[:, j, place], minlength=count) / 6000
            assert_allclose(shares, 1 / count, atol=0.03)


def test_straight_people_take_the_same_two_places_throughout():
    rng = np.random.default_rng(73)
    model, _ = make_bank(rng)
    given = simulate.answers("straight", model, DEFAULT_PRIOR, 400, rng)
    most, least = given.shown
    assert (most == most[:, :1]).all()
    assert (least == least[:, :1]).all()
    pairs = np.zeros((4, 4))
    np.add.at(pairs, (most[:, 0], least[:, 0]), 1)
    assert_allclose(pairs / 400, (1 - np.eye(4)) / 12, atol=0.05)
    assert len(np.unique(given.most[0])) > 1  # options are not what stays the same


def test_faking_draws_people_towards_what_sounds_good_by_its_strength():
    rng = np.random.default_rng(74)
    model, _ = make_bank(rng)
    desirability = rng.normal(4.5, 0.4, (24, 4))
    utility = {}
    for strength in (0, 2):
        key = simulate.faking_key(model, desirability, strength)
        utility[strength] = key.intercepts
    added = utility[2] - utility[0]
    assert_allclose(added, 2 * (desirability - desirability.mean(axis=1, keepdims=True)))
    item = np.arange(24)
    chosen = {}
    for kind in ("honest", "faking"):
        given = simulate.answers(kind, model, DEFAULT_PRIOR, 300, rng, desirability=desirability)
        chosen[kind] = desirability[item, given.most].mean() - desirability[item, given.least].mean()
    assert chosen["faking"] > chosen["honest"] + 0.25


def test_people_answer_by_possible_keys_twenty_at_a_time():
    """With a popularity that drowns everything else people of one key agree, and those of the next do not."""
    rng = np.random.default_rng(75)
    model, _ = make_bank(rng)
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 40, rng, popularity_error=50.0)
    first, second = given.most[:20], given.most[20:]
    assert (first == first[0]).mean() > 0.9
    assert (second == second[0]).mean() > 0.9
    assert (first[0] == second[0]).mean() < 0.6


def test_without_an_error_honest_people_answer_by_the_model():
    rng = np.random.default_rng(76)
    model, _ = make_bank(rng, items=4)
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 6000, rng)
    theta, rho = simulate.people(6000, DEFAULT_PRIOR, rng)
    expected = model.probabilities(theta, rho).sum(axis=3).mean(axis=0)
    found = (given.most[..., None] == np.arange(4)).mean(axis=0)
    assert_allclose(found, expected, atol=0.025)


def test_shown_positions_say_where_the_chosen_option_stood():
    order = np.array([[[2, 0, 3, 1], [1, 0, -1, -1], [0, 1, 2, -1]]])
    assert_array_equal(simulate.shown_positions(order, np.array([[3, 0, -1]])), [[2, 1, -1]])
