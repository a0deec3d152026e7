from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.model import ChoiceModel, expert_key
from assessment.measurement.quality.person_fit import standardised_log_likelihood
from assessment.measurement.quality.quality import FLAGS, assess, power, simulated_cuts
from assessment.measurement.quality.response_style import item_medians, longest_run_p
from assessment.measurement.scoring import DEFAULT_PRIOR, score
from assessment.measurement.simulation import simulate
from tests.measurement.making import PLAIN, make_bank, make_levels, make_ragged

RAPID, POSITIONS, RUN, MISFIT, RANDOM, CONTRADICTIONS = range(6)
MIRRORS = [(0, 5), (3, 12), (7, 20)]
FEW = 1000  # people behind the cuts of tests that do not look at shares


def make_seconds(rng, people, items=24):
    """Times made up: log-normal around half a minute."""
    return 30 * np.exp(0.5 * rng.standard_normal((people, items)))


def scored(model, given, **options):
    return score(model, given.most, given.least, DEFAULT_PRIOR, **options)


@pytest.fixture(scope="module")
def form():
    """A key without a pilot, its levels and desirabilities, and its cuts."""
    rng = np.random.default_rng(80)
    levels, desirability = make_levels(rng), rng.normal(4.5, 0.4, (24, 4))
    model = expert_key(ATTRIBUTES, levels, desirability, np.ones((24, 4), bool))
    return model, levels, desirability, simulated_cuts(model, DEFAULT_PRIOR, rng, mirrors=MIRRORS)


@pytest.fixture(scope="module")
def sitting(form):
    """Everything `assess` takes, of 40 honest people, some of them with gaps."""
    model, _, _, cuts = form
    rng = np.random.default_rng(81)
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 40, rng, popularity_error=0.6)
    gone = rng.random((40, 24)) < 0.2
    most, least = np.where(gone, -1, given.most), np.where(gone, -1, given.least)
    seconds = make_seconds(rng, 40)
    seconds[rng.random((40, 24)) < 0.1] = np.nan
    seconds[:5, :6] = 1.5
    return model, most, least, cuts, {"order": given.order, "seconds": seconds, "mirrors": MIRRORS}


def quality(model, most, least, cuts, others):
    return assess(model, score(model, most, least, DEFAULT_PRIOR), most, least, cuts, **others)


@pytest.mark.parametrize(("options", "error"), [(2, 0.6), (3, 0.1), (4, 0.0), (5, 0.6), (6, 0.1)])
def test_each_flag_is_raised_for_about_one_honest_person_in_twenty(options, error):
    """Runs come in whole numbers, so that flag is raised for fewer."""
    rng = np.random.default_rng([82, options])
    model, _ = make_bank(rng, options=options)
    cuts = simulated_cuts(model, DEFAULT_PRIOR, rng, people=2500, popularity_error=error)
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 2500, rng, popularity_error=error)
    seconds = make_seconds(rng, 2500)
    found = assess(model, scored(model, given), given.most, given.least, cuts, order=given.order, seconds=seconds)
    share = found.flags.mean(axis=0)
    assert (share[[POSITIONS, MISFIT, RANDOM]] > 0.03).all()
    assert (share[[POSITIONS, MISFIT, RANDOM]] < 0.07).all()
    assert 0.005 < share[RUN] < 0.05
    assert share[RAPID] < 0.001


def test_nominal_cuts_flag_far_too_few_without_the_correction_and_too_many_with_it(form):
    model, _, _, cuts = form
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 4000, np.random.default_rng(94), popularity_error=0.6)
    scores = scored(model, given)
    plain, corrected = (
        standardised_log_likelihood(model, scores.mean, given.most, given.least, corrected=corrected)
        for corrected in (False, True)
    )
    assert (plain < -1.645).mean() < 0.035
    assert (corrected < -1.645).mean() > 0.07
    assert 0.04 < (corrected < cuts.misfit[-1]).mean() < 0.06


@pytest.fixture(scope="module")
def long_form():
    """48 items: of a long form the cuts for few answers and for all lie far apart."""
    rng = np.random.default_rng(83)
    model, _ = make_bank(rng, items=48)
    return model, simulated_cuts(model, DEFAULT_PRIOR, rng, people=2500, popularity_error=0.1, mirrors=MIRRORS)


