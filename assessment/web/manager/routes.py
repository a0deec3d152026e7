"""What a hiring manager does: follow vacancies, invite people, and compare them."""

import uuid
from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from assessment.services import audit, requests
from assessment.services.hiring import (
    accommodations,
    candidates,
    comparing,
    decisions,
    invitations,
    looking_again,
    openings,
    terms,
)
from assessment.services.hiring import vacancies as vacancy_service
from assessment.services.permissions import Permission
from assessment.services.profiles import preview as previewing
from assessment.services.profiles import role_profiles
from assessment.services.scoring import rescoring
from assessment.web import access, documents
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager import cautions, tables, words
from assessment.web.manager.forms import (
    AccommodationForm,
    ConfirmForm,
    DecisionForm,
    ExtendForm,
    InviteAgainForm,
    InviteForm,
    JudgementForm,
    MoveForm,
    StandForm,
    VacancyForm,
)

blueprint = Blueprint("manager", __name__)
for _name, _words in (
    ("better", words.better),
    ("caution", cautions.caution),
    ("standing", words.STANDINGS.__getitem__),
    ("standing_on", words.standing_on),
    ("why_asked", words.why_asked),
    ("asked_for", words.asked_for),
    ("three_chances", words.three_chances),
    ("decided", words.DECIDED.__getitem__),
    ("rated", words.RATINGS.__getitem__),
):
    blueprint.add_app_template_filter(_words, _name)


@blueprint.get("/vacancies")
@requires(Permission.SEE_VACANCIES)
def vacancies() -> ResponseReturnValue:
    """All vacancies of the organisation."""
    actor = access.actor()
    return render_template(
        "manager/vacancies.html",
        vacancies=vacancy_service.listed(web.session(), actor),
        look_again=looking_again.waiting(web.session(), actor) if actor.may(Permission.MANAGE_VACANCIES) else (),
        waiting=requests.waiting(web.session(), actor) if actor.may(Permission.ANSWER_REQUESTS) else (),
    )


