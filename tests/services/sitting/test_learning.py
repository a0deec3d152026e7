"""Which modules a result points to."""

import pytest

from assessment.bank.content import Bank
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.scoring.results import Point
from assessment.services.sitting.learning import suggest


def points(half: float = 11.0, **means: float) -> list[Point]:
    """Everybody in the middle, but for the attributes named."""
    placed = {name: means.get(name, 50.0) for name in ATTRIBUTES}
    return [Point(name, mean, mean - half, mean + half) for name, mean in placed.items()]


@pytest.mark.parametrize(
    ("means", "modules"),
    [
        ({"trust": 38.0}, ["trust", "listening"]),
        ({"trust": 62.0}, ["trust", "understanding"]),
        ({"tact": 58.0, "focus": 41.0}, ["focus", "listening"]),
        ({"tact": 60.0, "focus": 41.0}, ["tact", "within-rules"]),
        ({"flexibility": 30.0, "empathy": 69.9}, ["flexibility", "recovery"]),
    ],
)
def test_the_first_is_about_the_dot_furthest_from_the_middle_and_the_second_goes_with_its_side(
    bank: Bank, means: dict[str, float], modules: list[str]
) -> None:
    found = suggest(points(**means), bank.learning)
    assert found is not None
    assert found.end == ("high" if means[modules[0]] > 50 else "low")
    assert found.attribute == modules[0]
    assert [module.id for module in found.modules] == modules


def test_where_no_dot_leans_the_widest_bar_decides(bank: Bank) -> None:
    balanced = [*points(tact=54.9)[:-1], Point("flexibility", 50.0, 37.0, 63.0)]
    found = suggest(balanced, bank.learning)
    assert found is not None
    assert found.end == "middle"
    assert [module.id for module in found.modules] == ["flexibility", "understanding"]


def test_a_line_that_is_left_open_leads_nowhere_however_far_its_dot(bank: Bank) -> None:
    told = [Point("trust", 59.0, 44.0, 74.0), *points(tact=56.0)[1:]]
    found = suggest(told, bank.learning)
    assert found is not None
    assert [module.id for module in found.modules] == ["tact", "within-rules"]


def test_every_place_on_every_line_leads_to_two_modules(bank: Bank) -> None:
    for name in ATTRIBUTES:
        for mean in (40.0, 60.0):
            found = suggest(points(**{name: mean}), bank.learning)
            assert found is not None
            assert found.modules[0].id == name
            assert len(found.modules) == 2
        open_line = [Point(name, 50.0, 30.0, 70.0) if one.attribute == name else one for one in points()]
        middle = suggest(open_line, bank.learning)
        assert middle is not None
        assert (middle.attribute, len(middle.modules)) == (name, 2)


def test_a_bank_without_modules_and_a_result_without_scores_lead_nowhere(bank: Bank) -> None:
    assert suggest(points(trust=30.0), {}) is None
    assert suggest([], bank.learning) is None
    only_techniques = {name: module for name, module in bank.learning.items() if name not in ATTRIBUTES}
    assert suggest(points(trust=30.0), only_techniques) is None


def test_an_attribute_without_a_module_is_passed_over(bank: Bank) -> None:
    fewer = {name: module for name, module in bank.learning.items() if name != "trust"}
    found = suggest(points(trust=30.0, tact=58.0), fewer)
    assert found is not None
    assert found.attribute == "tact"
