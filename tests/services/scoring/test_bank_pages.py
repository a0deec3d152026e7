"""The bank as analysts see it."""

import dataclasses

import pytest
from sqlalchemy.orm import Session

from assessment.bank.content import Bank, Item
from assessment.bank.lists import GIVEN
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.actors import Actor
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.scoring import bank_pages, content
from assessment.services.scoring.bank_pages import BankPage, Wanted
from tests import hiring
from tests.banks import private
from tests.conftest import START
from tests.factories import make_actor, make_organisation


def everything(session: Session, analyst: Actor, wanted: Wanted | None = None) -> BankPage:
    return bank_pages.bank(session, analyst, wanted, size=1000)


@pytest.fixture
def analyst(session: Session) -> Actor:
    return make_actor(session, make_organisation(session), Role.ANALYST)


def test_every_item_is_shown_as_its_file_has_it_drafts_too(session: Session, analyst: Actor, bank: Bank) -> None:
    page = everything(session, analyst)
    assert {shown.item.id: shown.item for shown in page.items} == {**bank.items, **bank.practice}
    assert {shown.status for shown in page.items} >= {"draft", "trial"}
    assert page.scored == len(bank.items)
    assert [shown.practice for shown in page.items] == [False] * len(bank.items) + [True] * len(bank.practice)


def test_a_page_shows_the_newest_text_and_the_notes_of_today(session: Session, analyst: Actor, bank: Bank) -> None:
    item = next(item for item in bank.items.values() if item.status in GIVEN)
    newer = item.model_copy(update={"version": item.version + 1, "situation": item.situation + " Really."})
    changed = dataclasses.replace(bank, items={**bank.items, item.id: newer}, forms={})
    content.load_bank(session, changed, START)
    noted = dataclasses.replace(bank, items={item.id: newer.model_copy(update={"status": "live"})}, forms={})
    content.load_bank(session, noted, START)
    (found,) = [one for one in everything(session, analyst).items if one.item.id == item.id]
    assert (found.item.version, found.item.situation, found.status) == (item.version + 1, newer.situation, "live")


def test_a_draft_whose_file_is_gone_is_forgotten_and_what_was_given_is_not(
    session: Session, analyst: Actor, bank: Bank
) -> None:
    draft = next(item.id for item in bank.items.values() if item.status == "draft")
    given = next(item.id for item in bank.items.values() if item.status in GIVEN)
    left = {name: item for name, item in bank.items.items() if name not in (draft, given)}
    content.load_bank(session, dataclasses.replace(bank, items=left, forms={}), START)
    shown = {one.item.id for one in everything(session, analyst).items}
    assert draft not in shown
    assert given in shown


@pytest.mark.parametrize("kind", ["sector", "channel", "moment", "status"])
def test_items_are_found_by_what_they_are(session: Session, analyst: Actor, bank: Bank, kind: str) -> None:
    item = bank.items["cold-soup"]
    value = getattr(item, kind)
    found = everything(session, analyst, Wanted(**{kind: value})).items
    expected = {one.id for one in [*bank.items.values(), *bank.practice.values()] if getattr(one, kind) == value}
    assert {shown.item.id for shown in found} == expected
    assert len(expected) < len(bank.items)


def test_items_are_found_by_their_words_and_by_what_varies(session: Session, analyst: Actor, bank: Bank) -> None:
    found = everything(session, analyst, Wanted(text="  SOUP guest ")).items
    assert "cold-soup" in {shown.item.id for shown in found}
    for shown in found:
        text = " ".join([shown.item.id, shown.item.situation, *(one.text for one in shown.item.options)]).lower()
        assert "soup" in text
        assert "guest" in text
    varying = {shown.item.id for shown in everything(session, analyst, Wanted(attribute="focus")).items}
    assert "cold-soup" not in varying
    assert varying == {
        item.id
        for item in [*bank.items.values(), *bank.practice.values()]
        if len({option.levels.get("focus", 0) for option in item.options}) > 1
    }
    assert everything(session, analyst, Wanted(moment="no such moment")).items == ()


def test_pages_hold_every_item_once(session: Session, analyst: Actor) -> None:
    whole = everything(session, analyst)
    first = bank_pages.bank(session, analyst, size=10)
    pages = [bank_pages.bank(session, analyst, number=number, size=10) for number in range(1, first.pages + 1)]
    assert [one for page in pages for one in page.items] == list(whole.items)
    assert {page.found for page in pages} == {whole.found}
    assert bank_pages.bank(session, analyst, number=99, size=10) == pages[-1]
    assert bank_pages.bank(session, analyst, number=-1, size=10) == pages[0]


def test_an_organisation_sees_its_own_bank_and_the_shipped_one(session: Session, bank: Bank) -> None:
    content.load_bank(session, private(bank, "north-shop"), START)
    north, south = (
        make_actor(session, make_organisation(session, name), Role.ANALYST) for name in ("north-shop", "south-shop")
    )
    assert everything(session, north).banks == ("frontdoor", "north")
    assert everything(session, south).banks == ("frontdoor",)
    own = everything(session, north, Wanted(bank="north")).items
    assert [shown.item.id for shown in own] == ["cold-soup"]
    assert everything(session, south, Wanted(bank="north")).items == ()
    assert everything(session, south).total == everything(session, north).total - 1


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_nobody_but_analysts_sees_a_key(session: Session, role: Role) -> None:
    with pytest.raises(NotFoundError):
        bank_pages.bank(session, make_actor(session, make_organisation(session), role))


def test_coverage_counts_items_that_vary_and_both_sides(bank: Bank) -> None:
    items = list(bank.items.values())
    for row in bank_pages.coverage(items):
        levels = [[option.levels.get(row.attribute, 0.0) for option in item.options] for item in items]
        assert row.items == sum(len(set(one)) > 1 for one in levels)
        assert row.share == pytest.approx(row.items / len(items))
        assert row.low_options == sum(level < 0 for one in levels for level in one)
        assert row.high_options == sum(level > 0 for one in levels for level in one)
    assert [row.attribute for row in bank_pages.coverage(items)] == list(ATTRIBUTES)


def test_a_correlation_that_does_not_exist_is_none(bank: Bank) -> None:
    item: Item = next(iter(bank.items.values()))
    flat = item.model_copy(
        update={"options": tuple(option.model_copy(update={"desirability": 4.0}) for option in item.options)}
    )
    assert {row.with_desirability for row in bank_pages.coverage([flat])} == {None}
    assert bank_pages.coverage([]) == ()


def test_two_statements_whatever_the_size_of_the_bank(session: Session, analyst: Actor) -> None:
    with hiring.counted(session) as statements:
        bank_pages.bank(session, analyst)
    assert len(statements) == 2
