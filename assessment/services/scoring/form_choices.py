"""Which form is given: by name, by sector and length; and what a length means for time and precision."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import STANDARD_LENGTH
from assessment.bank.problems import suggestion
from assessment.measurement.forms.precision import precision
from assessment.measurement.scale import t_from_theta
from assessment.services.errors import DomainError
from assessment.services.scoring import content
from assessment.services.scoring.bank_items import may_use
from assessment.store.content import BankItem, Form, FormItem, ItemStatus, ItemVersion
from assessment.store.people import Organisation

DIGEST_DIGITS = 8  # enough to tell versions of a form apart
__all__ = [
    "STANDARD_LENGTH",
    "Choice",
    "Length",
    "form_for_sector",
    "form_named",
    "forms_for",
    "forms_to_give",
    "lengths",
]

_errors: dict[uuid.UUID, float] = {}  # by key version, whose numbers never change


@dataclass(frozen=True)
class Choice:
    """A form that can be chosen."""

    id: uuid.UUID
    title: str
    sector: str


def form_named(session: Session, name: str) -> uuid.UUID:
    """The form meant at a command line: its id in the bank, newest version, or the first digits of its digest.

    DomainError: none, or one in several banks, which `bank/form` tells apart.
    """
    bank, _, own = name.rpartition("/")
    forms = session.scalars(sa.select(Form).order_by(Form.created_at.desc(), Form.id)).all()
    found = [one for one in forms if one.name == own and bank in ("", one.bank)]
    found = found or [one for one in forms if len(name) >= DIGEST_DIGITS and one.digest.startswith(name)]
    banks = sorted({one.bank for one in found})
    if not found:
        known = sorted({one.name for one in forms})
        raise DomainError(f"There is no form '{name}'. {suggestion(name, known)}".strip())
    if len(banks) > 1:
        choices = " or ".join(f"{one}/{own}" for one in banks)
        raise DomainError(f"Several banks have a form '{name}'. Write {choices}.")
    return found[0].id


def form_for_sector(
    session: Session,
    organisation_id: uuid.UUID,
    sector: str,
    *,
    length: int = STANDARD_LENGTH,
    to_give: bool = False,
) -> uuid.UUID:
    """The newest form for the sector, or else for any, from a bank this organisation may use; DomainError when none.

    Of `length` situations where there is one, otherwise the nearest; never one that is parallel to another. One
    without retired items where there is one (`to_give` takes no other), and one of the organisation's own bank before
    one that everybody may use.
    """
    usable = sorted(_usable(session, organisation_id), key=lambda one: one.form.created_at, reverse=True)
    ordered = [one for one in usable if one.form.sector in (sector, "any") and not one.form.parallel_to]
    fitting = [one for one in ordered if not (to_give and one.retired)]
    if fitting:
        return min(
            fitting,
            key=lambda one: (one.retired, *one.tier(sector), abs(one.length - length)),
        ).form.id
    if ordered:
        raise DomainError(
            "Every form for this sector holds a situation that was retired since. Whoever looks after the server"
            " makes a new one with `assessment form assemble`."
        )
    raise DomainError("The item bank has no form for this sector. Load one with `assessment bank load`.")


@dataclass(frozen=True)
class Length:
    """What a form's number of situations means. `error`: the own standard error in T of somebody average, the mean
    of the attributes, where the key is exact; `minutes`: how long most people take, practice included."""

    sector: str
    items: int
    minutes: tuple[int, int]
    error: float


def lengths(session: Session, organisation_id: uuid.UUID, sectors: Sequence[str]) -> tuple[Length, ...]:
    """The lengths there are for each of these sectors, the form of each as `form_for_sector` gives it."""
    usable = [one for one in _usable(session, organisation_id) if not one.retired and not one.form.parallel_to]
    usable.sort(key=lambda one: one.form.created_at)
    found = []
    for sector in sectors:
        fitting = [one for one in usable if one.form.sector in (sector, "any")]
        nearest = min((one.tier(sector) for one in fitting), default=None)
        by_length = {one.length: one.form.id for one in fitting if one.tier(sector) == nearest}
        found += [_length(session, sector, by_length[items]) for items in sorted(by_length)]
    return tuple(found)


def _length(session: Session, sector: str, form_id: uuid.UUID) -> Length:
    form = content.form(session, form_id)
    key = content.newest_key(session, form_id)
    return Length(sector, len(form.items), form.minutes, _error(key, content.prior(session, key.prior_id)))


def _error(key: content.Key, prior: content.KeptPrior) -> float:
    if key.id not in _errors:
        average = precision(key.model, prior.prior, t=[50.0]).se.mean()
        _errors[key.id] = float(t_from_theta(average) - t_from_theta(0))
    return _errors[key.id]


def forms_for(session: Session, organisation_id: uuid.UUID) -> tuple[Choice, ...]:
    """The newest version of each form this organisation may use, by sector and title."""
    return _choices(_usable(session, organisation_id))


def forms_to_give(session: Session, organisation_id: uuid.UUID) -> tuple[Choice, ...]:
    """Those of them without a retired item: what a new pilot may take."""
    return _choices([one for one in _usable(session, organisation_id) if not one.retired])


@dataclass(frozen=True)
class _Usable:
    form: Form
    length: int  # items
    retired: bool  # whether one of its items is

    def tier(self, sector: str) -> tuple[bool, bool]:
        """Smaller comes first: a bank that not everybody may use, then the sector's own forms."""
        return self.form.organisations == json.dumps("all"), self.form.sector != sector


def _usable(session: Session, organisation_id: uuid.UUID) -> list[_Usable]:
    organisation = session.get_one(Organisation, organisation_id).name
    retired = sa.exists().where(
        FormItem.form_id == Form.id,
        ItemVersion.id == FormItem.item_version_id,
        BankItem.bank == ItemVersion.bank,
        BankItem.item == ItemVersion.item,
        BankItem.status == ItemStatus.RETIRED,
    )
    length = sa.select(sa.func.count()).where(FormItem.form_id == Form.id).scalar_subquery()
    newest: dict[tuple[str, str], _Usable] = {}
    for found, items, holds_retired in session.execute(
        sa.select(Form, length, retired).order_by(Form.created_at, Form.id)
    ):
        newest[found.bank, found.name] = _Usable(found, items, holds_retired)
    return [one for one in newest.values() if may_use(one.form.organisations, organisation)]


def _choices(usable: Sequence[_Usable]) -> tuple[Choice, ...]:
    choices = (Choice(one.form.id, one.form.title, one.form.sector) for one in usable)
    return tuple(sorted(choices, key=lambda choice: (choice.sector, choice.title, choice.id)))
