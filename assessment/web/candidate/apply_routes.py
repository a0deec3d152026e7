"""A vacancy's link for everybody: leave a name and an address, and get the invitation by e-mail."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from assessment.services.hiring import public_links
from assessment.services.inviting import LONGEST_EMAIL
from assessment.web import request as web
from assessment.web.access import public
from assessment.web.addresses import an_address
from assessment.web.limits import KNOCKS, limiter

blueprint = Blueprint("apply", __name__)

GONE = 410
# A poster or an advertisement brings many in an hour; more than this is no crowd of people.
PEOPLE_OF_ONE_LINK = "300 per hour"


class ApplyForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        "Your name",
        [
            InputRequired("Write your name: the e-mail greets you with it."),
            Length(max=public_links.LONGEST_NAME, message=f"Use at most {public_links.LONGEST_NAME} characters."),
        ],
    )
    email = EmailField(
        "Your e-mail address",
        [
            InputRequired("Write your e-mail address."),
            Length(max=LONGEST_EMAIL, message=f"Use at most {LONGEST_EMAIL} characters."),
            an_address,
        ],
        description="Your own link goes there, and nowhere else.",
    )


def _this_link() -> str:
    return f"apply {(request.view_args or {}).get('token')}"


@blueprint.route("/apply/<token>", methods=["GET", "POST"])
@limiter.limit(KNOCKS, methods=["POST"])
@limiter.limit(PEOPLE_OF_ONE_LINK, key_func=_this_link, methods=["POST"])
@public
def apply(token: str) -> ResponseReturnValue:
    """What it is about, and the form; afterwards one page, whoever the address belongs to."""
    opened = public_links.opened(web.session(), token, web.now())
    around = {"opened": opened, "organisation": {"name": opened.organisation}, "synthetic": opened.synthetic}
    if not opened.is_open:
        return render_template("candidate/apply_closed.html", **around), GONE
    form = ApplyForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            public_links.ask(
                web.session(), token, form.name.data, form.email.data, web.house().settings.base_url, web.now()
            )
            return render_template("candidate/apply_sent.html", mail_leaves=web.mail_leaves(), token=token, **around)
    return render_template("candidate/apply.html", form=form, **around), web.shown_again(form)
