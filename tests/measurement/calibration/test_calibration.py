from dataclasses import fields, replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import logsumexp

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.calibration.calibration import Calibration, calibrate
from assessment.measurement.calibration.expectation import Rule, fifth_degree, spherical_radial
from assessment.measurement.model import ChoiceModel, centred
from assessment.measurement.scoring import DEFAULT_PRIOR, Prior, key_error, score
from assessment.measurement.simulation import simulate
from tests.measurement.making import PLAIN, make_bank, make_piloted, make_ragged

ONE = Prior(("ability",), np.zeros(1), np.eye(1))
SEEDS = range(40, 45)
NO_GUESS = {"popularity_error": 1e3, "lean_sd": 1e3, "loading_precision": 1e-6}

# Bock & Lieberman (1970): 1000 people, right and wrong on five items; 00000, 00001, ... 11111
LSAT_6 = [3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15, 10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298]  # fmt: skip # noqa: E501
LSAT_7 = [12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28, 7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308]  # fmt: skip # noqa: E501


def gauss_hermite(points: int) -> Rule:
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return Rule(nodes[None], weights / weights.sum())


def one_dimensional(rng, items=24, options=4, strength=0.6) -> ChoiceModel:
    shape = (items, options)
    mask = np.ones(shape, bool)
    return ChoiceModel(("ability",), rng.normal(0, strength, (*shape, 1)), rng.normal(0, 0.5, shape), mask).centred()


def leaning(model: ChoiceModel, lean: np.ndarray) -> ChoiceModel:
    """The key where the average person stands `lean` higher than it supposed."""
    return replace(model, intercepts=model.intercepts - model.loadings @ lean)


def unlike(model: ChoiceModel, rng, loading_sd=0.1) -> ChoiceModel:
    """The key as it truly is: other popularity, a lean, other loadings."""
    loadings = model.loadings + rng.normal(0, loading_sd, model.loadings.shape)
    return leaning(make_piloted(replace(model, loadings=loadings), rng), rng.normal(0, 0.6, 6)).centred()


@lru_cache
def pilot(seed: int, count: int):
    """An expert key, the true one, and the answers of people who differ in consistency."""
    rng = np.random.default_rng(seed)
    expert, _ = make_bank(rng)
    true = unlike(expert, rng, 0.0)
    theta, rho = simulate.people(count, DEFAULT_PRIOR, rng)
    return expert, true, *true.simulate(theta, rng, rho)


@lru_cache
def calibrated(seed: int, count: int) -> Calibration:
    expert, _, most, least = pilot(seed, count)
    return calibrate(expert, most, least, DEFAULT_PRIOR, tolerance=1e-3)


