"""What a view needs from its request: the clock, the unit of work, and a form that shows refusals."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Flask, Response, abort, current_app, flash, g, request
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from assessment.config import Settings
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.hiring.interview import Interview
from assessment.services.permissions import Permission
from assessment.services.scoring.content import Attribute
from assessment.services.sitting.learning import Module
from assessment.store.database import Database

LONGEST_PAGE_NUMBER = 9
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class House:
    """What the application was built with."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    attributes: Mapping[str, Attribute]
    learning: Mapping[str, Module]
    interview: Interview


def house() -> House:
    """The running application's parts."""
    return cast(House, current_app.extensions["frontdoor"])


def page_number(text: str | None) -> int:
    """The page of a list that an address asks for, from 1 on; what is no number is no page."""
    if text is None:
        return 1
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_PAGE_NUMBER:
        abort(404)
    return int(text)


def mail_leaves() -> bool:
    """Whether e-mails leave by themselves; else they are kept, and somebody passes them on by hand."""
    return house().settings.mail is not None


def where_the_mail_is(actor: Actor) -> str:
    """What becomes of an e-mail just written, and where this member finds it."""
    if mail_leaves():
        return "It leaves within a minute."
    if actor.may(Permission.SEE_MAIL):
        return "No mail server is set up: you find the e-mail under Mail."
    return "No mail server is set up: HR finds the e-mail under Mail and passes it on."


def now() -> datetime:
    """The moment of this request: one for the whole of it."""
    if "now" not in g:
        g.now = house().clock()
    return cast(datetime, g.now)


def reads_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that takes a form but changes nothing: it gets a session that only reads."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view


def _may_write() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in SAFE_METHODS and not getattr(view, "reads_only", False)


def session() -> Session:
    """The request's session: it writes where the method may change something, else it only reads."""
    if "session" not in g:
        database = house().database
        unit = database.writing() if _may_write() else database.reading()
        g.unit = ExitStack()
        g.session = g.unit.enter_context(unit)
    return cast(Session, g.session)


@contextmanager
def refusals_shown(form: FlaskForm) -> Iterator[None]:
    """Run a use case for a form: a refusal keeps nothing and stands beside the input it is about.

    The view goes on after the block and shows the page again with what was typed.
    """
    try:
        yield
    except DomainError as refusal:
        session().rollback()
        name = refusal.field if refusal.field in form else None
        if name is None:
            form.form_errors.append(refusal.message)
        else:
            form[name].errors = [*form[name].errors, refusal.message]


def shown_again(form: FlaskForm) -> int:
    """The status of a page with a form: 422 when it comes back with problems."""
    return 422 if form.errors or form.form_errors else 200


def tell(message: str) -> None:
    """Say something on the next page."""
    flash(message)


def install(app: Flask) -> None:
    """Commit before the answer is sent, where it is good; keep nothing otherwise."""

    @app.after_request
    def _commit(response: Response) -> Response:
        unit: ExitStack | None = g.pop("unit", None)
        if unit is not None:
            kept: Session = g.pop("session")
            if response.status_code >= 400:
                kept.rollback()
            unit.close()
        return response

    @app.teardown_request
    def _abandon(_error: BaseException | None) -> None:
        unit: ExitStack | None = g.pop("unit", None)
        if unit is not None:
            kept: Session = g.pop("session")
            kept.rollback()
            with contextlib.suppress(Exception):
                unit.close()
