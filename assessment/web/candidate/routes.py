"""A candidate's way: the link, what to know before, the situations, the own result, and the own data."""

import random
import secrets
import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Redirect

from assessment.services import audit, inviting, members
from assessment.services.errors import DomainError, NotFoundError, StaleError
from assessment.services.requests import ANSWER_WITHIN, RequestKind
from assessment.services.scoring import results
from assessment.services.sitting import (
    answers,
    candidate_requests,
    learning,
    own_data,
    own_decision,
    own_result,
    retention,
    sittings,
)
from assessment.services.sitting import facts as plain_facts
from assessment.services.sitting.answers import Choice, NotKeptError, Situation
from assessment.services.sitting.own_decision import DecisionKind
from assessment.services.sitting.sittings import Standing
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import for_invited, public
from assessment.web.candidate import calendar
from assessment.web.candidate.forms import (
    LARGEST_ANSWER,
    AnswerForm,
    ButtonForm,
    EraseForm,
    FactsForm,
    LookAgainForm,
    LostLinkForm,
    NoteForm,
    ShapeError,
    StartForm,
    read_answer,
    read_moment,
)
from assessment.web.limits import KNOCKS, OPENINGS, limiter

blueprint = Blueprint("candidate", __name__)

DECIDED = {
    DecisionKind.SHORTLISTED: "You are on the shortlist",
    DecisionKind.OFFERED: "You were offered the position",
    DecisionKind.DECLINED: "The organisation does not go on with your application",
    DecisionKind.WITHDRAWN: "You no longer apply",
    DecisionKind.KEPT_FOR_LATER: "Your application is kept for later",
}

GONE = 410
CONFLICT = 409
# Between computing a result and keeping it, another browser may save an answer. Twice in a row is nobody's hand.
COMPUTE_AT_MOST = 3
WHY_NOT_KEPT = {
    "newer": "Not saved: a newer answer to this situation counts, from another page or device.",
    "finished": "You have finished already, so answers no longer change.",
    "too_late": "The time for this questionnaire is over, so this answer was not kept.",
}


@blueprint.get("/i/<token>")
@limiter.limit(OPENINGS)
@public
def open_link(token: str) -> ResponseReturnValue:
    """Exchange the link for a cookie; a mail scanner that follows it starts and uses up nothing."""
    opened = sittings.open_link(web.session(), token, web.now())
    if opened is None:
        return _no_link()
    access.remember_invitation(opened)
    to_start = _back_to_start(opened.invitation_id)
    to_start.headers["Referrer-Policy"] = "no-referrer"
    return to_start


@blueprint.get("/link-not-good")
@public
def link_not_good() -> ResponseReturnValue:
    """One page for unknown, expired, withdrawn and foreign invitations."""
    return _no_link()


@blueprint.errorhandler(NotFoundError)
def _not_found(_error: NotFoundError) -> ResponseReturnValue:
    if request.method == "PUT":
        return {"error": "There is no such questionnaire here."}, 404
    return _no_link()


@blueprint.route("/lost-link", methods=["GET", "POST"])
@limiter.limit(KNOCKS, methods=["POST"])
@public
def lost_link() -> ResponseReturnValue:
    form = LostLinkForm()
    if form.validate_on_submit():
        inviting.send_lost_links(web.session(), form.email.data, web.house().settings.base_url, web.now())
        return render_template(
            "candidate/lost_link_sent.html",
            mail_leaves=web.mail_leaves(),
            contact=members.only_contact(web.session()),
        )
    return render_template("candidate/lost_link.html", form=form), web.shown_again(form)


