"""A candidate's own result in words: which of the bank's texts belongs to where the answers lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessment.services.scoring.content import Attribute
from assessment.services.scoring.results import OwnResult, Point

# The thirds of the line: nearer to the middle than half a standard deviation is the middle.
LOW_UNDER = 45.0
HIGH_OVER = 55.0
CLEARLY = 10.0
# Half of a 90% interval, beyond which a bar over both sides says nothing rather than "in the middle". With 24
# situations and a key not yet piloted the bar of anybody in the middle lies over both sides, so that alone tells
# nobody apart. Simulated on the shipped form: half of the honest bars are under 11.2 and 99 of 100 under 13; of the
# bars in the middle .8% of honest people's are wider than 14, 10% of people's who stand at 50 on all six, and 44% of
# random answers'.
WIDE = 14.0
LEFT_OPEN = "Your answers leave this open: they went both ways, or there were too few to tell."
AS_FAR = "as far as these answers can tell"


class Place(StrEnum):
    """Which part of a line the answers point to."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"
    OPEN = "open"


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


def place(point: Point) -> Place:
    """Where on its line a point lies; candidates and managers are told by this same rule."""
    if _over_both_sides(point) and (point.high - point.low) / 2 > WIDE:
        return Place.OPEN
    if point.mean < LOW_UNDER:
        return Place.LOW
    return Place.HIGH if point.mean > HIGH_OVER else Place.MIDDLE


def unsure(point: Point, low_pole: str, high_pole: str) -> str:
    """What stands before a text whose place another one could easily be; nothing where it could not, or is open."""
    found = place(point)
    if found is Place.MIDDLE:
        return f"In the middle, {AS_FAR}. "
    if found is Place.OPEN or not _over_both_sides(point):
        return ""
    return f"Somewhat towards “{low_pole if found is Place.LOW else high_pole}”, {AS_FAR}. "


def _over_both_sides(point: Point) -> bool:
    return point.low < LOW_UNDER and point.high > HIGH_OVER


def _line(point: Point, texts: Attribute) -> Line:
    said = {
        Place.LOW: (texts.candidate.low, texts.advice.low),
        Place.MIDDLE: (texts.candidate.middle, texts.advice.middle),
        Place.HIGH: (texts.candidate.high, texts.advice.high),
        Place.OPEN: (LEFT_OPEN, texts.advice.middle),
    }
    sentence, advice = said[place(point)]
    return Line(
        attribute=point.attribute,
        title=texts.title,
        low_pole=texts.low_pole,
        high_pole=texts.high_pole,
        mean=point.mean,
        low=point.low,
        high=point.high,
        words=_words(point, texts),
        left_open=place(point) is Place.OPEN,
        sentence=unsure(point, texts.low_pole, texts.high_pole) + sentence,
        advice=advice,
    )


def _words(point: Point, texts: Attribute) -> str:
    distance = point.mean - 50.0
    if LOW_UNDER <= point.mean <= HIGH_OVER:
        words = f"near the middle, between “{texts.low_pole}” and “{texts.high_pole}”"
    else:
        how = "clearly" if abs(distance) >= CLEARLY else "somewhat"
        words = f"{how} towards “{texts.low_pole if distance < 0 else texts.high_pole}”"
    return f"{words}; your answers leave this open" if place(point) is Place.OPEN else words
