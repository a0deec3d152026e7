"""The thirds of the line between two poles: which of the bank's three texts belongs to where somebody stands."""

from assessment.services.scoring.content import Texts
from assessment.services.scoring.results import Point

# Nearer to the middle than half a standard deviation is the middle.
LOW_UNDER = 45.0
HIGH_OVER = 55.0


def text_at(point: Point, texts: Texts) -> str:
    """The text of the third that the point lies in."""
    if point.mean < LOW_UNDER:
        return texts.low
    return texts.high if point.mean > HIGH_OVER else texts.middle


def left_open(point: Point) -> bool:
    """Whether the interval holds both outer thirds, so that the answers don't say which."""
    return point.low < LOW_UNDER and point.high > HIGH_OVER
