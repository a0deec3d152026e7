"""What is wrong in a bank, said to its author: which file, which key, what, and what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pydantic import BaseModel, ValidationError

from assessment.bank.content import Attribute, Evidence, Need, Option, Review, RoleProfile, Texts
from assessment.bank.interview import Question, Scale
from assessment.bank.learning import Example, Exercise, Serves

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    file: str  # relative to the bank's folder
    key: str  # "options[c].levels.trust", "line 12", or "" for the file as a whole
    message: str
    remedy: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}, {self.key}" if self.key else self.file
        return f"{place}: {self.message} {self.remedy}"


class BankError(Exception):
    """The bank can't be used; `problems` holds everything found in all of its files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Report:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, key: str, message: str, remedy: str, severity: Severity = "error") -> None:
        self.problems.append(Problem(self.file, key, message, remedy, severity))


# Which model describes the table under a key, to say which keys it knows.
_TABLES: dict[str, type[BaseModel]] = {
    "options": Option,
    "attributes": Need,
    "evidence": Evidence,
    "band_evidence": Evidence,
    "weight_evidence": Evidence,
    "candidate": Texts,
    "advice": Texts,
    "manager": Texts,
    "reviews": Review,
    "example": Example,
    "exercise": Exercise,
    "serves": Serves,
    "questions": Question,
    "scale": Scale,
}

_WRONG_TYPE = {
    "string_type": ("should be text.", 'Write it in quotes: {name} = "...".'),
    "int_type": ("should be a whole number.", "Write it without quotes and without a point: {name} = 1."),
    "int_from_float": ("should be a whole number.", "Write it without a point: {name} = 1."),
    "float_type": ("should be a number.", "Write it without quotes: {name} = 1.5."),
    "finite_number": ("should be an ordinary number.", "nan and inf are not allowed."),
    "date_type": ("should be a date.", "Write it without quotes, year first: {name} = 2026-11-22."),
    "tuple_type": ("should be a list.", "Write it in square brackets: {name} = [...]."),
    "dict_type": ("should be a table.", "Write it in braces, such as {name} = {{ trust = 1.5 }}."),
    "model_type": ("should be a table.", "Begin it with a line in brackets, such as [{name}]."),
}


def shape_problems(
    file: str, model: type[BaseModel], data: Mapping[str, object], error: ValidationError, *, under: str = ""
) -> list[Problem]:
    """Each complaint of pydantic as a sentence for an author; `under` is the table `data` was found in."""
    report = Report(file)
    seen: set[str] = set()
    for complaint in error.errors(include_url=False, include_context=False, include_input=False):
        loc = complaint["loc"]
        if loc[:1] == ("organisations",):
            loc = loc[:1]  # "all" or a list: what follows is which of the two failed, and where
        key = ".".join(filter(None, (under, key_path(loc, data))))
        if key in seen:
            continue
        seen.add(key)
        name = str(loc[-1]) if loc else ""
        kind = complaint["type"]
        if kind == "missing":
            report.add(key, f"'{name}' is missing.", "Add it; README.md in item_bank shows an example.")
        elif kind == "extra_forbidden":
            report.add(key, f"'{name}' is not a key of this table.", _known_keys(name, loc, model))
        elif name == "organisations":
            report.add(key, "should be all, or a list.", 'Write organisations = "all", or a list of short names.')
        elif kind in _WRONG_TYPE:
            message, remedy = _WRONG_TYPE[kind]
            report.add(key, f"'{name}' {message}", remedy.format(name=name))
        else:
            report.add(key, f"'{name}': {complaint['msg']}.", "Compare it with the example in README.md.")
    return report.problems


def key_path(loc: Sequence[int | str], data: object) -> str:
    """("options", 2, "text") -> "options[c].text": an option by its id, or by its place counted from 1."""
    path = ""
    for step in loc:
        if isinstance(step, int):
            entry = data[step] if isinstance(data, list) and step < len(data) else None
            path += f"[{entry_label(step, entry)}]"
            data = entry
        else:
            path += f".{step}" if path else step
            data = data.get(step) if isinstance(data, Mapping) else None
    return path


def entry_label(position: int, entry: object) -> str:
    name = entry.get("id") if isinstance(entry, Mapping) else None
    return name if isinstance(name, str) and name else str(position + 1)


def suggestion(name: str, known: Iterable[str]) -> str:
    """A remedy that lists what is permitted and, where it can, says which one was probably meant."""
    known = list(known)
    close = get_close_matches(name, known, n=1)
    meant = f"Did you mean '{close[0]}'? " if close else ""
    return f"{meant}Permitted: {', '.join(known)}."


def _known_keys(name: str, loc: Sequence[int | str], model: type[BaseModel]) -> str:
    tables = [_TABLES[step] for step in loc[:-1] if isinstance(step, str) and step in _TABLES]
    table = tables[-1] if tables else model
    given_by_the_file_itself = {RoleProfile: {"role"}, Attribute: {"name"}}.get(table, set())
    return suggestion(name, [field for field in table.model_fields if field not in given_by_the_file_itself])
