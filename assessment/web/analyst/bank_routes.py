"""What authors and analysts do with the item bank: find items, read one with its key and reviews, retire it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from assessment.services.permissions import Permission
from assessment.services.scoring import bank_items, bank_pages, item_pages
from assessment.services.scoring.bank_items import LONGEST_REASON
from assessment.services.scoring.bank_pages import LISTS, Wanted
from assessment.services.scoring.item_pages import FEWEST_SITTINGS, ItemPage
from assessment.web import access
from assessment.web import request as web
from assessment.web.access import requires
from assessment.web.analyst.key_routes import blueprint

__all__ = ["blueprint"]


class RetireForm(FlaskForm):  # type: ignore[misc]
    reason = TextAreaField(
        "Why?",
        [
            InputRequired("Write why: the reason stays with the situation."),
            Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters."),
        ],
        description="It stays with the situation, with your name and the date. HR reads it in the log: name no level.",
    )


@dataclass(frozen=True)
class Asked:
    """A situation as the questionnaire's own template takes it."""

    text: str
    options: Sequence[object]
    most: None = None
    least: None = None


@blueprint.get("/bank")
@requires(Permission.SEE_KEYS)
def bank() -> ResponseReturnValue:
    """Items by what they are asked for, a page at a time, and what they cover."""
    wanted = Wanted(**{field.name: request.args.get(field.name, "").strip() for field in fields(Wanted)})
    page = bank_pages.bank(web.session(), access.actor(), wanted, number=request.args.get("page", 1, type=int))
    return render_template(
        "analyst/bank.html",
        bank=page,
        lists=LISTS,
        asked={name: value for name, value in asdict(wanted).items() if value},
        attributes=web.house().attributes,
    )


@blueprint.get("/bank/<bank>/<item_id>")
@requires(Permission.SEE_KEYS)
def item(bank: str, item_id: str) -> ResponseReturnValue:
    """One item: as a candidate sees it, with its key, its reviews, and what people chose."""
    version = request.args.get("version", type=int)
    return _page(item_pages.read(web.session(), access.actor(), bank, item_id, version), RetireForm())


@blueprint.post("/bank/<bank>/<item_id>/retire")
@requires(Permission.RETIRE_ITEMS)
def retire_item(bank: str, item_id: str) -> ResponseReturnValue:
    """Take an item out of what is given from now on."""
    form = RetireForm()
    if form.validate_on_submit():
        with web.refusals_shown(form):
            bank_items.retire(web.session(), access.actor(), bank, item_id, form.reason.data, web.now())
            web.tell("The situation is retired. Questionnaires that run go on with it, and results stay as they are.")
            return redirect(url_for("analyst.item", bank=bank, item_id=item_id))
    return _page(item_pages.read(web.session(), access.actor(), bank, item_id), form)


def _page(found: ItemPage, form: RetireForm) -> ResponseReturnValue:
    shown = render_template(
        "analyst/item.html",
        page=found,
        situation=Asked(found.item.situation, found.item.options),
        form=form,
        fewest=FEWEST_SITTINGS,
        attributes=web.house().attributes,
    )
    return shown, web.shown_again(form)
