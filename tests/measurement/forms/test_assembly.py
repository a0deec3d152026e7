from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from assessment.measurement.forms.assembly import POINTS, assemble
from assessment.measurement.forms.precision import precision
from assessment.measurement.forms.program import InfeasibleError, Limit, Shortfall
from assessment.measurement.model import ChoiceModel
from assessment.measurement.scoring import DEFAULT_PRIOR
from tests.measurement.making import make_bank


def slow_precisions(model, items, prior=DEFAULT_PRIOR, points=POINTS):
    """1 / V_dd at each attribute and point, a matrix at a time."""
    found = np.zeros((len(prior.attributes), len(points)))
    for d in range(len(prior.attributes)):
        for p, point in enumerate(points):
            theta = prior.mean.copy()
            theta[d] += point * np.sqrt(prior.covariance[d, d])
            each = model.information(theta[None])[0]
            found[d, p] = 1 / np.linalg.inv(sum(each[j] for j in items) + np.linalg.inv(prior.covariance))[d, d]
    return found


def slow_gain(model, items, prior=DEFAULT_PRIOR):
    return (slow_precisions(model, items, prior) * np.diagonal(prior.covariance)[:, None]).min()


def mean_se(model, items):
    return precision(model.subset(items), DEFAULT_PRIOR).se.mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_best_four_of_nine_are_those_of_trying_all_choices(seed):
    model, levels = make_bank(np.random.default_rng(seed), items=9)
    focus = (np.ptp(levels[:, :, 4], axis=1) > 0).astype(float)
    seconds = np.random.default_rng(seed + 100).uniform(40, 80, 9)
    most = np.sort(seconds)[:5].sum()
    kept = {
        items: slow_gain(model, items)
        for items in combinations(range(9), 4)
        if focus[list(items)].sum() >= 3 and seconds[list(items)].sum() <= most and not {0, 1} <= set(items)
    }
    assert 5 < len(kept) < 126, "the constraints bind, and leave a choice"
    limits = [Limit("focus", focus, at_least=3), Limit("seconds", seconds, at_most=most)]
    found = assemble(model, DEFAULT_PRIOR, 4, limits=limits, enemies=[(0, 1)], gap=0)
    best = max(kept, key=kept.__getitem__)
    assert tuple(found.forms[0]) == best
    assert_allclose([found.gain, found.bound], kept[best], rtol=1e-5)
    assert found.proven
    assert found.gap < 1e-5


def test_two_parallel_forms_are_those_of_trying_all_pairs():
    model, _ = make_bank(np.random.default_rng(4), items=8)
    gains = {items: slow_gain(model, items) for items in combinations(range(8), 3)}
    best = max(min(gains[one], gains[two]) for one, two in combinations(gains, 2) if not set(one) & set(two))
    found = assemble(model, DEFAULT_PRIOR, 3, forms=2, alike=10.0, gap=0)
    assert found.proven
    assert_allclose(found.gain, best, rtol=1e-5)


