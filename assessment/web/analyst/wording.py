"""How the analyst's pages and files put down what answers add."""

from collections.abc import Iterable, Iterator

from assessment.measurement.scoring import STORED_DECIMALS
from assessment.services.scoring.explanations import Explanation, Part, Receipts
from assessment.services.scoring.listing import Listed
from assessment.web.documents import Cell

EXPLANATION = ("sitting", "item", "version", "most", "least")
STORED_SUM = "stored sum"


def decimals(values: Iterable[float]) -> int:
    """The fewest decimals that show every number whole: numbers of a table then still add up as printed."""
    listed = list(values)
    for places in range(STORED_DECIMALS):
        if all(abs(round(value, places) - value) < 0.1**STORED_DECIMALS / 2 for value in listed):
            return places
    return STORED_DECIMALS


def decimals_of(explanation: Explanation) -> int:
    """Those of everything that answers add, and of the sums."""
    return decimals([*(value for part in explanation.parts for value in part.adds), *explanation.sums])


def signed(value: float, places: int) -> str:
    """ "+0.45", "−1.20", and "0" for nothing."""
    return "0" if value == 0 else f"{value:+.{places}f}".replace("-", "−")


def adds(part: Part, explanation: Explanation) -> list[tuple[str, float]]:
    """The attributes an answer moves, with how far."""
    return [pair for pair in zip(explanation.attributes, part.adds, strict=True) if pair[1] != 0]


def key_name(one: Receipts | Listed) -> str:
    """ "Key 2 (312 sittings)", "Key 1 (not piloted)"."""
    behind = f"{one.pilot_n:,} sittings" if one.pilot_n else "not piloted"
    return f"Key {one.key_number} ({behind})"


def explanation_header(explanation: Explanation) -> tuple[str, ...]:
    """The columns of the file."""
    return (*EXPLANATION, *explanation.attributes)


def explanation_rows(explanation: Explanation) -> Iterator[tuple[Cell, ...]]:
    """A line a situation, and at last the stored sums, which the lines above make up."""
    for part in explanation.parts:
        yield (explanation.name, part.item.id, part.item.version, part.most, part.least, *part.adds)
    yield (explanation.name, STORED_SUM, None, None, None, *explanation.sums)
