"""The item bank with its key, for analysts: what every option measures, and what the bank covers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.key import key_arrays
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.services.scoring.content import Item
from assessment.store.content import ItemVersion


@dataclass(frozen=True)
class Shown:
    """The newest version of an item."""

    bank: str
    practice: bool
    item: Item


@dataclass(frozen=True)
class Coverage:
    """How one attribute is measured by a set of items; correlations are over options, None where undefined."""

    attribute: str
    items: int
    share: float
    low_options: int
    high_options: int
    with_desirability: float | None
    strength_with_desirability: float | None


@dataclass(frozen=True)
class BankPage:
    items: tuple[Shown, ...]
    scored: int
    coverage: tuple[Coverage, ...]


def bank(session: Session, actor: Actor) -> BankPage:
    """Every item's newest version with its key, and the coverage of those that are scored."""
    actor.need(Permission.SEE_KEYS)
    newest = (
        sa.select(ItemVersion.bank, ItemVersion.item, sa.func.max(ItemVersion.version).label("version"))
        .group_by(ItemVersion.bank, ItemVersion.item)
        .subquery()
    )
    rows = session.scalars(
        sa.select(ItemVersion)
        .join(
            newest,
            sa.and_(
                newest.c.bank == ItemVersion.bank,
                newest.c.item == ItemVersion.item,
                newest.c.version == ItemVersion.version,
            ),
        )
        .order_by(ItemVersion.practice, ItemVersion.bank, ItemVersion.item)
    )
    items = tuple(Shown(row.bank, row.practice, Item.from_json(row.content)) for row in rows)
    scored = [shown.item for shown in items if not shown.practice and shown.item.status != "retired"]
    return BankPage(items, len(scored), coverage(scored))


def coverage(items: Sequence[Item]) -> tuple[Coverage, ...]:
    """How often each attribute varies within an item, on which side, and beside how good options sound."""
    if not items:
        return ()
    key = key_arrays(items)
    varies = np.ptp(np.where(key.mask[..., None], key.levels, key.levels[:, :1]), axis=1) > 0
    levels, desirability = key.levels[key.mask], key.desirability[key.mask]
    return tuple(
        Coverage(
            attribute=name,
            items=int(varies[:, d].sum()),
            share=float(varies[:, d].mean()),
            low_options=int((levels[:, d] < 0).sum()),
            high_options=int((levels[:, d] > 0).sum()),
            with_desirability=_correlation(levels[:, d], desirability),
            strength_with_desirability=_correlation(np.abs(levels[:, d]), desirability),
        )
        for d, name in enumerate(ATTRIBUTES)
    )


def _correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])
