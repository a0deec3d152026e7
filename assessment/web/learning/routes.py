"""Learning modules for anybody, with an account or without: they say nothing about a person."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from assessment.web import access
from assessment.web import request as web
from assessment.web.access import public

blueprint = Blueprint("learning", __name__)


@blueprint.get("/learn")
@public
def modules() -> ResponseReturnValue:
    """All modules."""
    access.signed_in()  # members keep their way around
    return render_template("learning/modules.html", modules=web.house().learning, attributes=web.house().attributes)


@blueprint.get("/learn/<module_id>")
@public
def module(module_id: str) -> ResponseReturnValue:
    """One module."""
    modules = web.house().learning
    if module_id not in modules:
        abort(404)
    access.signed_in()
    return render_template(
        "learning/module.html", module=modules[module_id], modules=modules, attributes=web.house().attributes
    )
