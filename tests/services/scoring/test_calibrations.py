"""Which sittings calibrate a key, what a draft holds, and when there is none."""

import functools
import json
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.testing import assert_allclose
from sqlalchemy.orm import Session

from assessment.bank.content import form_digest
from assessment.bank.key import expert_model
from assessment.measurement.calibration.calibration import calibrate
from assessment.measurement.fit import lean_sd
from assessment.measurement.scoring import DEFAULT_PRIOR
from assessment.services.actors import Actor
from assessment.services.errors import DomainError
from assessment.services.hiring import invitations
from assessment.services.permissions import Role
from assessment.services.scoring import calibrations, content, key_reports, key_reviews, verifying
from assessment.store.content import Form, FormItem, ItemVersion, KeyStatus, KeyVersion
from assessment.store.hiring import Candidacy, Invitation, Pilot, Vacancy, VacancyStatus
from assessment.store.people import Organisation
from assessment.store.sittings import Answer, Result, Sitting
from tests.calibrating import PEOPLE, answer_all, answers, calibrated, form_of, make_draft, publish_draft
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, make_vacancy


@dataclass(frozen=True)
class Shop:
    hr: Actor
    analyst: Actor
    vacancy: uuid.UUID

    @property
    def id(self) -> uuid.UUID:
        return self.hr.organisation_id


def make_shop(session: Session, name: str = "Harbour Shop", *, synthetic: bool = False) -> Shop:
    organisation_id = make_organisation(session, name)
    session.get_one(Organisation, organisation_id).synthetic = synthetic
    session.flush()
    hr = make_actor(session, organisation_id, Role.HR)
    return Shop(hr, make_actor(session, organisation_id, Role.ANALYST, "Anna"), make_vacancy(session, hr))


@pytest.fixture
def shop(session: Session) -> Shop:
    return make_shop(session)


@pytest.fixture
def form_id(session: Session) -> uuid.UUID:
    return form_of(session)


def ready(session: Session, form_id: uuid.UUID) -> calibrations.Ready:
    return calibrations.ready(session, [form_id])[form_id]


def test_the_first_sitting_of_each_person_with_enough_answers_counts(
    session: Session, shop: Shop, form_id: uuid.UUID
) -> None:
    sittings = answer_all(session, shop.id, shop.vacancy, slice(3))
    answer_all(session, shop.id, shop.vacancy, slice(3, 5), answered=9)
    enough = answer_all(session, shop.id, shop.vacancy, slice(5, 6), answered=10)
    candidacy_id = session.scalars(
        sa.select(Invitation.candidacy_id)
        .join(Sitting, Sitting.invitation_id == Invitation.id)
        .where(Sitting.id == sittings[0])
    ).one()
    # The first person answers once more, later: that sitting adds nothing.
    later = Invitation(
        organisation_id=shop.id, candidacy_id=candidacy_id, created_at=START, deadline=START + timedelta(days=9)
    )
    session.add(later)
    session.flush()
    again = Sitting(
        organisation_id=shop.id,
        invitation_id=later.id,
        form_id=form_id,
        option_order="[]",
        started_at=START,
        finished_at=START + timedelta(days=1),
    )
    session.add(again)
    session.flush()
    for answer in session.scalars(sa.select(Answer).where(Answer.sitting_id == sittings[0])).all():
        values = {column.key: getattr(answer, column.key) for column in sa.inspect(Answer).columns}
        session.add(Answer(**values | {"sitting_id": again.id}))
    session.flush()
    found = ready(session, form_id)
    assert {sitting for _, sitting in found.sittings} == {*sittings, *enough}
    assert found.people == 4
    assert (found.missing_to(100), found.missing_to(3)) == (96, 0)


