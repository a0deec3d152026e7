from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logsumexp

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.calibration import item_fit as module
from assessment.measurement.calibration.calibration import calibrate
from assessment.measurement.calibration.item_fit import item_fit
from assessment.measurement.calibration.report import report
from assessment.measurement.model import ChoiceModel
from assessment.measurement.scoring import DEFAULT_PRIOR, Prior
from assessment.measurement.simulation import simulate
from tests.measurement.making import PLAIN, make_bank, make_piloted

ONE = Prior(("ability",), np.zeros(1), np.eye(1))


def small_model(rng, items=20):
    mask = np.ones((items, 3), bool)
    mask[0, 2] = False
    return ChoiceModel(("ability",), rng.normal(0, 0.5, (items, 3, 1)), rng.normal(0, 0.5, (items, 3)), mask)


@lru_cache
def calibrated(seed: int, count: int = 150, planted: bool = False):
    """An expert key, its calibration, and answers; planted: item 3 is answered by other people than the rest."""
    rng = np.random.default_rng(seed)
    expert, _ = make_bank(rng)
    true = make_piloted(expert, rng)
    theta, rho = simulate.people(count, DEFAULT_PRIOR, rng)
    most, least = true.simulate(theta, rng, rho)
    if planted:
        turned = replace(true, loadings=np.where(np.arange(24)[:, None, None] == 3, -true.loadings, true.loadings))
        most, least = turned.simulate(theta, rng, rho)
    return expert, calibrate(expert, most, least, DEFAULT_PRIOR, tolerance=1e-3), most, least


def test_expectations_and_statistic_are_those_of_exact_integration_without_the_item():
    rng = np.random.default_rng(50)
    model = small_model(rng)
    most, least = model.simulate(rng.normal(size=(60, 1)), rng)
    most[:7, 4] = least[:7, 4] = -1
    found = item_fit(model, most, least, ONE, consistency=PLAIN, strata=3, fitted=False)

    nodes = np.linspace(-6, 6, 241)[:, None]
    joint = model.probabilities(nodes)  # (points, J, K, K)
    table = np.log(np.where(joint > 0, joint, 1.0))
    answers = np.where(most >= 0, table[:, np.arange(20), most, least], 0.0)  # (points, N, J)
    for j in (0, 4, 9):
        rest = answers.sum(axis=2) - answers[:, :, j] - nodes**2 / 2
        posterior = np.exp(rest - logsumexp(rest, axis=0))
        who = np.flatnonzero(most[:, j] >= 0)
        level = (posterior.T @ nodes)[who, 0]
        predicted = np.einsum("pn,pbw->nbw", posterior, joint[:, j])[who]
        cuts = np.quantile(level, [1 / 3, 2 / 3])
        chi_square = 0.0
        for g, inside in enumerate([level < cuts[0], (level >= cuts[0]) & (level < cuts[1]), level >= cuts[1]]):
            shares = np.stack([predicted.sum(axis=2), predicted.sum(axis=1)], axis=2)[inside]
            assert found.strata[j, g] == inside.sum()
            assert_allclose(found.level[j, g], level[inside].mean(), atol=0.05)
            assert_allclose(found.expected[j, g], shares.mean(axis=0), atol=0.01)
            seen = np.stack([np.eye(3)[most[who, j]], np.eye(3)[least[who, j]]], axis=2)[inside]
            assert_allclose(found.observed[j, g], seen.mean(axis=0), atol=1e-12)
            residual, spread = np.zeros(6), np.zeros((6, 6))
            for one, two, table_n in zip(seen, shares, predicted[inside], strict=True):
                cells = [(b, w) for b in range(3) for w in range(3)]
                vectors = np.array([np.append(np.eye(3)[b], np.eye(3)[w]) for b, w in cells])
                p = np.array([table_n[b, w] for b, w in cells])
                residual += (one - two).T.ravel()
                spread += (vectors.T * p) @ vectors - np.outer(p @ vectors, p @ vectors)
            chi_square += residual @ np.linalg.pinv(spread, rcond=1e-9) @ residual
        assert_allclose(found.chi_square[j], chi_square, rtol=0.1)
        assert found.degrees[j] == (3 if j == 0 else 12)


def test_items_that_fit_are_rarely_named():
    p = np.concatenate([report(*arguments(seed)).fit.p_value for seed in range(60, 64)])
    assert (p < 0.05).mean() < 0.1  # 96 items: .05 and two standard errors
    assert 0.4 < p.mean() < 0.6
    assert (p < 0.5).mean() > 0.35


