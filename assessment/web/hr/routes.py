"""What HR does: tune role profiles beside a preview, publish them, and read the mail, the log and the bank."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.services import audit, bank_pages, mail, publishing, role_profiles, tuning
from assessment.services import preview as previewing
from assessment.services.permissions import Permission
from assessment.services.preview import Preview
from assessment.services.role_profiles import Draft, Need
from assessment.services.tuning import StaleDraftError
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.documents import csv_response
from assessment.web.hr import wording
from assessment.web.hr.forms import DraftForm, PublishForm, SeenForm, draft_form, show_problems, shown, typed
from assessment.web.words import moment

blueprint = Blueprint("hr", __name__)
for _phrase in (wording.band, wording.weight, wording.evidence, wording.expiry, wording.ordinal):
    blueprint.add_app_template_filter(_phrase, _phrase.__name__)
blueprint.add_app_template_filter(wording.log_entry, "log_entry")
blueprint.add_app_template_filter(wording.log_body, "log_body")


@blueprint.get("/profiles")
@requires(Permission.SEE_PROFILES)
def profiles() -> ResponseReturnValue:
    """All role profiles of the organisation."""
    cards = role_profiles.cards(web.session(), access.actor())
    return render_template("hr/profiles.html", cards=[(card, _lines(card.rows)) for card in cards])


@blueprint.get("/profiles/<uuid:role_profile_id>")
@requires(Permission.SEE_PROFILES)
def profile(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """What is in force for a role."""
    found = role_profiles.published(web.session(), access.actor(), role_profile_id)
    return render_template(
        "hr/profile.html",
        profile=found,
        lines=_lines(found.version.rows),
        today=web.now().date(),
        form=SeenForm(),
    )


@blueprint.get("/profiles/<uuid:role_profile_id>/history")
@requires(Permission.SEE_PROFILES)
def history(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """All versions: who, when, why, and what changed."""
    found = role_profiles.published(web.session(), access.actor(), role_profile_id)
    versions = role_profiles.history(web.session(), access.actor(), role_profile_id)
    return render_template("hr/history.html", profile=found, versions=_with_changes(versions))


@blueprint.get("/profiles/<uuid:role_profile_id>/history.csv")
@requires(Permission.SEE_PROFILES)
def history_table(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Every number of every version, a line an attribute."""
    found = role_profiles.published(web.session(), access.actor(), role_profile_id)
    versions = role_profiles.history(web.session(), access.actor(), role_profile_id)
    rows = [(*wording.version_cells(version), *wording.need_cells(row)) for version in versions for row in version.rows]
    name = f"history-{found.sector}-{found.title}".replace(" ", "-").lower()
    return csv_response(name, wording.HISTORY_HEADER, rows)


@blueprint.post("/profiles/<uuid:role_profile_id>/tune")
@requires(Permission.TUNE_PROFILES)
def tune(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Begin the draft, or open the one there is."""
    tuning.begin(web.session(), access.actor(), role_profile_id, web.now())
    return redirect(url_for("hr.draft", role_profile_id=role_profile_id))


@blueprint.get("/profiles/<uuid:role_profile_id>/draft")
@requires(Permission.TUNE_PROFILES)
def draft(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """The workbench, with the draft as it is kept."""
    kept = tuning.draft(web.session(), access.actor(), role_profile_id)
    form = _empty_form()
    shown(form, kept)
    return _workbench(role_profile_id, form, kept.rows)


@blueprint.post("/profiles/<uuid:role_profile_id>/draft")
@requires(Permission.TUNE_PROFILES)
def keep_draft(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the draft as typed."""
    kept = tuning.draft(web.session(), access.actor(), role_profile_id)
    form = _empty_form()
    rows = _checked(form, kept)
    if form.errors:
        return _workbench(role_profile_id, form, rows)
    try:
        with web.refusals_shown(form):
            tuning.keep(web.session(), access.actor(), role_profile_id, rows, seen=_seen(form), now=web.now())
            web.tell("The draft is kept. Nothing is in force until you publish it.")
            return redirect(url_for("hr.draft", role_profile_id=role_profile_id))
    except StaleDraftError:
        raise
    return _workbench(role_profile_id, form, rows)
