import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from assessment.measurement.evidence.norms import KINDS, NormGroup, check_kind, norm_group
from tests.measurement.making import make_scores

DAY = date(2026, 11, 1)
ONE = ("trust",)


def make_group(values, kind="sector", value="hotels") -> NormGroup:
    """A group by one attribute with these scores."""
    return NormGroup(ONE, kind, value, DAY, np.sort(np.asarray(values, float))[:, None], 0)


def test_percentiles_are_midranks():
    values = [0.3, -1, 0.3, 2, 0.3, 0.8]
    group = make_group(values)
    ranks = stats.rankdata(values)  # ties share the mean rank
    assert_allclose(group.percentile(np.array(values)[:, None]).value[:, 0], (ranks - 0.5) / 6)
    assert_allclose(group.percentile([[-2], [0], [0.5], [3]]).value[:, 0], [0, 1 / 6, 4 / 6, 1])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1), st.integers(-4, 4))
def test_a_percentile_is_the_share_below_with_ties_half(values, at):
    group = make_group(values)
    found = group.percentile([[at]])
    slow = sum(1.0 if one < at else 0.5 if one == at else 0.0 for one in values) / len(values)
    assert_allclose(found.value, slow)
    assert 0 <= found.low <= found.value <= found.high <= 1
    upside_down = make_group([-one for one in values]).percentile([[-at]])
    assert_allclose([upside_down.low, upside_down.high], [1 - found.high, 1 - found.low], atol=1e-9)


def test_the_members_mean_percentile_is_a_half():
    scores = make_scores(np.random.default_rng(1), people=40).admit(slice(None))
    group = norm_group(scores, "sector", "hotels", DAY)
    for theta in (scores.mean, scores.rounded().mean):
        assert_allclose(group.percentile(theta).value.mean(axis=0), 0.5)
        assert group.percentile(theta).value.min() == 0.5 / 40


def test_the_interval_of_a_percentile_is_jeffreys():
    group = make_group(np.arange(40.0))
    found = group.percentile([[11.5], [-1], [99]])
    assert_allclose([found.low[0, 0], found.high[0, 0]], stats.beta(12.5, 28.5).ppf([0.025, 0.975]))
    assert found.low[1, 0] == 0
    assert_allclose(found.high[1, 0], stats.beta(0.5, 40.5).ppf(0.975))
    assert_allclose(found.low[2, 0], stats.beta(40.5, 0.5).ppf(0.025))
    assert found.high[2, 0] == 1


@pytest.mark.parametrize("true", [0.1, 0.3, 0.5, 0.8])
def test_the_interval_of_a_percentile_covers_what_it_promises(true):
    rng = np.random.default_rng(2)
    at = stats.norm.ppf(true)
    hits = 0
    for _ in range(2000):
        found = make_group(rng.normal(size=150)).percentile([[at]])
        hits += found.low[0, 0] <= true <= found.high[0, 0]
    assert_allclose(hits / 2000, 0.95, atol=0.02)


def test_t_is_fifty_for_the_groups_mean_and_ten_for_its_sd():
    scores = make_scores(np.random.default_rng(3), people=60).admit(slice(None))
    group = norm_group(scores, "vacancy", "front desk", DAY)
    t = group.t(scores.rounded().mean)
    assert_allclose(t.mean(axis=0), 50)
    assert_allclose(t.std(axis=0, ddof=1), 10)
    one = (scores.mean[7, 2] - scores.mean[:, 2].mean()) / scores.mean[:, 2].std(ddof=1)
    assert_allclose(t[7, 2], 50 + 10 * one, atol=1e-4)


def test_what_is_not_measured_has_no_percentile_and_no_t():
    group = make_group([1, 2, 3])
    found = group.percentile([[np.nan], [2]])
    for array in (found.value, found.low, found.high, group.t([[np.nan], [2]])):
        assert_array_equal(np.isnan(array[:, 0]), [True, False])


@pytest.mark.parametrize(("n", "is_norm", "title"), [(299, False, "comparison group"), (300, True, "norm")])
def test_a_norm_needs_three_hundred_people(n, is_norm, title):
    group = make_group(np.arange(float(n)))
    assert (group.n, group.is_norm, group.title) == (n, is_norm, title)


def test_people_without_a_score_or_withheld_are_left_out_and_counted():
    scores = make_scores(np.random.default_rng(4), people=10)
    scores.mean[2] = np.nan
    scores.p_random[5] = 0.9
    group = norm_group(scores, "language", "de", DAY)
    assert (group.n, group.left_out) == (8, 2)
    kept = np.delete(scores.mean, [2, 5], 0)
    assert_allclose(group.values, np.sort(kept, axis=0), atol=5e-7)


