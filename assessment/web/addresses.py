"""What an e-mail address looks like in a form."""

import re

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError


def an_address(_form: FlaskForm, field: Field) -> None:
    """A validator of shape alone. Addresses in `.invalid` have one too: whether they may be used is not the form's."""
    text = re.sub(r"\.invalid$", ".org", field.data or "", flags=re.IGNORECASE)
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        raise ValidationError("Write an address like name@example.org.") from None
