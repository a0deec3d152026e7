"""Keys as analysts see and decide about them: what there is, what a draft would change, publishing and discarding."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from assessment.measurement.scoring import Prior
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Permission
from assessment.services.scoring import bank_items, calibrations, content, key_reports, rescoring
from assessment.services.scoring.calibrations import Ready
from assessment.services.scoring.content import FormContent
from assessment.services.scoring.key_reports import KeyReport
from assessment.store.content import Form, KeyStatus, KeyVersion
from assessment.store.people import Organisation

__all__ = ["FormKeys", "KeyFacts", "KeyReview", "KeyStatus", "discard", "listed", "publish", "review"]

LONGEST_REASON = 500
PUT_IN_FORCE = "put in force"
DISCARDED = "discarded"


@dataclass(frozen=True)
class KeyFacts:
    """One version of a form's key, without its numbers."""

    id: uuid.UUID
    number: int
    status: KeyStatus
    in_force: bool
    people: int
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


@dataclass(frozen=True)
class FormKeys:
    """A form with its keys, the newest first, and the people there are to calibrate it with."""

    id: uuid.UUID
    name: str
    title: str
    sector: str
    ready: Ready
    keys: tuple[KeyFacts, ...]

    @property
    def in_force(self) -> KeyFacts:
        return next(key for key in self.keys if key.in_force)


@dataclass(frozen=True)
class Correlation:
    """Of two attributes between people: as guessed or found before, and as found by this calibration."""

    first: str
    second: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class KeyReview:
    """A version of a key with what its calibration found; the experts' has no report.

    `others`: real organisations besides the actor's whose answers are in it. `unscored`: finished sittings of the
    actor's organisation without a result under this version, once it is in force.
    """

    form: FormContent
    form_name: str
    key: KeyFacts
    report: KeyReport | None
    attributes: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    correlations: tuple[Correlation, ...]
    others: int
    unscored: int

    @property
    def may_decide(self) -> bool:
        """Whether the draft can be decided about on its page: nobody else's answers are in it."""
        return self.key.status is KeyStatus.DRAFT and self.others == 0

    @property
    def misfits(self) -> int:
        return sum(item.misfits for item in self.report.items) if self.report else 0


def listed(session: Session, actor: Actor) -> tuple[FormKeys, ...]:
    """Every form the organisation may use, with its keys. As many statements however many forms there are."""
    actor.need(Permission.SEE_KEYS)
    return _listed(session, lambda form: content.may_use(form.organisations, actor.organisation))


def all_forms(session: Session) -> tuple[FormKeys, ...]:
    """Every form of the installation: for who runs it."""
    return _listed(session, lambda _form: True)


def _listed(session: Session, wanted: Callable[[Form], bool]) -> tuple[FormKeys, ...]:
    forms = [
        form
        for form in session.scalars(sa.select(Form).order_by(Form.sector, Form.title, Form.created_at.desc(), Form.id))
        if wanted(form)
    ]
    keys: dict[uuid.UUID, list[KeyVersion]] = {form.id: [] for form in forms}
    for row in session.scalars(
        sa.select(KeyVersion)
        .options(defer(KeyVersion.content), defer(KeyVersion.report))
        .where(KeyVersion.form_id.in_(list(keys)))
        .order_by(KeyVersion.number.desc())
    ):
        keys[row.form_id].append(row)
    people = calibrations.ready(session, list(keys))
    return tuple(
        FormKeys(form.id, form.name, form.title, form.sector, people[form.id], _facts(keys[form.id])) for form in forms
    )


def _facts(rows: Sequence[KeyVersion]) -> tuple[KeyFacts, ...]:
    in_force = max((row.number for row in rows if row.status == KeyStatus.PUBLISHED), default=None)
    return tuple(_fact(row, in_force=row.number == in_force) for row in rows)


def _fact(row: KeyVersion, *, in_force: bool) -> KeyFacts:
    return KeyFacts(
        id=row.id,
        number=row.number,
        status=KeyStatus(row.status),
        in_force=in_force,
        people=row.pilot_n,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )


def review(session: Session, actor: Actor, key_id: uuid.UUID) -> KeyReview:
    """One version of a key of a form the organisation may use."""
    actor.need(Permission.SEE_KEYS)
    row, form = _row(session, actor, key_id)
    in_force = content.newest_key(session, form.id)
    report = None if row.report is None else key_reports.from_json(row.report)
    before = content.prior(session, calibrations.experts_key(session, form.id).prior_id).prior
    after = content.prior(session, row.prior_version_id).prior
    return KeyReview(
        form=content.form(session, form.id),
        form_name=form.name,
        key=_fact(row, in_force=row.id == in_force.id),
        report=report,
        attributes=after.attributes,
        mean=tuple(after.mean.tolist()),
        deviation=tuple(np.sqrt(np.diagonal(after.covariance)).tolist()),
        correlations=_correlations(before, after),
        others=0 if report is None else len(_others(session, actor, form, report)),
        unscored=rescoring.waiting(session, form.id, actor.organisation_id) if row.id == in_force.id else 0,
    )


def publish(session: Session, actor: Actor, key_id: uuid.UUID, reason: str, now: datetime) -> int:
    """Put a draft in force for everybody who finishes from now on; its number. Results given stay as they are.

    Refused where other real organisations use the form: then it is for who runs the installation.
    """
    return _by_member(session, actor, key_id, KeyStatus.PUBLISHED, reason, now)


