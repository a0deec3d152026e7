import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from assessment.measurement.fit import closed_form_fit
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.measurement.simulation import simulate
from assessment.measurement.simulation.nonsense import standing
from assessment.measurement.simulation.reference import reference_pool
from tests.measurement.making import PLAIN, make_bank, make_piloted, make_profile, make_ragged

PROFILES = (
    make_profile(-0.5, 1.0),
    make_profile([-0.5, 0, -0.5, -0.5, -0.2, -0.8], [0.5, 1.6, 1, 1, 1.2, 0.8], weight=[2, 2, 1, 2, 1, 1]),
    make_profile([-1.2, -0.2, -0.5, 0.2, -0.2, -1.2], [0.3, 1.3, 1, 1.8, 1.3, 0.5], weight=[2, 1, 1, 2, 1, 1]),
)


@pytest.fixture(scope="module")
def pool():
    """The pool of a piloted form: popularity known to .1."""
    rng = np.random.default_rng(50)
    model, levels = make_bank(rng)
    return reference_pool(make_piloted(model, rng), levels, DEFAULT_PRIOR, rng, popularity_error=0.1)


@pytest.mark.parametrize("profile", PROFILES)
def test_clicking_at_random_does_not_win_on_a_piloted_form(pool, profile):
    found = standing(pool, profile, lean_sd=0.05)
    assert found.random < 0.5
    assert found.random_in_top_quarter <= 0.05
    assert found.random_withheld > 0.5
    assert found.honest_withheld <= 0.01


def test_estimated_consistency_is_what_keeps_random_clicking_down():
    rng = np.random.default_rng(51)
    model, levels = make_bank(rng)
    piloted = make_piloted(model, rng)
    plain = reference_pool(piloted, levels, DEFAULT_PRIOR, rng, count=300, consistency=PLAIN, popularity_error=0.1)
    found = standing(plain, PROFILES[0], lean_sd=0.05)
    assert found.random > 0.5
    assert found.random_in_top_quarter > 0.1
    assert found.random_withheld == 0


def test_standing_is_the_mean_midrank_percentile_among_honest_people_and_nothing_without_a_fit(pool):
    found = standing(pool, PROFILES[0])
    honest = closed_form_fit(pool.honest, PROFILES[0])
    honest = honest[~np.isnan(honest)]
    for kind in ("random", "half_random", "mildest", "strongest"):
        fits = closed_form_fit(getattr(pool, kind), PROFILES[0])
        slow = [0 if np.isnan(f) else np.mean(honest < f) + np.mean(honest == f) / 2 for f in fits]
        assert_allclose(getattr(found, kind), np.mean(slow))


def test_random_clicking_takes_every_existing_pair_equally_often():
    rng = np.random.default_rng(52)
    model = make_ragged(rng, items=4)
    most, least = simulate.click_at_random(model, 20_000, rng)
    for j in range(4):
        counts = np.zeros((4, 4))
        np.add.at(counts, (most[:, j], least[:, j]), 1)
        options = model.mask[j].sum()
        pairs = np.outer(model.mask[j], model.mask[j]) & ~np.eye(4, dtype=bool)
        assert_allclose(counts / 20_000, pairs / (options * (options - 1)), atol=0.02)


def test_half_random_people_answer_half_of_the_items_as_themselves():
    rng = np.random.default_rng(53)
    model, _ = make_bank(rng)
    theta = np.repeat(rng.normal(size=(1, 6)), 4000, axis=0)
    most, _ = simulate.read_every_other(model, theta, rng, consistency=50.0)
    top = model.probabilities(theta[:1], 50.0)[0].sum(axis=2)
    sure = top.max(axis=1) > 0.999
    hits = (most == top.argmax(axis=1))[:, sure]
    assert_allclose(hits.mean(axis=0), 0.5 + 0.5 / 4, atol=0.04)


def test_the_mildest_option_is_the_one_of_smallest_level():
    rng = np.random.default_rng(54)
    model, levels = make_bank(rng)
    most, least = simulate.choose_mildest(model, levels, 200, rng)
    size = np.sqrt((levels**2).sum(axis=2))
    item = np.arange(24)
    assert_allclose(size[item, most], np.broadcast_to(size.min(axis=1), most.shape))
    assert_allclose(size[item, least], np.broadcast_to(size.max(axis=1), most.shape))
    tied = (np.isclose(size, size.min(axis=1, keepdims=True))).sum(axis=1) > 1
    assert tied.any()
    assert (most[:, tied].min(axis=0) < most[:, tied].max(axis=0)).all()


def test_the_strongest_option_is_the_other_way_round_and_never_a_missing_one():
    rng = np.random.default_rng(55)
    model = make_ragged(rng)
    mild = simulate.choose_mildest(model, model.loadings, 5, np.random.default_rng(1))
    strong = simulate.choose_strongest(model, model.loadings, 5, np.random.default_rng(1))
    assert_array_equal(strong, mild[::-1])
    assert model.mask[np.arange(12), mild[0]].all()
    with pytest.raises(ValueError, match="not those of the model"):
        simulate.choose_mildest(model, np.zeros((1, 4, 6)), 5, rng)
