"""Ratings of several people beside each other: plain spreads, and a coefficient where there are enough."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessment.measurement.evidence.agreement import LEAST_PEOPLE, agreement, panel_agreement
from assessment.measurement.evidence.reliability import intraclass

NAN = float("nan")
RATINGS = arrays(
    np.float64,
    st.tuples(st.integers(0, 6), st.integers(0, 4)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]),
)


@settings(max_examples=80, deadline=None)
@given(RATINGS)
def test_it_is_what_going_through_the_ratings_one_by_one_gives(ratings: np.ndarray) -> None:
    found = agreement(ratings)
    distances = []
    for row, values in enumerate(ratings.tolist()):
        kept = [value for value in values if value == value]
        assert found.raters[row] == len(kept)
        assert found.mean[row] == pytest.approx(sum(kept) / len(kept) if kept else NAN, nan_ok=True)
        assert found.spread[row] == pytest.approx(max(kept) - min(kept) if len(kept) > 1 else NAN, nan_ok=True)
        distances += [abs(a - b) for n, a in enumerate(kept) for b in kept[:n]]
    assert found.apart == pytest.approx(sum(distances) / len(distances) if distances else NAN, nan_ok=True)


def test_a_rating_that_was_not_given_counts_for_nothing() -> None:
    found = agreement([[4, NAN, 2], [NAN, NAN, 5], [NAN, NAN, NAN]])
    assert found.mean.tolist()[:2] == [3, 5]
    assert np.isnan(found.mean[2])
    assert found.spread[0] == 2
    assert np.isnan(found.spread[1:]).all()
    assert found.apart == 2


def people(n: int, error: float, raters: int = 3) -> np.ndarray:
    rng = np.random.default_rng(7)
    return rng.normal(3, 1, (n, 1)) + rng.normal(0, error, (n, raters))


def test_the_coefficient_is_that_of_complete_ratings() -> None:
    ratings = people(14, 0.5)
    expected = intraclass(ratings[:12])[1]
    ratings[12, 0] = ratings[13, 2] = NAN
    found = panel_agreement(ratings)
    assert found is not None
    assert found.n == 12
    assert (found.value, found.low, found.high) == (expected.value, expected.low, expected.high)
    assert found.low < found.value < found.high


def test_somebody_who_rated_a_few_does_not_take_the_others_away() -> None:
    ratings = np.column_stack([people(14, 0.5), np.full(14, NAN)])
    ratings[:3, 3] = 4
    found = panel_agreement(ratings)
    assert found is not None
    assert found.n == 14


@pytest.mark.parametrize(
    "ratings",
    [people(LEAST_PEOPLE - 1, 0.5), people(30, 0.5, raters=1), np.full((20, 3), 4.0), np.empty((0, 0))],
    ids=["few people", "one rater", "nobody differs", "nothing"],
)
def test_where_it_would_say_nothing_there_is_none(ratings: np.ndarray) -> None:
    assert panel_agreement(ratings) is None


def test_shapes_that_can_not_be_meant_are_refused() -> None:
    for function in (agreement, panel_agreement):
        with pytest.raises(ValueError, match="not of shape"):
            function([1, 2, 3])
