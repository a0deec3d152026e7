"""Items of banks whatever their version: as their files had them last, who may use them, and retiring them."""

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.bank.lists import DRAFT
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.store.content import BankItem, ItemStatus
from assessment.store.people import Organisation

LONGEST_REASON = 500
RETIRED = "retired"


@dataclass(frozen=True)
class Taken:
    """What reading a bank's files found: `retired` are ids that were retired here while their file still gives them."""

    retired: tuple[str, ...]


def take_in(session: Session, bank: Bank) -> Taken:
    """Bring what is known of each item up to its file, reviews included. Retired here stays retired.

    Drafts whose files are gone are forgotten; what was given is kept.
    """
    known = {row.item: row for row in session.scalars(sa.select(BankItem).where(BankItem.bank == bank.info.id))}
    organisations = json.dumps(bank.info.organisations)
    written = {**bank.items, **bank.practice}
    for item in written.values():
        row = known.get(item.id)
        if row is None:
            row = BankItem(bank=bank.info.id, item=item.id)
            session.add(row)
        reviews = bank.reviews.get(item.id)
        row.practice = item.id in bank.practice
        row.organisations = organisations
        row.content = item.to_json()
        row.reviews = None if reviews is None else reviews.model_dump_json()
        row.status = ItemStatus.RETIRED if row.retired_at is not None else item.status
    for name, row in known.items():
        row.organisations = organisations
        if name not in written and row.status == DRAFT:
            session.delete(row)
    session.flush()
    given = (written[name] for name, row in known.items() if row.retired_at is not None and name in written)
    return Taken(tuple(sorted(item.id for item in given if item.status != ItemStatus.RETIRED)))


def retired_here(session: Session, banks: Collection[str]) -> set[tuple[str, str]]:
    """Bank and id of each item of these banks that was retired here, rather than in its file."""
    rows = session.execute(
        sa.select(BankItem.bank, BankItem.item).where(BankItem.bank.in_(banks), BankItem.retired_at.is_not(None))
    )
    return {(bank, item) for bank, item in rows}


def may_use(organisations: str, organisation: str) -> bool:
    """Whether the `organisations` of a form or an item let the organisation of this name use it."""
    allowed = json.loads(organisations)
    return allowed == "all" or organisation in allowed


def others(session: Session, actor: Actor, organisations: str) -> list[uuid.UUID]:
    """Real organisations besides the actor's that `organisations` names: with them, none decides alone."""
    rows = session.execute(
        sa.select(Organisation.id, Organisation.name).where(
            Organisation.synthetic.is_(False), Organisation.id != actor.organisation_id
        )
    )
    return [one.id for one in rows if may_use(organisations, one.name)]


def row_for(session: Session, actor: Actor, bank: str, item: str, *, lock: bool = False) -> BankItem:
    """An item of a bank that the acting member's organisation may use."""
    statement = sa.select(BankItem).where(BankItem.bank == bank, BankItem.item == item)
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None or not may_use(row.organisations, actor.organisation):
        raise NotFoundError
    return row


def retire(session: Session, actor: Actor, bank: str, item: str, reason: str, now: datetime) -> None:
    """Take an item out of new forms, vacancies and pilots. What runs goes on, and results stay explained.

    Refused where other real organisations use the bank: then it is for who runs the installation.
    """
    actor.need(Permission.RETIRE_ITEMS)
    row = row_for(session, actor, bank, item, lock=True)
    if others(session, actor, row.organisations):
        raise DomainError(
            "Other organisations use this bank too, so none of them retires a situation alone. Whoever runs the"
            " installation does, with the command named here."
        )
    _retire(session, row, reason, f"{actor.name}, {actor.organisation}", now)
    _record(session, actor, row, actor.organisation_id, now)


def retire_as_operator(session: Session, name: str, *, reason: str, by: str, now: datetime) -> None:
    """Retire the item `bank/item` in the name of the installation; told in the log of all who may use the bank."""
    bank, _, item = name.partition("/")
    row = session.scalar(sa.select(BankItem).where(BankItem.bank == bank, BankItem.item == item).with_for_update())
    if row is None:
        raise DomainError(f"There is no item '{name}'. Write bank/item, such as frontdoor/cold-soup.")
    by = " ".join(by.split())
    if not by:
        raise DomainError("Say who decides: --by NAME.")
    _retire(session, row, reason, by, now)
    for one in session.execute(sa.select(Organisation.id, Organisation.name)).all():
        if may_use(row.organisations, one.name):
            _record(session, None, row, one.id, now)


def _retire(session: Session, row: BankItem, reason: str, by: str, now: datetime) -> None:
    if row.practice:
        raise DomainError("Practice situations are not scored; take the file out of the bank instead.")
    if row.status == ItemStatus.DRAFT:
        raise DomainError("A draft is given to nobody; take its file out of the bank instead.")
    if row.status == ItemStatus.RETIRED:
        raise DomainError("This situation is retired already.")
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Write why: the reason stays with the situation.", "reason")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", "reason")
    row.status, row.retired_at, row.retired_by, row.retired_reason = ItemStatus.RETIRED, now, by, reason
    session.flush()


def _record(session: Session, actor: Actor | None, row: BankItem, organisation_id: uuid.UUID, now: datetime) -> None:
    audit.record(
        session,
        actor,
        RETIRED,
        "bank_item",
        row.id,
        now,
        organisation_id=organisation_id,
        bank=row.bank,
        item=row.item,
        reason=row.retired_reason,
    )
