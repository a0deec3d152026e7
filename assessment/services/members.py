"""Organisations and their members."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.errors import DomainError
from assessment.store.people import Login, Member, Organisation, Role


def found_organisation(
    session: Session, name: str, contact: str, now: datetime, *, synthetic: bool = False
) -> uuid.UUID:
    """Make an organisation; `contact` is the address candidates are told to write to."""
    organisation = Organisation(name=name.strip(), contact=contact, synthetic=synthetic, created_at=now)
    session.add(organisation)
    session.flush()
    audit.record(session, None, "founded", "organisation", organisation.id, now, organisation_id=organisation.id)
    return organisation.id


def organisation_named(session: Session, name: str) -> uuid.UUID | None:
    """The organisation of that name."""
    return session.scalar(sa.select(Organisation.id).where(Organisation.name == name.strip()))


def only_contact(session: Session) -> str | None:
    """Whom to write to where one organisation lives here; with several, naming one would tell who knows whom."""
    contacts = session.scalars(sa.select(Organisation.contact).limit(2)).all()
    return contacts[0] if len(contacts) == 1 else None


def add(session: Session, organisation_id: uuid.UUID, name: str, email: str, role: Role, now: datetime) -> uuid.UUID:
    """Make a person a member; refused when they are one already."""
    address = email.strip().lower()
    login = session.scalar(sa.select(Login).where(Login.email == address))
    if login is None:
        login = Login(email=address, created_at=now)
        session.add(login)
        session.flush()
    known = session.scalar(
        sa.select(Member.id).where(Member.organisation_id == organisation_id, Member.login_id == login.id)
    )
    if known is not None:
        raise DomainError(f"{address} is a member already.", "email")
    member = Member(organisation_id=organisation_id, login_id=login.id, name=name.strip(), role=role, created_at=now)
    session.add(member)
    session.flush()
    audit.record(session, None, "added", "member", member.id, now, organisation_id=organisation_id, role=role)
    return member.id


def member_with(session: Session, organisation_id: uuid.UUID, email: str) -> uuid.UUID | None:
    """The member of the organisation with this address."""
    return session.scalar(
        sa.select(Member.id)
        .join(Login, Login.id == Member.login_id)
        .where(
            Member.organisation_id == organisation_id,
            Login.email == email.strip().lower(),
            Member.left_at.is_(None),
        )
    )
