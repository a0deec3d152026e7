"""From finished sittings to a draft of a key, and which sittings those are.

Keys belong to the whole installation: the answers of every organisation that may use a form count together, in pilots
and vacancies alike. Only sums leave an organisation: a key, a prior, and a report of how many chose what. Nobody is
looked up across organisations, so that a person who answered in two of them counts in both.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import sha256
from assessment.measurement.calibration import calibration as measure
from assessment.measurement.calibration.calibration import PEOPLE_FOR_INTERCEPTS, PEOPLE_FOR_LOADINGS, Calibration
from assessment.measurement.calibration.report import report as report_of
from assessment.measurement.model import Booleans, ChoiceModel, Integers
from assessment.measurement.scoring import MINIMUM_ANSWERS
from assessment.services.errors import DomainError
from assessment.services.scoring import computing, content, key_reports
from assessment.services.scoring.computing import Answers
from assessment.services.scoring.content import FormContent, Key
from assessment.services.scoring.key_reports import KeyReport, Linked
from assessment.store.base import points_to
from assessment.store.content import Form, KeyStatus, KeyVersion
from assessment.store.hiring import Candidacy, Invitation
from assessment.store.people import Organisation
from assessment.store.sittings import Answer, Sitting

__all__ = ["PEOPLE_FOR_INTERCEPTS", "PEOPLE_FOR_LOADINGS", "Draft", "Ready", "WorkedOut", "keep", "ready", "work_out"]


@dataclass(frozen=True)
class Ready:
    """The sittings of a form that a calibration would use now: one a person, with enough answers."""

    form_id: uuid.UUID
    sittings: tuple[tuple[uuid.UUID, uuid.UUID], ...]  # organisation, sitting; in the order they were finished
    synthetic: bool
    synthetic_left_out: int

    @property
    def people(self) -> int:
        return len(self.sittings)

    @property
    def organisations(self) -> tuple[uuid.UUID, ...]:
        return tuple(sorted({organisation_id for organisation_id, _ in self.sittings}))

    def missing_to(self, goal: int) -> int:
        """How many more people it takes."""
        return max(0, goal - self.people)


@dataclass(frozen=True, eq=False)
class WorkedOut:
    """A calibration with its report, before it is stored."""

    form_id: uuid.UUID
    calibration: Calibration
    intercept_errors: np.ndarray
    anchor_people: int
    report: KeyReport


@dataclass(frozen=True)
class Draft:
    """A key that waits for a decision."""

    id: uuid.UUID
    number: int
    people: int


@dataclass(frozen=True, eq=False)
class _Start:
    """What a calibration begins with: the experts' key, or that with the numbers of situations calibrated before."""

    model: ChoiceModel
    prior_id: uuid.UUID
    anchors: Booleans | None = None
    anchor_errors: np.ndarray | None = None
    anchor_people: int = 0
    linked: Linked | None = None


def ready(session: Session, form_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Ready]:
    """What there is to calibrate each form with. As many statements for many forms as for one.

    Finished sittings with at least 10 answers, the first such of each person. Made-up people never calibrate a key
    that judges real ones: synthetic organisations count only where no real organisation may use the form.
    """
    allowed = session.execute(sa.select(Form.id, Form.organisations).where(Form.id.in_(form_ids))).all()
    organisations = session.execute(sa.select(Organisation.id, Organisation.name, Organisation.synthetic)).all()
    users = {
        form_id: {one.id: one.synthetic for one in organisations if content.may_use(names, one.name)}
        for form_id, names in allowed
    }
    first: dict[uuid.UUID, dict[tuple[uuid.UUID, uuid.UUID], uuid.UUID]] = defaultdict(dict)
    for form_id, organisation_id, sitting_id, candidate_id in session.execute(_finished(form_ids)):
        if organisation_id in users[form_id]:
            first[form_id].setdefault((organisation_id, candidate_id), sitting_id)
    return {form_id: _ready(form_id, first[form_id], users[form_id]) for form_id in users}


