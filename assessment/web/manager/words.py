"""How the manager's pages put numbers into words, and what they hand to the profile picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.services.actors import Actor
from assessment.services.hiring import decisions
from assessment.services.hiring.candidates import Attribute as Reading
from assessment.services.hiring.candidates import CandidatePage
from assessment.services.hiring.decisions import FINAL, DecisionKind
from assessment.services.hiring.following import Order
from assessment.services.hiring.interview import Ask, Side
from assessment.services.inviting import Standing
from assessment.services.profiles.role_profiles import Need
from assessment.services.requests import RequestKind
from assessment.services.scoring.content import Attribute
from assessment.services.scoring.thirds import for_managers
from assessment.web.words import likely, percent

STANDINGS = {
    Standing.INVITED: "Invited, not started",
    Standing.STARTED: "Started, not finished",
    Standing.FINISHED: "Finished",
    Standing.EXPIRED: "Time to answer is over",
    Standing.REVOKED: "Invitation withdrawn",
}

ORDERS = {
    Order.NUMBER: "By number",
    Order.STATE: "By state",
    Order.LATEST: "Latest step first",
    Order.EARLIEST: "Earliest step first",
}

ASKED_FOR = {
    RequestKind.OTHER_WAY: "Asked for another way",
    RequestKind.LOOK_AGAIN: "Asked a person to look again",
}
ASKED_FOR_IN_A_PILOT = {
    RequestKind.OTHER_WAY: "Asked for help",
    RequestKind.LOOK_AGAIN: "Wrote about their result",
}

DECIDED = {
    DecisionKind.SHORTLISTED: "Shortlisted",
    DecisionKind.OFFERED: "Offered the position",
    DecisionKind.DECLINED: "Declined",
    DecisionKind.WITHDRAWN: "Withdrew",
    DecisionKind.KEPT_FOR_LATER: "Kept for later",
    DecisionKind.BACK_TO_LIST: "Earlier decision taken back",
}
# What each choice means, where it is made.
CHOICES = {
    DecisionKind.SHORTLISTED: "Shortlist: I want to meet this person",
    DecisionKind.OFFERED: "Offer the position",
    DecisionKind.DECLINED: "Decline",
    DecisionKind.WITHDRAWN: "Withdrawn: the person does not want the position any more",
    DecisionKind.KEPT_FOR_LATER: "Keep for later: not now, but perhaps for another position",
    DecisionKind.BACK_TO_LIST: "Take back what was decided: nothing is decided then",
}

# What a member makes of a profile, from 1 to 5.
RATINGS = {1: "Clearly not", 2: "Rather not", 3: "Open", 4: "Rather yes", 5: "Clearly yes"}

WORTH_A_WORD = 0.2  # the chance of another place
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


def can_decide(page: CandidatePage, actor: Actor) -> list[tuple[str, str]]:
    """What a member can decide now: not what is decided already, and on a closed vacancy only what ends it."""
    now = page.case.disposition
    return [
        (str(kind), said)
        for kind, said in CHOICES.items()
        if kind is not now
        and actor.may(decisions.needed_for(kind))
        and (page.vacancy.is_open or kind in FINAL)
        and (kind is not DecisionKind.BACK_TO_LIST or now is not None)
    ]


def asked_for(kind: RequestKind, *, pilot: bool) -> str:
    """What a candidate, or a volunteer of a pilot, did when they asked."""
    return (ASKED_FOR_IN_A_PILOT if pilot else ASKED_FOR)[kind]


def better(chance: float) -> str:
    """ "fits better: as likely as not (57%)"."""
    return f"fits better: {likely(chance)} ({percent(chance)})"


def standing_on(reading: Reading) -> str:
    """Where a person most likely stands against the band, and the next likeliest place where that is open too."""
    # Only one end of the band is named: where both are open, the three chances stand beside these words.
    low, chance = reading.below >= reading.above, max(reading.below, reading.above)
    if reading.inside >= chance:
        lead = f"{likely(reading.inside)} right for the role"
        rest = f"{likely(chance)} {'lower' if low else 'higher'} ({percent(chance)})" if chance >= WORTH_A_WORD else ""
    else:
        lead = f"{likely(chance)} {Side.LOW if low else Side.HIGH} for the role"
        rest = f"{likely(reading.inside)} right for it ({percent(reading.inside)})"
    return f"{lead[0].upper()}{lead[1:]}{'; ' if rest else ''}{rest}."


def three_chances(reading: Reading) -> str:
    """ "66% inside, 31% below, 3% above"."""
    return f"{percent(reading.inside)} inside, {percent(reading.below)} below, {percent(reading.above)} above"


def work_text(reading: Reading, attribute: Attribute) -> str:
    """What the place on the line means for the work."""
    return for_managers(reading.point, attribute)


def about(ask: Ask, attributes: Mapping[str, Attribute]) -> str:
    """ "Focus (possibly low)", or "Focus (open either way)" where neither end is worth a word of its own."""
    how = f"{likely(ask.chance)} {ask.side}" if ask.chance >= WORTH_A_WORD else "open either way"
    return f"{attributes[ask.attribute].title} ({how})"


def why_asked(ask: Ask) -> str:
    """ "possibly higher than the role asks for (31%)"."""
    beyond = "lower" if ask.side is Side.LOW else "higher"
    if ask.chance < WORTH_A_WORD:
        return f"open either way: {beyond} than the role asks for ({percent(ask.chance)}), or the other way"
    return f"{likely(ask.chance)} {beyond} than the role asks for ({percent(ask.chance)})"


def to_ask_about(asks: Sequence[Ask], attributes: Mapping[str, Attribute]) -> str:
    """ "Focus (possibly low), Tact (likely high)", the most important first."""
    return ", ".join(about(ask, attributes) for ask in asks)


def lowered_by(loss_share: Sequence[float], needs: Sequence[Need], attributes: Mapping[str, Attribute]) -> str:
    """ "Trust costs 44%, Focus 20%" of the points missing to 100; empty where nothing is lost."""
    shares = sorted(zip(loss_share, needs, strict=True), key=lambda pair: -pair[0])
    named = [(attributes[need.attribute].title, percent(share)) for share, need in shares if share >= WORTH_NAMING]
    return ", ".join(f"{title} costs {cost}" if n == 0 else f"{title} {cost}" for n, (title, cost) in enumerate(named))


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
