"""Asking for a norm group."""

import uuid
from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired

from assessment.services.norms.making import Choice
from assessment.services.norms.versions import Name
from assessment.web.norms import wording


class GroupForm(FlaskForm):  # type: ignore[misc]
    """One choice names form, kind and value. Whether such a group may be made is not the form's to say."""

    group = SelectField("Whose results?", [InputRequired("Choose a group.")], validate_choice=False)

    def offer(self, choices: Sequence[Choice]) -> None:
        """The groups that can be asked for, by kind."""
        several = len({choice.name.form_id for choice in choices}) > 1
        grouped: dict[str, list[tuple[str, str]]] = {"": [("", "Choose one")]}
        for choice in choices:
            title = wording.title(choice.name) + (f", {choice.name.form}" if several else "")
            people = "1 person" if choice.people == 1 else f"{choice.people:,} people"
            grouped.setdefault(wording.KINDS[choice.name.kind], []).append((asked(choice.name), f"{title}: {people}"))
        self.group.choices = grouped

    def parts(self) -> tuple[uuid.UUID, str, str]:
        """Form, kind and value of what was asked for. ValueError: something else was sent."""
        form_id, kind, value = (self.group.data or "").split("/", 2)
        return uuid.UUID(form_id), kind, value


def asked(name: Name) -> str:
    """What the form sends for a group."""
    return f"{name.form_id}/{name.kind}/{name.value}"
