from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from assessment.measurement import symmetric
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import RANDOM_LIMIT
from assessment.measurement.model import ChoiceModel
from assessment.measurement.posterior import Choices, Design, find_mode
from assessment.measurement.scale import t_from_theta, theta_from_t
from assessment.measurement.scoring import (
    CONSISTENCY,
    DEFAULT_PRIOR,
    Prior,
    concatenate,
    explain,
    key_error,
    lean_matrix,
    score,
)
from assessment.measurement.simulation import simulate
from tests.measurement.making import PLAIN, make_bank, make_piloted, make_ragged, make_scores

FLOAT_FIELDS = ("mean", "covariance", "lean", "keyed", "p_random")


def page_weights():
    """The prior of the grid as the page gives it."""
    others = np.exp(-(np.log([0.3, 0.6, 1, 1.5]) ** 2) / (2 * 0.35**2))
    return np.append(0.08, 0.92 * others / others.sum())


def slow_score(model, most, least, prior, grid, weights):
    """One person (1, J): scipy finds each mode, the model's public methods give V and evidence."""
    precision = np.linalg.inv(prior.covariance)
    means, covariances, evidence = [], [], []
    for rho in grid:

        def loss(theta, rho=rho):
            off = theta - prior.mean
            return -model.log_likelihood(theta[None], most, least, rho)[0] + off @ precision @ off / 2

        mode = minimize(loss, prior.mean, method="BFGS", options={"gtol": 1e-7}).x
        items = model.information(mode[None], rho)[0][most[0] >= 0]
        covariance = np.linalg.inv(items.sum(axis=0) + precision)
        means.append(mode)
        covariances.append(covariance)
        evidence.append(-loss(mode) + np.linalg.slogdet(covariance)[1] / 2)
    share = weights * np.exp(np.array(evidence) - max(evidence))
    share /= share.sum()
    mean = share @ np.array(means)
    covariance = sum(p * (v + np.outer(m - mean, m - mean)) for p, v, m in zip(share, covariances, means, strict=True))
    return mean, covariance, share[0]


@pytest.mark.parametrize("ragged", [False, True])
def test_scores_are_those_of_a_slow_second_reading(ragged):
    rng = np.random.default_rng(10)
    model = make_ragged(rng) if ragged else make_bank(rng)[0]
    prior = Prior(ATTRIBUTES, rng.normal(0, 0.3, 6), DEFAULT_PRIOR.covariance)
    most, least = model.simulate(rng.normal(size=(2, 6)), rng)
    most[1, 3] = least[1, 3] = -1
    scores = score(model, most, least, prior)
    for n in range(2):
        mean, covariance, p_random = slow_score(
            model, most[n : n + 1], least[n : n + 1], prior, CONSISTENCY, page_weights()
        )
        assert_allclose(scores.mean[n], mean, atol=1e-5)
        assert_allclose(scores.covariance[n], covariance, atol=1e-5)
        assert_allclose(scores.p_random[n], p_random, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2])
def test_the_posterior_mean_and_p_random_are_near_those_of_quadrature(size):
    rng = np.random.default_rng(11)
    attributes = ATTRIBUTES[:size]
    model = ChoiceModel(
        attributes, rng.normal(0, 0.6, (24, 4, size)), rng.normal(0, 0.6, (24, 4)), np.ones((24, 4), bool)
    )
    prior = Prior(attributes, np.zeros(size), np.eye(size))
    axes = np.meshgrid(*[np.linspace(-5, 5, 101)] * size)
    nodes = np.stack([axis.ravel() for axis in axes], axis=1)
    honest = model.simulate(rng.normal(size=(10, size)), rng)
    clicking = simulate.click_at_random(model, 10, rng)
    most, least = (np.concatenate(pair) for pair in zip(honest, clicking, strict=True))
    scores = score(model, most, least, prior)
    for n in range(20):
        answers = [np.repeat(a[n : n + 1], len(nodes), axis=0) for a in (most, least)]
        density = np.array(
            [
                np.log(weight) + model.log_likelihood(nodes, *answers, rho) - (nodes**2).sum(axis=1) / 2
                for rho, weight in zip(CONSISTENCY, page_weights(), strict=True)
            ]
        )
        weight = np.exp(density - density.max())
        weight /= weight.sum()
        mean = weight.sum(axis=0) @ nodes
        sd = np.sqrt(weight.sum(axis=0) @ (nodes - mean) ** 2)
        assert_allclose(scores.mean[n], mean, atol=0.1)  # the mode lies within .2 of an sd of the mean
        assert_allclose(np.sqrt(np.diag(scores.covariance[n])), sd, rtol=0.1)
        assert_allclose(scores.p_random[n], weight[0].sum(), atol=0.03)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 20))