# --- against published estimates and exact maxima ------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "slopes", "intercepts", "log_likelihood"),
    [
        # R package ltm (Rizopoulos 2006), `ltm(LSAT ~ z1)`: difficulties -3.3597, -1.3696, -.2799, -1.8659, -3.1236
        (
            LSAT_6,
            [0.8254, 0.7229, 0.8905, 0.6886, 0.6575],
            [3.3597 * 0.8254, 1.3696 * 0.7229, 0.2799 * 0.8905, 1.8659 * 0.6886, 3.1236 * 0.6575],
            -2466.653,
        ),
        # R package mirt (Chalmers 2012), `mirt(LSAT7, 1)`
        (LSAT_7, [0.988, 1.081, 1.706, 0.765, 0.736], [1.856, 0.808, 1.804, 0.486, 1.855], -2658.805),
    ],
)
def test_law_school_estimates_are_the_published_ones(counts, slopes, intercepts, log_likelihood):
    # two options, right and wrong: P(most = right) = 1 / (1 + exp(-2 (u_right - u_wrong))), which are 4 a and 4 c
    patterns = (np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1
    right = np.repeat(patterns, counts, axis=0)
    loadings = np.tile([-0.25, 0.25], (5, 1))[..., None]
    model = ChoiceModel(("ability",), loadings, np.zeros((5, 2)), np.ones((5, 2), bool))
    found = calibrate(
        model,
        right,
        1 - right,
        ONE,
        consistency=PLAIN,
        minimum_answers=5,
        rule=gauss_hermite(31),
        tolerance=1e-5,
        **NO_GUESS,
    )
    assert found.converged
    assert_allclose(4 * found.model.loadings[:, 1, 0], slopes, atol=0.0016)  # their last digit, and their tolerance
    assert_allclose(4 * found.model.intercepts[:, 1], intercepts, atol=0.0016)
    assert_allclose(found.log_likelihood, log_likelihood, atol=5e-4)
    assert (np.diff(found.trace) > -1e-7).all()
    if counts is LSAT_6:  # standard errors by ltm
        assert_allclose(4 * found.loading_errors[:, 1, 0], [0.2581, 0.1867, 0.2326, 0.1852, 0.2100], atol=5e-4)


def test_intercepts_and_errors_are_those_of_the_exact_marginal_likelihood():
    rng = np.random.default_rng(31)
    mask = np.ones((6, 3), bool)
    mask[4:, 2] = False
    expert = ChoiceModel(("ability",), rng.normal(0, 0.8, (6, 3, 1)), rng.normal(0, 0.3, (6, 3)), mask).centred()
    people = rng.normal(0.3, 1, (130, 1))
    most, least = expert.simulate(people, rng)
    most[:20, 2] = least[:20, 2] = -1
    grid, shares, error, lean_sd = (0.02, 1.0), (0.08, 0.92), 0.6, 0.4
    nodes = np.linspace(-6, 6, 81)[:, None]
    density = -(nodes[:, 0] ** 2) / 2 - logsumexp(-(nodes**2) / 2)
    contrasts = [(j, k) for j in range(6) for k in range(1, mask[j].sum())]

    def unpack(free):
        intercepts = np.zeros((6, 3))
        for (j, k), value in zip(contrasts, free[:-1], strict=True):
            intercepts[j, k] = value
        return centred(intercepts, mask), free[-1]

    def loss(free):
        intercepts, lean = unpack(free)
        model = replace(expert, intercepts=intercepts)
        terms = []
        for rho, share in zip(grid, shares, strict=True):
            joint = model.probabilities(nodes, rho)  # (nodes, J, K, K)
            table = np.log(np.where(joint > 0, joint, 1.0))
            chosen = np.where(most >= 0, table[:, np.arange(6), most, least], 0.0).sum(axis=2)
            terms.append(np.log(share) + density[:, None] + chosen)
        surprise = (intercepts - expert.intercepts + expert.loadings[..., 0] * lean)[mask]
        guess = (surprise**2).sum() / error**2 / 2 + lean**2 / lean_sd**2 / 2
        return guess - logsumexp(np.array(terms), axis=(0, 1)).sum()

    start = np.array([expert.intercepts[j, k] - expert.intercepts[j, 0] for j, k in contrasts] + [0.0])
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-3}).x
    exact, lean = unpack(best)

    found = calibrate(
        expert,
        most,
        least,
        ONE,
        consistency=grid,
        popularity_error=error,
        lean_sd=lean_sd,
        minimum_answers=1,
        rule=gauss_hermite(21),
        tolerance=1e-6,
    )
    assert_allclose(found.model.intercepts, exact, atol=2e-4)
    assert_allclose(found.lean, [lean], atol=2e-4)

    step, size = 1e-3, len(best)
    curvature = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            one, two = step * np.eye(size)[a], step * np.eye(size)[b]
            corners = loss(best + one + two) - loss(best + one - two) - loss(best - one + two) + loss(best - one - two)
            curvature[a, b] = corners / (4 * step**2)
    covariance = np.linalg.inv(curvature)
    turn = np.array([unpack(row)[0][mask] for row in np.eye(size)])  # how the intercepts follow what is free
    assert_allclose(found.intercept_errors[mask], np.sqrt(np.diag(turn.T @ covariance @ turn)), rtol=2e-3)
    assert (found.intercept_errors[~mask] == 0).all()
    assert_allclose(found.lean_errors, [np.sqrt(covariance[-1, -1])], rtol=0.1)  # which takes the intercepts as known


