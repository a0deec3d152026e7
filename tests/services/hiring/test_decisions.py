"""Deciding about one person: who may, what has to come first, what is kept, and what the person is told."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor, Invited
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidates, closing, decision_letters, decisions, openings, oversight, vacancies
from assessment.services.hiring.decisions import FINAL, DecisionKind
from assessment.services.permissions import Role
from assessment.services.sitting import retention
from assessment.store.hiring import Candidacy, Decision, Invitation
from assessment.store.records import AuditEntry, Outgoing
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, counted, decide, finish, make_person, make_vacancy, start

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
NOW = START + timedelta(days=1)
KINDS = [kind for kind in DecisionKind if kind is not DecisionKind.BACK_TO_LIST]


@dataclass(frozen=True)
class House:
    """A vacancy with 1 and 2 who suit and 3 who is far; 4 is invited."""

    hr: Actor
    manager: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]


@pytest.fixture
def house(session: Session) -> House:
    organisation_id = make_organisation(session)
    hr, manager = (
        make_actor(session, organisation_id, role, name)
        for role, name in ((Role.HR, "Hanna"), (Role.HIRING_MANAGER, "Max"))
    )
    vacancy = make_vacancy(session, hr)
    people = [make_person(session, organisation_id, vacancy, number) for number in (1, 2, 3, 4)]
    for person, theta in zip(people, (SUITS, SUITS, FAR), strict=False):
        finish(session, organisation_id, person, theta)
    return House(hr, manager, vacancy, tuple(people))


def plain(session: Session, actor: Actor, person: uuid.UUID, **more: object) -> None:
    """Decide without opening anything."""
    arguments = {"kind": DecisionKind.DECLINED, "reason": "Because", "now": NOW, "base_url": BASE_URL} | more
    decisions.decide(session, actor, person, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_kept_with_who_when_and_why(session: Session, house: House, kind: DecisionKind) -> None:
    one = house.people[0]
    decide(session, house.manager, one, kind, " Free at\nweekends ", NOW)
    (decided,) = decisions.of_candidacy(session, house.hr, one)
    assert (decided.kind, decided.who, decided.reason, decided.at) == (kind, "Max", "Free at weekends", NOW)
    assert decided.not_told is None
    row = session.scalars(sa.select(Decision)).one()
    assert row.profile_version_id == vacancies.get(session, house.hr, house.vacancy).profile_version_id
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == decisions.ACTIONS[kind])).one()
    assert (entry.subject_id, entry.member_id) == (one, house.manager.member_id)
    assert "Free" not in entry.body
    assert candidates.page(session, house.hr, one, NOW).case.disposition is kind


def test_nobody_is_decided_about_whose_page_the_member_has_not_opened(session: Session, house: House) -> None:
    one, two = house.people[:2]
    openings.record(session, house.hr, one, NOW)  # somebody else's reading is not the member's
    openings.record(session, house.manager, two, NOW)
    with pytest.raises(DomainError, match="Open this person’s page"):
        plain(session, house.manager, one)
    openings.record(session, house.manager, one, NOW)
    plain(session, house.manager, one)
    assert decisions.of_candidacy(session, house.hr, one)[0].kind is DecisionKind.DECLINED


def test_a_page_is_read_again_once_the_person_has_finished(session: Session, house: House) -> None:
    four = house.people[3]
    openings.record(session, house.manager, four, NOW)
    finish(session, house.hr.organisation_id, four, now=NOW + timedelta(hours=1))
    with pytest.raises(DomainError, match="finished since you opened"):
        plain(session, house.manager, four, now=NOW + timedelta(hours=2))
    openings.record(session, house.manager, four, NOW + timedelta(hours=2))
    plain(session, house.manager, four, now=NOW + timedelta(hours=2))


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_decision_needs_a_reason_of_a_readable_length(session: Session, house: House, reason: str) -> None:
    openings.record(session, house.manager, house.people[0], NOW)
    with pytest.raises(DomainError) as refused:
        plain(session, house.manager, house.people[0], reason=reason)
    assert refused.value.field == "reason"
    with pytest.raises(DomainError) as refused:
        plain(session, house.manager, house.people[0], not_told=reason)
    assert refused.value.field == "not_told"


def test_the_same_twice_and_taking_back_nothing_are_refused(session: Session, house: House) -> None:
    one = house.people[0]
    with pytest.raises(DomainError, match="nothing to take back"):
        decide(session, house.manager, one, DecisionKind.BACK_TO_LIST)
    decide(session, house.manager, one, DecisionKind.DECLINED)
    with pytest.raises(DomainError, match="decided about this person already"):
        decide(session, house.manager, one, DecisionKind.DECLINED, "Once more")
    decide(session, house.manager, one, DecisionKind.BACK_TO_LIST, "Mixed up two people", NOW)
    decide(session, house.manager, one, DecisionKind.OFFERED, "Spoke with them", NOW + timedelta(hours=1))
    history = [(one.kind, one.reason) for one in decisions.of_candidacy(session, house.hr, one)]
    assert history == [
        (DecisionKind.OFFERED, "Spoke with them"),
        (DecisionKind.BACK_TO_LIST, "Mixed up two people"),
        (DecisionKind.DECLINED, "Because"),
    ], "earlier ones stay"


def test_only_members_who_may_decide_do_and_only_about_their_own(session: Session, house: House) -> None:
    analyst = make_actor(session, house.hr.organisation_id, Role.ANALYST)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for actor in (analyst, stranger):
        with pytest.raises(NotFoundError):
            plain(session, actor, house.people[0])
    with pytest.raises(NotFoundError):
        plain(session, house.hr, uuid.uuid4())
    assert session.scalars(sa.select(Decision)).all() == []


def test_nothing_is_decided_about_somebody_erased(session: Session, house: House) -> None:
    invitation = session.scalars(sa.select(Invitation).where(Invitation.candidacy_id == house.people[0])).one()
    retention.erase_own(session, Invited(house.hr.organisation_id, invitation.id), NOW)
    with pytest.raises(DomainError, match="erased"):
        decide(session, house.hr, house.people[0], now=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_the_person_is_written_to_with_a_link_to_their_own_page(
    session: Session, house: House, kind: DecisionKind
) -> None:
    decide(session, house.manager, house.people[0], kind, "Not for their eyes in a letter", NOW)
    letter = session.scalars(sa.select(Outgoing).where(Outgoing.recipient.like("person1@%"))).one()
    assert letter.subject == f"{decision_letters.WORDS[kind].subject}: Sales assistant"
    for said in ("Hello Nameof Person1,", "Test Organisation", f"{BASE_URL}/i/", "hiring@test.example", "23 December"):
        assert said in letter.text, said
    for never in ("Not for their eyes", "Max", "$"):
        assert never not in letter.text


def test_who_has_no_result_gets_a_letter_without_a_page_to_read(session: Session, house: House) -> None:
    decide(session, house.manager, house.people[3], DecisionKind.DECLINED, now=NOW)
    letter = session.scalars(sa.select(Outgoing).where(Outgoing.recipient.like("person4@%"))).one()
    assert "/i/" not in letter.text
    assert "will not go on with your application" in letter.text


def test_the_letter_can_be_left_out_with_a_reason_that_is_kept(session: Session, house: House) -> None:
    decide(session, house.manager, house.people[0], DecisionKind.OFFERED, now=NOW, not_told=" I have called them ")
    assert session.scalars(sa.select(Outgoing)).all() == []
    (decided,) = decisions.of_candidacy(session, house.hr, house.people[0])
    assert decided.not_told == "I have called them"


def test_the_name_is_shown_while_somebody_is_shortlisted_or_offered_the_position(
    session: Session, house: House
) -> None:
    shown = {}
    for hours, kind in enumerate((*KINDS, DecisionKind.BACK_TO_LIST)):
        decide(session, house.manager, house.people[0], kind, now=NOW + timedelta(hours=hours))
        shown[kind] = candidates.page(session, house.manager, house.people[0], NOW).case.label == "Nameof Person1"
    assert {kind for kind, named in shown.items() if named} == {DecisionKind.SHORTLISTED, DecisionKind.OFFERED}


def test_a_vacancy_is_closed_once_everybody_who_took_part_or_may_has_a_decision(session: Session, house: House) -> None:
    due = closing.undecided(session, house.hr, house.vacancy, NOW)
    assert [case.id for case in due] == list(house.people)
    decide(session, house.manager, house.people[0], DecisionKind.SHORTLISTED, now=NOW)
    for person, kind in zip(house.people[1:], FINAL, strict=False):
        with pytest.raises(DomainError, match="no decision yet"):
            vacancies.close(session, house.hr, house.vacancy, NOW)
        decide(session, house.manager, person, kind, now=NOW)
    due = closing.undecided(session, house.hr, house.vacancy, NOW)
    assert [case.id for case in due] == [house.people[0]], "a place on the shortlist is no end"
    decide(session, house.manager, house.people[0], DecisionKind.OFFERED, now=NOW)
    vacancies.close(session, house.hr, house.vacancy, NOW)
    with pytest.raises(DomainError, match="closed"):
        decide(session, house.manager, house.people[0], DecisionKind.BACK_TO_LIST, now=NOW)
    decide(session, house.manager, house.people[0], DecisionKind.WITHDRAWN, "Took another job", NOW)


def test_who_let_the_time_pass_is_owed_no_decision(session: Session, house: House) -> None:
    late = START + timedelta(days=30)
    start(session, house.hr.organisation_id, house.people[3])
    assert [case.id for case in closing.undecided(session, house.hr, house.vacancy, late)] == list(house.people[:3])


def test_hr_sees_whose_page_nobody_opened_since_they_finished(session: Session, house: House) -> None:
    one, two, three, four = house.people
    openings.record(session, house.manager, one, NOW)
    openings.record(session, house.hr, two, START)  # before there was anything to read
    openings.record(session, house.manager, four, NOW)
    found = oversight.of_vacancy(session, house.hr, house.vacancy, NOW)
    assert [case.id for case in found.never_opened] == [two, three]
    assert (found.finished, round(found.never_opened_share, 2)) == (3, 0.67)
    with pytest.raises(NotFoundError):
        oversight.of_vacancy(session, house.manager, house.vacancy, NOW)


def test_hr_sees_who_was_preferred_to_people_of_a_higher_group_and_why(session: Session, house: House) -> None:
    one, two, three, _ = house.people
    decide(session, house.manager, one, now=NOW)
    assert oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures == ()
    decide(session, house.manager, three, reason="Ten years behind a counter", now=NOW)
    (departure,) = oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures
    assert (departure.case.id, departure.group, departure.before) == (three, 2, 1), "1 has come as far, 2 has not"
    assert (departure.who, departure.reason) == ("Max", "Ten years behind a counter")
    decide(session, house.manager, three, DecisionKind.OFFERED, "Spoke with them", NOW + timedelta(hours=1))
    (departure,) = oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures
    assert (departure.before, departure.kind) == (2, DecisionKind.OFFERED), "an offer is further than the shortlist"
    decide(session, house.manager, two, DecisionKind.WITHDRAWN, "Moves away", NOW + timedelta(hours=2))
    (departure,) = oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures
    assert departure.before == 1, "who withdrew was not passed over"
    decide(session, house.manager, one, DecisionKind.OFFERED, "A second place", NOW + timedelta(hours=3))
    assert oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures == ()


def test_who_finished_after_a_decision_was_not_passed_over_by_it(session: Session, house: House) -> None:
    _, two, three, _ = house.people
    for person in (house.people[0], two):
        decide(session, house.manager, person, now=START + timedelta(hours=1))
    decide(session, house.manager, three, now=START + timedelta(hours=1))
    late = make_person(session, house.hr.organisation_id, house.vacancy, 5)
    finish(session, house.hr.organisation_id, late, SUITS, now=NOW)
    assert oversight.of_vacancy(session, house.hr, house.vacancy, NOW).departures == ()


def test_the_oversight_takes_as_many_statements_for_many_as_for_few(session: Session, house: House) -> None:
    seen = []
    for more in range(5, 45, 20):
        for number in range(more, more + 20):
            person = make_person(session, house.hr.organisation_id, house.vacancy, number)
            finish(session, house.hr.organisation_id, person, FAR)
            decide(session, house.manager, person, now=NOW)
        oversight.of_vacancy(session, house.hr, house.vacancy, NOW)
        session.expire_all()
        with counted(session) as statements:
            oversight.of_vacancy(session, house.hr, house.vacancy, NOW)
        seen.append(len(statements))
    assert seen[0] == seen[1]


def test_what_was_taken_back_does_not_stand(session: Session, house: House) -> None:
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(
            sa.update(Candidacy).where(Candidacy.id == house.people[0]).values(disposition=DecisionKind.BACK_TO_LIST)
        )
