"""Who sees keys, who decides about a draft, and what a decision changes."""

import dataclasses
import json
import uuid
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement.fit import lean_sd
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Role
from assessment.services.scoring import content, key_reviews, pools, results
from assessment.services.scoring.key_reviews import KeyStatus
from assessment.store.content import Form, KeyVersion
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from tests.calibrating import PEOPLE, answer_all, form_of, make_draft, publish_draft
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import counted, make_vacancy
from tests.tuning import small_pools  # noqa: F401 - small_pools works by being here

REASON = "The panel has read the report"
LATER = START + timedelta(days=1)


@pytest.fixture
def analyst(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.ANALYST, "Anna")


def test_only_analysts_see_and_decide_about_keys(session: Session, analyst: Actor) -> None:
    draft = make_draft(session, analyst.organisation_id)
    for role in Role:
        if role is Role.ANALYST:
            continue
        actor = make_actor(session, analyst.organisation_id, role)
        for refused in (
            lambda actor=actor: key_reviews.listed(session, actor),
            lambda actor=actor: key_reviews.review(session, actor, draft.id),
            lambda actor=actor: key_reviews.publish(session, actor, draft.id, REASON, LATER),
            lambda actor=actor: key_reviews.discard(session, actor, draft.id, REASON, LATER),
        ):
            with pytest.raises(NotFoundError):
                refused()


def test_keys_of_a_form_that_is_not_for_this_organisation_do_not_exist(session: Session, analyst: Actor) -> None:
    draft = make_draft(session, analyst.organisation_id)
    form = session.get_one(Form, form_of(session))
    form.organisations = json.dumps(["Somebody Else"])
    session.flush()
    assert key_reviews.listed(session, analyst) == ()
    with pytest.raises(NotFoundError):
        key_reviews.review(session, analyst, draft.id)
    with pytest.raises(NotFoundError):
        key_reviews.publish(session, analyst, draft.id, REASON, LATER)
    with pytest.raises(NotFoundError):
        key_reviews.review(session, analyst, uuid.uuid4())


def test_publishing_puts_a_draft_in_force_and_freezes_it(session: Session, analyst: Actor) -> None:
    before = content.newest_key(session, form_of(session))
    draft = make_draft(session, analyst.organisation_id)
    content.key(session, draft.id)  # a process that has read the draft, and did not publish it
    assert key_reviews.publish(session, analyst, draft.id, f"  {REASON} ", LATER) == 2
    assert content.newest_key(session, before.form_id).id == draft.id
    (form,) = key_reviews.listed(session, analyst)
    newest, experts = form.keys
    assert (newest.status, newest.in_force, newest.decided_at) == (KeyStatus.PUBLISHED, True, LATER)
    assert (newest.decided_by, newest.reason) == ("Anna, Test Organisation", REASON)
    assert (experts.status, experts.in_force) == (KeyStatus.PUBLISHED, False)
    for again in (key_reviews.publish, key_reviews.discard):
        with pytest.raises(DomainError, match="is published already"):
            again(session, analyst, draft.id, REASON, LATER)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == key_reviews.PUT_IN_FORCE)).one()
    assert (entry.member_id, entry.subject_id) == (analyst.member_id, draft.id)
    assert json.loads(entry.body)["people"] == PEOPLE
    hr = make_actor(session, analyst.organisation_id, Role.HR)
    (line,) = audit.page(session, hr, group="Keys").entries
    assert line.about[0].title.startswith("version 2 of the key of “General form")


def test_a_discarded_draft_is_never_in_force_and_stays_readable(session: Session, analyst: Actor) -> None:
    draft = make_draft(session, analyst.organisation_id)
    assert key_reviews.discard(session, analyst, draft.id, "Three situations misfit", LATER) == 2
    assert content.newest_key(session, form_of(session)).number == 1
    found = key_reviews.review(session, analyst, draft.id)
    assert (found.key.status, found.key.reason) == (KeyStatus.DISCARDED, "Three situations misfit")
    assert found.report is not None
    assert not found.may_decide
    assert session.scalars(sa.select(AuditEntry.action)).all().count(key_reviews.DISCARDED) == 1


@pytest.mark.parametrize(("reason", "says"), [("", "Write why"), ("   ", "Write why"), ("x" * 501, "at most 500")])
def test_a_decision_has_a_reason(session: Session, analyst: Actor, reason: str, says: str) -> None:
    draft = make_draft(session, analyst.organisation_id)
    for decide in (key_reviews.publish, key_reviews.discard):
        with pytest.raises(DomainError, match=says) as refused:
            decide(session, analyst, draft.id, reason, LATER)
        assert refused.value.field == "reason"
    assert session.get_one(KeyVersion, draft.id).status == KeyStatus.DRAFT


