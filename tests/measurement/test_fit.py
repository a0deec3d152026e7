from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.stats import norm

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import Profile, attribute_fit, better, closed_form_fit, fit, fit_of, groups, withheld
from assessment.measurement.scoring import DEFAULT_PRIOR, key_error, score
from assessment.measurement.simulation import simulate
from tests.measurement.making import make_bank, make_piloted, make_profile, make_scores, true_fit

NUMBERS = st.floats(-3, 3)
ROLE = make_profile(
    low=[-0.5, -np.inf, 0.2, -1, 0, -0.3], high=[0.5, 0.4, np.inf, 0, 1, 0.9], weight=[1, 2, 1, 3, 0, 1]
)


def draw_theta(scores, n, rng, count, lean_sd=0.6, lean=None):
    """theta of person n by plain sampling, (count, D)."""
    own = rng.multivariate_normal(np.zeros(6), scores.total[n], count)
    lean = lean_sd * rng.normal(size=(count, 6)) if lean is None else lean
    return scores.mean[n] + own + lean @ scores.lean[n].T


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((0.3, 0.5, -0.5, 0.5, 0.6), 0.9324042563), ((-1, 0.7, 0, np.inf, 0.5), 0.3122182885)],
)
def test_expected_desirability_has_the_reference_values(arguments, expected):
    assert_allclose(attribute_fit(*arguments), expected, atol=5e-11)


@settings(max_examples=40, deadline=None)
@given(NUMBERS, st.floats(0.05, 2), NUMBERS, st.floats(0, 3), st.floats(0.05, 3))
def test_expected_desirability_is_the_integral(mean, sd, low, width, tolerance):
    high = low + width

    def integrand(theta):
        distance = max(low - theta, 0, theta - high)
        return norm.pdf(theta, mean, sd) * np.exp(-(distance**2) / (2 * tolerance**2))

    ends = [mean - 10 * sd, mean + 10 * sd]
    breaks = [point for point in (low, high, mean) if ends[0] < point < ends[1]]
    slow = quad(integrand, *ends, points=breaks, limit=200)[0]
    assert_allclose(attribute_fit(mean, sd, low, high, tolerance), slow, atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.floats(1e-6, 3), NUMBERS, st.floats(0, 3), st.floats(1e-3, 3))
def test_expected_desirability_is_a_fraction_that_grows_with_band_and_tolerance(mean, sd, low, width, tolerance):
    value = attribute_fit(mean, sd, low, low + width, tolerance)
    assert 0 <= value <= 1 + 1e-12
    assert attribute_fit(mean, sd, low, low + width + 0.1, tolerance) >= value - 1e-12
    assert attribute_fit(mean, sd, low, low + width, 1.1 * tolerance) >= value - 1e-12
    assert_allclose(attribute_fit(mean, sd, -np.inf, np.inf, tolerance), 1)


def test_fit_and_its_interval_are_those_of_plain_sampling():
    rng = np.random.default_rng(30)
    scores = make_scores(rng, people=8)
    found = fit(scores, ROLE)
    for n in range(8):
        theta = draw_theta(scores, n, rng, 100_000)
        fits = true_fit(theta, ROLE)
        assert_allclose(found.expected[n], fits.mean(), atol=0.015)
        assert_allclose([found.low[n], found.high[n]], np.quantile(fits, [0.05, 0.95]), atol=0.06)
        assert_allclose(found.below[n], (theta < ROLE.low).mean(axis=0), atol=0.01)
        assert_allclose(found.above[n], (theta > ROLE.high).mean(axis=0), atol=0.01)
        distance = np.maximum(ROLE.low - theta, 0) + np.maximum(theta - ROLE.high, 0)
        loss = (ROLE.weight * (distance / ROLE.tolerance) ** 2).mean(axis=0)
        assert_allclose(found.loss_share[n], loss / loss.sum(), atol=0.04)


def test_shares_and_probabilities_add_up():
    found = fit(make_scores(np.random.default_rng(31)), ROLE)
    assert_allclose(found.below + found.inside + found.above, 1)
    assert_allclose(found.loss_share.sum(axis=1), 1)
    assert (found.loss_share[:, 4] == 0).all()  # weight 0
    assert ((found.low <= found.expected) & (found.expected <= found.high)).all()


def test_nobody_loses_anything_where_every_band_is_open():
    scores = make_scores(np.random.default_rng(32), people=3)
    found = fit(scores, make_profile(-np.inf, np.inf))
    assert_allclose(found.expected, 1 - scores.p_random)
    assert_allclose(found.loss_share, 0)
    assert_allclose(found.inside, 1)


def test_the_closed_form_is_near_the_draws_and_exact_without_correlation():
    scores = make_scores(np.random.default_rng(33), people=200)
    assert_allclose(closed_form_fit(scores, ROLE), fit(scores, ROLE).expected, atol=0.06)
    straight = replace(scores, total=scores.total * np.eye(6))
    found, drawn = (f(straight, ROLE, lean_sd=0) for f in (closed_form_fit, fit))
    assert_allclose(found, drawn.expected, atol=0.02)
    assert abs((found - drawn.expected).mean()) < 0.002