@pytest.mark.parametrize("answered", [10, 16, 29, 46])
def test_cuts_hold_for_people_who_left_items_out(long_form, answered):
    model, cuts = long_form
    rng = np.random.default_rng([83, answered])
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 2000, rng, popularity_error=0.1)
    gone = rng.permuted(np.tile(np.arange(48), (2000, 1)), axis=1) >= answered
    most, least = np.where(gone, -1, given.most), np.where(gone, -1, given.least)
    share = quality(model, most, least, cuts, {"order": given.order, "mirrors": MIRRORS}).flags.mean(axis=0)
    assert (share[[POSITIONS, MISFIT, RANDOM]] > 0.03).all()
    assert (share[[POSITIONS, MISFIT, RANDOM]] < 0.07).all()
    assert share[CONTRADICTIONS] < 0.06


def test_flags_find_who_does_not_read_and_never_who_fakes(form):
    model, levels, desirability, cuts = form
    rng = np.random.default_rng(84)
    found = power(model, DEFAULT_PRIOR, levels, desirability, cuts, rng, mirrors=MIRRORS)
    assert found.names == FLAGS[1:]
    share = dict(zip(found.kinds, found.any, strict=True))
    each = {
        kind: dict(zip(found.names, row, strict=True)) for kind, row in zip(found.kinds, found.flagged, strict=True)
    }
    assert 0.08 < share["honest"] < 0.2
    assert share["random"] > 0.75
    assert each["random"]["random"] > 0.7
    assert 0.35 < share["half"] < 0.6
    assert share["straight"] == each["straight"]["positions"] == each["straight"]["run"] == 1
    assert share["faking"] < share["honest"]
    assert each["mildest"]["misfit"] + each["mildest"]["random"] < 0.02


def test_power_is_the_share_that_assess_flags(form):
    model, levels, desirability, cuts = form
    found = power(model, DEFAULT_PRIOR, levels, desirability, cuts, np.random.default_rng(85), people=60)
    assert found.names == ("positions", "run", "misfit", "random")
    rng = np.random.default_rng(85)
    for row, kind in enumerate(simulate.KINDS):
        given = simulate.answers(
            kind, model, DEFAULT_PRIOR, 60, rng, levels=levels, desirability=desirability, popularity_error=0.6
        )
        flags = assess(model, scored(model, given), given.most, given.least, cuts, order=given.order).flags
        assert_allclose(found.flagged[row], flags[:, 1:5].mean(axis=0))
        assert_allclose(found.any[row], flags.any(axis=1).mean())


def test_power_prints_as_a_table(form):
    model, levels, desirability, cuts = form
    found = power(model, DEFAULT_PRIOR, levels, desirability, cuts, np.random.default_rng(86), people=10)
    head, *rows = str(found).splitlines()
    assert head.split() == ["positions", "run", "misfit", "random", "any"]
    assert [row.split()[0] for row in rows] == list(simulate.KINDS)
    assert rows[simulate.KINDS.index("straight")].split()[1:3] == ["100.0%", "100.0%"]
    assert len({len(row) for row in (head, *rows)}) == 1


def test_a_stricter_level_flags_fewer(form):
    model, *_ = form
    loose, strict = (
        simulated_cuts(model, DEFAULT_PRIOR, np.random.default_rng(87), people=FEW, level=level, mirrors=MIRRORS)
        for level in (0.1, 0.01)
    )
    assert (strict.misfit < loose.misfit).all()
    assert (strict.random > loose.random).all()
    assert (strict.contradictions >= loose.contradictions).all()
    assert loose.answered.tolist() == [10, 15, 19, 24]


def test_a_key_without_a_pilot_asks_for_wider_cuts(form):
    model, *_ = form
    exact, guessed = (
        simulated_cuts(model, DEFAULT_PRIOR, np.random.default_rng(88), people=FEW, popularity_error=error)
        for error in (0.0, 0.6)
    )
    assert (guessed.misfit < exact.misfit).all()


