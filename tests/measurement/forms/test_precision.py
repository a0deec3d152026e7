from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.forms.precision import error_by_length, item_information, precision
from assessment.measurement.model import ChoiceModel
from assessment.measurement.scoring import DEFAULT_PRIOR, Prior, score
from tests.measurement.making import PLAIN, make_bank, make_ragged

INDEPENDENT = Prior(ATTRIBUTES, np.zeros(6), np.eye(6))


def ipsative_form():
    """All 15 four-subsets of six attributes twice, each option loading .8 on its own attribute."""
    loadings = np.zeros((30, 4, 6))
    for j, subset in enumerate([*combinations(range(6), 4)] * 2):
        loadings[j, np.arange(4), subset] = 0.8
    return ChoiceModel(ATTRIBUTES, loadings, np.zeros((30, 4)), np.ones((30, 4), bool))


def test_the_ipsative_design_is_found_out():
    found = precision(ipsative_form(), INDEPENDENT)
    assert_allclose(found.eigenvalues, [0, *[7.68] * 5], atol=1e-12)
    assert found.ratio == pytest.approx(0, abs=1e-12)
    assert found.ipsative
    # at mu: variance 1 along (1, .., 1) / sqrt 6, 1 / 8.68 in the five other directions
    assert_allclose(found.se[:, found.t == 50] ** 2, 1 / 6 + 5 / 6 / 8.68, atol=1e-12)


def test_a_form_whose_options_have_levels_on_both_sides_is_not_ipsative():
    for seed in range(5):
        model, _ = make_bank(np.random.default_rng(seed))
        found = precision(model, DEFAULT_PRIOR)
        eigenvalues = np.linalg.eigvalsh(model.information(np.zeros((1, 6)))[0].sum(axis=0))
        assert_allclose(found.ratio, eigenvalues.min() / eigenvalues.max())
        assert not found.ipsative


def test_a_quarter_is_the_least():
    """Two options that differ on one attribute give it information in proportion to the squared difference."""
    for ratio, ipsative in ((0.249, True), (0.251, False)):
        loadings = np.zeros((6, 2, 6))
        loadings[np.arange(6), 0, np.arange(6)] = np.sqrt([1, 1, 1, 1, 1, ratio])
        model = ChoiceModel(ATTRIBUTES, loadings, np.zeros((6, 2)), np.ones((6, 2), bool))
        assert precision(model, DEFAULT_PRIOR).ratio == pytest.approx(ratio)
        assert precision(model, DEFAULT_PRIOR).ipsative is ipsative


def test_errors_are_those_of_a_slow_second_reading():
    rng = np.random.default_rng(30)
    model = make_ragged(rng)
    prior = Prior(ATTRIBUTES, rng.normal(0, 0.3, 6), 1.3 * DEFAULT_PRIOR.covariance)
    found = precision(model, prior, t=[35, 62.5])
    assert found.se.shape == (6, 2)
    for d in range(6):
        for p, t in enumerate((35, 62.5)):
            theta = prior.mean.copy()
            theta[d] = (t - 50) / 10
            information = sum(item for item in model.information(theta[None])[0])
            variance = np.linalg.inv(information + np.linalg.inv(prior.covariance))
            assert_allclose(found.se[d, p], np.sqrt(variance[d, d]), rtol=1e-10)


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_reliability_is_the_mean_over_people_of_the_prior(scale):
    rng = np.random.default_rng(31)
    model, _ = make_bank(rng)
    prior = Prior(ATTRIBUTES, np.full(6, 0.2), scale * DEFAULT_PRIOR.covariance)
    theta = rng.multivariate_normal(prior.mean, prior.covariance, 3000)
    variance = np.linalg.inv(model.information(theta).sum(axis=1) + np.linalg.inv(prior.covariance)).mean(axis=0)
    by_people = 1 - np.diagonal(variance) / np.diagonal(prior.covariance)
    assert_allclose(precision(model, prior).reliability, by_people, atol=0.01)


def test_expected_errors_are_those_that_simulated_people_get():
    rng = np.random.default_rng(32)
    model, _ = make_bank(rng, items=36)
    theta = rng.multivariate_normal(DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance, 2500)
    scores = score(model, *model.simulate(theta, rng), DEFAULT_PRIOR, consistency=PLAIN)
    found = precision(model, DEFAULT_PRIOR)
    assert_allclose(found.reliability, 1 - ((scores.mean - theta) ** 2).mean(axis=0), atol=0.03)
    line = np.zeros((500, 6))
    line[:, 1] = 1.5
    on_line = score(model, *model.simulate(line, rng), DEFAULT_PRIOR, consistency=PLAIN)
    errors = np.sqrt(np.diagonal(on_line.covariance, 0, 1, 2).mean(0))
    assert found.se[1, found.t == 65] == pytest.approx(errors[1], rel=0.05)


@pytest.mark.parametrize("t", [[], [[50.0]], [np.nan], 50.0])
def test_points_must_be_numbers_on_the_scale(t):
    with pytest.raises(ValueError, match="t must be"):
        precision(make_bank(np.random.default_rng(0))[0], DEFAULT_PRIOR, t=t)


def test_what_items_tell_adds_up_to_the_form():
    model = make_ragged(np.random.default_rng(31))
    prior = Prior(ATTRIBUTES, np.linspace(-0.3, 0.4, 6), DEFAULT_PRIOR.covariance)
    found = item_information(model, prior)
    assert found.shape == (len(model.mask), 6)
    assert_allclose(found.sum(axis=0), np.diagonal(model.information(prior.mean[None])[0].sum(axis=0)))


def test_a_form_of_all_items_has_the_error_that_precision_says_and_longer_ones_less():
    model, _ = make_bank(np.random.default_rng(32))
    items = len(model.mask)
    errors = error_by_length(model, DEFAULT_PRIOR, [1, items, 4 * items])
    assert_allclose(errors[1], precision(model, DEFAULT_PRIOR, t=[50]).se[:, 0])
    assert (np.diff(errors, axis=0) < 0).all()
    for wrong in ([], [0], [[1]], [np.nan]):
        with pytest.raises(ValueError, match="lengths must be"):
            error_by_length(model, DEFAULT_PRIOR, wrong)
