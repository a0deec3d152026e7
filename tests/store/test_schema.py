"""The shape of the database: migrations, drift, and the truths it states by itself."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.bank.content import Bank
from assessment.services.actors import Invited
from assessment.services.scoring import content, verifying
from assessment.services.sitting import candidate_requests
from assessment.store import schema
from assessment.store.content import BankItem
from assessment.store.database import Database
from assessment.store.hiring import Candidacy, Candidate, Decision, DecisionKind, Invitation, Pilot, Vacancy
from assessment.store.people import Login, Organisation
from assessment.store.tables import METADATA
from tests import hiring, taking
from tests.conftest import START
from tests.factories import make_actor, make_organisation


def test_models_and_migrations_agree(database: Database) -> None:
    assert schema.drift(database.engine) == []
    assert schema.current(database.engine) == schema.newest()


def test_every_check_of_the_models_stands_in_the_database(database: Database) -> None:
    """Drift detection does not look at CHECK constraints."""
    inspector = sa.inspect(database.engine)
    for table in METADATA.sorted_tables:
        wanted = {c.name for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert wanted == found, table.name


def test_every_constraint_has_a_name() -> None:
    for table in METADATA.sorted_tables:
        assert all(constraint.name for constraint in table.constraints), table.name


def test_every_row_of_an_organisation_carries_its_id_in_each_foreign_key() -> None:
    """A row can't point at another organisation's row, whatever the code does."""
    tenant = {table.name for table in METADATA.sorted_tables if "organisation_id" in table.primary_key.columns}
    assert len(tenant) > 15
    for table in METADATA.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table.name in tenant:
                assert "organisation_id" in key.column_keys, f"{table.name} -> {key.referred_table.name}"


@pytest.fixture
def bank_again(database: Database, bank: Bank) -> Iterator[None]:
    """Going back forgets drafts and reviews; on PostgreSQL the next test is to find them."""
    yield
    with database.writing() as session:
        content.load_bank(session, bank, START)


def test_migrations_go_down_and_up_again_with_data(tmp_path: Path, bank: Bank) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data.sqlite3'}")
    up_and_down(database, bank)
    database.close()


@pytest.mark.postgres
def test_migrations_go_down_and_up_again_with_data_on_postgresql(postgresql: Database, bank: Bank) -> None:
    up_and_down(postgresql, bank)


def up_and_down(database: Database, bank: Bank) -> None:
    schema.upgrade(database.engine)
    with database.writing() as session:
        content.load_bank(session, bank, START)
        session.add(Organisation(name=f"With data {uuid.uuid4()}", contact="a@test.example", created_at=START))
    schema.downgrade(database.engine, "base")
    assert set(sa.inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert schema.current(database.engine) is None
    schema.upgrade(database.engine)
    assert schema.drift(database.engine) == []
    with database.writing() as session:
        content.load_bank(session, bank, START)


@pytest.mark.usefixtures("bank_again")
def test_what_hangs_on_a_table_survives_its_being_made_anew(database: Database, session: Session) -> None:
    """SQLite changes a table by dropping it, which would take along all that is deleted by cascade."""
    person = taking.make_person(session)
    taking.take(session, person)
    session.commit()
    tables = (
        "candidacy",
        "invitation",
        "acknowledgement",
        "sitting",
        "answer",
        "answer_event",
        "result",
        "key_version",
    )
    before = counts(session, tables)
    assert all(before.values())
    session.rollback()
    schema.downgrade(database.engine, "0001")
    assert counts(session, tables) == before
    session.rollback()
    schema.upgrade(database.engine)
    assert counts(session, tables) == before
    assert verifying.verify(session) == (1, [])
    with pytest.raises(IntegrityError):  # the guard is on again
        session.execute(sa.delete(Candidacy))


@pytest.mark.usefixtures("bank_again")
def test_going_back_takes_pilots_along_and_leaves_vacancies(database: Database, session: Session) -> None:
    person = taking.make_person(session)
    kept = session.scalars(sa.select(Candidacy)).one()
    pilot = Pilot(
        organisation_id=person.organisation_id,
        title="Pilot",
        form_id=session.scalars(sa.select(Vacancy.form_id)).one(),
        status="open",
        answer_days=14,
        created_by=person.actor.member_id,
        created_at=START,
    )
    session.add(pilot)
    session.flush()
    volunteer = Candidacy(
        organisation_id=person.organisation_id,
        candidate_id=kept.candidate_id,
        pilot_id=pilot.id,
        number=1,
        created_at=START,
    )
    session.add(volunteer)
    session.flush()
    invitation = Invitation(
        organisation_id=person.organisation_id, candidacy_id=volunteer.id, created_at=START, deadline=START
    )
    session.add(invitation)
    session.flush()
    asking = Invited(person.organisation_id, invitation.id)
    candidate_requests.ask_other_way(session, asking, "More days, please.", START)
    session.commit()
    schema.downgrade(database.engine, "0002")
    schema.upgrade(database.engine)
    session.expire_all()
    assert [one.note for one in candidate_requests.of_invitation(session, asking)] == ["More days, please."]
    session.rollback()
    schema.downgrade(database.engine, "0001")
    assert counts(session, ("candidacy", "invitation")) == {"candidacy": 1, "invitation": 1}
    session.rollback()
    schema.upgrade(database.engine)


@pytest.mark.usefixtures("bank_again")
def test_what_was_asked_for_goes_into_its_own_table_and_back(database: Database, session: Session) -> None:
    person = taking.make_person(session)
    taking.take(session, person)
    for note in ("An interview, please.", "By phone."):
        candidate_requests.ask_other_way(session, person.invited, note, START)
    candidate_requests.ask_another_look(session, person.invited, "The phone rang.", START + timedelta(hours=1))
    session.commit()
    schema.downgrade(database.engine, "0002")
    note = session.scalars(sa.text("SELECT other_way_note FROM invitation")).one()
    assert sorted(note.split("\n\n– – –\n\n")) == ["An interview, please.", "By phone."]
    session.rollback()
    schema.upgrade(database.engine)
    session.expire_all()
    asked = [(one.kind, one.note, one.asked_at) for one in candidate_requests.of_invitation(session, person.invited)]
    assert sorted(asked) == [
        ("look_again", "", START + timedelta(hours=1)),
        ("other_way", "An interview, please.", START),
        ("other_way", "By phone.", START),
    ]


@pytest.mark.usefixtures("bank_again")
def test_items_with_a_version_are_known_after_the_migration_and_the_rest_after_a_load(
    database: Database, session: Session, bank: Bank
) -> None:
    of_item = sa.select(BankItem).where(BankItem.bank == "frontdoor")
    before = {row.item: row for row in session.scalars(of_item)}
    assert before.keys() == {*bank.items, *bank.practice}
    expected = {name: (row.status, row.practice, row.organisations) for name, row in before.items()}
    session.rollback()
    schema.downgrade(database.engine, "0003")
    schema.upgrade(database.engine)
    after = {row.item: (row.status, row.practice, row.organisations) for row in session.scalars(of_item)}
    given = {name for name, (status, _, _) in expected.items() if status != "draft"}
    assert after == {name: expected[name] for name in given}
    session.rollback()
    with database.writing() as writing:
        content.load_bank(writing, bank, START)
        loaded = writing.scalars(of_item).all()
        assert {row.item: (row.status, row.practice, row.organisations) for row in loaded} == expected
        assert sum(row.reviews is not None for row in loaded) == len(bank.reviews)


@pytest.mark.usefixtures("bank_again")
def test_who_was_shortlisted_stays_so_and_the_history_of_decisions_too(database: Database, session: Session) -> None:
    hr = make_actor(session, make_organisation(session))
    vacancy = hiring.make_vacancy(session, hr)
    people = [hiring.make_person(session, hr.organisation_id, vacancy, number) for number in range(1, 5)]
    for person, kind in zip(people, ("shortlisted", "offered", "declined"), strict=False):
        hiring.decide(session, hr, person, DecisionKind(kind))
    session.commit()
    schema.downgrade(database.engine, "0005")
    before = session.execute(sa.text("SELECT number, shortlisted FROM candidacy ORDER BY number")).all()
    assert [(number, bool(shortlisted)) for number, shortlisted in before] == [
        (1, True),
        (2, True),
        (3, False),
        (4, False),
    ]
    kinds = session.scalars(sa.text("SELECT kind FROM decision ORDER BY kind")).all()
    assert kinds == ["back_to_list", "shortlisted", "shortlisted"]
    session.rollback()
    schema.upgrade(database.engine)
    session.expire_all()
    after = session.execute(sa.select(Candidacy.number, Candidacy.disposition).order_by(Candidacy.number))
    assert [tuple(row) for row in after] == [(1, "shortlisted"), (2, "shortlisted"), (3, None), (4, None)]
    decisions = session.scalars(sa.select(Decision)).all()
    assert {(row.reason, row.member_id) for row in decisions} == {("Because", hr.member_id)}
    assert all(row.not_told for row in decisions), "nobody was told then"


def counts(session: Session, tables: Sequence[str]) -> dict[str, int]:
    return {
        name: session.scalars(sa.select(sa.func.count()).select_from(METADATA.tables[name])).one() for name in tables
    }


def test_a_foreign_key_is_enforced(session: Session) -> None:
    session.add(Candidate(organisation_id=uuid.uuid4(), email="a@test.example", name="Nobody", created_at=START))
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_address_in_capitals_is_refused(session: Session) -> None:
    session.add(Login(email="A@test.example", created_at=START))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    session.add(Login(email="a@test.example", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        session.flush()


def test_a_moment_comes_back_in_utc(session: Session) -> None:
    session.add(Login(email="a@test.example", created_at=START))
    session.flush()
    session.expire_all()
    assert session.scalars(sa.select(Login.created_at)).one() == START