@pytest.mark.parametrize("with_answers", [True, False])
def test_nobody_decides_alone_about_the_key_of_a_form_that_other_real_organisations_use(
    session: Session, analyst: Actor, with_answers: bool
) -> None:
    other = make_organisation(session, "Other Shop")
    draft = make_draft(session, analyst.organisation_id, *[other] * with_answers)
    found = key_reviews.review(session, analyst, draft.id)
    assert (found.others, found.may_decide) == (1, False)
    for decide in (key_reviews.publish, key_reviews.discard):
        with pytest.raises(DomainError, match="Other organisations are scored"):
            decide(session, analyst, draft.id, REASON, LATER)
    session.get_one(Organisation, other).synthetic = True
    session.flush()
    assert key_reviews.review(session, analyst, draft.id).may_decide
    assert key_reviews.publish(session, analyst, draft.id, REASON, LATER) == 2


def test_whoever_runs_the_installation_decides_and_every_organisation_in_it_reads_so(
    session: Session, analyst: Actor
) -> None:
    other = make_organisation(session, "Other Shop")
    draft = make_draft(session, analyst.organisation_id, other)
    form_id = form_of(session)
    for by, number, says in (("  ", 2, "Say who"), ("Olga", 7, "no version 7")):
        with pytest.raises(DomainError, match=says):
            key_reviews.decide_as_operator(
                session, form_id, number, KeyStatus.PUBLISHED, reason=REASON, by=by, now=LATER
            )
    found = key_reviews.decide_as_operator(
        session, form_id, 2, KeyStatus.PUBLISHED, reason=REASON, by="Olga, for both shops", now=LATER
    )
    assert found == draft.id
    assert session.get_one(KeyVersion, draft.id).decided_by == "Olga, for both shops"
    told = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == key_reviews.PUT_IN_FORCE)).all()
    assert {(one.organisation_id, one.actor) for one in told} == {
        (analyst.organisation_id, "system"),
        (other, "system"),
    }


def test_a_key_of_made_up_people_never_judges_real_ones(session: Session, analyst: Actor) -> None:
    demo = make_organisation(session, "Demo")
    session.get_one(Organisation, demo).synthetic = True
    session.flush()
    draft = make_draft(session, demo, synthetic=True)
    made_up = dataclasses.replace(make_actor(session, demo, Role.ANALYST), synthetic=True)
    with pytest.raises(DomainError, match="Other organisations are scored"):
        key_reviews.publish(session, made_up, draft.id, REASON, LATER)

    def decide(status: KeyStatus) -> uuid.UUID:
        return key_reviews.decide_as_operator(session, form_of(session), 2, status, reason=REASON, by="Olga", now=LATER)

    with pytest.raises(DomainError, match="made-up people"):
        decide(KeyStatus.PUBLISHED)
    assert decide(KeyStatus.DISCARDED) == draft.id


def test_a_review_says_what_moved_and_how_attributes_go_together(session: Session, analyst: Actor) -> None:
    draft = make_draft(session, analyst.organisation_id)
    found = key_reviews.review(session, analyst, draft.id)
    experts, key = content.newest_key(session, form_of(session)), content.key(session, draft.id)
    before = content.prior(session, experts.prior_id).prior.covariance
    after = content.prior(session, key.prior_id).prior.covariance
    first, last = found.correlations[0], found.correlations[-1]
    assert (first.first, first.second) == ("trust", "tact")
    assert first.before == pytest.approx(before[0, 1])
    assert first.after == pytest.approx(after[0, 1])
    assert last.after == pytest.approx(after[4, 5])
    assert len(found.correlations) == 15
    np.testing.assert_allclose(found.deviation, 1, atol=1e-9)
    assert found.unscored == 0
    experts_page = key_reviews.review(session, analyst, experts.id)
    assert experts_page.report is None
    assert experts_page.key.in_force


def test_what_is_sure_follows_the_key_in_force(session: Session, analyst: Actor) -> None:
    form_id = form_of(session)
    experts = content.newest_key(session, form_id)
    pool = pools.of_form(session, form_id)
    assert experts.lean_sd == lean_sd(0)
    assert isinstance(experts.popularity_error, float)
    draft = publish_draft(session, analyst)
    key = content.newest_key(session, form_id)
    assert key.id == draft.id
    assert key.lean_sd == pytest.approx(1 / np.sqrt(PEOPLE))
    assert np.asarray(key.popularity_error).max() < 0.5
    simulated = pools.of_form(session, form_id)
    assert simulated.key.id == draft.id
    assert simulated.people is not pool.people
    hr = make_actor(session, analyst.organisation_id, Role.HR)
    sittings = answer_all(session, analyst.organisation_id, make_vacancy(session, hr), slice(3))
    scored = results.scores_of(session, analyst.organisation_id, sittings)
    assert not scored.provisional
    assert scored.lean_sd == pytest.approx(key.lean_sd)


def test_the_list_takes_as_many_statements_for_many_people_as_for_few(session: Session, analyst: Actor) -> None:
    hr = make_actor(session, analyst.organisation_id, Role.HR)
    vacancy_id = make_vacancy(session, hr)
    with counted(session) as few:
        key_reviews.listed(session, analyst)
    answer_all(session, analyst.organisation_id, vacancy_id, slice(20))
    make_draft(session, analyst.organisation_id)
    session.expire_all()
    with counted(session) as many:
        (form,) = key_reviews.listed(session, analyst)
    assert form.ready.people == 20
    assert len(many) == len(few)