@blueprint.get("/take/<uuid:invitation_id>")
@for_invited
def start(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Where the link leads: what to know before, the way back in, or the result."""
    standing = _standing()
    if standing.finished_at is not None:
        return redirect(url_for("candidate.result", invitation_id=invitation_id))
    if standing.too_late or (standing.started_at is None and not standing.open):
        return _page("candidate/too_late.html", standing), GONE
    if standing.started_at is not None:
        return _page("candidate/resume.html", standing, form=ButtonForm(), device=_device(standing))
    return _start_page(standing, StartForm(data={"notice": standing.notice.digest}))


@blueprint.get("/take/<uuid:invitation_id>/deadline.ics")
@for_invited
def deadline(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """The deadline, for the person's own calendar."""
    standing = _standing()
    entry = calendar.entry(
        invitation_id,
        title=standing.title,
        organisation=standing.organisation,
        contact=standing.contact,
        deadline=standing.deadline,
        now=web.now(),
    )
    return Response(
        entry,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="deadline.ics"'},
    )


@blueprint.post("/take/<uuid:invitation_id>/start")
@for_invited
def begin(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """ "I have read this": the one place where a sitting starts."""
    form = StartForm()
    with web.refusals_shown(form):
        device = sittings.start(
            web.session(), access.invited(), form.notice.data or "", web.now(), rng=random.SystemRandom()
        )
        access.remember_device(invitation_id, device)
        if device > 1:  # begun already, perhaps by a double click
            return _back_to_start(invitation_id)
        return redirect(url_for("candidate.practice", invitation_id=invitation_id), 303)
    standing = _standing()
    if standing.too_late or not standing.open:
        return _page("candidate/too_late.html", standing), GONE
    form.notice.data = standing.notice.digest
    return _start_page(standing, form), 422


@blueprint.post("/take/<uuid:invitation_id>/join")
@for_invited
def join(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Continue in this browser."""
    standing = _standing()
    if _closed(standing):
        return _back_to_start(invitation_id)
    access.remember_device(invitation_id, sittings.join(web.session(), access.invited(), web.now()))
    return redirect(url_for("candidate.situation", invitation_id=invitation_id, number=standing.next_number), 303)


@blueprint.route("/take/<uuid:invitation_id>/practice", methods=["GET", "POST"])
@for_invited
def practice(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Try the two choices on a situation that is not kept."""
    form = AnswerForm()
    with web.house().database.reading() as session:
        standing = sittings.standing(session, access.invited(), web.now())
        shown = sittings.practice(session, access.invited())
    if _closed(standing):
        return _back_to_start(invitation_id)
    if request.method == "GET":
        return _page("candidate/practice.html", standing, situation=shown, tried=None)
    try:
        tried = answers.check_pair([option.id for option in shown.options], form.most.data, form.least.data)
    except DomainError as refusal:
        shown = _with_typed(shown, form)
        return _page("candidate/practice.html", standing, situation=shown, tried=None, errors=[_told(refusal)]), 422
    texts = {option.id: option.text for option in shown.options}
    return _page(
        "candidate/practice.html", standing, situation=shown, tried={"most": texts[tried[0]], "least": texts[tried[1]]}
    )


@blueprint.get("/take/<uuid:invitation_id>/<int:number>")
@for_invited
def situation(invitation_id: uuid.UUID, number: int) -> ResponseReturnValue:
    standing = _standing()
    if _closed(standing) or _device(standing) != standing.devices:
        return _back_to_start(invitation_id)
    return _situation_page(
        standing,
        sittings.situation(web.session(), access.invited(), number),
        to_check=_to_check(request.args.get("then")),
    )


@blueprint.post("/take/<uuid:invitation_id>/<int:number>")
@for_invited
def answer(invitation_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Save without scripts, and go on."""
    device = access.device_of(invitation_id)
    if device is None:
        return _back_to_start(invitation_id)
    form = AnswerForm()
    choice = Choice(
        key=form.good_key or secrets.token_hex(16),
        most=form.most.data,
        least=form.least.data,
        device=device,
        shown_at=read_moment(form.shown_at.data),
    )
    try:
        saved = answers.save(web.session(), access.invited(), number, choice, web.now())
    except NotKeptError as late:
        web.session().rollback()
        web.tell(WHY_NOT_KEPT[late.reason])
        return _back_to_start(invitation_id)
    except DomainError as refusal:
        web.session().rollback()
        shown = _with_typed(sittings.situation(web.session(), access.invited(), number), form)
        return _situation_page(_standing(), shown, [_told(refusal)], to_check=_to_check(form.then.data)), 422
    if saved.elsewhere:
        return _back_to_start(invitation_id)
    if number < saved.total and not _to_check(form.then.data):
        return redirect(url_for("candidate.situation", invitation_id=invitation_id, number=number + 1), 303)
    return redirect(url_for("candidate.check", invitation_id=invitation_id), 303)


@blueprint.put("/take/<uuid:invitation_id>/answers/<int:number>")
@for_invited
def save(invitation_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """Save with a script: the reply is sent after the commit, with the next situation when it was asked for."""
    device = access.device_of(invitation_id)
    if device is None:
        raise NotFoundError
    request.max_content_length = LARGEST_ANSWER
    try:
        sent = read_answer(request.get_data())
        # An answer may have waited since before this browser joined anew: it never counts for more than it was.
        choice = Choice(
            key=sent.key,
            most=sent.most,
            least=sent.least,
            device=min(sent.device or device, device),
            sequence=sent.sequence,
            shown_at=sent.shown_at,
        )
        saved = answers.save(web.session(), access.invited(), number, choice, web.now(), following=sent.following)
    except (ShapeError, DomainError) as refusal:
        return {"error": str(refusal)}, 422
    except NotKeptError as late:
        stored = late.stored
        return {
            "reason": late.reason,
            "error": WHY_NOT_KEPT[late.reason],
            "stored": stored and {"most": stored.most, "least": stored.least, "sequence": stored.sequence},
            "elsewhere": late.elsewhere,
        }, CONFLICT
    reply: dict[str, Any] = {"saved_at": saved.saved_at.isoformat(), "sequence": saved.sequence}
    if saved.elsewhere:
        reply["elsewhere"] = True
    elif saved.following is not None:
        reply["html"] = _fragment(invitation_id, saved.following)
    return reply


@blueprint.get("/take/<uuid:invitation_id>/check")
@for_invited
def check(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Check your answers, those that are missing first."""
    standing = _standing()
    if _closed(standing) or _device(standing) != standing.devices:
        return _back_to_start(invitation_id)
    given = sittings.overview(web.session(), access.invited())
    return _page(
        "candidate/check.html",
        standing,
        form=ButtonForm(),
        missing=[line for line in given if line.most is None],
        given=[line for line in given if line.most is not None],
        fewest=sittings.FEWEST_FOR_SCORES,
        device=_device(standing),
    )


@blueprint.post("/take/<uuid:invitation_id>/finish")
@for_invited
def finish(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Hand in. The result is computed before anything is locked, and kept only if the answers still stand."""
    invited = access.invited()
    for _ in range(COMPUTE_AT_MOST):
        with web.house().database.reading() as session:
            worked_out = sittings.work_out(session, invited)
        if worked_out is None:
            break
        try:
            sittings.finish(web.session(), invited, worked_out, web.now())
        except StaleError:
            web.session().rollback()
            continue
        except DomainError:
            return _back_to_start(invitation_id)
        asked = plain_facts.of_invited(web.session(), invited)
        after = "candidate.facts" if asked else "candidate.result"
        return redirect(url_for(after, invitation_id=invitation_id), 303)
    return _back_to_start(invitation_id)


@blueprint.route("/take/<uuid:invitation_id>/facts", methods=["GET", "POST"])
@for_invited
def facts(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """The plain questions of the vacancy, after the situations."""
    standing = _standing()
    asked = plain_facts.of_invited(web.session(), access.invited())
    if standing.finished_at is None or not asked:
        return _back_to_start(invitation_id)
    form = FactsForm.of(asked)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            plain_facts.say(web.session(), access.invited(), form.values(asked), web.now())
            return redirect(url_for("candidate.result", invitation_id=invitation_id), 303)
    return _page("candidate/facts.html", standing, form=form, asked=asked), web.shown_again(form)


@blueprint.get("/take/<uuid:invitation_id>/result")
@for_invited
def result(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """The own result, the same minute."""
    standing = _standing()
    own = results.own(web.session(), access.invited())
    if own is None:
        return _back_to_start(invitation_id)
    page = _page(
        "candidate/result.html",
        standing,
        own=own,
        decision=own_decision.of_invited(web.session(), access.invited()),
        decided=DECIDED,
        answer_within=ANSWER_WITHIN.days,
        lines=own_result.read(own.points, web.house().attributes),
        # Nothing is read out of answers that look like random clicks.
        suggestion=None if own.withheld else learning.suggest(own.points, web.house().learning),
        modules=web.house().learning,
        attributes=web.house().attributes,
        fewest=sittings.FEWEST_FOR_SCORES,
        asked=candidate_requests.of_invitation(web.session(), access.invited(), RequestKind.LOOK_AGAIN),
        facts=plain_facts.of_invited(web.session(), access.invited()),
    )
    with web.house().database.writing() as session:
        audit.record(session, access.invited(), "saw own result", "invitation", invitation_id, web.now())
    return page


@blueprint.get("/take/<uuid:invitation_id>/learn")
@for_invited
def modules(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """All learning modules, from the own result; which ones are opened is not written down."""
    standing = _standing()
    if standing.finished_at is None:
        return _back_to_start(invitation_id)
    house = web.house()
    return _page("candidate/modules.html", standing, modules=house.learning, attributes=house.attributes)


@blueprint.get("/take/<uuid:invitation_id>/learn/<module_id>")
@for_invited
def module(invitation_id: uuid.UUID, module_id: str) -> ResponseReturnValue:
    """A learning module, from the own result."""
    standing = _standing()
    if standing.finished_at is None:
        return _back_to_start(invitation_id)
    house = web.house()
    if module_id not in house.learning:
        abort(404)
    return _page(
        "candidate/module.html",
        standing,
        module=house.learning[module_id],
        modules=house.learning,
        attributes=house.attributes,
    )


@blueprint.route("/take/<uuid:invitation_id>/look-again", methods=["GET", "POST"])
@limiter.limit(KNOCKS, methods=["POST"])
@for_invited
def look_again(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Ask a person to look at the result."""
    standing = _standing()
    if standing.finished_at is None:
        return _back_to_start(invitation_id)
    form = LookAgainForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            candidate_requests.ask_another_look(web.session(), access.invited(), form.note.data or "", web.now())
            web.tell(_kept_for(standing))
            return redirect(url_for("candidate.result", invitation_id=invitation_id), 303)
    asked = candidate_requests.of_invitation(web.session(), access.invited(), RequestKind.LOOK_AGAIN)
    return _page("candidate/look_again.html", standing, form=form, asked=asked), web.shown_again(form)


@blueprint.route("/take/<uuid:invitation_id>/other-way", methods=["GET", "POST"])
@limiter.limit(KNOCKS, methods=["POST"])
@for_invited
def other_way(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for a structured interview instead, or say what would help."""
    standing = _standing()
    form = NoteForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            candidate_requests.ask_other_way(web.session(), access.invited(), form.note.data or "", web.now())
            web.tell(_kept_for(standing))
            return redirect(url_for("candidate.other_way", invitation_id=invitation_id), 303)
    asked = candidate_requests.of_invitation(web.session(), access.invited(), RequestKind.OTHER_WAY)
    return _page("candidate/other_way.html", standing, form=form, asked=asked), web.shown_again(form)


@blueprint.get("/take/<uuid:invitation_id>/data")
@for_invited
def my_data(invitation_id: uuid.UUID) -> ResponseReturnValue:  # noqa: ARG001 - the mark has used it
    """Everything held about this person, to read."""
    page = _page(
        "candidate/my_data.html",
        _standing(),
        data=own_data.everything(web.session(), access.invited()),
        titles={name: texts.title for name, texts in web.house().attributes.items()},
    )
    _record_taken()
    return page


@blueprint.get("/take/<uuid:invitation_id>/data.json")
@for_invited
def my_data_file(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """The same to take along."""
    text = own_data.as_json(own_data.everything(web.session(), access.invited()))
    _record_taken()
    return Response(
        text,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="my-data-{invitation_id}.json"'},
    )


@blueprint.route("/take/<uuid:invitation_id>/erase", methods=["GET", "POST"])
@for_invited
def erase(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Have everything erased, after reading what that means."""
    form = EraseForm()
    if form.validate_on_submit():
        retention.erase_own(web.session(), access.invited(), web.now())
        access.forget_invitation(invitation_id)
        return redirect(url_for("candidate.goodbye"), 303)
    page = _page(
        "candidate/erase.html",
        _standing(),
        form=form,
        affected=retention.affected(web.session(), access.invited()),
    )
    return page, web.shown_again(form)


@blueprint.post("/take/<uuid:invitation_id>/leave")
@for_invited
def leave(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Close the questionnaire on this device: on a shared one, the next person finds nothing."""
    access.forget_invitation(invitation_id)
    return redirect(url_for("candidate.closed"), 303)


@blueprint.get("/closed")
@public
def closed() -> ResponseReturnValue:
    return render_template("candidate/closed.html")


@blueprint.get("/goodbye")
@public
def goodbye() -> ResponseReturnValue:
    return render_template("candidate/goodbye.html")


def _kept_for(standing: Standing) -> str:
    """True with and without a mail server: what was asked for stands in HR's list until it is answered."""
    what = "What you wrote" if standing.pilot else "Your request"
    return f"{what} is kept for HR at {standing.organisation}. They answer by e-mail."


def _no_link() -> ResponseReturnValue:
    return render_template("candidate/link_not_good.html"), 404, {"Referrer-Policy": "no-referrer"}


def _standing() -> Standing:
    return sittings.standing(web.session(), access.invited(), web.now())


def _closed(standing: Standing) -> bool:
    return standing.started_at is None or standing.finished_at is not None or standing.too_late


def _device(standing: Standing) -> int | None:
    """The number of this browser; one from another time, before the data was erased, does not count."""
    device = access.device_of(access.invited().invitation_id)
    return device if device is not None and device <= standing.devices else None


def _page(template: str, standing: Standing, **more: Any) -> str:
    """A page for this candidate: the organisation's name, and what every page of theirs offers."""
    invitation_id = access.invited().invitation_id
    return render_template(
        template,
        standing=standing,
        invitation_id=invitation_id,
        organisation={"name": standing.organisation},
        synthetic=standing.synthetic,
        home_url=url_for("candidate.start", invitation_id=invitation_id),
        **more,
    )


def _start_page(standing: Standing, form: StartForm) -> str:
    asked = plain_facts.of_invited(web.session(), access.invited())
    return _page("candidate/start.html", standing, form=form, plain_questions=len(asked))


def _situation_page(
    standing: Standing, shown: Situation, errors: list[dict[str, str]] | None = None, *, to_check: bool
) -> str:
    return _page(
        "candidate/situation.html",
        standing,
        situation=shown,
        errors=errors or [],
        to_check=to_check,
        device=_device(standing),
        **_fresh(),
    )


def _fragment(invitation_id: uuid.UUID, shown: Situation) -> str:
    return render_template(
        "candidate/_situation.html",
        invitation_id=invitation_id,
        situation=shown,
        errors=[],
        to_check=False,
        **_fresh(),
    )


def _to_check(then: str | None) -> bool:
    """Whether the situation was opened from the list of answers, which is where its button leads back to."""
    return then == "check"


def _fresh() -> dict[str, str]:
    """What a page sends back with the answer: a key that makes a second click harmless, and when it was shown."""
    return {"key": secrets.token_hex(16), "shown_at": web.now().isoformat()}


def _with_typed(shown: Situation, form: AnswerForm) -> Situation:
    """The situation with what was chosen just now instead of what is kept."""
    return replace(shown, most=form.most.data, least=form.least.data)


def _told(refusal: DomainError) -> dict[str, str]:
    """A refusal for the summary, with a link to the first control it is about."""
    return {"message": refusal.message, "field": f"{refusal.field or 'most'}-1"}


def _back_to_start(invitation_id: uuid.UUID) -> Redirect:
    """The start page knows what to say in every state."""
    return redirect(url_for("candidate.start", invitation_id=invitation_id), 303)


def _record_taken() -> None:
    with web.house().database.writing() as session:
        own_data.record_taken(session, access.invited(), web.now())
