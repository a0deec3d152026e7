"""What HR says of a vacancy after it was opened: its terms, its plain questions, and a copy of it without people."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.services.hiring import copying, fields, terms
from assessment.services.hiring import vacancies as vacancy_service
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager.forms import QuestionsForm, TermsForm

blueprint = Blueprint("vacancy", __name__)


@blueprint.route("/vacancies/<uuid:vacancy_id>/terms", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def change_terms(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Change what was said when the vacancy was opened."""
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    form = TermsForm(obj=terms.get(web.session(), access.actor(), vacancy_id))
    if form.validate_on_submit():
        with web.refusals_shown(form):
            terms.change(web.session(), access.actor(), vacancy_id, form.terms(), web.now())
            web.tell("Changed. Deadlines that people were told stay as they are.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    longest = terms.longest_retention(web.session(), access.actor())
    page = render_template("manager/change_terms.html", form=form, vacancy=facts, longest=longest)
    return page, web.shown_again(form)


@blueprint.route("/vacancies/<uuid:vacancy_id>/copy", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def copy(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Open another vacancy like this one."""
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    form = TermsForm(obj=copying.terms_of_a_copy(web.session(), access.actor(), vacancy_id))
    if form.validate_on_submit():
        with web.refusals_shown(form):
            copy_id = copying.copy(web.session(), access.actor(), vacancy_id, form.terms(), web.now())
            web.tell("The copy is open. Nobody is invited to it yet.")
            return redirect(url_for("manager.vacancy", vacancy_id=copy_id))
    longest = terms.longest_retention(web.session(), access.actor())
    page = render_template("manager/copy.html", form=form, vacancy=facts, longest=longest)
    return page, web.shown_again(form)


@blueprint.route("/vacancies/<uuid:vacancy_id>/questions", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def change_questions(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Ask candidates for plain facts."""
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    asked = fields.of_vacancy(web.session(), access.actor().organisation_id, vacancy_id)
    form = QuestionsForm.of([field.question for field in asked])
    if form.validate_on_submit():
        with web.refusals_shown(form):
            kept = fields.change(web.session(), access.actor(), vacancy_id, form.questions(), web.now())
            web.tell("Kept. Candidates read the questions after the situations." if kept else "Nothing is asked.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    page = render_template(
        "manager/change_questions.html",
        form=form,
        vacancy=facts,
        asked=asked,
        fixed=fields.answered(web.session(), access.actor(), vacancy_id),
    )
    return page, web.shown_again(form)
