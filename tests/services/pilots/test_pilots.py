"""Opening, listing and closing pilots, and who may."""

import json
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Role
from assessment.services.pilots import pilots, progress, volunteers
from assessment.store.content import Form
from assessment.store.hiring import Candidacy
from tests import piloting
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import BASE_URL, counted, finish, start
from tests.piloting import TITLE, make_pilot


@pytest.fixture
def hr(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def pilot_id(session: Session, hr: Actor) -> uuid.UUID:
    return make_pilot(session, hr)


def candidacies(session: Session, pilot_id: uuid.UUID) -> list[uuid.UUID]:
    return list(
        session.scalars(sa.select(Candidacy.id).where(Candidacy.pilot_id == pilot_id).order_by(Candidacy.number))
    )


def test_a_pilot_is_listed_with_how_far_its_volunteers_are(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    piloting.make_crowd(session, hr, pilot_id, 1, 4)
    people = candidacies(session, pilot_id)
    start(session, hr.organisation_id, people[0])
    for person in people[1:3]:
        finish(session, hr.organisation_id, person)
    (found,) = pilots.listed(session, hr)
    assert (found.title, found.invited, found.started, found.finished) == (TITLE, 4, 3, 2)
    assert found.form.startswith("General form")
    assert found.is_open
    assert pilots.get(session, hr, pilot_id) == found


def test_who_was_taken_back_is_not_counted(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    volunteers.withdraw(session, hr, person.candidacy_id, START)
    assert pilots.get(session, hr, pilot_id).invited == 0


def test_open_pilots_come_first(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    other = make_pilot(session, hr, "Another")
    pilots.close(session, hr, other, START)
    assert [found.id for found in pilots.listed(session, hr)] == [pilot_id, other]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"answer_days": 0}, "answer_days"),
        ({"answer_days": 366}, "answer_days"),
        ({"form_id": uuid.uuid4()}, "form_id"),
    ],
)
def test_what_a_pilot_needs(session: Session, hr: Actor, changed: dict[str, object], field: str) -> None:
    form = pilots.choices(session, hr)[0]
    good = {"title": "Pilot", "form_id": form.id, "answer_days": 14}
    with pytest.raises(DomainError) as refusal:
        pilots.create(session, hr, **(good | changed), now=START)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_form_of_somebody_elses_bank_is_not_offered(session: Session, hr: Actor) -> None:
    (form_id,) = (choice.id for choice in pilots.choices(session, hr))
    session.get_one(Form, form_id).organisations = json.dumps(["Elsewhere"])
    session.flush()
    assert pilots.choices(session, hr) == ()
    with pytest.raises(DomainError):
        pilots.create(session, hr, title="Pilot", form_id=form_id, answer_days=14, now=START)
    session.get_one(Form, form_id).organisations = json.dumps(["Elsewhere", hr.organisation])
    session.flush()
    assert [choice.id for choice in pilots.choices(session, hr)] == [form_id]


def test_only_the_newest_version_of_a_form_is_offered(session: Session, hr: Actor) -> None:
    old = session.get_one(Form, pilots.choices(session, hr)[0].id)
    newer = Form(
        bank=old.bank,
        name=old.name,
        title="Mended",
        sector=old.sector,
        organisations='"all"',
        digest="other",
        created_at=START.replace(year=2030),
    )
    session.add(newer)
    session.flush()
    assert [choice.title for choice in pilots.choices(session, hr)] == ["Mended"]


