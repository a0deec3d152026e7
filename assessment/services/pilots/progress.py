"""How far a form is from a calibrated key, and what a calibration has changed."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.permissions import Permission
from assessment.services.scoring import form_choices
from assessment.services.scoring.results import PILOTED_FROM
from assessment.services.sitting.sittings import FEWEST_FOR_SCORES
from assessment.store.base import points_to
from assessment.store.content import Form, KeyStatus, KeyVersion
from assessment.store.hiring import Candidacy, Invitation, Pilot
from assessment.store.people import Organisation
from assessment.store.sittings import Result, Sitting

INTERCEPTS_FROM = PILOTED_FROM  # finished sittings
LOADINGS_FROM = 500


@dataclass(frozen=True)
class KeyInForce:
    """The key a form is scored with now. Without people behind it, it is the experts' own."""

    number: int
    people: int
    since: datetime | None
    by: str | None
    reason: str | None

    @property
    def provisional(self) -> bool:
        return self.people < PILOTED_FROM

    @property
    def calibrated(self) -> bool:
        return self.number > 1 and self.people > 0


@dataclass(frozen=True)
class Progress:
    """Finished sittings of a form, in this organisation, that a calibration can use."""

    form_id: uuid.UUID
    form: str
    from_pilots: int
    from_vacancies: int
    key: KeyInForce

    @property
    def finished(self) -> int:
        return self.from_pilots + self.from_vacancies

    def missing_to(self, goal: int) -> int:
        """How many more it takes to reach a number of finished sittings."""
        return max(0, goal - self.finished)


@dataclass(frozen=True)
class OfForms:
    """The progress of forms; a sitting counts for as many days as its answers are kept."""

    forms: tuple[Progress, ...]
    kept_days: int


def of_forms(session: Session, actor: Actor) -> OfForms:
    """Every form this organisation may use or has piloted. As many statements however many sittings there are."""
    actor.need(Permission.SEE_PILOTS)
    piloted = session.scalars(sa.select(Pilot.form_id).where(Pilot.organisation_id == actor.organisation_id).distinct())
    usable = [choice.id for choice in form_choices.forms_for(session, actor.organisation_id)]
    return _of(session, actor, [*usable, *piloted])


def of_form(session: Session, actor: Actor, form_id: uuid.UUID) -> OfForms:
    """One form; the caller has it from a pilot of the organisation."""
    actor.need(Permission.SEE_PILOTS)
    return _of(session, actor, [form_id])


def _of(session: Session, actor: Actor, form_ids: Iterable[uuid.UUID]) -> OfForms:
    wanted = list(dict.fromkeys(form_ids))
    counted = _finished(session, actor, wanted)
    keys = _keys_in_force(session, wanted)
    titles = session.execute(
        sa.select(Form.id, Form.title).where(Form.id.in_(wanted)).order_by(Form.sector, Form.title, Form.created_at)
    )
    forms = tuple(
        Progress(form_id, title, counted.get((form_id, True), 0), counted.get((form_id, False), 0), keys[form_id])
        for form_id, title in titles
    )
    kept_days = session.scalars(
        sa.select(Organisation.retention_days).where(Organisation.id == actor.organisation_id)
    ).one()
    return OfForms(forms, kept_days)


def _finished(session: Session, actor: Actor, form_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, bool], int]:
    """How many finished sittings with enough answers are kept, by form and whether they are of a pilot."""
    of_pilot = Candidacy.pilot_id.is_not(None)
    rows = session.execute(
        sa.select(Sitting.form_id, of_pilot, sa.func.count(sa.distinct(Sitting.id)))
        .join(
            Result,
            points_to(Result.sitting_id, Sitting),
        )
        .join(
            Invitation,
            points_to(Sitting.invitation_id, Invitation),
        )
        .join(
            Candidacy,
            points_to(Invitation.candidacy_id, Candidacy),
        )
        .where(
            Sitting.organisation_id == actor.organisation_id,
            Sitting.form_id.in_(form_ids),
            Sitting.finished_at.is_not(None),
            Result.answered >= FEWEST_FOR_SCORES,
        )
        .group_by(Sitting.form_id, of_pilot)
    )
    return {(form_id, bool(pilot)): count for form_id, pilot, count in rows}


def _keys_in_force(session: Session, form_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, KeyInForce]:
    """The published key with the highest number of each form, without its numbers."""
    rows = session.execute(
        sa.select(
            KeyVersion.form_id,
            KeyVersion.number,
            KeyVersion.pilot_n,
            KeyVersion.decided_at,
            KeyVersion.decided_by,
            KeyVersion.reason,
        )
        .where(KeyVersion.form_id.in_(form_ids), KeyVersion.status == KeyStatus.PUBLISHED)
        .order_by(KeyVersion.number)
    )
    return {
        form_id: KeyInForce(number, people, since, by, reason) for form_id, number, people, since, by, reason in rows
    }
