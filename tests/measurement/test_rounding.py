"""Numbers rounded so that a table still adds up."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assessment.measurement.rounding import rounded_parts

# Whatever loadings may be: round numbers, awkward ones, and nothing at all.
PARTS = arrays(
    np.float64, (12, 2), elements=st.one_of(st.just(0.0), st.sampled_from([0.15, -0.45, 1 / 3]), st.floats(-3, 3))
)


def shown(values: np.ndarray, decimals: int) -> list[Decimal]:
    """The numbers as a reader has them: text with so many decimals."""
    return [Decimal(f"{value:.{decimals}f}") for value in values]


@settings(max_examples=300, deadline=None)
@given(PARTS, st.sampled_from([2, 6]))
def test_what_is_shown_adds_up_to_the_total_shown(parts: np.ndarray, decimals: int) -> None:
    total = parts.sum(axis=0).round(decimals) + 0.0
    rounded = rounded_parts(parts, total, decimals)
    for d in range(2):
        assert sum(shown(rounded[:, d], decimals)) == shown(total, decimals)[d]
    assert (np.abs(rounded - parts) < 1.001 * 10.0**-decimals).all(), "no part moves by a whole unit"
    assert (rounded[parts == 0] == 0).all(), "what adds nothing is shown to add nothing"


def test_units_go_to_those_who_lost_most() -> None:
    # 1.4 + 2.7 + 3.3 + 0.6 = 8: rounded down they are 6, and the two units go to .7 and .6.
    parts = np.array([[1.4], [2.7], [3.3], [0.6]])
    assert rounded_parts(parts, [8.0], decimals=0)[:, 0].tolist() == [1, 3, 3, 1]


def test_people_are_rounded_each_for_themselves() -> None:
    rng = np.random.default_rng(3)
    parts = rng.normal(size=(5, 24, 6))
    total = parts.sum(axis=1).round(6)
    together = rounded_parts(parts, total)
    alone = np.array([rounded_parts(one, sums) for one, sums in zip(parts, total, strict=True)])
    assert (together == alone).all()


def test_a_total_that_is_not_the_sum_is_refused() -> None:
    with pytest.raises(ValueError, match="not the sum"):
        rounded_parts([[0.1], [0.2]], [0.300002])
