"""What to ask in the interview: by what a person's answers leave open, in the order of what matters most.

Questions are about what somebody did, not about who they are. The same person may be anywhere on the line: a
question is worth asking where the answers alone leave it open. The texts stand in the bank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assessment.bank.interview import Interview, Question
from assessment.bank.lists import EVERYBODY
from assessment.measurement.fit import Fit
from assessment.services.profiles.role_profiles import Need

__all__ = ["Ask", "Concern", "Guide", "Interview", "Part", "Question", "Side", "asks", "guide"]

# A band is about as wide as what is known of a person, so "inside" is seldom certain; below this it is asked about.
SURE_ENOUGH = 0.7
# One end of a band is asked about where it is so many times as likely as the other, else both.
MUCH_LIKELIER = 2.0


class Side(StrEnum):
    """Which end of the band the person may be beyond."""

    LOW = "low"
    HIGH = "high"


class Concern(StrEnum):
    """What is open about a person and a band: beyond which end of it they may be."""

    LOW = "low"
    HIGH = "high"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Ask:
    """An attribute to ask about, with the chances of standing beyond either end of its band."""

    attribute: str
    below: float
    above: float
    importance: float  # the attribute's weight for the role, times the chance of standing outside its band
    task: str

    @property
    def side(self) -> Side:
        """The likelier end."""
        return Side.LOW if self.below >= self.above else Side.HIGH

    @property
    def chance(self) -> float:
        """Of standing beyond the likelier end."""
        return max(self.below, self.above)

    @property
    def concern(self) -> Concern:
        """What its questions have to find out."""
        if self.chance < MUCH_LIKELIER * min(self.below, self.above):
            return Concern.UNCERTAIN
        return Concern(self.side)


@dataclass(frozen=True)
class Part:
    """Questions with one purpose. `attribute` is None for those put to everybody, `ask` where nothing is measured."""

    attribute: str | None
    task: str
    ask: Ask | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Guide:
    """An interview from its first question to its last. `measured`: by the person's answers, not by the role alone."""

    parts: tuple[Part, ...]
    measured: bool

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for part in self.parts for question in part.questions)


def asks(fit: Fit, row: int, needs: Sequence[Need]) -> tuple[Ask, ...]:
    """What to ask one person about: attributes that count and may be outside their band, the most important first."""
    found = []
    for d, need in enumerate(needs):
        inside, below, above = (float(part[row, d]) for part in (fit.inside, fit.below, fit.above))
        if need.weight == 0 or not inside < SURE_ENOUGH:
            continue
        found.append(Ask(need.attribute, below, above, need.weight * (1 - inside), need.task))
    return tuple(sorted(found, key=lambda ask: -ask.importance))


def guide(asks: Sequence[Ask] | None, needs: Sequence[Need], interview: Interview) -> Guide:
    """First what everybody is asked, then what is open about this person.

    Without scores (`asks` is None) every attribute that counts is open to both sides, the weightiest first: a
    structured interview for whoever did not answer the questionnaire, or asked for another way.
    """
    parts = [Part(None, "", None, interview[EVERYBODY].of(EVERYBODY))] if EVERYBODY in interview else []
    chosen: list[tuple[str, str, Ask | None, Concern]]
    if asks is None:
        counting = sorted((need for need in needs if need.weight > 0), key=lambda need: -need.weight)
        chosen = [(need.attribute, need.task, None, Concern.UNCERTAIN) for need in counting]
    else:
        chosen = [(ask.attribute, ask.task, ask, ask.concern) for ask in asks]
    parts += [
        Part(attribute, task, ask, interview[attribute].of(concern))
        for attribute, task, ask, concern in chosen
        if attribute in interview
    ]
    return Guide(tuple(part for part in parts if part.questions), asks is not None)
