"""Plain facts that HR asks of everybody for a vacancy: shifts, availability, a permission to work, never scored.

What is said here reaches people who decide, and nothing that is computed: no fit, order or group knows of it. So that
all are asked the same, questions stay as they are once somebody has answered one.
"""

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import panels
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.hiring import CandidateFact, FieldKind, Vacancy, VacancyField

__all__ = ["CHANGED", "Fact", "Field", "FieldKind", "Question", "change", "of_candidacies", "of_vacancy"]

MOST_FIELDS = 10
LONGEST_QUESTION = 160
MOST_CHOICES = 12
LONGEST_CHOICE = 60
CHANGED = "changed the questions of"

# Whole words, or with * their beginning, of what nobody may be chosen by. It catches slips, not intent.
PROTECTED: dict[str, tuple[str, ...]] = {
    "age": ("age", "ages", "aged", "old", "young*", "born", "birth*", "birthday", "dob", "retire*"),
    "sex or gender": ("sex", "sexual*", "gender*", "male*", "female*", "man", "woman", "men", "women", "trans*", "gay"),
    "race, colour or origin": ("race", "racial*", "ethnic*", "skin", "origin*", "ancestr*", "nationalit*", "native"),
    "religion or belief": ("religio*", "faith*", "creed*", "belief*", "church*", "mosque*", "headscar*", "political*"),
    "health or disability": ("disab*", "handicap*", "health*", "ill", "illness*", "sick*", "medic*", "disease*"),
    "family": ("pregnan*", "child*", "kids", "married", "marriage", "marital", "spouse", "husband", "wife", "famil*"),
    "membership of a union": ("union", "unions"),
}
# "Transport" and "transfer" are about the way to work.
HARMLESS = re.compile(r"\b(?:transport\w*|transfer\w*|translat\w*|transaction\w*|transit\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A field as HR writes it; `choices` only for one of a list."""

    kind: FieldKind
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """A field of a vacancy, in its place."""

    id: uuid.UUID
    question: Question


@dataclass(frozen=True)
class Fact:
    """What somebody said to a field, in words; None: nothing yet."""

    field: Field
    value: str | None
    given_at: datetime | None


def of_vacancy(session: Session, organisation_id: uuid.UUID, vacancy_id: uuid.UUID) -> tuple[Field, ...]:
    """The fields of a vacancy in their order. For services; pages ask with an actor."""
    rows = session.scalars(
        sa.select(VacancyField)
        .where(VacancyField.organisation_id == organisation_id, VacancyField.vacancy_id == vacancy_id)
        .order_by(VacancyField.place)
    )
    return tuple(
        Field(row.id, Question(FieldKind(row.kind), row.question, tuple(json.loads(row.choices)))) for row in rows
    )


def of_candidacies(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, candidacy_ids: Iterable[uuid.UUID] | None = None
) -> tuple[tuple[Field, ...], dict[uuid.UUID, tuple[Fact, ...]]]:
    """The fields of a vacancy, and what these people, or all, said. Two statements; who said nothing has no entry."""
    actor.need(Permission.SEE_CANDIDATES)
    asked = of_vacancy(session, actor.organisation_id, vacancy_id)
    wanted = (
        sa.select(CandidateFact)
        .join(VacancyField, points_to(CandidateFact.field_id, VacancyField))
        .join(Vacancy, points_to(VacancyField.vacancy_id, Vacancy))
        .where(
            CandidateFact.organisation_id == actor.organisation_id,
            VacancyField.vacancy_id == vacancy_id,
            panels.visible(actor),
        )
    )
    if candidacy_ids is not None:
        wanted = wanted.where(CandidateFact.candidacy_id.in_(list(candidacy_ids)))
    given: dict[uuid.UUID, dict[uuid.UUID, CandidateFact]] = {}
    for row in session.scalars(wanted):
        given.setdefault(row.candidacy_id, {})[row.field_id] = row
    return asked, {candidacy_id: facts(asked, rows) for candidacy_id, rows in given.items()}


def facts(asked: Sequence[Field], given: dict[uuid.UUID, CandidateFact]) -> tuple[Fact, ...]:
    """A person's facts in the order of the fields."""
    found = [(field, given.get(field.id)) for field in asked]
    return tuple(
        Fact(field, None if row is None else row.value, None if row is None else row.given_at) for field, row in found
    )


def unanswered(asked: Sequence[Field]) -> tuple[Fact, ...]:
    """The facts of somebody who said nothing."""
    return facts(asked, {})


def change(
    session: Session, actor: Actor, vacancy_id: uuid.UUID, questions: Sequence[Question], now: datetime
) -> tuple[Field, ...]:
    """Ask these questions from now on, in this order, in place of those before. Refused once somebody has answered."""
    actor.need(Permission.MANAGE_VACANCIES)
    known = session.scalar(
        sa.select(Vacancy.id)
        .where(Vacancy.organisation_id == actor.organisation_id, Vacancy.id == vacancy_id)
        .with_for_update()
    )
    if known is None:
        raise NotFoundError
    wanted = [checked(question, place) for place, question in enumerate(questions, start=1)]
    if len(wanted) > MOST_FIELDS:
        raise DomainError(f"Ask at most {MOST_FIELDS} questions.")
    before = of_vacancy(session, actor.organisation_id, vacancy_id)
    if [field.question for field in before] == wanted:
        return before
    if _answered(session, actor, [field.id for field in before]):
        raise DomainError("Somebody has answered already: the questions stay as they are, so that all are asked alike.")
    session.execute(
        sa.delete(VacancyField).where(
            VacancyField.organisation_id == actor.organisation_id, VacancyField.vacancy_id == vacancy_id
        )
    )
    for place, question in enumerate(wanted, start=1):
        session.add(
            VacancyField(
                organisation_id=actor.organisation_id,
                vacancy_id=vacancy_id,
                place=place,
                kind=question.kind,
                question=question.text,
                choices=json.dumps(question.choices, ensure_ascii=False),
            )
        )
    session.flush()
    audit.record(session, actor, CHANGED, "vacancy", vacancy_id, now, questions=len(wanted))
    return of_vacancy(session, actor.organisation_id, vacancy_id)


def answered(session: Session, actor: Actor, vacancy_id: uuid.UUID) -> bool:
    """Whether somebody has answered a question of the vacancy."""
    actor.need(Permission.MANAGE_VACANCIES)
    asked = of_vacancy(session, actor.organisation_id, vacancy_id)
    return _answered(session, actor, [field.id for field in asked])


def checked(question: Question, place: int) -> Question:
    """The question as it is kept; a DomainError, for the input of its `place`, says what is wrong."""
    text = " ".join(question.text.split())
    choices = tuple(choice for choice in (" ".join(given.split()) for given in question.choices) if choice)
    if not text:
        raise DomainError("Write the question.", f"question_{place}")
    if len(text) > LONGEST_QUESTION:
        raise DomainError(f"Use at most {LONGEST_QUESTION} characters.", f"question_{place}")
    if question.kind is not FieldKind.ONE_OF:
        choices = ()
    elif not 2 <= len(choices) <= MOST_CHOICES or len(set(choices)) < len(choices):
        raise DomainError(f"Write 2 to {MOST_CHOICES} different choices, a line each.", f"choices_{place}")
    elif max(map(len, choices)) > LONGEST_CHOICE:
        raise DomainError(f"Use at most {LONGEST_CHOICE} characters for a choice.", f"choices_{place}")
    for field, texts in ((f"question_{place}", (text,)), (f"choices_{place}", choices)):
        found = next((hit for one in texts if (hit := protected(one)) is not None), None)
        if found is not None:
            word, what = found
            raise DomainError(
                f"“{word}” asks about {what}, and nobody may be chosen by that. Ask what the work needs instead, like"
                " “Can you work on Saturdays?” or “May you work in this country from the first day?”",
                field,
            )
    return Question(question.kind, text, choices)


def protected(text: str) -> tuple[str, str] | None:
    """The first word that asks about a protected characteristic, and which; None where there is none."""
    words = re.findall(r"[^\W\d_]+", HARMLESS.sub("", text.casefold()))
    for word in words:
        for what, patterns in PROTECTED.items():
            if any(word == one or (one.endswith("*") and word.startswith(one[:-1])) for one in patterns):
                return word, what
    return None


def _answered(session: Session, actor: Actor, field_ids: Sequence[uuid.UUID]) -> bool:
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    CandidateFact.organisation_id == actor.organisation_id, CandidateFact.field_id.in_(field_ids)
                )
            )
        )
    )
