"""What HR does: tune role profiles beside a preview, publish them, and read the mail and the log."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.services import audit, mail
from assessment.services.errors import DomainError
from assessment.services.permissions import Permission
from assessment.services.profiles import preview as previewing
from assessment.services.profiles import publishing, role_profiles, tuning
from assessment.services.profiles.preview import Preview
from assessment.services.profiles.publishing import Review
from assessment.services.profiles.reliance import reliance
from assessment.services.profiles.role_profiles import Change, Need
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.documents import csv_response
from assessment.web.hr import wording
from assessment.web.hr.forms import DraftForm, PublishForm, SeenForm, draft_form, show_problems, shown, typed

blueprint = Blueprint("hr", __name__)
wording.install(blueprint)


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
        reliance=reliance(web.session(), access.actor(), found.sector, found.version.rows),
        attributes=web.house().attributes,
    )


@blueprint.get("/profiles/<uuid:role_profile_id>/history")
@requires(Permission.SEE_PROFILES)
def history(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """All versions: who, when, why, and what changed."""
    found = role_profiles.published(web.session(), access.actor(), role_profile_id)
    versions = role_profiles.history(web.session(), access.actor(), role_profile_id)
    return render_template(
        "hr/history.html",
        profile=found,
        versions=[(step.version, _changes(step.changes)) for step in versions],
    )


@blueprint.get("/profiles/<uuid:role_profile_id>/versions/<int:number>")
@requires(Permission.SEE_PROFILES)
def version(role_profile_id: uuid.UUID, number: int) -> ResponseReturnValue:
    """What a version asked for, in force or not."""
    found = role_profiles.published(web.session(), access.actor(), role_profile_id)
    past = role_profiles.version(web.session(), access.actor(), role_profile_id, number)
    return render_template(
        "hr/version.html", profile=found, past=past, lines=_lines(past.version.rows), today=web.now().date()
    )


@blueprint.get("/profiles/<uuid:role_profile_id>/history.csv")
@requires(Permission.SEE_PROFILES)
def history_table(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Every number of every version, a line an attribute."""
    found = role_profiles.published(web.session(), access.actor(), role_profile_id)
    versions = role_profiles.history(web.session(), access.actor(), role_profile_id)
    rows = [wording.history_row(step.version, row) for step in versions for row in step.version.rows]
    return csv_response(wording.file_name("history", found), wording.HISTORY_HEADER, rows)


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
    if kept is None:
        return redirect(url_for("hr.profile", role_profile_id=role_profile_id))
    form = _draft_form()
    shown(form, kept)
    found = previewing.preview(web.session(), access.actor(), role_profile_id, kept.rows)
    return _workbench(role_profile_id, form, kept.rows, preview=found)