@blueprint.route("/vacancies/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def new_vacancy() -> ResponseReturnValue:
    """Open a vacancy."""
    choices = role_profiles.choices(web.session(), access.actor())
    lengths = vacancy_service.lengths(web.session(), access.actor())
    form = VacancyForm()
    form.offer(choices, lengths)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            vacancy_id = vacancy_service.create(
                web.session(),
                access.actor(),
                **asdict(form.terms()),
                role_profile_id=uuid.UUID(form.role_profile_id.data),
                judgement_first=form.judgement_first.data,
                length=form.length.data,
                now=web.now(),
            )
            web.tell("The vacancy is open. Invite the first person.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    longest = terms.longest_retention(web.session(), access.actor())
    page = render_template("manager/new_vacancy.html", form=form, choices=choices, lengths=lengths, longest=longest)
    return page, web.shown_again(form)


@blueprint.get("/vacancies/<uuid:vacancy_id>")
@requires(Permission.SEE_CANDIDATES)
def vacancy(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Who should I talk to, how sure is that, what do I ask them?"""
    people = comparing.of_vacancy(
        web.session(), access.actor(), vacancy_id, web.now(), page=web.page_number(request.args.get("page"))
    )
    _remember("viewed", "vacancy", vacancy_id)
    return render_template(
        "manager/vacancy.html", people=people, lines=_lines(people.profile), now=web.now(), **_texts()
    )


@blueprint.get("/vacancies/<uuid:vacancy_id>/people.csv")
@requires(Permission.SEE_CANDIDATES)
def people_table(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """What the vacancy's page shows, as a file."""
    people = comparing.of_vacancy(web.session(), access.actor(), vacancy_id, web.now())
    _remember("exported people of", "vacancy", vacancy_id)
    attributes = web.house().attributes
    return documents.csv_response(
        "people", tables.people_header(people, attributes), tables.people_rows(people, attributes)
    )


@blueprint.post("/vacancies/<uuid:vacancy_id>/score-again")
@requires(Permission.MANAGE_VACANCIES)
def score_again(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Bring everybody of a vacancy under the key in force."""
    done = rescoring.of_vacancy(web.session(), access.actor(), vacancy_id, web.now())
    people = "1 person is" if done == 1 else f"{done} people are"
    web.tell(f"{people} scored with the newest key. Every earlier result is kept.")
    return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))


@blueprint.get("/vacancies/<uuid:vacancy_id>/compare")
@requires(Permission.SEE_CANDIDATES)
def compare(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Some people side by side, on one scale."""
    comparison = _comparison(vacancy_id)
    _remember("compared people of", "vacancy", vacancy_id, people=_ids(comparison))
    return render_template("manager/compare.html", comparison=comparison, lines=_lines(comparison.profile), **_texts())


@blueprint.get("/vacancies/<uuid:vacancy_id>/compare.csv")
@requires(Permission.SEE_CANDIDATES)
def compared_table(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """The numbers of a comparison, as a file."""
    comparison = _comparison(vacancy_id)
    _remember("exported people of", "vacancy", vacancy_id, people=_ids(comparison))
    attributes = web.house().attributes
    return documents.csv_response(
        "comparison",
        tables.comparison_header(comparison, attributes),
        tables.comparison_rows(comparison, attributes),
    )


@blueprint.route("/vacancies/<uuid:vacancy_id>/invite", methods=["GET", "POST"])
@requires(Permission.INVITE)
def invite(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Invite a person."""
    form = InviteForm()
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    invited_already = False
    if form.validate_on_submit():
        with web.refusals_shown(form):
            try:
                invitations.invite(
                    web.session(),
                    access.actor(),
                    vacancy_id,
                    name=form.name.data,
                    email=form.email.data,
                    base_url=web.house().settings.base_url,
                    now=web.now(),
                )
            except invitations.InvitedAlreadyError:
                invited_already = True
                raise
            return redirect(url_for("manager.invited", vacancy_id=vacancy_id))
    return _invite_page(form, facts, invited_already=invited_already)


@blueprint.post("/vacancies/<uuid:vacancy_id>/link")
@requires(Permission.INVITE)
def send_link_to(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Send a new link to an address that is invited already, without telling which candidate it is."""
    form = InviteForm()
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    with web.refusals_shown(form):
        invitations.send_link_to(
            web.session(),
            access.actor(),
            vacancy_id,
            form.email.data or "",
            web.house().settings.base_url,
            web.now(),
        )
        web.tell("An e-mail with a new link is written. " + _where_the_mail_is())
        return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    return _invite_page(form, facts)


@blueprint.get("/vacancies/<uuid:vacancy_id>/invited")
@requires(Permission.INVITE)
def invited(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """What happens to the e-mail, and what next."""
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    return render_template("manager/invited.html", vacancy=facts, mail_leaves=web.mail_leaves())


@blueprint.route("/vacancies/<uuid:vacancy_id>/reopen", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def reopen(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Reopen a vacancy, after asking."""
    form = ConfirmForm()
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            vacancy_service.reopen(web.session(), access.actor(), vacancy_id, web.now())
            web.tell("The vacancy is open again.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    return render_template("manager/reopen.html", form=form, vacancy=facts), web.shown_again(form)


@blueprint.route("/vacancies/<uuid:vacancy_id>/move", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def move(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """Read a vacancy with the newest published version of its role profile."""
    form = MoveForm()
    facts = vacancy_service.get(web.session(), access.actor(), vacancy_id)
    if form.validate_on_submit():
        with web.refusals_shown(form):
            number = vacancy_service.move_to_newest(
                web.session(), access.actor(), vacancy_id, form.reason.data, web.now()
            )
            web.tell(f"The vacancy is judged by version {number} from now on.")
            return redirect(url_for("manager.vacancy", vacancy_id=vacancy_id))
    would_do = None
    # Not after a refusal: nothing is computed inside a write.
    if facts.newer_is_published and request.method == "GET":
        would_do = previewing.of_versions(
            web.session(), access.actor(), facts.role_profile_id, facts.number, facts.newest_number
        )
    return render_template("manager/move.html", form=form, vacancy=facts, preview=would_do), web.shown_again(form)


@blueprint.get("/vacancies/candidates/<uuid:candidacy_id>")
@requires(Permission.SEE_CANDIDATES)
def candidate(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Where one candidate's answers leave them."""
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    with web.house().database.writing() as session:
        openings.record(session, access.actor(), candidacy_id, web.now())
    return candidate_page(page)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/looked-again")
@requires(Permission.MANAGE_VACANCIES)
def let_stand(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a decision stands although newer scores put it in question."""
    form = StandForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            decisions.confirm(web.session(), access.actor(), candidacy_id, form.note.data or "", web.now())
            web.tell("Noted: the decision stands.")
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return candidate_page(candidates.page(web.session(), access.actor(), candidacy_id, web.now()), form)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/requests/<uuid:request_id>/answered")
@requires(Permission.ANSWER_REQUESTS)
def answered(candidacy_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    """Note that somebody has answered what a candidate asked for."""
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    form = ConfirmForm()
    with web.refusals_shown(form):
        requests.answered(web.session(), access.actor(), candidacy_id, request_id, web.now())
        web.tell("Noted as answered.")
        return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return candidate_page(page, form)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/link")
@requires(Permission.INVITE)
def send_link(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Send a candidate a new link."""
    form = ConfirmForm()
    with web.refusals_shown(form):
        invitations.send_link_again(
            web.session(), access.actor(), candidacy_id, web.house().settings.base_url, web.now()
        )
        web.tell("An e-mail with a new link is written. " + _where_the_mail_is())
        return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return candidate_page(candidates.page(web.session(), access.actor(), candidacy_id, web.now()), form)


@blueprint.route("/vacancies/candidates/<uuid:candidacy_id>/revoke", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def revoke(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw an invitation, after asking."""
    form = ConfirmForm()
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    if form.validate_on_submit():
        with web.refusals_shown(form):
            invitations.revoke(web.session(), access.actor(), candidacy_id, web.now())
            web.tell("The invitation is withdrawn. Its links open nothing any more.")
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return render_template("manager/revoke.html", form=form, page=page), web.shown_again(form)


@blueprint.route("/vacancies/candidates/<uuid:candidacy_id>/extend", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def extend(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Give a candidate more time."""
    form = ExtendForm()
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    if form.validate_on_submit():
        with web.refusals_shown(form):
            invitations.extend(web.session(), access.actor(), candidacy_id, form.last_day.data, web.now())
            web.tell("The person has more time. Links sent before are good as long.")
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return render_template("manager/extend.html", form=form, page=page), web.shown_again(form)


@blueprint.route("/vacancies/candidates/<uuid:candidacy_id>/again", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def invite_again(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody who has finished answer once more."""
    form = InviteAgainForm()
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    if form.validate_on_submit():
        with web.refusals_shown(form):
            invitations.invite_again(
                web.session(),
                access.actor(),
                candidacy_id,
                form.reason.data,
                web.house().settings.base_url,
                web.now(),
            )
            web.tell("The person can answer again. " + _where_the_mail_is())
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return render_template("manager/invite_again.html", form=form, page=page), web.shown_again(form)


@blueprint.route("/vacancies/candidates/<uuid:candidacy_id>/agreed", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def accommodation(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Record what was granted to a candidate."""
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    form = AccommodationForm(data={"accommodation": page.for_hr and page.for_hr.accommodation})
    if form.validate_on_submit():
        with web.refusals_shown(form):
            accommodations.grant(web.session(), access.actor(), candidacy_id, form.accommodation.data or "", web.now())
            web.tell("Recorded. The person reads it on their pages; managers don’t see that there is anything.")
            return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    return render_template("manager/accommodation.html", form=form, page=page), web.shown_again(form)


@blueprint.post("/vacancies/candidates/<uuid:candidacy_id>/agreed/back")
@requires(Permission.MANAGE_VACANCIES)
def take_back_accommodation(candidacy_id: uuid.UUID) -> ResponseReturnValue:
    """Forget what was granted to a candidate."""
    form = AccommodationForm()
    with web.refusals_shown(form):
        accommodations.take_back(web.session(), access.actor(), candidacy_id, web.now())
        web.tell("Taken back. Nothing of it is kept.")
        return redirect(url_for("manager.candidate", candidacy_id=candidacy_id))
    page = candidates.page(web.session(), access.actor(), candidacy_id, web.now())
    return render_template("manager/accommodation.html", form=form, page=page), web.shown_again(form)


def _invite_page(
    form: InviteForm, facts: vacancy_service.VacancyFacts, *, invited_already: bool = False
) -> ResponseReturnValue:
    shown = render_template(
        "manager/invite.html", form=form, vacancy=facts, mail_leaves=web.mail_leaves(), invited_already=invited_already
    )
    return shown, web.shown_again(form)


def candidate_page(page: candidates.CandidatePage, form: FlaskForm | None = None) -> ResponseReturnValue:
    """A candidate's page with all its forms; `form` is the one that was sent, if one was."""
    decision = form if isinstance(form, DecisionForm) else DecisionForm(formdata=None)
    decision.offer(words.can_decide(page, access.actor()))
    judgement = form if isinstance(form, JudgementForm) else JudgementForm(formdata=None)
    judgement.rating.choices = list(words.RATINGS.items())
    shown = form or ConfirmForm(formdata=None)
    text = render_template(
        "manager/candidate.html",
        page=page,
        form=shown,
        decision=decision,
        judgement=judgement,
        stand=shown if isinstance(shown, StandForm) else StandForm(formdata=None),
        lines=_lines(page.profile),
        **_texts(),
    )
    return text, web.shown_again(shown)


def _comparison(vacancy_id: uuid.UUID) -> comparing.Comparison:
    """The people named in the address."""
    chosen = _chosen(request.args.getlist("c"))
    return comparing.compare(web.session(), access.actor(), vacancy_id, chosen, web.now())


def _chosen(texts: list[str]) -> list[uuid.UUID]:
    """The candidacies that were ticked; an id that is none is nobody of any vacancy."""
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError:
        abort(404)


def _ids(comparison: comparing.Comparison) -> list[str]:
    return [str(compared.person.case.id) for compared in comparison.people]


def _lines(profile: role_profiles.MeasuredProfile) -> list[words.Line]:
    return words.lines(profile.rows, web.house().attributes)


def _texts() -> dict[str, Any]:
    """What templates need to say things about attributes."""
    return {
        "attributes": web.house().attributes,
        "work_text": words.work_text,
        "to_ask_about": words.to_ask_about,
        "lowered_by": words.lowered_by,
        "grounds": words.grounds,
        "about": words.about,
    }


def _where_the_mail_is() -> str:
    return web.where_the_mail_is(access.actor())


def _remember(action: str, subject: str, subject_id: uuid.UUID, people: list[str] | None = None) -> None:
    """Log what was seen, in a short write of its own: the page itself only reads."""
    with web.house().database.writing() as session:
        audit.record(session, access.actor(), action, subject, subject_id, web.now(), people=people)
