import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from assessment.measurement.evidence.selection import (
    composite_difference,
    composite_validity,
    direct_restriction,
    disattenuated,
    impact_ratio,
    indirect_restriction,
    selected_mean,
    taylor_russell,
    utility,
)

RATES = st.floats(0.01, 0.99)
CORRELATIONS = st.floats(-0.95, 0.95)
PRINTED_RATIOS = [0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.95]


def select(correlation: np.ndarray, ratio: float) -> np.ndarray:
    """The covariance of standard normal variables among those selected from the top of the first.

    Pearson (1903): what is left of the others is untouched, only the first's own variance shrinks.
    """
    cut = stats.norm.isf(ratio)
    mean = stats.norm.pdf(cut) / ratio
    shrunk = 1 - mean * (mean - cut)
    return correlation - (1 - shrunk) * np.outer(correlation[0], correlation[0])


def correlations(covariance: np.ndarray) -> np.ndarray:
    sd = np.sqrt(np.diag(covariance))
    return covariance / np.outer(sd, sd)


@pytest.mark.parametrize(
    ("validity", "printed"),
    [
        (0.30, [0.74, 0.71, 0.67, 0.64, 0.62, 0.60, 0.58, 0.56, 0.54, 0.52, 0.51]),
        (0.50, [0.88, 0.84, 0.78, 0.74, 0.70, 0.67, 0.63, 0.60, 0.57, 0.54, 0.52]),
    ],
)
def test_taylor_and_russells_printed_table_is_met(validity, printed):
    # Taylor & Russell (1939), proportion considered satisfactory .50; printed to two decimals
    assert_allclose(taylor_russell(validity, PRINTED_RATIOS, 0.5), printed, atol=0.0051)


def test_the_share_of_good_ones_has_the_reference_value():
    assert_allclose(taylor_russell(0.5, 0.5, 0.6), 0.7608728, atol=5e-8)


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.99, 0.99), RATES, RATES)
def test_the_share_of_good_ones_is_the_integral_over_the_selected(validity, ratio, base):
    cut, good = stats.norm.isf([ratio, base])

    def integrand(x):
        return stats.norm.pdf(x) * stats.norm.sf((good - validity * x) / np.sqrt(1 - validity**2))

    middle = np.clip(good / validity, cut, cut + 12) if abs(validity) > 0.01 else cut
    slow = (quad(integrand, cut, middle, limit=200)[0] + quad(integrand, middle, cut + 12, limit=200)[0]) / ratio
    assert_allclose(taylor_russell(validity, ratio, base), slow, atol=1e-7)


@pytest.mark.parametrize("validity", [-0.9999, 0.999, 0.999999])
def test_the_share_of_good_ones_stays_exact_where_validity_is_nearly_one(validity):
    ratio, base = 0.3, 0.31
    points = stats.norm.ppf([ratio, base])
    both = stats.multivariate_normal(cov=[[1, validity], [validity, 1]]).cdf(points)
    assert_allclose(taylor_russell(validity, ratio, base), both / ratio, atol=1e-7)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 0.95), RATES, RATES)
def test_selecting_by_a_valid_test_never_does_harm(validity, ratio, base):
    found = taylor_russell([0, validity, -validity], ratio, base)
    assert_allclose(found[0], base)
    assert found[1] >= base >= found[2]
    assert found[1] <= min(1, base / ratio) + 1e-12
    # whoever is good and rejected: among all applicants good ones stay base
    rejected = taylor_russell(-validity, 1 - ratio, base)
    assert_allclose(ratio * found[1] + (1 - ratio) * rejected, base, atol=1e-9)


def test_the_mean_of_the_selected_is_the_tabled_selection_intensity():
    # Falconer & Mackay (1996), appendix table A: i for the top 1, 5, 10, 20 and 50% of a large population
    tabled = [2.665, 2.063, 1.755, 1.400, 0.798]
    assert_allclose(selected_mean([0.01, 0.05, 0.1, 0.2, 0.5]), tabled, atol=6e-4)


