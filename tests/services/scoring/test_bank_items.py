"""Retiring an item: who may, what it changes, and what it leaves as it is."""

import dataclasses
import json
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from assessment.bank.content import Bank, Form
from assessment.services import audit
from assessment.services.actors import Actor
from assessment.services.errors import DomainError, NotFoundError
from assessment.services.permissions import Role
from assessment.services.pilots import pilots
from assessment.services.scoring import bank_items, content, form_choices, item_pages, verifying
from assessment.store.content import BankItem
from assessment.store.people import Organisation
from assessment.store.records import AuditEntry
from tests import hiring, taking
from tests.banks import private, with_status
from tests.conftest import START
from tests.factories import make_actor, make_organisation

REASON = "Two readers took the second option for a joke"
LATER = START + timedelta(days=1)
ITEM = ("frontdoor", "cold-soup")


@pytest.fixture
def analyst(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.ANALYST, "Anna")


def status(session: Session, item: str = "cold-soup") -> str:
    return session.scalars(sa.select(BankItem.status).where(BankItem.bank == "frontdoor", BankItem.item == item)).one()


def test_a_retired_item_is_said_to_be_so_by_whom_and_why(session: Session, analyst: Actor) -> None:
    bank_items.retire(session, analyst, *ITEM, f"  {REASON}\n", LATER)
    found = item_pages.read(session, analyst, *ITEM)
    assert (found.status, found.given) == ("retired", False)
    assert found.retired == item_pages.Retired(LATER, "Anna, Test Organisation", REASON)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "retired")).one()
    assert (entry.member_id, json.loads(entry.body)["item"]) == (analyst.member_id, "cold-soup")
    hr = make_actor(session, analyst.organisation_id, Role.HR)
    (line,) = audit.page(session, hr, group="Item bank").entries
    assert line.about[0].title == "frontdoor/cold-soup"
    with pytest.raises(DomainError, match="retired already"):
        bank_items.retire(session, analyst, *ITEM, REASON, LATER)


@pytest.mark.parametrize(("reason", "says"), [("", "Write why"), (" \n", "Write why"), ("x" * 501, "at most 500")])
def test_retiring_has_a_reason(session: Session, analyst: Actor, reason: str, says: str) -> None:
    with pytest.raises(DomainError, match=says) as refused:
        bank_items.retire(session, analyst, *ITEM, reason, LATER)
    assert refused.value.field == "reason"
    assert status(session) == "trial"


def test_what_is_given_to_nobody_cannot_be_retired(session: Session, analyst: Actor, bank: Bank) -> None:
    draft = next(item.id for item in bank.items.values() if item.status == "draft")
    for item, says in ((draft, "A draft"), (next(iter(bank.practice)), "Practice")):
        with pytest.raises(DomainError, match=says):
            bank_items.retire(session, analyst, "frontdoor", item, REASON, LATER)


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_only_analysts_retire(session: Session, analyst: Actor, role: Role) -> None:
    with pytest.raises(NotFoundError):
        bank_items.retire(session, make_actor(session, analyst.organisation_id, role), *ITEM, REASON, LATER)


def test_nobody_retires_alone_what_other_real_organisations_use(session: Session, analyst: Actor) -> None:
    other = make_organisation(session, "Other Shop")
    with pytest.raises(DomainError, match="Other organisations use this bank too"):
        bank_items.retire(session, analyst, *ITEM, REASON, LATER)
    assert item_pages.read(session, analyst, *ITEM).others == 1
    session.get_one(Organisation, other).synthetic = True
    session.flush()
    bank_items.retire(session, analyst, *ITEM, REASON, LATER)
    assert status(session) == "retired"


def test_an_organisation_retires_in_its_own_bank_and_others_do_not_see_it(session: Session, bank: Bank) -> None:
    content.load_bank(session, private(bank, "north-shop"), START)
    north, south = (
        make_actor(session, make_organisation(session, name), Role.ANALYST) for name in ("north-shop", "south-shop")
    )
    for bank_id, item in (("north", "cold-soup"), ("frontdoor", "no-such-item"), ("no-bank", "cold-soup")):
        with pytest.raises(NotFoundError):
            bank_items.retire(session, south, bank_id, item, REASON, LATER)
        with pytest.raises(NotFoundError):
            item_pages.read(session, south, bank_id, item)
    bank_items.retire(session, north, "north", "cold-soup", REASON, LATER)
    assert item_pages.read(session, north, "north", "cold-soup").status == "retired"
    assert status(session) == "trial", "the shipped one of the same name is another"