def test_values_are_what_their_names_say(sitting):
    model, most, least, cuts, others = sitting
    found = quality(model, most, least, cuts, others)
    assert found.names == FLAGS
    assert len(found) == 40
    for n in range(40):
        answered = np.flatnonzero(most[n] >= 0)
        rapid = sum(others["seconds"][n, j] < 3 for j in answered) / len(answered)
        assert_allclose(found.values[n, RAPID], rapid)
        assert found.flags[n, RAPID] == (rapid > 0.1)
        shown = [list(others["order"][n, j]).index(most[n, j]) for j in answered]
        chance = longest_run_p(np.array([shown]), np.full(len(shown), 4))
        assert found.flags[n, RUN] == (chance[0] <= 0.05)
    assert found.flags[:5, RAPID].any()
    assert not found.flags[5:, RAPID].any()
    assert_array_equal(found.flags[:, POSITIONS], found.values[:, POSITIONS] <= 0.05)
    at = np.interp((most >= 0).sum(axis=1), cuts.answered, cuts.misfit)
    assert_array_equal(found.flags[:, MISFIT], found.values[:, MISFIT] < at)


def test_the_median_of_an_item_raises_its_limit(sitting):
    model, most, least, cuts, others = sitting
    seconds = np.full(most.shape, 4.0)
    plain = quality(model, most, least, cuts, {"seconds": seconds})
    slow = quality(model, most, least, cuts, {"seconds": seconds, "medians": np.full(24, 41.0)})
    assert not plain.flags[:, RAPID].any()
    assert slow.flags[:, RAPID].all()
    of_the_batch = item_medians(others["seconds"])
    assert ((of_the_batch > 15) & (of_the_batch < 45)).all()


def test_an_accommodation_switches_off_timing_and_nothing_else(sitting):
    model, most, least, cuts, others = sitting
    usual = quality(model, most, least, cuts, others)
    timed = np.arange(40) >= 3
    found = quality(model, most, least, cuts, {**others, "timed": timed})
    assert usual.flags[:3, RAPID].any()
    assert not found.flags[:3, RAPID].any()
    assert np.isnan(found.values[:3, RAPID]).all()
    assert_array_equal(found.flags[3:], usual.flags[3:])
    assert_array_equal(found.values[:, 1:], usual.values[:, 1:])
    assert_array_equal(found.flags[:, 1:], usual.flags[:, 1:])


def test_what_is_not_given_is_not_measured_and_flags_nobody(sitting):
    model, most, least, cuts, _ = sitting
    found = quality(model, most, least, cuts, {})
    assert np.isnan(found.values[:, [RAPID, POSITIONS, RUN, CONTRADICTIONS]]).all()
    assert not found.flags[:, [RAPID, POSITIONS, RUN, CONTRADICTIONS]].any()
    assert np.isfinite(found.values[:, [MISFIT, RANDOM]]).all()


def test_too_few_answers_for_a_score_leave_positions_and_times_alone(sitting):
    model, most, least, cuts, others = sitting
    most, least = most.copy(), least.copy()
    most[0], least[0] = -1, -1
    most[1, 9:] = least[1, 9:] = -1
    found = quality(model, most, least, cuts, others)
    assert np.isnan(found.values[0, :5]).tolist() == [True, True, False, True, True]
    assert not found.flags[0].any()
    assert np.isnan(found.values[1]).tolist() == [False, False, False, True, True, False]
    assert not found.flags[1, [MISFIT, RANDOM]].any()


def test_one_person_is_a_batch_of_one(sitting):
    model, most, least, cuts, others = sitting
    whole = quality(model, most, least, cuts, others)
    for n in (0, 17):
        row = slice(n, n + 1)
        own = {"order": others["order"][row], "seconds": others["seconds"][row], "mirrors": MIRRORS}
        one = quality(model, most[row], least[row], cuts, own)
        assert_allclose(one.values, whole.values[row], atol=1e-8)
        assert_array_equal(one.flags, whole.flags[row])


def test_the_order_of_items_matters_for_runs_alone(sitting):
    model, most, least, cuts, others = sitting
    whole = quality(model, most, least, cuts, others)
    new = np.random.default_rng(89).permutation(24)
    place = np.argsort(new)
    moved = {
        "order": others["order"][:, new],
        "seconds": others["seconds"][:, new],
        "mirrors": [(place[i], place[j]) for i, j in MIRRORS],
    }
    found = quality(model.subset(new), most[:, new], least[:, new], cuts, moved)
    rest = [RAPID, POSITIONS, MISFIT, RANDOM, CONTRADICTIONS]
    assert_allclose(found.values[:, rest], whole.values[:, rest], atol=1e-8)
    assert (found.values[:, RUN] != whole.values[:, RUN]).any()