def discard(session: Session, actor: Actor, key_id: uuid.UUID, reason: str, now: datetime) -> int:
    """Put a draft aside for good; its number. It stays readable, with the reason."""
    return _by_member(session, actor, key_id, KeyStatus.DISCARDED, reason, now)


def decide_as_operator(
    session: Session, form_id: uuid.UUID, number: int, status: KeyStatus, *, reason: str, by: str, now: datetime
) -> uuid.UUID:
    """Publish or discard a draft in the name of the installation; the key's id.

    It is told in the log of every organisation whose answers are in the draft.
    """
    row = session.scalar(
        sa.select(KeyVersion)
        .where(KeyVersion.form_id == form_id, KeyVersion.number == number)
        .with_for_update(key_share=True)
    )
    if row is None:
        raise DomainError(f"The form’s key has no version {number}. See `assessment key list`.")
    by = " ".join(by.split())
    if not by:
        raise DomainError("Say who decides: --by NAME.")
    report = _decide(session, row, status, reason, by, now)
    for organisation_id in report.organisations:
        _record(session, None, row, status, now, organisation_id)
    return row.id


def _by_member(session: Session, actor: Actor, key_id: uuid.UUID, status: KeyStatus, reason: str, now: datetime) -> int:
    actor.need(Permission.PUBLISH_KEYS)
    row, form = _row(session, actor, key_id, lock=True)
    if row.report is not None and _others(session, actor, form, key_reports.from_json(row.report)):
        raise DomainError(
            "Other organisations are scored with this form too, so none of them decides about its key alone. Whoever"
            " runs the installation does, with the command named here."
        )
    _decide(session, row, status, reason, f"{actor.name}, {actor.organisation}", now)
    _record(session, actor, row, status, now, actor.organisation_id)
    return row.number


def _decide(session: Session, row: KeyVersion, status: KeyStatus, reason: str, by: str, now: datetime) -> KeyReport:
    if row.status != KeyStatus.DRAFT or row.report is None:
        raise DomainError(f"Version {row.number} is {row.status} already.")
    reason = " ".join(reason.split())
    if not reason:
        raise DomainError("Write why: the reason stays with the key.", "reason")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"Use at most {LONGEST_REASON} characters.", "reason")
    report = key_reports.from_json(row.report)
    if status is KeyStatus.PUBLISHED and report.synthetic:
        _refuse_made_up(session, row.form_id)
    row.status, row.reason, row.decided_at, row.decided_by = status, reason, now, by
    session.flush()
    return report


def _refuse_made_up(session: Session, form_id: uuid.UUID) -> None:
    """A key of made-up people can't come in force where a real organisation may use the form."""
    names = session.scalar(sa.select(Form.organisations).where(Form.id == form_id)) or "[]"
    real = session.scalars(sa.select(Organisation.name).where(Organisation.synthetic.is_(False)))
    if any(content.may_use(names, name) for name in real):
        raise DomainError(
            "This key was made from made-up people, and a real organisation may use the form. Discard it, and"
            " calibrate with real people."
        )


def _record(
    session: Session,
    actor: Actor | None,
    row: KeyVersion,
    status: KeyStatus,
    now: datetime,
    organisation_id: uuid.UUID,
) -> None:
    action = PUT_IN_FORCE if status is KeyStatus.PUBLISHED else DISCARDED
    audit.record(
        session,
        actor,
        action,
        "key_version",
        row.id,
        now,
        organisation_id=organisation_id,
        number=row.number,
        people=row.pilot_n,
        digest=row.digest,
        reason=row.reason,
    )


def _row(session: Session, actor: Actor, key_id: uuid.UUID, *, lock: bool = False) -> tuple[KeyVersion, Form]:
    statement = sa.select(KeyVersion, Form).join(Form, Form.id == KeyVersion.form_id).where(KeyVersion.id == key_id)
    if lock:
        statement = statement.with_for_update(of=KeyVersion, key_share=True)
    found = session.execute(statement).one_or_none()
    if found is None or not content.may_use(found[1].organisations, actor.organisation):
        raise NotFoundError
    return found[0], found[1]


def _others(session: Session, actor: Actor, form: Form, report: KeyReport) -> list[uuid.UUID]:
    """Real organisations besides the actor's that are scored with the form, or whose answers are in the draft."""
    usable = bank_items.others(session, actor, form.organisations)
    answering = session.scalars(
        sa.select(Organisation.id).where(
            Organisation.synthetic.is_(False),
            Organisation.id != actor.organisation_id,
            Organisation.id.in_(report.organisations),
        )
    )
    return list({*usable, *answering})


def _correlations(before: Prior, after: Prior) -> tuple[Correlation, ...]:
    old, new = (_standardised(prior) for prior in (before, after))
    names = after.attributes
    return tuple(
        Correlation(names[a], names[b], float(old[a, b]), float(new[a, b]))
        for a in range(len(names))
        for b in range(a + 1, len(names))
    )


def _standardised(prior: Prior) -> np.ndarray:
    scale = np.sqrt(np.diagonal(prior.covariance))
    return np.asarray(prior.covariance / np.outer(scale, scale))
