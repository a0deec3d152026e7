"""Forms of signing in."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from assessment.web.addresses import an_address

LONGEST_PASSWORD = 200


class SignInForm(FlaskForm):  # type: ignore[misc]
    email = EmailField("E-mail address", [InputRequired("Write your e-mail address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Write your password."), Length(max=LONGEST_PASSWORD)])


class LinkForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(
        "E-mail address",
        [
            InputRequired("Write your e-mail address."),
            Length(max=254),
            an_address,
        ],
    )


class UseLinkForm(FlaskForm):  # type: ignore[misc]
    """Nothing to fill in: the button is the point."""


class PasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField("New password", [InputRequired("Write a new password."), Length(max=LONGEST_PASSWORD)])
