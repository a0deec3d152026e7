"""A list of people is looked at first; then everybody who was shown is invited, or nobody."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import invitations, terms, vacancies
from assessment.services.permissions import Role
from assessment.store.hiring import Candidacy, Candidate, Invitation
from assessment.store.records import AuditEntry, Outgoing
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, counted, finish, invite, make_vacancy

LATER = START + timedelta(days=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def vacancy(session: Session, hr: Actor) -> uuid.UUID:
    return make_vacancy(session, hr)


def kept(session: Session) -> list[int]:
    tables = (Candidate, Candidacy, Invitation, Outgoing, AuditEntry)
    return [session.scalars(sa.select(sa.func.count()).select_from(table)).one() for table in tables]


def people(*names: str) -> str:
    return "\n".join(f"{name}, {name.lower()}@mail.example" for name in names)


def go_on(session: Session, actor: Actor, vacancy: uuid.UUID, text: str, agreed: str, now: datetime = START) -> int:
    return invitations.invite_several(session, actor, vacancy, text, agreed=agreed, base_url=BASE_URL, now=now)


def test_a_look_changes_nothing_and_names_every_problem(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    invite(session, hr, vacancy, "Ann")
    done = invite(session, hr, vacancy, "Done")
    finish(session, hr.organisation_id, done)
    before = kept(session)
    text = "\n".join(
        [
            "Name, E-mail",
            "Zoë Example, Zoe@mail.example",
            "Zoë again, zoe@mail.example",
            "",
            "Ann, ann@candidate.example",
            "Done, done@candidate.example",
            "nobody",
            ", anonymous@mail.example",
            '=A1, =HYPERLINK("x@mail.example")',
            "Two, a@mail.example, b@mail.example",
            "Doe, Jane, jane@mail.example",
        ]
    )
    checked = invitations.check_several(session, hr, vacancy, text, START)
    assert [(line.number, line.name, line.email) for line in checked.good] == [
        (2, "Zoë Example", "zoe@mail.example"),
        (11, "Doe, Jane", "jane@mail.example"),
    ]
    said = {line.number: line.problem or "" for line in checked.wrong}
    assert said.keys() == {3, 5, 6, 7, 8, 9, 10}
    assert "line 2 already" in said[3]
    assert "invited already. The person can answer until" in said[5]
    assert "has answered" in said[6]
    assert "comma" in said[7]
    assert "name" in said[8]
    assert "formula" in said[9]
    assert "one address" in said[10]
    assert kept(session) == before


def test_who_was_shown_is_invited_with_a_letter_and_an_entry_each(
    session: Session, hr: Actor, vacancy: uuid.UUID
) -> None:
    text = people("Ann", "Ben", "Cy") + "\nnobody"
    checked = invitations.check_several(session, hr, vacancy, text, START)
    assert go_on(session, hr, vacancy, text, checked.digest) == 3
    numbers = session.scalars(sa.select(Candidacy.number).order_by(Candidacy.number)).all()
    assert numbers == [1, 2, 3]
    assert sorted(session.scalars(sa.select(Outgoing.recipient))) == [
        f"{name}@mail.example" for name in ("ann", "ben", "cy")
    ]
    entries = session.scalars(sa.select(AuditEntry.subject_id).where(AuditEntry.action == "invited")).all()
    assert set(entries) == set(session.scalars(sa.select(Candidacy.id)))


@pytest.mark.parametrize("change", ["another list", "somebody was invited", "nothing was shown"])
def test_nobody_is_invited_where_it_is_not_what_was_shown(
    session: Session, hr: Actor, vacancy: uuid.UUID, change: str
) -> None:
    text = people("Ann", "Ben")
    agreed = invitations.check_several(session, hr, vacancy, text, START).digest
    if change == "another list":
        text = people("Ann", "Ben", "Cy")
    elif change == "somebody was invited":
        invitations.invite(session, hr, vacancy, name="Ben", email="ben@mail.example", base_url=BASE_URL, now=START)
    else:
        agreed = ""
    before = kept(session)
    with pytest.raises(DomainError, match="look at it once more"):
        go_on(session, hr, vacancy, text, agreed)
    assert kept(session) == before


def test_a_list_of_nobody_invites_nobody(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    agreed = invitations.check_several(session, hr, vacancy, "nobody", START).digest
    with pytest.raises(DomainError):
        go_on(session, hr, vacancy, "nobody", agreed)


def test_a_look_takes_as_many_statements_for_one_as_for_many(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    used = []
    for count in (1, 100):
        text = people(*(f"P{n}" for n in range(count)))
        with counted(session) as statements:
            invitations.check_several(session, hr, vacancy, text, START)
        used.append(len(statements))
    assert used[0] == used[1]


def test_a_manager_learns_no_deadline_and_no_number_from_a_list(
    session: Session, hr: Actor, vacancy: uuid.UUID
) -> None:
    invite(session, hr, vacancy, "Ann")
    finish(session, hr.organisation_id, invite(session, hr, vacancy, "Done"))
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    text = "Ann, ann@candidate.example\nDone, done@candidate.example"
    told = [line.problem for line in invitations.check_several(session, manager, vacancy, text, START).wrong]
    assert told == [
        "This address has been invited already.",
        "This address has been invited, and the person has answered. HR can let them answer again.",
    ]


def test_other_organisations_closed_vacancies_and_analysts_get_nowhere(
    session: Session, hr: Actor, vacancy: uuid.UUID
) -> None:
    stranger = make_actor(session, make_organisation(session, "Another"), Role.HR)
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    for actor in (stranger, analyst):
        with pytest.raises(NotFoundError):
            invitations.check_several(session, actor, vacancy, people("Ann"), START)
        with pytest.raises(NotFoundError):
            go_on(session, actor, vacancy, people("Ann"), "")
    vacancies.close(session, hr, vacancy, LATER)
    with pytest.raises(DomainError, match="closed"):
        invitations.check_several(session, hr, vacancy, people("Ann"), LATER)


def test_after_the_last_day_nobody_is_invited(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    terms.change(session, hr, vacancy, replace(terms.get(session, hr, vacancy), last_day=START.date()), START)
    agreed = invitations.check_several(session, hr, vacancy, people("Ann"), START).digest
    with pytest.raises(DomainError, match="last day"):
        invitations.check_several(session, hr, vacancy, people("Ann"), LATER)
    with pytest.raises(DomainError, match="last day"):
        go_on(session, hr, vacancy, people("Ann"), agreed, LATER)
    assert go_on(session, hr, vacancy, people("Ann"), agreed) == 1
