from itertools import permutations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar
from scipy.special import expit

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.model import ChoiceModel
from assessment.measurement.quality.person_fit import contradictions, log_bayes_factor, standardised_log_likelihood
from assessment.measurement.scoring import DEFAULT_PRIOR, score
from assessment.measurement.simulation import simulate
from tests.measurement.making import make_bank, make_ragged


def l_z(*arguments):
    return standardised_log_likelihood(*arguments, corrected=False)


def every_pair(model, theta, j):
    """Each possible answer of item j: (most, least), its probability, and a_most - a_least."""
    options = np.flatnonzero(model.mask[j])
    pairs = list(permutations(options, 2))
    utility = model.loadings[j] @ theta + model.intercepts[j]
    weights = np.array([np.exp(utility[b] - utility[w]) for b, w in pairs])
    difference = np.array([model.loadings[j, b] - model.loadings[j, w] for b, w in pairs])
    return pairs, weights / weights.sum(), difference


@pytest.fixture
def ragged():
    rng = np.random.default_rng(60)
    model = make_ragged(rng)
    theta = rng.normal(size=(5, 6))
    most, least = model.simulate(theta, rng)
    for n, j in ((0, 0), (0, 5), (3, 11)):
        most[n, j] = least[n, j] = -1
    return model, theta, most, least


def test_l_z_is_that_of_a_slow_second_reading_over_all_pairs(ragged):
    model, theta, most, least = ragged
    slow = []
    for n in range(5):
        observed = expected = variance = 0.0
        for j in np.flatnonzero(most[n] >= 0):
            pairs, p, _ = every_pair(model, theta[n], j)
            observed += np.log(p[pairs.index((most[n, j], least[n, j]))])
            mean = sum(q * np.log(q) for q in p)
            expected += mean
            variance += sum(q * (np.log(q) - mean) ** 2 for q in p)
        slow.append((observed - expected) / np.sqrt(variance))
    assert_allclose(l_z(model, theta, most, least), slow)


def test_the_correction_is_a_regression_on_what_theta_is_estimated_by(ragged):
    """Weighted least squares over every possible answer of every item, each centred within its item."""
    model, theta, most, least = ragged
    slow = []
    for n in range(5):
        outcome, predictors, weight, given = [], [], [], []
        for j in np.flatnonzero(most[n] >= 0):
            pairs, p, difference = every_pair(model, theta[n], j)
            outcome.extend(np.log(p) - p @ np.log(p))
            predictors.extend(difference - p @ difference)
            weight.extend(p)
            given.extend(pair == (most[n, j], least[n, j]) for pair in pairs)
        root = np.sqrt(weight)
        slope, *_ = np.linalg.lstsq(root[:, None] * predictors, root * outcome)
        residual = np.array(outcome) - np.array(predictors) @ slope
        slow.append(residual[given].sum() / np.sqrt(weight @ residual**2))
    assert_allclose(standardised_log_likelihood(model, theta, most, least), slow)


def test_with_two_options_it_is_the_dichotomous_l_z_of_the_textbook():
    """Max-diff over two options is the 2PL with doubled slope and intercept; l_z of Drasgow, Levine & Williams
    (1985) and l_z* of Snijders (2001), written as they give them, at the maximum likelihood estimate, r_0 = 0."""
    rng = np.random.default_rng(61)
    loadings, intercepts = rng.normal(0, 0.7, (30, 2, 1)), rng.normal(0, 0.5, (30, 2))
    model = ChoiceModel(("trust",), loadings, intercepts, np.ones((30, 2), bool))
    slope, intercept = 2 * (loadings[:, 0, 0] - loadings[:, 1, 0]), 2 * (intercepts[:, 0] - intercepts[:, 1])
    x = (rng.random(30) < expit(0.4 * slope + intercept)).astype(int)

    def loss(theta):
        return np.logaddexp(0, np.where(x == 1, -1, 1) * (slope * theta + intercept)).sum()

    theta = minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-10}).x
    p = expit(slope * theta + intercept)
    q = 1 - p
    l_0 = (x * np.log(p) + (1 - x) * np.log(q)).sum()
    expectation, variance = (p * np.log(p) + q * np.log(q)).sum(), (p * q * np.log(p / q) ** 2).sum()
    answers = (1 - x[None], x[None])  # option 0 is most where x = 1
    assert_allclose(l_z(model, [[theta]], *answers), (l_0 - expectation) / np.sqrt(variance))

    weight, derivative = np.log(p / q), slope * p * q
    modified = weight - (derivative * weight).sum() / (derivative * slope).sum() * slope
    starred = ((x - p) * weight).sum() / np.sqrt((modified**2 * p * q).sum())
    assert_allclose(standardised_log_likelihood(model, [[theta]], *answers), starred, rtol=1e-5)
    assert abs(starred - (l_0 - expectation) / np.sqrt(variance)) > 0.01


@pytest.mark.parametrize("options", [2, 3, 4, 5, 6])
def test_the_correction_gives_a_scored_theta_the_distribution_it_should_have(options):
    rng = np.random.default_rng([62, options])
    model, _ = make_bank(rng, 36, options)
    theta, _ = simulate.people(1500, DEFAULT_PRIOR, rng)
    answers = model.simulate(theta, rng)
    known = l_z(model, theta, *answers)
    scored = score(model, *answers, DEFAULT_PRIOR).mean
    corrected = standardised_log_likelihood(model, scored, *answers)
    assert abs(known.mean()) < 0.1
    assert abs(known.std() - 1) < 0.06
    assert 0.025 < (corrected < -1.645).mean() < 0.075
    assert (l_z(model, scored, *answers) < -1.645).mean() < 0.02  # nominal cuts for what is not corrected


