"""The bank inside the database: every version whole, forms as fixed lists, keys and priors by number."""

import json
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Attribute, Bank, Item, Texts, canonical_json, form_digest, sha256
from assessment.bank.content import Form as BankForm
from assessment.bank.key import expert_model
from assessment.bank.lists import DRAFT
from assessment.bank.reading import reading_time
from assessment.measurement.attributes import ATTRIBUTES
from assessment.measurement.fit import lean_sd
from assessment.measurement.model import ChoiceModel
from assessment.measurement.scoring import DEFAULT_PRIOR, POPULARITY_ERROR, Prior
from assessment.services.errors import DomainError
from assessment.services.scoring import bank_items
from assessment.services.scoring.bank_items import may_use
from assessment.store.content import (
    Form,
    FormItem,
    ItemVersion,
    KeyStatus,
    KeyVersion,
    PriorVersion,
)

__all__ = [
    "Attribute",
    "FormContent",
    "Item",
    "KeptPrior",
    "Key",
    "Loaded",
    "Texts",
    "form",
    "keep_key",
    "keep_prior",
    "key",
    "load_bank",
    "may_use",
    "newest_key",
    "prior",
]


@dataclass(frozen=True)
class FormContent:
    """A form as it is given: its items in order, each with its row's id. Never changes, so it is kept."""

    id: uuid.UUID
    title: str
    sector: str
    digest: str
    items: tuple[Item, ...]
    item_version_ids: tuple[uuid.UUID, ...]
    practice: tuple[Item, ...]

    @property
    def minutes(self) -> tuple[int, int]:
        """How long most people take, from the words they read, practice included."""
        time = reading_time((*self.practice, *self.items))
        return time.low, time.high


@dataclass(frozen=True)
class Key:
    """The numbers a form is scored with, and how sure they are. Whether it is in force is not kept: that changes."""

    id: uuid.UUID
    form_id: uuid.UUID
    number: int
    prior_id: uuid.UUID
    digest: str
    model: ChoiceModel
    intercept_errors: np.ndarray | None  # (J, K); None: nobody has been asked yet
    pilot_n: int
    anchor_people: int  # the pilot that the scale was taken over from; 0: its own is the scale

    @property
    def popularity_error(self) -> np.ndarray | float:
        """What is not known of each option's popularity, as `scoring.key_error` takes it."""
        return POPULARITY_ERROR if self.intercept_errors is None else self.intercept_errors

    @property
    def lean_sd(self) -> float:
        """What is not known of where the average person stands: by its own pilot, and by the one of its anchors."""
        own = lean_sd(self.pilot_n)
        return math.hypot(own, lean_sd(self.anchor_people)) if self.anchor_people else own


@dataclass(frozen=True)
class KeptPrior:
    id: uuid.UUID
    digest: str
    prior: Prior


@dataclass(frozen=True)
class Loaded:
    """What a load changed. `retired`: items retired here that files still give; `left_out`: new forms with such."""

    items: int
    forms: int
    keys: int
    retired: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


# Rows of these kinds are written once and never changed, so a process reads each one time.
_forms: dict[uuid.UUID, FormContent] = {}
_keys: dict[uuid.UUID, Key] = {}
_priors: dict[uuid.UUID, KeptPrior] = {}


def load_bank(session: Session, bank: Bank, now: datetime) -> Loaded:
    """Bring the database up to the files: new versions are added, none is changed or removed; drafts have none.

    A form that is new and gives an item that was retired here is left out. The bank it extends comes first.
    DomainError: a text changed and its version did not.
    """
    versions, new_items = _with_new_versions(session, bank, now)
    retired = bank_items.take_in(session, bank).retired
    gone = bank_items.retired_here(session, bank.banks)
    left_out = []
    new_forms = new_keys = 0
    for form in bank.forms.values():
        items = bank.form_items(form)
        given = session.scalar(
            sa.select(Form).where(Form.bank == bank.info.id, Form.name == form.id, Form.digest == form_digest(items))
        )
        if given is None and any((bank.home(item.id), item.id) in gone for item in items):
            left_out.append(form.id)
            continue
        if given is None:
            ids = [versions[bank.home(item.id), item.id, item.version].id for item in items]
            given = _new_form(session, bank, form, form_digest(items), ids, now)
            new_forms += 1
        given.organisations = json.dumps(bank.info.organisations)
        if session.scalar(sa.select(KeyVersion.id).where(KeyVersion.form_id == given.id).limit(1)) is None:
            keep_key(session, given.id, expert_model(items), DEFAULT_PRIOR, now, number=1)
            new_keys += 1
    session.flush()
    return Loaded(new_items, new_forms, new_keys, retired, tuple(left_out))


