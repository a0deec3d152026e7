"""What an e-mail address looks like in a form."""

import re
from types import SimpleNamespace

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.validators import Email

_shape = Email("Write an address like name@example.org.")


def an_address(form: FlaskForm, field: Field) -> None:
    """A validator of shape alone. Addresses in `.invalid` have one too: whether they may be used is not the form's."""
    text = re.sub(r"\.invalid$", ".org", field.data or "", flags=re.IGNORECASE)
    _shape(form, SimpleNamespace(data=text))
