"""Secret links: 256 random bits for the person, a hash for us."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Invited
from assessment.store.people import AccessLink, LinkPurpose

SIGN_IN_LINK_LASTS = timedelta(hours=1)


def new_token() -> str:
    """A secret that nobody can guess, safe in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored in a secret's place."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make_sign_in_link(
    session: Session,
    organisation_id: uuid.UUID,
    member_id: uuid.UUID,
    now: datetime,
    *,
    lasts: timedelta = SIGN_IN_LINK_LASTS,
) -> str:
    """The token of a link that signs a member in once."""
    return _make(session, LinkPurpose.SIGN_IN, organisation_id, now, now + lasts, member_id=member_id)


def make_invitation_link(
    session: Session,
    organisation_id: uuid.UUID,
    invitation_id: uuid.UUID,
    now: datetime,
    expires_at: datetime,
) -> str:
    """The token of a link that opens an invitation, on any device, until `expires_at`."""
    return _make(session, LinkPurpose.INVITATION, organisation_id, now, expires_at, invitation_id=invitation_id)


def find(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> AccessLink | None:
    """The link of this token if it is good now; absent, expired and used look the same."""
    return session.scalar(
        sa.select(AccessLink).where(
            AccessLink.token_hash == digest(token),
            AccessLink.purpose == purpose,
            AccessLink.expires_at > now,
            AccessLink.used_at.is_(None),
        )
    )


def open_invitation(session: Session, token: str, now: datetime) -> Invited | None:
    """Whose invitation this link opens; opening changes nothing, so that mail scanners do no harm."""
    link = find(session, token, LinkPurpose.INVITATION, now)
    if link is None or link.invitation_id is None:
        return None
    return Invited(link.organisation_id, link.invitation_id)


def _make(
    session: Session,
    purpose: LinkPurpose,
    organisation_id: uuid.UUID,
    now: datetime,
    expires_at: datetime,
    *,
    member_id: uuid.UUID | None = None,
    invitation_id: uuid.UUID | None = None,
) -> str:
    token = new_token()
    session.add(
        AccessLink(
            token_hash=digest(token),
            purpose=purpose,
            organisation_id=organisation_id,
            member_id=member_id,
            invitation_id=invitation_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    return token
