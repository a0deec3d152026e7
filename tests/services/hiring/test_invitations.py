"""Inviting people, and what happens to an invitation afterwards."""

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import inviting, links
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import invitations, vacancies
from assessment.services.permissions import Role
from assessment.store.hiring import Candidacy, Candidate, Invitation
from assessment.store.people import AccessLink
from assessment.store.records import AuditEntry, Outgoing
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, finish, invite, make_vacancy, start

LATER = START + timedelta(days=1)
OVER = START + timedelta(days=20)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def manager(session: Session, hr: Actor) -> Actor:
    return make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


def letters(session: Session) -> list[Outgoing]:
    return list(session.scalars(sa.select(Outgoing).order_by(Outgoing.created_at, Outgoing.subject)))


def token_in(letter: Outgoing) -> str:
    found = re.search(r"/i/(\S+)", letter.text)
    assert found
    return found[1]


def deadline_of(session: Session, candidacy_id: uuid.UUID) -> object:
    return session.scalar(sa.select(Invitation.deadline).where(Invitation.candidacy_id == candidacy_id))


def test_the_invited_person_gets_a_letter_whose_link_opens_the_invitation(
    session: Session, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    invited = invitations.invite(
        session,
        manager,
        vacancy_id,
        name="  Ada \n Example ",
        email=" Ada@Candidate.Example ",
        base_url=BASE_URL,
        now=START,
    )
    (letter,) = letters(session)
    assert letter.recipient == "ada@candidate.example"
    assert letter.text.startswith("Hello Ada Example,")
    assert "Sales assistant" in letter.text
    assert "hiring@test.example" in letter.text
    assert "$" not in letter.text
    opened = links.open_invitation(session, token_in(letter), START)
    assert opened is not None
    assert opened.invitation_id == session.scalar(
        sa.select(Invitation.id).where(Invitation.candidacy_id == invited.candidacy_id)
    )
    assert invited.deadline.date() == (START + timedelta(days=14)).date()


def test_numbers_count_up_within_a_vacancy(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    for name in ("Ada Example", "Ben Example"):
        invite(session, hr, vacancy_id, name)
    other = make_vacancy(session, hr, "Other")
    invite(session, hr, other, "Ada Example")
    found = session.execute(sa.select(Candidacy.vacancy_id, Candidacy.number)).all()
    assert sorted(number for vacancy, number in found if vacancy == vacancy_id) == [1, 2]
    assert [number for vacancy, number in found if vacancy == other] == [1]
    assert session.scalar(sa.select(sa.func.count()).select_from(Candidate)) == 2, "one candidate an address"


def test_somebody_who_can_still_answer_is_not_invited_twice(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    invite(session, hr, vacancy_id)
    with pytest.raises(invitations.InvitedAlreadyError, match=r"invited already.*6 December 2026") as refusal:
        invite(session, hr, vacancy_id, now=LATER)
    assert refusal.value.field == "email"
    assert "andidate" not in refusal.value.message, "the number belongs to a hidden name"
    with pytest.raises(invitations.InvitedAlreadyError) as to_manager:
        invite(session, manager, vacancy_id, now=LATER)
    assert to_manager.value.message == "This address has been invited already."
    assert "December" not in to_manager.value.message, "a deadline can have been moved: managers don't learn it"
    assert len(letters(session)) == 1


def test_somebody_whose_time_is_over_can_be_invited_again_under_the_same_number(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    first = invite(session, hr, vacancy_id)
    assert invite(session, hr, vacancy_id, now=OVER) == first
    assert len(letters(session)) == 2


def test_who_has_answered_is_not_invited_by_accident(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    finish(session, hr.organisation_id, invite(session, hr, vacancy_id))
    with pytest.raises(DomainError, match=r"has answered.*candidate 1"):
        invite(session, hr, vacancy_id, now=OVER)


def test_a_hidden_name_does_not_get_its_number_by_inviting_again(
    session: Session, hr: Actor, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    shown = make_vacancy(session, hr, "Shown", names_hidden=False)
    for vacancy in (vacancy_id, shown):
        finish(session, hr.organisation_id, invite(session, hr, vacancy))
    with pytest.raises(DomainError) as refusal:
        invite(session, manager, vacancy_id, now=OVER)
    assert not re.search(r"\d", refusal.value.message)
    with pytest.raises(DomainError, match="candidate 1"):
        invite(session, manager, shown, now=OVER)


def test_a_closed_vacancy_invites_nobody(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    vacancies.close(session, hr, vacancy_id, START)
    with pytest.raises(DomainError, match="closed"):
        invite(session, hr, vacancy_id)


@pytest.mark.parametrize(
    ("name", "email", "field"),
    [
        (" ", "a@example.org", "name"),
        ("x" * 121, "a@example.org", "name"),
        ("Ada", "nobody", "email"),
        ("Ada", "a" * 250 + "@b.co", "email"),
    ],
)
def test_a_letter_needs_a_name_and_an_address(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, name: str, email: str, field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        invitations.invite(session, hr, vacancy_id, name=name, email=email, base_url=BASE_URL, now=START)
    assert refusal.value.field == field


def test_the_log_holds_no_name_and_no_address(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    invite(session, hr, vacancy_id, "Zacharias Unusual")
    for body in session.scalars(sa.select(AuditEntry.body)):
        assert "zacharias" not in body.lower()


def test_a_new_link_opens_the_same_invitation_and_the_old_one_stays_good(
    session: Session, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    candidacy_id = invite(session, manager, vacancy_id)
    invitations.send_link_again(session, manager, candidacy_id, BASE_URL, LATER)
    opened = {links.open_invitation(session, token_in(letter), LATER) for letter in letters(session)}
    assert len(opened) == 1
    assert None not in opened


def test_an_address_gets_a_new_link_to_what_it_is_invited_to(
    session: Session, manager: Actor, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    invite(session, manager, vacancy_id)
    other = make_vacancy(session, hr, "Other")
    invitations.send_link_to(session, manager, vacancy_id, " Ada.Example@candidate.example ", BASE_URL, LATER)
    opened = {links.open_invitation(session, token_in(letter), LATER) for letter in letters(session)}
    assert len(letters(session)) == 2
    assert len(opened) == 1
    assert None not in opened
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for actor, vacancy, email in (
        (manager, other, "ada.example@candidate.example"),
        (manager, vacancy_id, "nobody@candidate.example"),
        (stranger, vacancy_id, "ada.example@candidate.example"),
    ):
        with pytest.raises(DomainError, match="not been invited") as refusal:
            invitations.send_link_to(session, actor, vacancy, email, BASE_URL, LATER)
        assert refusal.value.field == "email"
    assert len(letters(session)) == 2


def test_who_has_finished_gets_a_link_to_the_result_for_a_week(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    finish(session, hr.organisation_id, candidacy_id)
    invitations.send_link_again(session, hr, candidacy_id, BASE_URL, OVER)
    letter = letters(session)[-1]
    assert "your own result" in letter.text
    assert links.open_invitation(session, token_in(letter), OVER + timedelta(days=6, hours=23)) is not None
    assert links.open_invitation(session, token_in(letter), OVER + timedelta(days=7)) is None


def test_no_link_leaves_for_what_can_not_be_answered_any_more(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    with pytest.raises(DomainError, match="over"):
        invitations.send_link_again(session, hr, candidacy_id, BASE_URL, OVER)
    invitations.revoke(session, hr, candidacy_id, LATER)
    with pytest.raises(DomainError, match="withdrawn"):
        invitations.send_link_again(session, hr, candidacy_id, BASE_URL, LATER)


def test_a_withdrawn_invitation_has_no_link_that_opens_it(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    invitations.send_link_again(session, hr, candidacy_id, BASE_URL, START)
    invitations.revoke(session, hr, candidacy_id, LATER)
    for letter in letters(session):
        assert links.open_invitation(session, token_in(letter), LATER) is None
    with pytest.raises(DomainError, match="already"):
        invitations.revoke(session, hr, candidacy_id, LATER)
    assert invite(session, hr, vacancy_id, now=LATER) == candidacy_id, "and can be invited again"


def test_what_is_finished_can_not_be_withdrawn(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    finish(session, hr.organisation_id, candidacy_id)
    with pytest.raises(DomainError, match="finished"):
        invitations.revoke(session, hr, candidacy_id, LATER)


def test_more_time_is_more_time_for_the_link_too(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    last_day = (START + timedelta(days=30)).date()
    deadline = invitations.extend(session, hr, candidacy_id, last_day, OVER)
    assert deadline.date() == last_day
    assert deadline_of(session, candidacy_id) == deadline
    (letter,) = letters(session)
    assert links.open_invitation(session, token_in(letter), deadline - timedelta(minutes=1)) is not None
    assert links.open_invitation(session, token_in(letter), deadline) is None


@pytest.mark.parametrize("days", [-1, 14, 400])
def test_time_that_was_promised_is_not_cut(session: Session, hr: Actor, vacancy_id: uuid.UUID, days: int) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    with pytest.raises(DomainError) as refusal:
        invitations.extend(session, hr, candidacy_id, (START + timedelta(days=days)).date(), START)
    assert refusal.value.field == "last_day"


def test_hr_lets_somebody_answer_again_with_a_reason(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    with pytest.raises(DomainError, match="not finished"):
        invitations.invite_again(session, hr, candidacy_id, "The page broke", BASE_URL, START)
    finish(session, hr.organisation_id, candidacy_id)
    with pytest.raises(DomainError) as refusal:
        invitations.invite_again(session, hr, candidacy_id, " ", BASE_URL, LATER)
    assert refusal.value.field == "reason"
    invitations.invite_again(session, hr, candidacy_id, "The page broke", BASE_URL, LATER)
    count = session.scalar(
        sa.select(sa.func.count()).select_from(Invitation).where(Invitation.candidacy_id == candidacy_id)
    )
    assert count == 2


def test_a_candidate_who_lost_the_link_gets_one_for_everything_still_open(session: Session, hr: Actor) -> None:
    elsewhere = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for actor, title in ((hr, "Open here"), (elsewhere, "Open there")):
        invite(session, actor, make_vacancy(session, actor, title))
    invitations.revoke(session, hr, invite(session, hr, make_vacancy(session, hr, "Withdrawn")), START)
    done = invite(session, hr, make_vacancy(session, hr, "Finished"))
    finish(session, hr.organisation_id, done)
    before = len(letters(session))
    inviting.send_lost_links(session, " ADA.example@candidate.example", BASE_URL, LATER)
    sent = letters(session)[before:]
    assert {letter.subject.split(": ")[1] for letter in sent} == {"Open here", "Open there", "Finished"}
    assert {letter.organisation_id for letter in sent} == {hr.organisation_id, elsewhere.organisation_id}
    for letter in sent:
        opened = links.open_invitation(session, token_in(letter), LATER)
        assert opened is not None
        assert opened.organisation_id == letter.organisation_id


def test_an_unknown_address_is_answered_with_nothing(session: Session) -> None:
    inviting.send_lost_links(session, "nobody@candidate.example", BASE_URL, START)
    assert letters(session) == []


def test_nothing_is_sent_for_a_time_that_is_over(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    invite(session, hr, vacancy_id)
    inviting.send_lost_links(session, "ada.example@candidate.example", BASE_URL, OVER)
    assert len(letters(session)) == 1


def test_hiring_managers_neither_withdraw_nor_give_time_nor_invite_again(
    session: Session, manager: Actor, vacancy_id: uuid.UUID
) -> None:
    candidacy_id = invite(session, manager, vacancy_id)
    for refused in (
        lambda: invitations.revoke(session, manager, candidacy_id, START),
        lambda: invitations.extend(session, manager, candidacy_id, OVER.date(), START),
        lambda: invitations.invite_again(session, manager, candidacy_id, "because", BASE_URL, START),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_invitations_of_another_organisation_do_not_exist(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for refused in (
        lambda: invite(session, stranger, vacancy_id, "Someone Else"),
        lambda: invitations.send_link_again(session, stranger, candidacy_id, BASE_URL, START),
        lambda: invitations.revoke(session, stranger, candidacy_id, START),
        lambda: invitations.extend(session, stranger, candidacy_id, OVER.date(), START),
        lambda: invitations.invite_again(session, stranger, candidacy_id, "because", BASE_URL, START),
    ):
        with pytest.raises(NotFoundError):
            refused()
    assert session.scalar(sa.select(sa.func.count()).select_from(AccessLink)) == 1


@pytest.mark.parametrize(
    ("begun", "now", "expected"),
    [(False, LATER, "invited"), (True, LATER, "started"), (False, OVER, "expired"), (True, OVER, "expired")],
)
def test_how_far_somebody_has_come(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, begun: bool, now: object, expected: str
) -> None:
    candidacy_id = invite(session, hr, vacancy_id)
    if begun:
        start(session, hr.organisation_id, candidacy_id)
    standing = inviting.standing(
        started_at=START if begun else None,
        finished_at=None,
        revoked_at=None,
        deadline=START + timedelta(days=14),
        now=now,  # type: ignore[arg-type]
    )
    assert standing == expected
