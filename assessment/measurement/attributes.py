"""The six attributes, in the order of every array; the names travel with the arrays."""

from typing import Protocol

ATTRIBUTES: tuple[str, ...] = ("trust", "tact", "empathy", "conformity", "focus", "flexibility")


class Named(Protocol):
    """Anything whose last axis is attributes and which says which."""

    @property
    def attributes(self) -> tuple[str, ...]: ...


def check_names(attributes: tuple[str, ...]) -> None:
    """Refuse an empty or repeating list of names (ValueError)."""
    if not attributes or len(set(attributes)) != len(attributes):
        raise ValueError(f"attribute names must be given once each, not {attributes!r}")


def check_same(*things: Named) -> tuple[str, ...]:
    """The attributes all `things` share, in one order; ValueError where they differ."""
    first = things[0].attributes
    for thing in things[1:]:
        if thing.attributes != first:
            raise ValueError(f"attributes differ: {first!r} and {thing.attributes!r}")
    return first