def test_two_starts_find_one_answer_however_strong_the_key(seed, strength):
    rng = np.random.default_rng(seed)
    ragged = make_ragged(rng, items=20)
    model = ChoiceModel(ATTRIBUTES, strength * ragged.loadings, ragged.intercepts, ragged.mask)
    most, least = model.simulate(rng.normal(size=(30, 6)), rng)
    design = Design.of(model, DEFAULT_PRIOR.mean, DEFAULT_PRIOR.covariance)
    choices = Choices.of(design, most, least)
    one, other = (find_mode(design, choices, 1.0, start) for start in (np.zeros((6, 30)), np.full((6, 30), 4.0)))
    assert_allclose(one.theta, other.theta, atol=1e-8)


def test_one_candidate_scores_as_in_a_batch():
    rng = np.random.default_rng(12)
    model = make_ragged(rng, items=20)
    most, least = model.simulate(rng.normal(size=(1100, 6)), rng)  # more than one chunk
    batch = score(model, most, least, DEFAULT_PRIOR)
    some = [3, 1023, 1024]
    batch = key_error(batch.rows(some), model, most[some], least[some], DEFAULT_PRIOR)
    for place, n in enumerate(some):
        answers = most[n : n + 1], least[n : n + 1]
        alone = key_error(score(model, *answers, DEFAULT_PRIOR), model, *answers, DEFAULT_PRIOR)
        for name in (*FLOAT_FIELDS, "total"):
            assert_allclose(getattr(alone, name)[0], getattr(batch, name)[place], atol=1e-9)


def test_the_order_of_items_and_options_makes_no_difference():
    rng = np.random.default_rng(13)
    model, _ = make_bank(rng)
    most, least = model.simulate(rng.normal(size=(5, 6)), rng)
    items, options = rng.permutation(24), rng.permutation(4)
    shuffled = ChoiceModel(
        ATTRIBUTES, model.loadings[items][:, options], model.intercepts[items][:, options], model.mask
    )
    place = np.argsort(options)
    there = score(shuffled, place[most[:, items]], place[least[:, items]], DEFAULT_PRIOR)
    here = score(model, most, least, DEFAULT_PRIOR)
    assert_allclose(there.mean, here.mean, atol=1e-9)
    assert_allclose(there.covariance, here.covariance, atol=1e-9)


def test_unanswered_items_are_left_out():
    rng = np.random.default_rng(14)
    model, _ = make_bank(rng)
    most, least = model.simulate(rng.normal(size=(4, 6)), rng)
    most[:, 15:] = least[:, 15:] = -1
    part = score(model.subset(range(15)), most[:, :15], least[:, :15], DEFAULT_PRIOR)
    whole = score(model, most, least, DEFAULT_PRIOR)
    assert_allclose(whole.mean, part.mean, atol=1e-9)
    assert_allclose(whole.covariance, part.covariance, atol=1e-9)
    assert (whole.answered == 15).all()


def test_nobody_with_fewer_than_ten_answers_gets_a_score():
    rng = np.random.default_rng(15)
    model, _ = make_bank(rng)
    most, least = model.simulate(rng.normal(size=(3, 6)), rng)
    most[1, 9:] = least[1, 9:] = -1
    most[2, 10:] = least[2, 10:] = -1
    scores = score(model, most, least, DEFAULT_PRIOR)
    scores = key_error(scores, model, most, least, DEFAULT_PRIOR)
    for name in (*FLOAT_FIELDS, "total"):
        assert np.isnan(getattr(scores, name)[1]).all()
        assert np.isfinite(getattr(scores, name)[[0, 2]]).all()
    assert scores.answered.tolist() == [24, 9, 10]


