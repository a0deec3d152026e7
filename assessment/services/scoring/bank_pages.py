"""The item bank with its key, for analysts: finding items, and what the bank covers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.key import key_arrays, varies
from assessment.bank.lists import CHANNELS, MOMENTS, SECTORS, STATUSES
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.services.scoring.bank_items import may_use
from assessment.services.scoring.content import Item
from assessment.store.content import BankItem, ItemStatus

PAGE = 24  # items

# What items can be told apart by, with the values there are.
LISTS: dict[str, tuple[str, ...]] = {
    "sector": SECTORS,
    "channel": CHANNELS,
    "moment": MOMENTS,
    "attribute": ATTRIBUTES,
    "status": STATUSES,
}


@dataclass(frozen=True)
class Wanted:
    """Which items are looked for; what is empty is not asked. `text`: every word stands in what a candidate reads."""

    bank: str = ""
    sector: str = ""
    channel: str = ""
    moment: str = ""
    attribute: str = ""  # the options differ on it
    status: str = ""
    text: str = ""


@dataclass(frozen=True)
class Shown:
    """An item as its file has it. `status` is the one that holds: what was retired here is retired."""

    bank: str
    practice: bool
    status: str
    item: Item
    reviewed: bool


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
    """A page of the items found, practice items last. `scored` of the `found` are in the coverage: neither practice
    nor retired. `total`: all items the organisation may see, in `banks`."""

    wanted: Wanted
    banks: tuple[str, ...]
    items: tuple[Shown, ...]
    found: int
    total: int
    number: int
    pages: int
    scored: int
    coverage: tuple[Coverage, ...]


def bank(
    session: Session, actor: Actor, wanted: Wanted | None = None, *, number: int = 1, size: int = PAGE
) -> BankPage:
    """Items of the banks this organisation may use, drafts included; page `number`, or the last one before it.

    Two statements whatever the size of the bank.
    """
    actor.need(Permission.SEE_KEYS)
    wanted = wanted or Wanted()
    seen = _seen(session, actor)
    found = [shown for shown in seen if _is_wanted(shown, wanted)]
    pages = max(1, -(-len(found) // size))
    number = min(max(number, 1), pages)
    scored = [shown.item for shown in found if not shown.practice and shown.status != ItemStatus.RETIRED]
    return BankPage(
        wanted=wanted,
        banks=tuple(sorted({shown.bank for shown in seen})),
        items=tuple(found[(number - 1) * size : number * size]),
        found=len(found),
        total=len(seen),
        number=number,
        pages=pages,
        scored=len(scored),
        coverage=coverage(scored),
    )


def _seen(session: Session, actor: Actor) -> list[Shown]:
    """All that the organisation may see: practice last, sectors in their order."""
    allowed = {
        name
        for name, organisations in session.execute(sa.select(BankItem.bank, BankItem.organisations).distinct())
        if may_use(organisations, actor.organisation)
    }
    rows = session.scalars(sa.select(BankItem).where(BankItem.bank.in_(allowed))).all()
    shown = [Shown(r.bank, r.practice, r.status, Item.from_json(r.content), r.reviews is not None) for r in rows]
    return sorted(shown, key=lambda one: (one.practice, _place(one.item.sector), one.bank, one.item.id))


def _place(sector: str) -> int:
    return SECTORS.index(sector) if sector in SECTORS else len(SECTORS)


def _is_wanted(shown: Shown, wanted: Wanted) -> bool:
    item = shown.item
    own = ((getattr(wanted, kind), getattr(item, kind)) for kind in ("sector", "channel", "moment"))
    named = [(wanted.bank, shown.bank), (wanted.status, shown.status), *own]
    if any(asked and asked != has for asked, has in named):
        return False
    if wanted.attribute and len({option.levels.get(wanted.attribute, 0.0) for option in item.options}) < 2:
        return False
    read = " ".join([item.id, item.situation, *(option.text for option in item.options)]).casefold()
    return all(word in read for word in wanted.text.casefold().split())


def coverage(items: Sequence[Item]) -> tuple[Coverage, ...]:
    """How often each attribute varies within an item, on which side, and beside how good options sound."""
    if not items:
        return ()
    key = key_arrays(items)
    differs = varies(key)
    levels, desirability = key.levels[key.mask], key.desirability[key.mask]
    return tuple(
        Coverage(
            attribute=name,
            items=int(differs[:, d].sum()),
            share=float(differs[:, d].mean()),
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
