from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.evidence.reliability import (
    Estimate,
    empirical_reliability,
    intraclass,
    marginal_reliability,
    reliable_change,
    retest,
    sem,
)
from assessment.measurement.scoring import DEFAULT_PRIOR, Scores, key_error, score
from tests.measurement.making import PLAIN, make_bank, make_scores

# Six people rated by four judges: Shrout & Fleiss (1979), table 2.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def covers(estimate: Estimate, truth) -> np.ndarray:
    return (estimate.low <= truth) & (truth <= estimate.high)


def plain_scores(mean: np.ndarray, error: np.ndarray) -> Scores:
    """Scores of people with these theta^ (N, 6) and SE^2 (N, 6), nothing else known of them."""
    people, covariance = len(mean), error[:, :, None] * np.eye(6)
    nothing = np.zeros(people)
    lean = np.zeros((people, 6, 6))
    return Scores(ATTRIBUTES, mean, covariance, None, lean, mean, nothing.astype(int), nothing)


def with_mean_squares(people: int, occasions: int, between: float, rest: float) -> np.ndarray:
    """Made-up occasions (N, K) that have exactly these mean squares."""
    x = np.random.default_rng(0).normal(size=(people, occasions))
    person = x.mean(axis=1, keepdims=True)
    residual = x - person - x.mean(axis=0) + x.mean()
    person -= person.mean()
    person *= np.sqrt(between * (people - 1) / (occasions * (person**2).sum()))
    return person + residual * np.sqrt(rest * (people - 1) * (occasions - 1) / (residual**2).sum())


def test_empirical_reliability_is_what_its_formula_says():
    scores = make_scores(np.random.default_rng(1), people=50)
    for with_key_error, covariance in ((False, scores.covariance), (True, scores.total)):
        found = empirical_reliability(scores, with_key_error=with_key_error)
        assert found.n == 50
        for d in range(6):
            theta = scores.mean[:, d].tolist()
            middle = sum(theta) / 50
            variance = sum((one - middle) ** 2 for one in theta) / 49
            error = sum(covariance[n, d, d] for n in range(50)) / 50
            assert_allclose(found.value[d], variance / (variance + error))
            measured = sem(scores, with_key_error=with_key_error)
            assert_allclose(measured.value[d], np.sqrt(error))
        assert ((found.low < found.value) & (found.value < found.high)).all()


def test_the_intervals_of_reliability_and_sem_cover_what_they_promise():
    rng = np.random.default_rng(2)
    hits = np.zeros((2, 6))
    for _ in range(800):
        theta = 0.8 * rng.normal(size=(120, 6))
        error = 0.2 * rng.gamma(8, 1 / 8, size=(120, 6)) * (1 + theta**2 / 1.28)  # mean .3, and larger at the ends
        scores = plain_scores(theta, error)
        hits[0] += covers(empirical_reliability(scores), 0.64 / (0.64 + 0.3))
        hits[1] += covers(sem(scores), np.sqrt(0.3))
    assert_allclose(hits.mean(axis=1) / 800, 0.95, atol=0.015)


def test_empirical_and_marginal_reliability_are_the_squared_correlation_with_theta():
    rng = np.random.default_rng(3)
    model, _ = make_bank(rng, items=36)
    theta = rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, 4000)
    scores = score(model, *model.simulate(theta, rng), DEFAULT_PRIOR, consistency=PLAIN)
    truth = [np.corrcoef(scores.mean[:, d], theta[:, d])[0, 1] ** 2 for d in range(6)]
    assert_allclose(empirical_reliability(scores).value, truth, atol=0.03)
    promised = marginal_reliability(model, DEFAULT_PRIOR, rng)
    assert_allclose(promised.value, truth, atol=0.03)
    assert (promised.high - promised.low < 0.02).all()


def test_marginal_reliability_is_one_less_the_share_of_variance_left():
    model, _ = make_bank(np.random.default_rng(4), items=12)
    found = marginal_reliability(model, DEFAULT_PRIOR, np.random.default_rng(5), draws=40, consistency=0.8)
    rng = np.random.default_rng(5)
    left = []
    for theta in rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, 40, method="cholesky"):
        information = np.linalg.inv(DEFAULT_PRIOR.covariance)
        joint = model.probabilities(theta[None], 0.8)[0]
        for j in range(12):
            pairs = [(joint[j, b, w], 0.8 * (model.loadings[j, b] - model.loadings[j, w])) for b, w in np.ndindex(4, 4)]
            middle = sum(p * x for p, x in pairs)
            information = information + sum(p * np.outer(x - middle, x - middle) for p, x in pairs)
        left.append(np.diag(np.linalg.inv(information)))
    slow = 1 - np.mean(left, axis=0)
    assert_allclose(found.value, slow, rtol=1e-9)
    half = stats.t.ppf(0.975, 39) * stats.sem(np.array(left))
    assert_allclose([found.low, found.high], [slow - half, slow + half], rtol=1e-9)
    assert found.n == 40


