"""Why a result is what it is: answer by answer, number by number, down to the sentences people read."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import withheld
from assessment.measurement.model import UNANSWERED
from assessment.measurement.rounding import rounded_parts
from assessment.measurement.scoring import STORED_DECIMALS
from assessment.measurement.scoring import explain as explain_answers
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import computing, content, results, verifying
from assessment.services.scoring.computing import Answers
from assessment.services.scoring.content import Attribute, FormContent, Item, Key
from assessment.services.scoring.listing import short
from assessment.services.scoring.thirds import for_managers
from assessment.services.sitting import own_result
from assessment.store.base import points_to
from assessment.store.sittings import Result, Sitting


@dataclass(frozen=True)
class Part:
    """One situation: the options chosen, None where it was not answered, and what they add to each attribute."""

    item: Item
    most: str | None
    least: str | None
    adds: tuple[float, ...]

    def text(self, option_id: str | None) -> str | None:
        """What the option says."""
        return next((option.text for option in self.item.options if option.id == option_id), None)


@dataclass(frozen=True)
class Reading:
    """What the posterior made of one attribute, in T, and what people read about it.

    `errors` are those of `results.standard_errors`: own answers, options' popularity, the key's lean. `low` and `high`
    hold 90% with all of them. `manager` is None where no fit is shown, both texts where the bank has none.
    """

    attribute: str
    mean: float
    errors: tuple[float, float, float]
    low: float
    high: float
    candidate: str | None
    manager: str | None


@dataclass(frozen=True)
class Receipts:
    """What the result was made from."""

    key_number: int
    pilot_n: int
    scoring_version: str
    form_digest: str
    key_digest: str
    prior_digest: str
    answers_digest: str
    created_at: datetime


@dataclass(frozen=True)
class Reckoning:
    """A result of the sitting in short, to stand beside others; no readings where too little was answered."""

    id: uuid.UUID
    receipts: Receipts
    readings: tuple[Reading, ...]
    p_random: float | None
    withheld: bool


@dataclass(frozen=True)
class Explanation:
    """Everything behind one stored result. Parts and sums are in the order of `attributes`.

    `parts` add up to `sums`, which are the stored ones where `adds_up`. They are empty where the answers do not fit the
    form any more; `differences` then says so. `beside` are all results of the sitting, oldest first, this one included.
    """

    sitting_id: uuid.UUID
    form_title: str
    situations: int
    finished_at: datetime
    answered: int
    attributes: tuple[str, ...]
    parts: tuple[Part, ...]
    sums: tuple[float, ...]
    adds_up: bool
    this: Reckoning
    beside: tuple[Reckoning, ...]
    differences: tuple[str, ...]
    provisional: bool

    @property
    def name(self) -> str:
        return short(self.sitting_id)

    @property
    def newest(self) -> bool:
        """Whether it is the one that candidates and managers see."""
        return self.this.id == self.beside[-1].id


def explain(session: Session, actor: Actor, result_id: uuid.UUID, attributes: Mapping[str, Attribute]) -> Explanation:
    """A stored result of the acting member's organisation, explained; `attributes` are the texts people read."""
    actor.need(Permission.SEE_KEYS)
    found = session.execute(
        sa.select(Result, Sitting.form_id, Sitting.finished_at)
        .join(Sitting, points_to(Result.sitting_id, Sitting))
        .where(Result.organisation_id == actor.organisation_id, Result.id == result_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    row, form_id, finished_at = found
    form, key = content.form(session, form_id), content.key(session, row.key_version_id)
    answers = computing.answers_of(session, actor.organisation_id, row.sitting_id)
    parts, sums, adds_up = _parts(form, key, answers, row.keyed)
    rows = session.scalars(
        sa.select(Result)
        .where(Result.organisation_id == actor.organisation_id, Result.sitting_id == row.sitting_id)
        .order_by(Result.created_at, Result.id)
    )
    beside = tuple(_reckoning(session, one, attributes) for one in rows)
    return Explanation(
        sitting_id=row.sitting_id,
        form_title=form.title,
        situations=len(form.items),
        finished_at=finished_at or row.created_at,
        answered=row.answered,
        attributes=ATTRIBUTES,
        parts=parts,
        sums=sums,
        adds_up=adds_up,
        this=next(one for one in beside if one.id == row.id),
        beside=beside,
        differences=tuple(verifying.differences(session, row, form_id)),
        provisional=key.pilot_n < results.PILOTED_FROM,
    )


def _parts(
    form: FormContent, key: Key, answers: Answers, keyed: list[float]
) -> tuple[tuple[Part, ...], tuple[float, ...], bool]:
    """The situations with what they add, their sums, and whether those are the stored sums `keyed`."""
    try:
        most, least = computing.chosen(form, answers)
        exact = explain_answers(key.model, most, least)[0]
    except (KeyError, ValueError):
        return (), tuple(keyed), False
    adds, sums, adds_up = _rounded(exact, keyed)
    return (
        tuple(
            Part(
                item=item,
                most=None if b == UNANSWERED else item.options[b].id,
                least=None if w == UNANSWERED else item.options[w].id,
                adds=tuple(row),
            )
            for item, b, w, row in zip(form.items, most[0], least[0], adds.tolist(), strict=True)
        ),
        sums,
        adds_up,
    )


def _rounded(exact: NDArray[np.float64], keyed: list[float]) -> tuple[NDArray[np.float64], tuple[float, ...], bool]:
    """Parts that add up to the stored sums to the last decimal kept, or to their own where those are others."""
    try:
        return rounded_parts(exact, keyed), tuple(keyed), True
    except ValueError:
        own = exact.sum(axis=0).round(STORED_DECIMALS) + 0.0
        return rounded_parts(exact, own), tuple(own.tolist()), False


def _reckoning(session: Session, row: Result, attributes: Mapping[str, Attribute]) -> Reckoning:
    people = results.scores_in(session, [row.sitting_id], [row])
    key = content.key(session, row.key_version_id)
    no_fit = bool(withheld(people.scores)[0])
    points = results.points(people, 0)
    lines = {line.attribute: line for line in own_result.read(points, attributes)}
    errors = (10 * results.standard_errors(people, 0)).T.tolist() if points else []
    return Reckoning(
        id=row.id,
        receipts=Receipts(
            key_number=key.number,
            pilot_n=key.pilot_n,
            scoring_version=row.scoring_version,
            form_digest=row.form_digest,
            key_digest=row.key_digest,
            prior_digest=row.prior_digest,
            answers_digest=row.answers_digest,
            created_at=row.created_at,
        ),
        readings=tuple(
            Reading(
                attribute=point.attribute,
                mean=point.mean,
                errors=(own, popularity, lean),
                low=point.low,
                high=point.high,
                candidate=lines[point.attribute].sentence if point.attribute in lines else None,
                manager=None
                if no_fit or point.attribute not in attributes
                else for_managers(point, attributes[point.attribute]),
            )
            for point, (own, popularity, lean) in zip(points, errors, strict=True)
        ),
        p_random=row.p_random,
        withheld=no_fit,
    )