def test_two_points_a_person_come_near_many():
    rng = np.random.default_rng(32)
    expert = one_dimensional(rng)
    true = replace(expert, intercepts=expert.intercepts + rng.normal(0, 0.6, (24, 4)))
    most, least = true.simulate(rng.normal(size=(150, 1)), rng)
    few, many = (calibrate(expert, most, least, ONE, rule=rule) for rule in (spherical_radial(1), gauss_hermite(9)))
    assert (np.abs(few.model.intercepts - many.model.intercepts) < 0.3 * many.intercept_errors).all()
    assert_allclose(few.intercept_errors, many.intercept_errors, rtol=0.02)
    assert_allclose(few.log_likelihood, many.log_likelihood, atol=0.01 * 150)


def test_the_default_points_have_the_moments_of_a_normal_to_the_third_degree():
    rule = spherical_radial(6)
    assert_allclose(rule.points @ rule.weights, np.zeros(6), atol=1e-15)
    assert_allclose((rule.points * rule.weights) @ rule.points.T, np.eye(6), atol=1e-15)
    assert rule.points.shape == (6, 12)


@pytest.mark.parametrize("size", range(1, 8))
def test_the_finer_points_have_them_to_the_fifth(size):
    rule, one = fifth_degree(size), np.eye(size)
    assert_allclose(rule.weights.sum(), 1)
    assert (rule.weights >= 0).all()
    for degree in (1, 3, 5):
        assert_allclose(rule.points**degree @ rule.weights, np.zeros(size), atol=1e-12)
    assert_allclose((rule.points * rule.weights) @ rule.points.T, one, atol=1e-12)
    fourth = np.einsum("am,bm,cm,dm,m->abcd", *[rule.points] * 4, rule.weights)
    pairs = (np.einsum(f"{places}->abcd", one, one) for places in ("ab,cd", "ac,bd", "ad,bc"))
    assert_allclose(fourth, sum(pairs), atol=1e-12)


def test_the_finer_points_exist_for_seven_attributes_at_most():
    with pytest.raises(ValueError, match="seven"):
        fifth_degree(8)


# --- recovery -------------------------------------------------------------------------------------------------


def test_intercepts_loadings_and_correlations_are_recovered():
    rng = np.random.default_rng(33)
    expert, _ = make_bank(rng)
    true = unlike(expert, rng)
    covariance = np.array(DEFAULT_PRIOR.covariance)
    covariance[0, 1] = covariance[1, 0] = 0.1  # guessed .45
    covariance[3, 4] = covariance[4, 3] = 0.5  # guessed 0
    theta, rho = simulate.people(600, Prior(ATTRIBUTES, np.zeros(6), covariance), rng)
    found = calibrate(expert, *true.simulate(theta, rng, rho), DEFAULT_PRIOR, tolerance=1e-3)
    assert found.converged
    assert found.people == 600
    assert found.loadings_freed.all()

    def distance(one, other):
        return np.sqrt(((one - other) ** 2).mean())

    assert distance(found.model.intercepts, true.intercepts) < 0.1 * distance(expert.intercepts, true.intercepts) + 0.03
    assert distance(found.model.loadings, true.loadings) < 0.8 * distance(expert.loadings, true.loadings)
    assert distance(found.prior.covariance, covariance) < 0.7 * distance(DEFAULT_PRIOR.covariance, covariance)
    assert 0.1 < found.prior.covariance[0, 1] < 0.3  # half of the way, or more: 80 people whose theta were seen
    assert 0.2 < found.prior.covariance[3, 4] < 0.5  # weigh more than 80 of those who only answered
    assert_allclose(np.diag(found.prior.covariance), 1)
    assert (found.prior.mean == 0).all()
    inside = np.abs(found.model.loadings - true.loadings) < 1.96 * found.loading_errors
    assert 0.92 < inside.mean() < 0.975


