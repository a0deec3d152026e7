"""From the own result to a module and back, and the same modules without an account, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.bank.content import Bank
from tests import taking
from tests.browser.conftest import PHONE, SEEN_AS, RunningHouse, assert_accessible

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("seen_as", [*SEEN_AS, pytest.param((320, "light"), id="320px-light")])
def test_from_the_result_to_a_module_and_back(
    house: RunningHouse, open_page: OpenPage, seen_as: tuple[int, str]
) -> None:
    with house.database.writing() as session:
        person = taking.make_person(session)
        taking.take(session, person)
    page = open_page(*seen_as)
    page.goto(f"/i/{person.token}")
    expect(page.get_by_role("heading", name="Something to read and to try")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="All learning modules").click()
    expect(page.locator(".modules a")).to_have_count(12)
    assert_accessible(page)
    page.get_by_role("link", name="Putting a mistake right").click()
    expect(page.get_by_role("heading", name="Two minutes alone: Sorry, once")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Making it yours until it is done").click()
    expect(page).to_have_url(re.compile(f"/take/{person.invited.invitation_id}/learn/owning$"))
    page.get_by_role("link", name="Back to your result").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_every_module_without_an_account(
    house: RunningHouse, open_page: OpenPage, bank: Bank, seen_as: tuple[int, str]
) -> None:
    assert house.url
    page = open_page(*seen_as)
    page.goto("/")
    page.get_by_role("link", name="Learning modules").click()
    assert_accessible(page)
    for module in bank.learning.values():
        page.goto(f"/learn/{module.id}")
        expect(page.get_by_role("heading", level=1)).to_have_text(module.title)
        assert_accessible(page)


def test_a_printed_module_keeps_its_text_and_leaves_the_buttons_out(house: RunningHouse, open_page: OpenPage) -> None:
    assert house.url
    page = open_page(PHONE)
    page.goto("/learn/focus")
    page.emulate_media(media="print")
    expect(page.locator(".steps")).to_be_visible()
    expect(page.locator(".says")).to_be_visible()
    expect(page.get_by_role("link", name="All modules")).to_be_hidden()
    expect(page.locator(".site-footer")).to_be_hidden()