def test_a_longer_form_is_more_reliable():
    model, _ = make_bank(np.random.default_rng(6), items=36)
    short = marginal_reliability(model.subset(range(12)), DEFAULT_PRIOR, np.random.default_rng(7), draws=100)
    whole = marginal_reliability(model, DEFAULT_PRIOR, np.random.default_rng(7), draws=100)
    assert (whole.value > short.value).all()


def test_withheld_people_have_no_part_in_reliability():
    scores = make_scores(np.random.default_rng(8), people=30)
    kept = empirical_reliability(scores.rows(slice(2, None)))
    scores.mean[0] = np.nan
    scores.p_random[1] = 0.9
    scores.mean[1] = 100.0
    found = empirical_reliability(scores)
    assert found.n == 28
    assert_allclose(found.value, kept.value)
    assert_allclose(sem(scores).value, sem(scores.rows(slice(2, None))).value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.rows([0, 1]), "at least 3 people"),
        (lambda s: replace(s, total=None), "key_error"),
        (lambda s: replace(s, mean=np.zeros_like(s.mean)), "equal"),
    ],
)
def test_reliability_of_what_cannot_have_one_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        empirical_reliability(change(make_scores(np.random.default_rng(9), people=5)), with_key_error=True)


def test_an_average_over_one_draw_is_refused():
    model, _ = make_bank(np.random.default_rng(0), items=4)
    with pytest.raises(ValueError, match="draws"):
        marginal_reliability(model, DEFAULT_PRIOR, np.random.default_rng(0), draws=1)


def test_intraclass_correlations_of_four_judges_are_those_published():
    # Shrout & Fleiss (1979), table 4: .71 and .29; the intervals as R's psych::ICC prints them for these data.
    consistency, agreement = intraclass(JUDGES)
    assert_allclose([consistency.value, consistency.low, consistency.high], [0.71, 0.342, 0.95], atol=0.0051)
    assert_allclose([agreement.value, agreement.low, agreement.high], [0.29, 0.019, 0.76], atol=0.0051)


def test_the_interval_of_consistency_is_the_published_one():
    # R's statpsych::ci.icc(.05, 48.2, 11.3, 5, 30), documentation (Bonett 2021): mean squares, 5 occasions, 30 people.
    consistency, _ = intraclass(with_mean_squares(30, 5, 48.2, 11.3))
    assert_allclose([consistency.value, consistency.low, consistency.high], [0.3951, 0.2311, 0.5853], atol=5e-5)


def test_intraclass_correlations_are_those_of_the_analysis_of_variance():
    rng = np.random.default_rng(10)
    x = rng.normal(size=(7, 1)) + rng.normal(size=(7, 3)) + [0, 0.5, 1]
    n, k = x.shape
    grand = sum(x[i, j] for i in range(n) for j in range(k)) / (n * k)
    people = [sum(x[i]) / k for i in range(n)]
    occasions = [sum(x[:, j]) / n for j in range(k)]
    msr = k * sum((p - grand) ** 2 for p in people) / (n - 1)
    msc = n * sum((o - grand) ** 2 for o in occasions) / (k - 1)
    mse = sum((x[i, j] - people[i] - occasions[j] + grand) ** 2 for i in range(n) for j in range(k))
    mse /= (n - 1) * (k - 1)
    consistency, agreement = intraclass(x)
    assert_allclose(consistency.value, (msr - mse) / (msr + (k - 1) * mse))
    rho = (msr - mse) / (msr + (k - 1) * mse + k / n * (msc - mse))
    assert_allclose(agreement.value, rho)
    # McGraw & Wong (1996), table 7, case 2A
    a, b = k * rho / (n * (1 - rho)), 1 + k * rho * (n - 1) / (n * (1 - rho))
    v = (a * msc + b * mse) ** 2 / ((a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1)))
    f, g = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    low = n * (msr - f * mse) / (f * (k * msc + (k * n - k - n) * mse) + n * msr)
    high = n * (g * msr - mse) / (k * msc + (k * n - k - n) * mse + n * g * msr)
    assert_allclose([agreement.low, agreement.high], [low, high])