def test_volunteers_of_pilots_count_and_people_who_are_underway_or_erased_do_not(
    session: Session, shop: Shop, form_id: uuid.UUID
) -> None:
    volunteer, underway, erased = answer_all(session, shop.id, shop.vacancy, slice(3))
    pilot = Pilot(
        organisation_id=shop.id,
        title="Pilot",
        form_id=form_id,
        status=VacancyStatus.OPEN,
        answer_days=14,
        created_by=shop.hr.member_id,
        created_at=START,
    )
    session.add(pilot)
    session.flush()
    candidacies = dict(
        session.execute(
            sa.select(Sitting.id, Invitation.candidacy_id).join(Invitation, Invitation.id == Sitting.invitation_id)
        ).all()
    )
    of_pilot = session.get_one(Candidacy, (shop.id, candidacies[volunteer]))
    of_pilot.vacancy_id, of_pilot.pilot_id = None, pilot.id
    session.get_one(Sitting, (shop.id, underway)).finished_at = None
    session.execute(
        sa.update(Invitation).where(Invitation.candidacy_id == candidacies[erased]).values(revoked_at=START)
    )
    session.flush()
    assert ready(session, form_id).sittings == ((shop.id, volunteer),)


def test_organisations_count_together_if_they_may_use_the_form(session: Session, form_id: uuid.UUID) -> None:
    one, other = make_shop(session, "One"), make_shop(session, "Other")
    answer_all(session, one.id, one.vacancy, slice(2))
    answer_all(session, other.id, other.vacancy, slice(2, 5))
    found = ready(session, form_id)
    assert found.people == 5
    assert set(found.organisations) == {one.id, other.id}
    session.get_one(Form, form_id).organisations = json.dumps(["One"])
    session.flush()
    assert ready(session, form_id).organisations == (one.id,)
    session.get_one(Form, form_id).organisations = json.dumps("all")


def test_made_up_people_count_only_where_no_real_organisation_may_use_the_form(
    session: Session, form_id: uuid.UUID
) -> None:
    demo = make_shop(session, "Demo", synthetic=True)
    answer_all(session, demo.id, demo.vacancy, slice(4))
    found = ready(session, form_id)
    assert (found.people, found.synthetic, found.synthetic_left_out) == (4, True, 0)
    real = make_shop(session, "Real")
    found = ready(session, form_id)
    assert (found.people, found.synthetic, found.synthetic_left_out) == (0, False, 4)
    answer_all(session, real.id, real.vacancy, slice(4, 6))
    assert ready(session, form_id).organisations == (real.id,)
    with pytest.raises(DomainError, match=r"2 people .* 98 are missing\. 4 more are of made-up people"):
        calibrations.work_out(session, form_id)


@pytest.fixture
def crowd(session: Session, shop: Shop) -> Shop:
    answer_all(session, shop.id, shop.vacancy)
    return shop


def test_a_draft_holds_what_measurement_finds_and_changes_nothing(
    session: Session, crowd: Shop, form_id: uuid.UUID
) -> None:
    form, experts = content.form(session, form_id), content.newest_key(session, form_id)
    told: list[int] = []
    worked_out = calibrations.work_out(session, form_id, progress=lambda iteration, _trace: told.append(iteration))
    draft = calibrations.keep(session, worked_out, START)
    most, least = answers(form)
    expected = calibrate(expert_model(form.items), most, least, DEFAULT_PRIOR)
    key = content.key(session, draft.id)
    assert_allclose(key.model.intercepts, expected.model.intercepts, atol=1e-6)
    assert_allclose(key.model.loadings, experts.model.loadings, atol=1e-9)
    assert_allclose(key.intercept_errors, expected.intercept_errors, atol=1e-6)
    prior = content.prior(session, key.prior_id).prior
    assert_allclose(prior.covariance, expected.prior.covariance, atol=1e-6)
    assert (draft.number, draft.people, key.pilot_n) == (2, PEOPLE, PEOPLE)
    assert told == list(range(1, expected.iterations + 1))
    row = session.get_one(KeyVersion, draft.id)
    assert row.status == KeyStatus.DRAFT
    report = key_reports.from_json(row.report or "")
    assert report == worked_out.report
    assert report.organisations == (crowd.id,)
    assert (report.people, report.converged, report.synthetic) == (PEOPLE, True, False)
    assert report.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-4)
    assert_allclose(report.lean, expected.lean, atol=1e-6)
    item = report.items[0]
    assert [option.id for option in item.options] == [option.id for option in form.items[0].options]
    assert item.options[1].before == pytest.approx(experts.model.centred().intercepts[0, 1], abs=1e-6)
    assert item.options[1].after == pytest.approx(expected.model.centred().intercepts[0, 1], abs=1e-6)
    stratum = item.strata[0]
    assert sum(one.people for one in item.strata) == PEOPLE
    assert sum(most.observed for most, _ in stratum.choices) == pytest.approx(1, abs=1e-5)
    assert all(most.low <= most.observed <= most.high for most, _ in stratum.choices)
    assert content.newest_key(session, form_id).id == experts.id, "a draft is not in force"
    assert session.scalar(sa.select(sa.func.count()).select_from(Result)) == PEOPLE
    assert verifying.verify(session) == (PEOPLE, [])