@settings(max_examples=30, deadline=None)
@given(RATES, st.floats(-1, 1))
def test_the_mean_of_the_selected_is_that_of_a_cut_normal(ratio, validity):
    slow = stats.truncnorm(stats.norm.isf(ratio), np.inf).mean()
    assert_allclose(selected_mean(ratio), slow, rtol=1e-6)
    assert_allclose(selected_mean(ratio, validity), validity * slow, atol=1e-6)


def test_utility_is_gain_less_the_cost_of_testing():
    # 10 hired of 50 (mean standard score 1.3998) stay 2 years; r .4, an sd is worth 10,000 a year, a test costs 20
    assert_allclose(utility(10, 2, 0.4, 0.2, 10_000, 20), 10 * 2 * 0.4 * 1.3998096 * 10_000 - 50 * 20, rtol=1e-6)


def test_range_restriction_by_hand():
    # u = 2: .3 x 2 / sqrt(1 + .09 x 3) = .6 / sqrt(1.27)
    assert_allclose(direct_restriction(0.3, 2), 0.6 / np.sqrt(1.27))
    # (.2 + .3 x .4 x 3) / sqrt((1 + .09 x 3)(1 + .16 x 3)) = .56 / sqrt(1.27 x 1.48)
    assert_allclose(indirect_restriction(0.2, 0.3, 0.4, 2), 0.56 / np.sqrt(1.27 * 1.48))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.02, 0.98))
def test_corrections_bring_back_what_selection_took(seed, ratio):
    root = np.random.default_rng(seed).normal(size=(3, 4))
    every = correlations(root @ root.T)
    covariance = select(every, ratio)
    among, u = correlations(covariance), 1 / np.sqrt(covariance[0, 0])
    assert_allclose(direct_restriction(among[0, 1:], u), every[0, 1:], atol=1e-8)
    assert_allclose(indirect_restriction(among[1, 2], among[0, 1], among[0, 2], u), every[1, 2], atol=1e-8)


def test_correcting_for_selection_agrees_with_people_selected():
    rng = np.random.default_rng(1)
    every = np.array([[1, 0.5, 0.4], [0.5, 1, 0.6], [0.4, 0.6, 1]])
    people = rng.multivariate_normal(np.zeros(3), every, 400_000)
    chosen = people[people[:, 0] > 0.5]
    among, u = np.corrcoef(chosen.T), people[:, 0].std() / chosen[:, 0].std()
    assert_allclose(direct_restriction(among[0, 1], u), 0.5, atol=0.01)
    assert_allclose(indirect_restriction(among[1, 2], among[0, 1], among[0, 2], u), 0.6, atol=0.01)


@settings(max_examples=40, deadline=None)
@given(CORRELATIONS, st.floats(0.2, 5))
def test_direct_restriction_is_undone_by_its_reverse_and_is_a_case_of_the_indirect(r, u):
    assert_allclose(direct_restriction(direct_restriction(r, u), 1 / u), r, atol=1e-9)
    assert_allclose(indirect_restriction(r, 1, r, u), direct_restriction(r, u), atol=1e-9)


def test_attenuation_is_undone():
    rng = np.random.default_rng(2)
    true = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 400_000)
    x, y = (true + rng.normal(size=true.shape) * np.sqrt([1 / 0.7 - 1, 1 / 0.5 - 1])).T
    seen = np.corrcoef(x, y)[0, 1]
    assert_allclose(disattenuated(seen, predictor=0.7, criterion=0.5), 0.5, atol=0.01)
    assert_allclose(disattenuated(0.3, criterion=0.36), 0.5)
    assert disattenuated(0.8, predictor=0.5) > 1  # not hidden


def test_a_composite_is_what_summing_people_gives():
    rng = np.random.default_rng(3)
    between = np.array([[1, 0.3, 0.1], [0.3, 1, -0.2], [0.1, -0.2, 1]])
    valid, weights, differences = np.array([0.3, 0.4, 0.2]), np.array([1, 2, 0.5]), np.array([1.0, 0.2, -0.3])
    whole = np.block([[between, valid[:, None]], [valid[None], np.ones((1, 1))]])
    people = rng.multivariate_normal(np.zeros(4), whole, 300_000)
    total = people[:, :3] @ weights
    assert_allclose(composite_validity(weights, between, valid), np.corrcoef(total, people[:, 3])[0, 1], atol=0.01)
    assert_allclose(composite_difference(weights, between, differences), differences @ weights / total.std(), atol=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.floats(0, 0.9), st.floats(-1, 1))
