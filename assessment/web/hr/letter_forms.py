"""Forms of the invitation's words and of reminders."""

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from assessment.services.hiring.reminders import EARLIEST
from assessment.services.letters import LONGEST_SUBJECT, LONGEST_TEXT
from assessment.web.manager.forms import WholeNumber


class LetterForm(FlaskForm):  # type: ignore[misc]
    subject = StringField(
        "Subject",
        [
            InputRequired("Write a subject."),
            Length(max=LONGEST_SUBJECT, message=f"Use at most {LONGEST_SUBJECT} characters."),
        ],
    )
    text = TextAreaField(
        "Text",
        [
            InputRequired("Write a text."),
            Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT} characters."),
        ],
        description="Put {link} on a line of its own.",
    )


class ReminderForm(FlaskForm):  # type: ignore[misc]
    first = WholeNumber(
        "First reminder",
        [Optional(), NumberRange(1, EARLIEST, f"Choose from 1 to {EARLIEST} days.")],
        description="Days before the deadline. Leave it empty to send none.",
    )
    second = WholeNumber(
        "Second reminder",
        [Optional(), NumberRange(1, EARLIEST, f"Choose from 1 to {EARLIEST} days.")],
        description="Fewer days before the deadline, or empty.",
    )
