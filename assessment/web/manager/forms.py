"""Forms of vacancies, invitations and decisions."""

from collections.abc import Sequence
from dataclasses import fields

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from assessment.services.hiring.accommodations import LONGEST_ACCOMMODATION
from assessment.services.hiring.fields import LONGEST_QUESTION, MOST_FIELDS, FieldKind, Question
from assessment.services.hiring.judging import LONGEST_NOTE
from assessment.services.hiring.terms import LONGEST_TITLE, MOST_ANSWER_DAYS, MOST_PLACES, Terms
from assessment.services.hiring.vacancies import LONGEST_REASON
from assessment.services.inviting import LONGEST_EMAIL, LONGEST_NAME
from assessment.services.listed import MOST_AT_ONCE
from assessment.services.profiles.role_profiles import Choice
from assessment.services.scoring import form_choices
from assessment.services.scoring.form_choices import STANDARD_LENGTH
from assessment.web.addresses import an_address
from assessment.web.words import SECTOR_TITLES

LONGEST_LIST = MOST_AT_ONCE * (LONGEST_NAME + LONGEST_EMAIL)


class WholeNumber(IntegerField):  # type: ignore[misc]
    """An integer, refused in words a person uses."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a whole number, like 14.") from None


class Day(DateField):  # type: ignore[misc]
    """A day of the calendar, refused in words a person uses."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write a day as year-month-day, like 2026-12-24.") from None


class TermsForm(FlaskForm):  # type: ignore[misc]
    """What is said of a vacancy when it is opened, and may be said otherwise later."""

    title = StringField(
        "Title",
        [
            InputRequired("Give the vacancy a title."),
            Length(max=LONGEST_TITLE, message=f"Use at most {LONGEST_TITLE} characters."),
        ],
        description="Candidates read it in their invitation, for example “Sales assistant, weekends”.",
    )
    place = StringField(
        "Place",
        [
            InputRequired("Say where the work is."),
            Length(max=LONGEST_TITLE, message=f"Use at most {LONGEST_TITLE} characters."),
        ],
        description="The shop, house or town.",
    )
    places = WholeNumber(
        "Places to fill",
        [Optional(), NumberRange(1, MOST_PLACES, f"Write a number from 1 to {MOST_PLACES:,}.")],
        description="How many people you want to take on.",
    )
    last_day = Day(
        "Last day for invitations",
        [Optional()],
        description="Nobody is invited after it. Who was invited before keeps the days you promise below.",
    )
    answer_days = WholeNumber(
        "Days to answer",
        [
            InputRequired("Say how many days people have."),
            NumberRange(1, MOST_ANSWER_DAYS, f"Give people between 1 and {MOST_ANSWER_DAYS} days."),
        ],
        default=14,
        description="From the day of the invitation. Two weeks let people choose a quiet moment.",
    )
    retention_days = WholeNumber(
        "Days until everything is erased",
        [Optional(), NumberRange(1, message="Write a number from 1 up.")],
    )
    names_hidden = BooleanField(
        "Hide names until somebody is shortlisted",
        default=True,
        description="Lists then say “Candidate 14”, so that a name can’t sway who is looked at first.",
    )

    def terms(self) -> Terms:
        """What was typed."""
        return Terms(**{field.name: self[field.name].data for field in fields(Terms)})


class VacancyForm(TermsForm):
    role_profile_id = SelectField(
        "Role profile",
        [InputRequired("Choose a role profile.")],
        description="It says how much of each attribute the work asks for. The newest published version is used.",
    )
    length = SelectField(
        "Length of the questionnaire",
        coerce=int,
        default=STANDARD_LENGTH,
        description="A longer one is surer and takes more of people's time. The table below says by how much.",
    )
    judgement_first = BooleanField(
        "Judgement first",
        description="Fits, groups and their order stay hidden from each member until they have written down what they"
        " make of a person’s profile.",
    )

    def offer(self, choices: Sequence[Choice], lengths: Sequence[form_choices.Length]) -> None:
        """The role profiles that can be chosen, by sector, and the lengths there are."""
        counts = sorted({length.items for length in lengths})
        self.length.choices = [
            (count, f"{count} situations{' (standard)' if count == STANDARD_LENGTH else ''}") for count in counts
        ]
        grouped: dict[str, list[tuple[str, str]]] = {"": [("", "Choose one")]}
        for choice in choices:
            grouped.setdefault(SECTOR_TITLES[choice.sector], []).append((str(choice.id), choice.title))
        self.role_profile_id.choices = grouped


FIELD_KINDS = {
    "": "Ask nothing",
    FieldKind.YES_NO: "Yes or no",
    FieldKind.ONE_OF: "One of a list",
    FieldKind.TEXT: "Short text",
    FieldKind.NUMBER: "Number",
}