def test_equal_weights_give_sackett_and_ellingsons_formula(count, r, d):
    # Sackett & Ellingson (1997): sum of d / sqrt(k + k (k - 1) mean r)
    between = np.full((count, count), r) + (1 - r) * np.eye(count)
    differences = d * np.arange(count)
    expected = differences.sum() / np.sqrt(count + count * (count - 1) * r)
    assert_allclose(composite_difference(np.ones(count), between, differences), expected, atol=1e-9)


def test_adding_a_predictor_without_a_difference_does_not_halve_the_difference():
    # by hand: (1 + 0) / sqrt(2 + 2 r)
    for r, expected in ((0, 0.7071), (0.5, 0.5774)):
        assert_allclose(composite_difference([1, 1], [[1, r], [r, 1]], [1, 0]), expected, atol=5e-5)


@settings(max_examples=60, deadline=None)
@given(st.floats(-2, 2), RATES, st.floats(0, 1))
def test_the_impact_ratio_is_that_of_one_cut_for_all(d, ratio, share):
    def too_many(cut):
        return (1 - share) * stats.norm.sf(cut) + share * stats.norm.sf(cut, loc=-d) - ratio

    cut = brentq(too_many, -10, 10, xtol=1e-13)
    slow = stats.norm.sf(cut, loc=-d) / stats.norm.sf(cut)
    assert_allclose(impact_ratio(d, ratio, share), slow, rtol=1e-7)


def test_the_impact_ratio_by_hand():
    # majority selected at .5: cut 0, minority P(z > 1) = .1587
    assert_allclose(impact_ratio(1, 0.5, 0), 0.15865525 / 0.5, rtol=1e-7)
    assert_allclose(impact_ratio(0, [0.1, 0.9], 0.3), 1)
    falling = impact_ratio(0.5, [0.9, 0.5, 0.1, 0.01], 0.2)
    assert (np.diff(falling) < 0).all()  # the fewer are selected, the more a difference tells


def test_the_impact_ratio_agrees_with_people_selected():
    rng = np.random.default_rng(4)
    majority, minority = rng.normal(size=300_000), rng.normal(-0.6, 1, 100_000)
    cut = np.quantile(np.append(majority, minority), 0.8)
    assert_allclose(impact_ratio(0.6, 0.2, 0.25), (minority > cut).mean() / (majority > cut).mean(), atol=0.01)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: taylor_russell(1, 0.5, 0.5), "validity"),
        (lambda: taylor_russell(0.5, 0, 0.5), "selection ratio"),
        (lambda: taylor_russell(0.5, 0.5, np.nan), "base rate"),
        (lambda: selected_mean(1.2), "selection ratio"),
        (lambda: selected_mean(0.5, 1.2), "validity"),
        (lambda: direct_restriction(1.2, 2), "from -1 to 1"),
        (lambda: direct_restriction(0.2, 0), "positive"),
        (lambda: indirect_restriction(0.2, 0.2, np.nan, 2), "from -1 to 1"),
        (lambda: disattenuated(0.2, predictor=0), "reliabilities"),
        (lambda: disattenuated(0.2, criterion=1.1), "reliabilities"),
        (lambda: impact_ratio(0.2, 0.5, 1.1), "share"),
        (lambda: impact_ratio(np.inf, 0.5, 0.1), "d must"),
        (lambda: composite_validity([1, 1], np.eye(3), [0.2, 0.2]), "same predictors"),
        (lambda: composite_validity([1, 1], [[1, 0.2], [0.3, 1]], [0.2, 0.2]), "symmetric"),
        (lambda: composite_difference([1, 1], [[1, 2], [2, 1]], [0.2, 0.2]), "possible"),
        (lambda: composite_difference([0, 0], np.eye(2), [0.2, 0.2]), "varies"),
    ],
)
def test_impossible_numbers_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
