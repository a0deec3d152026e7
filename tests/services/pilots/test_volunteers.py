"""Asking volunteers, one by one and by a list, and what HR can do for them."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import links
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import candidacies, candidates, comparing, decisions, invitations, vacancies
from assessment.services.hiring.decisions import DecisionKind
from assessment.services.inviting import Standing
from assessment.services.permissions import Role
from assessment.services.pilots import pilots, volunteers
from assessment.services.pilots.volunteers import WrongLinesError
from assessment.services.profiles import preview
from assessment.services.sitting import retention
from assessment.store.hiring import Candidacy, Candidate, Invitation
from assessment.store.records import AuditEntry, Outgoing
from tests import hiring, piloting, taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, finish
from tests.piloting import TITLE, make_pilot

LATER = START + timedelta(days=1)
OVER = START + timedelta(days=20)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def pilot_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_pilot(session, hr)


def count(session: Session, table: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def several(session: Session, hr: Actor, pilot_id: uuid.UUID, people: str) -> int:
    return volunteers.invite_several(session, hr, pilot_id, people, BASE_URL, START)


def test_the_letter_says_what_a_pilot_is_and_its_link_opens_the_invitation(
    session: Session, hr: Actor, pilot_id: uuid.UUID
) -> None:
    person = piloting.ask(session, hr, pilot_id)
    letter = session.scalars(sa.select(Outgoing)).one()
    assert letter.subject == f"Would you help to test a questionnaire? {TITLE}"
    for said in ("Hello Vera Example", "voluntary", "decide nothing", "Managers don't see", "hiring@test.example"):
        assert said in letter.text
    for hiring_word in ("position", "role", "vacancy", "$"):
        assert hiring_word not in letter.text
    assert links.open_invitation(session, person.token, START) == person.invited


def test_a_volunteer_is_seen_with_name_state_and_last_day(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    done = piloting.ask(session, hr, pilot_id, "Done Example", "done@mail.example")
    finish(session, hr.organisation_id, done.candidacy_id)
    piloting.ask(session, hr, pilot_id)
    found = volunteers.of_pilot(session, hr, pilot_id, LATER)
    assert [(one.number, one.name, one.email, one.standing) for one in found.people] == [
        (2, "Vera Example", "vera@mail.example", Standing.INVITED),
        (1, "Done Example", "done@mail.example", Standing.FINISHED),
    ]
    assert found.erased == 0
    assert volunteers.of_pilot(session, hr, pilot_id, OVER).people[0].standing is Standing.EXPIRED


def test_a_list_invites_everybody_on_it(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    people = "Ada Example, ada@mail.example\n\n  Example, Ben ,  BEN@mail.example  \nCy,cy@mail.example"
    assert several(session, hr, pilot_id, people) == 3
    found = volunteers.of_pilot(session, hr, pilot_id, START).people
    assert [(one.number, one.name, one.email) for one in found] == [
        (1, "Ada Example", "ada@mail.example"),
        (2, "Example, Ben", "ben@mail.example"),
        (3, "Cy", "cy@mail.example"),
    ]
    assert count(session, Outgoing) == 3


def test_every_wrong_line_is_named_and_nobody_is_invited(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    piloting.ask(session, hr, pilot_id)
    done = piloting.ask(session, hr, pilot_id, "Done", "done@mail.example")
    finish(session, hr.organisation_id, done.candidacy_id)
    before = [count(session, table) for table in (Candidate, Candidacy, Invitation, Outgoing, AuditEntry)]
    lines = [
        "Ada Example, ada@mail.example",
        "Nobody",
        "Ben, nowhere",
        ", cy@mail.example",
        "",
        "Di, ADA@mail.example",
        "Vera, vera@mail.example",
        "Done, done@mail.example",
        f"{'x' * 121}, ed@mail.example",
        "Flo, flo@mail.example and gus@mail.example",
        "Hal, hal@mail.invalid",
    ]
    with pytest.raises(WrongLinesError) as refusal:
        several(session, hr, pilot_id, "\n".join(lines))
    assert refusal.value.field == "people"
    assert [line.number for line in refusal.value.lines] == [2, 3, 4, 6, 7, 8, 9, 10, 11]
    said = {line.number: line.problem or "" for line in refusal.value.lines}
    assert "comma" in said[2]
    assert "line 1" in said[6]
    assert "6 December 2026" in said[7]
    assert "finished" in said[8]
    assert "No mail can reach" in said[11]
    after = [count(session, table) for table in (Candidate, Candidacy, Invitation, Outgoing, AuditEntry)]
    assert after == before


@pytest.mark.parametrize(("people", "told"), [(" \n ", "Write a line"), ("a, a@b.example\n" * 501, "at most 500")])
def test_an_empty_or_endless_list_is_refused(
    session: Session, hr: Actor, pilot_id: uuid.UUID, people: str, told: str
) -> None:
    with pytest.raises(DomainError, match=told) as refusal:
        several(session, hr, pilot_id, people)
    assert refusal.value.field == "people"


def test_five_hundred_people_are_invited_at_once(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    assert several(session, hr, pilot_id, "\n".join(f"P{n}, p{n}@mail.example" for n in range(500))) == 500
    numbers = session.scalars(sa.select(Candidacy.number).order_by(Candidacy.number)).all()
    assert numbers == list(range(1, 501))


def test_nobody_is_invited_twice_until_the_time_is_over(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    first = piloting.ask(session, hr, pilot_id)
    with pytest.raises(DomainError, match="invited already") as refusal:
        piloting.ask(session, hr, pilot_id, now=LATER)
    assert refusal.value.field == "email"
    again = piloting.ask(session, hr, pilot_id, now=OVER)
    assert again.candidacy_id == first.candidacy_id
    assert again.invited != first.invited
    finish(session, hr.organisation_id, again.candidacy_id, now=OVER)
    with pytest.raises(DomainError, match="has finished"):
        piloting.ask(session, hr, pilot_id, now=OVER)


def test_a_new_link_opens_the_same_questionnaire(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    volunteers.send_link_again(session, hr, person.candidacy_id, BASE_URL, LATER)
    token = taking.newest_token(session, "vera@mail.example")
    assert token != person.token
    assert links.open_invitation(session, token, LATER) == person.invited


def test_no_link_leaves_for_what_can_not_be_answered(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    begun = piloting.ask(session, hr, pilot_id, "Begun", "begun@mail.example")
    hiring.start(session, hr.organisation_id, begun.candidacy_id)
    pilots.close(session, hr, pilot_id, LATER)
    with pytest.raises(DomainError, match="closed"):
        volunteers.send_link_again(session, hr, person.candidacy_id, BASE_URL, LATER)
    volunteers.send_link_again(session, hr, begun.candidacy_id, BASE_URL, LATER)
    with pytest.raises(DomainError, match="can’t answer"):
        volunteers.send_link_again(session, hr, begun.candidacy_id, BASE_URL, OVER)


def test_a_withdrawn_invitation_opens_nothing(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    volunteers.withdraw(session, hr, person.candidacy_id, LATER)
    assert links.open_invitation(session, person.token, LATER) is None
    with pytest.raises(DomainError, match="withdrawn already"):
        volunteers.withdraw(session, hr, person.candidacy_id, LATER)
    with pytest.raises(DomainError, match="can’t answer"):
        volunteers.send_link_again(session, hr, person.candidacy_id, BASE_URL, LATER)


def test_what_is_finished_is_not_withdrawn(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    finish(session, hr.organisation_id, person.candidacy_id)
    with pytest.raises(DomainError, match="finished already"):
        volunteers.withdraw(session, hr, person.candidacy_id, LATER)


def test_whose_data_was_erased_is_a_number_and_no_name(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    retention.erase_own(session, person.invited, LATER)
    assert volunteers.of_pilot(session, hr, pilot_id, LATER) == volunteers.Volunteers((), {}, 1)
    with pytest.raises(NotFoundError):
        volunteers.one(session, hr, person.candidacy_id, LATER)


# --- beside vacancies


def test_a_person_can_be_in_a_vacancy_and_in_a_pilot(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    email = "vera@mail.example"
    applied = taking.invite(session, hr, hiring.make_vacancy(session, hr), "Vera Example", email)
    asked = piloting.ask(session, hr, pilot_id, email=email)
    assert asked.candidacy_id != applied.candidacy_id
    assert count(session, Candidate) == 1
    assert links.open_invitation(session, applied.token, START) == applied.invited
    assert links.open_invitation(session, asked.token, START) == asked.invited


def test_a_candidate_of_a_vacancy_is_no_volunteer(session: Session, hr: Actor) -> None:
    applied = taking.invite(session, hr, hiring.make_vacancy(session, hr))
    for refused in (
        lambda: volunteers.one(session, hr, applied.candidacy_id, START),
        lambda: volunteers.send_link_again(session, hr, applied.candidacy_id, BASE_URL, START),
        lambda: volunteers.withdraw(session, hr, applied.candidacy_id, START),
    ):
        with pytest.raises(NotFoundError):
            refused()


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.HR])
def test_a_volunteer_is_no_candidate_of_any_vacancy(
    session: Session, hr: Actor, pilot_id: uuid.UUID, role: Role
) -> None:
    """Not even for HR: what judges people never meets a volunteer."""
    vacancy_id = hiring.make_vacancy(session, hr)
    volunteer = piloting.ask(session, hr, pilot_id).candidacy_id
    finish(session, hr.organisation_id, volunteer)
    member = make_actor(session, hr.organisation_id, role)
    assert candidacies.one(session, member, volunteer, START) is None
    for refused in (
        lambda: candidates.page(session, member, volunteer, START),
        lambda: candidacies.chosen(session, member, vacancy_id, [volunteer], START),
        lambda: comparing.compare(session, member, vacancy_id, [volunteer], START),
        lambda: comparing.of_vacancy(session, member, pilot_id, START),
        lambda: vacancies.get(session, member, pilot_id),
        lambda: decisions.decide(
            session, member, volunteer, DecisionKind.SHORTLISTED, "Because", START, base_url="http://localhost"
        ),
        lambda: invitations.send_link_again(session, member, volunteer, BASE_URL, START),
        lambda: invitations.revoke(session, member, volunteer, START),
        lambda: invitations.extend(session, member, volunteer, OVER.date(), START),
        lambda: invitations.invite_again(session, member, volunteer, "because", BASE_URL, START),
        lambda: invitations.invite(
            session, member, pilot_id, name="A", email="a@b.example", base_url=BASE_URL, now=START
        ),
    ):
        with pytest.raises(NotFoundError):
            refused()
    with pytest.raises(DomainError, match="not been invited"):
        invitations.send_link_to(session, member, vacancy_id, "vera@mail.example", BASE_URL, START)
    assert candidacies.of_vacancy(session, member, pilot_id, START) == ()
    (listed,) = vacancies.listed(session, member)
    assert (listed.invited, listed.started, listed.finished) == (0, 0, 0)
    assert comparing.of_vacancy(session, member, vacancy_id, START).finished == 0


def test_previews_are_made_without_volunteers(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    vacancy_id = hiring.make_vacancy(session, hr)
    applicant = hiring.invite(session, hr, vacancy_id)
    piloting.make_crowd(session, hr, pilot_id, 1, 3)
    sittings = {
        candidacy.vacancy_id: finish(session, hr.organisation_id, candidacy.id)
        for candidacy in session.scalars(sa.select(Candidacy)).all()
    }
    pilots.close(session, hr, pilot_id, START)
    hiring.decide(session, hr, applicant, DecisionKind.DECLINED)
    vacancies.close(session, hr, vacancy_id, START)
    assert set(preview._past(session, hr, "retail")) == {sittings[vacancy_id]}
