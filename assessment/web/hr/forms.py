"""Forms of the workbench: six attributes with their numbers, tasks and evidence."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextInput

from assessment.services.profiles.publishing import LONGEST_REASON
from assessment.services.profiles.role_profiles import Draft, Evidence, Need
from assessment.services.profiles.tuning import (
    EVIDENCE_LABELS,
    LONGEST_SOURCE,
    LONGEST_TASK,
    T_SCALE,
    Problem,
    State,
)

WEIGHTS = ("0", "1", "2", "3")
LONGEST_NUMBER = 12


class NumberField(Field):  # type: ignore[misc]
    """A finite number, or nothing; what was typed stays in the box, whatever it was."""

    # Not type="number": browsers send nothing where they don't understand what was typed, and nothing means open.
    widget = TextInput()

    def __init__(self, label: str, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        text = valuelist[0].strip()
        self.data = None
        if not text:
            return
        try:
            number = float(text) if len(text) <= LONGEST_NUMBER and text.isascii() else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError("Write a number such as 48 or 52.5.")
        self.data = round(number, 1)


class WholeField(NumberField):
    """A whole number from 0 on, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and (self.data < 0 or self.data != int(self.data)):
            self.data = None
            raise ValueError("Write a whole number; 0 for an opinion.")
        self.data = None if self.data is None else int(self.data)


class MomentField(HiddenField):  # type: ignore[misc]
    """Which state of the draft the page showed."""

    def show(self, moment: datetime) -> None:
        """Say that the page shows this state, whatever was sent before."""
        self.data, self.raw_data = moment, None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[-1])
        return self.data.isoformat() if isinstance(self.data, datetime) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            # The last one counts: a button may say that the newer state was seen.
            moment = datetime.fromisoformat(valuelist[-1]) if valuelist else None
        except ValueError:
            moment = None
        # A moment that can't be read is one that no draft was changed at: the answer is "changed meanwhile".
        self.data = moment if moment is not None and moment.tzinfo is not None else datetime.min.replace(tzinfo=UTC)


class PublishForm(FlaskForm):  # type: ignore[misc]
    seen = MomentField()
    reason = TextAreaField(
        "Why do the numbers change?",
        [InputRequired("Say why the numbers change; it stays in the history."), Length(max=LONGEST_REASON)],
    )
    accepted = BooleanField("I have read this and publish all the same.")


class SeenForm(FlaskForm):  # type: ignore[misc]
    """Only says which state of the draft the button belongs to."""

    seen = MomentField()


class DraftForm(FlaskForm):  # type: ignore[misc]
    """Fields `<attribute>_<name>` for each attribute, made by `draft_form`."""

    seen = MomentField()


def draft_form(titles: Sequence[tuple[str, str]], **kwargs: Any) -> DraftForm:
    """The form of a draft; `titles` are the attributes' names and their words for people, in order."""
    fields: dict[str, Any] = {}
    for name, title in titles:
        for field, made in _fields(title).items():
            fields[f"{name}_{field}"] = made
    form: DraftForm = type("DraftFormOfAttributes", (DraftForm,), fields)(**kwargs)
    return form


def shown(form: DraftForm, kept: Draft | State) -> None:
    """Fill the form with what is kept."""
    form.seen.show(kept.changed_at)
    for row in kept.rows:
        for field, value in _values(row).items():
            form[f"{row.attribute}_{field}"].data = value


def typed(form: DraftForm, rows: Sequence[Need]) -> tuple[Need, ...]:
    """The draft's rows with what was typed."""
    return tuple(_typed_row(form, row) for row in rows)


def show_problems(form: DraftForm, problems: Sequence[Problem], titles: Sequence[tuple[str, str]]) -> None:
    """Put each problem beside its field; six attributes have the same fields, so each message names its own."""
    for problem in problems:
        field = form[f"{problem.attribute}_{problem.field}"]
        if not field.errors:
            field.errors = [problem.message]
    for field in form:
        for name, title in titles:
            if field.name.startswith(f"{name}_"):
                field.errors = [f"{title}: {message}" for message in field.errors]


def _fields(title: str) -> dict[str, Any]:
    low, high = (f"{end:g}" for end in T_SCALE)
    end = {"inputmode": "decimal", "autocomplete": "off", "data-lowest": low, "data-highest": high}
    fields: dict[str, Any] = {
        "weight": RadioField(f"{title}: weight", choices=WEIGHTS, validators=[InputRequired("Choose a weight.")]),
        "half": BooleanField("Half a step more"),
        "low": NumberField("From", render_kw=end),
        "high": NumberField("To", render_kw=end),
        "tolerance": NumberField(
            "Tolerance", [InputRequired("Write how fast fit falls outside the band; 6 is usual.")]
        ),
        "task": TextAreaField("The part of the job that needs it", [Length(max=LONGEST_TASK)]),
    }
    for kind in ("band", "weight"):
        fields |= {
            f"{kind}_label": SelectField("Rests on", choices=EVIDENCE_LABELS),
            f"{kind}_source": StringField("Whose, or which study", [Length(max=LONGEST_SOURCE)]),
            f"{kind}_n": WholeField("People studied", render_kw={"inputmode": "numeric", "autocomplete": "off"}),
            f"{kind}_day": DateField("Dates from", [Optional()]),
            f"{kind}_expiry": DateField("Look again by", [Optional()]),
        }
    return fields


def _values(row: Need) -> dict[str, Any]:
    whole = math.floor(row.weight)
    values: dict[str, Any] = {
        "weight": str(whole),
        "half": row.weight > whole,
        "low": row.low,
        "high": row.high,
        "tolerance": row.tolerance,
        "task": row.task,
    }
    for kind, evidence in (("band", row.band_evidence), ("weight", row.weight_evidence)):
        values |= {
            f"{kind}_label": evidence.label,
            f"{kind}_source": evidence.source,
            f"{kind}_n": evidence.n,
            f"{kind}_day": evidence.day,
            f"{kind}_expiry": evidence.expiry,
        }
    return values


def _typed_row(form: DraftForm, row: Need) -> Need:
    def sent(field: str) -> Any:
        return form[f"{row.attribute}_{field}"].data

    weight, tolerance = sent("weight"), sent("tolerance")
    return replace(
        row,
        low=sent("low"),
        high=sent("high"),
        weight=row.weight if weight not in WEIGHTS else int(weight) + 0.5 * bool(sent("half")),
        tolerance=row.tolerance if tolerance is None else tolerance,
        task=" ".join((sent("task") or "").split()),
        band_evidence=_typed_evidence(form, row.attribute, "band", row.band_evidence),
        weight_evidence=_typed_evidence(form, row.attribute, "weight", row.weight_evidence),
    )


def _typed_evidence(form: DraftForm, attribute: str, kind: str, kept: Evidence) -> Evidence:
    def sent(field: str) -> Any:
        return form[f"{attribute}_{kind}_{field}"].data

    day: date = sent("day") or kept.day
    return Evidence(
        label=sent("label") or kept.label,
        source=" ".join((sent("source") or "").split()),
        n=sent("n"),
        day=day,
        expiry=sent("expiry"),
    )