def test_who_runs_the_installation_retires_for_all_and_each_is_told(session: Session, analyst: Actor) -> None:
    make_organisation(session, "Other Shop")
    for name, by in (("cold-soup", "Olga"), ("frontdoor/nothing", "Olga"), ("frontdoor/cold-soup", "  ")):
        with pytest.raises(DomainError):
            bank_items.retire_as_operator(session, name, reason=REASON, by=by, now=LATER)
    bank_items.retire_as_operator(session, "frontdoor/cold-soup", reason=REASON, by="Olga", now=LATER)
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "retired")).all()
    assert len({entry.organisation_id for entry in entries}) == len(entries) == 2
    assert item_pages.read(session, analyst, *ITEM).retired == item_pages.Retired(LATER, "Olga", REASON)


def test_loading_the_bank_again_does_not_bring_it_back_and_says_so(
    session: Session, analyst: Actor, bank: Bank
) -> None:
    bank_items.retire(session, analyst, *ITEM, REASON, LATER)
    loaded = content.load_bank(session, bank, LATER)
    assert (loaded.retired, loaded.left_out, status(session)) == (("cold-soup",), (), "retired")
    newer = bank.items["cold-soup"].model_copy(update={"version": 3, "situation": "Another text."})
    changed = dataclasses.replace(bank, items={**bank.items, "cold-soup": newer}, forms={})
    assert content.load_bank(session, changed, LATER).retired == ("cold-soup",)
    assert status(session) == "retired"
    assert content.load_bank(session, with_status(bank, "cold-soup", "retired"), LATER).retired == ()
    assert item_pages.read(session, analyst, *ITEM).retired is not None


def test_a_new_form_with_it_is_left_out_and_the_old_one_stays(session: Session, analyst: Actor, bank: Bank) -> None:
    bank_items.retire(session, analyst, *ITEM, REASON, LATER)
    form = bank.forms["general-24"]
    new = Form(id="new", title="New", sector="any", items=form.items[:20])
    assert "cold-soup@2" in new.items
    fine = Form(id="fine", title="Fine", sector="any", items=form.items[:18])
    assert "cold-soup@2" not in fine.items
    loaded = content.load_bank(session, dataclasses.replace(bank, forms={"new": new, "fine": fine, "old": form}), LATER)
    assert (loaded.forms, loaded.left_out) == (1, ("new",))


def forms_with(session: Session) -> uuid.UUID:
    return form_choices.form_named(session, "general-24")


def test_new_vacancies_and_pilots_do_without_and_previews_go_on(session: Session, analyst: Actor, bank: Bank) -> None:
    hr = make_actor(session, analyst.organisation_id)
    general = forms_with(session)
    assert [choice.id for choice in pilots.choices(session, hr)] == [general]
    bank_items.retire(session, analyst, *ITEM, REASON, LATER)
    assert pilots.choices(session, hr) == ()
    with pytest.raises(DomainError, match="holds a situation that was retired"):
        hiring.make_vacancy(session, hr)
    assert form_choices.form_for_sector(session, hr.organisation_id, "retail") == general
    fine = Form(id="fine", title="Fine", sector="any", items=bank.forms["general-24"].items[:18])
    content.load_bank(session, dataclasses.replace(bank, forms={"fine": fine}), START - timedelta(days=9))
    other = form_choices.form_named(session, "fine")
    assert [choice.id for choice in pilots.choices(session, hr)] == [other]
    assert form_choices.form_for_sector(session, hr.organisation_id, "retail") == other
    hiring.make_vacancy(session, hr)


def test_running_questionnaires_go_on_and_old_results_stay_what_they_are(session: Session, bank: Bank) -> None:
    person, early = taking.make_person(session), taking.make_person(session, "Early Stores")
    taking.take(session, early)
    analyst = make_actor(session, early.organisation_id, Role.ANALYST)
    bank_items.retire_as_operator(session, "frontdoor/cold-soup", reason=REASON, by="Olga", now=LATER)
    taking.take(session, person)
    assert verifying.verify(session) == (2, [])
    assert item_pages.read(session, analyst, *ITEM).versions[0].number == bank.items["cold-soup"].version