def test_errors_cover_the_true_intercepts():
    inside, squares, variances = [], [], []
    for seed in SEEDS:
        found, true = calibrated(seed, 120), pilot(seed, 120)[1]
        off = found.model.intercepts - true.intercepts
        inside.append(np.abs(off) < 1.96 * found.intercept_errors)
        squares.append(off**2)
        variances.append(found.intercept_errors**2)
    assert 0.915 < np.mean(inside) < 0.975  # five pilots of 96 options whose errors hang together
    assert_allclose(np.mean(squares), np.mean(variances), rtol=0.2)


def test_scores_by_the_calibrated_key_are_better():
    expert, true, *_ = pilot(40, 120)
    found = calibrated(40, 120)
    rng = np.random.default_rng(34)
    theta, rho = simulate.people(1500, DEFAULT_PRIOR, rng)
    answers = true.simulate(theta, rng, rho)

    def judged(model, prior, error):
        scores = key_error(score(model, *answers, prior), model, *answers, prior, popularity_error=error)
        sd = np.sqrt(np.diagonal(scores.total, axis1=1, axis2=2))
        off = scores.mean - theta
        r = np.mean([np.corrcoef(scores.mean[:, d], theta[:, d])[0, 1] for d in range(6)])
        return r, np.sqrt((off**2).mean()), (np.abs(off) < 1.96 * sd).mean(), sd.mean()

    by_experts = judged(expert, DEFAULT_PRIOR, 0.6)
    by_pilot = judged(found.model, found.prior, found.intercept_errors)
    assert by_pilot[0] > by_experts[0] + 0.002
    assert by_pilot[1] < 0.95 * by_experts[1]
    assert 0.93 < by_pilot[2] < 0.965  # a lean is left, of 1/sqrt(120)
    assert by_pilot[3] < by_experts[3]


def test_the_average_person_of_the_pilot_becomes_the_middle():
    off = []
    for seed in SEEDS:
        found = calibrated(seed, 120)
        _, true, most, least = pilot(seed, 120)
        loadings = true.loadings.reshape(-1, 6)
        left = np.linalg.lstsq(loadings, (true.intercepts - found.model.intercepts).ravel(), rcond=None)[0]
        off.append(left)
        assert_allclose(score(found.model, most, least, found.prior).mean.mean(axis=0), np.zeros(6), atol=0.06)
    assert np.sqrt(np.mean(np.square(off))) < 1.7 / np.sqrt(120)  # before: leans of .6


def test_people_who_click_at_random_hardly_move_the_key():
    expert, true, most, least = pilot(40, 120)
    rng = np.random.default_rng(35)
    clicking = simulate.click_at_random(true, 30, rng)
    both = [np.concatenate(pair) for pair in zip((most, least), clicking, strict=True)]

    def shrinkage(found):  # the slope of found on true popularity: indifference pulls it to 0
        return np.polyfit(true.intercepts.ravel(), found.model.intercepts.ravel(), 1)[0]

    clean = shrinkage(calibrated(40, 120))
    options = {"tolerance": 1e-3}
    assert shrinkage(calibrate(expert, *both, DEFAULT_PRIOR, **options)) > clean - 0.05
    assert shrinkage(calibrate(expert, *both, DEFAULT_PRIOR, **options, consistency=PLAIN)) < clean - 0.1


# --- what is free ---------------------------------------------------------------------------------------------


def test_fewer_than_a_hundred_people_are_refused():
    expert, _, most, least = pilot(40, 120)
    with pytest.raises(ValueError, match="100 sittings"):
        calibrate(expert, most[:99], least[:99], DEFAULT_PRIOR)
    most, least = most[:100].copy(), least[:100].copy()
    calibrate(expert, most, least, DEFAULT_PRIOR, most_iterations=1)
    most[0, 9:] = least[0, 9:] = -1  # nine answers are too few
    with pytest.raises(ValueError, match="not 99"):
        calibrate(expert, most, least, DEFAULT_PRIOR, most_iterations=1)