def test_how_options_are_numbered_does_not_matter(sitting):
    model, most, least, cuts, others = sitting
    whole = quality(model, most, least, cuts, others)
    new = np.random.default_rng(90).permuted(np.tile(np.arange(4), (24, 1)), axis=1)
    item = np.arange(24)[:, None]
    renamed = ChoiceModel(
        model.attributes, model.loadings[item, new], model.intercepts[item, new], model.mask[item, new]
    )
    number = np.argsort(new, axis=1)
    j = np.arange(24)
    again = [np.where(a >= 0, number[j, a], -1) for a in (most, least)]
    order = number[j[:, None], others["order"]]
    found = quality(renamed, *again, cuts, {**others, "order": order})
    assert_allclose(found.values, whole.values, atol=1e-8)
    assert_array_equal(found.flags, whole.flags)


def test_items_with_fewer_options_are_assessed_by_those_they_have():
    rng = np.random.default_rng(91)
    model = make_ragged(rng, items=24)
    cuts = simulated_cuts(model, DEFAULT_PRIOR, rng, people=2500, popularity_error=0.1)
    given = simulate.answers("honest", model, DEFAULT_PRIOR, 2500, rng, popularity_error=0.1)
    found = assess(model, scored(model, given), given.most, given.least, cuts, order=given.order).flags.mean(axis=0)
    assert (found[[POSITIONS, MISFIT, RANDOM]] > 0.03).all()
    assert (found[[POSITIONS, MISFIT, RANDOM]] < 0.07).all()


def test_a_form_shorter_than_what_is_scored_has_cuts_of_its_own():
    rng = np.random.default_rng(92)
    model, _ = make_bank(rng, items=6)
    cuts = simulated_cuts(model, DEFAULT_PRIOR, rng, people=FEW)
    assert cuts.answered.tolist() == [6]
    assert all(np.isfinite(getattr(cuts, field.name)).all() for field in fields(cuts))


def test_with_the_plain_model_nothing_is_said_about_clicking():
    """P(random) is then 0 for everybody, which is the cut as well."""
    rng = np.random.default_rng(93)
    model, levels = make_bank(rng)
    cuts = simulated_cuts(model, DEFAULT_PRIOR, rng, people=FEW, consistency=PLAIN)
    found = power(model, DEFAULT_PRIOR, levels, np.zeros((24, 4)), cuts, rng, people=20, consistency=PLAIN)
    assert (found.flagged[:, found.names.index("random")] == 0).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"order": np.zeros((40, 24, 3), int)}, "whole numbers"),
        ({"order": np.zeros((40, 24, 4))}, "whole numbers"),
        ({"order": np.zeros((40, 24, 4), int)}, "each option of its item once"),
        ({"order": np.tile([0, 1, 2, -1], (40, 24, 1))}, "each option of its item once"),
        ({"seconds": np.zeros((39, 24))}, "seconds must be"),
        ({"seconds": np.zeros((40, 24)), "medians": np.zeros(23)}, "medians must be"),
        ({"mirrors": [(0, 24)]}, "mirror"),
        ({"mirrors": [(3, 3)]}, "mirror"),
    ],
)
def test_what_does_not_belong_together_is_refused(sitting, change, words):
    model, most, least, cuts, _ = sitting
    with pytest.raises(ValueError, match=words):
        quality(model, most, least, cuts, change)


def test_an_order_with_gaps_and_scores_of_others_and_impossible_levels_are_refused(sitting):
    model, most, least, cuts, _ = sitting
    with pytest.raises(ValueError, match="scores of 40 people but answers of 39"):
        assess(model, score(model, most, least, DEFAULT_PRIOR), most[:39], least[:39], cuts)
    for level in (0, 1, np.nan):
        with pytest.raises(ValueError, match="level"):
            simulated_cuts(model, DEFAULT_PRIOR, np.random.default_rng(0), level=level)
    ragged = ChoiceModel(model.attributes, model.loadings[:1], model.intercepts[:1], np.array([[True] * 3 + [False]]))
    scores = score(ragged, [[0]], [[1]], DEFAULT_PRIOR)
    with pytest.raises(ValueError, match="each option of its item once"):
        assess(ragged, scores, [[0]], [[1]], cuts, order=[[[0, -1, 1, 2]]])
