"""Norm groups, for HR and analysts: made of finished sittings, read as tables, never changed."""

import uuid

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.services.norms import making, versions
from assessment.services.permissions import Permission
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.documents import csv_response
from assessment.web.norms import wording
from assessment.web.norms.forms import GroupForm, asked

blueprint = Blueprint("norms", __name__)
blueprint.add_app_template_filter(asked, "norm_asked")
blueprint.add_app_template_filter(wording.kind, "norm_kind")
blueprint.add_app_template_filter(wording.title, "norm_title")
blueprint.add_app_template_filter(wording.called, "norm_called")
blueprint.add_app_template_filter(wording.whose, "norm_whose")
blueprint.add_app_template_filter(wording.margin, "norm_margin")
blueprint.add_app_template_filter(wording.placed, "norm_placed")


@blueprint.get("/norms")
@requires(Permission.MAKE_NORMS)
def groups() -> ResponseReturnValue:
    """The groups there are, and making one."""
    return _groups_page(GroupForm())


@blueprint.post("/norms")
@requires(Permission.MAKE_NORMS)
def make() -> ResponseReturnValue:
    """Make a group, or the next version of one."""
    form = GroupForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            try:
                form_id, kind, value = form.parts()
            except ValueError:
                form.group.errors = ["Choose a group."]
                return _groups_page(form)
            norm_id = making.make(web.session(), access.actor(), form_id, kind, value, web.now())
            web.tell("The group is made. It is kept as it is now; people who finish later are in the next version.")
            return redirect(url_for("norms.group", norm_id=norm_id))
    return _groups_page(form)


@blueprint.get("/norms/<uuid:norm_id>")
@requires(Permission.MAKE_NORMS)
def group(norm_id: uuid.UUID) -> ResponseReturnValue:
    """One version of a group: its numbers, and whom it left out."""
    return render_template(
        "norms/group.html",
        page=versions.page(web.session(), access.actor(), norm_id),
        shown_t=versions.SHOWN_T,
        attributes=web.house().attributes,
    )


@blueprint.get("/norms/<uuid:norm_id>/percentiles.csv")
@requires(Permission.MAKE_NORMS)
def group_table(norm_id: uuid.UUID) -> ResponseReturnValue:
    """T to percentile, as a file."""
    page = versions.page(web.session(), access.actor(), norm_id)
    titles = [web.house().attributes[row.attribute].title for row in page.attributes]
    return csv_response(
        "percentiles",
        ["T", *(f"{title}, percentile" for title in titles)],
        (
            [t, *(round(100 * row.percentiles[at], 1) for row in page.attributes)]
            for at, t in enumerate(versions.SHOWN_T)
        ),
    )


def _groups_page(form: GroupForm) -> ResponseReturnValue:
    choices = making.choices(web.session(), access.actor())
    form.offer(choices)
    page = render_template(
        "norms/groups.html",
        form=form,
        choices=choices,
        groups=versions.listed(web.session(), access.actor()),
        fewest=making.FEWEST,
        norm_size=versions.NORM_SIZE,
    )
    return page, web.shown_again(form)