def test_loadings_are_free_only_for_items_that_500_people_answered():
    rng = np.random.default_rng(36)
    expert = one_dimensional(rng, items=12)
    most, least = expert.simulate(rng.normal(size=(500, 1)), rng)
    most[0, 3] = least[0, 3] = -1
    found = calibrate(expert, most, least, ONE, consistency=PLAIN, most_iterations=3)
    assert_array_equal(found.loadings_freed, np.arange(12) != 3)
    assert_array_equal(found.answers, 500 - (np.arange(12) == 3))
    assert_allclose(found.model.loadings[3], expert.loadings[3], atol=1e-15)
    assert (np.abs(found.model.loadings - expert.loadings).max(axis=(1, 2)) > 1e-4).sum() == 11
    assert ((found.loading_errors > 0).all(axis=(1, 2)) == found.loadings_freed).all()
    fewer = calibrate(expert, most[1:], least[1:], ONE, consistency=PLAIN, most_iterations=3)
    assert fewer.loading_errors is None
    assert_allclose(fewer.model.loadings, expert.loadings, atol=1e-15)


def test_an_item_nobody_answered_stays_where_experts_put_it_but_for_the_lean():
    expert, _, most, least = pilot(40, 120)
    most, least = most.copy(), least.copy()
    most[:, 5] = least[:, 5] = -1
    found = calibrate(expert, most, least, DEFAULT_PRIOR, tolerance=1e-3)
    assert_allclose(found.model.intercepts[5], expert.intercepts[5] - expert.loadings[5] @ found.lean, atol=3e-3)
    assert (found.intercept_errors[5] > 0.6 * np.sqrt(3 / 4)).all()  # .6 centred over four, and the lean's own error
    assert found.answers[5] == 0


def test_anchors_stay_exactly_and_carry_the_old_scale():
    rng = np.random.default_rng(37)
    old = make_ragged(rng, items=10)
    new, _ = make_bank(rng, items=14)
    true_new = unlike(new, rng, 0.0)

    def joined(of_new):
        pairs = ((getattr(old, name), getattr(of_new, name)) for name in ("loadings", "intercepts", "mask"))
        return ChoiceModel(ATTRIBUTES, *(np.concatenate(pair) for pair in pairs))

    anchors = np.arange(24) < 10
    scale = np.array([1.3, 1, 1, 0.8, 1, 1])
    mean = np.array([0.5, -0.5, 0, 0.3, 0, 0])
    group = Prior(ATTRIBUTES, mean, DEFAULT_PRIOR.covariance * np.outer(scale, scale))
    theta, rho = simulate.people(300, group, rng)
    most, least = joined(true_new).simulate(theta, rng, rho)
    found = calibrate(joined(new), most, least, DEFAULT_PRIOR, anchors=anchors, tolerance=1e-3)
    assert found.converged
    assert_array_equal(found.model.loadings[:10], old.loadings)
    assert_array_equal(found.model.intercepts[:10], old.intercepts)
    assert (found.intercept_errors[:10] == 0).all()
    assert_allclose(found.prior.mean, theta.mean(axis=0), atol=0.15)
    assert_allclose(np.sqrt(np.diag(found.prior.covariance)), scale, atol=0.2)
    off = found.model.intercepts[10:] - true_new.intercepts
    assert 0.88 < (np.abs(off) < 1.96 * found.intercept_errors[10:]).mean() <= 1
    own_scale = calibrate(joined(new), most, least, DEFAULT_PRIOR, tolerance=1e-3)
    assert np.square(own_scale.model.intercepts[10:] - true_new.intercepts).mean() > 2 * np.square(off).mean()


