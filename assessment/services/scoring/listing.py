"""An organisation's results as analysts find them: by form, newest first, and of nobody by name."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.fit import withheld
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import results
from assessment.store.base import points_to
from assessment.store.content import Form, FormItem, KeyVersion
from assessment.store.sittings import Result, Sitting

PAGE = 50  # sittings


@dataclass(frozen=True)
class FormUsed:
    """A form that somebody of the organisation has finished."""

    id: uuid.UUID
    title: str
    since: datetime
    situations: int
    sittings: int


@dataclass(frozen=True)
class Listed:
    """One result, under one key. `scored` is False where too little was answered."""

    id: uuid.UUID
    key_number: int
    pilot_n: int
    scored: bool
    withheld: bool
    created_at: datetime


@dataclass(frozen=True)
class ListedSitting:
    """A sitting with its results, oldest first: more than one where it was scored again under a newer key."""

    id: uuid.UUID
    finished_at: datetime
    answered: int
    results: tuple[Listed, ...]

    @property
    def name(self) -> str:
        return short(self.id)


@dataclass(frozen=True)
class ResultsPage:
    """Sittings of one form; `older` says whether there are more, `form` is None before anybody has finished."""

    forms: tuple[FormUsed, ...]
    form: FormUsed | None
    sittings: tuple[ListedSitting, ...]
    older: bool


def short(sitting_id: uuid.UUID) -> str:
    """What a sitting is called where nobody is named."""
    return sitting_id.hex[:8]


def page(
    session: Session,
    actor: Actor,
    *,
    form_id: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
    size: int = PAGE,
) -> ResultsPage:
    """Results of the acting member's organisation: of the form finished last, or of `form_id`.

    The newest, or those finished before the sitting `before`. As many statements however many there are.
    """
    actor.need(Permission.SEE_KEYS)
    forms = _forms(session, actor)
    form = next((one for one in forms if form_id in (None, one.id)), None)
    if form is None:
        if form_id is not None or before is not None:
            raise NotFoundError
        return ResultsPage((), None, (), False)
    wanted = (
        sa.select(Sitting.id, Sitting.finished_at)
        .where(
            Sitting.organisation_id == actor.organisation_id,
            Sitting.form_id == form.id,
            sa.exists().where(points_to(Result.sitting_id, Sitting)),
        )
        .order_by(Sitting.finished_at.desc(), Sitting.id.desc())
        .limit(size + 1)
    )
    if before is not None:
        at = session.scalar(
            sa.select(Sitting.finished_at).where(
                Sitting.organisation_id == actor.organisation_id, Sitting.id == before, Sitting.form_id == form.id
            )
        )
        if at is None:
            raise NotFoundError
        wanted = wanted.where(sa.or_(Sitting.finished_at < at, sa.and_(Sitting.finished_at == at, Sitting.id < before)))
    rows = session.execute(wanted).all()
    return ResultsPage(forms, form, _with_results(session, actor, rows[:size]), len(rows) > size)


def _forms(session: Session, actor: Actor) -> tuple[FormUsed, ...]:
    """Forms with results, the one finished last first."""
    length = sa.select(sa.func.count()).where(FormItem.form_id == Form.id).scalar_subquery()
    rows = session.execute(
        sa.select(Form.id, Form.title, Form.created_at, length, sa.func.count(Sitting.id))
        .join(Sitting, Sitting.form_id == Form.id)
        .where(
            Sitting.organisation_id == actor.organisation_id,
            sa.exists().where(points_to(Result.sitting_id, Sitting)),
        )
        .group_by(Form.id, Form.title, Form.created_at)
        .order_by(sa.func.max(Sitting.finished_at).desc(), Form.id)
    )
    return tuple(FormUsed(*row) for row in rows)


def _with_results(
    session: Session, actor: Actor, sittings: Sequence[sa.Row[uuid.UUID, datetime | None]]
) -> tuple[ListedSitting, ...]:
    rows = session.execute(
        sa.select(Result, KeyVersion.number, KeyVersion.pilot_n)
        .join(KeyVersion, KeyVersion.id == Result.key_version_id)
        .where(
            Result.organisation_id == actor.organisation_id,
            Result.sitting_id.in_([sitting_id for sitting_id, _ in sittings]),
        )
        .order_by(Result.created_at, Result.id)
    ).all()
    people = results.scores_in(session, [row.sitting_id for row, _, _ in rows], [row for row, _, _ in rows])
    found: dict[uuid.UUID, list[Listed]] = {}
    answered: dict[uuid.UUID, int] = {}
    for (row, number, pilot_n), no_fit in zip(rows, withheld(people.scores), strict=True):
        listed = Listed(row.id, number, pilot_n, row.mean is not None, bool(no_fit), row.created_at)
        found.setdefault(row.sitting_id, []).append(listed)
        answered[row.sitting_id] = row.answered
    return tuple(
        ListedSitting(sitting_id, finished_at, answered[sitting_id], tuple(found[sitting_id]))
        for sitting_id, finished_at in sittings
        if finished_at is not None
    )