class QuestionsForm(FlaskForm):  # type: ignore[misc]
    """Ten rows, each a kind, a question and choices; a row that asks nothing is left out."""

    @classmethod
    def of(cls, asked: Sequence[Question]) -> "QuestionsForm":
        """The form with the questions that are asked now."""
        data: dict[str, str] = {}
        for place, question in enumerate(asked, start=1):
            data[f"kind_{place}"] = question.kind
            data[f"question_{place}"] = question.text
            data[f"choices_{place}"] = "\n".join(question.choices)
        form = cls(data=data)
        for kind, _, _ in form.rows():
            kind.choices = list(FIELD_KINDS.items())
        return form

    def rows(self) -> list[tuple[SelectField, StringField, TextAreaField]]:
        """The inputs of each question."""
        return [
            (self[f"kind_{place}"], self[f"question_{place}"], self[f"choices_{place}"])
            for place in range(1, MOST_FIELDS + 1)
        ]

    def questions(self) -> list[Question]:
        """What was typed, without the rows that ask nothing."""
        return [
            Question(FieldKind(kind.data), text.data or "", tuple((choices.data or "").splitlines()))
            for kind, text, choices in self.rows()
            if kind.data
        ]


for _place in range(1, MOST_FIELDS + 1):
    setattr(
        QuestionsForm,
        f"kind_{_place}",
        SelectField(f"Kind of answer {_place}", default=""),
    )
    setattr(
        QuestionsForm,
        f"question_{_place}",
        StringField(
            f"Question {_place}",
            [Length(max=LONGEST_QUESTION, message=f"Use at most {LONGEST_QUESTION} characters.")],
        ),
    )
    setattr(QuestionsForm, f"choices_{_place}", TextAreaField(f"Choices {_place}, a line each", [Length(max=1000)]))


class InviteForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Name",
        [
            InputRequired("Write the person’s name: the e-mail greets them with it."),
            Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters."),
        ],
        description="As the e-mail should greet them.",
    )
    email = EmailField(
        "E-mail address",
        [
            InputRequired("Write the person’s e-mail address."),
            Length(max=LONGEST_EMAIL, message=f"Use at most {LONGEST_EMAIL} characters."),
            an_address,
        ],
        description="The link goes there and nowhere else.",
    )


class ListForm(FlaskForm):  # type: ignore[misc]
    """A list of people: in a file to begin with, in lines from then on. `agreed` says which of them were shown."""

    file = FileField(
        "A file with people",
        description=f"CSV or XLSX: a column “name” and a column “e-mail”, at most {MOST_AT_ONCE} people.",
    )
    people = TextAreaField(
        "People",
        [Length(max=LONGEST_LIST, message=f"That is too long for {MOST_AT_ONCE} people. Invite them in parts.")],
        description="A line for each person: name, comma, e-mail address.",
    )
    agreed = HiddenField()


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """Nothing to fill in: the button is the point."""


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """A decision about one person."""

    kind = RadioField(
        "What do you decide?",
        [InputRequired("Choose what you decide.")],
    )
    reason = TextAreaField(
        "Why?",
        [
            InputRequired("Write why: the reason is kept with the decision, and the person can read it."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
        description="It is kept with your name and the date, and the person reads it on their page. Write what you"
        " would tell them.",
    )
    tell = BooleanField("Write to the person", default=True)
    not_told = StringField(
        "If no e-mail is to be sent: why not?",
        [Optional(), Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters.")],
        description="For example “I have called them”. Their page shows the decision all the same.",
    )

    def offer(self, kinds: Sequence[tuple[str, str]]) -> None:
        """What can be decided now."""
        self.kind.choices = list(kinds)


class JudgementForm(FlaskForm):  # type: ignore[misc]
    """What a member makes of a profile."""

    rating = RadioField(
        "From the profile alone: would this person suit the role?",
        [InputRequired("Choose one of the five.")],
        coerce=int,
    )
    judged = StringField(
        "What did you see in it?",
        [
            InputRequired("Write what you saw in the profile: a word or two is enough."),
            Length(max=LONGEST_NOTE, message=f"Use at most {LONGEST_NOTE} characters."),
        ],
        description="It is kept with your name and the time, can’t be changed afterwards, and the person may read it.",
    )


class StandForm(FlaskForm):  # type: ignore[misc]
    """The note with which a decision stands."""

    note = StringField(
        "If the decision stands: what did you look at?",
        [Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters.")],
        description="It is kept with the decision, where the hiring manager reads it too.",
    )


class MoveForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        "Why is the vacancy moved?",
        [
            InputRequired("Write why: the reason is shown beside every fit of this vacancy."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
        description="Everybody who sees the vacancy reads it. Name no candidate.",
    )


class InviteAgainForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        "Why may the person answer again?",
        [
            InputRequired("Write why the person may answer again."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
        description="It is kept in the log. Name nobody, and leave out anything about health.",
    )


class AccommodationForm(FlaskForm):  # type: ignore[misc]
    accommodation = TextAreaField(
        "What was agreed",
        [
            InputRequired("Write what was agreed with the person."),
            Length(max=LONGEST_ACCOMMODATION, message=f"Use at most {LONGEST_ACCOMMODATION} characters."),
        ],
        description=(
            "More time, another format, a note. For example “You have until 20 March”, “Somebody reads the situations"
            " to you” or “Breaks whenever you like”. The person reads it. Leave out why, and anything about health."
        ),
    )


class ExtendForm(FlaskForm):  # type: ignore[misc]
    last_day = Day(
        "Last day to answer",
        [InputRequired("Choose the last day.")],
        description="The person can answer until the end of this day (UTC).",
    )
