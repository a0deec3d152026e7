"""What a candidate sees of a decision about them, and who looks at it again."""

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.services import requests
from assessment.services.actors import Actor, Invited
from assessment.services.errors import DomainError
from assessment.services.hiring import candidates, decisions, vacancies
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import results
from assessment.services.sitting import candidate_requests, own_decision
from assessment.store.hiring import Candidacy, Invitation
from assessment.store.records import Outgoing
from tests.calibrating import publish_draft, score_as
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import decide, finish, make_person, make_vacancy, publish_again

BELOW = (0.2, 0.5, -2.0, 0.0, -0.6, 0.4)  # far too little empathy, the rest suits
NOW = START + timedelta(days=1)


@dataclass(frozen=True)
class House:
    hr: Actor
    other: Actor
    manager: Actor
    vacancy: uuid.UUID
    candidacy: uuid.UUID
    sitting: uuid.UUID
    invited: Invited


@pytest.fixture
def house(session: Session) -> House:
    organisation_id = make_organisation(session)
    hr, other, manager = (
        make_actor(session, organisation_id, role) for role in (Role.HR, Role.OWNER, Role.HIRING_MANAGER)
    )
    vacancy = make_vacancy(session, hr)
    candidacy = make_person(session, organisation_id, vacancy, 1)
    sitting = finish(session, organisation_id, candidacy, BELOW)
    invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == candidacy)).one()
    return House(hr, other, manager, vacancy, candidacy, sitting, Invited(organisation_id, invitation))


def test_before_a_decision_and_after_it_was_taken_back_there_is_nothing(session: Session, house: House) -> None:
    assert own_decision.of_invited(session, house.invited) is None
    decide(session, house.manager, house.candidacy, DecisionKind.DECLINED, now=NOW)
    assert own_decision.of_invited(session, house.invited) is not None
    decide(session, house.manager, house.candidacy, DecisionKind.BACK_TO_LIST, now=NOW + timedelta(hours=1))
    assert own_decision.of_invited(session, house.invited) is None


def test_it_tells_the_bands_where_one_stood_and_what_mattered_most(session: Session, house: House) -> None:
    decide(session, house.manager, house.candidacy, DecisionKind.DECLINED, "Others fitted better", NOW)
    own = own_decision.of_invited(session, house.invited)
    assert own is not None
    assert (own.kind, own.reason, own.decided_at) == (DecisionKind.DECLINED, "Others fitted better", NOW)
    profile = role_profiles.measured(
        session, house.hr.organisation_id, vacancies.get(session, house.hr, house.vacancy).profile_version_id
    )
    used = [need for need in profile.rows if need.weight > 0]
    assert [(one.point.attribute, one.low, one.high) for one in own.stood] == [
        (need.attribute, need.low, need.high) for need in used
    ]
    scored = results.scores_of(session, house.hr.organisation_id, [house.sitting])
    fit = measure.fit(scored.scores, profile.profile, lean_sd=scored.lean_sd)
    shares = dict(zip(scored.scores.attributes, fit.loss_share[0].tolist(), strict=True))
    most = own.mattered[0]
    assert (most.point.attribute, most.side) == ("empathy", "below")
    assert most.share == shares["empathy"] == max(shares.values())
    assert all(one.share >= own_decision.MATTERED for one in own.mattered)


def test_it_stays_what_was_known_when_it_was_decided(session: Session, house: House) -> None:
    analyst = make_actor(session, house.hr.organisation_id, Role.ANALYST)
    decide(session, house.manager, house.candidacy, DecisionKind.DECLINED, now=NOW)
    before = own_decision.of_invited(session, house.invited)
    publish_draft(session, analyst, NOW)
    score_as(session, house.hr.organisation_id, house.sitting, (0.0,) * 6, now=NOW + timedelta(hours=1))
    version = publish_again(session, house.hr, house.vacancy)
    rows = role_profiles.rows_of(session, house.hr.organisation_id, [version])[version]
    assert rows
    vacancies.move_to_newest(session, house.hr, house.vacancy, "A newer one", NOW + timedelta(hours=1))
    assert own_decision.of_invited(session, house.invited) == before


def test_where_no_comparison_was_made_none_is_told(session: Session, house: House) -> None:
    random = make_person(session, house.hr.organisation_id, house.vacancy, 2)
    finish(session, house.hr.organisation_id, random, BELOW, p_random=0.9)
    invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == random)).one()
    decide(session, house.manager, random, DecisionKind.DECLINED, now=NOW)
    own = own_decision.of_invited(session, Invited(house.hr.organisation_id, invitation))
    assert own is not None
    assert own.stood == own.mattered == ()


def test_another_look_at_a_decision_reaches_the_members_who_did_not_take_it(session: Session, house: House) -> None:
    decide(session, house.hr, house.candidacy, DecisionKind.DECLINED, now=NOW)
    candidate_requests.ask_another_look(session, house.invited, "I was ill that day.", NOW)
    letters = session.scalars(sa.select(Outgoing).where(Outgoing.subject.like("A person is asked%"))).all()
    assert [letter.recipient for letter in letters] == [house.other.email], "not to who decided, not to managers"
    assert "I was ill that day." in letters[0].text
    assert re.search(r"Please answer by 7 December 2026\.", letters[0].text)
    for member, by_another in ((house.hr, True), (house.other, False)):
        (waiting,) = requests.waiting(session, member)
        assert (waiting.by_another, waiting.due_at) == (by_another, NOW + requests.ANSWER_WITHIN)
    ((asked,),) = requests.asked_by(session, house.other, Candidacy.id == house.candidacy).values()
    with pytest.raises(DomainError, match="another member"):
        requests.answered(session, house.hr, house.candidacy, asked.id, NOW)
    decide(session, house.other, house.candidacy, DecisionKind.SHORTLISTED, "Read it again", NOW + timedelta(hours=1))
    requests.answered(session, house.other, house.candidacy, asked.id, NOW + timedelta(hours=2))
    assert decisions.of_candidacy(session, house.hr, house.candidacy)[0].kind is DecisionKind.SHORTLISTED


def test_before_a_decision_a_request_goes_to_the_organisation_and_anybody_of_hr_answers(
    session: Session, house: House
) -> None:
    candidate_requests.ask_another_look(session, house.invited, "", NOW)
    (letter,) = session.scalars(sa.select(Outgoing)).all()
    assert letter.recipient == "hiring@test.example"
    decide(session, house.hr, house.candidacy, DecisionKind.DECLINED, now=NOW + timedelta(hours=1))
    page = candidates.page(session, house.hr, house.candidacy, NOW)
    assert page.for_hr is not None
    (asked,) = page.for_hr.requests
    assert not asked.by_another, "it was asked before"
    requests.answered(session, house.hr, house.candidacy, asked.id, NOW + timedelta(hours=2))


def test_where_nobody_else_may_answer_the_letter_goes_to_the_organisation(session: Session) -> None:
    organisation_id = make_organisation(session)
    alone = make_actor(session, organisation_id, Role.HR)
    vacancy = make_vacancy(session, alone)
    candidacy = make_person(session, organisation_id, vacancy, 1)
    finish(session, organisation_id, candidacy, BELOW)
    invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == candidacy)).one()
    decide(session, alone, candidacy, DecisionKind.DECLINED, now=NOW, not_told="Called")
    candidate_requests.ask_another_look(session, Invited(organisation_id, invitation), "", NOW)
    (letter,) = session.scalars(sa.select(Outgoing)).all()
    assert letter.recipient == "hiring@test.example"
