"""An analyst's way through the item bank in a real browser: finding a situation, reading it, retiring it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.services import sign_in
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from tests import hiring
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.browser.test_hr_journey import PASSWORD, come_in
from tests.calibrating import answer_all, make_draft
from tests.conftest import START
from tests.factories import make_actor, make_organisation

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def analyst(house: RunningHouse) -> Actor:
    """Twelve people have finished, and a calibration has looked at the fit."""
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        actor = make_actor(session, organisation_id, Role.ANALYST, "Anna")
        sign_in.set_password(session, actor, PASSWORD, START)
        answer_all(
            session, organisation_id, hiring.make_vacancy(session, make_actor(session, organisation_id)), slice(12)
        )
        make_draft(session, organisation_id)
    return actor


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_analyst_finds_a_situation_reads_it_and_retires_it(open_page: Open, analyst: Actor, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    come_in(page, analyst)
    page.get_by_role("link", name="Item bank").click()
    page.get_by_label("Words in it").fill("soup")
    page.get_by_label("Channel").select_option("table")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="cold-soup").click()
    expect(page.get_by_role("heading", name="As a candidate sees it")).to_be_visible()
    expect(page.get_by_text("Given in 12 finished sittings")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(8)
    page.get_by_role("button", name="Retire it").click()
    expect(page.locator(".error-summary")).to_contain_text("Write why")
    page.get_by_label("Why?").fill("Two readers took the second option for a joke")
    page.get_by_role("button", name="Retire it").click()
    expect(page.get_by_text("The situation is retired.")).to_be_visible()
    expect(page.get_by_role("button", name="Retire it")).to_have_count(0)


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_pages_of_the_bank_are_accessible(open_page: Open, analyst: Actor, seen_as: tuple[int, str]) -> None:
    page = open_page(*seen_as)
    come_in(page, analyst)
    for address in ("/bank", "/bank?text=zzzz", "/bank/frontdoor/cold-soup", "/bank/frontdoor/way-to-the-bridge"):
        page.goto(address)
        assert_accessible(page)
    page.goto("/bank?status=draft")
    page.locator(".items-list a").first.click()
    assert_accessible(page)


def test_the_bank_fits_a_small_phone(open_page: Open, analyst: Actor) -> None:
    page = open_page(320)
    come_in(page, analyst)
    for address in ("/bank", "/bank/frontdoor/cold-soup"):
        page.goto(address)
        assert_accessible(page)
