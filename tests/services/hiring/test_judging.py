"""Judgement first: what a member does not see before their own judgement, and what is kept of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.services.actors import Actor, Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import (
    agreement,
    candidates,
    comparing,
    interview_sheets,
    judging,
    looking_again,
    oversight,
    panels,
    vacancies,
)
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.hiring.panels import Seat
from assessment.services.permissions import Role
from assessment.services.sitting import own_data, retention
from assessment.store.hiring import Invitation, Judgement
from assessment.store.records import AuditEntry
from tests.calibrating import publish_draft, score_as
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import counted, decide, finish, make_person, make_vacancy

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
NOW = START + timedelta(days=1)


@dataclass(frozen=True)
class House:
    """A vacancy with judgement first: 1 and 2 suit, 3 is far, 4 answered at random."""

    hr: Actor
    manager: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]


@pytest.fixture
def house(session: Session) -> House:
    organisation_id = make_organisation(session)
    hr, manager = (make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER))
    vacancy = make_vacancy(session, hr, judgement_first=True)
    people = [make_person(session, organisation_id, vacancy, number) for number in (1, 2, 3, 4)]
    for person, theta in zip(people, (SUITS, SUITS, FAR), strict=False):
        finish(session, organisation_id, person, theta)
    finish(session, organisation_id, people[3], SUITS, p_random=0.9)
    return House(hr, manager, vacancy, tuple(people))


def judge(
    session: Session, actor: Actor, person: uuid.UUID, rating: int = 4, note: str = "Calm", hours: int = 0
) -> None:
    judging.judge(session, actor, person, rating, note, NOW + timedelta(hours=hours))


@pytest.mark.parametrize("role", ["hr", "manager"])
def test_no_total_is_shown_to_a_member_before_their_own_judgement(session: Session, house: House, role: str) -> None:
    member, other = (house.hr, house.manager) if role == "hr" else (house.manager, house.hr)
    for person in house.people[:3]:
        judge(session, other, person)  # somebody else's judgement opens nothing
    page = comparing.of_vacancy(session, member, house.vacancy, NOW)
    assert (page.groups, page.places, page.asks) == ((), {}, ())
    assert [person.case.id for person in page.to_judge] == list(house.people[:3])
    assert [person.case.id for person in page.withheld] == [house.people[3]]
    assert page.finished == 4
    for person in page.to_judge:
        assert len(person.points) == 6, "the six attributes stay visible"
        assert (person.fit, person.asks, person.loss_share) == (None, (), ())
    compared = comparing.compare(session, member, house.vacancy, house.people[:3], NOW)
    assert (compared.people, compared.pairs, compared.best) == ((), (), None)
    own = candidates.page(session, member, house.people[0], NOW)
    assert own.person is not None
    assert own.person.fit is None
    assert len(own.attributes) == 6
    assert all(one.loss_share is None and one.ask is None for one in own.attributes)
    assert own.judgements == (), "others' judgements would sway"


def test_a_judgement_reveals_its_person_and_nobody_else(session: Session, house: House) -> None:
    one, _, three, _ = house.people
    judge(session, house.manager, three)
    page = comparing.of_vacancy(session, house.manager, house.vacancy, NOW)
    (group,) = page.groups
    assert [person.case.id for person in group.people] == [three], "first of those judged, not third of all"
    judge(session, house.manager, one)
    page = comparing.of_vacancy(session, house.manager, house.vacancy, NOW)
    assert [[person.case.id for person in group.people] for group in page.groups] == [[one], [three]]
    assert [person.case.number for person in page.to_judge] == [2]
    compared = comparing.compare(session, house.manager, house.vacancy, house.people[:3], NOW)
    assert [compared.person.case.id for compared in compared.people] == [one, three]
    assert [case.number for case in compared.left_out] == [2]
    shown = candidates.page(session, house.manager, one, NOW).person
    assert shown is not None
    assert shown.fit is not None


def test_an_interview_guide_is_by_the_role_alone_until_the_profile_is_judged(
    session: Session, house: House, bank: Bank
) -> None:
    far = house.people[2]
    guides = [interview_sheets.page(session, house.manager, one, bank.interview, NOW) for one in (house.people[0], far)]
    assert guides[0].guide == guides[1].guide, "what is open about a person would tell of their fit"
    assert all(page.to_judge and not page.guide.measured for page in guides)
    judge(session, house.manager, far)
    page = interview_sheets.page(session, house.manager, far, bank.interview, NOW)
    assert page.guide.measured
    assert not page.to_judge


def test_a_long_list_to_judge_is_cut_and_counted(
    session: Session, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "PAGE", 2)
    page = comparing.of_vacancy(session, house.manager, house.vacancy, NOW, page=1)
    assert [person.case.id for person in page.to_judge] == list(house.people[:2])
    assert (page.unjudged, page.finished) == (3, 4)
    judge(session, house.manager, house.people[0])
    page = comparing.of_vacancy(session, house.manager, house.vacancy, NOW, page=1)
    assert [person.case.id for person in page.to_judge] == list(house.people[1:3])
    assert page.unjudged == 2


def test_who_is_not_on_the_panel_of_a_closed_circle_neither_judges_nor_reads_judgements(
    session: Session, house: House
) -> None:
    one = house.people[0]
    judge(session, house.hr, one)
    panels.change(session, house.hr, house.vacancy, {house.hr.member_id: Seat(True, True)}, only=True, now=NOW)
    with pytest.raises(NotFoundError):
        judge(session, house.manager, one)
    assert judging.of_candidacy(session, house.manager, one, hidden=False) == ()
    assert len(judging.of_candidacy(session, house.hr, one, hidden=False)) == 1


def test_without_the_setting_and_on_a_closed_vacancy_nothing_is_hidden(session: Session, house: House) -> None:
    plain = make_vacancy(session, house.hr, "Plain")
    other = make_person(session, house.hr.organisation_id, plain, 1)
    finish(session, house.hr.organisation_id, other, SUITS)
    assert comparing.of_vacancy(session, house.hr, plain, NOW).to_judge == ()
    with pytest.raises(DomainError, match="does not ask"):
        judge(session, house.hr, other)
    for person in house.people:
        decide(session, house.manager, person, DecisionKind.DECLINED, now=NOW)
    assert len(comparing.of_vacancy(session, house.hr, house.vacancy, NOW).to_judge) == 3
    vacancies.close(session, house.hr, house.vacancy, NOW)
    assert comparing.of_vacancy(session, house.hr, house.vacancy, NOW).to_judge == ()


def test_hr_reads_no_order_out_of_departures_before_judging(session: Session, house: House) -> None:
    decide(session, house.manager, house.people[2], now=NOW)
    assert oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures == ()
    for person in house.people[:3]:
        judge(session, house.hr, person)
    (departure,) = oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures
    assert departure.before == 2


def test_a_decision_to_look_at_again_says_no_fit_before_judging(session: Session, house: House) -> None:
    analyst = make_actor(session, house.hr.organisation_id, Role.ANALYST)
    decide(session, house.manager, house.people[0], now=NOW)
    publish_draft(session, analyst, NOW)
    sitting = candidates.page(session, house.hr, house.people[0], NOW).case.sitting_id
    assert sitting is not None
    score_as(session, house.hr.organisation_id, sitting, FAR, now=NOW + timedelta(hours=1))
    (found,) = looking_again.waiting(session, house.hr)
    assert (found.hidden, found.then, found.now) == (True, None, None)
    judge(session, house.hr, house.people[0])
    (found,) = looking_again.waiting(session, house.hr)
    assert not found.hidden
    assert found.then is not None


def test_judgements_are_kept_with_their_time_and_only_added_to(session: Session, house: House) -> None:
    one = house.people[0]
    judge(session, house.manager, one, 2, " Slow to\ntrust ")
    judge(session, house.hr, one, 5, "Warm", hours=1)
    judge(session, house.manager, one, 4, "Not that slow", hours=2)
    kept = candidates.page(session, house.manager, one, NOW).judgements
    assert [(judged.own, judged.number, judged.rating, judged.note, judged.at) for judged in kept] == [
        (True, 1, 2, "Slow to trust", NOW),
        (False, 1, 5, "Warm", NOW + timedelta(hours=1)),
        (True, 2, 4, "Not that slow", NOW + timedelta(hours=2)),
    ]
    entries = session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == judging.JUDGED)).all()
    assert len(entries) == 3
    assert not any("trust" in body for body in entries)


@pytest.mark.parametrize(
    ("rating", "note", "field"), [(0, "x", "rating"), (6, "x", "rating"), (3, " ", "judged"), (3, "x" * 1001, "judged")]
)
def test_a_judgement_is_one_of_five_with_a_note(
    session: Session, house: House, rating: int, note: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        judge(session, house.manager, house.people[0], rating, note)
    assert refused.value.field == field


def test_the_same_judgement_twice_is_a_second_click(session: Session, house: House) -> None:
    judge(session, house.manager, house.people[0])
    with pytest.raises(DomainError, match="already"):
        judge(session, house.manager, house.people[0])


def test_only_answers_that_are_there_are_judged_and_new_ones_anew(session: Session, house: House) -> None:
    five = make_person(session, house.hr.organisation_id, house.vacancy, 5)
    with pytest.raises(DomainError, match="not finished"):
        judge(session, house.manager, five)
    finish(session, house.hr.organisation_id, five, SUITS)
    judge(session, house.manager, five)
    again = Invitation(
        organisation_id=house.hr.organisation_id, candidacy_id=five, created_at=NOW, deadline=NOW + timedelta(days=9)
    )
    session.add(again)
    session.flush()
    finish(session, house.hr.organisation_id, five, FAR, now=NOW + timedelta(hours=1))
    shown = candidates.page(session, house.manager, five, NOW).person
    assert shown is not None
    assert shown.to_judge


def test_nobody_else_judges(session: Session, house: House) -> None:
    analyst = make_actor(session, house.hr.organisation_id, Role.ANALYST)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for actor in (analyst, stranger):
        with pytest.raises(NotFoundError):
            judge(session, actor, house.people[0])
    with pytest.raises(NotFoundError):
        agreement.over_all(session, house.manager)


def test_the_person_takes_judgements_along_and_has_them_erased(session: Session, house: House) -> None:
    judge(session, house.manager, house.people[0], 4, "Calm")
    invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == house.people[0])).one()
    invited = Invited(house.hr.organisation_id, invitation)
    (held,) = own_data.everything(session, invited).vacancies
    assert [(one.rating, one.note, one.judged_at) for one in held.judgements] == [(4, "Calm", NOW)]
    retention.erase_own(session, invited, NOW)
    assert session.scalars(sa.select(Judgement)).all() == []
    with pytest.raises(DomainError, match="erased"):
        judge(session, house.manager, house.people[0])


def test_many_to_judge_take_as_many_statements_as_few(session: Session, house: House) -> None:
    seen = []
    for first in (5, 25):
        comparing.of_vacancy(session, house.hr, house.vacancy, NOW)
        session.expire_all()
        with counted(session) as statements:
            comparing.of_vacancy(session, house.hr, house.vacancy, NOW)
        seen.append(len(statements))
        for number in range(first, first + 20):
            person = make_person(session, house.hr.organisation_id, house.vacancy, number)
            finish(session, house.hr.organisation_id, person, SUITS)
    assert seen[0] == seen[1]


def test_agreement_and_change_are_counted_over_the_organisation(session: Session, house: House) -> None:
    people = [make_person(session, house.hr.organisation_id, house.vacancy, number) for number in range(11, 31)]
    for number, person in enumerate(people):
        finish(session, house.hr.organisation_id, person, SUITS if number < 10 else FAR)
        judge(session, house.manager, person, 3)
        judge(session, house.hr, person, 3 if number < 6 else 4 if number < 13 else 5)
        if number < 8:
            judge(session, house.manager, person, 5 if number < 5 else 1, "Changed", hours=1)
    found = agreement.over_all(session, house.hr)
    assert (found.between.total, found.between.counts) == (20, {"same": 6, "one": 7, "more": 7})
    # Of 40, 26 say 3; of the 14 yes 4 are for the upper half: too few, so the other 10 are left out with them.
    assert (found.with_fit.total, found.with_fit.counts) == (40, {"with": None, "against": None, "open": 26})
    # 5 up and 3 down, all of the upper half: 3 is too few, and so is what 40 - 32 - 5 would tell.
    assert found.after.total == 40
    assert found.after.counts == {"unchanged": 32, "towards": None, "away": None}
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert agreement.over_all(session, stranger).after.total is None


def test_a_judgement_goes_with_the_fit_or_against_it_and_moves_towards_it_or_away(
    session: Session, house: House
) -> None:
    people = [make_person(session, house.hr.organisation_id, house.vacancy, number) for number in range(11, 28)]
    for number, person in enumerate(people):
        high = number % 2 == 0
        finish(session, house.hr.organisation_id, person, SUITS if high else FAR)
        judge(
            session,
            house.manager,
            person,
            (5 if high else 1) if number < 6 else (1 if high else 4) if number < 12 else 3,
        )
        if 6 <= number < 12:
            judge(session, house.manager, person, 4 if high else 2, "Changed", hours=1)
        elif number >= 12:
            judge(session, house.manager, person, 2 if high else 5, "Changed", hours=1)
    found = agreement.over_all(session, house.hr)
    assert found.with_fit.counts == {"with": 6, "against": 6, "open": 5}
    assert found.after.counts == {"unchanged": 6, "towards": 6, "away": 5}
    assert found.between.total is None, "nobody was judged by two"


@given(counts=st.dictionaries(st.sampled_from("abcd"), st.integers(0, 12), min_size=1))
def test_no_count_under_five_is_shown_or_can_be_found_by_subtracting(counts: Mapping[str, int]) -> None:
    """Slowly: over every way to fill the gaps that gives the total, a hidden count under five is never settled."""
    shown = agreement.table(counts)
    assert all(count is None or count >= agreement.FEWEST for count in shown.counts.values())
    assert all(count is None or count == counts[name] for name, count in shown.counts.items())
    if shown.total is None:
        assert sum(counts.values()) < agreement.FEWEST
        return
    gaps = [name for name, count in shown.counts.items() if count is None]
    rest = shown.total - sum(count for count in shown.counts.values() if count is not None)
    assert not gaps or rest >= agreement.FEWEST
    fillings = [one for one in product(range(rest + 1), repeat=len(gaps)) if sum(one) == rest]
    for place, name in enumerate(gaps):
        if counts[name] < agreement.FEWEST:
            assert len({one[place] for one in fillings}) > 1