def test_closing_and_reopening(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    pilots.close(session, hr, pilot_id, START)
    assert pilots.get(session, hr, pilot_id).closed_at == START
    with pytest.raises(DomainError, match="closed already"):
        pilots.close(session, hr, pilot_id, START)
    with pytest.raises(DomainError, match="closed"):
        piloting.ask(session, hr, pilot_id)
    pilots.reopen(session, hr, pilot_id, START)
    with pytest.raises(DomainError, match="open already"):
        pilots.reopen(session, hr, pilot_id, START)
    piloting.ask(session, hr, pilot_id)


def test_the_log_tells_of_pilots_in_words_and_in_their_group(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    piloting.ask(session, hr, pilot_id)
    pilots.close(session, hr, pilot_id, START)
    told = audit.page(session, hr, group="Vacancies and pilots").entries
    assert {(entry.action, entry.about[0].kind, entry.about[0].title) for entry in told} == {
        ("opened", "pilot", TITLE),
        ("closed", "pilot", TITLE),
    }
    (invited,) = audit.page(session, hr, group="Inviting").entries
    assert (invited.about[0].kind, invited.about[0].id, invited.about[0].number) == ("volunteer", pilot_id, 1)


def test_everything_that_changes_is_in_a_group_of_the_log(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    person = piloting.ask(session, hr, pilot_id)
    volunteers.send_link_again(session, hr, person.candidacy_id, BASE_URL, START)
    volunteers.withdraw(session, hr, person.candidacy_id, START)
    pilots.close(session, hr, pilot_id, START)
    pilots.reopen(session, hr, pilot_id, START)
    known = {action for actions in audit.GROUPS.values() for action in actions}
    assert {entry.action for entry in audit.page(session, hr).entries} <= known


def test_analysts_see_counts_and_never_who(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    piloting.ask(session, hr, pilot_id)
    analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    assert pilots.listed(session, analyst)[0].invited == 1
    assert progress.of_forms(session, analyst).forms
    with pytest.raises(NotFoundError):
        volunteers.of_pilot(session, analyst, pilot_id, START)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["a manager", "another organisation"])
def test_to_managers_and_strangers_a_pilot_does_not_exist(
    session: Session, hr: Actor, pilot_id: uuid.UUID, elsewhere: bool
) -> None:
    volunteer = piloting.ask(session, hr, pilot_id).candidacy_id
    if elsewhere:
        actor = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    else:
        actor = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    for refused in (
        lambda: pilots.get(session, actor, pilot_id),
        lambda: pilots.close(session, actor, pilot_id, START),
        lambda: pilots.reopen(session, actor, pilot_id, START),
        lambda: piloting.ask(session, actor, pilot_id, "Other", "other@mail.example"),
        lambda: volunteers.invite_several(session, actor, pilot_id, "A, a@b.example", BASE_URL, START),
        lambda: volunteers.send_link_again(session, actor, volunteer, BASE_URL, START),
        lambda: volunteers.one(session, actor, volunteer, START),
        lambda: volunteers.withdraw(session, actor, volunteer, START),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_managers_have_no_pilots_at_all(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    form_id = pilots.get(session, hr, pilot_id).form_id
    for refused in (
        lambda: pilots.listed(session, manager),
        lambda: pilots.choices(session, manager),
        lambda: pilots.create(session, manager, title="P", form_id=form_id, answer_days=14, now=START),
        lambda: volunteers.of_pilot(session, manager, pilot_id, START),
        lambda: progress.of_forms(session, manager),
        lambda: progress.of_form(session, manager, form_id),
    ):
        with pytest.raises(NotFoundError):
            refused()


def test_another_organisation_has_pilots_of_its_own(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    piloting.ask(session, hr, pilot_id)
    stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    assert pilots.listed(session, stranger) == ()
    assert volunteers.of_pilot(session, stranger, pilot_id, START) == volunteers.Volunteers((), {}, 0)


def test_as_many_statements_for_few_volunteers_as_for_many(session: Session, hr: Actor, pilot_id: uuid.UUID) -> None:
    def read() -> int:
        session.expire_all()
        with counted(session) as statements:
            pilots.listed(session, hr)
            pilots.get(session, hr, pilot_id)
            volunteers.of_pilot(session, hr, pilot_id, START)
            progress.of_forms(session, hr)
        return len(statements)

    piloting.make_crowd(session, hr, pilot_id, 1, 2)
    few = read()
    piloting.make_crowd(session, hr, pilot_id, 3, 30)
    for person in candidacies(session, pilot_id)[:20]:
        finish(session, hr.organisation_id, person)
    assert read() == few
    assert len(volunteers.of_pilot(session, hr, pilot_id, START).people) == 30
