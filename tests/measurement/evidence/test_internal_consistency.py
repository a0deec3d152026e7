from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from scipy.optimize import minimize

from assessment.measurement.evidence.internal_consistency import alpha, contributions, omega, one_factor
from assessment.measurement.scoring import DEFAULT_PRIOR, explain
from tests.measurement.making import make_bank

# Law School Admission Test, section 7: 1000 people, 5 items, how often each of the 32 patterns of right answers
# came (Bock & Lieberman 1970), from 00000 to 11111.
LSAT7 = np.repeat(
    np.array(list(product([0.0, 1.0], repeat=5))),
    [
        12,
        19,
        1,
        7,
        3,
        19,
        3,
        17,
        10,
        5,
        3,
        7,
        7,
        23,
        8,
        28,
        7,
        39,
        11,
        34,
        14,
        51,
        15,
        90,
        6,
        25,
        7,
        35,
        18,
        136,
        32,
        308,
    ],
    axis=0,
)
# Six people rated by four judges: Shrout & Fleiss (1979), table 2.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def make_congeneric(rng, people, loadings, uniqueness):
    """Answers (N, J) with one factor behind them."""
    loadings = np.asarray(loadings)
    return rng.normal(size=(people, 1)) * loadings + rng.normal(size=(people, len(loadings))) * np.sqrt(uniqueness)


def test_alpha_of_the_law_school_test_is_the_published_one():
    # R's mirt::itemstats(expand.table(LSAT7)): alpha .453
    assert_allclose(alpha(LSAT7).value, 0.453, atol=5e-4)


def test_alpha_of_four_judges_and_its_interval_are_those_published():
    # alpha is ICC(3,4): .91 in Shrout & Fleiss (1979), table 4; its interval as R's psych::ICC prints it
    found = alpha(JUDGES)
    assert_allclose([found.value, found.low, found.high], [0.91, 0.676, 0.99], atol=0.0051)
    assert found.n == 6


def test_alpha_is_what_its_formula_says():
    items = make_congeneric(np.random.default_rng(0), 30, np.linspace(0.3, 1, 7), 0.6)
    sums = items.sum(axis=1)
    slow = 7 / 6 * (1 - sum(items[:, j].var(ddof=1) for j in range(7)) / sums.var(ddof=1))
    found = alpha(items)
    assert_allclose(found.value, slow)
    quantiles = stats.f.ppf([0.975, 0.025], 29, 29 * 6)
    assert_allclose([found.low, found.high], 1 - (1 - slow) * quantiles)
    r = np.mean([stats.pearsonr(items[:, i], items[:, j]).statistic for i in range(7) for j in range(i)])
    assert_allclose(alpha(items, standardised=True).value, 7 * r / (1 + 6 * r))


def test_the_intervals_of_alpha_and_omega_cover_what_they_promise():
    rng = np.random.default_rng(1)
    hits = np.zeros(4)
    loadings, uniqueness = np.linspace(0.2, 1, 8), np.linspace(0.3, 1.2, 8)
    covariance = np.outer(loadings, loadings) + np.diag(uniqueness)
    correlation = covariance / np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    truth = [8 / 7 * (1 - np.trace(one) / one.sum()) for one in (covariance, correlation)]
    true_omega = loadings.sum() ** 2 / covariance.sum()
    for _ in range(500):
        parallel = alpha(make_congeneric(rng, 60, np.full(8, 0.5), 0.8))
        items = make_congeneric(rng, 150, loadings, uniqueness)
        found = (parallel, alpha(items), alpha(items, standardised=True), omega(items, rng, draws=200))
        for k, true in enumerate((2 / (2 + 0.8), *truth, true_omega)):
            hits[k] += found[k].low <= true <= found[k].high
    assert_allclose(hits / 500, 0.95, atol=0.03)


def test_omega_is_known_where_the_factor_is():
    loadings, uniqueness = np.array([0.9, 0.5, 0.7, 0.2, 0.4]), np.array([0.3, 0.5, 1.0, 0.7, 0.2])
    found = one_factor(np.outer(loadings, loadings) + np.diag(uniqueness))
    assert_allclose(found[0], loadings, atol=1e-5)
    assert_allclose(found[1], uniqueness, atol=1e-5)
    items = make_congeneric(np.random.default_rng(2), 100_000, loadings, uniqueness)
    estimate = omega(items, np.random.default_rng(3), draws=20)
    assert_allclose(estimate.value, 2.7**2 / (2.7**2 + 2.7), atol=0.005)
    assert estimate.n == 100_000


def test_omega_is_alpha_where_all_items_load_alike_and_more_elsewhere():
    rng = np.random.default_rng(4)
    alike = make_congeneric(rng, 100_000, np.full(6, 0.6), np.linspace(0.2, 1, 6))
    assert_allclose(omega(alike, rng, draws=10).value, alpha(alike).value, atol=0.003)
    unlike = make_congeneric(rng, 100_000, [0.1, 0.2, 0.4, 0.8, 1, 1], np.full(6, 0.5))
    assert omega(unlike, rng, draws=10).value > alpha(unlike).value + 0.02


def residual(loadings, correlation):
    rows, columns = np.triu_indices(len(loadings), 1)
    return ((correlation[rows, columns] - loadings[rows] * loadings[columns]) ** 2).sum()


