"""A candidate's own result in words: which of the bank's texts belongs to where the answers lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.services.scoring.content import Attribute
from assessment.services.scoring.results import Point
from assessment.services.scoring.thirds import HIGH_OVER, LOW_UNDER, left_open, text_at, unsure

CLEARLY = 10.0
LEFT_OPEN = "Your answers leave this open: they went both ways, or there were too few to tell."


@dataclass(frozen=True)
class Line:
    """One attribute of the own result; `words` say aloud what the picture draws."""

    attribute: str
    title: str
    low_pole: str
    high_pole: str
    mean: float
    low: float
    high: float
    words: str
    left_open: bool
    sentence: str
    advice: str


def read(points: Sequence[Point], attributes: Mapping[str, Attribute]) -> tuple[Line, ...]:
    """The lines of a result; an attribute the bank has no texts for is left out."""
    return tuple(_line(point, attributes[point.attribute]) for point in points if point.attribute in attributes)


def _line(point: Point, texts: Attribute) -> Line:
    both = left_open(point)
    return Line(
        attribute=point.attribute,
        title=texts.title,
        low_pole=texts.low_pole,
        high_pole=texts.high_pole,
        mean=point.mean,
        low=point.low,
        high=point.high,
        words=_words(point, texts),
        left_open=both,
        sentence=LEFT_OPEN if both else unsure(point, texts) + text_at(point, texts.candidate),
        advice=texts.advice.middle if both else text_at(point, texts.advice),
    )


def _words(point: Point, texts: Attribute) -> str:
    distance = point.mean - 50.0
    if LOW_UNDER <= point.mean <= HIGH_OVER:
        words = f"near the middle, between “{texts.low_pole}” and “{texts.high_pole}”"
    else:
        how = "clearly" if abs(distance) >= CLEARLY else "somewhat"
        words = f"{how} towards “{texts.low_pole if distance < 0 else texts.high_pole}”"
    return f"{words}; your answers leave this open" if left_open(point) else words