def test_no_people_are_no_trouble():
    model, _ = make_bank(np.random.default_rng(0))
    nobody = np.empty((0, 24), int)
    scores = score(model, nobody, nobody, DEFAULT_PRIOR)
    assert len(key_error(scores, model, nobody, nobody, DEFAULT_PRIOR).total) == 0


def test_explained_contributions_add_up_to_the_keyed_score():
    rng = np.random.default_rng(16)
    model = make_ragged(rng)
    most, least = model.simulate(rng.normal(size=(3, 6)), rng)
    most[0, 1] = least[0, 1] = -1
    parts = explain(model, most, least)
    assert (parts[0, 1] == 0).all()
    assert_allclose(parts[2, 4], model.loadings[4, most[2, 4]] - model.loadings[4, least[2, 4]])
    assert_allclose(parts.sum(axis=1), score(model, most, least, DEFAULT_PRIOR).keyed, atol=1e-12)


@pytest.mark.parametrize("grid", [PLAIN, CONSISTENCY])
def test_key_error_is_the_slope_of_the_scored_mean_against_the_intercepts(grid):
    rng = np.random.default_rng(17)
    model = make_ragged(rng, items=12)
    honest = model.simulate(rng.normal(size=(2, 6)), rng)
    clicking = simulate.click_at_random(model, 2, rng)  # the weights of the grid move most for these
    most, least = (np.concatenate(pair) for pair in zip(honest, clicking, strict=True))
    error = rng.uniform(0.1, 0.9, model.mask.shape)
    slope = np.zeros((4, 6, *model.mask.shape))
    for j, k in np.argwhere(model.mask):
        ends = []
        for step in (1e-4, -1e-4):
            intercepts = model.intercepts.copy()
            intercepts[j, k] += step
            moved = ChoiceModel(ATTRIBUTES, model.loadings, intercepts, model.mask)
            ends.append(score(moved, most, least, DEFAULT_PRIOR, consistency=grid).mean)
        slope[:, :, j, k] = (ends[0] - ends[1]) / 2e-4
    scores = score(model, most, least, DEFAULT_PRIOR, consistency=grid)
    for sd in (0.6, error):
        added = np.einsum("ndjk,nejk,jk->nde", slope, slope, np.broadcast_to(sd, model.mask.shape) ** 2)
        total = key_error(scores, model, most, least, DEFAULT_PRIOR, consistency=grid, popularity_error=sd).total
        assert_allclose(total - scores.covariance, added, atol=1e-6)


def test_centring_the_errors_within_the_item_changes_nothing():
    rng = np.random.default_rng(18)
    model, _ = make_bank(rng, items=12)
    answers = model.simulate(rng.normal(size=(1, 6)), rng)
    scores = score(model, *answers, DEFAULT_PRIOR)
    one = np.zeros((12, 4))
    one[0, 0] = 1.0
    total = key_error(scores, model, *answers, DEFAULT_PRIOR, popularity_error=one).total
    slope_moved = []
    for shift in ([1, 0, 0, 0], [0.75, -0.25, -0.25, -0.25]):
        intercepts = model.intercepts.copy()
        intercepts[0] += 1e-4 * np.array(shift)
        moved = ChoiceModel(ATTRIBUTES, model.loadings, intercepts, model.mask)
        slope_moved.append((score(moved, *answers, DEFAULT_PRIOR).mean[0] - scores.mean[0]) / 1e-4)
    assert_allclose(slope_moved[0], slope_moved[1], atol=1e-7)
    assert_allclose((total - scores.covariance)[0], np.outer(slope_moved[0], slope_moved[0]), atol=1e-4)


