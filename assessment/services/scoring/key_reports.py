"""What a calibration found, kept with the key it made: sums over people, and no person."""

import uuid
from dataclasses import asdict, dataclass

import numpy as np
from pydantic import TypeAdapter

from assessment.bank.content import canonical_json
from assessment.measurement.calibration.calibration import Calibration
from assessment.measurement.calibration.item_fit import ItemFit
from assessment.measurement.calibration.report import CalibrationReport
from assessment.measurement.model import Floats
from assessment.services.scoring.content import FormContent

DIGITS = 6


@dataclass(frozen=True)
class Choices:
    """How often one option was chosen in a stratum: the share with a 95% interval, and what the key expects."""

    observed: float
    low: float
    high: float
    expected: float


@dataclass(frozen=True)
class Stratum:
    """A fifth of the people by their other answers. level: their mean there, theta. A pair an option: most, least."""

    people: int
    level: float | None
    choices: tuple[tuple[Choices, Choices], ...]


@dataclass(frozen=True)
class OptionMoved:
    """An option's popularity on the scale of utilities, before and after; `surprise` allows for the lean."""

    id: str
    before: float
    after: float
    error: float
    surprise: float
    loading_moved: float


@dataclass(frozen=True)
class ItemFound:
    """One situation. `distance`: what is not chance in the difference of shares; `misfits`: by Holm's test at 5%."""

    id: str
    version: int
    anchor: bool
    loadings_freed: bool
    answers: int
    moved: float
    attribute: str
    distance: float
    chi_square: float | None
    degrees: int
    p_value: float | None
    misfits: bool
    options: tuple[OptionMoved, ...]
    strata: tuple[Stratum, ...]


@dataclass(frozen=True)
class Linked:
    """The form whose key gave the scale, and the version of that key."""

    form: str
    number: int


@dataclass(frozen=True)
class KeyReport:
    """`organisations` are those whose sittings are in it; `sittings_digest` proves which these were, naming none."""

    people: int
    organisations: tuple[uuid.UUID, ...]
    synthetic: bool
    sittings_digest: str
    linked: Linked | None
    iterations: int
    converged: bool
    log_likelihood: float
    average_move: float | None
    lean: tuple[float, ...]
    lean_errors: tuple[float, ...]
    items: tuple[ItemFound, ...]


REPORT = TypeAdapter(KeyReport)


def found_in(form: FormContent, calibration: Calibration, report: CalibrationReport) -> tuple[ItemFound, ...]:
    """Situation by situation, in the form's order."""
    misfits = report.fit.misfits()
    return tuple(
        ItemFound(
            id=item.id,
            version=item.version,
            anchor=bool(calibration.anchors[j]),
            loadings_freed=bool(calibration.loadings_freed[j]),
            answers=int(calibration.answers[j]),
            moved=_rounded(report.moved[j]),
            attribute=report.fit.attributes[report.fit.attribute[j]],
            distance=_rounded(report.fit.distance[j]),
            chi_square=_or_none(report.fit.chi_square[j]),
            degrees=int(report.fit.degrees[j]),
            p_value=_or_none(report.fit.p_value[j]),
            misfits=bool(misfits[j]),
            options=tuple(
                OptionMoved(
                    id=option.id,
                    before=_rounded(report.before[j, k]),
                    after=_rounded(report.after[j, k]),
                    error=_rounded(report.errors[j, k]),
                    surprise=_rounded(report.surprise[j, k]),
                    loading_moved=_rounded(report.loadings_moved[j, k]),
                )
                for k, option in enumerate(item.options)
            ),
            strata=_strata(report.fit, j, len(item.options)),
        )
        for j, item in enumerate(form.items)
    )


def _strata(fit: ItemFit, j: int, options: int) -> tuple[Stratum, ...]:
    def choices(g: int, k: int, side: int) -> Choices:
        shares = (part[j, g, k, side] for part in (fit.observed, fit.low, fit.high, fit.expected))
        return Choices(*(_rounded(share) for share in shares))

    return tuple(
        Stratum(
            people=int(fit.strata[j, g]),
            level=_or_none(fit.level[j, g]),
            choices=tuple((choices(g, k, 0), choices(g, k, 1)) for k in range(options)),
        )
        for g in range(fit.strata.shape[1])
        if fit.strata[j, g]
    )


def listed(numbers: Floats) -> tuple[float, ...]:
    """Numbers as a report keeps them."""
    return tuple(_rounded(number) for number in numbers)


def _or_none(number: float) -> float | None:
    return _rounded(number) if np.isfinite(number) else None


def _rounded(number: float) -> float:
    return round(float(number), DIGITS) + 0.0


def as_json(report: KeyReport) -> str:
    """The same numbers give the same text."""
    plain = asdict(report)
    plain["organisations"] = sorted(str(one) for one in report.organisations)
    return canonical_json(plain)


def from_json(text: str) -> KeyReport:
    """A report as it was kept."""
    return REPORT.validate_json(text)
