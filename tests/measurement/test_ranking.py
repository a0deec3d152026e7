from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import rankdata

from assessment.measurement.fit import fit
from assessment.measurement.ranking import places
from assessment.measurement.scoring import DEFAULT_PRIOR, key_error, score
from assessment.measurement.simulation.simulate import people
from tests.measurement.making import make_bank, make_piloted, make_profile, make_scores, true_fit

ROLE = make_profile(low=[-0.5, -0.2, 0.2, -1, 0, -0.3], high=[0.5, 0.4, 1, 0, 1, 0.9], weight=[1, 2, 1, 3, 0, 1])
FIELDS = ("place", "low", "high", "weights_low", "weights_high")


def test_the_place_is_that_of_the_expected_fit():
    scores = make_scores(np.random.default_rng(60), people=25)
    assert_array_equal(places(scores, ROLE).place, rankdata(-fit(scores, ROLE).expected))


def test_intervals_are_those_of_plain_sampling():
    rng = np.random.default_rng(61)
    scores = make_scores(rng, people=15)
    scores.p_random[3] = 0.3
    found = places(scores, ROLE)
    lean = 0.6 * rng.normal(size=(20_000, 6))
    fits = []
    for n in range(15):
        own = rng.multivariate_normal(np.zeros(6), scores.total[n], 20_000)
        theta = scores.mean[n] + own + lean @ scores.lean[n].T
        fits.append(np.where(rng.random(20_000) < scores.p_random[n], 0.0, true_fit(theta, ROLE)))
    slow = np.quantile(rankdata(-np.array(fits), axis=0), [0.05, 0.95], axis=1)
    assert_allclose(found.low, slow[0], atol=1)
    assert_allclose(found.high, slow[1], atol=1)


def test_intervals_hold_the_true_place_as_often_as_they_say():
    rng = np.random.default_rng(62)
    held = []
    for _ in range(40):
        model, _ = make_bank(rng)
        truth, lean = make_piloted(model, rng, sd=0.6), rng.normal(0, 0.6, 6)
        theta, rho = people(25, DEFAULT_PRIOR, rng)
        answers = truth.simulate(theta + lean, rng, rho)
        scores = key_error(score(model, *answers, DEFAULT_PRIOR), model, *answers, DEFAULT_PRIOR)
        found = places(scores, ROLE)
        kept = np.isfinite(found.place)
        actual = rankdata(-true_fit(theta, ROLE)[kept])
        held.extend((found.low[kept] - 0.5 <= actual) & (actual <= found.high[kept] + 0.5))
    assert 0.86 < np.mean(held) < 0.95


def test_places_over_weights_are_the_extremes_of_ranking_again():
    scores = make_scores(np.random.default_rng(63), people=20)
    found = places(scores, ROLE, weight_step=0.5)
    rng = np.random.default_rng(0)
    seen = []
    for _ in range(60):
        weight = np.where(ROLE.weight > 0, ROLE.weight + rng.uniform(-0.5, 0.5, 6), 0)
        seen.append(rankdata(-fit(scores, replace(ROLE, weight=weight)).expected))
    assert (found.weights_low <= found.place).all()
    assert (found.place <= found.weights_high).all()
    assert_allclose(found.weights_low, np.min(seen, axis=0), atol=2.5)
    assert_allclose(found.weights_high, np.max(seen, axis=0), atol=2.5)
    unmoved = places(scores, ROLE, weight_step=1e-9)
    assert_array_equal(unmoved.weights_low, unmoved.place)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_places_do_not_depend_on_the_order_of_people(seed):
    rng = np.random.default_rng(seed)
    scores = make_scores(rng, people=12).rows([*range(12), 3, 3, 7])
    scores.p_random[0] = 0.9
    order = rng.permutation(15)
    here, there = places(scores, ROLE), places(scores.rows(order), ROLE)
    for name in FIELDS:
        assert_allclose(getattr(there, name), getattr(here, name)[order], atol=1e-9)


def test_withheld_people_have_no_place_and_take_none():
    scores = make_scores(np.random.default_rng(64), people=6)
    scores.p_random[2] = 0.9
    found, others = places(scores, ROLE), places(scores.rows([0, 1, 3, 4, 5]), ROLE)
    for name in FIELDS:
        assert np.isnan(getattr(found, name)[2])
        assert_array_equal(np.delete(getattr(found, name), 2), getattr(others, name))


def test_equals_share_the_middle_of_their_places():
    scores = make_scores(np.random.default_rng(65), people=3).rows([0, 1, 1, 1, 2])
    assert len(set(places(scores, ROLE).place[1:4])) == 1
    assert_allclose(np.sort(places(scores, ROLE).place).sum(), 15)


def test_one_person_alone_is_first_and_nobody_is_no_trouble():
    scores = make_scores(np.random.default_rng(66), people=1)
    for name in FIELDS:
        assert getattr(places(scores, ROLE), name).tolist() == [1.0]
        assert getattr(places(scores.rows([]), ROLE), name).shape == (0,)


def test_scores_without_the_error_of_the_key_are_refused():
    with pytest.raises(ValueError, match="lack the key's error"):
        places(replace(make_scores(np.random.default_rng(67), people=2), total=None), ROLE)
