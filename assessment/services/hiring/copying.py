"""A new vacancy like one that is there: everything but candidates."""

import uuid
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.hiring import fields, panels, terms, vacancies
from assessment.services.hiring.terms import Terms
from assessment.services.permissions import Permission
from assessment.services.scoring import content


def terms_of_a_copy(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> Terms:
    """What a copy begins with: the last day is the other vacancy's own."""
    return replace(terms.get(session, actor, vacancy_id), last_day=None)


def copy(session: Session, actor: Actor, vacancy_id: uuid.UUID, given: Terms, now: datetime) -> uuid.UUID:
    """Open a vacancy on these terms, with the role profile, the length, the questions and the panel of another one.

    It is judged by the newest published version of the profile, as every new vacancy is.
    """
    actor.need(Permission.MANAGE_VACANCIES)
    other = vacancies.get(session, actor, vacancy_id)
    copy_id = vacancies.create(
        session,
        actor,
        **asdict(given),
        role_profile_id=other.role_profile_id,
        judgement_first=other.judgement_first,
        length=len(content.form(session, other.form_id).items),
        now=now,
    )
    asked = fields.of_vacancy(session, actor.organisation_id, vacancy_id)
    if asked:
        fields.change(session, actor, copy_id, [field.question for field in asked], now)
    panel = panels.of_vacancy(session, actor, vacancy_id)
    seats = {one.member_id: one.seat for one in panel.seated if one.seat is not None}
    if seats:  # whoever of a panel has left is on none
        panels.change(session, actor, copy_id, seats, only=panel.only, now=now)
    elif panel.only:
        raise DomainError("Nobody of this vacancy’s panel is left, and only its panel sees it. Change its panel first.")
    audit.record(session, actor, "copied", "vacancy", vacancy_id, now, copy=copy_id)
    return copy_id