def smallest_residual(start, correlation):
    return minimize(residual, start, args=(correlation,), bounds=[(-1, 1)] * len(start), tol=1e-12).fun


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 8))
@example(14, 3)  # the sum of the loadings changes its sign with the items' units
def test_one_factor_leaves_the_smallest_residual_correlations_near_it(seed, count):
    rng = np.random.default_rng(seed)
    items = make_congeneric(rng, 40, rng.normal(0.4, 0.4, count), 0.7)
    covariance, correlation = np.cov(items.T), np.corrcoef(items.T)
    found, uniqueness = one_factor(covariance)
    loadings = found / np.sqrt(np.diag(covariance))
    assert residual(loadings, correlation) < smallest_residual(loadings, correlation) + 1e-4
    assert found.sum() >= 0
    assert (uniqueness >= 0).all()
    assert_allclose(found**2 + uniqueness, np.diag(covariance))


@pytest.mark.parametrize("count", [3, 5, 12])
def test_one_factor_leaves_the_smallest_residual_correlations_of_all_where_items_hang_together(count):
    rng = np.random.default_rng(count)
    for _ in range(5):
        items = make_congeneric(rng, 300, rng.uniform(0.5, 1, count), 0.5)
        covariance, correlation = np.cov(items.T), np.corrcoef(items.T)
        loadings = one_factor(covariance)[0] / np.sqrt(np.diag(covariance))
        best = min(smallest_residual(rng.uniform(-1, 1, count), correlation) for _ in range(5))
        assert_allclose(residual(loadings, correlation), best, atol=1e-8)


def test_many_covariances_are_fitted_as_each_alone():
    rng = np.random.default_rng(5)
    many = np.array([np.cov(make_congeneric(rng, 50, rng.uniform(0.2, 1, 5), 0.5).T) for _ in range(6)])
    loadings, uniqueness = one_factor(many)
    for n, one in enumerate(many):
        assert_allclose(loadings[n], one_factor(one)[0], atol=1e-5)
        assert_allclose(uniqueness[n], one_factor(one)[1], atol=1e-5)


def test_items_without_anything_in_common_have_no_factor():
    loadings, uniqueness = one_factor(np.diag([1.0, 2.0, 3.0]))
    assert_allclose(loadings, 0)
    assert_allclose(uniqueness, [1, 2, 3])


def test_two_items_that_are_one_do_not_leave_negative_variance():
    correlation = np.array([[1, 0.95, 0.3], [0.95, 1, 0.2], [0.3, 0.2, 1]])  # a Heywood case: .95 x .3 / .2 > 1
    loadings, uniqueness = one_factor(correlation)
    assert_allclose(loadings[0], 1)
    assert (uniqueness >= 0).all()


def test_the_interval_of_omega_is_that_of_its_random_numbers():
    items = make_congeneric(np.random.default_rng(6), 60, np.full(5, 0.6), 0.6)
    one, again, other = (omega(items, np.random.default_rng(seed), draws=100) for seed in (7, 7, 8))
    assert (one.low, one.high) == (again.low, again.high)
    assert one.low != other.low
    assert one.low < one.value < one.high


def test_contributions_are_the_explanation_with_gaps():
    model, _ = make_bank(np.random.default_rng(9), items=12)
    most, least = model.simulate(np.zeros((5, 6)), np.random.default_rng(10))
    most[2, 3] = least[2, 3] = -1
    found = contributions(model, most, least)
    assert_array_equal(np.isnan(found).all(axis=2), most == -1)
    assert_allclose(np.nan_to_num(found), explain(model, most, least))


def test_alpha_bounds_how_far_the_keyed_sum_comes_out_the_same():
    rng = np.random.default_rng(11)
    model, _ = make_bank(rng, items=24)
    theta = rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, 4000)
    first, second = (contributions(model, *model.simulate(theta, rng)) for _ in range(2))
    for d in range(6):
        again = np.corrcoef(first[..., d].sum(axis=1), second[..., d].sum(axis=1))[0, 1]
        assert 0.2 < alpha(first[..., d]).value < again + 0.02


def test_gaps_and_items_that_say_nothing_are_left_out():
    rng = np.random.default_rng(12)
    items = make_congeneric(rng, 30, np.full(5, 0.6), 0.6)
    given_ = np.column_stack([items, np.zeros(30)])
    given_[4, 1] = np.nan
    whole = np.delete(items, 4, 0)
    assert alpha(given_).n == 29
    for standardised in (False, True):
        assert_allclose(alpha(given_, standardised=standardised).value, alpha(whole, standardised=standardised).value)
    assert_allclose(omega(given_, rng, draws=5).value, omega(whole, rng, draws=5).value)


def test_a_resample_in_which_an_item_does_not_vary_does_no_harm():
    rng = np.random.default_rng(13)
    items = make_congeneric(rng, 12, np.full(4, 0.8), 0.3)
    items[:, 0] = np.arange(12) == 0
    found = omega(items, rng, draws=200)
    assert 0 < found.low < found.value < found.high < 1


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (np.ones((5, 6, 6)), "one attribute"),
        (np.eye(5)[:, :2], "items differ"),
        (np.ones((5, 4)), "only 0 items"),
        (np.full((5, 4), np.nan), "only 0 people"),
    ],
)
def test_omega_of_too_little_is_refused(items, words):
    with pytest.raises(ValueError, match=words):
        omega(items, np.random.default_rng(0))


def test_alpha_of_a_sum_that_is_the_same_for_everybody_is_refused():
    one = np.random.default_rng(14).normal(size=20)
    with pytest.raises(ValueError, match="same for everybody"):
        alpha(np.column_stack([one, -one]))


def test_alpha_of_one_item_is_refused():
    with pytest.raises(ValueError, match="at least 2"):
        alpha(np.eye(4)[:, :1])
