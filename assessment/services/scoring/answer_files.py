"""Files of answers: read, written, scored and explained without a database, for analysts."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assessment.bank.content import Bank, Item
from assessment.bank.key import expert_model
from assessment.bank.lists import GIVEN
from assessment.measurement.fit import withheld
from assessment.measurement.model import UNANSWERED, ChoiceModel
from assessment.measurement.rounding import rounded_parts
from assessment.measurement.scale import t_from_theta
from assessment.measurement.scoring import DEFAULT_PRIOR, STORED_DECIMALS, explain, score

COLUMNS = ("person", "item", "most", "least")
CHUNK = 1024

Row = dict[str, str]


class AnswersError(Exception):
    """The file can't be scored; `problems` has a sentence for each line that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Answered:
    """Answers of N people to the J items that occur in the file; -1 where there is none."""

    people: tuple[str, ...]
    items: tuple[Item, ...]
    model: ChoiceModel
    most: NDArray[np.int64]
    least: NDArray[np.int64]


def read(file: Path, bank: Bank) -> Answered:
    """The answers in a CSV file with the columns person,item,most,least; AnswersError lists what is wrong."""
    problems: list[str] = []
    given = {name: item for name, item in bank.pool.items() if item.status in GIVEN}
    options = {name: {option.id: place for place, option in enumerate(item.options)} for name, item in given.items()}
    answers: dict[tuple[str, str], tuple[int, int]] = {}
    first_line: dict[tuple[str, str], int] = {}
    people: dict[str, int] = {}
    for line, row in _rows(file, problems):
        person, item, most, least = (row[name].strip() for name in COLUMNS)
        wrong = _problem(person, item, most, least, options)
        if wrong is None and (person, item) in first_line:
            wrong = f"{person} answered {item} on line {first_line[person, item]} already"
        if wrong is not None:
            problems.append(f"line {line}: {wrong}.")
            continue
        people.setdefault(person, len(people))
        first_line[person, item] = line
        answers[person, item] = (options[item][most], options[item][least])
    if not problems and not answers:
        problems.append("line 1: there are no answers below the header.")
    if problems:
        raise AnswersError(problems)
    items = sorted({item for _, item in answers})
    column = {item: j for j, item in enumerate(items)}
    most_chosen = np.full((len(people), len(items)), UNANSWERED)
    least_chosen = most_chosen.copy()
    for (person, item), (most_place, least_place) in answers.items():
        most_chosen[people[person], column[item]] = most_place
        least_chosen[people[person], column[item]] = least_place
    asked = tuple(given[item] for item in items)
    return Answered(tuple(people), asked, expert_model(asked), most_chosen, least_chosen)


def answer_rows(
    people: Sequence[str], items: Sequence[Item], most: NDArray[np.int64], least: NDArray[np.int64]
) -> Iterator[Row]:
    """Answers (N, J) as rows that `read` takes; what is unanswered has none."""
    for person, chosen, rejected in zip(people, most, least, strict=True):
        for item, b, w in zip(items, chosen, rejected, strict=True):
            if b != UNANSWERED:
                yield dict(zip(COLUMNS, (person, item.id, item.options[b].id, item.options[w].id), strict=True))


def scored(answered: Answered) -> Iterator[Row]:
    """One row a person: T scores with their own standard error (in T) and the classical key's sums.

    Too few answers give no scores; the sums are there all the same.
    """
    for start in range(0, len(answered.people), CHUNK):
        rows = slice(start, start + CHUNK)
        scores = score(answered.model, answered.most[rows], answered.least[rows], DEFAULT_PRIOR)
        errors = np.sqrt(np.diagonal(scores.covariance, axis1=1, axis2=2))
        no_fit = withheld(scores)
        _, keyed = _explained(answered, rows)
        for n, person in enumerate(answered.people[rows]):
            row = {
                "person": person,
                "answered": str(int(scores.answered[n])),
                "withheld": "yes" if no_fit[n] else "no",
            }
            for d, name in enumerate(scores.attributes):
                row[name] = _written(float(t_from_theta(scores.mean[n, d])))
                row[f"{name}_se"] = _written(10 * errors[n, d])
                row[f"{name}_keyed"] = _written(keyed[n, d])
            yield row


def explained(answered: Answered) -> Iterator[Row]:
    """One row a person and answer: what it adds to each attribute. Over a person these are `<name>_keyed`."""
    for start in range(0, len(answered.people), CHUNK):
        rows = slice(start, start + CHUNK)
        parts, keyed = _explained(answered, rows)
        adds = rounded_parts(parts, keyed)
        given = np.argwhere(answered.most[rows] != UNANSWERED)
        written = answer_rows(answered.people[rows], answered.items, answered.most[rows], answered.least[rows])
        for row, (n, j) in zip(written, given, strict=True):
            yield row | {name: _written(adds[n, j, d]) for d, name in enumerate(answered.model.attributes)}


@contextmanager
def writing(file: Path) -> Iterator[Callable[[Row], None]]:
    """Write rows beside the file first and put them in its place at the end: a broken run leaves no half file."""
    unfinished = file.with_name(file.name + ".part")
    try:
        with unfinished.open("w", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened)
            named = False

            def add(row: Row) -> None:
                nonlocal named
                if not named:
                    writer.writerow(row.keys())
                    named = True
                writer.writerow(row.values())

            yield add
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _explained(answered: Answered, rows: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each answer adds, (n, J, D), and its sums as written, (n, D)."""
    parts = explain(answered.model, answered.most[rows], answered.least[rows])
    return parts, parts.sum(axis=1).round(STORED_DECIMALS) + 0.0


def _rows(file: Path, problems: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                problems.append(f"line 1: no column {', '.join(missing)}; the first line must be {','.join(COLUMNS)}.")
                return
            for row in reader:
                if any(row[name] is None for name in COLUMNS) or None in row:
                    problems.append(f"line {reader.line_num}: {len(COLUMNS)} values are needed, no more and no fewer.")
                else:
                    yield reader.line_num, row
    except UnicodeDecodeError:
        problems.append("The file is not UTF-8 text; save it as CSV in UTF-8.")
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: not CSV ({error}).")


def _problem(person: str, item: str, most: str, least: str, options: dict[str, dict[str, int]]) -> str | None:
    if not person:
        return "the person is missing"
    if item not in options:
        return f"there is no item '{item}' on trial or live in this bank"
    for column, option in (("most", most), ("least", least)):
        if option not in options[item]:
            return f"{item} has no option '{option}' ({column}); it has {', '.join(options[item])}"
    if most == least:
        return f"most and least are both '{most}'; they must differ"
    return None


def _written(value: float) -> str:
    return f"{value:.6f}" if np.isfinite(value) else ""