def test_a_target_moves_precision_to_where_it_is_asked_for():
    model, _ = make_bank(np.random.default_rng(5), items=60)
    even = assemble(model, DEFAULT_PRIOR, 20)
    focus = assemble(model, DEFAULT_PRIOR, 20, target=[1, 1, 1, 1, 2, 1])
    for found, target in ((even, np.ones(6)), (focus, np.array([1, 1, 1, 1, 2, 1]))):
        assert_allclose(found.gain, (slow_precisions(model, found.forms[0]) / target[:, None]).min(), rtol=1e-9)
    assert slow_precisions(model, focus.forms[0])[4].min() > 1.15 * slow_precisions(model, even.forms[0])[4].min()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_forms_keep_all_constraints_or_say_which_to_relax(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    items, forms = data.draw(st.integers(8, 24)), data.draw(st.integers(1, 2))
    length = data.draw(st.integers(1, items // forms))
    model, levels = make_bank(rng, items)
    enemies = [tuple(rng.choice(items, 2, replace=False)) for _ in range(data.draw(st.integers(0, 6)))]
    wanted = [
        Limit("quota", (np.ptp(levels[:, :, 0], axis=1) > 0).astype(float), at_least=data.draw(st.integers(0, length))),
        Limit("channel", rng.integers(0, 2, items).astype(float), 1, data.draw(st.integers(1, 1 + length))),
        Limit("seconds", rng.uniform(30, 90, items), at_most=60.0 * length),
    ]

    def found(limits, length):
        return assemble(model, DEFAULT_PRIOR, length, limits=limits, enemies=enemies, forms=forms, alike=9, gap=0.2)

    try:
        assembly = found(wanted, length)
    except InfeasibleError as error:
        wanted, length = relaxed(wanted, length, error.shortfalls)
        assembly = found(wanted, length)
    assert assembly.forms.shape == (forms, length)
    assert len(set(assembly.forms.ravel())) == forms * length
    for form in assembly.forms:
        assert not any({one, other} <= set(form) for one, other in enemies)
        for limit in wanted:
            assert limit.at_least - 1e-6 <= limit.amount[form].sum() <= limit.at_most + 1e-6
    assert assembly.gain <= assembly.bound
    assert_allclose(assembly.gain, min(slow_gain(model, form) for form in assembly.forms), rtol=1e-9)


def relaxed(limits, length, shortfalls):
    """The constraints with each shortfall moved to what is said to be possible."""
    assert shortfalls
    ends = {limit.name: [limit.at_least, limit.at_most] for limit in limits}
    for short in shortfalls:
        if short.name == "length":
            assert short.possible < length == short.needed
            length = int(short.possible)
        else:
            end = ["at least", "at most"].index(short.end)
            assert ends[short.name][end] == short.needed
            assert short.possible < short.needed if end == 0 else short.possible > short.needed
            ends[short.name][end] = short.possible
    return [Limit(limit.name, limit.amount, *ends[limit.name]) for limit in limits], length


def test_a_quota_that_cannot_be_met_is_named_and_nothing_else():
    model, _ = make_bank(np.random.default_rng(6), items=30)
    first_nine = (np.arange(30) < 9).astype(float)
    limits = [
        Limit("focus", first_nine, at_least=12),
        Limit("phone", 1 - first_nine, at_least=2),
        Limit("seconds", np.full(30, 60.0), at_most=1500),
    ]
    with pytest.raises(InfeasibleError, match="focus: at least 12 needed, 9 possible") as caught:
        assemble(model, DEFAULT_PRIOR, 20, limits=limits)
    assert caught.value.shortfalls == (Shortfall("focus", "at least", 12, 9),)


def test_of_two_ways_to_relax_the_smaller_is_named():
    model, _ = make_bank(np.random.default_rng(7), items=20)
    seconds = np.where(np.arange(20) < 10, 30.0, 60.0)
    slow = (np.arange(20) >= 10).astype(float)
    limits = [Limit("slow", slow, at_least=6), Limit("seconds", seconds, at_most=470)]  # 4 x 30 + 6 x 60 = 480
    with pytest.raises(InfeasibleError) as caught:
        assemble(model, DEFAULT_PRIOR, 10, limits=limits)
    assert caught.value.shortfalls == (Shortfall("seconds", "at most", 470, 480),)


def test_length_is_given_up_last():
    model, _ = make_bank(np.random.default_rng(7), items=12)
    limits = [Limit("seconds", np.full(12, 50.0), at_most=300), Limit("words", np.full(12, 100.0), at_most=600)]
    with pytest.raises(InfeasibleError) as caught:
        assemble(model, DEFAULT_PRIOR, 10, limits=limits)
    assert caught.value.shortfalls == (
        Shortfall("seconds", "at most", 300, 500),
        Shortfall("words", "at most", 600, 1000),
    )


def test_too_few_items_and_too_many_enemies_make_the_form_shorter():
    model, _ = make_bank(np.random.default_rng(8), items=12)
    for wanted, possible in (
        ({"length": 13}, 12),
        ({"length": 5, "forms": 3, "alike": 9}, 4),
        ({"length": 4, "enemies": list(combinations(range(10), 2))}, 3),
    ):
        with pytest.raises(InfeasibleError) as caught:
            assemble(model, DEFAULT_PRIOR, **wanted)
        assert caught.value.shortfalls == (Shortfall("length", "exactly", wanted["length"], possible),)


def test_an_exposed_item_is_used_no_more_often_than_allowed():
    model, _ = make_bank(np.random.default_rng(9), items=40)
    free = assemble(model, DEFAULT_PRIOR, 16)
    exposed = np.isin(np.arange(40), free.forms[0]).astype(float)
    for cap in (0, 5):
        found = assemble(model, DEFAULT_PRIOR, 16, limits=[Limit("exposed", exposed, at_most=cap)])
        assert exposed[found.forms[0]].sum() <= cap
        assert found.gain < free.bound


def test_parallel_forms_are_disjoint_and_alike():
    model, _ = make_bank(np.random.default_rng(10), items=60)
    found = assemble(model, DEFAULT_PRIOR, 15, forms=3, alike=0.15, gap=0.1, time_limit=300)
    assert found.proven
    assert len(set(found.forms.ravel())) == 45
    each = np.array([slow_precisions(model, form) for form in found.forms])
    assert_allclose(found.difference, (each.max(axis=0) / each.min(axis=0)).max() - 1, rtol=1e-9)
    assert found.difference < 0.2
    rng = np.random.default_rng(11)
    by_lot = [slow_precisions(model, form) for form in rng.permutation(60)[:45].reshape(3, 15)]
    assert (np.max(by_lot, axis=0) / np.min(by_lot, axis=0)).max() - 1 > 0.4


def test_forms_that_cannot_be_alike_say_how_far_they_differ():
    strong, _ = make_bank(np.random.default_rng(12), items=2)
    loadings = strong.loadings * np.array([1.0, 0.2])[:, None, None]
    model = ChoiceModel(strong.attributes, loadings, strong.intercepts, strong.mask)
    with pytest.raises(InfeasibleError) as caught:
        assemble(model, DEFAULT_PRIOR, 1, forms=2, alike=0.05)
    (short,) = caught.value.shortfalls
    assert (short.name, short.needed) == ("alike", 0.05)
    assert short.possible > 0.05
    assert assemble(model, DEFAULT_PRIOR, 1, forms=2, alike=short.possible).forms.shape == (2, 1)


@pytest.mark.parametrize(("items", "expected"), [(48, 0.965), (120, 0.90)])
def test_chosen_forms_measure_better_than_forms_by_lot(items, expected):
    """The ratio of mean standard errors over attributes and T 30 to 70."""
    ratios = []
    for seed in range(2):
        rng = np.random.default_rng(20 + seed)
        model, _ = make_bank(rng, items)
        found = assemble(model, DEFAULT_PRIOR, 24, time_limit=300)
        assert found.proven
        by_lot = np.mean([mean_se(model, rng.choice(items, 24, replace=False)) for _ in range(20)])
        ratios.append(mean_se(model, found.forms[0]) / by_lot)
        print(f"{items} items: by lot {by_lot:.3f}, chosen {mean_se(model, found.forms[0]):.3f}, gap {found.gap:.3f}")
    assert np.mean(ratios) < expected


def test_a_later_solution_that_is_worse_changes_nothing():
    model, _ = make_bank(np.random.default_rng(1), items=48)
    heard = []
    found = assemble(model, DEFAULT_PRIOR, 24, gap=0.006, time_limit=300, progress=heard.append)
    assert len(heard) > 2
    assert [one.gain for one in heard] == sorted(one.gain for one in heard)
    assert [one.bound for one in heard] == sorted((one.bound for one in heard), reverse=True)
    assert found.gain == heard[-1].gain == pytest.approx(slow_gain(model, found.forms[0]))


def test_at_the_time_limit_the_best_form_so_far_is_given():
    model, _ = make_bank(np.random.default_rng(13), items=100)
    heard = []
    found = assemble(model, DEFAULT_PRIOR, 20, gap=0, time_limit=2.0, progress=heard.append)
    assert found.forms.shape == (1, 20)
    assert not found.proven
    assert 0 < found.gap < 0.1
    assert heard[-1].gain == found.gain <= found.bound == heard[-1].bound
    assert heard[-1].seconds < 10


def test_no_form_in_no_time_is_said():
    model, _ = make_bank(np.random.default_rng(14), items=300)
    with pytest.raises(TimeoutError, match="within 0 seconds"):
        assemble(model, DEFAULT_PRIOR, 100, forms=3, alike=0.001, time_limit=0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"length": 0}, "at least one item"),
        ({"forms": 0}, "at least one form"),
        ({"alike": 0.0}, "alike"),
        ({"gap": -0.1}, "gap"),
        ({"enemies": [(0, 9)]}, "items 0 to 8"),
        ({"enemies": [(3, 3)]}, "two of the items"),
        ({"limits": [Limit("quota", np.ones(8), at_least=1)]}, "quota: 8 amounts for 9 items"),
        ({"target": np.zeros(6)}, "positive"),
        ({"target": np.ones(5)}, "6 positive"),
    ],
)
def test_impossible_wishes_are_refused(wrong, words):
    model, _ = make_bank(np.random.default_rng(0), items=9)
    with pytest.raises(ValueError, match=words):
        assemble(model, DEFAULT_PRIOR, **{"length": 4} | wrong)


def test_a_limit_that_contradicts_itself_is_refused():
    for ends in ((3, 2), (np.nan, 2), (np.inf, np.inf)):
        with pytest.raises(ValueError, match="can't both hold"):
            Limit("quota", np.ones(4), *ends)
    with pytest.raises(ValueError, match="finite"):
        Limit("quota", [1.0, np.nan])
    with pytest.raises(ValueError, match="can't be called length"):
        Limit("length", np.ones(4), at_most=3)


def test_the_same_bank_gives_the_same_form():
    model, _ = make_bank(np.random.default_rng(15), items=30)
    assert_array_equal(*(assemble(model, DEFAULT_PRIOR, 10).forms for _ in range(2)))
