"""HR sets a vacancy's panel: who is on it, what each may do, and whether others see the vacancy."""

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField

from assessment.services.hiring import panels
from assessment.services.hiring.panels import Panel, Seat
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.words import ROLE_TITLES

blueprint = Blueprint("panels", __name__)

SEATS: dict[str, tuple[str, Seat | None]] = {
    "none": ("Not on the panel", None),
    "see": ("Sees", Seat(may_rate=False, may_decide=False)),
    "rate": ("Sees and rates", Seat(may_rate=True, may_decide=False)),
    "decide": ("Sees and decides", Seat(may_rate=False, may_decide=True)),
    "both": ("Sees, rates and decides", Seat(may_rate=True, may_decide=True)),
}


class PanelForm(FlaskForm):  # type: ignore[misc]
    """A choice "seat-..." for each member; made by `_form`."""

    only = BooleanField(
        "Only the panel sees this vacancy",
        description="For hiring managers who are not on the panel, the vacancy and its people then don’t exist. HR"
        " sees and may decide about every vacancy.",
    )


@blueprint.route("/vacancies/<uuid:vacancy_id>/panel", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def panel(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Who meets the people of a vacancy."""
    found = panels.of_vacancy(web.session(), access.actor(), vacancy_id)
    form = _form(found)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            panels.change(
                web.session(), access.actor(), vacancy_id, _seats(form, found), only=form.only.data, now=web.now()
            )
            web.tell("The panel is set.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    return render_template("manager/panel.html", panel=found, form=form), web.shown_again(form)


def _form(found: Panel) -> PanelForm:
    kept = {"only": found.only}
    fields: dict[str, Any] = {}
    for one in found.people:
        name = f"seat-{one.member_id}"
        fields[name] = SelectField(
            f"{one.name} ({ROLE_TITLES[one.role]})",
            default=next(key for key, (_, seat) in SEATS.items() if seat == one.seat),
        )
    made: type[PanelForm] = type("PanelForm", (PanelForm,), fields)
    form = made(data=kept)
    for name in fields:
        form[name].choices = [(key, said) for key, (said, _) in SEATS.items()]
    return form


def _seats(form: PanelForm, found: Panel) -> dict[uuid.UUID, Seat]:
    chosen = {one.member_id: SEATS[form[f"seat-{one.member_id}"].data][1] for one in found.people}
    return {member_id: seat for member_id, seat in chosen.items() if seat is not None}