def test_a_report_names_no_sitting_but_proves_which_they_were(
    session: Session, crowd: Shop, form_id: uuid.UUID
) -> None:
    found = ready(session, form_id)
    text = key_reports.as_json(calibrations.work_out(session, form_id).report)
    digest = key_reports.from_json(text).sittings_digest
    assert not any(str(sitting) in text for _, sitting in found.sittings)
    answer = session.scalars(sa.select(Answer).limit(1)).one()
    answer.most, answer.least = answer.least, answer.most
    session.flush()
    assert calibrations.work_out(session, form_id).report.sittings_digest != digest


def test_errors_of_loadings_are_kept_where_they_were_free(session: Session, form_id: uuid.UUID) -> None:
    form = content.form(session, form_id)
    calibration, found = calibrated(form)
    errors = np.full(calibration.model.loadings.shape, 0.07)
    freed = replace(calibration, loading_errors=errors)
    draft = calibrations.keep(session, calibrations.WorkedOut(form_id, freed, freed.intercept_errors, 0, found), START)
    kept = json.loads(session.get_one(KeyVersion, draft.id).content)
    assert_allclose(kept["loading_errors"], errors)


def test_a_second_draft_waits_for_the_first(session: Session, crowd: Shop, form_id: uuid.UUID) -> None:
    draft = make_draft(session, crowd.id)
    with pytest.raises(DomainError, match=r"Version 2 .* waits for a decision"):
        calibrations.work_out(session, form_id)
    with pytest.raises(DomainError, match=r"Version 2 .* waits for a decision"):
        make_draft(session, crowd.id)
    key_reviews.discard(session, crowd.analyst, draft.id, "Two texts are being mended", START)
    with pytest.raises(DomainError, match="these are the numbers of version 2"):
        make_draft(session, crowd.id)
    assert content.newest_key(session, form_id).number == 1


