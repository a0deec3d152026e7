"""How the manager's pages put numbers into words, and what they hand to the profile picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.services.hiring.candidates import Attribute as Reading
from assessment.services.hiring.interview import LIKELY, Ask, Side
from assessment.services.inviting import Standing
from assessment.services.profiles.role_profiles import Need
from assessment.services.scoring.content import Attribute
from assessment.services.scoring.thirds import text_at
from assessment.web.words import percent

STANDINGS = {
    Standing.INVITED: "Invited, not started",
    Standing.STARTED: "Started, not finished",
    Standing.FINISHED: "Finished",
    Standing.EXPIRED: "Time to answer is over",
    Standing.REVOKED: "Invitation withdrawn",
}

VERY_LIKELY = 0.9
WORTH_NAMING = 0.1  # of what lowers a fit


@dataclass(frozen=True)
class Line:
    """One attribute of a profile picture."""

    title: str
    low_pole: str
    high_pole: str
    band: bool
    low: float | None
    high: float | None
    weight: float


def lines(needs: Sequence[Need], attributes: Mapping[str, Attribute]) -> list[Line]:
    """The six lines of a picture, with what the role asks for."""
    return [
        Line(
            title=attributes[need.attribute].title,
            low_pole=attributes[need.attribute].low_pole,
            high_pole=attributes[need.attribute].high_pole,
            band=True,
            low=need.low,
            high=need.high,
            weight=need.weight,
        )
        for need in needs
    ]


def better(chance: float) -> str:
    """ "57% likely to fit better: nearly a coin toss"."""
    if chance < 0.6:
        words = "nearly a coin toss"
    elif chance < 0.7:
        words = "a slight lean, no more"
    elif chance < 0.8:
        words = "a lean that the interview can turn"
    elif chance < 0.95:
        words = "probably, though not surely"
    else:
        words = "as sure as answers can make it"
    return f"{percent(chance)} likely to fit better: {words}"


def standing_on(reading: Reading) -> str:
    """Where a person most likely stands against the band, and, where another place is open, how likely that is."""
    side, chance = (Side.LOW, reading.below) if reading.below >= reading.above else (Side.HIGH, reading.above)
    if reading.inside >= VERY_LIKELY:
        return "Very likely right for the role."
    if reading.inside >= LIKELY:
        beyond = "lower" if side is Side.LOW else "higher"
        return f"Probably right for the role; {percent(chance)} likely to be {beyond}."
    likely = "Likely" if chance > LIKELY else "Could be"
    return f"{likely} {side} for the role; {percent(reading.inside)} likely to be right for it."


def three_chances(reading: Reading) -> str:
    """ "66% inside, 31% below, 3% above"."""
    return f"{percent(reading.inside)} inside, {percent(reading.below)} below, {percent(reading.above)} above"


def work_text(reading: Reading, attribute: Attribute) -> str:
    """What the place on the line means for the work."""
    return text_at(reading.point, attribute.manager)


def about(ask: Ask, attributes: Mapping[str, Attribute]) -> str:
    """ "Focus (could be low)", or "likely low" where that is likelier than not."""
    return f"{attributes[ask.attribute].title} ({'likely' if ask.likely else 'could be'} {ask.side})"


def to_ask_about(asks: Sequence[Ask], attributes: Mapping[str, Attribute]) -> str:
    """ "Focus (could be low), Tact (likely high)", the most important first."""
    return ", ".join(about(ask, attributes) for ask in asks)


def lowered_by(loss_share: Sequence[float], needs: Sequence[Need], attributes: Mapping[str, Attribute]) -> str:
    """ "Focus 62%, Tact 20%" of the points missing to 100; empty where nothing is lost."""
    shares = sorted(zip(loss_share, needs, strict=True), key=lambda pair: -pair[0])
    named = [f"{attributes[need.attribute].title} {percent(share)}" for share, need in shares if share >= WORTH_NAMING]
    return ", ".join(named)


def grounds(needs: Sequence[Need], attributes: Mapping[str, Attribute]) -> list[str]:
    """What bands and weights rest on, each source once with the attributes that rest on it."""
    resting: dict[str, dict[str, None]] = {}
    for need in needs:
        for given in (need.band_evidence, need.weight_evidence):
            people = f", {given.n:,} people" if given.n else ""
            source = f"{given.label[0].upper()}{given.label[1:]}{people}: {given.source}"
            resting.setdefault(source, {})[attributes[need.attribute].title] = None
    return [
        source if len(titles) == len(needs) else f"{', '.join(titles)}. {source}" for source, titles in resting.items()
    ]
