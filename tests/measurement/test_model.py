from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from assessment.measurement.attributes import ATTRIBUTES, check_same
from assessment.measurement.model import ChoiceModel, expert_key
from assessment.measurement.scoring import DEFAULT_PRIOR, Prior, explain, score
from tests.measurement.making import PLAIN, make_bank, make_levels, make_piloted, make_ragged

SEEDS = st.integers(0, 10_000)


def plain_probability(model, item, theta, rho=1.0):
    """P(most, least) as the page writes it: loops, no tricks."""
    options = range(model.mask.shape[1])
    table = np.zeros((len(options), len(options)))
    for b in options:
        for w in options:
            if b != w and model.mask[item, b] and model.mask[item, w]:
                a = model.loadings[item, b] - model.loadings[item, w]
                table[b, w] = np.exp(rho * (a @ theta + model.intercepts[item, b] - model.intercepts[item, w]))
    return table / table.sum()


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_probabilities_are_those_of_the_plain_formula(seed):
    rng = np.random.default_rng(seed)
    model, theta, rho = make_ragged(rng), rng.normal(size=(3, 6)), rng.uniform(0.02, 2, 3)
    found = model.probabilities(theta, rho)
    for n in range(3):
        for j in range(model.items):
            assert_allclose(found[n, j], plain_probability(model, j, theta[n], rho[n]), atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_information_is_the_covariance_of_the_difference_of_loadings(seed):
    rng = np.random.default_rng(seed)
    model, theta = make_ragged(rng, items=3), rng.normal(size=(2, 6))
    found = model.information(theta, 0.7)
    for n in range(2):
        for j in range(3):
            table = plain_probability(model, j, theta[n], 0.7)
            pairs = [(b, w) for b in range(4) for w in range(4) if table[b, w] > 0]
            differences = np.array([model.loadings[j, b] - model.loadings[j, w] for b, w in pairs])
            weights = np.array([table[pair] for pair in pairs])
            off = differences - weights @ differences
            assert_allclose(found[n, j], 0.7**2 * (off.T * weights) @ off, atol=1e-13)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_log_likelihood_sums_the_log_probabilities_of_answered_items(seed):
    rng = np.random.default_rng(seed)
    model, theta = make_ragged(rng), rng.normal(size=(2, 6))
    most, least = model.simulate(theta, rng)
    most[0, :5] = least[0, :5] = -1
    found = model.log_likelihood(theta, most, least, 0.8)
    for n in range(2):
        slow = sum(
            np.log(plain_probability(model, j, theta[n], 0.8)[most[n, j], least[n, j]])
            for j in range(model.items)
            if most[n, j] >= 0
        )
        assert_allclose(found[n], slow, rtol=1e-12)


def test_ideal_point_and_linear_utilities_give_the_same_probabilities():
    rng = np.random.default_rng(1)
    levels = make_levels(rng)
    desirability = rng.normal(4.5, 0.3, (24, 4))
    model = expert_key(ATTRIBUTES, levels, desirability, np.ones((24, 4), bool))
    for theta in rng.normal(size=(20, 6)):
        nearness = -0.15 * ((theta - levels) ** 2).sum(axis=2) + 0.3 * desirability
        weights = np.exp(nearness[:, :, None] - nearness[:, None, :]) * ~np.eye(4, dtype=bool)
        ideal_point = weights / weights.sum(axis=(1, 2), keepdims=True)
        assert_allclose(model.probabilities(theta[None])[0], ideal_point, atol=1e-15)


def test_an_expert_key_is_centred_within_its_items():
    model, _ = make_bank(np.random.default_rng(2))
    assert_allclose(model.loadings.sum(axis=1), 0, atol=1e-14)
    assert_allclose(model.intercepts.sum(axis=1), 0, atol=1e-14)


def test_an_expert_key_leaves_options_out_that_do_not_exist():
    levels, desirability = np.ones((1, 4, 6)), np.full((1, 4), 4.0)
    levels[0, 0], levels[0, 3], desirability[0, 3] = 0, np.nan, np.nan
    model = expert_key(ATTRIBUTES, levels, desirability, np.array([[True, True, True, False]]))
    assert_allclose(model.loadings[0, :, 0], [-0.2, 0.1, 0.1, 0])
    assert_allclose(model.intercepts[0], [0.6, -0.3, -0.3, 0])


def ipsative_model():
    """30 items: all 15 four-subsets of the six attributes twice, each option loading .8 on its own."""
    loadings = np.zeros((30, 4, 6))
    for j, subset in enumerate(list(combinations(range(6), 4)) * 2):
        loadings[j, range(4), subset] = 0.8
    return ChoiceModel(ATTRIBUTES, loadings, np.zeros((30, 4)), np.ones((30, 4), bool))


def test_an_ipsative_design_has_the_published_eigenvalues():
    information = ipsative_model().information(np.zeros((1, 6)))[0].sum(axis=0)
    assert_allclose(np.linalg.eigvalsh(information), [0] + 5 * [7.68], atol=1e-12)


def test_an_ipsative_design_says_nothing_about_the_overall_level():
    model, rng = ipsative_model(), np.random.default_rng(3)
    prior = Prior(ATTRIBUTES, np.zeros(6), np.eye(6))
    scores = score(model, *model.simulate(rng.normal(size=(50, 6)), rng), prior, consistency=PLAIN)
    ones = np.ones(6) / np.sqrt(6)
    assert_allclose(scores.keyed.sum(axis=1), 0, atol=1e-12)
    assert_allclose(scores.mean @ ones, 0, atol=1e-9)
    assert_allclose(np.einsum("d,nde,e->n", ones, scores.covariance, ones), 1, atol=1e-12)


def test_simulated_answers_have_the_probabilities_of_the_model():
    rng = np.random.default_rng(4)
    model = make_ragged(rng, items=3)
    theta = np.repeat(rng.normal(size=(1, 6)), 20_000, axis=0)
    most, least = model.simulate(theta, rng, 0.8)
    expected = model.probabilities(theta[:1], 0.8)[0]
    for j in range(3):
        counts = np.zeros((4, 4))
        np.add.at(counts, (most[:, j], least[:, j]), 1)
        assert (counts[expected[j] == 0] == 0).all()
        assert_allclose(counts / 20_000, expected[j], atol=0.015)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_simulated_answers_are_possible_answers_however_strong_the_key(seed):
    rng = np.random.default_rng(seed)
    ragged = make_ragged(rng)
    model = ChoiceModel(ATTRIBUTES, 30 * ragged.loadings, ragged.intercepts, ragged.mask)
    most, least = model.simulate(3 * rng.normal(size=(50, 6)), rng)
    explain(model, most, least)  # refuses impossible answers


def test_a_subset_keeps_the_order_asked_for():
    model = make_ragged(np.random.default_rng(5))
    part = model.subset([4, 1])
    assert_allclose(part.loadings, model.loadings[[4, 1]])
    assert model.subset(np.arange(12) < 3).items == 3


def test_a_model_is_a_read_only_copy():
    loadings = np.ones((1, 2, 6))
    model = ChoiceModel(ATTRIBUTES, loadings, np.zeros((1, 2)), np.ones((1, 2), bool))
    loadings[:] = 9
    assert model.loadings.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        model.loadings[0] = 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"loadings": np.zeros((2, 4, 5))}, "6 attributes"),
        ({"loadings": np.zeros((0, 4, 6))}, "items"),
        ({"intercepts": np.zeros((2, 3))}, "must both be"),
        ({"loadings": np.full((2, 4, 6), np.nan)}, "finite"),
        ({"intercepts": np.full((2, 4), np.inf)}, "finite"),
        ({"mask": np.array([[1, 1, 1, 1], [0, 1, 0, 0]], bool)}, r"\[1\] have fewer than two options"),
        ({"attributes": ("trust",) * 6}, "once each"),
    ],
)
def test_an_impossible_model_is_refused(change, words):
    good = {
        "attributes": ATTRIBUTES,
        "loadings": np.zeros((2, 4, 6)),
        "intercepts": np.zeros((2, 4)),
        "mask": np.ones((2, 4), bool),
    }
    with pytest.raises(ValueError, match=words):
        ChoiceModel(**(good | change))