def _with_new_versions(
    session: Session, bank: Bank, now: datetime
) -> tuple[dict[tuple[str, str, int], ItemVersion], int]:
    """Every version of the bank's items and of the bank it extends, by bank, id and number; and how many are new."""
    known = {
        (row.bank, row.item, row.version): row
        for row in session.scalars(sa.select(ItemVersion).where(ItemVersion.bank.in_(bank.banks)))
    }
    before = len(known)
    changed = []
    for item in (*bank.items.values(), *bank.practice.values()):
        if item.status == DRAFT:  # still being written: nobody is given it, and no version of it has to stay readable
            continue
        row = known.get((bank.info.id, item.id, item.version))
        if row is None:
            row = ItemVersion(
                bank=bank.info.id,
                item=item.id,
                version=item.version,
                practice=item.id in bank.practice,
                digest=item.digest,
                content=item.to_json(),
                created_at=now,
            )
            session.add(row)
            known[bank.info.id, item.id, item.version] = row
        elif row.digest != item.digest:
            changed.append(item.ref)
    if changed:
        raise DomainError(
            f"The text or key of {', '.join(sorted(changed))} changed, but not the version."
            " Raise `version` in the file: answers given to the old text must stay readable."
        )
    session.flush()
    return known, len(known) - before


def _new_form(
    session: Session, bank: Bank, form: BankForm, digest: str, item_version_ids: Sequence[uuid.UUID], now: datetime
) -> Form:
    row = Form(
        bank=bank.info.id,
        name=form.id,
        title=form.title,
        sector=form.sector,
        parallel_to=form.parallel_to,
        organisations="",
        digest=digest,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        FormItem(form_id=row.id, position=place, item_version_id=version_id)
        for place, version_id in enumerate(item_version_ids, start=1)
    )
    return row


def form(session: Session, form_id: uuid.UUID) -> FormContent:
    """The form with its items, read from the database once per process."""
    if form_id not in _forms:
        row = session.get_one(Form, form_id)
        versions = session.scalars(
            sa.select(ItemVersion)
            .join(FormItem, FormItem.item_version_id == ItemVersion.id)
            .where(FormItem.form_id == form_id)
            .order_by(FormItem.position)
        ).all()
        banks = {row.bank, *(version.bank for version in versions)}  # its own, and the one it extends
        practice = session.scalars(
            sa.select(ItemVersion)
            .where(ItemVersion.bank.in_(banks), ItemVersion.practice)
            .order_by(ItemVersion.item, ItemVersion.version.desc())
        ).all()
        practice = [version for version in practice if version.bank == row.bank] or practice
        newest = {version.item: version for version in reversed(practice)}
        _forms[form_id] = FormContent(
            id=row.id,
            title=row.title,
            sector=row.sector,
            digest=row.digest,
            items=tuple(Item.from_json(version.content) for version in versions),
            item_version_ids=tuple(version.id for version in versions),
            practice=tuple(Item.from_json(newest[name].content) for name in sorted(newest)),
        )
    return _forms[form_id]


def newest_key(session: Session, form_id: uuid.UUID) -> Key:
    """The key in force for a form: the published one with the highest number."""
    key_id = session.scalars(
        sa.select(KeyVersion.id)
        .where(KeyVersion.form_id == form_id, KeyVersion.status == KeyStatus.PUBLISHED)
        .order_by(KeyVersion.number.desc())
        .limit(1)
    ).one()
    return key(session, key_id)


