"""The bank as analysts see it."""

import dataclasses

import pytest
from sqlalchemy.orm import Session

from assessment.bank.content import Bank, Item
from assessment.bank.lists import GIVEN
from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.errors import NotFoundError
from assessment.services.permissions import Role
from assessment.services.scoring import bank_pages, content
from tests import hiring
from tests.conftest import START
from tests.factories import make_actor, make_organisation


def test_every_item_is_shown_with_its_key_unless_it_is_still_being_written(session: Session, bank: Bank) -> None:
    analyst = make_actor(session, make_organisation(session), Role.ANALYST)
    page = bank_pages.bank(session, analyst)
    given = [item for item in bank.items.values() if item.status in GIVEN]
    assert {shown.item.id for shown in page.items} == {*(item.id for item in given), *bank.practice}
    assert page.scored == len(given) < len(bank.items)
    shown = next(one.item for one in page.items if not one.practice)
    assert shown == bank.items[shown.id]


def test_only_the_newest_version_is_shown(session: Session, bank: Bank) -> None:
    analyst = make_actor(session, make_organisation(session), Role.ANALYST)
    item = next(item for item in bank.items.values() if item.status in GIVEN)
    newer = item.model_copy(update={"version": item.version + 1, "situation": item.situation + " Really."})
    changed = dataclasses.replace(bank, items={**bank.items, item.id: newer}, forms={})
    content.load_bank(session, changed, START)
    found = [one.item.version for one in bank_pages.bank(session, analyst).items if one.item.id == item.id]
    assert found == [item.version + 1]


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


def test_one_statement_whatever_the_size_of_the_bank(session: Session) -> None:
    analyst = make_actor(session, make_organisation(session), Role.ANALYST)
    with hiring.counted(session) as statements:
        bank_pages.bank(session, analyst)
    assert len(statements) == 1
