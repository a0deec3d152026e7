"""What must hold of scores whatever the key: in other orders, sizes and shapes, and at the ends."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import fit
from assessment.measurement.model import ChoiceModel
from assessment.measurement.scoring import Prior, key_error, score
from tests.measurement.making import PLAIN, make_profile

SEEDS = st.integers(0, 10_000)
SHAPES = st.tuples(SEEDS, st.integers(1, 6), st.integers(2, 6))
EVERY = settings(max_examples=15, deadline=None)


def a_form(seed: int, attributes: int, options: int, items: int = 14):
    """A key of `attributes` attributes and up to `options` options, a prior, and answers of five people."""
    rng = np.random.default_rng(seed)
    shape = (items, options)
    mask = np.arange(options) < rng.integers(2, options + 1, items)[:, None]
    model = ChoiceModel(
        ATTRIBUTES[:attributes], rng.normal(0, 0.6, (*shape, attributes)), rng.normal(0, 0.6, shape), mask
    )
    prior = Prior(ATTRIBUTES[:attributes], np.zeros(attributes), 0.8 * np.eye(attributes) + 0.2)
    most, least = model.simulate(rng.normal(size=(5, attributes)), rng)
    return rng, model, prior, most, least


def whole(model, most, least, prior, **more):
    return key_error(score(model, most, least, prior, **more), model, most, least, prior)


@EVERY
@given(SHAPES)
def test_the_order_of_people_items_options_and_attributes_makes_no_difference(shape):
    rng, model, prior, most, least = a_form(*shape)
    found = whole(model, most, least, prior)
    people, items, options, attributes = (rng.permutation(n) for n in (5, *model.loadings.shape))
    place = np.argsort(options)
    moved = ChoiceModel(
        tuple(np.array(model.attributes)[attributes]),
        model.loadings[items][:, options][:, :, attributes],
        model.intercepts[items][:, options],
        model.mask[items][:, options],
    )
    turned = Prior(moved.attributes, prior.mean[attributes], prior.covariance[np.ix_(attributes, attributes)])
    again = whole(moved, place[most[people][:, items]], place[least[people][:, items]], turned)
    both = np.ix_(people, attributes, attributes)
    assert_allclose(again.mean, found.mean[np.ix_(people, attributes)], atol=1e-6)
    assert_allclose(again.covariance, found.covariance[both], atol=1e-6)
    assert_allclose(again.whole_error(), found.whole_error()[both], atol=1e-6)
    assert_allclose(again.p_random, found.p_random[people], atol=1e-6)


@EVERY
@given(SHAPES)
def test_a_constant_added_to_all_options_of_an_item_changes_nothing(shape):
    rng, model, prior, most, least = a_form(*shape)
    found = score(model, most, least, prior)
    moved = ChoiceModel(
        model.attributes,
        model.loadings + rng.normal(size=(model.items, 1, shape[1])),
        model.intercepts + rng.normal(size=(model.items, 1)),
        model.mask,
    )
    again = score(moved, most, least, prior)
    for name in ("mean", "covariance", "p_random"):
        assert_allclose(getattr(again, name), getattr(found, name), atol=1e-6)


@EVERY
@given(SHAPES)
def test_a_form_given_twice_with_the_same_answers_weighs_twice(shape):
    """The posterior of a doubled form is prior times likelihood squared: no more doubt on any attribute."""
    _, model, prior, most, least = a_form(*shape)
    twice = model.subset([*range(model.items), *range(model.items)])
    doubled = score(twice, np.tile(most, 2), np.tile(least, 2), prior, consistency=PLAIN)
    precision = np.linalg.inv(prior.covariance)
    information = model.information(doubled.mean).sum(axis=1)
    assert_allclose(np.linalg.inv(doubled.covariance), 2 * information + precision, rtol=1e-5, atol=1e-8)
    assert_allclose(doubled.keyed, 2 * score(model, most, least, prior).keyed, atol=1e-9)


@EVERY
@given(SHAPES, st.data())
def test_what_is_not_answered_is_as_if_it_were_not_in_the_form(shape, data):
    _, model, prior, most, least = a_form(*shape)
    left_out = data.draw(st.lists(st.integers(0, model.items - 1), max_size=4, unique=True))
    most[:, left_out] = least[:, left_out] = -1
    kept = np.setdiff1d(np.arange(model.items), left_out)
    here = whole(model, most, least, prior)
    there = whole(model.subset(kept), most[:, kept], least[:, kept], prior)
    assert_array_equal(here.answered, there.answered)
    for name in ("mean", "covariance", "total", "keyed", "p_random", "lean"):
        assert_allclose(getattr(here, name), getattr(there, name), atol=1e-6)


@EVERY
@given(SHAPES, st.floats(0.1, 8))
def test_whoever_always_goes_to_one_end_gets_a_finite_score_at_that_end(shape, strength):
    _, model, prior, _, _ = a_form(*shape)
    model = ChoiceModel(model.attributes, strength * model.loadings, model.intercepts, model.mask)
    along = np.where(model.mask, model.loadings[:, :, 0], np.nan)
    top, bottom = np.nanargmax(along, axis=1)[None], np.nanargmin(along, axis=1)[None]
    high, low = whole(model, top, bottom, prior), whole(model, bottom, top, prior)
    for scores in (high, low):
        assert np.isfinite(scores.mean).all()
        assert (np.linalg.eigvalsh(scores.whole_error()) > 0).all()
        assert ((scores.p_random >= 0) & (scores.p_random <= 1)).all()
    assert high.mean[0, 0] > low.mean[0, 0]


@EVERY
@given(SEEDS, st.integers(0, 9))
def test_people_without_enough_answers_never_reach_others(seed, few):
    """A row of NaN stays in its row: scores and fits of everybody else are as without it."""
    _, model, prior, most, least = a_form(seed, 6, 4)
    alone = whole(model, most[1:], least[1:], prior)
    most[0, few:] = least[0, few:] = -1
    found = whole(model, most, least, prior)
    assert np.isnan(found.mean[0]).all()
    assert found.answered[0] == few
    for name in ("mean", "covariance", "total", "p_random"):
        assert_allclose(getattr(found, name)[1:], getattr(alone, name), atol=1e-6)
    assert_allclose(fit(found, make_profile()).expected[1:], fit(alone, make_profile()).expected, atol=1e-6)
    assert np.isnan(fit(replace(found), make_profile()).expected[0])