def key(session: Session, key_id: uuid.UUID) -> Key:
    """A key version, old or new."""
    if key_id not in _keys:
        row = session.get_one(KeyVersion, key_id)
        content = json.loads(row.content)
        errors = content["intercept_errors"]
        _keys[key_id] = Key(
            id=row.id,
            form_id=row.form_id,
            number=row.number,
            prior_id=row.prior_version_id,
            digest=row.digest,
            model=ChoiceModel(
                attributes=tuple(content["attributes"]),
                loadings=np.array(content["loadings"]),
                intercepts=np.array(content["intercepts"]),
                mask=np.array(content["mask"]),
            ),
            intercept_errors=None if errors is None else np.array(errors),
            pilot_n=row.pilot_n,
            anchor_people=content.get("anchor_people", 0),
        )
    return _keys[key_id]


def prior(session: Session, prior_id: uuid.UUID) -> KeptPrior:
    """A prior version, old or new."""
    if prior_id not in _priors:
        row = session.get_one(PriorVersion, prior_id)
        content = json.loads(row.content)
        _priors[prior_id] = KeptPrior(
            id=row.id,
            digest=row.digest,
            prior=Prior(
                attributes=tuple(content["attributes"]),
                mean=np.array(content["mean"]),
                covariance=np.array(content["covariance"]),
            ),
        )
    return _priors[prior_id]


def keep_key(
    session: Session,
    form_id: uuid.UUID,
    model: ChoiceModel,
    prior: Prior,
    now: datetime,
    *,
    number: int,
    pilot_n: int = 0,
    intercept_errors: np.ndarray | None = None,
    loading_errors: np.ndarray | None = None,
    anchor_people: int = 0,
    report: str | None = None,
) -> KeyVersion:
    """Store a key: with a `report` as a draft to be decided about, else as the experts' own, in force at once.

    DomainError: the form has a key with these very numbers.
    """
    content: dict[str, object] = {
        "attributes": list(model.attributes),
        "loadings": _listed(model.loadings),
        "intercepts": _listed(model.intercepts),
        "mask": model.mask.tolist(),
        "intercept_errors": None if intercept_errors is None else _listed(intercept_errors),
    }
    if loading_errors is not None:
        content["loading_errors"] = _listed(loading_errors)
    if anchor_people:
        content["anchor_people"] = anchor_people
    text = canonical_json(content)
    same = session.scalar(
        sa.select(KeyVersion.number).where(KeyVersion.form_id == form_id, KeyVersion.digest == sha256(text))
    )
    if same is not None:
        raise DomainError(f"Nothing was learned: these are the numbers of version {same}. Wait for more people.")
    row = KeyVersion(
        form_id=form_id,
        prior_version_id=keep_prior(session, prior, now),
        number=number,
        digest=sha256(text),
        content=text,
        pilot_n=pilot_n,
        status=KeyStatus.PUBLISHED if report is None else KeyStatus.DRAFT,
        report=report,
        decided_at=now if report is None else None,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _listed(numbers: np.ndarray) -> list[object]:
    """Written with 12 digits: what is read back is what is scored with, so nothing is lost later."""
    listed: list[object] = (numbers.round(12) + 0.0).tolist()
    return listed


def keep_prior(session: Session, prior: Prior, now: datetime) -> uuid.UUID:
    """The version of a prior, made where there is none with these numbers."""
    if tuple(prior.attributes) != ATTRIBUTES:
        raise ValueError("a prior names the six attributes in their order")
    text = canonical_json(
        {
            "attributes": list(prior.attributes),
            "mean": prior.mean.tolist(),
            "covariance": prior.covariance.tolist(),
        }
    )
    known = session.scalar(sa.select(PriorVersion.id).where(PriorVersion.digest == sha256(text)))
    if known is not None:
        return known
    made = PriorVersion(digest=sha256(text), content=text, created_at=now)
    session.add(made)
    session.flush()
    return made.id
