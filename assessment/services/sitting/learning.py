"""Which two learning modules a candidate's own result points to. The page states the rule; keep the two alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.bank.learning import Module
from assessment.services.scoring.results import Point
from assessment.services.scoring.thirds import left_open, third_of

__all__ = ["Module", "Suggestion", "suggest"]


@dataclass(frozen=True)
class Suggestion:
    """Where to begin: the module about one attribute, and the technique the bank puts beside that end of its line."""

    attribute: str
    end: str  # "low" or "high" where the answers lean, else "middle"
    modules: tuple[Module, ...]


def suggest(points: Sequence[Point], modules: Mapping[str, Module]) -> Suggestion | None:
    """Two modules that fit what somebody chose; None where the bank has none, or there are no scores.

    The first is about the line on which the dot lies furthest from the middle, of those that lean to a side and are not
    left open. Where no line leans, it is the one with the widest bar: the answers say least there, so the person knows
    more about it than they do. The second is the technique for the same end of the same line.
    """
    known = [point for point in points if point.attribute in modules]
    if not known:
        return None
    leaning = [point for point in known if third_of(point) != "middle" and not left_open(point)]
    if leaning:
        chosen = max(leaning, key=lambda point: abs(point.mean - 50.0))
        end: str = third_of(chosen)
    else:
        chosen = max(known, key=lambda point: point.high - point.low)
        end = "middle"
    found = [modules[chosen.attribute], *_techniques(chosen.attribute, end, modules)]
    return Suggestion(chosen.attribute, end, tuple(found))


def _techniques(attribute: str, end: str, modules: Mapping[str, Module]) -> list[Module]:
    """The technique for an end of a line; the bank's check lets there be no more than one."""
    return [
        module
        for module in modules.values()
        if module.id != attribute and any((one.attribute, one.end) == (attribute, end) for one in module.serves)
    ]
