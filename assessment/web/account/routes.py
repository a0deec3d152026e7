"""The start page, and how members come in and leave."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue

from assessment.services import sign_in
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import public, requires
from assessment.web.account.forms import LinkForm, PasswordForm, SignInForm, UseLinkForm
from assessment.web.limits import KNOCKS, limiter
from assessment.web.words import ROLE_TITLES

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
@public
def start() -> ResponseReturnValue:
    """What this is; members go on to their work."""
    member = access.signed_in()
    if member is None:
        return render_template("account/start.html")
    first = "manager.vacancies" if member.may(Permission.SEE_VACANCIES) else "hr.profiles"
    return redirect(url_for(first))


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """For whatever watches the server."""
    return {"alive": True}


@blueprint.get("/sign-in")
@public
def sign_in_page() -> ResponseReturnValue:
    return render_template("account/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in")
@limiter.limit(KNOCKS)
@public
def sign_in_by_password() -> ResponseReturnValue:
    form = SignInForm()
    if form.validate_on_submit():
        token = sign_in.by_password(web.session(), form.email.data, form.password.data, web.now())
        if token is not None:
            _come_in(token)
            return redirect(_own_path(request.args.get("next")))
        form.form_errors.append("This address and password don’t match. Check both, or ask for a link.")
    return render_template("account/sign_in.html", form=form), 422


@blueprint.route("/sign-in/link", methods=["GET", "POST"])
@limiter.limit(KNOCKS, methods=["POST"])
@public
def ask_for_link() -> ResponseReturnValue:
    form = LinkForm()
    if form.validate_on_submit():
        sign_in.send_link(web.session(), form.email.data, web.house().settings.base_url, web.now())
        return render_template("account/link_sent.html", mail_leaves=web.mail_leaves())
    return render_template("account/ask_for_link.html", form=form), web.shown_again(form)


@blueprint.get("/sign-in/<token>")
@public
def sign_in_link(token: str) -> ResponseReturnValue:  # noqa: ARG001 - looking at the page uses nothing up
    return render_template("account/use_link.html", form=UseLinkForm())


@blueprint.post("/sign-in/<token>")
@limiter.limit(KNOCKS)
@public
def sign_in_by_link(token: str) -> ResponseReturnValue:
    session_token = sign_in.by_link(web.session(), token, web.now())
    if session_token is None:
        return render_template("account/link_not_good.html"), 404
    _come_in(session_token)
    return redirect(url_for("account.start"))


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    token = browser.pop(access.MEMBER, None)
    if token:
        sign_in.end(web.session(), token, web.now())
    return redirect(url_for("account.start"))


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def own_account() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            sign_in.set_password(web.session(), access.actor(), form.password.data, web.now())
            web.tell("Your password is set. You can sign in with it from now on.")
            return redirect(url_for("account.own_account"))
    role_title = ROLE_TITLES[access.actor().role]
    return render_template("account/account.html", form=form, role_title=role_title), web.shown_again(form)


def _come_in(token: str) -> None:
    """A new cookie for a new session; invitations opened in this browser stay open."""
    invitations = browser.get(access.INVITATIONS)
    browser.clear()
    if invitations:
        browser[access.INVITATIONS] = invitations
    browser[access.MEMBER] = token
    browser.permanent = True


def _own_path(target: str | None) -> str:
    """Only ever to a page of ours: "//elsewhere" and "/\\elsewhere" leave it too."""
    if target and target.startswith("/") and target[1:2] not in ("/", "\\"):
        return target
    return url_for("account.start")
