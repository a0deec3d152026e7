"""What an analyst does with results: find them, and read why they are what they are."""

import uuid

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from assessment.measurement.fit import RANDOM_LIMIT
from assessment.services import audit
from assessment.services.permissions import Permission
from assessment.services.scoring import explanations, listing
from assessment.services.scoring.explanations import Explanation
from assessment.web import access, documents
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.analyst import wording

blueprint = Blueprint("analyst", __name__)
for _phrase in (wording.signed, wording.key_name):
    blueprint.add_app_template_filter(_phrase)


@blueprint.get("/results")
@requires(Permission.SEE_KEYS)
def results() -> ResponseReturnValue:
    """Results of one form, newest first, a page at a time."""
    before = request.args.get("older", type=uuid.UUID)
    page = listing.page(web.session(), access.actor(), form_id=request.args.get("form", type=uuid.UUID), before=before)
    return render_template("analyst/results.html", page=page, before=before)


@blueprint.get("/results/<uuid:result_id>")
@requires(Permission.SEE_KEYS)
def result(result_id: uuid.UUID) -> ResponseReturnValue:
    """Why one result is what it is."""
    found = explanations.explain(web.session(), access.actor(), result_id, web.house().attributes)
    _remember("viewed the explanation of", found)
    return render_template(
        "analyst/result.html",
        explanation=found,
        random_limit=RANDOM_LIMIT,
        decimals=wording.decimals_of(found),
        adds=wording.adds,
        attributes=web.house().attributes,
    )


@blueprint.get("/results/<uuid:result_id>/explanation.csv")
@requires(Permission.SEE_KEYS)
def explanation_table(result_id: uuid.UUID) -> ResponseReturnValue:
    """What each answer adds, as a table."""
    found = explanations.explain(web.session(), access.actor(), result_id, web.house().attributes)
    _remember("exported the explanation of", found)
    return documents.csv_response(
        f"explanation-{found.name}-key-{found.this.receipts.key_number}",
        wording.explanation_header(found),
        wording.explanation_rows(found),
    )


def _remember(action: str, found: Explanation) -> None:
    """Log what was seen, in a short write of its own: the page itself only reads."""
    with web.house().database.writing() as session:
        audit.record(session, access.actor(), action, "sitting", found.sitting_id, web.now(), result=found.this.id)
