"""A candidate's own result in words: which of the bank's texts belongs to where the answers lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.services.scoring.content import Attribute
from assessment.services.scoring.results import OwnResult, Point

# The thirds of the line: nearer to the middle than half a standard deviation is the middle.
LOW_UNDER = 45.0
HIGH_OVER = 55.0
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


def read(own: OwnResult, attributes: Mapping[str, Attribute]) -> tuple[Line, ...]:
    """The lines of a result; an attribute the bank has no texts for is left out."""
    return tuple(_line(point, attributes[point.attribute]) for point in own.points if point.attribute in attributes)


def left_open(point: Point) -> bool:
    """Whether the interval holds both sides, so that the answers don't say which."""
    return point.low < LOW_UNDER and point.high > HIGH_OVER


def _line(point: Point, texts: Attribute) -> Line:
    if left_open(point):
        sentence, advice = LEFT_OPEN, texts.advice.middle
    elif point.mean < LOW_UNDER:
        sentence, advice = texts.candidate.low, texts.advice.low
    elif point.mean > HIGH_OVER:
        sentence, advice = texts.candidate.high, texts.advice.high
    else:
        sentence, advice = texts.candidate.middle, texts.advice.middle
    return Line(
        attribute=point.attribute,
        title=texts.title,
        low_pole=texts.low_pole,
        high_pole=texts.high_pole,
        mean=point.mean,
        low=point.low,
        high=point.high,
        words=_words(point, texts),
        left_open=left_open(point),
        sentence=sentence,
        advice=advice,
    )


def _words(point: Point, texts: Attribute) -> str:
    distance = point.mean - 50.0
    if LOW_UNDER <= point.mean <= HIGH_OVER:
        place = f"near the middle, between “{texts.low_pole}” and “{texts.high_pole}”"
    else:
        how = "clearly" if abs(distance) >= CLEARLY else "somewhat"
        place = f"{how} towards “{texts.low_pole if distance < 0 else texts.high_pole}”"
    return f"{place}; your answers leave this open" if left_open(point) else place
