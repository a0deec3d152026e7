"""A vacancy's link for everybody: switched on and off by HR, to be copied and put where people see it."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.services.hiring import public_links, vacancies
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager.forms import ConfirmForm

blueprint = Blueprint("public_links", __name__)


@blueprint.get("/vacancies/<uuid:vacancy_id>/public-link")
@requires(Permission.MANAGE_VACANCIES)
def link(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """The link, and how many people it has brought."""
    return _page(vacancy_id, ConfirmForm())


@blueprint.post("/vacancies/<uuid:vacancy_id>/public-link/on")
@requires(Permission.MANAGE_VACANCIES)
def on(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Let everybody who has the link be invited."""
    return _switch(vacancy_id, on=True, done="The link is on. Copy it to where people see it.")


@blueprint.post("/vacancies/<uuid:vacancy_id>/public-link/off")
@requires(Permission.MANAGE_VACANCIES)
def off(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Let nobody new in through the link."""
    return _switch(vacancy_id, on=False, done="The link is off. Who has got an invitation can still answer.")


def _switch(vacancy_id: uuid.UUID, *, on: bool, done: str) -> ResponseReturnValue:
    form = ConfirmForm()
    with web.refusals_shown(form):
        public_links.switch(web.session(), access.actor(), vacancy_id, on=on, now=web.now())
        web.tell(done)
        return redirect(url_for("public_links.link", vacancy_id=vacancy_id))
    return _page(vacancy_id, form)


def _page(vacancy_id: uuid.UUID, form: ConfirmForm) -> ResponseReturnValue:
    vacancy = vacancies.get(web.session(), access.actor(), vacancy_id)
    found = public_links.of_vacancy(web.session(), access.actor(), vacancy_id)
    page = render_template(
        "manager/public_link.html",
        form=form,
        vacancy=vacancy,
        link=found,
        now=web.now(),
        address=None
        if found is None
        else f"{web.house().settings.base_url}{url_for('apply.apply', token=found.token)}",
    )
    return page, web.shown_again(form)
