"""How far the members of a panel agree, in words."""

from assessment.services.hiring.interview import Ask, Concern
from assessment.services.hiring.interview_ratings import PanelAgreement, QuestionRatings
from assessment.web.manager import words
from assessment.web.words import percent

# An average distance up to here is said so.
CLOSE, A_STEP = 0.5, 1.0
# What a coefficient reaches is called as in Koo and Li (2016), by the lower end of its interval.
LEVELS = ((0.9, "very well"), (0.75, "well"), (0.5, "moderately"))


def spread(question: QuestionRatings) -> str:
    """How far the ratings of one question are apart."""
    if question.spread is None:
        return "one rating" if question.mean is not None else "no rating"
    if question.spread == 0:
        return "all the same"
    if question.spread == 1:
        return "one step apart"
    return f"{question.spread:.0f} steps apart: tell each other what you heard"


def apart(distance: float | None) -> str:
    """How far two members are apart on average over one interview."""
    if distance is None:
        return "Nothing was rated by two members, so nothing can be said of how far they agree."
    how = "close together" if distance <= CLOSE else "about a step apart" if distance <= A_STEP else "far apart"
    return f"Two members are {how}: on average {distance:.1f} of the four steps of the scale."


def panel(found: PanelAgreement) -> str:
    """How far one member's rating could stand for another's, over all people of the vacancy."""
    level = next((said for least, said in LEVELS if found.low >= least), "hardly, as far as is known yet,")
    return (
        f"Over the {found.people} people whom the same members have rated, the panel agrees {level}"
        f" (intraclass correlation {found.value:.2f}, 95% interval {found.low:.2f} to {found.high:.2f})."
    )


def why(ask: Ask) -> str:
    """What the answers leave open, with both chances where both ends of the band are open."""
    if ask.concern is not Concern.UNCERTAIN:
        return words.why_asked(ask)
    return f"open either way: lower than the role asks for ({percent(ask.below)}), or higher ({percent(ask.above)})"
