"""How HR reads what is noticeable about answers: never about the person, and what harmless may be behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from assessment.services.scoring.quality_notes import Note
from assessment.web.words import percent


@dataclass(frozen=True)
class Caution:
    """What was noticed, and what harmless may be behind it."""

    what: str
    why: str


def _rapid(value: float) -> Caution:
    return Caution(
        f"{percent(value)} of the answers came faster than the situations can be read.",
        "Somebody who has read the texts before, a page that loaded late, or a few hurried minutes can do that.",
    )


def _positions(value: float) -> Caution:
    return Caution(
        "Some places on the page were chosen more often than others, although options stand in another order each time."
        f" By chance that happens to {percent(value)} of people who read.",
        "A small screen on which the last options are easily missed, a reading aid, or chance can do that.",
    )


def _run(value: float) -> Caution:
    return Caution(
        f"{value:.0f} answers in a row chose the option at the same place as the most likely one.",
        "A stretch answered while tired or disturbed, a page that was hard to use, or chance can do that.",
    )


def _misfit(_value: float) -> Caution:
    return Caution(
        "The answers go together in a way that few people’s do.",
        "Situations understood in another way than meant, experience from another line of work, or situations"
        " that don’t measure well can do that.",
    )


def _random(_value: float) -> Caution:
    return Caution(
        "The answers hang together less than most people’s, a little as if some had been chosen without reading.",
        "Interruptions, tiredness, a small screen, or seeing good in many options can do that.",
    )


def _contradictions(value: float) -> Caution:
    pairs = "1 pair of similar situations was" if value == 1 else f"{value:.0f} pairs of similar situations were"
    return Caution(
        f"{pairs} answered in opposite ways.",
        "Details that differ between the two, or a change of mind on the way, can do that.",
    )


_CAUTIONS: dict[str, Callable[[float], Caution]] = {
    "rapid": _rapid,
    "positions": _positions,
    "run": _run,
    "misfit": _misfit,
    "random": _random,
    "contradictions": _contradictions,
}


def caution(note: Note) -> Caution:
    """The words of a note."""
    return _CAUTIONS[note.flag](note.value)
