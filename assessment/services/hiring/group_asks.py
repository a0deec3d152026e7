"""What to ask a whole group: the attributes that its answers leave open most often, at either end of the band."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessment.measurement.fit import Fit
from assessment.services.hiring import interview
from assessment.services.hiring.interview import Ask, Side
from assessment.services.profiles.role_profiles import Need

MOST_ASKS = 3
MOST_NAMED = 40  # people, where a sentence lists them


@dataclass(frozen=True)
class OpenSide:
    """How many of a group may be beyond one end of a band, and the first of them by name."""

    side: Side
    people: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class GroupAsk:
    """An attribute that is open for people of the first group; of its sides the one that matters more stands first."""

    attribute: str
    sides: tuple[OpenSide, ...]

    @property
    def people(self) -> int:
        return sum(side.people for side in self.sides)


@dataclass(frozen=True)
class Open:
    """A GroupAsk before anybody is named: `sides` hold the rows of the people, by number, and their asks."""

    attribute: str
    sides: tuple[tuple[Side, tuple[tuple[int, Ask], ...]], ...]

    @property
    def named(self) -> set[int]:
        """The rows whose names are needed."""
        return {row for _, asked in self.sides for row, _ in asked[:MOST_NAMED]}

    def with_names(self, labels: Mapping[int, str]) -> GroupAsk:
        """The same with the names, by row."""
        return GroupAsk(
            self.attribute,
            tuple(
                OpenSide(side, len(asked), tuple(labels[row] for row, _ in asked[:MOST_NAMED]))
                for side, asked in self.sides
            ),
        )


def most_open(fit: Fit, rows: Iterable[int], needs: Sequence[Need]) -> tuple[Open, ...]:
    """The attributes most open for these rows of `fit`, by importance over everybody and both ends of the band."""
    by_attribute: dict[str, dict[Side, list[tuple[int, Ask]]]] = {}
    for row in rows:
        for ask in interview.asks(fit, row, needs):
            by_attribute.setdefault(ask.attribute, {}).setdefault(ask.side, []).append((row, ask))

    def importance(sides: Iterable[list[tuple[int, Ask]]]) -> float:
        return sum(ask.importance for asked in sides for _, ask in asked)

    most = sorted(by_attribute.items(), key=lambda entry: -importance(entry[1].values()))
    return tuple(
        Open(
            attribute,
            tuple(
                (side, tuple(asked)) for side, asked in sorted(sides.items(), key=lambda entry: -importance([entry[1]]))
            ),
        )
        for attribute, sides in most[:MOST_ASKS]
    )
