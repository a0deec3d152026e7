"""Who is on a vacancy's panel, what that lets them do, and whom it keeps out."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import (
    candidacies,
    candidates,
    comparing,
    copying,
    decisions,
    following,
    invitations,
    panels,
    vacancies,
)
from assessment.services.hiring.following import Wanted
from assessment.services.hiring.panels import Rights, Seat
from assessment.services.permissions import Role
from assessment.services.profiles import role_profiles
from assessment.store.people import Member
from assessment.store.records import AuditEntry
from tests import hiring
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, finish, make_person, make_vacancy

NOW = START + timedelta(days=1)
SEES, RATES, DECIDES, BOTH = (Seat(rates, decides) for decides in (False, True) for rates in (False, True))


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def manager(session: Session, hr: Actor) -> Actor:
    return make_actor(session, hr.organisation_id, Role.HIRING_MANAGER, "Max")


@pytest.fixture
def outsider(session: Session, hr: Actor) -> Actor:
    return make_actor(session, hr.organisation_id, Role.HIRING_MANAGER, "Otto")


@pytest.fixture
def vacancy(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


@pytest.fixture
def person(session: Session, hr: Actor, vacancy: uuid.UUID) -> uuid.UUID:
    candidacy = make_person(session, hr.organisation_id, vacancy, 1)
    finish(session, hr.organisation_id, candidacy)
    return candidacy


def test_without_a_panel_everything_is_as_it_was_and_whoever_decides_rates(
    session: Session, hr: Actor, manager: Actor, vacancy: uuid.UUID
) -> None:
    for actor in (hr, manager):
        assert panels.rights(session, actor, vacancy) == Rights(rate=True, decide=True)


def test_with_a_panel_others_still_see_and_decide_and_no_longer_rate(
    session: Session, hr: Actor, manager: Actor, outsider: Actor, vacancy: uuid.UUID
) -> None:
    panels.change(session, hr, vacancy, {manager.member_id: BOTH}, only=False, now=NOW)
    assert panels.rights(session, manager, vacancy) == Rights(rate=True, decide=True)
    for actor in (hr, outsider):
        assert panels.rights(session, actor, vacancy) == Rights(rate=False, decide=True)


@pytest.mark.parametrize(
    ("seat", "rate", "decide"),
    [(SEES, False, False), (RATES, True, False), (DECIDES, False, True), (BOTH, True, True)],
    ids=["sees", "rates", "decides", "both"],
)
def test_a_seat_says_what_its_manager_may_do(
    session: Session,
    hr: Actor,
    manager: Actor,
    vacancy: uuid.UUID,
    person: uuid.UUID,
    seat: Seat,
    rate: bool,
    decide: bool,
) -> None:
    panels.change(session, hr, vacancy, {manager.member_id: seat}, only=True, now=NOW)
    assert panels.rights(session, manager, vacancy) == Rights(rate, decide)
    assert comparing.of_vacancy(session, manager, vacancy, NOW).finished == 1
    assert candidates.page(session, manager, person, NOW).rights.decide is decide
    if decide:
        hiring.decide(session, manager, person, now=NOW)
    else:
        with pytest.raises(DomainError, match="without a say"):
            hiring.decide(session, manager, person, now=NOW)


def test_hr_decides_whatever_their_seat_and_rates_by_it(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    panels.change(session, hr, vacancy, {hr.member_id: SEES}, only=True, now=NOW)
    assert panels.rights(session, hr, vacancy) == Rights(rate=False, decide=True)


SEVERAL = "Eve, eve@candidate.example"

WAYS: list[Callable[[Session, Actor, uuid.UUID, uuid.UUID], object]] = [
    lambda session, actor, vacancy, person: panels.rights(session, actor, vacancy),
    lambda session, actor, vacancy, person: vacancies.get(session, actor, vacancy),
    lambda session, actor, vacancy, person: comparing.of_vacancy(session, actor, vacancy, NOW),
    lambda session, actor, vacancy, person: comparing.compare(session, actor, vacancy, [person], NOW),
    lambda session, actor, vacancy, person: candidacies.chosen(session, actor, vacancy, [person], NOW),
    lambda session, actor, vacancy, person: following.board(session, actor, vacancy, Wanted(), 1, NOW),
    lambda session, actor, vacancy, person: following.lines(session, actor, vacancy, Wanted(), NOW),
    lambda session, actor, vacancy, person: candidates.page(session, actor, person, NOW),
    lambda session, actor, vacancy, person: hiring.decide(session, actor, person, now=NOW),
    lambda session, actor, vacancy, person: invitations.send_link_again(session, actor, person, BASE_URL, NOW),
    lambda session, actor, vacancy, person: invitations.check_several(session, actor, vacancy, SEVERAL, NOW),
    lambda session, actor, vacancy, person: invitations.invite(
        session, actor, vacancy, name="Eve", email="eve@candidate.example", base_url=BASE_URL, now=NOW
    ),
]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_for_its_panel_only_does_not_exist_for_other_managers(
    session: Session,
    hr: Actor,
    manager: Actor,
    outsider: Actor,
    vacancy: uuid.UUID,
    person: uuid.UUID,
    way: Callable[[Session, Actor, uuid.UUID, uuid.UUID], object],
) -> None:
    panels.change(session, hr, vacancy, {manager.member_id: BOTH}, only=True, now=NOW)
    with pytest.raises(NotFoundError):
        way(session, outsider, vacancy, person)
    way(session, hr, vacancy, person)


def test_no_list_and_no_address_tells_of_it(
    session: Session, hr: Actor, manager: Actor, outsider: Actor, vacancy: uuid.UUID, person: uuid.UUID
) -> None:
    panels.change(session, hr, vacancy, {manager.member_id: SEES}, only=True, now=NOW)
    profile_id = vacancies.get(session, hr, vacancy).role_profile_id
    for actor, sees in ((hr, True), (manager, True), (outsider, False)):
        assert bool(vacancies.listed(session, actor)) is sees
        assert bool(role_profiles.published(session, actor, profile_id).readers) is sees
        assert bool(candidacies.of_vacancy(session, actor, vacancy, NOW)) is sees
        assert (candidacies.one(session, actor, person, NOW) is not None) is sees
        decisions.of_candidacy(session, actor, person)
    with pytest.raises(DomainError, match="not been invited"):
        invitations.send_link_to(session, outsider, vacancy, f"person1@{vacancy}.example", BASE_URL, NOW)


def test_decisions_of_a_closed_circle_are_read_by_nobody_else(
    session: Session, hr: Actor, manager: Actor, outsider: Actor, vacancy: uuid.UUID, person: uuid.UUID
) -> None:
    hiring.decide(session, hr, person, reason="Works weekends", now=NOW)
    panels.change(session, hr, vacancy, {manager.member_id: SEES}, only=True, now=NOW)
    assert len(decisions.of_candidacy(session, manager, person)) == 1
    assert decisions.of_candidacy(session, outsider, person) == ()


def test_only_hr_sets_a_panel_and_only_of_their_own_organisation(
    session: Session, hr: Actor, manager: Actor, vacancy: uuid.UUID
) -> None:
    stranger = make_actor(session, make_organisation(session, "Other Ltd"))
    for actor in (manager, stranger):
        with pytest.raises(NotFoundError):
            panels.of_vacancy(session, actor, vacancy)
        with pytest.raises(NotFoundError):
            panels.change(session, actor, vacancy, {}, only=False, now=NOW)
    with pytest.raises(DomainError, match="has left"):
        panels.change(session, hr, vacancy, {stranger.member_id: BOTH}, only=False, now=NOW)


def test_whoever_can_see_no_candidates_or_has_left_is_not_offered(
    session: Session, hr: Actor, manager: Actor, outsider: Actor, vacancy: uuid.UUID
) -> None:
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    session.get_one(Member, (hr.organisation_id, outsider.member_id)).left_at = NOW
    session.flush()
    assert [one.name for one in panels.of_vacancy(session, hr, vacancy).people] == ["Hanna", "Max"]
    for left_out in (analyst, outsider):
        with pytest.raises(DomainError, match="has left"):
            panels.change(session, hr, vacancy, {left_out.member_id: SEES}, only=False, now=NOW)


def test_an_empty_panel_can_not_have_a_vacancy_to_itself(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    with pytest.raises(DomainError, match="Put somebody") as refused:
        panels.change(session, hr, vacancy, {}, only=True, now=NOW)
    assert refused.value.field == "only"


def test_the_log_says_who_may_do_what_and_a_second_click_says_nothing(
    session: Session, hr: Actor, manager: Actor, vacancy: uuid.UUID
) -> None:
    for _ in range(2):
        panels.change(session, hr, vacancy, {hr.member_id: RATES, manager.member_id: DECIDES}, only=True, now=NOW)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "changed the panel of")).one()
    assert entry.subject_id == vacancy
    assert f'"rating": ["{hr.member_id}"]' in entry.body
    assert f'"deciding": ["{manager.member_id}"]' in entry.body
    assert '"panel_only": true' in entry.body
    assert panels.raters(session, hr, vacancy) == {hr.member_id: "Hanna"}
    panel = panels.of_vacancy(session, hr, vacancy)
    assert panel.only
    assert [(one.name, one.seat) for one in panel.seated] == [("Hanna", RATES), ("Max", DECIDES)]


@pytest.mark.parametrize("only", [False, True])
def test_a_copy_of_a_vacancy_has_its_panel(
    session: Session, hr: Actor, manager: Actor, outsider: Actor, vacancy: uuid.UUID, only: bool
) -> None:
    panels.change(session, hr, vacancy, {manager.member_id: RATES}, only=only, now=NOW)
    copy_id = copying.copy(session, hr, vacancy, copying.terms_of_a_copy(session, hr, vacancy), NOW)
    assert panels.rights(session, manager, copy_id) == Rights(rate=True, decide=False)
    if only:
        with pytest.raises(NotFoundError):
            panels.rights(session, outsider, copy_id)
    else:
        assert panels.rights(session, outsider, copy_id).decide


def test_a_vacancy_whose_whole_panel_has_left_is_copied_once_it_has_another(
    session: Session, hr: Actor, manager: Actor, vacancy: uuid.UUID
) -> None:
    panels.change(session, hr, vacancy, {manager.member_id: RATES}, only=True, now=NOW)
    session.get_one(Member, (hr.organisation_id, manager.member_id)).left_at = NOW
    session.flush()
    terms = copying.terms_of_a_copy(session, hr, vacancy)
    with pytest.raises(DomainError, match="panel is left"):
        copying.copy(session, hr, vacancy, terms, NOW)
