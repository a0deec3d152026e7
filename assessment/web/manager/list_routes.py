"""Inviting many people to a vacancy: a list is looked at first, then all of it that can be invited is."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.services.errors import DomainError
from assessment.services.hiring import invitations, vacancies
from assessment.services.listed import Checked
from assessment.services.permissions import Permission
from assessment.web import access, documents, tables_read
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager import people_file
from assessment.web.manager.forms import ListForm

blueprint = Blueprint("lists", __name__)


@blueprint.get("/vacancies/<uuid:vacancy_id>/invite-several")
@requires(Permission.INVITE)
def several(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Where a list begins: a file, or lines that are written."""
    return _page(vacancy_id, ListForm())


@blueprint.post("/vacancies/<uuid:vacancy_id>/invite-several/check")
@requires(Permission.INVITE)
@web.reads_only
def check(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """What would become of a list; nothing is kept of it, or of the file it came in."""
    vacancies.get(web.session(), access.actor(), vacancy_id)
    form = ListForm()
    checked = None
    if form.validate_on_submit():
        with web.refusals_shown(form):
            _take_over(form)
            checked = _checked(vacancy_id, form)
    return _page(vacancy_id, form, checked)


@blueprint.post("/vacancies/<uuid:vacancy_id>/invite-several")
@requires(Permission.INVITE)
def invite(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Invite everybody who was shown, or nobody."""
    vacancies.get(web.session(), access.actor(), vacancy_id)
    form = ListForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            count = invitations.invite_several(
                web.session(),
                access.actor(),
                vacancy_id,
                form.people.data or "",
                agreed=form.agreed.data or "",
                base_url=web.house().settings.base_url,
                now=web.now(),
            )
            written = "One invitation is written." if count == 1 else f"{count} invitations are written."
            web.tell(f"{written} {web.where_the_mail_is(access.actor())}")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    checked = None
    if form.form_errors:
        with web.refusals_shown(form):
            checked = _checked(vacancy_id, form)
    return _page(vacancy_id, form, checked)


@blueprint.get("/vacancies/people-sample.csv")
@requires(Permission.INVITE)
def sample() -> ResponseReturnValue:
    """A file to begin with."""
    return documents.csv_response("people", people_file.SAMPLE_HEADER, people_file.SAMPLE)


def _take_over(form: ListForm) -> None:
    """The people of an uploaded file become the list."""
    data = form.file.data.read() if form.file.data else b""
    if not data:
        return
    if (form.people.data or "").strip():
        raise DomainError("Choose a file or write a list, not both. Nobody was invited.", "file")
    form.people.data = people_file.as_list(tables_read.rows(data))


def _checked(vacancy_id: uuid.UUID, form: ListForm) -> Checked:
    return invitations.check_several(web.session(), access.actor(), vacancy_id, form.people.data or "", web.now())


def _page(vacancy_id: uuid.UUID, form: ListForm, checked: Checked | None = None) -> ResponseReturnValue:
    form.agreed.data = None if checked is None else checked.digest
    page = render_template(
        "manager/invite_several.html",
        form=form,
        vacancy=vacancies.get(web.session(), access.actor(), vacancy_id),
        checked=checked,
        mail_leaves=web.mail_leaves(),
    )
    return page, web.shown_again(form)