def _finished(form_ids: Sequence[uuid.UUID]) -> sa.Select[uuid.UUID, uuid.UUID, uuid.UUID, uuid.UUID]:
    """Finished sittings with enough answers, the oldest first, with whose they are."""
    return (
        sa.select(Sitting.form_id, Sitting.organisation_id, Sitting.id, Candidacy.candidate_id)
        .join(Invitation, points_to(Sitting.invitation_id, Invitation))
        .join(Candidacy, points_to(Invitation.candidacy_id, Candidacy))
        .join(Answer, points_to(Answer.sitting_id, Sitting))
        .where(Sitting.form_id.in_(form_ids), Sitting.finished_at.is_not(None), Invitation.revoked_at.is_(None))
        .group_by(Sitting.form_id, Sitting.organisation_id, Sitting.id, Sitting.finished_at, Candidacy.candidate_id)
        .having(sa.func.count() >= MINIMUM_ANSWERS)
        .order_by(Sitting.finished_at, Sitting.id)
    )


def _ready(
    form_id: uuid.UUID, first: dict[tuple[uuid.UUID, uuid.UUID], uuid.UUID], users: dict[uuid.UUID, bool]
) -> Ready:
    synthetic = bool(users) and all(users.values())
    found = [(organisation_id, sitting_id) for (organisation_id, _), sitting_id in first.items()]
    used = tuple(one for one in found if users[one[0]] == synthetic)
    return Ready(form_id, used, synthetic, len(found) - len(used))


