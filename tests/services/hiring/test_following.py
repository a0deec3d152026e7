"""The board of a vacancy: who is found, in which order, under which name, at any length."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor, Invited
from assessment.services.errors import NotFoundError
from assessment.services.hiring import candidacies, following, invitations
from assessment.services.hiring.following import Order, Wanted
from assessment.services.inviting import Standing
from assessment.services.permissions import Role
from assessment.services.sitting import retention
from assessment.store.hiring import Candidacy, Candidate, Invitation
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, counted, decide, finish, make_person, make_vacancy, start

NOW = START + timedelta(days=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def vacancy_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


def people(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> list[uuid.UUID]:
    """1 is invited, 2 has started, 3 has finished, 4 is out of time, 5 was withdrawn, 6 is invited a second time."""
    ids = [make_person(session, hr.organisation_id, vacancy_id, number) for number in range(1, 7)]
    start(session, hr.organisation_id, ids[1], START + timedelta(hours=3))
    finish(session, hr.organisation_id, ids[2], now=START + timedelta(hours=1))
    finish(session, hr.organisation_id, ids[5], now=START + timedelta(hours=2))
    out = session.scalars(sa.select(Invitation).where(Invitation.candidacy_id == ids[3])).one()
    out.deadline = NOW
    invitations.revoke(session, hr, ids[4], START)
    invitations.invite_again(session, hr, ids[5], "The page broke", BASE_URL, START + timedelta(hours=4))
    return ids


def numbers(board: following.Board) -> list[int]:
    return [line.number for line in board.lines]


def shown(session: Session, actor: Actor, vacancy_id: uuid.UUID, page: int = 1, **wanted: object) -> following.Board:
    return following.board(session, actor, vacancy_id, Wanted(**wanted), page, NOW)  # type: ignore[arg-type]


def test_everybody_stands_in_one_state_the_same_as_on_their_own_page(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    ids = people(session, hr, vacancy_id)
    board = shown(session, hr, vacancy_id)
    assert [line.candidacy_id for line in board.lines] == ids
    assert [line.state for line in board.lines] == ["invited", "started", "finished", "expired", "revoked", "invited"]
    assert board.counts == {"invited": 2, "started": 1, "finished": 1, "expired": 1, "revoked": 1}
    assert board.everybody == board.found == 6
    for line, case in zip(board.lines, candidacies.of_vacancy(session, hr, vacancy_id, NOW), strict=True):
        assert (line.state, line.label, line.invited_at) == (case.standing, case.label, case.invited_at)
    brief = following.in_brief(session, hr, vacancy_id, NOW)
    assert [(one.candidacy_id, one.state) for one in brief] == [(line.candidacy_id, line.state) for line in board.lines]


@pytest.mark.parametrize(
    ("state", "found"), [(Standing.INVITED, [1, 6]), (Standing.REVOKED, [5]), (None, [*range(1, 7)])]
)
def test_one_state_is_asked_for_and_the_counts_stay_those_of_the_vacancy(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, state: Standing | None, found: list[int]
) -> None:
    people(session, hr, vacancy_id)
    board = shown(session, hr, vacancy_id, state=state)
    assert numbers(board) == found
    assert board.found == len(found)
    assert board.everybody == 6


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order.NUMBER, [1, 2, 3, 4, 5, 6]),
        (Order.STATE, [1, 6, 2, 3, 4, 5]),
        (Order.LATEST, [6, 2, 3, 1, 4, 5]),
        (Order.EARLIEST, [1, 4, 5, 3, 2, 6]),
    ],
)
def test_the_list_goes_by_number_state_or_the_last_step(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, order: Order, found: list[int]
) -> None:
    people(session, hr, vacancy_id)
    assert numbers(shown(session, hr, vacancy_id, order=order)) == found


def test_no_order_tells_anything_of_fit(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    """The same list whatever was answered."""
    lists = []
    for theta in ((0.2, 0.5, 0.5, 0.0, -0.6, 0.4), (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)):
        other = make_vacancy(session, hr, "Another")
        for number in (1, 2):
            candidacy = make_person(session, hr.organisation_id, other, number)
            finish(session, hr.organisation_id, candidacy, theta if number == 1 else tuple(-t for t in theta))
        lists.append([numbers(shown(session, hr, other, order=order)) for order in Order])
    assert lists[0] == lists[1]


@pytest.mark.parametrize("text", ["3", "Candidate 3", " candidate  3 "])
def test_a_number_finds_its_person_and_not_those_that_hold_its_digits(
    session: Session, hr: Actor, vacancy_id: uuid.UUID, text: str
) -> None:
    people(session, hr, vacancy_id)
    make_person(session, hr.organisation_id, vacancy_id, 33)
    assert numbers(shown(session, hr, vacancy_id, search=text)) == [3]


def test_a_hidden_name_is_not_found_by_searching_for_it(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people(session, hr, vacancy_id)
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    for actor in (hr, manager):
        assert shown(session, actor, vacancy_id, search="Nameof").found == 0
    decide(session, manager, ids[2], now=NOW)
    for actor in (hr, manager):
        board = shown(session, actor, vacancy_id, search="nameof PERSON")
        assert [line.label for line in board.lines] == ["Nameof Person3"]
    assert [line.label for line in shown(session, hr, vacancy_id).lines][:3] == [
        "Candidate 1",
        "Candidate 2",
        "Nameof Person3",
    ]


@pytest.mark.parametrize(("text", "found"), [("ÖZGE", [1]), ("łukasz", [2]), ("100%", [3]), ("_", [])])
def test_names_in_any_script_are_found_and_signs_are_only_signs(
    session: Session, hr: Actor, text: str, found: list[int]
) -> None:
    vacancy_id = make_vacancy(session, hr, names_hidden=False)
    for number, name in enumerate(("Özge Yılmaz", "ŁUKASZ Nowak", "Team 100%"), start=1):
        candidacy = make_person(session, hr.organisation_id, vacancy_id, number)
        person = session.get_one(Candidacy, (hr.organisation_id, candidacy)).candidate_id
        session.get_one(Candidate, (hr.organisation_id, person)).name = name
    session.flush()
    assert numbers(shown(session, hr, vacancy_id, search=text)) == found


def test_filter_and_search_hold_together(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    people(session, hr, vacancy_id)
    assert shown(session, hr, vacancy_id, search="3", state=Standing.FINISHED).found == 1
    board = shown(session, hr, vacancy_id, search="3", state=Standing.INVITED)
    assert (board.found, board.page, board.pages, board.lines) == (0, 1, 1, ())


def test_erased_people_are_counted_and_nowhere_else(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    ids = people(session, hr, vacancy_id)
    invitation_id = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == ids[2])).one()
    retention.erase_own(session, Invited(hr.organisation_id, invitation_id), NOW)
    session.expire_all()
    board = shown(session, hr, vacancy_id)
    assert board.erased == 1
    assert numbers(board) == [1, 2, 4, 5, 6]
    assert shown(session, hr, vacancy_id, search="3").found == 0
    assert [one.candidacy_id for one in following.in_brief(session, hr, vacancy_id, NOW) if one.state is None] == [
        ids[2]
    ]


def test_pages_hold_everybody_once_and_one_past_the_end_is_the_last(
    session: Session, hr: Actor, vacancy_id: uuid.UUID
) -> None:
    for number in range(1, following.PAGE + 4):
        make_person(session, hr.organisation_id, vacancy_id, number)
    first, second, beyond = (shown(session, hr, vacancy_id, page) for page in (1, 2, 99))
    assert numbers(first) + numbers(second) == list(range(1, following.PAGE + 4))
    assert (first.pages, beyond.page, beyond.lines) == (2, 2, second.lines)


def test_statements_do_not_grow_with_people(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    people(session, hr, vacancy_id)
    with counted(session) as few:
        shown(session, hr, vacancy_id, search="1")
    for number in range(7, 207):
        make_person(session, hr.organisation_id, vacancy_id, number)
    with counted(session) as many:
        assert shown(session, hr, vacancy_id, 3).pages == 5
    assert len(few) == len(many) == 4


def test_the_file_holds_all_pages_in_the_order_of_the_board(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    for number in range(1, following.PAGE + 4):
        make_person(session, hr.organisation_id, vacancy_id, number, START + timedelta(minutes=number))
    _, lines = following.lines(session, hr, vacancy_id, Wanted(order=Order.LATEST), NOW)
    assert [line.number for line in lines] == list(range(following.PAGE + 3, 0, -1))


def test_another_organisations_vacancy_has_no_board(session: Session, hr: Actor, vacancy_id: uuid.UUID) -> None:
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    for actor in (stranger, analyst):
        with pytest.raises(NotFoundError):
            shown(session, actor, vacancy_id)
        with pytest.raises(NotFoundError):
            following.lines(session, actor, vacancy_id, Wanted(), NOW)
    people(session, hr, vacancy_id)
    assert following.in_brief(session, stranger, vacancy_id, NOW) == ()
