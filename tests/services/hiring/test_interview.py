"""What is asked of whom: by what the answers leave open, and in which order."""

import numpy as np
import pytest

from assessment.bank.content import Bank
from assessment.bank.lists import CONCERNS, EVERYBODY
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import Fit
from assessment.services.hiring import interview
from assessment.services.hiring.interview import Concern
from assessment.services.profiles.role_profiles import Evidence, Need
from tests.conftest import START

GIVEN = Evidence("assumed", "A test", None, START.date(), None)


def needs(*weights: float) -> list[Need]:
    return [
        Need(name, 40, 60, weight, 5, f"Task of {name}", GIVEN, GIVEN)
        for name, weight in zip(ATTRIBUTES, weights, strict=True)
    ]


def fit(*chances: tuple[float, float]) -> Fit:
    """One person, by the chances of standing below and above each band."""
    below, above = (np.array([[pair[end] for pair in chances]]) for end in (0, 1))
    one = np.ones(1)
    return Fit(ATTRIBUTES, one, one, one, below, 1 - below - above, above, 0 * below, one < 0)


def test_what_matters_most_for_the_role_comes_first_after_what_everybody_is_asked(bank: Bank) -> None:
    rows = needs(1, 3, 1, 0, 2, 1)
    asks = interview.asks(fit((0.5, 0), (0.1, 0.35), (0.2, 0.05), (0.9, 0), (0.3, 0.3), (0, 0.8)), 0, rows)
    guide = interview.guide(asks, rows, bank.interview)
    assert [part.attribute for part in guide.parts] == [None, "tact", "focus", "flexibility", "trust"]
    assert guide.parts[1].task == "Task of tact"
    assert [len(part.questions) for part in guide.parts] == [2] * 5
    assert len(guide.questions) == 10
    assert guide.measured


@pytest.mark.parametrize(
    ("below", "above", "concern"),
    [
        (0.6, 0.1, Concern.LOW),
        (0.1, 0.6, Concern.HIGH),
        (0.3, 0.15, Concern.LOW),
        (0.3, 0.16, Concern.UNCERTAIN),
        (0.2, 0.2, Concern.UNCERTAIN),
        (0.25, 0.4, Concern.UNCERTAIN),
        (0, 0.4, Concern.HIGH),
    ],
)
def test_one_end_is_asked_about_where_it_is_twice_as_likely_as_the_other(
    bank: Bank, below: float, above: float, concern: Concern
) -> None:
    rows = needs(0, 0, 1, 0, 0, 0)
    asks = interview.asks(fit((0, 0), (0, 0), (below, above), (0, 0), (0, 0), (0, 0)), 0, rows)
    (ask,) = asks
    assert ask.concern is concern
    *_, part = interview.guide(asks, rows, bank.interview).parts
    assert part.questions == bank.interview["empathy"].of(concern)


def test_where_nothing_is_open_there_is_what_everybody_is_asked(bank: Bank) -> None:
    rows = needs(1, 1, 1, 1, 1, 1)
    guide = interview.guide(interview.asks(fit(*[(0.1, 0.1)] * 6), 0, rows), rows, bank.interview)
    assert guide.questions == bank.interview[EVERYBODY].of(EVERYBODY)


def test_without_scores_every_attribute_that_counts_is_open_to_both_sides(bank: Bank) -> None:
    guide = interview.guide(None, needs(1, 3, 0, 2, 1, 0), bank.interview)
    assert [part.attribute for part in guide.parts] == [None, "tact", "conformity", "trust", "focus"]
    assert guide.parts[1].questions == bank.interview["tact"].of("uncertain")
    assert not guide.measured
    assert all(part.ask is None for part in guide.parts)


def test_a_bank_without_questions_gives_an_empty_guide() -> None:
    rows = needs(1, 1, 1, 1, 1, 1)
    assert interview.guide(None, rows, {}).parts == ()
    assert interview.guide(interview.asks(fit(*[(0.5, 0)] * 6), 0, rows), rows, {}).questions == ()


def test_the_bank_has_questions_for_every_concern() -> None:
    assert tuple(Concern) == CONCERNS
