"""Deciding about one person, closing a vacancy once everybody has a decision, and how it was decided."""

import uuid

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.services.hiring import agreement, candidates, closing, decisions, judging, oversight, vacancies
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager import words
from assessment.web.manager.forms import ConfirmForm, DecisionForm, JudgementForm
from assessment.web.manager.routes import blueprint, candidate_page

__all__ = ["blueprint"]


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/decision")
@requires(Permission.SHORTLIST)
def decide(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Decide about one candidate."""
    form = DecisionForm()
    form.offer([(str(kind), said) for kind, said in words.CHOICES.items()])
    if form.validate_on_submit():
        kind = DecisionKind(form.kind.data)
        with web.refusals_shown(form):
            decisions.decide(
                web.session(),
                access.actor(),
                candidacy_id,
                kind,
                form.reason.data,
                web.now(),
                base_url=web.house().settings.base_url,
                not_told=None if form.tell.data else form.not_told.data or "",
            )
            written = "An e-mail to them is written." if form.tell.data else "They get no e-mail."
            web.tell(f"Noted: {words.DECIDED[kind].lower()}. {written}")
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return candidate_page(candidates.page(web.session(), access.actor(), candidacy_id, web.now()), form)


@blueprint.route("/vacancies/<uuid:vacancy_id>/close", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def close(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Close a vacancy, after asking for each person's decision."""
    form = ConfirmForm()
    facts = vacancies.get(web.session(), access.actor(), vacancy_id)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            vacancies.close(web.session(), access.actor(), vacancy_id, web.now())
            web.tell("The vacancy is closed. Nobody new can be invited; you can reopen it.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    undecided = closing.undecided(web.session(), access.actor(), vacancy_id, web.now())
    page = render_template("manager/close.html", form=form, vacancy=facts, undecided=undecided)
    return page, web.shown_again(form)


@blueprint.get("/vacancies/<uuid:vacancy_id>/decisions")
@requires(Permission.MANAGE_VACANCIES)
def how_decided(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """How the people of a vacancy were decided about."""
    found = oversight.of_vacancy(web.session(), access.actor(), vacancy_id, web.now())
    return render_template("manager/how_decided.html", found=found)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/judgement")
@requires(Permission.SHORTLIST)
def judge(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Write down what one makes of a profile."""
    form = JudgementForm()
    form.rating.choices = list(words.RATINGS.items())
    if form.validate_on_submit():
        with web.refusals_shown(form):
            judging.judge(web.session(), access.actor(), candidacy_id, form.rating.data, form.judged.data, web.now())
            web.tell("Your judgement is kept. You see all of the person’s page now.")
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return candidate_page(candidates.page(web.session(), access.actor(), candidacy_id, web.now()), form)


@blueprint.get("/vacancies/judgements")
@requires(Permission.MANAGE_VACANCIES)
def judgements() -> ResponseReturnValue:
    """How judgements agree, and how often they change after the reveal."""
    return render_template("manager/judgements.html", found=agreement.over_all(web.session(), access.actor()))
