"""What an analyst does with keys: see what calibrates them, read a draft's report, publish or discard it."""

import uuid
from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from assessment.services.permissions import Permission
from assessment.services.scoring import key_reviews, rescoring
from assessment.services.scoring.calibrations import PEOPLE_FOR_INTERCEPTS, PEOPLE_FOR_LOADINGS
from assessment.services.scoring.content import Item
from assessment.services.scoring.key_reports import ItemFound
from assessment.services.scoring.key_reviews import LONGEST_REASON, KeyReview
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.analyst.routes import blueprint

__all__ = ["blueprint"]

PUBLISH, DISCARD = "Publish", "Discard"


class DecideForm(FlaskForm):  # type: ignore[misc]
    decision = RadioField(
        "What is to happen with this draft?",
        [InputRequired("Choose one of the two.")],
        choices=[PUBLISH, DISCARD],
        description="A discarded draft stays readable and is never used.",
    )
    reason = TextAreaField(
        "Why?",
        [
            InputRequired("Write why: the reason stays with the key."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
        description="It stays with the key, with your name and today’s date. Name no candidate.",
    )
    again = BooleanField(
        "When published, score our finished sittings again at once",
        default=True,
        description="So that people of one vacancy are not read under two keys. Earlier results are kept.",
    )


@dataclass(frozen=True)
class Situation:
    """A situation with what the calibration found of it."""

    item: Item
    found: ItemFound
    ceiling: float  # of the picture's shares


@blueprint.get("/keys")
@requires(Permission.SEE_KEYS)
def keys() -> ResponseReturnValue:
    """Forms with their keys, and what calibrates them."""
    return render_template(
        "analyst/keys.html",
        forms=key_reviews.listed(web.session(), access.actor()),
        goals=(PEOPLE_FOR_INTERCEPTS, PEOPLE_FOR_LOADINGS),
    )


@blueprint.get("/keys/<uuid:key_id>")
@requires(Permission.SEE_KEYS)
def key(key_id: uuid.UUID) -> ResponseReturnValue:
    """One version of a key with its report."""
    return _page(key_reviews.review(web.session(), access.actor(), key_id), DecideForm())


@blueprint.post("/keys/<uuid:key_id>/decide")
@requires(Permission.PUBLISH_KEYS)
def decide_key(key_id: uuid.UUID) -> ResponseReturnValue:
    """Publish a draft, or discard it."""
    form = DecideForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            if form.decision.data == DISCARD:
                number = key_reviews.discard(web.session(), access.actor(), key_id, form.reason.data, web.now())
                web.tell(f"Version {number} is discarded. Nothing else has changed.")
            else:
                number = key_reviews.publish(web.session(), access.actor(), key_id, form.reason.data, web.now())
                web.tell(f"Version {number} is in force. Results given before stay as they are.")
                if form.again.data:
                    _score_again(key_id)
            return redirect(url_for("analyst.key", key_id=key_id))
    return _page(key_reviews.review(web.session(), access.actor(), key_id), form)


@blueprint.post("/keys/<uuid:key_id>/score-again")
@requires(Permission.PUBLISH_KEYS)
def score_again(key_id: uuid.UUID) -> ResponseReturnValue:
    """Score the organisation's finished sittings with the key in force."""
    _score_again(key_id)
    return redirect(url_for("analyst.key", key_id=key_id))


def _score_again(key_id: uuid.UUID) -> None:
    """At once where it is quick; else say how."""
    review = key_reviews.review(web.session(), access.actor(), key_id)
    if review.unscored > rescoring.MOST_ON_A_PAGE:
        web.tell(
            f"{review.unscored} sittings are too many for a page. Whoever looks after the server runs:"
            f" assessment rescore {review.form_name}"
        )
    else:
        done = rescoring.of_organisation(web.session(), access.actor(), review.form.id, web.now())
        web.tell(f"{done} finished {'sitting is' if done == 1 else 'sittings are'} scored with the key in force.")


def _page(review: KeyReview, form: DecideForm) -> ResponseReturnValue:
    shown = render_template(
        "analyst/key.html",
        review=review,
        situations=_situations(review),
        form=form,
        attributes=web.house().attributes,
        most_on_a_page=rescoring.MOST_ON_A_PAGE,
    )
    return shown, web.shown_again(form)


def _situations(review: KeyReview) -> list[Situation]:
    """Those that misfit first, then those whose shares are furthest off."""
    if review.report is None:
        return []
    pairs = zip(review.form.items, review.report.items, strict=True)
    found = [Situation(item, one, _ceiling(one)) for item, one in pairs]
    return sorted(found, key=lambda one: (not one.found.misfits, -one.found.distance))


def _ceiling(found: ItemFound) -> float:
    """The top of a picture: a round share above every one in it."""
    shares = [
        max(choices.high, choices.expected)
        for stratum in found.strata
        for option in stratum.choices
        for choices in option
    ]
    top = max(shares, default=1.0)
    return next(ceiling for ceiling in (0.2, 0.4, 0.6, 0.8, 1.0) if top <= ceiling or ceiling == 1.0)
