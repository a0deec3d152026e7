"""Pilots: HR asks volunteers to answer a form; analysts follow how far it is from a calibrated key."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.services import audit, requests
from assessment.services.errors import DomainError
from assessment.services.listed import Line
from assessment.services.permissions import Permission
from assessment.services.pilots import pilots as pilot_service
from assessment.services.pilots import progress, volunteers
from assessment.services.pilots.volunteers import Volunteer, WrongLinesError
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager.forms import ConfirmForm, InviteForm
from assessment.web.pilots.forms import PeopleForm, PilotForm

blueprint = Blueprint("pilots", __name__)


@blueprint.get("/pilots")
@requires(Permission.SEE_PILOTS)
def pilots() -> ResponseReturnValue:
    """All pilots of the organisation, and how far each form is."""
    return render_template(
        "pilots/pilots.html",
        pilots=pilot_service.listed(web.session(), access.actor()),
        progress=progress.of_forms(web.session(), access.actor()),
    )


@blueprint.route("/pilots/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_PILOTS)
def new() -> ResponseReturnValue:
    """Open a pilot."""
    choices = pilot_service.choices(web.session(), access.actor())
    form = PilotForm()
    form.offer(choices)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            pilot_id = pilot_service.create(
                web.session(),
                access.actor(),
                title=form.title.data,
                form_id=uuid.UUID(form.form_id.data),
                answer_days=form.answer_days.data,
                now=web.now(),
            )
            web.tell("The pilot is open. Invite the first volunteers.")
            return redirect(url_for("pilots.pilot", pilot_id=pilot_id))
    return render_template("pilots/new.html", form=form, choices=choices), web.shown_again(form)


@blueprint.get("/pilots/<uuid:pilot_id>")
@requires(Permission.SEE_PILOTS)
def pilot(pilot_id: uuid.UUID) -> ResponseReturnValue:
    """How far the form is, and, for those who look after the pilot, who takes part."""
    page = _pilot_page(pilot_id)
    with web.house().database.writing() as session:
        audit.record(session, access.actor(), "viewed", "pilot", pilot_id, web.now())
    return page


@blueprint.route("/pilots/<uuid:pilot_id>/invite", methods=["GET", "POST"])
@requires(Permission.MANAGE_PILOTS)
def invite(pilot_id: uuid.UUID) -> ResponseReturnValue:
    """Ask one person."""
    found = pilot_service.get(web.session(), access.actor(), pilot_id)
    form = InviteForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            volunteers.invite(
                web.session(),
                access.actor(),
                pilot_id,
                name=form.name.data,
                email=form.email.data,
                base_url=web.house().settings.base_url,
                now=web.now(),
            )
            web.tell("The invitation is written. " + _where_the_mail_is())
            return redirect(url_for("pilots.pilot", pilot_id=pilot_id))
    return render_template("pilots/invite.html", form=form, pilot=found), web.shown_again(form)


@blueprint.route("/pilots/<uuid:pilot_id>/invite-several", methods=["GET", "POST"])
@requires(Permission.MANAGE_PILOTS)
def invite_several(pilot_id: uuid.UUID) -> ResponseReturnValue:
    """Ask everybody on a list, or nobody."""
    found = pilot_service.get(web.session(), access.actor(), pilot_id)
    form = PeopleForm()
    wrong: tuple[Line, ...] = ()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            try:
                count = volunteers.invite_several(
                    web.session(),
                    access.actor(),
                    pilot_id,
                    form.people.data,
                    web.house().settings.base_url,
                    web.now(),
                )
            except WrongLinesError as refusal:
                wrong = refusal.lines
                raise
            written = "One invitation is written." if count == 1 else f"{count} invitations are written."
            web.tell(f"{written} {_where_the_mail_is()}")
            return redirect(url_for("pilots.pilot", pilot_id=pilot_id))
    return render_template("pilots/invite_several.html", form=form, pilot=found, wrong=wrong), web.shown_again(form)


@blueprint.route("/pilots/<uuid:pilot_id>/close", methods=["GET", "POST"])
@requires(Permission.MANAGE_PILOTS)
def close(pilot_id: uuid.UUID) -> ResponseReturnValue:
    """Close a pilot, after asking."""
    found = pilot_service.get(web.session(), access.actor(), pilot_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            pilot_service.close(web.session(), access.actor(), pilot_id, web.now())
            web.tell("The pilot is closed. You can reopen it.")
            return redirect(url_for("pilots.pilot", pilot_id=pilot_id))
    return render_template("pilots/close.html", form=form, pilot=found), web.shown_again(form)


@blueprint.route("/pilots/<uuid:pilot_id>/reopen", methods=["GET", "POST"])
@requires(Permission.MANAGE_PILOTS)
def reopen(pilot_id: uuid.UUID) -> ResponseReturnValue:
    """Reopen a pilot, after asking."""
    found = pilot_service.get(web.session(), access.actor(), pilot_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            pilot_service.reopen(web.session(), access.actor(), pilot_id, web.now())
            web.tell("The pilot is open again.")
            return redirect(url_for("pilots.pilot", pilot_id=pilot_id))
    return render_template("pilots/reopen.html", form=form, pilot=found), web.shown_again(form)


@blueprint.post("/pilots/volunteers/<uuid:candidacy_id>/link")
@requires(Permission.MANAGE_PILOTS)
def send_link(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Send a volunteer a new link."""
    volunteer = volunteers.one(web.session(), access.actor(), candidacy_id, web.now())
    try:
        volunteers.send_link_again(
            web.session(), access.actor(), candidacy_id, web.house().settings.base_url, web.now()
        )
    except DomainError as refusal:
        return _refused(volunteer, refusal)
    web.tell(f"An e-mail with a new link to {volunteer.name} is written. {_where_the_mail_is()}")
    return redirect(url_for("pilots.pilot", pilot_id=volunteer.pilot_id))