@pytest.mark.parametrize(("anchored", "scale_free"), [(True, True), (False, False)])
def test_the_group_is_the_one_exact_integration_finds(anchored, scale_free):
    rng = np.random.default_rng(43)
    shape = (20, 4)
    expert = ChoiceModel(ATTRIBUTES[:2], rng.normal(0, 0.6, (*shape, 2)), rng.normal(0, 0.5, shape), np.ones(shape))
    guessed = np.array([[1, 0.4], [0.4, 1]])
    theta = rng.multivariate_normal([0.3, 0] if scale_free else [0, 0], [[1.5, -0.2], [-0.2, 1]], 150)
    most, least = expert.simulate(theta, rng)
    prior = Prior(ATTRIBUTES[:2], np.zeros(2), guessed)
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    product = Rule(
        np.array(np.meshgrid(nodes, nodes)).reshape(2, -1), np.outer(weights, weights).ravel() / weights.sum() ** 2
    )
    options = {"consistency": PLAIN, "minimum_answers": 1, "anchors": np.full(20, anchored), "tolerance": 1e-6}
    found = calibrate(expert, most, least, prior, rule=product, popularity_error=1e-4, lean_sd=1e-4, **options)

    axis = np.linspace(-6, 6, 61)
    grid = np.array(np.meshgrid(axis, axis)).reshape(2, -1).T
    table = np.log(expert.probabilities(grid) + np.eye(4))
    likelihood = np.exp(sum(table[:, j, most[:, j], least[:, j]] for j in range(20)))  # (points, people)
    mean, covariance = np.zeros(2), guessed
    for _ in range(100):
        off = grid - mean
        density = np.exp(-np.einsum("pd,de,pe->p", off, np.linalg.inv(covariance), off) / 2)
        posterior = density[:, None] * likelihood
        weight = (posterior / posterior.sum(axis=0)).mean(axis=1)
        mean = weight @ grid * scale_free
        second = (weight * (grid - mean).T) @ (grid - mean)
        sd = np.sqrt(np.diag(second))
        shrunk = (150 * second / np.outer(sd, sd) + 80 * guessed) / 230
        covariance = shrunk * np.outer(sd, sd) if scale_free else shrunk
    assert_allclose(found.prior.mean, mean, atol=1e-3)
    assert_allclose(found.prior.covariance, covariance, atol=2e-3)
    default = calibrate(expert, most, least, prior, popularity_error=1e-4, lean_sd=1e-4, **options)
    assert_allclose(np.diag(default.prior.covariance), np.diag(covariance), rtol=0.06)
    assert_allclose(default.prior.covariance[0, 1], covariance[0, 1], atol=0.03)


def test_with_all_items_anchored_only_the_group_is_estimated():
    rng = np.random.default_rng(38)
    model = one_dimensional(rng)
    theta = rng.normal(0.7, 1.4, (300, 1))
    found = calibrate(model, *model.simulate(theta, rng), ONE, anchors=np.ones(24, bool), consistency=PLAIN)
    assert_array_equal(found.model.intercepts, model.intercepts)
    assert_allclose(found.prior.mean, theta.mean(axis=0), atol=0.08)
    assert_allclose(found.prior.covariance, [[theta.var()]], rtol=0.12)
    assert (found.intercept_errors == 0).all()


# --- properties -----------------------------------------------------------------------------------------------


def assert_same(one: Calibration, other: Calibration, atol=1e-6):
    for field in fields(Calibration):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, ChoiceModel):
            assert_allclose(first.intercepts, second.intercepts, atol=atol)
            assert_allclose(first.loadings, second.loadings, atol=atol)
        elif isinstance(first, Prior):
            assert_allclose(first.covariance, second.covariance, atol=atol)
        elif first is not None:
            assert_allclose(first, second, rtol=1e-9, atol=atol, err_msg=field.name)


def test_the_order_of_people_and_somebody_without_answers_make_no_difference():
    expert, _, most, least = pilot(40, 120)
    order = np.random.default_rng(39).permutation(120)
    empty = np.full((1, 24), -1)
    answers = np.append(most[order], empty, 0), np.append(least[order], empty, 0)
    again = calibrate(expert, *answers, DEFAULT_PRIOR, tolerance=1e-3)
    assert_same(again, calibrated(40, 120))


