import math
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from assessment.measurement.evidence.fairness import selection_ratio_comparison


@st.composite
def tables(draw):
    n_a, n_b = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    return draw(st.integers(0, n_a)), n_a, draw(st.integers(0, n_b)), n_b


def test_two_groups_have_the_reference_values():
    found = selection_ratio_comparison(48, 80, 12, 40)
    assert_allclose([found.a.value, found.b.value, found.ratio], [0.6, 0.3, 0.5])
    assert found.below_four_fifths
    assert_allclose(found.z, 3.0984, atol=5e-5)
    assert_allclose(found.fisher_p, 0.00341, atol=5e-6)
    assert_allclose(found.h, 0.6129, atol=5e-5)
    assert_allclose(found.z_p, 2 * stats.norm.sf(3.098386677), rtol=1e-6)


def test_wilsons_interval_is_the_published_one():
    # Newcombe (1998), table I, method 3: 81 of 263, 15 of 148 and 0 of 20
    for selected, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        rate = selection_ratio_comparison(selected, n, 1, 2).a
        assert_allclose([rate.low, rate.high], [low, high], atol=5e-5)


@pytest.mark.parametrize(("n", "true"), [(20, 0.5), (50, 0.3), (80, 0.6), (200, 0.1)])
def test_wilsons_interval_covers_what_it_promises(n, true):
    covered = 0.0
    for k in range(n + 1):
        rate = selection_ratio_comparison(k, n, 1, 2).a
        if rate.low <= true <= rate.high:
            covered += stats.binom.pmf(k, n, true)
    assert_allclose(covered, 0.95, atol=0.02)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_fishers_test_adds_up_every_table_as_rare(table):
    selected_a, n_a, selected_b, n_b = table
    total = selected_a + selected_b

    def chance(k):
        return comb(n_a, k) * comb(n_b, total - k) / comb(n_a + n_b, total)

    possible = range(max(0, total - n_b), min(n_a, total) + 1)
    slow = sum(chance(k) for k in possible if chance(k) <= chance(selected_a) * (1 + 1e-7))
    assert_allclose(selection_ratio_comparison(*table).fisher_p, slow, rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_the_other_way_round_only_signs_change(table):
    found = selection_ratio_comparison(*table)
    turned = selection_ratio_comparison(*table[2:], *table[:2])
    assert (turned.a, turned.b) == (found.b, found.a)
    assert_allclose([turned.ratio, turned.z, turned.h], [found.ratio, -found.z, -found.h])
    for rate in (found.a, found.b):
        assert 0 <= rate.low <= rate.value <= rate.high <= 1
    if not math.isnan(found.z):
        chi_square = stats.chi2_contingency(
            [[table[0], table[1] - table[0]], [table[2], table[3] - table[2]]], correction=False
        )
        assert_allclose([found.z**2, found.z_p], [chi_square.statistic, chi_square.pvalue], atol=1e-9)


def test_four_fifths_is_the_lower_rate_over_the_higher():
    for exactly in ((10, 20, 8, 20), (3, 10, 6, 25), (7, 10, 14, 25)):
        assert not selection_ratio_comparison(*exactly).below_four_fifths
    assert selection_ratio_comparison(79, 200, 10, 20).below_four_fifths
    assert not selection_ratio_comparison(10, 20, 10, 20).below_four_fifths


def test_four_fifths_fails_by_chance_in_a_fifth_of_small_samples():
    ratios = np.array([[selection_ratio_comparison(i, 50, j, 20).ratio for j in range(21)] for i in range(51)])
    chance = np.outer(stats.binom.pmf(range(51), 50, 0.5), stats.binom.pmf(range(21), 20, 0.5))
    one_way = np.array([[j / 20 < i / 50 for j in range(21)] for i in range(51)])  # the group of 20 is behind
    assert_allclose((chance * (ratios < 0.8) * one_way).sum(), 0.2, atol=0.02)


def test_where_nobody_is_selected_there_is_no_ratio():
    found = selection_ratio_comparison(0, 5, 0, 7)
    assert math.isnan(found.ratio)
    assert math.isnan(found.z)
    assert not found.below_four_fifths
    assert (found.h, found.fisher_p) == (0, 1)
    everybody = selection_ratio_comparison(5, 5, 7, 7)
    assert everybody.ratio == 1
    assert math.isnan(everybody.z_p)


@pytest.mark.parametrize("counts", [(0, 0, 1, 2), (3, 2, 1, 2), (-1, 2, 1, 2), (1, 2, 1, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="group of at least one"):
        selection_ratio_comparison(*counts)
