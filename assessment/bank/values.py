"""Checks of single values in a file as it was typed.

Rules read the raw table rather than the finished object, so that a file with a missing key still hears about
its other mistakes in the same run. A value of the wrong type is passed over here: the shape check names it.
"""

import math
import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import TypeGuard

from assessment.bank.lists import SECTORS
from assessment.bank.problems import Report, suggestion
from assessment.bank.shape import count_words

Table = Mapping[str, object]

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def in_its_folder(report: Report, data: Table, sector: str) -> None:
    typed = data.get("sector")
    if isinstance(typed, str) and typed in SECTORS and typed != sector:
        report.add("sector", f"The sector is '{typed}', the folder is {sector}.", "Move the file or change the key.")


def slug(report: Report, data: Table, key: str) -> None:
    value = data.get(key)
    if isinstance(value, str) and not SLUG.fullmatch(value):
        report.add(key, f"'{value}' is not an id.", "Use lower-case letters and digits, joined by single hyphens.")


def one_of(report: Report, data: Table, key: str, permitted: tuple[str, ...], place: str = "") -> None:
    value = data.get(key)
    if isinstance(value, str) and value not in permitted:
        path = f"{place}.{key}" if place else key
        report.add(path, f"'{value}' is not a {key}.", suggestion(value, permitted))


def not_empty(report: Report, data: Table, key: str, remedy: str, place: str = "") -> None:
    if prose(data, key) == "":
        report.add(f"{place}.{key}" if place else key, f"'{key}' is empty.", remedy)


def between(report: Report, data: Table, key: str, limits: tuple[float, float], place: str) -> None:
    value = data.get(key)
    low, high = limits
    if is_number(value) and not low <= value <= high:
        report.add(f"{place}.{key}", f"{value:g} is out of range.", f"Give a number from {low:g} to {high:g}.")


def words_between(report: Report, data: Table, key: str, limits: tuple[int, int], place: str = "") -> None:
    text = prose(data, key)
    if text is not None:
        count_between(report, f"{place}.{key}" if place else key, text, limits)


def count_between(report: Report, key: str, text: str, limits: tuple[int, int]) -> None:
    fewest, most = limits
    count = count_words(text)
    if not fewest <= count <= most:
        remedy = "Shorten it" if count > most else "Say more"
        report.add(key, f"{count} words.", f"{remedy}: {fewest} to {most}.")


def prose(data: Table, key: str) -> str | None:
    value = data.get(key)
    return " ".join(value.split()) if isinstance(value, str) else None


def is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def in_half_steps(value: float) -> bool:
    return float(value * 2).is_integer()


def nearest(name: str, known: Collection[str]) -> str:
    """Like `suggestion`, but a bank's whole list of ids would drown the message."""
    close = get_close_matches(name, known, n=1)
    return f"Did you mean '{close[0]}'?" if close else "Check the spelling, or add the item first."