def test_estimates_that_do_not_settle_are_not_kept(
    session: Session, crowd: Shop, form_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = functools.partial(calibrate, most_iterations=2)
    monkeypatch.setattr("assessment.measurement.calibration.calibration.calibrate", hurried)
    with pytest.raises(DomainError, match="still move after 2 iterations"):
        calibrations.work_out(session, form_id)


def test_calibrating_again_starts_from_the_experts_with_everybody(
    session: Session, crowd: Shop, form_id: uuid.UUID
) -> None:
    draft = make_draft(session, crowd.id)
    key_reviews.publish(session, crowd.analyst, draft.id, "The report is in order", START)
    answer_all(session, crowd.id, crowd.vacancy, slice(PEOPLE, PEOPLE + 30))
    worked_out = calibrations.work_out(session, form_id)
    most, least = answers(content.form(session, form_id), PEOPLE + 30)
    expected = calibrate(expert_model(content.form(session, form_id).items), most, least, DEFAULT_PRIOR)
    assert worked_out.calibration.people == PEOPLE + 30
    assert_allclose(worked_out.calibration.model.intercepts, expected.model.intercepts, atol=1e-6)
    assert calibrations.keep(session, worked_out, START).number == 3


def linked_form(session: Session, *, shared: int = 16) -> uuid.UUID:
    """A form whose first situations are those of the general form, the others in a new version."""
    general = form_of(session)
    row, form = session.get_one(Form, general), content.form(session, general)
    items, ids = list(form.items[:shared]), list(form.item_version_ids[:shared])
    for item in form.items[shared:]:
        changed = item.model_copy(update={"version": item.version + 1})
        version = ItemVersion(
            bank=row.bank,
            item=changed.id,
            version=changed.version,
            practice=False,
            digest=changed.digest,
            content=changed.to_json(),
            created_at=START,
        )
        session.add(version)
        session.flush()
        items.append(changed)
        ids.append(version.id)
    made = Form(
        bank=row.bank,
        name="linked-24",
        title="Linked form",
        sector="any",
        organisations=row.organisations,
        digest=form_digest(items),
        created_at=START,
    )
    session.add(made)
    session.flush()
    session.add_all(
        FormItem(form_id=made.id, position=place, item_version_id=item_id) for place, item_id in enumerate(ids, 1)
    )
    session.flush()
    content.keep_key(session, made.id, expert_model(items), DEFAULT_PRIOR, START, number=1)
    return made.id


def test_situations_of_a_calibrated_form_keep_their_numbers_and_give_the_scale(
    session: Session, shop: Shop, form_id: uuid.UUID
) -> None:
    first = publish_draft(session, shop.analyst)
    linked = linked_form(session)
    session.get_one(Vacancy, (shop.id, shop.vacancy)).form_id = linked
    session.flush()
    answer_all(session, shop.id, shop.vacancy)
    worked_out = calibrations.work_out(session, linked, anchors_from=form_id)
    draft = calibrations.keep(session, worked_out, START)
    key, general = content.key(session, draft.id), content.key(session, first.id)
    assert general.intercept_errors is not None
    assert key.intercept_errors is not None
    assert (key.model.intercepts[:16] == general.model.intercepts[:16]).all()
    assert_allclose(key.intercept_errors[:16], general.intercept_errors[:16], atol=1e-12)
    assert (np.abs(key.model.intercepts[16:] - general.model.intercepts[16:]).max(axis=1) > 1e-4).all()
    assert key.lean_sd == pytest.approx(np.hypot(lean_sd(PEOPLE), lean_sd(PEOPLE)))
    prior = content.prior(session, key.prior_id).prior
    assert np.abs(prior.mean).max() > 1e-3, "the group is free on the other form's scale"
    assert worked_out.report.linked == key_reports.Linked(content.form(session, form_id).title, 2)
    assert [item.anchor for item in worked_out.report.items] == [True] * 16 + [False] * 8
    key_reviews.publish(session, shop.analyst, draft.id, "Linked as planned", START)
    assert content.newest_key(session, linked).id == key.id
    assert verifying.verify(session) == (PEOPLE, [])


def test_a_scale_is_taken_over_only_from_a_calibrated_form_with_situations_in_common(
    session: Session, shop: Shop, form_id: uuid.UUID
) -> None:
    linked = linked_form(session, shared=0)
    session.get_one(Vacancy, (shop.id, shop.vacancy)).form_id = linked
    session.flush()
    answer_all(session, shop.id, shop.vacancy)
    with pytest.raises(DomainError, match="is not calibrated"):
        calibrations.work_out(session, linked, anchors_from=form_id)
    publish_draft(session, shop.analyst)
    with pytest.raises(DomainError, match="No situation of this form"):
        calibrations.work_out(session, linked, anchors_from=form_id)
    with pytest.raises(DomainError, match="linked to itself"):
        calibrations.work_out(session, linked, anchors_from=linked)


def test_a_revoked_invitation_of_somebody_who_has_not_finished_is_no_sitting(
    session: Session, shop: Shop, form_id: uuid.UUID
) -> None:
    invited = invitations.invite(
        session, shop.hr, shop.vacancy, name="Ann", email="ann@mail.example", base_url=BASE_URL, now=START
    )
    invitations.revoke(session, shop.hr, invited.candidacy_id, START)
    assert ready(session, form_id).people == 0