def test_a_lean_of_the_key_moves_scores_by_the_lean_matrix():
    rng = np.random.default_rng(19)
    model, _ = make_bank(rng)
    answers = model.simulate(rng.normal(size=(5, 6)), rng)
    scores = score(model, *answers, DEFAULT_PRIOR, consistency=PLAIN)
    assert_allclose(scores.lean, lean_matrix(scores.covariance, DEFAULT_PRIOR))
    lean = 1e-4 * rng.normal(size=6)
    shifted = ChoiceModel(
        ATTRIBUTES, model.loadings, model.intercepts - model.loadings @ lean, model.mask
    )  # theta + lean under this key is theta under the old one
    moved = score(shifted, *answers, DEFAULT_PRIOR, consistency=PLAIN).mean - scores.mean
    assert_allclose(moved, scores.lean @ lean, atol=1e-7)


def test_random_clicking_is_found_out_and_honest_people_are_not():
    rng = np.random.default_rng(20)
    model = make_piloted(make_bank(rng)[0], rng)
    theta, rho = simulate.people(1000, DEFAULT_PRIOR, rng)
    honest = score(model, *model.simulate(theta, rng, rho), DEFAULT_PRIOR)
    clicking = score(model, *simulate.click_at_random(model, 1000, rng), DEFAULT_PRIOR)
    assert (honest.p_random > RANDOM_LIMIT).mean() <= 0.01
    assert (clicking.p_random > RANDOM_LIMIT).mean() >= 0.55


def test_a_grid_may_bring_its_own_weights_whatever_their_sum():
    rng = np.random.default_rng(26)
    model, _ = make_bank(rng)
    answers = model.simulate(rng.normal(size=(5, 6)), rng)
    plain = score(model, *answers, DEFAULT_PRIOR)
    grid = dict(zip(CONSISTENCY, 7 * page_weights(), strict=True))
    weighted = score(model, *answers, DEFAULT_PRIOR, consistency=grid)
    assert_allclose(weighted.mean, plain.mean, atol=1e-12)
    assert_allclose(weighted.p_random, plain.p_random, atol=1e-12)


def test_scores_recover_theta():
    rng = np.random.default_rng(21)
    model, _ = make_bank(rng)
    theta, rho = simulate.people(2000, DEFAULT_PRIOR, rng)
    answers = model.simulate(theta, rng, rho)
    for grid in (PLAIN, CONSISTENCY):
        mean = score(model, *answers, DEFAULT_PRIOR, consistency=grid).mean
        correlations = [np.corrcoef(theta[:, d], mean[:, d])[0, 1] for d in range(6)]
        assert min(correlations) > 0.74
        assert 0.77 < np.mean(correlations) < 0.86


def test_intervals_cover_only_with_both_kinds_of_error():
    """Banks whose popularity and lean differ from the key by what the page says nobody knows."""
    rng = np.random.default_rng(22)
    own, both = [], []
    for _ in range(40):
        model, _ = make_bank(rng)
        truth, lean = make_piloted(model, rng, sd=0.6), rng.normal(0, 0.6, 6)
        theta, rho = simulate.people(40, DEFAULT_PRIOR, rng)
        answers = truth.simulate(theta + lean, rng, rho)
        scores = key_error(score(model, *answers, DEFAULT_PRIOR), model, *answers, DEFAULT_PRIOR)
        wide = scores.total + 0.6**2 * scores.lean @ scores.lean.transpose(0, 2, 1)
        for covered, covariance in ((own, scores.covariance), (both, wide)):
            sd = np.sqrt(np.einsum("ndd->nd", covariance))
            covered.append(np.abs(scores.mean - theta) < 1.96 * sd)
    assert 0.83 < np.mean(own) < 0.91
    assert 0.935 < np.mean(both) < 0.97


def test_intervals_cover_with_the_own_error_alone_where_the_key_is_exact():
    rng = np.random.default_rng(23)
    covered = []
    for _ in range(5):
        model = make_piloted(make_bank(rng)[0], rng)
        theta, rho = simulate.people(400, DEFAULT_PRIOR, rng)
        scores = score(model, *model.simulate(theta, rng, rho), DEFAULT_PRIOR)
        sd = np.sqrt(np.einsum("ndd->nd", scores.covariance))
        covered.append(np.abs(scores.mean - theta) < 1.96 * sd)
    assert 0.93 < np.mean(covered) < 0.965


