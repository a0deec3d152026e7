"""A vacancy's link for everybody: who opens it leaves a name and an address, and the invitation goes to that address.

Nobody is signed in there. Whatever is known about an address, a stranger is answered the same.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit, inviting, links, occasions
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import terms
from assessment.services.inviting import Case, Standing
from assessment.services.occasions import Occasion
from assessment.services.permissions import Permission
from assessment.services.scoring import content
from assessment.services.sitting import notices
from assessment.services.sitting.notices import Notice
from assessment.store.base import points_to
from assessment.store.hiring import Vacancy
from assessment.store.inviting import PublicLink
from assessment.store.people import AccessLink, Organisation
from assessment.store.profiles import RoleProfile

# The e-mail greets with the name: it must carry nobody's message, and no address of a site.
NOT_IN_A_NAME = re.compile(r"[/:@<>{}|\\]|\b[Ww]{3}\.|\w\.(?:[a-z]{2,6}|[A-Z]{2,6})\b")
LONGEST_NAME = 60
# Asking again and again fills nobody's mailbox.
ONE_LETTER_IN = timedelta(minutes=10)


@dataclass(frozen=True)
class Link:
    """A vacancy's public link as HR sees it; `invited`: how many people it has brought."""

    token: str
    is_open: bool
    invited: int


@dataclass(frozen=True)
class Opened:
    """What a stranger reads before leaving an address."""

    organisation: str
    contact: str
    synthetic: bool
    title: str
    place: str
    role: str
    minutes: tuple[int, int]
    names_hidden: bool
    notice: Notice
    is_open: bool


def of_vacancy(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Link | None:
    """The vacancy's link; None where it never had one."""
    actor.need(Permission.MANAGE_VACANCIES)
    row = session.scalar(
        sa.select(PublicLink).where(
            PublicLink.organisation_id == actor.organisation_id, PublicLink.vacancy_id == vacancy_id
        )
    )
    return None if row is None else Link(row.token, row.is_open, row.invited)


def switch(session: Session, actor: Actor, vacancy_id: uuid.UUID, *, on: bool, now: datetime) -> None:
    """Switch the link on or off; switched on again it is the same one, as it may hang on a wall."""
    actor.need(Permission.MANAGE_VACANCIES)
    vacancy = session.scalar(
        sa.select(Vacancy)
        .where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
        .with_for_update()
    )
    if vacancy is None:
        raise NotFoundError
    if on:
        terms.need_open(vacancy, now)
    link = session.get(PublicLink, (actor.organisation_id, vacancy_id))
    if on == (link is not None and link.is_open):
        return
    if link is None:
        link = PublicLink(
            organisation_id=actor.organisation_id,
            vacancy_id=vacancy_id,
            token=links.new_token(),
            is_open=on,
            created_at=now,
        )
        session.add(link)
    link.is_open = on
    session.flush()
    action = "switched on the public link of" if on else "switched off the public link of"
    audit.record(session, actor, action, "vacancy", vacancy_id, now)


def opened(session: Session, token: str, now: datetime) -> Opened:
    """What the link leads to; NotFoundError for a token that is none."""
    row = session.execute(
        sa.select(PublicLink.is_open, Vacancy, RoleProfile.title, Organisation)
        .join(Vacancy, points_to(PublicLink.vacancy_id, Vacancy))
        .join(RoleProfile, points_to(Vacancy.role_profile_id, RoleProfile))
        .join(Organisation, Organisation.id == PublicLink.organisation_id)
        .where(PublicLink.token == token)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    is_open, vacancy, role, organisation = row
    occasion = occasions.of(vacancy, None)
    return Opened(
        organisation=organisation.name,
        contact=organisation.contact,
        synthetic=organisation.synthetic,
        title=vacancy.title,
        place=vacancy.place,
        role=role,
        minutes=content.form(session, vacancy.form_id).minutes,
        names_hidden=vacancy.names_hidden,
        notice=notices.words(organisation.name, occasion.kept_days(organisation.retention_days)),
        is_open=is_open and terms.invites(vacancy, now),
    )


def ask(session: Session, token: str, name: str, email: str, base_url: str, now: datetime) -> None:
    """Send an invitation to the address somebody left; where there is one already, a new link to it.

    Nothing goes to whom HR withdrew the invitation, nor to who let the time pass after starting: they have seen the
    situations, and HR can give more time. DomainError for what is no name or address; NotFoundError where the link
    is switched off.
    """
    row = session.execute(
        sa.select(PublicLink.organisation_id, Organisation.synthetic)
        .join(Organisation, Organisation.id == PublicLink.organisation_id)
        .where(PublicLink.token == token)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    name, address = inviting.checked(name, email, synthetic=row.synthetic)
    if len(name) > LONGEST_NAME or NOT_IN_A_NAME.search(name):
        raise DomainError(f"Write your name only, with at most {LONGEST_NAME} characters.", "name")
    inviting.take_turns(session, row.organisation_id)
    link, vacancy = session.execute(
        sa.select(PublicLink, Vacancy)
        .join(Vacancy, points_to(PublicLink.vacancy_id, Vacancy))
        .where(PublicLink.organisation_id == row.organisation_id, PublicLink.token == token)
        .execution_options(populate_existing=True)
    ).one()
    occasion = occasions.of(vacancy, None)
    if not (link.is_open and terms.invites(vacancy, now)):
        raise NotFoundError
    case = inviting.newest(session, occasion, [address]).get(address)
    if case is None or (case.standing(now) is Standing.EXPIRED and case.started_at is None):
        inviting.invite(session, None, occasion, name, address, base_url, now)
        link.invited += 1
        session.flush()
    elif case.standing(now) in (Standing.INVITED, Standing.STARTED, Standing.FINISHED):
        _send_again(session, occasion, case, base_url, now)


def _send_again(session: Session, occasion: Occasion, case: Case, base_url: str, now: datetime) -> None:
    newest = session.scalar(
        sa.select(sa.func.max(AccessLink.created_at)).where(
            AccessLink.organisation_id == occasion.organisation_id, AccessLink.invitation_id == case.invitation.id
        )
    )
    if newest is not None and newest > now - ONE_LETTER_IN:
        return
    inviting.send_new_link(session, case, base_url, now)
    audit.record(
        session,
        None,
        "sent a new link to",
        "candidacy",
        case.candidacy.id,
        now,
        organisation_id=occasion.organisation_id,
        invitation=case.invitation.id,
    )
