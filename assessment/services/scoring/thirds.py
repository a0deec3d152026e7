"""The thirds of the line between two poles: which of the bank's three texts belongs to where somebody stands.

Candidates and managers are told by these same rules, and analysts read what both are told.
"""

from typing import Literal

from assessment.services.scoring.content import Attribute, Texts
from assessment.services.scoring.results import Point

# Nearer to the middle than half a standard deviation is the middle.
LOW_UNDER = 45.0
HIGH_OVER = 55.0
# Half of a 90% interval, beyond which a bar over both sides says nothing rather than "in the middle". With 24
# situations and a key not yet piloted the bar of anybody in the middle lies over both sides, so that alone tells
# nobody apart. Simulated on the shipped form: half of the honest bars are under 11.2 and 99 of 100 under 13; of the
# bars in the middle .8% of honest people's are wider than 14, 10% of people's who stand at 50 on all six, and 44% of
# random answers'.
WIDE = 14.0
AS_FAR = "as far as these answers can tell"
LEFT_OPEN_TO_MANAGERS = (
    "The answers leave this open: they went both ways, or there were too few to tell. Ask about it when you meet."
)


def third_of(point: Point) -> Literal["low", "middle", "high"]:
    """The third of the line that the point lies in."""
    if point.mean < LOW_UNDER:
        return "low"
    return "high" if point.mean > HIGH_OVER else "middle"


def text_at(point: Point, texts: Texts) -> str:
    """The text of the third that the point lies in."""
    return {"low": texts.low, "middle": texts.middle, "high": texts.high}[third_of(point)]


def left_open(point: Point) -> bool:
    """Whether the interval holds both outer thirds and is wide, so that the answers don't say which."""
    return _over_both_sides(point) and (point.high - point.low) / 2 > WIDE


def unsure(point: Point, attribute: Attribute) -> str:
    """What stands before a text whose place could easily be another one; nothing where it could not, or is open."""
    if left_open(point):
        return ""
    if LOW_UNDER <= point.mean <= HIGH_OVER:
        return f"In the middle, {AS_FAR}. "
    if not _over_both_sides(point):
        return ""
    pole = attribute.low_pole if point.mean < LOW_UNDER else attribute.high_pole
    return f"Somewhat towards “{pole}”, {AS_FAR}. "


def for_managers(point: Point, attribute: Attribute) -> str:
    """What the place on the line means for the work."""
    if left_open(point):
        return LEFT_OPEN_TO_MANAGERS
    return unsure(point, attribute) + text_at(point, attribute.manager)


def _over_both_sides(point: Point) -> bool:
    return point.low < LOW_UNDER and point.high > HIGH_OVER
