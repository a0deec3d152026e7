"""What an analyst does: read items with their keys."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from assessment.services.permissions import Permission
from assessment.services.scoring import bank_pages
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires

blueprint = Blueprint("analyst", __name__)


@blueprint.get("/bank")
@requires(Permission.SEE_KEYS)
def bank() -> ResponseReturnValue:
    """Items with their key, and what the bank covers."""
    return render_template(
        "analyst/bank.html",
        bank=bank_pages.bank(web.session(), access.actor()),
        attributes=web.house().attributes,
    )
