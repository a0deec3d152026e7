"""Forms of an interview: a rating with anchors and a note a question, and a remark afterwards."""

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from assessment.services.hiring.interview import Question
from assessment.services.hiring.interview_sheets import LONGEST_NOTE, Sheet, Wrote

NOT_RATED = "Not asked, or nothing to rate"
TOO_LONG = Length(max=LONGEST_NOTE, message=f"Use at most {LONGEST_NOTE} characters.")


class RemarkForm(FlaskForm):  # type: ignore[misc]
    text = TextAreaField(
        "Add a remark",
        [InputRequired("Write what you want to add."), TOO_LONG],
        description="It stands below your ratings with today’s date. Ratings themselves stay as they were handed in.",
    )


class LookForm(FlaskForm):  # type: ignore[misc]
    """Nothing to fill in: the button is the point."""


class SheetForm(FlaskForm):  # type: ignore[misc]
    """The fields "rating-..." and "note-..." of each question; made by `sheet_form`."""


def sheet_form(questions: Sequence[Question], own: Sheet | None) -> SheetForm:
    """A form with what its member has kept so far."""
    fields: dict[str, Any] = {}
    kept: dict[str, str] = {}
    for question in questions:
        fields[f"rating-{question.id}"] = RadioField("Your rating", default="")
        fields[f"note-{question.id}"] = TextAreaField("What was said", [TOO_LONG])
        rated = own.of(question.id) if own is not None else None
        if rated is not None:
            kept[f"rating-{question.id}"] = "" if rated.rating is None else str(rated.rating)
            kept[f"note-{question.id}"] = rated.note
    made: type[SheetForm] = type("SheetForm", (SheetForm,), fields)
    form = made(data=kept)
    for question in questions:
        form[f"rating-{question.id}"].choices = _choices(question)
    return form


def written(form: SheetForm, questions: Sequence[Question]) -> dict[str, Wrote]:
    """What a form holds, by question."""
    found = {}
    for question in questions:
        rating = form[f"rating-{question.id}"].data
        found[question.id] = Wrote(int(rating) if rating else None, form[f"note-{question.id}"].data or "")
    return found


def _choices(question: Question) -> list[tuple[str, str]]:
    scale = question.scale
    return [
        ("1", f"1: {scale.one}"),
        ("2", "2: between 1 and 3"),
        ("3", f"3: {scale.three}"),
        ("4", "4: between 3 and 5"),
        ("5", f"5: {scale.five}"),
        ("", NOT_RATED),
    ]
