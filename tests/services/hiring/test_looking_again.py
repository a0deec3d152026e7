"""Decisions that newer scores put in question: which, for whom, and what ends it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.measurement import fit as measure
from assessment.services.actors import Actor, Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidates, decisions, looking_again
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.services.scoring import results
from assessment.services.sitting import retention
from assessment.store.hiring import Decision, Invitation
from assessment.store.records import AuditEntry
from assessment.store.sittings import Sitting
from tests import hiring
from tests.calibrating import publish_draft, score_as
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import counted, finish, make_person, make_vacancy

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
DECIDED = START + timedelta(hours=2)
SCORED = START + timedelta(days=1)
NOW = START + timedelta(days=2)


@dataclass(frozen=True)
class House:
    hr: Actor
    manager: Actor
    vacancy: uuid.UUID
    candidacy: uuid.UUID
    sitting: uuid.UUID

    @property
    def id(self) -> uuid.UUID:
        return self.hr.organisation_id


@pytest.fixture
def house(session: Session) -> House:
    """Somebody suits, and a newer key is in force under which nobody is scored yet."""
    organisation_id = make_organisation(session)
    hr, manager, analyst = (
        make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER, Role.ANALYST)
    )
    vacancy = make_vacancy(session, hr)
    candidacy = make_person(session, organisation_id, vacancy, 1)
    sitting = finish(session, organisation_id, candidacy, SUITS)
    publish_draft(session, analyst, START + timedelta(hours=1))
    return House(hr, manager, vacancy, candidacy, sitting)


def decide(session: Session, house: House, kind: DecisionKind = DecisionKind.SHORTLISTED, **when: object) -> None:
    hiring.decide(session, house.manager, house.candidacy, kind, now=when.get("now", DECIDED))  # type: ignore[arg-type]


def waiting(session: Session, house: House) -> list[uuid.UUID]:
    found = looking_again.waiting(session, house.hr)
    assert [one.candidacy_id for one in found] == [
        one.candidacy_id
        for one in (looking_again.of_candidacy(session, house.hr, found_one.candidacy_id) for found_one in found)
        if one is not None
    ], "the list and the pages agree"
    return [one.candidacy_id for one in found]


def test_a_decision_is_looked_at_again_once_the_fit_has_moved(session: Session, house: House) -> None:
    decide(session, house)
    assert waiting(session, house) == []
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    assert waiting(session, house) == [house.candidacy]
    (found,) = looking_again.waiting(session, house.hr)
    assert (found.kind, found.decided_at, found.scored_at) == (DecisionKind.SHORTLISTED, DECIDED, SCORED)
    assert found.then is not None
    assert found.now is not None
    assert found.then.expected > 60 > 20 > found.now.expected
    assert found.label == "Nameof Person1"
    page = candidates.page(session, house.hr, house.candidacy, NOW)
    assert page.look_again == found


def test_a_small_move_is_none(session: Session, house: House) -> None:
    decide(session, house)
    score_as(session, house.id, house.sitting, tuple(value + 0.05 for value in SUITS), now=SCORED)
    assert waiting(session, house) == []


@pytest.mark.parametrize("step", range(1, 12))
def test_the_rule_is_half_the_half_width_of_the_interval_then(session: Session, house: House, step: int) -> None:
    """Read once more, slowly: both fits by the same profile, each with its key's lean."""
    decide(session, house)
    moved = (SUITS[0] - 0.2 * step, *SUITS[1:])
    score_as(session, house.id, house.sitting, moved, now=SCORED)
    profile = role_profiles.measured(
        session, house.id, candidates.page(session, house.hr, house.candidacy, NOW).vacancy.profile_version_id
    ).profile
    fits = []
    for row in results.results_of(session, house.id, [house.sitting])[house.sitting]:
        scored = results.scores_in(session, [house.sitting], [row])
        fits.append(measure.fit(scored.scores, profile, lean_sd=scored.lean_sd))
    then, now = fits
    half_width = (then.high[0] - then.low[0]) / 2
    expected = abs(now.expected[0] - then.expected[0]) > half_width / 2
    assert (waiting(session, house) == [house.candidacy]) == expected


def test_the_steps_of_the_rule_lie_on_both_sides_of_it(session: Session, house: House) -> None:
    decide(session, house)
    found = []
    for step in range(1, 12):
        moved = (SUITS[0] - 0.2 * step, *SUITS[1:])
        with session.begin_nested() as point:
            score_as(session, house.id, house.sitting, moved, now=SCORED)
            found.append(bool(waiting(session, house)))
            point.rollback()
        session.expire_all()
    assert {found[0], found[-1]} == {False, True}


def test_a_fit_that_is_gone_is_looked_at_again(session: Session, house: House) -> None:
    decide(session, house)
    score_as(session, house.id, house.sitting, SUITS, p_random=0.9, now=SCORED)
    (found,) = looking_again.waiting(session, house.hr)
    assert found.then is not None
    assert found.now is None