def test_what_two_occasions_say_is_what_plain_formulas_say():
    rng = np.random.default_rng(11)
    first = rng.normal(size=(40, 6))
    second = 0.7 * first + 0.5 * rng.normal(size=(40, 6)) + 0.3
    found = retest(first, second)
    for d in range(6):
        one, two = first[:, d], second[:, d]
        slow = stats.pearsonr(one, two)
        interval = slow.confidence_interval()
        pearson = found.pearson
        assert_allclose(
            [pearson.value[d], pearson.low[d], pearson.high[d]], [slow.statistic, interval.low, interval.high]
        )
        test = stats.ttest_rel(two, one).confidence_interval()
        change = found.mean_change
        assert_allclose([change.value[d], change.low[d], change.high[d]], [(two - one).mean(), test.low, test.high])
        error = (two - one).std(ddof=1) / np.sqrt(2)
        ends = error * np.sqrt(39 / stats.chi2.ppf([0.975, 0.025], 39))
        assert_allclose([found.sem.value[d], found.sem.low[d], found.sem.high[d]], [error, *ends])
        consistency, agreement = intraclass(np.stack([one, two], axis=1))
        assert_allclose(found.consistency.low[d], consistency.low)
        assert_allclose(found.agreement.high[d], agreement.high)


def test_the_intervals_of_a_retest_cover_what_they_promise():
    rng = np.random.default_rng(12)
    columns = 3000
    truth = 0.8 * rng.normal(size=(60, columns))
    first, second = (truth + 0.5 * rng.normal(size=(60, columns)) for _ in range(2))
    found, reliability = retest(first, second), 0.64 / (0.64 + 0.25)
    for estimate in (found.pearson, found.consistency, found.agreement):
        assert_allclose(covers(estimate, reliability).mean(), 0.95, atol=0.015)
    assert_allclose(covers(found.sem, 0.5).mean(), 0.95, atol=0.015)
    assert_allclose(covers(found.mean_change, 0).mean(), 0.95, atol=0.015)
    # occasions drawn at random, as ICC(A,1) takes them
    shifted = retest(first + 0.3 * rng.normal(size=columns), second + 0.3 * rng.normal(size=columns)).agreement
    assert_allclose(covers(shifted, 0.64 / (0.64 + 0.25 + 0.09)).mean(), 0.95, atol=0.03)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(0.1, 5))
def test_a_shift_of_everybody_costs_agreement_only(seed, shift, stretch):
    rng = np.random.default_rng(seed)
    first = rng.normal(size=12)
    second = first + 0.3 * rng.normal(size=12)
    before, after = retest(first, second), retest(first, second + shift)
    assert_allclose(after.pearson.value, before.pearson.value, atol=1e-9)
    assert_allclose(after.consistency.value, before.consistency.value, atol=1e-9)
    assert_allclose(after.mean_change.value, before.mean_change.value + shift, atol=1e-9)
    scaled = retest(stretch * first, stretch * second)
    assert_allclose(scaled.agreement.value, before.agreement.value, atol=1e-9)
    assert_allclose(scaled.sem.high, stretch * before.sem.high)
    for estimate in (after.pearson, after.consistency, after.agreement, after.sem, after.mean_change):
        assert estimate.low <= estimate.value <= estimate.high


def test_people_who_came_once_only_are_left_out_of_a_retest():
    rng = np.random.default_rng(13)
    first, second = rng.normal(size=(2, 20, 6))
    first[3, 2] = second[7] = np.nan
    found, whole = retest(first, second), retest(np.delete(first, [3, 7], 0), np.delete(second, [3, 7], 0))
    assert found.pearson.n == found.agreement.n == 18
    assert_allclose(found.pearson.value, whole.pearson.value)


def test_the_same_numbers_twice_agree_without_doubt():
    scores = np.arange(10.0)
    found = retest(scores, scores)
    for estimate in (found.pearson, found.consistency, found.agreement):
        assert_allclose([estimate.value, estimate.low, estimate.high], 1)
    assert found.sem.high == found.mean_change.high == 0


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (np.arange(3.0), np.arange(3.0), "at least 4"),
        (np.ones(5), np.ones(5), "one of the occasions"),
        (np.arange(5.0), np.ones(5), "one of the occasions"),
        (np.arange(5.0), np.arange(6.0), "shape"),
    ],
)
def test_an_impossible_retest_is_refused(first, second, words):
    with pytest.raises(ValueError, match=words):
        retest(first, second)


