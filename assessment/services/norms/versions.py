"""Versions of norm groups: who is in one as numbers, never as rows, and which key they answered under.

Making a group anew adds a version and changes none.
"""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.evidence.norms import NORM_SIZE, NormGroup
from assessment.measurement.scale import t_from_theta, theta_from_t
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.store.base import points_to
from assessment.store.content import Form, KeyStatus, KeyVersion
from assessment.store.hiring import Vacancy
from assessment.store.people import Member
from assessment.store.sittings import NormKind, NormVersion

__all__ = [
    "NORM_SIZE",
    "SHOWN_T",
    "AttributeNorm",
    "GroupPage",
    "Kept",
    "LeftOut",
    "Name",
    "NormKind",
    "Version",
    "content_of",
    "listed",
    "page",
    "versions",
]

SHOWN_T = tuple(range(20, 81, 5))


@dataclass(frozen=True)
class Name:
    """Of whom: `value` is a sector, a language or a vacancy's id; `title` the vacancy's, else the same."""

    form_id: uuid.UUID
    form: str
    kind: NormKind
    value: str
    title: str


@dataclass(frozen=True)
class LeftOut:
    """People who finished and are not in the group, by the reason."""

    other_key: int
    few_answers: int
    withheld: int

    @property
    def total(self) -> int:
        return self.other_key + self.few_answers + self.withheld


@dataclass(frozen=True)
class Version:
    """A version of a group. `in_force`: its key is the one that results are made with now."""

    id: uuid.UUID
    name: Name
    number: int
    people: int
    left_out: int
    is_norm: bool
    key_number: int
    in_force: bool
    made_by: str
    made_at: datetime


@dataclass(frozen=True, eq=False)
class Kept:
    """What a version holds: the group, and whom it left out."""

    group: NormGroup
    left_out: LeftOut
    scoring_version: str

    def to_dict(self) -> dict[str, Any]:
        """Plain, for JSON."""
        out = self.left_out
        return {
            "group": self.group.to_dict(),
            "left_out": {"other_key": out.other_key, "few_answers": out.few_answers, "withheld": out.withheld},
            "scoring_version": self.scoring_version,
        }


@dataclass(frozen=True)
class AttributeNorm:
    """Mean and standard deviation in T, and the percentiles (0 to 1) at `SHOWN_T`."""

    attribute: str
    mean: float
    sd: float
    percentiles: tuple[float, ...]


@dataclass(frozen=True)
class GroupPage:
    """One version with its numbers, and all versions of the group, the newest first."""

    version: Version
    left_out: LeftOut
    attributes: tuple[AttributeNorm, ...]
    versions: tuple[Version, ...]


def listed(session: Session, actor: Actor) -> tuple[Version, ...]:
    """The newest version of each group that was made, the newest first."""
    actor.need(Permission.MAKE_NORMS)
    newest: dict[tuple[uuid.UUID, str, str], Version] = {}
    for version in versions(session, actor):
        newest.setdefault((version.name.form_id, version.name.kind, version.name.value), version)
    return tuple(newest.values())


def page(session: Session, actor: Actor, norm_id: uuid.UUID) -> GroupPage:
    """One version of a group of the acting member's organisation."""
    actor.need(Permission.MAKE_NORMS)
    row = session.get(NormVersion, (actor.organisation_id, norm_id))
    if row is None:
        raise NotFoundError
    same = NormVersion.form_id == row.form_id, NormVersion.kind == row.kind, NormVersion.value == row.value
    of_group = versions(session, actor, *same)
    kept = content_of(session, actor, norm_id)
    group = kept.group
    mean, sd = t_from_theta(group.values.mean(axis=0)), 10 * group.values.std(axis=0, ddof=1)
    at = np.repeat(theta_from_t(SHOWN_T)[:, None], len(group.attributes), axis=1)
    percentiles = group.percentile(at).value
    return GroupPage(
        version=next(version for version in of_group if version.id == norm_id),
        left_out=kept.left_out,
        attributes=tuple(
            AttributeNorm(name, float(mean[d]), float(sd[d]), tuple(percentiles[:, d].tolist()))
            for d, name in enumerate(group.attributes)
        ),
        versions=of_group,
    )


def versions(session: Session, actor: Actor, *conditions: sa.ColumnElement[bool]) -> tuple[Version, ...]:
    """Versions of groups without their numbers, the newest first, in three statements."""
    rows = session.execute(
        sa.select(
            NormVersion.id,
            NormVersion.form_id,
            NormVersion.kind,
            NormVersion.value,
            NormVersion.number,
            NormVersion.people,
            NormVersion.left_out,
            NormVersion.key_version_id,
            NormVersion.created_at,
            Form.title.label("form"),
            KeyVersion.number.label("key_number"),
            Member.name.label("made_by"),
        )
        .join(Form, Form.id == NormVersion.form_id)
        .join(KeyVersion, KeyVersion.id == NormVersion.key_version_id)
        .join(Member, points_to(NormVersion.created_by, Member))
        .where(NormVersion.organisation_id == actor.organisation_id, *conditions)
        .order_by(NormVersion.created_at.desc(), NormVersion.number.desc(), NormVersion.id)
    ).all()
    titles = _titles(session, actor, {row.value for row in rows if row.kind == NormKind.VACANCY})
    in_force = _keys_in_force(session, {row.form_id for row in rows})
    return tuple(
        Version(
            id=row.id,
            name=Name(row.form_id, row.form, NormKind(row.kind), row.value, titles.get(row.value, row.value)),
            number=row.number,
            people=row.people,
            left_out=row.left_out,
            is_norm=row.people >= NORM_SIZE,
            key_number=row.key_number,
            in_force=in_force[row.form_id] == row.key_number,
            made_by=row.made_by,
            made_at=row.created_at,
        )
        for row in rows
    )


def _titles(session: Session, actor: Actor, vacancy_ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(
        sa.select(Vacancy.id, Vacancy.title).where(
            Vacancy.organisation_id == actor.organisation_id, Vacancy.id.in_([uuid.UUID(one) for one in vacancy_ids])
        )
    )
    return {str(row.id): row.title for row in rows}


def _keys_in_force(session: Session, form_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = session.execute(
        sa.select(KeyVersion.form_id, sa.func.max(KeyVersion.number).label("number"))
        .where(KeyVersion.form_id.in_(list(form_ids)), KeyVersion.status == KeyStatus.PUBLISHED)
        .group_by(KeyVersion.form_id)
    )
    return {row.form_id: row.number for row in rows}


def content_of(session: Session, actor: Actor, norm_id: uuid.UUID) -> Kept:
    """What a version holds. ValueError where it was changed."""
    kept = json.loads(session.get_one(NormVersion, (actor.organisation_id, norm_id)).content)
    return Kept(NormGroup.from_dict(kept["group"]), LeftOut(**kept["left_out"]), kept["scoring_version"])
