"""What candidates send: the shape of it. What it means is the services' business."""

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from assessment.services.hiring.fields import Fact, FieldKind, Question
from assessment.services.sitting.facts import LONGEST_TEXT, NO, YES, input_of
from assessment.web.addresses import an_address

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
LONGEST_OPTION = 64
LONGEST_MOMENT = 40
HIGHEST_WHOLE = 2**31 - 1
LARGEST_ANSWER = 4096  # bytes of JSON; a whole answer has about 250


class LostLinkForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(
        "E-mail address",
        [
            InputRequired("Write the e-mail address that your invitation came to."),
            Length(max=254),
            an_address,
        ],
    )


class StartForm(FlaskForm):  # type: ignore[misc]
    notice = HiddenField()  # which words were read


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """Nothing to fill in: the button is the point."""


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The two choices as a browser without scripts sends them."""

    most = StringField()
    least = StringField()
    key = HiddenField()
    shown_at = HiddenField()
    then = HiddenField()  # "check": back to the list of answers

    @property
    def good_key(self) -> str | None:
        """The key the page was given, unless somebody changed it."""
        key = self.key.data or ""
        return key if KEY.fullmatch(key) else None


class FactsForm(FlaskForm):  # type: ignore[misc]
    """The plain questions of one vacancy, each with an input of its kind; what a value may be the services know."""

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> "FactsForm":
        """A form with an input for each fact, holding what was said before."""
        inputs = {input_of(fact.field): _input(fact.field.question) for fact in facts}
        form: FactsForm = type("FactsForm", (cls,), inputs)(
            data={input_of(fact.field): fact.value or "" for fact in facts}
        )
        for fact in facts:
            choices = _choices(fact.field.question)
            if choices:
                form[input_of(fact.field)].choices = [*((choice, choice) for choice in choices), ("", "No answer")]
        return form

    def values(self, facts: Sequence[Fact]) -> dict[uuid.UUID, str]:
        """What was typed, by field."""
        return {fact.field.id: self[input_of(fact.field)].data or "" for fact in facts}


def _input(question: Question) -> Any:
    if _choices(question):
        return RadioField(question.text, validate_choice=False)
    return StringField(question.text, [Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT} characters.")])


def _choices(question: Question) -> tuple[str, ...]:
    return (YES, NO) if question.kind is FieldKind.YES_NO else question.choices


class NoteForm(FlaskForm):  # type: ignore[misc]
    note = TextAreaField("What would help you?", [Length(max=2000, message="Write at most 2000 characters.")])


class LookAgainForm(FlaskForm):  # type: ignore[misc]
    note = TextAreaField("What should the person know?", [Length(max=2000, message="Write at most 2000 characters.")])


class EraseForm(FlaskForm):  # type: ignore[misc]
    sure = BooleanField(
        "Yes, erase my data. I know that this can’t be undone.",
        [InputRequired("Tick the box if you want your data erased.")],
    )


class ShapeError(Exception):
    """The JSON can't be read as an answer; the message says why."""


@dataclass(frozen=True)
class Sent:
    """An answer as a script sends it."""

    key: str
    sequence: int
    most: str
    least: str
    device: int | None
    shown_at: datetime | None
    following: int | None


def read_answer(body: bytes) -> Sent:
    """The answer in a JSON body; ShapeError for anything that is not one."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        raise ShapeError("The answer is not readable as JSON.") from None
    if not isinstance(sent, dict):
        raise ShapeError("The answer is not a JSON object.")
    key = sent.get("key")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ShapeError("`key` is 16 to 64 letters, digits, hyphens or underscores.")
    sequence = _whole(sent, "sequence")
    if sequence is None:
        raise ShapeError("`sequence` is missing.")
    return Sent(
        key=key,
        sequence=sequence,
        most=_option(sent, "most"),
        least=_option(sent, "least"),
        device=_whole(sent, "device"),
        shown_at=_moment(sent.get("shown_at")),
        following=_whole(sent, "next"),
    )


def read_moment(text: str | None) -> datetime | None:
    """A moment the page was given by the server, as it comes back; None when it was tampered with."""
    try:
        return _moment(text or None)
    except ShapeError:
        return None


def _option(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_OPTION:
        raise ShapeError(f"`{name}` is the id of an option.")
    return value


def _whole(sent: dict[str, Any], name: str) -> int | None:
    value = sent.get(name)
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= HIGHEST_WHOLE:  # a bool is an int, too, and not meant
        raise ShapeError(f"`{name}` is a whole number from 1 to {HIGHEST_WHOLE}.")
    return value


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str) or len(value) > LONGEST_MOMENT:
            raise ValueError
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ShapeError("`shown_at` is a moment with its zone, in ISO 8601.") from None