def test_the_fit_of_known_people_is_read_off_the_page():
    theta = np.random.default_rng(48).normal(0, 1.5, (50, 6))
    assert_allclose(fit_of(theta, ROLE), true_fit(theta, ROLE))
    assert fit_of([[0, 0, 1, -0.5, 5, 0]], ROLE) == 1


def test_the_plug_in_flatters():
    scores = make_scores(np.random.default_rng(34), people=200)
    profile = make_profile()
    assert (true_fit(scores.mean, profile) - fit(scores, profile).expected).mean() > 0.03


def test_fit_does_not_depend_on_who_else_is_there():
    scores = make_scores(np.random.default_rng(35), people=600)
    whole, alone = fit(scores, ROLE), fit(scores.rows([517]), ROLE)
    assert_allclose(alone.expected[0], whole.expected[517], atol=1e-12)
    assert_allclose(alone.low[0], whole.low[517], atol=1e-12)


def test_random_or_missing_answers_get_no_fit():
    scores = make_scores(np.random.default_rng(36), people=5)
    scores.p_random[1] = 0.76
    scores.p_random[2] = 0.75
    scores.mean[3] = scores.total[3] = scores.lean[3] = np.nan
    assert withheld(scores).tolist() == [False, True, False, True, False]
    found = fit(scores, ROLE)
    assert_array_equal(found.withheld, withheld(scores))
    for array in (found.expected, found.low, found.below, found.inside, found.above, found.loss_share):
        assert_array_equal(np.isnan(array.reshape(5, -1)).all(axis=1), withheld(scores))
    assert_array_equal(np.isnan(closed_form_fit(scores, ROLE)), withheld(scores))
    assert_array_equal(np.isnan(better(scores, ROLE, 0, [0, 1, 2, 3])), [False, True, False, True])
    assert np.isnan(better(scores, ROLE, 1, [0, 1])).all()
    assert groups(scores, ROLE)[[1, 3]].tolist() == [0, 0]


def test_people_admitted_by_hr_get_a_fit_again():
    scores = make_scores(np.random.default_rng(37), people=3)
    scores.p_random[1] = 0.9
    scores.p_random[2] = scores.mean[2] = np.nan
    admitted = scores.admit([1, 2])
    assert withheld(admitted).tolist() == [False, False, True]
    assert withheld(scores).tolist() == [False, True, True]


def test_two_people_fit_better_than_one_another_with_probability_one_in_all():
    scores = make_scores(np.random.default_rng(38), people=12)
    table = np.array([better(scores, ROLE, a, np.arange(12)) for a in range(12)])
    assert_allclose(table + table.T, 1, atol=0)
    assert_allclose(np.diag(table), 0.5, atol=0)
    assert_allclose(table[3, 7], better(scores.rows([7, 3]), ROLE, 1, 0), atol=0)


def test_better_is_the_share_of_plain_draws_ties_half():
    rng = np.random.default_rng(39)
    scores = make_scores(rng, people=10)
    found = better(scores, ROLE, 0, np.arange(1, 10))
    lean = 0.6 * rng.normal(size=(50_000, 6))
    first = true_fit(draw_theta(scores, 0, rng, 50_000, lean=lean), ROLE)
    for n in range(1, 10):
        second = true_fit(draw_theta(scores, n, rng, 50_000, lean=lean), ROLE)
        slow = (first > second).mean() + (first == second).mean() / 2
        assert_allclose(found[n - 1], slow, atol=0.04)


def test_better_is_a_coin_toss_where_both_always_fit():
    scores = make_scores(np.random.default_rng(40), people=2)
    scores.p_random[:] = 0.1
    assert_allclose(better(scores, make_profile(-np.inf, np.inf), 0, 1), 0.5)


def test_answers_given_at_random_count_nothing():
    """With probability P(random) the fit is 0: in the expectation, the interval and between two people."""
    rng = np.random.default_rng(47)
    scores = make_scores(rng, people=4)
    scores.p_random[:] = [0.0, 0.02, 0.1, 0.45]
    found, lean = fit(scores, ROLE), 0.6 * rng.normal(size=(200_000, 6))
    fits = [
        np.where(
            rng.random(200_000) < scores.p_random[n], 0, true_fit(draw_theta(scores, n, rng, 200_000, lean=lean), ROLE)
        )
        for n in range(4)
    ]
    for n in range(4):
        assert_allclose(found.expected[n], fits[n].mean(), atol=0.015)
        assert_allclose([found.low[n], found.high[n]], np.quantile(fits[n], [0.05, 0.95]), atol=0.06)
        slow = [(fits[n] > other).mean() + (fits[n] == other).mean() / 2 for other in fits]
        slow[n] = 0.5
        assert_allclose(better(scores, ROLE, n, np.arange(4)), slow, atol=0.04)
    assert (found.low[2:] == 0).all()
    assert found.low[0] > 0
    assert_allclose(closed_form_fit(scores, ROLE) / closed_form_fit(scores.admit([1, 2, 3]), ROLE), 1 - scores.p_random)


