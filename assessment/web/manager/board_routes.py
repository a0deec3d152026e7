"""The board of a vacancy: how far everybody has come, to filter, search, order and take along."""

import uuid

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from assessment.services import audit
from assessment.services.hiring import fields, following
from assessment.services.hiring.following import Order, Wanted
from assessment.services.inviting import Standing
from assessment.services.permissions import Permission
from assessment.web import access, documents
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.manager import tables, words

blueprint = Blueprint("board", __name__)


@blueprint.get("/vacancies/<uuid:vacancy_id>/people")
@requires(Permission.SEE_CANDIDATES)
def board(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """How far everybody has come, a page at a time."""
    page = web.page_number(request.args.get("page"))
    found = following.board(web.session(), access.actor(), vacancy_id, _wanted(), page, web.now())
    _remember("viewed", vacancy_id)
    return render_template(
        "manager/board.html",
        board=found,
        orders=words.ORDERS,
        standings=words.STANDINGS,
        page_size=following.PAGE,
        now=web.now(),
    )


@blueprint.get("/vacancies/<uuid:vacancy_id>/people-followed.csv")
@requires(Permission.SEE_CANDIDATES)
def board_table(vacancy_id: uuid.UUID) -> ResponseReturnValue:
    """What the board shows, all of its pages, as a file."""
    _, lines = following.lines(web.session(), access.actor(), vacancy_id, _wanted(), web.now())
    asked, said = fields.of_candidacies(web.session(), access.actor(), vacancy_id)
    _remember("exported people of", vacancy_id)
    return documents.csv_response(
        "following", tables.following_header(asked), tables.following_rows(lines, asked, said)
    )


def _wanted() -> Wanted:
    """What the address asks for; a state or an order that there is not is no page."""
    state, order = request.args.get("state", ""), request.args.get("order", Order.NUMBER)
    try:
        return Wanted(Standing(state) if state else None, request.args.get("q", ""), Order(order))
    except ValueError:
        abort(404)


def _remember(action: str, vacancy_id: uuid.UUID) -> None:
    """Log what was seen, in a short write of its own: the page itself only reads."""
    with web.house().database.writing() as session:
        audit.record(session, access.actor(), action, "vacancy", vacancy_id, web.now())