def test_people_near_the_average_are_not_suspected_more():
    rng = np.random.default_rng(63)
    model, _ = make_bank(rng)
    theta, rho = simulate.people(8000, DEFAULT_PRIOR, rng)
    answers = model.simulate(theta, rng, rho)
    scores = score(model, *answers, DEFAULT_PRIOR)
    distance = np.einsum("nd,de,ne->n", theta, np.linalg.inv(DEFAULT_PRIOR.covariance), theta)
    near, far = distance < np.quantile(distance, 0.25), distance > np.quantile(distance, 0.75)
    for corrected, least_ratio, most_ratio in ((True, 0.7, 1.5), (False, 1.7, 5)):
        values = standardised_log_likelihood(model, scores.mean, *answers, corrected=corrected)
        flagged = values < np.quantile(values, 0.05)
        assert least_ratio < flagged[near].mean() / flagged[far].mean() < most_ratio


def test_without_a_score_or_an_answer_nothing_is_measured(ragged):
    model, theta, most, least = ragged
    whole = standardised_log_likelihood(model, theta, most, least)
    theta[1], most[2], least[2] = np.nan, -1, -1
    found = standardised_log_likelihood(model, theta, most, least)
    assert_array_equal(np.isnan(found), [False, True, True, False, False])
    assert_allclose(found[[0, 3, 4]], whole[[0, 3, 4]])
    flat = ChoiceModel(ATTRIBUTES, np.zeros((3, 4, 6)), np.zeros((3, 4)), np.ones((3, 4), bool))
    assert np.isnan(standardised_log_likelihood(flat, np.zeros((1, 6)), *np.array([[[0, 1, 2]], [[1, 2, 3]]])))
    with pytest.raises(ValueError, match="theta of 4 people but answers of 5"):
        standardised_log_likelihood(model, theta[:4], most, least)


def test_impossible_seeming_answers_are_a_finite_misfit():
    model = ChoiceModel(("trust",), np.array([[[-200.0], [200.0]]] * 2), np.zeros((2, 2)), np.ones((2, 2), bool))
    found = l_z(model, [[0.0]], [[0, 1]], [[1, 0]])
    assert np.isnan(found) | np.isfinite(found)
    assert not np.isinf(standardised_log_likelihood(model, [[3.0]], [[0, 0]], [[1, 1]])).any()


def test_the_bayes_factor_is_the_odds_after_over_the_odds_before():
    p = np.array([0.03, 0.5, 0.97, np.nan])
    odds = p / (1 - p) * 0.92 / 0.08
    assert_allclose(log_bayes_factor(p), np.log(odds), atol=1e-12)
    assert_allclose(log_bayes_factor([0.0, 1.0]), [-12.066, 16.951], atol=0.001)
    assert log_bayes_factor(4.4e-7) == log_bayes_factor(0.0)  # as stored


def test_the_bayes_factor_speaks_for_clicking_only_where_people_click():
    rng = np.random.default_rng(64)
    model, _ = make_bank(rng)
    theta, rho = simulate.people(300, DEFAULT_PRIOR, rng)
    honest = score(model, *model.simulate(theta, rng, rho), DEFAULT_PRIOR)
    clicking = score(model, *simulate.click_at_random(model, 300, rng), DEFAULT_PRIOR)
    assert np.median(log_bayes_factor(honest.p_random)) < -3
    assert np.median(log_bayes_factor(clicking.p_random)) > 3


def test_mirrors_contradict_where_both_contributions_are_large_and_opposite():
    loadings = np.zeros((4, 4, 2))
    loadings[:, :, 0] = [2, 1, -1, -2]
    loadings[3] = [[0, 2], [0, 1], [0, -1], [0, -2]]  # measures the other attribute alone
    model = ChoiceModel(("trust", "tact"), loadings, np.zeros((4, 4)), np.ones((4, 4), bool))
    most = np.array([[0, 3, 0, 3], [0, 1, 3, 0], [1, 2, 1, 3], [0, -1, 0, 0]])
    least = np.array([[3, 0, 3, 0], [3, 0, 1, 3], [2, 1, 2, 0], [3, -1, 3, 3]])
    # keyed on trust: [4, -4, 4, 0], [4, -1, -3, 0], [2, -2, 2, 0], [4, 0, 4, 0]; half of the most is 2
    assert_array_equal(contradictions(model, most, least, [(0, 1)]), [1, 0, 1, 0])
    assert_array_equal(contradictions(model, most, least, [(0, 1), (0, 2), (1, 3), (0, 3)]), [1, 1, 1, 0])
    assert_array_equal(contradictions(model, most, least, []), [0, 0, 0, 0])


def test_a_contradiction_goes_by_the_options_an_item_has():
    loadings = np.zeros((2, 3, 1))
    loadings[0, :, 0] = [3, 4, 5]  # what counts is what the item's answers differ by, 2
    loadings[1, :2, 0] = [3, 4]  # the third does not exist, and is not a 0
    mask = np.array([[True] * 3, [True, True, False]])
    model = ChoiceModel(("trust",), loadings, np.zeros((2, 3)), mask)
    assert_array_equal(contradictions(model, [[2, 0]], [[1, 1]], [(0, 1)]), [1])
