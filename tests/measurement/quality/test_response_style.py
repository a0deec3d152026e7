from itertools import groupby, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chi2, chisquare

from assessment.measurement.quality.response_style import (
    item_medians,
    longest_run,
    longest_run_p,
    position_p,
    rapid_share,
)


def uniform_positions(rng, people, options):
    """Positions of most and least as shuffling makes them, whatever is chosen."""
    exists = np.arange(max(options)) < np.array(options)[:, None]
    place = np.where(exists, rng.random((people, *exists.shape)), np.inf).argsort(axis=2)
    return place[..., 0], place[..., 1]


def test_rapid_is_under_three_seconds_or_a_tenth_of_the_median():
    medians = np.array([20.0, 60.0, np.nan, 45.0])
    answered = np.array([[True] * 4, [True, True, True, False], [True] * 4, [True] * 4, [False] * 4])
    seconds = np.array(
        [
            [2.9, 5.9, 2.9, 4.4],  # all too fast
            [3.0, 6.0, 3.0, 0.1],  # none: the limit itself is slow enough, and the last was not answered
            [2.9, np.nan, np.nan, 50],  # one of four answered
            [np.nan] * 4,
            [1.0] * 4,
        ]
    )
    assert_array_equal(rapid_share(seconds, medians, answered), [1, 0, 0.25, np.nan, np.nan])


def test_medians_need_thirty_known_times():
    rng = np.random.default_rng(1)
    seconds = rng.lognormal(3.5, 0.5, (40, 3))
    seconds[:10, 1] = np.nan
    seconds[:11, 2] = np.nan
    medians = item_medians(seconds)
    assert_allclose(medians[:2], [np.median(seconds[:, 0]), np.median(seconds[10:, 1])])
    assert np.isnan(medians[2])
    assert np.isnan(item_medians(np.empty((0, 3)))).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-1, 2), min_size=1, max_size=12))
def test_the_longest_run_skips_what_is_unanswered(shown):
    answered = [position for position in shown if position >= 0]
    slow = max((len(list(group)) for _, group in groupby(answered)), default=0)
    assert longest_run(np.array([shown])) == [slow]


@pytest.mark.parametrize("options", [(3, 3, 3, 3, 3, 3), (2, 4, 3, 2, 2, 4), (4, 2, 4, 4)])
def test_the_chance_of_a_run_is_that_of_counting_every_case(options):
    cases = np.array(list(product(*(range(count) for count in options))))
    longest = longest_run(cases)
    by_counting = np.array([(longest >= length).mean() for length in longest])
    assert_allclose(longest_run_p(cases, np.array(options)), by_counting, atol=1e-12)


def test_the_chance_of_a_run_does_not_count_unanswered_items():
    cases = np.array(list(product(range(3), range(2), range(3))))
    with_gaps = np.full((len(cases), 5), -1)
    with_gaps[:, [1, 2, 4]] = cases
    found = longest_run_p(with_gaps, np.array([4, 3, 2, 2, 3]))
    assert_allclose(found, longest_run_p(cases, np.array([3, 2, 3])))


def test_uneven_positions_of_two_options_are_pearsons_chi_square():
    rng = np.random.default_rng(2)
    most, least = uniform_positions(rng, 20, [2] * 15)
    textbook = [chisquare(np.bincount(row, minlength=2)).pvalue for row in most]
    assert_allclose(position_p(most, least, np.full(15, 2)), textbook)


@pytest.mark.parametrize("options", [[4] * 9, [2, 4, 3, 3, 2, 4, 4, 3, 2, 5]])
def test_uneven_positions_are_those_of_a_slow_second_reading(options):
    """Moments of each answer's indicators by listing its equally likely ordered pairs."""
    rng = np.random.default_rng(3)
    most, least = uniform_positions(rng, 8, options)
    most[0, 2] = least[0, 2] = -1
    found = position_p(most, least, np.array(options))
    size = max(options)
    for n in range(8):
        off, covariance = np.zeros(2 * size), np.zeros((2 * size, 2 * size))
        for j in np.flatnonzero(most[n] >= 0):
            pairs = np.zeros((options[j] * (options[j] - 1), 2 * size))
            for row, (b, w) in zip(pairs, permutations(range(options[j]), 2), strict=True):
                row[b] = row[size + w] = 1
            off -= pairs.mean(axis=0)
            off[most[n, j]] += 1
            off[size + least[n, j]] += 1
            covariance += np.cov(pairs.T, bias=True)
        statistic = off @ np.linalg.pinv(covariance, hermitian=True) @ off
        assert_allclose(found[n], chi2.sf(statistic, np.linalg.matrix_rank(covariance, hermitian=True)))


@pytest.mark.parametrize("items", [10, 24])
@pytest.mark.parametrize("options", [2, 3, 4, 5, 6])
def test_positions_flag_about_as_many_as_they_say_and_runs_never_more(items, options):
    rng = np.random.default_rng([4, items, options])
    most, least = uniform_positions(rng, 4000, [options] * items)
    counts = np.full(items, options)
    assert 0.015 < (position_p(most, least, counts) <= 0.05).mean() < 0.075  # two options: few possible counts
    assert (longest_run_p(most, counts) <= 0.05).mean() < 0.06


def test_positions_flag_about_as_many_as_they_say_where_items_differ_in_length():
    rng = np.random.default_rng(5)
    options = rng.integers(2, 5, 24)
    most, least = uniform_positions(rng, 8000, list(options))
    assert 0.035 < (position_p(most, least, options) <= 0.05).mean() < 0.06


def test_a_straight_line_is_seen_and_nothing_answered_is_not_measured():
    same, other, nothing = np.full((1, 24), 1), np.full((1, 24), 3), np.full((1, 24), -1)
    options = np.full(24, 4)
    assert position_p(same, other, options) < 1e-9
    assert 0 <= longest_run_p(same, options)[0] < 1e-9
    assert np.isnan(position_p(nothing, nothing, options)).all()
    assert np.isnan(longest_run_p(nothing, options)).all()