@pytest.mark.parametrize("occasions", [np.arange(4.0), np.ones((4, 1)), np.full((4, 2), np.nan)])
def test_an_icc_of_impossible_occasions_is_refused(occasions):
    with pytest.raises(ValueError, match="occasions"):
        intraclass(occasions)


def test_change_is_the_difference_over_its_standard_error():
    rng = np.random.default_rng(14)
    first, second = make_scores(rng, people=20), make_scores(rng, people=20, items=36)
    for lean_sd in (0.0, 0.6):
        found = reliable_change(first, second, lean_sd=lean_sd)
        for n, d in np.ndindex(20, 6):
            difference = second.mean[n, d] - first.mean[n, d]
            lean = second.lean[n, d] - first.lean[n, d]
            variance = first.total[n, d, d] + second.total[n, d, d] + lean_sd**2 * sum(one**2 for one in lean)
            normal = stats.norm(difference, np.sqrt(variance))
            assert_allclose(found.difference[n, d], difference)
            assert_allclose(found.index[n, d], difference / np.sqrt(variance))
            assert_allclose([found.low[n, d], found.high[n, d]], normal.ppf([0.025, 0.975]))
            assert_allclose(found.probability_up[n, d], normal.sf(0))
            sure = abs(difference) > 1.96 * np.sqrt(variance)
            assert found.direction[n, d] == (np.sign(difference) if sure else 0)


def test_change_is_said_only_when_reliable():
    rng = np.random.default_rng(15)
    model, _ = make_bank(rng, items=36)
    theta = rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, 800)

    def scored(theta):
        answers = model.simulate(theta, rng)
        return key_error(score(model, *answers, DEFAULT_PRIOR), model, *answers, DEFAULT_PRIOR)

    first = scored(theta)
    nothing = reliable_change(first, scored(theta))
    assert 0 < (nothing.direction != 0).mean() < 0.01
    up = reliable_change(first, scored(theta + 3 * np.eye(6)[0]))
    assert (up.direction[:, 0] == 1).mean() > 0.35
    assert not (up.direction[:, 0] == -1).any()
    assert_array_equal(up.direction > 0, up.low > 0)
    assert_array_equal(up.direction < 0, up.high < 0)


def test_the_interval_of_change_covers_what_it_promises_where_the_two_may_be_anything():
    rng = np.random.default_rng(19)
    model, _ = make_bank(rng, items=36)
    theta = rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, (2, 1500))

    def scored(theta):
        answers = model.simulate(theta, rng)
        scores = score(model, *answers, DEFAULT_PRIOR, consistency=PLAIN)
        return key_error(scores, model, *answers, DEFAULT_PRIOR, consistency=PLAIN, popularity_error=0)

    found = reliable_change(scored(theta[0]), scored(theta[1]), lean_sd=0)
    change = theta[1] - theta[0]
    assert_allclose(((found.low < change) & (change < found.high)).mean(), 0.95, atol=0.015)
    assert_allclose(found.probability_up.mean(), (change > 0).mean(), atol=0.02)
    sure = found.direction != 0
    assert (np.sign(change[sure]) == found.direction[sure]).mean() > 0.97


def test_change_the_other_way_round_is_its_mirror():
    rng = np.random.default_rng(16)
    first, second = make_scores(rng, people=30), make_scores(rng, people=30)
    there, back = reliable_change(first, second), reliable_change(second, first)
    assert_allclose(there.low, -back.high)
    assert_allclose(there.probability_up, 1 - back.probability_up)
    assert_array_equal(there.direction, -back.direction)


def test_nobody_withheld_is_said_to_have_changed():
    rng = np.random.default_rng(17)
    first, second = make_scores(rng, people=3), make_scores(rng, people=3)
    first.mean[0] = first.total[0] = first.lean[0] = np.nan
    second.p_random[1] = 0.9
    found = reliable_change(first, second)
    for array in (found.difference, found.index, found.low, found.high, found.probability_up):
        assert_array_equal(np.isnan(array).all(axis=1), [True, True, False])
    assert_array_equal(found.direction[:2], 0)


def test_change_of_other_people_or_without_the_keys_error_is_refused():
    scores = make_scores(np.random.default_rng(18), people=3)
    with pytest.raises(ValueError, match="same people"):
        reliable_change(scores, scores.rows([0, 1]))
    with pytest.raises(ValueError, match="key_error"):
        reliable_change(scores, replace(scores, total=None))
    with pytest.raises(ValueError, match="attributes differ"):
        reliable_change(scores, replace(scores, attributes=scores.attributes[::-1]))