def arguments(seed, **options):
    expert, calibration, most, least = calibrated(seed, **options)
    return expert, most, least, calibration


def test_an_item_that_works_the_other_way_round_is_found_alone():
    found = report(*arguments(66, planted=True)).fit
    assert_array_equal(found.misfits(), np.arange(24) == 3)
    assert found.distance.argmax() == 3
    assert found.distance[3] > 0.05
    outside = (found.expected[3] < found.low[3]) | (found.expected[3] > found.high[3])
    assert outside.mean() > 0.15


def test_an_item_that_has_nothing_to_do_with_people_is_found():
    expert, _, most, least = calibrated(67, 250)
    order = np.random.default_rng(51).permutation(250)
    most, least = most.copy(), least.copy()
    most[:, 8], least[:, 8] = most[order, 8], least[order, 8]
    calibration = calibrate(expert, most, least, DEFAULT_PRIOR, tolerance=1e-3)
    found = report(expert, most, least, calibration).fit
    assert found.misfits()[8]
    assert found.misfits().sum() == 1


def test_holm_names_as_many_as_it_may():
    found = item_fit(small_model(np.random.default_rng(52), 4), np.zeros((0, 4), int), np.zeros((0, 4), int), ONE)
    assert np.isnan(found.p_value).all()
    assert not found.misfits().any()
    # .05/4 = .0125, .05/3 = .0167, .05/2 = .025: the third stops it, though .03 < .05
    named = replace(found, p_value=np.array([0.03, 0.01, np.nan, 0.016])).misfits()
    assert_array_equal(named, [False, True, False, True])


def test_intervals_of_shares_are_those_newcombe_printed():
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
    low, high = module._wilson(np.array([81 / 263, 15 / 148, 0 / 20, 1 / 29]), np.array([263.0, 148, 20, 29]))
    assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_strata_are_made_by_the_attribute_on_which_options_differ_most():
    loadings = np.zeros((2, 3, 2))
    loadings[0, :, 0], loadings[0, :, 1] = [5, 5, 5], [0, 0.2, 0.1]  # a level all options share counts for nothing
    loadings[1, :, 0], loadings[1, :, 1] = [0, 1, 0], [0, 0, 9]  # nor does an option that does not exist
    mask = np.array([[True, True, True], [True, True, False]])
    model = ChoiceModel(ATTRIBUTES[:2], loadings, np.zeros((2, 3)), mask)
    prior = Prior(ATTRIBUTES[:2], np.zeros(2), np.eye(2))
    rng = np.random.default_rng(53)
    found = item_fit(model, *model.simulate(rng.normal(size=(40, 2)), rng), prior, minimum_answers=1)
    assert_array_equal(found.attribute, [1, 0])


def test_the_report_says_what_moved():
    expert, calibration, most, least = calibrated(60)
    found = report(expert, most, least, calibration)
    move = calibration.model.intercepts - expert.intercepts
    assert_allclose(found.after - found.before, move, atol=1e-12)
    assert_allclose(found.moved, [np.sqrt(np.mean(row**2)) for row in move])
    assert_allclose(found.average_move, np.sqrt(np.mean(move**2)))
    assert_allclose(found.surprise, move + np.einsum("jkd,d->jk", expert.loadings, calibration.lean), atol=1e-12)
    assert (found.loadings_moved < 1e-12).all()
    assert found.errors is calibration.intercept_errors
    assert_array_equal(found.fit.degrees, np.full(24, 27))  # 5 strata of 6, less 3


def test_anchors_move_nothing_and_lose_no_degrees():
    _, calibration, most, least = calibrated(60)
    anchored = calibrate(
        calibration.model, most, least, calibration.prior, anchors=np.ones(24, bool), tolerance=1e-3, consistency=PLAIN
    )
    found = report(calibration.model, most, least, anchored, consistency=PLAIN)
    assert np.isnan(found.average_move)
    assert (found.moved == 0).all()
    assert (found.surprise == 0).all()
    assert_array_equal(found.fit.degrees, np.full(24, 30))


def test_a_report_on_other_items_is_refused():
    expert, calibration, most, least = calibrated(60)
    with pytest.raises(ValueError, match="other items"):
        report(expert.subset(range(12)), most[:, :12], least[:, :12], calibration)
