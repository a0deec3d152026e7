"""The words that people are invited with, and when they are reminded."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.services import letters
from assessment.services.errors import DomainError
from assessment.services.hiring import reminders
from assessment.services.mail import Letter
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.hr.letter_forms import LetterForm, ReminderForm
from assessment.web.limits import KNOCKS, limiter

blueprint = Blueprint("letters", __name__)


@blueprint.route("/mail/invitation", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def invitation() -> ResponseReturnValue:
    """The invitation's words; keeping other ones."""
    form = _letter_form()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            letters.keep(web.session(), access.actor(), form.subject.data, form.text.data, web.now())
            web.tell("Kept. Invitations are written with these words from now on.")
            return redirect(url_for("letters.invitation"))
    return _letter_page(form)


@blueprint.post("/mail/invitation/preview")
@requires(Permission.MANAGE_VACANCIES)
@web.reads_only
def preview() -> ResponseReturnValue:
    """What somebody would read; nothing is kept. With "standard" in place of what was typed."""
    form = _letter_form()
    if "standard" in request.form:
        form.subject.data, form.text.data = letters.INVITATION.subject, letters.INVITATION.text
        return _letter_page(form)
    shown = None
    if form.validate_on_submit():
        with web.refusals_shown(form):
            typed = letters.checked(form.subject.data, form.text.data)
            shown = letters.sample(web.session(), access.actor(), typed, web.house().settings.base_url, web.now())
    return _letter_page(form, shown)


@blueprint.post("/mail/invitation/test")
@limiter.limit(KNOCKS)
@requires(Permission.MANAGE_VACANCIES)
def send_test() -> ResponseReturnValue:
    """Send the words as typed to whoever typed them."""
    form = _letter_form()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            if not web.mail_leaves():
                raise DomainError("No mail server is set up, so nothing can be sent. The preview shows the same.")
            letters.send_sample(
                web.session(),
                access.actor(),
                form.subject.data,
                form.text.data,
                web.house().settings.base_url,
                web.now(),
            )
            web.tell(f"A test to {access.actor().email} leaves within a minute. The words are not kept yet.")
    return _letter_page(form)


@blueprint.route("/mail/reminders", methods=["GET", "POST"])
@requires(Permission.MANAGE_VACANCIES)
def reminding() -> ResponseReturnValue:
    """When people who can still answer are reminded."""
    first, second, *_ = (*reminders.days(web.session(), access.actor()), None, None)
    form = ReminderForm(data={"first": first, "second": second})
    if form.validate_on_submit():
        with web.refusals_shown(form):
            reminders.change(web.session(), access.actor(), form.first.data, form.second.data, web.now())
            web.tell("Kept. It holds for everybody who can still answer.")
            return redirect(url_for("letters.reminding"))
    page = render_template("hr/reminders.html", form=form, letter=letters.REMINDER)
    return page, web.shown_again(form)


def _letter_form() -> LetterForm:
    """What was typed, or the words that are in force."""
    own = letters.own(web.session(), access.actor())
    in_force = own or letters.INVITATION
    return LetterForm(data={"subject": in_force.subject, "text": in_force.text})


def _letter_page(form: LetterForm, shown: Letter | None = None) -> ResponseReturnValue:
    page = render_template(
        "hr/invitation_letter.html",
        form=form,
        shown=shown,
        own=letters.own(web.session(), access.actor()) is not None,
        placeholders=letters.PLACEHOLDERS,
        mail_leaves=web.mail_leaves(),
    )
    return page, web.shown_again(form)
