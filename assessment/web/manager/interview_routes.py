"""The interview: a guide made for one person, each member's own ratings, and all of them beside each other."""

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.services import audit
from assessment.services.hiring import interview_ratings, interview_sheets
from assessment.services.hiring.interview import Question
from assessment.services.hiring.interview_ratings import NotYet
from assessment.services.hiring.interview_sheets import InterviewPage
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager import interview_words as words
from assessment.web.manager.interview_forms import LookForm, RemarkForm, SheetForm, sheet_form, written

blueprint = Blueprint("interviews", __name__)
for _name, _words in (
    ("spread_in_words", words.spread),
    ("apart_in_words", words.apart),
    ("panel_in_words", words.panel),
    ("why_open", words.why),
):
    blueprint.add_app_template_filter(_words, _name)

HAND_IN = "hand-in"


@blueprint.app_template_global()
def interview_question(attribute: str, concern: str) -> str | None:
    """The first question of the bank for what is open, where it has any."""
    questions = web.house().interview.get(attribute)
    found = questions.of(concern) if questions is not None else ()
    return found[0].question if found else None


@blueprint.get("/vacancies/candidates/<uuid:candidacy_id>/interview")
@requires(Permission.SEE_CANDIDATES)
def guide(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """What to ask one person, with room for the member's own ratings."""
    page = _load(candidacy_id)
    _remember("viewed the interview guide of", candidacy_id)
    return _page(page, sheet_form(page.questions, page.own))


@blueprint.get("/vacancies/candidates/<uuid:candidacy_id>/interview/paper")
@requires(Permission.SEE_CANDIDATES)
def paper(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """The same to be printed. Paper lies about, so it says nothing of the person's result."""
    page = _load(candidacy_id)
    _remember("viewed the interview guide of", candidacy_id)
    return render_template("manager/interview_paper.html", page=page, attributes=web.house().attributes)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/interview")
@requires(Permission.SEE_CANDIDATES)
def rate(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Keep ratings, or hand them in."""
    page = _load(candidacy_id)
    questions = [*page.questions, *_asked_before(page)]
    form = sheet_form(questions, page.own)
    hand_in = request.form.get("then") == HAND_IN
    if form.validate_on_submit():
        with web.refusals_shown(form):
            interview_sheets.keep(
                web.session(),
                access.actor(),
                candidacy_id,
                web.house().interview,
                written(form, questions),
                web.now(),
                hand_in=hand_in,
            )
            web.tell("Your ratings are handed in." if hand_in else "Kept. Nobody else sees it until you hand it in.")
            return redirect(url_for("interviews.ratings" if hand_in else "interviews.guide", candidacy_id=candidacy_id))
    return _page(page, form)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/interview/remark")
@requires(Permission.SEE_CANDIDATES)
def remark(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Add something to ratings that were handed in."""
    form = RemarkForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            interview_sheets.add(web.session(), access.actor(), candidacy_id, form.text.data or "", web.now())
            web.tell("Your remark is added.")
            return redirect(url_for("interviews.ratings", candidacy_id=candidacy_id))
    return _page(_load(candidacy_id), form)


@blueprint.get("/vacancies/candidates/<uuid:candidacy_id>/interview/ratings")
@requires(Permission.SEE_CANDIDATES)
def ratings(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Everybody's ratings, for who has handed in their own."""
    found = interview_ratings.of_candidacy(
        web.session(), access.actor(), candidacy_id, web.house().interview, web.now()
    )
    if isinstance(found, NotYet):
        return render_template("manager/interview_not_yet.html", page=found, form=LookForm())
    _remember("viewed the ratings of", candidacy_id)
    return render_template("manager/interview_ratings.html", page=found)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/interview/look")
@requires(Permission.SEE_CANDIDATES)
def look(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """See the ratings without giving any."""
    interview_sheets.look(web.session(), access.actor(), candidacy_id, web.now())
    return redirect(url_for("interviews.ratings", candidacy_id=candidacy_id))


def _load(candidacy_id: uuid.UUID) -> InterviewPage:
    return interview_sheets.page(web.session(), access.actor(), candidacy_id, web.house().interview, web.now())


def _asked_before(page: InterviewPage) -> list[Question]:
    """Questions that were on the page when it was opened, and are not any more: what was written of them is kept."""
    sent = {name.partition("-")[2] for name, value in request.form.items() if value}
    return [
        question
        for question in interview_sheets.every_question(web.house().interview)
        if question.id in sent and question not in page.questions
    ]


def _page(page: InterviewPage, form: SheetForm | RemarkForm) -> ResponseReturnValue:
    shown = render_template(
        "manager/interview.html",
        page=page,
        form=form,
        sheet=sheet_form(page.questions, page.own) if isinstance(form, RemarkForm) else form,
        remark=form if isinstance(form, RemarkForm) else RemarkForm(formdata=None),
        attributes=web.house().attributes,
        hand_in=HAND_IN,
    )
    return shown, web.shown_again(form)


def _remember(action: str, candidacy_id: uuid.UUID) -> None:
    """Log what was seen, in a short write of its own: the page itself only reads."""
    with web.house().database.writing() as session:
        audit.record(session, access.actor(), action, "candidacy", candidacy_id, web.now())
