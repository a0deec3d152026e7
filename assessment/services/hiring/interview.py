"""What to ask in the interview: behavioural questions by attribute and by the side of the band that is open.

Questions are about what somebody did, not about who they are. The same person may be anywhere on the line: a
question is worth asking where the answers alone leave it open. Texts are edited here, and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessment.measurement.fit import Fit
from assessment.services.profiles.role_profiles import Need

# A band is about as wide as what is known of a person, so "inside" is seldom certain; below this it is asked about.
SURE_ENOUGH = 0.7


class Side(StrEnum):
    """Which end of the band the person may be beyond."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True)
class Ask:
    """One question of the interview, with a second wording of it, and why it is asked."""

    attribute: str
    side: Side
    chance: float  # of standing beyond that end
    importance: float  # the attribute's weight for the role, times the chance of standing outside its band
    question: str
    alternative: str
    task: str


QUESTIONS: Mapping[str, Mapping[Side, tuple[str, str]]] = {
    "trust": {
        Side.LOW: (
            "Tell me about a time you took a customer’s word although you could not check it. What made you decide"
            " that way?",
            "Think of a small complaint where the proof was missing. What did you do, and how did the customer"
            " take it?",
        ),
        Side.HIGH: (
            "Tell me about a time a customer’s account did not match what you knew. How did you notice, and what"
            " did you say?",
            "When did you last check something before you gave money back or handed something over? What did you"
            " look at?",
        ),
    },
    "tact": {
        Side.LOW: (
            "Tell me about bad news you had to give a customer. Where were you, and what were your first words?",
            "Think of something you said that landed harder than you meant. How did you notice, and what did you"
            " do next?",
        ),
        Side.HIGH: (
            "Tell me about a time you had to tell a customer a clear no. How did you know that it was understood?",
            "Think of a talk in which the news did not get through at first. What did you change?",
        ),
    },
    "empathy": {
        Side.LOW: (
            "Tell me about a customer who was worried or upset. What did you notice first, and what did you say"
            " before you began on the problem?",
            "Think of a time when solving the problem was not enough. What else did the person need, and how did"
            " you find out?",
        ),
        Side.HIGH: (
            "Tell me about a customer who needed to talk while other work was waiting. How did you come back to"
            " the task?",
            "Think of a day with several hard conversations. How did you keep the work moving?",
        ),
    },
    "conformity": {
        Side.LOW: (
            "Tell me about a rule at work that did not suit the case in front of you. What did you do, and whom"
            " did you tell?",
            "Think of a time you asked before you made an exception. What made you ask?",
        ),
        Side.HIGH: (
            "Tell me about a case that no rule was made for, when there was nobody to ask. What did you decide,"
            " and how?",
            "Think of a rule that led to an odd result for a customer. What room did you have, and how did you use it?",
        ),
    },
    "focus": {
        Side.LOW: (
            "Tell me about work that needed your care while other things kept coming in. How did you get it done?",
            "Think of a time you left something half done to help somebody else. How did you find your way back?",
        ),
        Side.HIGH: (
            "Tell me about a busy hour when several people wanted something from you. How did those who waited"
            " know that you had seen them?",
            "Think of a time you stopped in the middle of something because something else could not wait. How did"
            " you notice?",
        ),
    },
    "flexibility": {
        Side.LOW: (
            "Tell me about a time the usual way did not work for a customer. What did you try next?",
            "Think of a way of working that was new to you. How did you go about it, and what helped?",
        ),
        Side.HIGH: (
            "Tell me about something new that you offered a customer. How did you make sure that it could be kept?",
            "Think of a time you stayed with the usual method although another looked quicker. What decided it?",
        ),
    },
}


def asks(fit: Fit, row: int, needs: Sequence[Need]) -> tuple[Ask, ...]:
    """What to ask one person: an attribute that counts and may be outside its band, the most important first."""
    found = []
    for d, need in enumerate(needs):
        inside, below, above = (float(part[row, d]) for part in (fit.inside, fit.below, fit.above))
        if need.weight == 0 or not inside < SURE_ENOUGH:
            continue
        side = Side.LOW if below >= above else Side.HIGH
        question, alternative = QUESTIONS[need.attribute][side]
        found.append(
            Ask(
                attribute=need.attribute,
                side=side,
                chance=max(below, above),
                importance=need.weight * (1 - inside),
                question=question,
                alternative=alternative,
                task=need.task,
            )
        )
    return tuple(sorted(found, key=lambda ask: -ask.importance))
