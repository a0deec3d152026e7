"""The plain facts that a vacancy asks of its candidates, after the situations: said by choice, never scored."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import fields
from assessment.services.hiring.fields import Fact, Field, FieldKind
from assessment.store.base import points_to
from assessment.store.hiring import Candidacy, CandidateFact, Invitation, Vacancy
from assessment.store.sittings import Sitting

LONGEST_TEXT = 200
LARGEST_NUMBER = 10**9
YES, NO = "Yes", "No"


@dataclass(frozen=True)
class _Asked:
    """Whom the invitation is of, and what their vacancy asks."""

    candidacy_id: uuid.UUID
    finished_at: datetime | None
    fields: tuple[Field, ...]


def of_invited(session: Session, invited: Invited) -> tuple[Fact, ...]:
    """What the vacancy asks and what this person has said so far; nothing for a pilot, or where nothing is asked."""
    asked = _asked(session, invited)
    return fields.facts(asked.fields, _given(session, invited, asked.candidacy_id))


def say(session: Session, invited: Invited, values: Mapping[uuid.UUID, str], now: datetime) -> None:
    """Keep what the person says, in place of what they said before; an empty value takes it back.

    Once the situations are answered, and for as long as the data is kept.
    """
    _take_turns(session, invited)
    asked = _asked(session, invited)
    if not asked.fields:
        raise NotFoundError
    if asked.finished_at is None:
        raise DomainError("These questions come after the situations.")
    said = {field.id: _checked(field, values.get(field.id, "")) for field in asked.fields}
    given = _given(session, invited, asked.candidacy_id)
    before = {field_id: row.value for field_id, row in given.items()}
    if before == {field_id: value for field_id, value in said.items() if value}:
        return
    for field_id, value in said.items():
        row = given.get(field_id)
        if not value:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(
                CandidateFact(
                    organisation_id=invited.organisation_id,
                    candidacy_id=asked.candidacy_id,
                    field_id=field_id,
                    value=value,
                    given_at=now,
                )
            )
        elif row.value != value:
            row.value, row.given_at = value, now
    session.flush()
    answered = sum(bool(value) for value in said.values())
    audit.record(session, invited, "answered the plain questions", "candidacy", asked.candidacy_id, now, given=answered)


def _take_turns(session: Session, invited: Invited) -> None:
    """Two tabs of one person, or HR who changes the questions meanwhile, come one after the other."""
    session.execute(
        sa.select(Vacancy.id)
        .join(Candidacy, points_to(Candidacy.vacancy_id, Vacancy))
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .where(Invitation.organisation_id == invited.organisation_id, Invitation.id == invited.invitation_id)
        .with_for_update(of=Vacancy)
    )


def input_of(field: Field) -> str:
    """The name of the input that a field's value is typed into."""
    return f"fact-{field.id}"


def _checked(field: Field, typed: str) -> str:
    """The value in the words it is kept and shown in; "" for none."""
    text = " ".join(typed.split())
    kind = field.question.kind
    if not text:
        return ""
    if kind is FieldKind.YES_NO and text not in (YES, NO):
        raise DomainError("Choose yes or no.", input_of(field))
    if kind is FieldKind.ONE_OF and text not in field.question.choices:
        raise DomainError("Choose one of the list.", input_of(field))
    if kind is FieldKind.TEXT and len(text) > LONGEST_TEXT:
        raise DomainError(f"Use at most {LONGEST_TEXT} characters.", input_of(field))
    if kind is FieldKind.NUMBER:
        return _number(text, field)
    return text


def _number(text: str, field: Field) -> str:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise DomainError("Write a number, like 12 or 7.5.", input_of(field)) from None
    if not number.is_finite() or abs(number) > LARGEST_NUMBER or len(text) > LONGEST_TEXT:
        raise DomainError("Write a number, like 12 or 7.5.", input_of(field))
    return f"{number.normalize():f}"


def _asked(session: Session, invited: Invited) -> _Asked:
    row = session.execute(
        sa.select(Candidacy.id, Candidacy.vacancy_id, Sitting.finished_at)
        .join(Invitation, points_to(Invitation.candidacy_id, Candidacy))
        .outerjoin(Sitting, points_to(Sitting.invitation_id, Invitation))
        .where(
            Invitation.organisation_id == invited.organisation_id,
            Invitation.id == invited.invitation_id,
            Invitation.revoked_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    asked = () if row.vacancy_id is None else fields.of_vacancy(session, invited.organisation_id, row.vacancy_id)
    return _Asked(row.id, row.finished_at, asked)


def _given(session: Session, invited: Invited, candidacy_id: uuid.UUID) -> dict[uuid.UUID, CandidateFact]:
    rows = session.scalars(
        sa.select(CandidateFact).where(
            CandidateFact.organisation_id == invited.organisation_id, CandidateFact.candidacy_id == candidacy_id
        )
    )
    return {row.field_id: row for row in rows}