@blueprint.post("/profiles/<uuid:role_profile_id>/draft")
@requires(Permission.TUNE_PROFILES)
def keep_draft(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the draft as typed."""
    form = _draft_form()
    rows = _typed(form, tuning.state(web.session(), access.actor(), role_profile_id).rows)
    if not form.errors:
        with web.refusals_shown(form):
            tuning.keep(web.session(), access.actor(), role_profile_id, rows, seen=form.seen.data, now=web.now())
            web.tell("The draft is kept. Nothing is in force until it is published.")
            return redirect(url_for("hr.draft", role_profile_id=role_profile_id))
    return _workbench(role_profile_id, form, rows)


@blueprint.post("/profiles/<uuid:role_profile_id>/draft/preview")
@requires(Permission.TUNE_PROFILES)
@web.reads_only
def preview_draft(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """The workbench with a preview of what was typed; nothing is kept."""
    form = _draft_form()
    rows = _typed(form, tuning.state(web.session(), access.actor(), role_profile_id).rows)
    found = None
    if not form.errors:
        found = previewing.preview(web.session(), access.actor(), role_profile_id, rows)
    return _workbench(role_profile_id, form, rows, preview=found, unsaved=True)


@blueprint.post("/profiles/<uuid:role_profile_id>/draft/preview/part")
@requires(Permission.TUNE_PROFILES)
@web.reads_only
def preview_part(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Only the preview, for the script that shows it while numbers change; nothing is kept."""
    published = role_profiles.published(web.session(), access.actor(), role_profile_id)
    kept = tuning.state(web.session(), access.actor(), role_profile_id).rows
    form = _draft_form()
    rows = _typed(form, kept)
    found = None
    if not form.errors:
        found = previewing.preview(web.session(), access.actor(), role_profile_id, rows)
    page = render_template("hr/_preview.html", **_beside(published.version.rows, kept, rows, found), form=form)
    return page, web.shown_again(form)


@blueprint.post("/profiles/<uuid:role_profile_id>/draft/discard")
@requires(Permission.TUNE_PROFILES)
def discard_draft(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Throw the draft away."""
    form = SeenForm()
    with web.refusals_shown(form):
        tuning.discard(web.session(), access.actor(), role_profile_id, seen=form.seen.data, now=web.now())
        web.tell("The draft is gone. What is published stays as it is.")
        return redirect(url_for("hr.profile", role_profile_id=role_profile_id))
    kept = tuning.state(web.session(), access.actor(), role_profile_id)
    page = _draft_form()
    shown(page, kept)
    page.form_errors.extend(form.form_errors)
    return _workbench(role_profile_id, page, kept.rows)


@blueprint.get("/profiles/<uuid:role_profile_id>/publish")
@requires(Permission.PUBLISH_PROFILES)
def publish(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """What publishing would change."""
    found = publishing.review(web.session(), access.actor(), role_profile_id)
    if found is None:
        return redirect(url_for("hr.profile", role_profile_id=role_profile_id))
    form = PublishForm()
    form.seen.show(found.draft.changed_at)
    would_do = previewing.preview(web.session(), access.actor(), role_profile_id, found.draft.rows)
    return _review_page(found, form, would_do)


@blueprint.post("/profiles/<uuid:role_profile_id>/publish")
@requires(Permission.PUBLISH_PROFILES)
def publish_draft(role_profile_id: uuid.UUID) -> ResponseReturnValue:
    """Put the draft in force."""
    form = PublishForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            number = publishing.publish(
                web.session(),
                access.actor(),
                role_profile_id,
                form.reason.data,
                accepted=form.accepted.data,
                seen=form.seen.data,
                now=web.now(),
            )
            web.tell(f"Version {number} is in force. Vacancies that are already running keep theirs.")
            return redirect(url_for("hr.profile", role_profile_id=role_profile_id))
    found = publishing.review(web.session(), access.actor(), role_profile_id)
    if found is None:
        return redirect(url_for("hr.profile", role_profile_id=role_profile_id))
    form.seen.show(found.draft.changed_at)
    return _review_page(found, form)


@blueprint.get("/mail")
@requires(Permission.SEE_MAIL)
def outbox() -> ResponseReturnValue:
    """Letters that left, wait, or were given up."""
    letters = mail.outbox(web.session(), access.actor())
    page = render_template("hr/outbox.html", letters=letters, now=web.now(), mail_server=web.mail_leaves())
    with web.house().database.writing() as session:
        audit.record(session, access.actor(), "viewed", "outbox", None, web.now(), letters=len(letters))
    return page


@blueprint.post("/mail/<uuid:letter_id>/passed-on")
@requires(Permission.SEE_MAIL)
def pass_on(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Note that HR gave an e-mail to its recipient in another way."""
    try:
        mail.passed_on(web.session(), access.actor(), letter_id, web.now())
    except DomainError as refusal:
        web.tell(refusal.message)
    else:
        web.tell("Noted as passed on. The text of the e-mail, with its link, is deleted here.")
    return redirect(url_for("hr.outbox"))


@blueprint.get("/log")
@requires(Permission.SEE_AUDIT_LOG)
def audit_log() -> ResponseReturnValue:
    """What was done by whom, a page at a time."""
    chosen = request.args.get("show") or None
    before = request.args.get("older", type=uuid.UUID)
    return render_template(
        "hr/audit_log.html",
        attributes=web.house().attributes,
        page=audit.page(web.session(), access.actor(), group=chosen, before=before),
        groups=list(audit.GROUPS),
        chosen=chosen,
        before=before,
    )


def _lines(rows: Sequence[Need]) -> list[wording.Line]:
    return wording.lines(rows, web.house().attributes)


def _changes(changes: Sequence[Change]) -> list[tuple[str, str]]:
    return wording.changes(changes, web.house().attributes)


def _draft_form() -> DraftForm:
    return draft_form(_titles())


def _titles() -> list[tuple[str, str]]:
    return [(name, text.title) for name, text in web.house().attributes.items()]


def _typed(form: DraftForm, rows: Sequence[Need]) -> tuple[Need, ...]:
    """The rows as typed; what is wrong with them stands in the form."""
    form.validate_on_submit()
    new = typed(form, rows)
    show_problems(form, tuning.problems(new), _titles())
    return new


def _beside(
    published: Sequence[Need], kept: Sequence[Need], rows: Sequence[Need], preview: Preview | None
) -> dict[str, object]:
    """What the preview shows beside its numbers: the rows as they would be kept, with evidence that fits them."""
    actor = access.actor()
    fitting = tuning.credited(rows, kept, published, actor.name, web.now().date())
    return {
        "preview": preview,
        "published_lines": _lines(published),
        "draft_lines": _lines(rows),
        "changed": _changes(role_profiles.difference(published, fitting)),
        "rests": wording.rests(fitting, published, actor.name),
    }


def _workbench(
    role_profile_id: uuid.UUID,
    form: DraftForm,
    rows: Sequence[Need],
    *,
    preview: Preview | None = None,
    unsaved: bool = False,
) -> ResponseReturnValue:
    actor = access.actor()
    published = role_profiles.published(web.session(), actor, role_profile_id)
    kept = tuning.state(web.session(), actor, role_profile_id)
    page = render_template(
        "hr/draft.html",
        form=form,
        profile=published,
        kept=kept,
        # Set where somebody else changed the draft meanwhile: what differs between theirs and what was typed.
        theirs=_changes(role_profiles.difference(kept.rows, rows)) if form.form_errors else None,
        unsaved=unsaved or bool(form.errors),
        **_beside(published.version.rows, kept.rows, rows, preview),
    )
    return page, web.shown_again(form)


def _review_page(found: Review, form: PublishForm, preview: Preview | None = None) -> ResponseReturnValue:
    page = render_template(
        "hr/publish.html",
        review=found,
        form=form,
        changed=_changes(found.changes),
        profile=found.published,
        preview=preview,
    )
    return page, web.shown_again(form)
