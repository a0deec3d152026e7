"""Forms of vacancies, invitations and decisions."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from assessment.services.hiring.accommodations import LONGEST_ACCOMMODATION
from assessment.services.hiring.judging import LONGEST_NOTE
from assessment.services.hiring.vacancies import LONGEST_REASON, LONGEST_TITLE, MOST_ANSWER_DAYS
from assessment.services.inviting import LONGEST_EMAIL, LONGEST_NAME
from assessment.services.profiles.role_profiles import Choice
from assessment.services.scoring import form_choices
from assessment.services.scoring.form_choices import STANDARD_LENGTH
from assessment.web.addresses import an_address
from assessment.web.words import SECTOR_TITLES


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


class VacancyForm(FlaskForm):  # type: ignore[misc]
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
    answer_days = WholeNumber(
        "Days to answer",
        [
            InputRequired("Say how many days people have."),
            NumberRange(1, MOST_ANSWER_DAYS, f"Give people between 1 and {MOST_ANSWER_DAYS} days."),
        ],
        default=14,
        description="From the day of the invitation. Two weeks let people choose a quiet moment.",
    )
    names_hidden = BooleanField(
        "Hide names until somebody is shortlisted",
        default=True,
        description="Lists then say “Candidate 14”, so that a name can’t sway who is looked at first.",
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
