"""Who may use a route. Every view carries one of these marks; a test lists them all."""

import functools
import uuid
from collections.abc import Callable
from typing import Any, cast

from flask import abort, flash, g, redirect, request, url_for
from flask import session as browser
from werkzeug.wrappers import Response

from assessment.services import sign_in
from assessment.services.actors import Actor, Invited
from assessment.services.permissions import Permission
from assessment.web import request as web

View = Callable[..., Any]

MEMBER = "member"
INVITATIONS = "invitations"


def public(view: View) -> View:
    """Anybody may use this route."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only members whose role grants `permission`; to others the route does not exist."""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            member = signed_in()
            if member is None:
                return _ask_to_sign_in()
            if not member.may(permission):
                abort(404)
            return view(*args, **kwargs)

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded

    return mark


def for_invited(view: View) -> View:
    """Only a browser that opened the invitation named in the path (`invitation_id`)."""

    @functools.wraps(view)
    def guarded(invitation_id: uuid.UUID, *args: Any, **kwargs: Any) -> Any:
        opened = browser.get(INVITATIONS, {}).get(str(invitation_id))
        if opened is None:
            if request.method == "PUT":  # a script would follow the redirect with its PUT
                abort(404)
            return redirect(url_for("candidate.link_not_good"), 303)
        g.invited = Invited(uuid.UUID(opened["organisation"]), invitation_id)
        return view(invitation_id, *args, **kwargs)

    guarded.access = "invited"  # type: ignore[attr-defined]
    return guarded


def signed_in() -> Actor | None:
    """The member of this request, if their session is still good."""
    if "actor" not in g:
        token = browser.get(MEMBER)
        g.actor = sign_in.member_of_session(web.session(), token, web.now()) if token else None
    return cast("Actor | None", g.actor)


def known_member() -> Actor | None:
    """The member if this request has already asked; an error page must not look anybody up."""
    return cast("Actor | None", g.get("actor"))


def actor() -> Actor:
    """The signed-in member; only for views that require one."""
    return cast(Actor, signed_in())


def invited() -> Invited:
    """The candidate of this request; only for views marked `for_invited`."""
    return cast(Invited, g.invited)


def remember_invitation(opened: Invited) -> None:
    """Let this browser use an opened invitation from now on; the path needs no secret."""
    known = browser.setdefault(INVITATIONS, {})
    known.setdefault(str(opened.invitation_id), {"organisation": str(opened.organisation_id)})
    browser.permanent = True
    browser.modified = True


def device_of(invitation_id: uuid.UUID) -> int | None:
    """The number this browser was given when it joined the sitting."""
    return cast("int | None", browser.get(INVITATIONS, {}).get(str(invitation_id), {}).get("device"))


def remember_device(invitation_id: uuid.UUID, device: int) -> None:
    """Keep the number this browser was given."""
    browser[INVITATIONS][str(invitation_id)]["device"] = device
    browser.modified = True


def forget_invitation(invitation_id: uuid.UUID) -> None:
    """This browser no longer opens the invitation; its link does, if it is still good."""
    browser.get(INVITATIONS, {}).pop(str(invitation_id), None)
    browser.modified = True


def _ask_to_sign_in() -> Response:
    if request.method not in web.SAFE_METHODS:
        abort(404)
    flash("Please sign in first.")
    return redirect(url_for("account.sign_in_page", next=request.full_path.rstrip("?")))