def test_the_order_of_items_and_options_makes_no_difference():
    expert, _, most, least = pilot(40, 120)
    rng = np.random.default_rng(40)
    items, options = rng.permutation(24), rng.permutation(4)
    place = np.argsort(options)
    shuffled = ChoiceModel(
        ATTRIBUTES, expert.loadings[items][:, options], expert.intercepts[items][:, options], expert.mask
    )
    there = calibrate(shuffled, place[most[:, items]], place[least[:, items]], DEFAULT_PRIOR, tolerance=1e-3)
    here = calibrated(40, 120)
    assert_allclose(there.model.intercepts, here.model.intercepts[items][:, options], atol=1e-6)
    assert_allclose(there.intercept_errors, here.intercept_errors[items][:, options], atol=1e-6)
    assert_allclose(there.prior.covariance, here.prior.covariance, atol=1e-6)


def test_the_same_people_twice_halve_the_variance():
    rng = np.random.default_rng(41)
    expert = one_dimensional(rng, items=12)
    most, least = expert.simulate(rng.normal(size=(110, 1)), rng)
    options = {"consistency": PLAIN, "tolerance": 1e-6, "popularity_error": 1e3, "lean_sd": 1e3}
    once = calibrate(expert, most, least, ONE, **options)
    twice = calibrate(expert, np.tile(most, (2, 1)), np.tile(least, (2, 1)), ONE, **options)
    assert_allclose(twice.model.intercepts, once.model.intercepts, atol=1e-4)
    assert_allclose(twice.intercept_errors**2, once.intercept_errors**2 / 2, rtol=1e-3)


def test_from_a_key_that_is_far_off_no_step_loses():
    rng = np.random.default_rng(42)
    true = one_dimensional(rng, items=12)
    most, least = true.simulate(rng.normal(size=(120, 1)), rng)
    wrong = replace(true, intercepts=-6 * true.intercepts)
    heard = []
    found = calibrate(
        wrong,
        most,
        least,
        ONE,
        consistency=PLAIN,
        popularity_error=100.0,
        rule=gauss_hermite(21),
        progress=lambda iteration, value: heard.append((iteration, value)),
    )
    assert found.converged
    assert (np.diff(found.trace) > -1e-7).all()
    assert heard == list(enumerate(found.trace, start=1))
    assert np.abs(found.model.intercepts - true.intercepts).max() < 0.6


def test_the_trace_rises_but_for_what_the_points_leave_out():
    trace = calibrated(40, 120).trace
    assert trace[-1] > trace[0] + 500
    assert np.diff(trace).min() > -1e-3 * 120


def test_a_calibration_that_was_stopped_says_so():
    expert, _, most, least = pilot(40, 120)
    stopped = calibrate(expert, most, least, DEFAULT_PRIOR, most_iterations=2)
    assert not stopped.converged
    assert stopped.iterations == len(stopped.trace) == 2
    assert calibrated(40, 120).converged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"anchors": np.ones(3, bool)}, "each of 24 items"),
        ({"anchors": np.ones(24, int)}, "True or False"),
        ({"popularity_error": 0.0}, "positive"),
        ({"most_iterations": 0}, "positive"),
        ({"rule": spherical_radial(5)}, "rule's points"),
        ({"consistency": ()}, "consistency"),
    ],
)
def test_impossible_wishes_are_refused(options, message):
    expert, _, most, least = pilot(40, 120)
    with pytest.raises(ValueError, match=message):
        calibrate(expert, most, least, DEFAULT_PRIOR, **options)


def test_anchors_that_leave_an_attribute_open_are_refused():
    expert, _, most, least = pilot(40, 120)
    loadings = expert.loadings.copy()
    loadings[0, :, 2] = loadings[1, :, 2] = 0.0
    with pytest.raises(ValueError, match="do not measure every attribute"):
        calibrate(replace(expert, loadings=loadings), most, least, DEFAULT_PRIOR, anchors=np.arange(24) < 2)