def test_putting_back_is_a_decision_too_and_hides_the_name(session: Session, house: House) -> None:
    decide(session, house)
    decide(session, house, DecisionKind.BACK_TO_LIST, now=DECIDED + timedelta(minutes=1))
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    (found,) = looking_again.waiting(session, house.hr)
    assert (found.kind, found.label) == (DecisionKind.BACK_TO_LIST, "Candidate 1")


def test_who_was_decided_about_after_being_scored_again_is_not_named(session: Session, house: House) -> None:
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    decide(session, house, now=NOW)
    assert waiting(session, house) == []


def test_who_was_decided_about_before_there_was_a_result_is_not_named(session: Session, house: House) -> None:
    session.get_one(Sitting, (house.id, house.sitting)).finished_at = START  # the result came twenty minutes later
    decide(session, house, now=START + timedelta(minutes=1))
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    assert waiting(session, house) == []


def test_somebody_nobody_decided_about_is_not_named(session: Session, house: House) -> None:
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    assert waiting(session, house) == []


def test_a_new_sitting_is_another_matter(session: Session, house: House) -> None:
    decide(session, house)
    again = Invitation(
        organisation_id=house.id, candidacy_id=house.candidacy, created_at=DECIDED, deadline=NOW + timedelta(days=9)
    )
    session.add(again)
    session.flush()
    finish(session, house.id, house.candidacy, FAR, now=SCORED)
    assert waiting(session, house) == []
    score_as(session, house.id, house.sitting, FAR, now=NOW)
    assert waiting(session, house) == [], "nor is the old sitting, once there is a newer one"


def test_an_erased_person_is_not_named(session: Session, house: House) -> None:
    decide(session, house)
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    invitation_id = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == house.candidacy)).one()
    retention.erase_own(session, Invited(house.id, invitation_id), NOW)
    assert waiting(session, house) == []


def test_a_new_decision_ends_it(session: Session, house: House) -> None:
    decide(session, house)
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    decide(session, house, DecisionKind.BACK_TO_LIST, now=NOW)
    assert waiting(session, house) == []


def test_a_note_that_it_stands_ends_it_and_is_kept(session: Session, house: House) -> None:
    decide(session, house)
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    with pytest.raises(DomainError, match="Write what you looked at") as refused:
        decisions.confirm(session, house.hr, house.candidacy, "  ", NOW)
    assert refused.value.field == "note"
    with pytest.raises(DomainError, match="at most 500"):
        decisions.confirm(session, house.hr, house.candidacy, "x" * 501, NOW)
    decisions.confirm(session, house.hr, house.candidacy, "Read the answers and spoke to the manager", NOW)
    assert waiting(session, house) == []
    newest, first = decisions.of_candidacy(session, house.hr, house.candidacy)
    assert (newest.kind, newest.again, newest.who) == (DecisionKind.SHORTLISTED, True, house.hr.name)
    assert newest.reason == "Read the answers and spoke to the manager"
    assert not first.again
    assert candidates.page(session, house.hr, house.candidacy, NOW).case.shortlisted
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == decisions.CONFIRMED)).one()
    assert entry.subject_id == house.candidacy
    assert "spoke" not in entry.body
    with pytest.raises(DomainError, match="nothing to look at again"):
        decisions.confirm(session, house.hr, house.candidacy, "Once more", NOW)


def test_only_hr_of_the_organisation_sees_and_ends_it(session: Session, house: House) -> None:
    decide(session, house)
    score_as(session, house.id, house.sitting, FAR, now=SCORED)
    analyst = make_actor(session, house.id, Role.ANALYST)
    for actor in (house.manager, analyst):
        with pytest.raises(NotFoundError):
            looking_again.waiting(session, actor)
        with pytest.raises(NotFoundError):
            decisions.confirm(session, actor, house.candidacy, "A note", NOW)
    assert candidates.page(session, house.manager, house.candidacy, NOW).look_again is None
    stranger = make_actor(session, make_organisation(session, "Strangers"), Role.HR)
    assert looking_again.waiting(session, stranger) == ()
    with pytest.raises(NotFoundError):
        decisions.confirm(session, stranger, house.candidacy, "A note", NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1


def test_the_list_takes_as_many_statements_for_many_as_for_one(session: Session) -> None:
    organisation_id = make_organisation(session)
    hr, analyst = (make_actor(session, organisation_id, role) for role in (Role.HR, Role.ANALYST))
    vacancy = make_vacancy(session, hr)
    people = [make_person(session, organisation_id, vacancy, number) for number in range(1, 8)]
    sittings = [finish(session, organisation_id, candidacy, SUITS) for candidacy in people]
    publish_draft(session, analyst, START + timedelta(hours=1))
    seen = []
    for some in (slice(0, 1), slice(1, 7)):
        for candidacy, sitting in zip(people[some], sittings[some], strict=True):
            hiring.decide(session, hr, candidacy, now=DECIDED)
            score_as(session, organisation_id, sitting, FAR, now=SCORED)
        looking_again.waiting(session, hr)  # a process reads each key once in its life
        session.expire_all()
        with counted(session) as statements:
            found = looking_again.waiting(session, hr)
        seen.append((len(found), len(statements)))
    assert [people for people, _ in seen] == [1, 7]
    assert seen[0][1] == seen[1][1]