def test_rows_and_concatenate_are_each_others_reverse():
    scores = make_scores(np.random.default_rng(24), people=6)
    again = concatenate([scores.rows([0, 1]), scores.rows(slice(2, 5)), scores.rows(np.arange(6) == 5)])
    for name in (*FLOAT_FIELDS, "total", "answered"):
        assert_allclose(getattr(again, name), getattr(scores, name))
    with pytest.raises(ValueError, match="without"):
        concatenate([scores, replace(scores, total=None)])


def test_rounded_scores_are_those_stored():
    scores = make_scores(np.random.default_rng(25), people=3)
    scores.mean[0, 0] = -1e-9
    rounded = scores.rounded()
    assert_allclose(rounded.mean, scores.mean, atol=5e-7)
    assert_allclose(rounded.mean * 1e6, np.round(rounded.mean * 1e6), atol=1e-6)
    assert not np.signbit(rounded.mean[0, 0])
    assert rounded.answered.dtype == np.int64


def test_t_is_fifty_plus_ten_theta():
    assert_allclose(t_from_theta([-1.5, 0, np.inf]), [35, 50, np.inf])
    assert_allclose(theta_from_t(t_from_theta([0.25, -np.inf])), [0.25, -np.inf])


@pytest.mark.parametrize(
    ("mean", "covariance", "words"),
    [
        (np.zeros(5), np.eye(6), "shapes"),
        (np.zeros(6), np.full((6, 6), np.nan), "finite"),
        (np.zeros(6), np.ones((6, 6)) - 2 * np.eye(6), "positive definite"),
        (np.zeros(6), np.eye(6) + np.eye(6, k=1), "symmetric"),
    ],
)
def test_an_impossible_prior_is_refused(mean, covariance, words):
    with pytest.raises(ValueError, match=words):
        Prior(ATTRIBUTES, mean, covariance)


@pytest.mark.parametrize("grid", [(), (0.0, 1.0), (-1.0,), (1.0, 1.0), (np.nan,), {1.0: 0.0}, {1.0: np.nan, 2.0: 1}])
def test_an_impossible_grid_is_refused(grid):
    model, _ = make_bank(np.random.default_rng(0))
    answers = model.simulate(np.zeros((1, 6)), np.random.default_rng(0))
    with pytest.raises(ValueError, match="consistency"):
        score(model, *answers, DEFAULT_PRIOR, consistency=grid)


def test_key_error_refuses_scores_of_other_people_and_impossible_errors():
    model, _ = make_bank(np.random.default_rng(0))
    most, least = model.simulate(np.zeros((2, 6)), np.random.default_rng(0))
    scores = score(model, most, least, DEFAULT_PRIOR)
    with pytest.raises(ValueError, match="2 people but answers of 1"):
        key_error(scores, model, most[:1], least[:1], DEFAULT_PRIOR)
    for error in (-0.1, np.nan):
        with pytest.raises(ValueError, match="errors of the intercepts"):
            key_error(scores, model, most, least, DEFAULT_PRIOR, popularity_error=error)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_packed_systems_are_solved_as_lapack_solves_them(seed, size):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(5, size, size))
    matrices = root @ root.transpose(0, 2, 1) + np.eye(size)
    factor = symmetric.cholesky(symmetric.pack(matrices.transpose(1, 2, 0)), size)
    right = rng.normal(size=(size, 5))
    solution = np.linalg.solve(matrices, right.T[..., None])[..., 0].T
    assert_allclose(symmetric.solve(factor, right), solution, rtol=1e-8, atol=1e-10)
    inverse = symmetric.unpack(symmetric.inverse(factor)).transpose(2, 0, 1)
    assert_allclose(inverse, np.linalg.inv(matrices), rtol=1e-8, atol=1e-10)
    assert_allclose(symmetric.log_determinant(factor), np.linalg.slogdet(matrices)[1], rtol=1e-10, atol=1e-10)
