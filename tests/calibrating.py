"""People who have answered a form, by the hundred, and drafts of keys made of them."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.key import expert_model
from assessment.measurement.calibration.calibration import Calibration, calibrate
from assessment.measurement.calibration.report import report
from assessment.measurement.model import Integers
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.measurement.simulation import simulate
from assessment.services.actors import Actor
from assessment.services.scoring import calibrations, computing, content, key_reports, key_reviews, results
from assessment.services.scoring.calibrations import Draft, WorkedOut
from assessment.services.scoring.computing import Computed
from assessment.services.scoring.content import FormContent
from assessment.services.scoring.key_reports import KeyReport
from assessment.store.content import Form
from assessment.store.hiring import Candidacy, Candidate, Invitation, Vacancy
from assessment.store.sittings import Answer, Sitting
from tests.conftest import START

PEOPLE = 120
SEED = 5


_answers: dict[str, tuple[Integers, Integers]] = {}
_calibrated: dict[str, tuple[Calibration, KeyReport]] = {}


def answers(form: FormContent, people: int = PEOPLE) -> tuple[Integers, Integers]:
    """What simulated people choose under a truth that is not quite what the experts say: the first ones of 400."""
    if form.digest not in _answers:
        rng = np.random.default_rng(SEED)
        truth = simulate.true_model(expert_model(form.items), rng, popularity_error=0.5, lean_sd=0.4)
        theta, consistency = simulate.people(400, DEFAULT_PRIOR, rng)
        _answers[form.digest] = truth.simulate(theta, rng, consistency)
    most, least = _answers[form.digest]
    return most[:people], least[:people]


def form_of(session: Session, name: str = "general-24") -> uuid.UUID:
    return session.scalars(sa.select(Form.id).where(Form.name == name)).one()


def answer_all(
    session: Session,
    organisation_id: uuid.UUID,
    vacancy_id: uuid.UUID,
    people: slice = slice(PEOPLE),
    *,
    answered: int | None = None,
    now: datetime = START,
) -> list[uuid.UUID]:
    """These people of the simulated ones finish, with results under the key in force; their sittings."""
    vacancy = session.get_one(Vacancy, (organisation_id, vacancy_id))
    form, key = content.form(session, vacancy.form_id), content.newest_key(session, vacancy.form_id)
    most, least = (side[people] for side in answers(form, people.stop))
    first = 1 + (session.scalar(sa.select(sa.func.count()).select_from(Candidacy)) or 0)
    rows: list[Candidate | Candidacy | Invitation | Sitting] = []
    sittings, given = [], []
    for n in range(len(most)):
        candidate, candidacy, invitation, sitting = (uuid.uuid4() for _ in range(4))
        own = {"organisation_id": organisation_id}
        name = f"Person {first + n}"
        rows += [
            Candidate(**own, id=candidate, email=f"p{first + n}@{vacancy_id}.example", name=name, created_at=now),
            Candidacy(
                **own, id=candidacy, candidate_id=candidate, vacancy_id=vacancy_id, number=first + n, created_at=now
            ),
            Invitation(**own, id=invitation, candidacy_id=candidacy, created_at=now, deadline=now + timedelta(days=14)),
            Sitting(
                **own,
                id=sitting,
                invitation_id=invitation,
                form_id=form.id,
                option_order="[]",
                started_at=now,
                finished_at=now + timedelta(minutes=20, seconds=n),
            ),
        ]
        sittings.append(sitting)
        given.append(
            {
                item_id: (item.options[most[n, j]].id, item.options[least[n, j]].id)
                for j, (item, item_id) in enumerate(zip(form.items, form.item_version_ids, strict=True))
                if answered is None or j < answered
            }
        )
    for kind in (Candidate, Candidacy, Invitation, Sitting):
        session.add_all(row for row in rows if isinstance(row, kind))
        session.flush()
    session.add_all(
        Answer(
            organisation_id=organisation_id,
            sitting_id=sitting,
            item_version_id=item_id,
            most=chosen,
            least=rejected,
            device=1,
            sequence=1,
            answered_at=now,
        )
        for sitting, one in zip(sittings, given, strict=True)
        for item_id, (chosen, rejected) in one.items()
    )
    computed = computing.compute_all(form, key, content.prior(session, key.prior_id), given)
    session.add_all(
        results.row_of(organisation_id, sitting, one, now + timedelta(minutes=30))
        for sitting, one in zip(sittings, computed, strict=True)
    )
    session.flush()
    return sittings


def calibrated(form: FormContent) -> tuple[Calibration, KeyReport]:
    """The 120 people's calibration, worked out once for all tests that only need a draft."""
    if form.digest in _calibrated:
        return _calibrated[form.digest]
    experts = expert_model(form.items)
    most, least = answers(form)
    found = calibrate(experts, most, least, DEFAULT_PRIOR, tolerance=3e-3)
    compared = report(experts, most, least, found)
    _calibrated[form.digest] = (
        found,
        KeyReport(
            people=found.people,
            organisations=(),
            synthetic=False,
            sittings_digest="0" * 64,
            linked=None,
            iterations=found.iterations,
            converged=found.converged,
            log_likelihood=found.log_likelihood,
            average_move=compared.average_move,
            lean=key_reports.listed(found.lean),
            lean_errors=key_reports.listed(found.lean_errors),
            items=key_reports.found_in(form, found, compared),
        ),
    )
    return _calibrated[form.digest]


def make_draft(
    session: Session,
    *organisations: uuid.UUID,
    form_id: uuid.UUID | None = None,
    now: datetime = START,
    **found_instead: object,
) -> Draft:
    """A draft as if made from the answers of these organisations; `found_instead` replaces parts of its report."""
    form = content.form(session, form_id or form_of(session))
    calibration, found = calibrated(form)
    found = replace(found, organisations=organisations, **found_instead)  # type: ignore[arg-type]
    worked_out = WorkedOut(form.id, calibration, calibration.intercept_errors, 0, found)
    return calibrations.keep(session, worked_out, now)


def score_as(
    session: Session,
    organisation_id: uuid.UUID,
    sitting_id: uuid.UUID,
    theta: Sequence[float],
    *,
    sd: float = 0.5,
    p_random: float = 0.01,
    now: datetime,
) -> None:
    """One more result of a sitting, under the key in force, that says where somebody stands."""
    sitting = session.get_one(Sitting, (organisation_id, sitting_id))
    key = content.newest_key(session, sitting.form_id)
    packed = [sd**2 if row == column else 0.0 for row in range(6) for column in range(row + 1)]
    computed = Computed(
        key_id=key.id,
        prior_id=key.prior_id,
        answered=24,
        mean=list(theta),
        own_covariance=packed,
        covariance=packed,
        keyed=[0.0] * 6,
        p_random=p_random,
        form_digest="",
        key_digest="",
        prior_digest="",
        answers_digest="",
    )
    results.keep(session, organisation_id, sitting_id, computed, now)


def publish_draft(session: Session, analyst: Actor, now: datetime = START) -> Draft:
    """A second key in force, made from the analyst's organisation."""
    draft = make_draft(session, analyst.organisation_id, now=now)
    key_reviews.publish(session, analyst, draft.id, "The panel has read the report", now)
    return draft
