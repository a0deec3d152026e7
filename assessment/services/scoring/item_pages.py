"""One item as authors and analysts read it: its key, its reviews, where it is given, and what people chose."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import ItemReview
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import bank_items, key_reports
from assessment.services.scoring.bank_items import may_use
from assessment.services.scoring.content import Item
from assessment.services.scoring.key_reports import ItemFound
from assessment.store.content import BankItem, Form, FormItem, ItemStatus, ItemVersion, KeyStatus, KeyVersion
from assessment.store.sittings import Answer, Sitting

FEWEST_SITTINGS = 10  # below, shares would be about persons


@dataclass(frozen=True)
class Version:
    """A version that is or was given. A draft has none."""

    number: int
    since: datetime
    digest: str


@dataclass(frozen=True)
class Giving:
    """A form that gives the item, in `version`, at `position`. A form changed since is `replaced`."""

    form_id: uuid.UUID
    title: str
    sector: str
    version: int
    position: int
    replaced: bool


@dataclass(frozen=True)
class Chosen:
    """The shares of answers that chose an option as most and as least likely."""

    option: str
    most: float
    least: float


@dataclass(frozen=True)
class Statistics:
    """Finished sittings of the acting member's organisation that gave this version, and what was answered."""

    given: int
    answered: int
    chosen: tuple[Chosen, ...]


@dataclass(frozen=True)
class Fitted:
    """How the version fits by the newest calibration of one of its forms."""

    form_title: str
    key_id: uuid.UUID
    number: int
    status: KeyStatus
    people: int
    found: ItemFound


@dataclass(frozen=True)
class Retired:
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class ItemPage:
    """`statistics` is None with fewer than FEWEST_SITTINGS answers, `retired` unless it was done here rather than in
    the file. `others`: real organisations besides the actor's that use the bank, with whom nobody retires it alone."""

    bank: str
    item: Item
    newest: bool
    status: ItemStatus
    practice: bool
    reviews: ItemReview | None
    versions: tuple[Version, ...]
    forms: tuple[Giving, ...]
    statistics: Statistics | None
    fitted: tuple[Fitted, ...]
    retired: Retired | None
    others: int

    @property
    def given(self) -> bool:
        return self.status in (ItemStatus.TRIAL, ItemStatus.LIVE) and not self.practice


def read(session: Session, actor: Actor, bank: str, item_id: str, version: int | None = None) -> ItemPage:
    """An item of a bank the organisation may use, as its file has it or in another `version`.

    As many statements however often it was answered.
    """
    actor.need(Permission.SEE_KEYS)
    row = bank_items.row_for(session, actor, bank, item_id)
    item = Item.from_json(row.content)
    versions = session.scalars(
        sa.select(ItemVersion)
        .where(ItemVersion.bank == bank, ItemVersion.item == item_id)
        .order_by(ItemVersion.version.desc())
    ).all()
    newest = version in (None, item.version)
    if not newest:
        kept = next((one for one in versions if one.version == version), None)
        if kept is None:
            raise NotFoundError
        item = Item.from_json(kept.content)
    shown = next((one for one in versions if one.version == item.version), None)
    forms = _forms(session, actor, versions)
    return ItemPage(
        bank=bank,
        item=item,
        newest=newest,
        status=ItemStatus(row.status),
        practice=row.practice,
        reviews=None if row.reviews is None else ItemReview.model_validate_json(row.reviews),
        versions=tuple(Version(one.version, one.created_at, one.digest) for one in versions),
        forms=forms,
        statistics=None if shown is None else _statistics(session, actor, item, shown.id),
        fitted=() if shown is None else _fitted(session, item, forms),
        retired=_retired(row),
        others=len(bank_items.others(session, actor, row.organisations)),
    )


def _retired(row: BankItem) -> Retired | None:
    if row.retired_at is None or row.retired_by is None or row.retired_reason is None:
        return None
    return Retired(row.retired_at, row.retired_by, row.retired_reason)


def _forms(session: Session, actor: Actor, versions: Sequence[ItemVersion]) -> tuple[Giving, ...]:
    """The newest first; of a form that was changed, the versions that gave the item too."""
    number = {one.id: one.version for one in versions}
    later = sa.orm.aliased(Form)
    replaced = sa.exists().where(later.bank == Form.bank, later.name == Form.name, later.created_at > Form.created_at)
    rows = session.execute(
        sa.select(Form, FormItem, replaced)
        .join(FormItem, FormItem.form_id == Form.id)
        .where(FormItem.item_version_id.in_(list(number)))
        .order_by(Form.created_at.desc(), Form.id)
    ).all()
    return tuple(
        Giving(form.id, form.title, form.sector, number[place.item_version_id], place.position, was_replaced)
        for form, place, was_replaced in rows
        if may_use(form.organisations, actor.organisation)
    )


def _statistics(session: Session, actor: Actor, item: Item, version_id: uuid.UUID) -> Statistics | None:
    """Of finished sittings of this organisation only; None where they are too few to hide a person among."""
    finished = sa.and_(Sitting.organisation_id == actor.organisation_id, Sitting.finished_at.is_not(None))
    given = session.scalars(
        sa.select(sa.func.count(Sitting.id))
        .join(FormItem, FormItem.form_id == Sitting.form_id)
        .where(finished, FormItem.item_version_id == version_id)
    ).one()
    pairs = session.execute(
        sa.select(Answer.most, Answer.least, sa.func.count())
        .join(Sitting, sa.and_(Sitting.organisation_id == Answer.organisation_id, Sitting.id == Answer.sitting_id))
        .where(finished, Answer.organisation_id == actor.organisation_id, Answer.item_version_id == version_id)
        .group_by(Answer.most, Answer.least)
    ).all()
    answered = sum(count for _, _, count in pairs)
    if answered < FEWEST_SITTINGS:
        return None
    chosen = (
        Chosen(
            option=option.id,
            most=sum(count for most, _, count in pairs if most == option.id) / answered,
            least=sum(count for _, least, count in pairs if least == option.id) / answered,
        )
        for option in item.options
    )
    return Statistics(given, answered, tuple(chosen))


def _fitted(session: Session, item: Item, forms: Sequence[Giving]) -> tuple[Fitted, ...]:
    """From the newest report of each form that gives this version; sums over people, as on the page of the key."""
    titles = {form.form_id: form.title for form in forms if form.version == item.version}
    later = sa.orm.aliased(KeyVersion)
    rows = session.scalars(
        sa.select(KeyVersion)
        .where(
            KeyVersion.form_id.in_(list(titles)),
            KeyVersion.report.is_not(None),
            ~sa.exists().where(
                later.form_id == KeyVersion.form_id, later.report.is_not(None), later.number > KeyVersion.number
            ),
        )
        .order_by(KeyVersion.created_at.desc(), KeyVersion.id)
    ).all()
    fitted = []
    for row in rows:
        report = key_reports.from_json(row.report or "")
        found = next(one for one in report.items if one.id == item.id)
        fitted.append(Fitted(titles[row.form_id], row.id, row.number, KeyStatus(row.status), row.pilot_n, found))
    return tuple(fitted)