def test_a_group_says_what_it_is_made_of():
    scores = make_scores(np.random.default_rng(5), people=12)
    group = norm_group(scores, "sector", "hotels", DAY)
    assert (group.kind, group.value, group.made_on) == ("sector", "hotels", DAY)
    shuffled = norm_group(scores.rows(np.random.default_rng(6).permutation(12)), "language", "nl", date(2027, 1, 1))
    assert shuffled.digest == group.digest  # the same scores
    scores.mean[3, 1] += 1e-5
    assert norm_group(scores, "sector", "hotels", DAY).digest != group.digest
    assert replace(group, attributes=group.attributes[::-1]).digest != group.digest


def test_a_group_survives_being_stored():
    group = norm_group(make_scores(np.random.default_rng(7), people=12), "sector", "hotels", DAY)
    again = NormGroup.from_dict(json.loads(json.dumps(group.to_dict())))
    assert_array_equal(again.values, group.values)
    assert again.to_dict() == group.to_dict()


def test_a_stored_group_that_was_changed_is_refused():
    plain = make_group([1, 2, 3]).to_dict()
    for change in ({"values": [[1.0], [2.0], [4.0]]}, {"n": 300}, {"digest": "0" * 64}):
        with pytest.raises(ValueError, match="changed"):
            NormGroup.from_dict(plain | change)
    with pytest.raises(ValueError, match="lacks 'left_out'"):
        NormGroup.from_dict({name: value for name, value in plain.items() if name != "left_out"})
    with pytest.raises(ValueError, match="Civil Rights Act"):
        NormGroup.from_dict(plain | {"kind": "sex"})


def test_nobody_writes_into_a_group():
    group = make_group([1, 2, 3])
    with pytest.raises(ValueError, match="read-only"):
        group.values[0] = 5


PROTECTED_NAMES = """
    sex Sex candidate_sex candidateSex sex-at-birth gender gender_identity SEXUAL_ORIENTATION race applicant-race
    ethnicity ethnic_group colour color skinColor religion religious national_origin country-of-origin nationality
    ancestry pregnancy women sector_and_sex
"""


@pytest.mark.parametrize("kind", [*PROTECTED_NAMES.split(), "candidate sex"])
def test_norms_by_what_section_106_protects_are_refused_with_the_reason(kind):
    scores = make_scores(np.random.default_rng(8), people=4)
    with pytest.raises(ValueError, match=r"Civil Rights Act of 1991, s\. 106 \(42 U\.S\.C\. 2000e-2\(l\)\)"):
        norm_group(scores, kind, "any", DAY)


@pytest.mark.parametrize(
    ("kind", "law"),
    [("age", "29 U.S.C. 623"), ("age_band", "2000/78"), ("birthYear", "2000/78"), ("disability", "42 U.S.C. 12112")],
)
def test_norms_by_age_or_disability_are_refused_with_another_reason(kind, law):
    with pytest.raises(ValueError, match=law) as refused:
        check_kind(kind)
    assert "106" not in str(refused.value)


@pytest.mark.parametrize("kind", ["", "candidatesex", "Geschlecht", "region", "Sector", "stage", "trace"])
def test_norms_by_anything_else_are_refused_too(kind):
    with pytest.raises(ValueError, match="sector, language, vacancy") as refused:
        check_kind(kind)
    assert "forbid" not in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
def test_sector_language_and_vacancy_make_groups(kind):
    assert make_group([1, 2], kind=kind).kind == kind


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": " "}, "needs the name of its sector"),
        ({"values": np.array([[1.0]])}, "2 or more people"),
        ({"values": np.arange(3.0)}, "2 or more people"),
        ({"values": np.array([[2.0], [1.0]])}, "sorted"),
        ({"values": np.array([[1.0], [np.nan]])}, "finite"),
        ({"values": np.ones((3, 1))}, "same score"),
        ({"left_out": -1}, "counted"),
        ({"attributes": ("trust", "trust")}, "once each"),
    ],
)
def test_an_impossible_group_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        replace(make_group([1, 2]), **change)


def test_people_of_other_attributes_are_refused():
    with pytest.raises(ValueError, match=r"\(people, 1\)"):
        make_group([1, 2]).percentile([[1, 2]])
    with pytest.raises(ValueError, match=r"\(people, 1\)"):
        make_group([1, 2]).t([1.0])