def work_out(
    session: Session,
    form_id: uuid.UUID,
    *,
    anchors_from: uuid.UUID | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> WorkedOut:
    """Calibrate the experts' key of a form by all its people; changes nothing.

    `anchors_from` is another form, already calibrated: situations on both keep the numbers they have there, and the
    people's mean and variances are free, so that scores of both forms stand on one scale.
    DomainError: a draft waits, too few people, no scale in common, or no result.
    """
    refuse_second_draft(session, form_id)
    found = ready(session, [form_id])[form_id]
    if found.people < PEOPLE_FOR_INTERCEPTS:
        raise DomainError(_too_few(found))
    form = content.form(session, form_id)
    start = _from_experts(session, form_id) if anchors_from is None else _linked(session, form, anchors_from)
    most, least, digest = _answers(session, form, found)
    prior = content.prior(session, start.prior_id).prior
    try:
        calibration = measure.calibrate(start.model, most, least, prior, anchors=start.anchors, progress=progress)
    except (ValueError, ArithmeticError) as error:
        raise DomainError(f"The key can't be calibrated: {error}.") from error
    if not calibration.converged:
        raise DomainError(
            f"The estimates still move after {calibration.iterations} iterations, so nothing was kept. Wait for more"
            " people; if it stays so, look for situations that hardly anybody answered."
        )
    compared = report_of(start.model, most, least, calibration)
    errors = calibration.intercept_errors
    if start.anchors is not None and start.anchor_errors is not None:
        # They stay as they are, which does not make them certain: they keep the errors they were calibrated with.
        errors = np.where(start.anchors[:, None], start.anchor_errors, errors)
        compared = replace(compared, errors=errors)
    return WorkedOut(
        form_id=form_id,
        calibration=calibration,
        intercept_errors=errors,
        anchor_people=start.anchor_people,
        report=KeyReport(
            people=calibration.people,
            organisations=found.organisations,
            synthetic=found.synthetic,
            sittings_digest=digest,
            linked=start.linked,
            iterations=calibration.iterations,
            converged=calibration.converged,
            log_likelihood=round(calibration.log_likelihood, key_reports.DIGITS),
            average_move=None if np.isnan(compared.average_move) else round(compared.average_move, key_reports.DIGITS),
            lean=key_reports.listed(calibration.lean),
            lean_errors=key_reports.listed(calibration.lean_errors),
            items=key_reports.found_in(form, calibration, compared),
        ),
    )


def keep(session: Session, worked_out: WorkedOut, now: datetime) -> Draft:
    """Store what was worked out as a draft, for a person to publish or discard. It changes no result."""
    session.execute(sa.select(Form.id).where(Form.id == worked_out.form_id).with_for_update(key_share=True))
    refuse_second_draft(session, worked_out.form_id)
    newest = session.scalar(sa.select(sa.func.max(KeyVersion.number)).where(KeyVersion.form_id == worked_out.form_id))
    calibration = worked_out.calibration
    row = content.keep_key(
        session,
        worked_out.form_id,
        calibration.model,
        calibration.prior,
        now,
        number=(newest or 0) + 1,
        pilot_n=calibration.people,
        intercept_errors=worked_out.intercept_errors,
        loading_errors=calibration.loading_errors,
        anchor_people=worked_out.anchor_people,
        report=key_reports.as_json(worked_out.report),
    )
    return Draft(row.id, row.number, row.pilot_n)


def refuse_second_draft(session: Session, form_id: uuid.UUID) -> None:
    """DomainError where a draft of the form waits already."""
    waiting = session.scalar(
        sa.select(KeyVersion.number).where(KeyVersion.form_id == form_id, KeyVersion.status == KeyStatus.DRAFT)
    )
    if waiting is not None:
        raise DomainError(f"Version {waiting} of this form’s key waits for a decision. Publish or discard it first.")


def experts_key(session: Session, form_id: uuid.UUID) -> Key:
    """A form's first key: what experts said before anybody was asked."""
    key_id = session.scalars(
        sa.select(KeyVersion.id).where(KeyVersion.form_id == form_id, KeyVersion.number == 1)
    ).one()
    return content.key(session, key_id)


def _too_few(found: Ready) -> str:
    left_out = (
        f" {found.synthetic_left_out} more are of made-up people, who never calibrate a key for real ones."
        if found.synthetic_left_out
        else ""
    )
    return (
        f"{found.people} people have finished this form with {MINIMUM_ANSWERS} answers or more; a calibration needs"
        f" {PEOPLE_FOR_INTERCEPTS}, so {found.missing_to(PEOPLE_FOR_INTERCEPTS)} are missing.{left_out}"
    )


def _from_experts(session: Session, form_id: uuid.UUID) -> _Start:
    key = experts_key(session, form_id)
    return _Start(key.model, key.prior_id)


def _linked(session: Session, form: FormContent, other_id: uuid.UUID) -> _Start:
    """The experts' key with the numbers of the situations that are on the other form, held."""
    if other_id == form.id:
        raise DomainError("A form can't be linked to itself. Name the other form, which is calibrated already.")
    other, key = content.form(session, other_id), content.newest_key(session, other_id)
    if key.intercept_errors is None or key.pilot_n < PEOPLE_FOR_INTERCEPTS:
        raise DomainError(f"The key of “{other.title}” is not calibrated, so there is no scale to take over from it.")
    place = {item_id: j for j, item_id in enumerate(other.item_version_ids)}
    shared = [(j, place[item_id]) for j, item_id in enumerate(form.item_version_ids) if item_id in place]
    if not shared:
        raise DomainError(f"No situation of this form is on “{other.title}” in the same version.")
    experts = experts_key(session, form.id)
    loadings, intercepts = experts.model.loadings.copy(), experts.model.intercepts.copy()
    errors, anchors = np.zeros_like(intercepts), np.zeros(len(form.items), dtype=np.bool_)
    for own, theirs in shared:
        options = len(form.items[own].options)
        anchors[own] = True
        loadings[own, :options] = key.model.loadings[theirs, :options]
        intercepts[own, :options] = key.model.intercepts[theirs, :options]
        errors[own, :options] = key.intercept_errors[theirs, :options]
    model = ChoiceModel(experts.model.attributes, loadings, intercepts, experts.model.mask)
    people = round(key.lean_sd**-2)  # of the pilot that gave the scale, or as many as that link is worth
    return _Start(model, key.prior_id, anchors, errors, people, Linked(other.title, key.number))


def _answers(session: Session, form: FormContent, found: Ready) -> tuple[Integers, Integers, str]:
    """most, least (N, J) in the order of the sittings, and one digest of all of them."""
    given: dict[uuid.UUID, dict[uuid.UUID, tuple[str, str]]] = {sitting_id: {} for _, sitting_id in found.sittings}
    for sitting_id, item_id, most, least in session.execute(
        sa.select(Answer.sitting_id, Answer.item_version_id, Answer.most, Answer.least)
        .join(Sitting, points_to(Answer.sitting_id, Sitting))
        .where(Sitting.form_id == form.id, Sitting.organisation_id.in_(found.organisations))
    ):
        if sitting_id in given:
            given[sitting_id][item_id] = (most, least)
    rows = [computing.chosen(form, answers) for answers in given.values()]
    most_chosen, least_chosen = (np.concatenate(side) for side in zip(*rows, strict=True))
    return most_chosen, least_chosen, _digest(given)


def _digest(given: Mapping[uuid.UUID, Answers]) -> str:
    """sha256 over all sittings with their answers, whatever their order: it says which they were, and names none."""
    lines = sorted(f"{sitting_id} {computing.answers_digest(answers)}" for sitting_id, answers in given.items())
    return sha256(json.dumps(lines))
