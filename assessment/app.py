"""The application: its rooms put together, one unit of work a request, and what every answer carries."""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from assessment import paths
from assessment.config import Settings
from assessment.services.errors import NotFoundError
from assessment.services.hiring.interview import Interview
from assessment.services.scoring.content import Attribute
from assessment.services.sitting.learning import Module
from assessment.store.database import Database
from assessment.web import request as web
from assessment.web import words
from assessment.web.account import routes as account
from assessment.web.analyst import bank_routes as analyst  # the same blueprint as in its routes.py, with all its views
from assessment.web.candidate import apply_routes as apply
from assessment.web.candidate import routes as candidate
from assessment.web.hr import letter_routes as letters
from assessment.web.hr import routes as hr
from assessment.web.learning import routes as learning
from assessment.web.limits import limiter
from assessment.web.manager import board_routes as board
from assessment.web.manager import decision_routes as manager  # the blueprint of its routes.py, with all its views
from assessment.web.manager import interview_routes as interviews
from assessment.web.manager import list_routes as lists
from assessment.web.manager import panel_routes as panels
from assessment.web.manager import public_link_routes as public_links
from assessment.web.manager import vacancy_routes as vacancy
from assessment.web.norms import routes as norms
from assessment.web.pilots import routes as pilots
from assessment.web.request import House

logger = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
BROWSER_COOKIE_LASTS = timedelta(days=60)
LARGEST_REQUEST = 1024 * 1024


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    database: Database,
    attributes: Mapping[str, Attribute],
    modules: Mapping[str, Module],
    interview: Interview,
    *,
    clock: Callable[[], datetime] = utc_now,
) -> Flask:
    """The web application over an open, migrated database, with the bank's texts for people."""
    app = Flask(
        "assessment",
        template_folder=str(paths.TEMPLATES),
        static_folder=str(paths.STATIC),
        static_url_path="/static",
    )
    host = urlsplit(settings.base_url).hostname or "localhost"
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-frontdoor" if settings.secure else "frontdoor",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=BROWSER_COOKIE_LASTS,
        # Else a slow answer would bring back the cookie as it was before a quicker one changed it.
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=sorted({host, "localhost", "127.0.0.1"}),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,  # answering is not timed, so neither is the page
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.extensions["frontdoor"] = House(settings, database, clock, attributes, modules, interview)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    words.install(app)
    CSRFProtect(app)
    limiter.init_app(app)
    app.before_request(_refuse_unstorable_text)
    web.install(app)
    app.after_request(_security_headers)
    for blueprint in (
        account.blueprint,
        candidate.blueprint,
        apply.blueprint,
        manager.blueprint,
        board.blueprint,
        vacancy.blueprint,
        lists.blueprint,
        public_links.blueprint,
        interviews.blueprint,
        panels.blueprint,
        hr.blueprint,
        letters.blueprint,
        pilots.blueprint,
        analyst.blueprint,
        norms.blueprint,
        learning.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.register_error_handler(NotFoundError, lambda _error: _page_for(404))
    app.register_error_handler(CSRFError, _csrf_page)
    app.register_error_handler(SecurityError, _strange_host)
    app.register_error_handler(HTTPException, _http_page)
    app.register_error_handler(Exception, _unexpected_page)
    return app


def _refuse_unstorable_text() -> None:
    """NUL and lone surrogates can't be stored by every database: refuse them once, here."""
    texts = [*request.args.values(), *(str(value) for value in (request.view_args or {}).values())]
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        texts.extend(value for values in request.form.listvalues() for value in values)
        texts.extend(request.form.keys())
    for text in texts:
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            abort(422, description="The text holds a character that can't be kept. Remove it and send again.")


def _security_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if web.house().settings.secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


PAGES: dict[int, dict[str, str]] = {
    400: {"heading": "This request could not be read", "next": "Go back, reload the page and try again."},
    404: {
        "heading": "There is nothing here",
        "what": "The address may be mistyped, or the page is not for you.",
    },
    405: {"heading": "That can't be done here", "next": "Go back and use the buttons of the page."},
    413: {"heading": "That is too much at once", "next": "Send less than one megabyte."},
    422: {"heading": "This can't be kept as it was sent", "next": "Go back, change it and send it again."},
    429: {"heading": "Too many tries", "next": "Wait a minute, then try again. Nothing was lost."},
    500: {
        "heading": "Something went wrong here",
        "what": "It is our fault, not yours. Nothing that was saved before is lost.",
        "next": "Go back and try again in a moment.",
    },
}


def _http_page(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    extra = {"what": error.description or ""} if error.code == 422 else {}
    return _page_for(error.code or 500, **extra)


def _csrf_page(_error: CSRFError) -> ResponseReturnValue:
    return _page_for(
        400,
        heading="This page has gone stale",
        what="Your browser did not send the sign that the form came from this site.",
        next="Allow cookies for this site, reload the page and send it again.",
    )


def _strange_host(_error: SecurityError) -> ResponseReturnValue:
    """Asked under a name that is not ours, we have no addresses to put on a page."""
    return "This server does not answer under that name.\n", 400, {"Content-Type": "text/plain"}


def _unexpected_page(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    logger.error("unexpected error %s at %s %s", reference, request.method, request.endpoint, exc_info=error)
    return _page_for(500, reference=reference)


def _page_for(status: int, **more: Any) -> ResponseReturnValue:
    """A page about a problem, which must not meet a problem of its own: no form, no second look-up."""
    known = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    if request.accept_mimetypes.best == "application/json" or request.is_json:
        return {"error": more.get("what") or known["heading"]}, status
    return render_template("error.html", **(known | more)), status