@blueprint.post("/pilots/volunteers/<uuid:candidacy_id>/requests/<uuid:request_id>/answered")
@requires(Permission.ANSWER_REQUESTS)
def answered(candidacy_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    """Note that somebody has answered what a volunteer asked for."""
    volunteer = volunteers.one(web.session(), access.actor(), candidacy_id, web.now())
    try:
        requests.answered(web.session(), access.actor(), candidacy_id, request_id, web.now())
    except DomainError as refusal:
        return _refused(volunteer, refusal)
    web.tell("Noted as answered.")
    return redirect(url_for("pilots.pilot", pilot_id=volunteer.pilot_id))


@blueprint.route("/pilots/volunteers/<uuid:candidacy_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.MANAGE_PILOTS)
def withdraw(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw a volunteer's invitation, after asking."""
    volunteer = volunteers.one(web.session(), access.actor(), candidacy_id, web.now())
    form = ConfirmForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            volunteers.withdraw(web.session(), access.actor(), candidacy_id, web.now())
            web.tell("The invitation is withdrawn. Its links open nothing any more.")
            return redirect(url_for("pilots.pilot", pilot_id=volunteer.pilot_id))
    found = pilot_service.get(web.session(), access.actor(), volunteer.pilot_id)
    page = render_template("pilots/withdraw.html", form=form, pilot=found, volunteer=volunteer)
    return page, web.shown_again(form)


def _pilot_page(pilot_id: uuid.UUID, errors: list[dict[str, str]] | None = None) -> str:
    found = pilot_service.get(web.session(), access.actor(), pilot_id)
    manages = access.actor().may(Permission.MANAGE_PILOTS)
    return render_template(
        "pilots/pilot.html",
        pilot=found,
        progress=progress.of_form(web.session(), access.actor(), found.form_id),
        volunteers=volunteers.of_pilot(web.session(), access.actor(), pilot_id, web.now()) if manages else None,
        errors=errors,
    )


def _refused(volunteer: Volunteer, refusal: DomainError) -> ResponseReturnValue:
    """The pilot's page again, with what was refused to do for one of many people."""
    web.session().rollback()
    return _pilot_page(volunteer.pilot_id, errors=[{"message": f"{volunteer.name}: {refusal.message}"}]), 422


def _where_the_mail_is() -> str:
    if web.mail_leaves():
        return "It leaves within a minute."
    return "No mail server is set up: you find the e-mail under Mail."