def test_better_is_calibrated():
    """Of pairs said to be ordered right with probability p, a share of p is."""
    rng = np.random.default_rng(41)
    profile = make_profile(-0.3, 0.7, weight=[1, 2, 1, 1, 0, 1])
    said, was = [], []
    for _ in range(100):
        model, _ = make_bank(rng)
        truth, lean = make_piloted(model, rng, sd=0.6), rng.normal(0, 0.6, 6)
        theta, rho = simulate.people(30, DEFAULT_PRIOR, rng)
        answers = truth.simulate(theta + lean, rng, rho)
        scores = key_error(score(model, *answers, DEFAULT_PRIOR), model, *answers, DEFAULT_PRIOR)
        actual = true_fit(theta, profile)
        for a in range(0, 30, 2):
            said.append(better(scores, profile, a, a + 1))
            was.append((np.sign(actual[a] - actual[a + 1]) + 1) / 2)
    said, was = np.array(said), np.array(was)
    keep = np.isfinite(said)
    said, was = said[keep], was[keep]
    sure, right = np.maximum(said, 1 - said), np.where(said > 0.5, was, 1 - was)
    for low, high in ((0.5, 0.6), (0.6, 0.7), (0.7, 1.0)):
        these = (sure >= low) & (sure < high)
        assert these.sum() > 300
        assert_allclose(right[these].mean(), sure[these].mean(), atol=0.05)


def slow_groups(scores, profile, threshold):
    """The page's rule, by calls of `better`."""
    expected = fit(scores, profile).expected
    rest = sorted(np.flatnonzero(np.isfinite(expected)), key=lambda n: -expected[n])
    number, group = np.zeros(len(scores), int), 0
    while rest:
        group += 1
        together = [n for n in rest if n == rest[0] or better(scores, profile, rest[0], n) < threshold]
        number[together] = group
        rest = [n for n in rest if n not in together]
    return number


@pytest.mark.parametrize("threshold", [0.5, 0.65, 0.8, 0.95])
def test_groups_follow_the_rule(threshold):
    scores = make_scores(np.random.default_rng(42), people=30)
    found = groups(scores, ROLE, threshold=threshold, lean_sd=0.6)
    assert_array_equal(found, slow_groups(scores, ROLE, threshold))
    assert set(found) == set(range(1, found.max() + 1))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_groups_do_not_depend_on_the_order_of_people(seed):
    rng = np.random.default_rng(seed)
    scores = make_scores(rng, people=25)
    scores.p_random[0] = 0.9
    order = rng.permutation(25)
    assert_array_equal(groups(scores.rows(order), ROLE), groups(scores, ROLE)[order])


def test_groups_of_twins_do_not_depend_on_their_order():
    scores = make_scores(np.random.default_rng(43), people=10).rows([*range(10), *range(10)])
    found = groups(scores, ROLE)
    assert_array_equal(found[:10], found[10:])


def test_a_higher_threshold_makes_a_larger_first_group():
    scores = make_scores(np.random.default_rng(44))
    sizes = [(groups(scores, ROLE, threshold=t) == 1).sum() for t in (0.5, 0.6, 0.7, 0.8, 0.9)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_an_impossible_threshold_is_refused():
    scores = make_scores(np.random.default_rng(45), people=2)
    for threshold in (0.4, 1.0, np.nan):
        with pytest.raises(ValueError, match="threshold"):
            groups(scores, ROLE, threshold=threshold)


def test_fit_refuses_scores_without_the_error_of_the_key_or_of_other_attributes():
    scores = make_scores(np.random.default_rng(46), people=2)
    for judge in (fit, closed_form_fit, groups):
        with pytest.raises(ValueError, match="lack the key's error"):
            judge(replace(scores, total=None), ROLE)
        with pytest.raises(ValueError, match="attributes differ"):
            judge(replace(scores, attributes=ATTRIBUTES[::-1]), ROLE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"low": np.zeros(5)}, "low must have 6 numbers"),
        ({"low": 1.0, "high": 0.5}, "low end"),
        ({"low": np.nan}, "low end"),
        ({"low": np.inf, "high": np.inf}, "low end"),
        ({"tolerance": 0}, "tolerances"),
        ({"tolerance": np.inf}, "tolerances"),
        ({"weight": -1}, "weights must"),
        ({"weight": np.nan}, "weights must"),
        ({"weight": 0}, "all weights are zero"),
    ],
)
def test_an_impossible_profile_is_refused(change, words):
    good = {"low": -0.5, "high": 0.5, "tolerance": 0.6, "weight": 1.0}
    arrays = {name: v if np.ndim(v) else np.full(6, float(v)) for name, v in (good | change).items()}
    with pytest.raises(ValueError, match=words):
        Profile(ATTRIBUTES, **arrays)