@pytest.mark.parametrize(
    ("most", "least", "words"),
    [
        ([[0, 1]], [[1]], "2 items"),
        ([0, 1], [1, 0], "2 items"),
        ([[0.0, 1.0]], [[1.0, 0.0]], "whole numbers"),
        ([[0, 4]], [[1, 0]], "from -1 to 3"),
        ([[0, -2]], [[1, 0]], "from -1 to 3"),
        ([[0, -1]], [[1, 0]], "pair"),
        ([[0, 1]], [[1, 1]], "same option"),
        ([[0, 3]], [[1, 0]], "does not have"),
    ],
)
def test_impossible_answers_are_refused(most, least, words):
    mask = np.array([[1, 1, 1, 1], [1, 1, 1, 0]], bool)
    model = ChoiceModel(ATTRIBUTES, np.zeros((2, 4, 6)), np.zeros((2, 4)), mask)
    with pytest.raises(ValueError, match=words):
        score(model, most, least, DEFAULT_PRIOR)


def test_expert_keys_and_theta_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="J, K, D"):
        expert_key(ATTRIBUTES, np.zeros((2, 4)), np.zeros((2, 4)), np.ones((2, 4), bool))
    with pytest.raises(ValueError, match="finite"):
        expert_key(ATTRIBUTES, np.full((1, 2, 6), np.nan), np.zeros((1, 2)), np.ones((1, 2), bool))
    model = make_ragged(np.random.default_rng(0))
    with pytest.raises(ValueError, match="theta must be"):
        model.probabilities(np.zeros(6))
    with pytest.raises(ValueError, match="finite"):
        model.probabilities(np.full((1, 6), np.nan))
    with pytest.raises(ValueError, match="2 people but answers of 1"):
        model.log_likelihood(np.zeros((2, 6)), np.full((1, 12), -1), np.full((1, 12), -1))


def test_attributes_in_another_order_are_refused():
    model = make_piloted(make_bank(np.random.default_rng(0))[0], np.random.default_rng(0))
    other = ChoiceModel(ATTRIBUTES[::-1], model.loadings, model.intercepts, model.mask)
    assert check_same(model, DEFAULT_PRIOR) == ATTRIBUTES
    with pytest.raises(ValueError, match="attributes differ"):
        check_same(other, DEFAULT_PRIOR)
