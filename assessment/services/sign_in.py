"""Members come in by a link that works once, or by password; a session lives here and ends here."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from assessment.services import audit, links, mail
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.store.base import points_to
from assessment.store.people import AccessLink, LinkPurpose, Login, LoginSession, Member, Organisation, Role

SESSION_LASTS = timedelta(days=7)
SHORTEST_PASSWORD = 12
# Checked where there is no password to check, so that an unknown address takes as long as a known one.
_NO_PASSWORD = generate_password_hash("no one has this password")


def member_of_session(session: Session, token: str, now: datetime) -> Actor | None:
    """Who is signed in with this session token; None when it ended, expired, or its member left."""
    row = session.execute(
        sa.select(Member, Login.email, Organisation)
        .join(
            LoginSession,
            points_to(LoginSession.member_id, Member),
        )
        .join(Login, Login.id == Member.login_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            LoginSession.token_hash == links.digest(token),
            LoginSession.expires_at > now,
            LoginSession.ended_at.is_(None),
            Member.left_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    member, email, organisation = row
    return Actor(
        organisation_id=member.organisation_id,
        member_id=member.id,
        role=Role(member.role),
        name=member.name,
        email=email,
        organisation=organisation.name,
        synthetic=organisation.synthetic,
    )


def by_link(session: Session, token: str, now: datetime) -> str | None:
    """Use up a sign-in link; the token of the new session, or None when the link is not good."""
    link = links.find(session, token, LinkPurpose.SIGN_IN, now)
    if link is None or link.member_id is None:
        return None
    # Of two that come at the same moment only one finds the link unused.
    taken = session.scalar(
        sa.update(AccessLink)
        .where(AccessLink.id == link.id, AccessLink.used_at.is_(None))
        .values(used_at=now)
        .returning(AccessLink.id)
    )
    if taken is None:
        return None
    return _begin(session, link.organisation_id, link.member_id, now)


def by_password(session: Session, email: str, password: str, now: datetime) -> str | None:
    """The token of a new session when address and password belong together; None otherwise."""
    row = session.execute(
        sa.select(Login.password_hash, Member.organisation_id, Member.id)
        .join(Member, Member.login_id == Login.id)
        .where(Login.email == email.strip().lower(), Member.left_at.is_(None))
        .order_by(Member.created_at)
        .limit(1)
    ).one_or_none()
    stored = row.password_hash if row is not None else None
    matches = check_password_hash(stored or _NO_PASSWORD, password)
    if row is None or stored is None or not matches:
        return None
    return _begin(session, row.organisation_id, row.id, now)


def send_link(session: Session, email: str, base_url: str, now: datetime) -> None:
    """Send a fresh sign-in link to a member; an unknown address is answered in the same way, with nothing."""
    row = session.execute(
        sa.select(Member.organisation_id, Member.id, Member.name)
        .join(Login, Login.id == Member.login_id)
        .where(Login.email == email.strip().lower(), Member.left_at.is_(None))
        .order_by(Member.created_at)
        .limit(1)
    ).one_or_none()
    if row is None:
        return
    token = links.make_sign_in_link(session, row.organisation_id, row.id, now)
    mail.queue(
        session,
        row.organisation_id,
        mail.sign_in_letter(row.name, f"{base_url}/sign-in/{token}"),
        recipient=email.strip().lower(),
        now=now,
    )


def set_password(session: Session, actor: Actor, password: str, now: datetime) -> None:
    """Give the acting member's sign-in a password; refused when it is short."""
    if len(password) < SHORTEST_PASSWORD:
        raise DomainError(
            f"Use at least {SHORTEST_PASSWORD} characters; a few words that only you would put together work well.",
            "password",
        )
    login_id = session.scalar(
        sa.select(Member.login_id).where(Member.organisation_id == actor.organisation_id, Member.id == actor.member_id)
    )
    session.execute(sa.update(Login).where(Login.id == login_id).values(password_hash=generate_password_hash(password)))
    audit.record(session, actor, "set a password", "member", actor.member_id, now)


def end(session: Session, token: str, now: datetime) -> None:
    """End the session of this token."""
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.token_hash == links.digest(token), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _begin(session: Session, organisation_id: uuid.UUID, member_id: uuid.UUID, now: datetime) -> str:
    token = links.new_token()
    session.add(
        LoginSession(
            token_hash=links.digest(token),
            organisation_id=organisation_id,
            member_id=member_id,
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )
    )
    session.flush()
    return token
