"""A vacancy's public link: it invites strangers by e-mail and tells them nothing about anybody."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.hiring import invitations, public_links, terms, vacancies
from assessment.services.permissions import Role
from assessment.services.sitting import retention, sittings
from assessment.store.hiring import Candidacy, Candidate, Invitation
from assessment.store.records import AuditEntry, Outgoing
from tests import hiring, taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL

ADDRESS = "zoe@mail.example"
LATER = START + timedelta(hours=1)


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR)


@pytest.fixture
def vacancy(session: Session, hr: Actor) -> uuid.UUID:
    return hiring.make_vacancy(session, hr)


@pytest.fixture
def token(session: Session, hr: Actor, vacancy: uuid.UUID) -> str:
    public_links.switch(session, hr, vacancy, on=True, now=START)
    return link(session, hr, vacancy).token


def link(session: Session, hr: Actor, vacancy: uuid.UUID) -> public_links.Link:
    found = public_links.of_vacancy(session, hr, vacancy)
    assert found is not None
    return found


def ask(session: Session, token: str, name: str = "Zoë Example", email: str = ADDRESS, now: object = START) -> None:
    public_links.ask(session, token, name, email, BASE_URL, now)  # type: ignore[arg-type]


def count(session: Session, table: type) -> int:
    return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


def candidacy(session: Session) -> uuid.UUID:
    return session.scalars(sa.select(Candidacy.id)).one()


def test_a_stranger_is_invited_at_the_address_they_left(
    session: Session, hr: Actor, vacancy: uuid.UUID, token: str
) -> None:
    ask(session, token, "  Zoë   Example ", " Zoe@Mail.example ")
    letter = session.scalars(sa.select(Outgoing)).one()
    assert (letter.recipient, letter.subject) == (ADDRESS, "Your invitation: Sales assistant")
    assert "Hello Zoë Example," in letter.text
    opened = sittings.open_link(session, taking.newest_token(session, ADDRESS), START)
    assert opened is not None
    assert opened.organisation_id == hr.organisation_id
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "invited")).one()
    assert (entry.actor, entry.subject_id) == ("system", candidacy(session))
    assert '"through": "the public link"' in entry.body
    assert link(session, hr, vacancy).invited == 1


def test_who_asks_again_gets_a_new_link_but_not_at_once(
    session: Session, hr: Actor, vacancy: uuid.UUID, token: str
) -> None:
    ask(session, token)
    ask(session, token, now=START + timedelta(minutes=9))
    assert count(session, Outgoing) == 1
    ask(session, token, "Somebody Else", now=START + timedelta(minutes=11))
    assert sorted(session.scalars(sa.select(Outgoing.subject))) == [
        "Your invitation: Sales assistant",
        "Your new link: Sales assistant",
    ]
    assert session.scalars(sa.select(Candidate.name)).one() == "Zoë Example", "a stranger renames nobody"
    assert count(session, Invitation) == link(session, hr, vacancy).invited == 1


def test_who_has_finished_gets_a_link_to_their_result(session: Session, hr: Actor, token: str) -> None:
    ask(session, token)
    hiring.finish(session, hr.organisation_id, candidacy(session))
    ask(session, token, now=LATER)
    assert "own result" in session.scalars(sa.select(Outgoing.text).order_by(Outgoing.created_at.desc())).all()[0]
    assert count(session, Invitation) == 1


def test_who_let_the_time_pass_is_invited_anew_unless_they_had_started(
    session: Session, hr: Actor, vacancy: uuid.UUID, token: str
) -> None:
    ask(session, token)
    much_later = START + timedelta(days=20)
    ask(session, token, now=much_later)
    assert (count(session, Invitation), count(session, Candidacy)) == (2, 1)
    hiring.start(session, hr.organisation_id, candidacy(session), much_later)
    ask(session, token, now=much_later + timedelta(days=20))
    assert (count(session, Invitation), count(session, Outgoing)) == (2, 2)
    assert link(session, hr, vacancy).invited == 2


def test_whose_invitation_was_withdrawn_does_not_come_back_by_themselves(
    session: Session, hr: Actor, token: str
) -> None:
    ask(session, token)
    invitations.revoke(session, hr, candidacy(session), START)
    ask(session, token, now=LATER)
    assert (count(session, Invitation), count(session, Outgoing)) == (1, 1)


def test_whose_data_was_erased_is_somebody_new(session: Session, token: str) -> None:
    ask(session, token)
    opened = sittings.open_link(session, taking.newest_token(session, ADDRESS), START)
    assert opened is not None
    retention.erase_own(session, opened, START)
    ask(session, token, now=LATER)
    assert count(session, Candidacy) == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 61,
        "Win a prize: http://evil.example",
        "see www.evil.example",
        "prizes at evil.com",
        "PRIZES.COM",
        "me@mail.example",
        "{link}",
        "<b>me</b>",
    ],
)
def test_a_name_carries_nobodys_message(session: Session, token: str, name: str) -> None:
    with pytest.raises(DomainError) as refusal:
        ask(session, token, name)
    assert refusal.value.field == "name"
    assert count(session, Candidate) == 0


@pytest.mark.parametrize(
    "name", ["Zoë", "J.R.R. Tolkien", "Dr. Ann-Marie O’Neill", "Dr.Smith", "محمد علي", "李小龙", "Mary St. John"]
)
def test_names_of_people_are_taken(session: Session, token: str, name: str) -> None:
    ask(session, token, name)
    assert session.scalars(sa.select(Candidate.name)).one() == name


@pytest.mark.parametrize("email", ["", "nowhere", "a b@mail.example", "zoe@mail.invalid"])
def test_an_address_that_reaches_nobody_is_refused(session: Session, token: str, email: str) -> None:
    with pytest.raises(DomainError) as refusal:
        ask(session, token, email=email)
    assert refusal.value.field == "email"


def test_switched_off_it_lets_nobody_in_and_switched_on_it_is_the_same(
    session: Session, hr: Actor, vacancy: uuid.UUID, token: str
) -> None:
    public_links.switch(session, hr, vacancy, on=False, now=START)
    assert not public_links.opened(session, token, START).is_open
    with pytest.raises(NotFoundError):
        ask(session, token)
    public_links.switch(session, hr, vacancy, on=True, now=START)
    public_links.switch(session, hr, vacancy, on=True, now=START)
    assert link(session, hr, vacancy).token == token
    ask(session, token)
    actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.contains("public link"))).all()
    assert sorted(actions) == ["switched off the public link of"] + ["switched on the public link of"] * 2


def test_a_closed_vacancy_lets_nobody_in(session: Session, hr: Actor, vacancy: uuid.UUID, token: str) -> None:
    vacancies.close(session, hr, vacancy, START)
    assert not public_links.opened(session, token, START).is_open
    with pytest.raises(NotFoundError):
        ask(session, token)
    public_links.switch(session, hr, vacancy, on=False, now=START)
    with pytest.raises(DomainError, match="closed"):
        public_links.switch(session, hr, vacancy, on=True, now=START)


def test_after_the_last_day_nobody_is_let_in(session: Session, hr: Actor, vacancy: uuid.UUID, token: str) -> None:
    terms.change(session, hr, vacancy, replace(terms.get(session, hr, vacancy), last_day=START.date()), START)
    assert public_links.opened(session, token, START).is_open
    ask(session, token)
    late = START + timedelta(days=1)
    assert not public_links.opened(session, token, late).is_open
    with pytest.raises(NotFoundError):
        ask(session, token, email="late@mail.example", now=late)
    public_links.switch(session, hr, vacancy, on=False, now=late)
    with pytest.raises(DomainError, match="last day"):
        public_links.switch(session, hr, vacancy, on=True, now=late)


def test_a_stranger_reads_how_long_this_vacancy_keeps_data(
    session: Session, hr: Actor, vacancy: uuid.UUID, token: str
) -> None:
    terms.change(session, hr, vacancy, replace(terms.get(session, hr, vacancy), retention_days=30), START)
    assert "erased 30 days after" in public_links.opened(session, token, START).notice.retention


def test_an_unknown_link_is_nobodys(session: Session, token: str) -> None:
    for call in (lambda: public_links.opened(session, token + "x", START), lambda: ask(session, token + "x")):
        with pytest.raises(NotFoundError):
            call()


def test_only_hr_of_the_organisation_switches_it(session: Session, hr: Actor, vacancy: uuid.UUID) -> None:
    stranger = make_actor(session, make_organisation(session, "Another"), Role.HR)
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    for actor in (stranger, manager):
        with pytest.raises(NotFoundError):
            public_links.switch(session, actor, vacancy, on=True, now=START)
    assert public_links.of_vacancy(session, stranger, vacancy) is None
    with pytest.raises(NotFoundError):
        public_links.of_vacancy(session, manager, vacancy)
