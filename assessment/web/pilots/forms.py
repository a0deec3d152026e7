"""Forms of pilots and their volunteers."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from assessment.services.listed import MOST_AT_ONCE
from assessment.services.pilots.pilots import LONGEST_TITLE, MOST_ANSWER_DAYS
from assessment.services.scoring.form_choices import Choice
from assessment.web.manager.forms import LONGEST_LIST, WholeNumber
from assessment.web.words import SECTOR_TITLES


class PilotForm(FlaskForm):  # type: ignore[misc]
    title = StringField(
        "Title",
        [
            InputRequired("Give the pilot a title."),
            Length(max=LONGEST_TITLE, message=f"Use at most {LONGEST_TITLE} characters."),
        ],
        description="Volunteers read it in their invitation, for example “Pilot among our shop teams”.",
    )
    form_id = SelectField(
        "Form",
        [InputRequired("Choose a form.")],
        description="The list of situations that is tried out. The newest version of each form is offered.",
    )
    answer_days = WholeNumber(
        "Days to answer",
        [
            InputRequired("Say how many days people have."),
            NumberRange(1, MOST_ANSWER_DAYS, f"Give people between 1 and {MOST_ANSWER_DAYS} days."),
        ],
        default=14,
        description="From the day of the invitation.",
    )

    def offer(self, choices: Sequence[Choice]) -> None:
        """The forms that can be chosen; a single one is chosen already."""
        listed = [(str(choice.id), f"{choice.title} ({SECTOR_TITLES[choice.sector]})") for choice in choices]
        self.form_id.choices = listed if len(listed) == 1 else [("", "Choose one"), *listed]


class PeopleForm(FlaskForm):  # type: ignore[misc]
    people = TextAreaField(
        "People",
        [
            InputRequired("Write a line for each person: name, e-mail address."),
            Length(max=LONGEST_LIST, message=f"That is too long for {MOST_AT_ONCE} people. Invite them in parts."),
        ],
        description=f"A line for each person: name, comma, e-mail address. At most {MOST_AT_ONCE} lines.",
    )
