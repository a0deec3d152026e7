"""How the manager's pages put numbers into words, and what they hand to the profile picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.services.hiring.candidates import Attribute as Reading
from assessment.services.hiring.interview import Ask, Place, Side
from assessment.services.hiring.invitations import Standing
from assessment.services.profiles.role_profiles import Need
from assessment.services.scoring.content import Attribute
from assessment.services.sitting.own_result import HIGH_OVER, LOW_UNDER
from assessment.web.words import percent

STANDINGS = {
    Standing.INVITED: "Invited, not started",
    Standing.STARTED: "Started, not finished",
    Standing.FINISHED: "Finished",
    Standing.EXPIRED: "Time to answer is over",
    Standing.REVOKED: "Invitation withdrawn",
}

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
    """Where a person probably stands against the band, with all three chances."""
    chances = {
        "what the role asks for": reading.inside,
        "less than the role asks for": reading.below,
        "more than the role asks for": reading.above,
    }
    likeliest = max(chances, key=lambda place: chances[place])
    chance = chances[likeliest]
    if chance >= 0.9:
        words = f"Very likely {likeliest}"
    elif chance >= 0.7:
        words = f"Probably {likeliest}"
    elif chance >= 0.5:
        words = f"Perhaps {likeliest}"
    else:
        words = "The answers leave it open"
    return (
        f"{words}: {percent(reading.below)} for less, {percent(reading.inside)} for inside,"
        f" {percent(reading.above)} for more."
    )


def work_text(reading: Reading, attribute: Attribute) -> str:
    """What the place on the line means for the work."""
    if reading.point.mean < LOW_UNDER:
        return attribute.manager.low
    return attribute.manager.high if reading.point.mean > HIGH_OVER else attribute.manager.middle


def to_ask_about(asks: Sequence[Ask], attributes: Mapping[str, Attribute]) -> str:
    """ "Focus (maybe less than asked for), tact (probably more)", the most open first."""
    found = []
    for ask in asks:
        sure = "probably" if ask.place is Place.OUTSIDE and ask.chance >= 0.5 else "maybe"
        found.append(f"{attributes[ask.attribute].title} ({sure} {'less' if ask.side is Side.LOW else 'more'})")
    return ", ".join(found)


def lowered_by(loss_share: Sequence[float], needs: Sequence[Need], attributes: Mapping[str, Attribute]) -> str:
    """ "mostly Focus (62%), then Tact (20%)"; empty where nothing is lost."""
    shares = sorted(zip(loss_share, needs, strict=True), key=lambda pair: -pair[0])
    named = [
        f"{attributes[need.attribute].title} ({percent(share)})" for share, need in shares if share >= WORTH_NAMING
    ]
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
