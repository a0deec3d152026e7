"""Reliability of files of answers: the figures of the measurement, and too little is said to be too little."""

from dataclasses import replace

import numpy as np
import pytest

from assessment.bank.content import Bank
from assessment.bank.key import expert_model
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.evidence.reliability import empirical_reliability, retest
from assessment.measurement.scoring import DEFAULT_PRIOR, score
from assessment.measurement.simulation import simulate
from assessment.services.errors import DomainError
from assessment.services.scoring.answer_files import Answered
from assessment.services.scoring.reliability_tables import Figure, once, twice

PEOPLE = 120


@pytest.fixture(scope="module")
def occasions(bank: Bank) -> tuple[Answered, Answered]:
    """The same people twice, in another order the second time, one of them only once."""
    items = bank.form_items(bank.forms["general-24"])
    model, rng = expert_model(items), np.random.default_rng(3)
    theta, rho = simulate.people(PEOPLE, DEFAULT_PRIOR, rng)
    names = tuple(f"p{n}" for n in range(PEOPLE))
    first, second = (Answered(names, items, model, *model.simulate(theta, rng, rho)) for _ in range(2))
    order = rng.permutation(PEOPLE)[:-1]
    again = replace(second, people=tuple(names[n] for n in order), most=second.most[order], least=second.least[order])
    return first, again


def of(figures: list[Figure], what: str) -> list[Figure]:
    return [figure for figure in figures if figure.what == what]


def test_one_occasion_has_each_figure_for_each_attribute(occasions: tuple[Answered, Answered]) -> None:
    first, _ = occasions
    figures = list(once(first))
    kinds = dict.fromkeys(figure.what for figure in figures)
    assert list(kinds) == [
        "empirical",
        "marginal (the model's)",
        "SEM, T",
        "alpha of the keyed sum",
        "omega of the keyed sum",
    ]
    for what in kinds:
        assert [figure.attribute for figure in of(figures, what)] == list(ATTRIBUTES)
    assert all(figure.low < figure.value < figure.high for figure in figures)
    direct = empirical_reliability(score(first.model, first.most, first.least, DEFAULT_PRIOR))
    assert [figure.value for figure in of(figures, "empirical")] == direct.value.tolist()
    assert list(once(first)) == figures, "the same file gives the same table"


def test_two_occasions_are_matched_by_person_whatever_their_order(occasions: tuple[Answered, Answered]) -> None:
    first, again = occasions
    figures = list(twice(first, again))
    r = of(figures, "retest r")
    assert all(figure.people == PEOPLE - 1 for figure in r)
    assert min(figure.value for figure in r) > 0.5
    place = {name: n for n, name in enumerate(again.people)}
    rows = [n for n, name in enumerate(first.people) if name in place]
    before = score(first.model, first.most, first.least, DEFAULT_PRIOR).mean[rows]
    after = score(again.model, again.most, again.least, DEFAULT_PRIOR).mean[[place[first.people[n]] for n in rows]]
    np.testing.assert_allclose([figure.value for figure in r], retest(before, after).pearson.value, atol=1e-9)
    assert all(figure.value < 0.05 for figure in of(figures, "reliably changed")), "nobody has changed"


def test_too_few_people_are_no_ground_for_figures(occasions: tuple[Answered, Answered]) -> None:
    first, again = occasions
    few = replace(first, people=first.people[:2], most=first.most[:2], least=first.least[:2])
    with pytest.raises(DomainError, match="can't be stated"):
        list(once(few))
    with pytest.raises(DomainError, match="can't be compared"):
        list(twice(few, again))
