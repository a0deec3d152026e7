"""What a role profile must be, beyond its shape."""

import re
from collections.abc import Mapping
from datetime import date

from assessment.bank.lists import EVIDENCE_LABELS, SECTORS
from assessment.bank.problems import Report, suggestion
from assessment.bank.values import (
    Table,
    between,
    in_half_steps,
    in_its_folder,
    is_number,
    not_empty,
    one_of,
    prose,
)
from assessment.measurement.attributes import ATTRIBUTES

T_SCALE = (20.0, 80.0)  # three standard deviations either side: nobody is measured beyond
HEAVIEST = 3.0
ROLE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def check_profile(report: Report, data: Table, *, role: str, sector: str) -> None:
    if not ROLE.fullmatch(role):
        report.add("", f"'{role}' is not a role's name.", "Use lower-case letters, digits and underscores.")
    one_of(report, data, "sector", SECTORS)
    in_its_folder(report, data, sector)
    not_empty(report, data, "title", "Name the role as its sector does.")
    not_empty(report, data, "summary", "Say in one sentence what is particular to the role.")
    _check_evidence(report, data, "evidence")
    needs = data.get("attributes")
    if not isinstance(needs, Mapping):
        return
    for name in needs:
        if name not in ATTRIBUTES:
            report.add(f"attributes.{name}", f"'{name}' is not an attribute.", suggestion(name, ATTRIBUTES))
    for name in ATTRIBUTES:
        need = needs.get(name)
        if need is None:
            report.add(
                f"attributes.{name}",
                f"The attribute '{name}' is missing.",
                "Name all six; weight = 0 leaves one unused.",
            )
        elif isinstance(need, Mapping):
            _check_need(report, f"attributes.{name}", need)
    weights = [need.get("weight", 0) for need in needs.values() if isinstance(need, Mapping)]
    if weights and not any(weights):
        report.add("attributes", "No attribute has a weight.", "Give at least one a weight above 0.")


def _check_need(report: Report, place: str, need: Table) -> None:
    low, high, weight = need.get("low"), need.get("high"), need.get("weight", 0.0)
    between(report, need, "low", T_SCALE, place)
    between(report, need, "high", T_SCALE, place)
    if is_number(low) and is_number(high) and low >= high:
        report.add(f"{place}.low", f"The band runs from {low:g} to {high:g}.", "low must be below high.")
    tolerance = need.get("tolerance")
    if is_number(tolerance) and tolerance <= 0:
        report.add(f"{place}.tolerance", f"A tolerance of {tolerance:g}.", "It must be above 0; 6 is usual.")
    for kind in ("band_evidence", "weight_evidence"):
        _check_evidence(report, need, kind, place)
    if not is_number(weight):
        return
    if not 0 <= weight <= HEAVIEST or not in_half_steps(weight):
        report.add(f"{place}.weight", f"A weight of {weight:g}.", "Use 0, 1, 2 or 3, or a half step between.")
    if weight > 0 and not prose(need, "task"):
        report.add(
            f"{place}.task",
            "The attribute counts, but no task needs it.",
            "Name the task, or set weight = 0.",
        )
    if weight > 0 and low is None and high is None:
        report.add(place, "The attribute counts, but has no band.", "Give low or high or both, or set weight = 0.")


def _check_evidence(report: Report, data: Table, key: str, place: str = "") -> None:
    evidence = data.get(key)
    if not isinstance(evidence, Mapping):
        return
    path = f"{place}.{key}" if place else key
    one_of(report, evidence, "label", EVIDENCE_LABELS, path)
    not_empty(report, evidence, "source", "Say whose opinion or which study it is.", path)
    n, label = evidence.get("n"), evidence.get("label")
    if isinstance(n, int) and n < 0:
        report.add(f"{path}.n", f"{n} people.", "Give the number of people studied; 0 for an opinion.")
    elif n == 0 and label in EVIDENCE_LABELS and label != "opinion":
        report.add(f"{path}.n", f"'{label}' rests on nobody.", "Give the number of people studied, or say opinion.")
    day, expiry = evidence.get("date"), evidence.get("expiry")
    if isinstance(day, date) and isinstance(expiry, date) and type(day) is type(expiry) and expiry <= day:
        report.add(f"{path}.expiry", f"It ends on {expiry}, before it begins.", "Give a day after its date.")
