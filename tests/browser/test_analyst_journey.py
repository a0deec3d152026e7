"""An analyst's way in a real browser: from the list to the reasons of one result."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.services import sign_in
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from tests import hiring, taking
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.browser.test_hr_journey import PASSWORD, come_in
from tests.conftest import START
from tests.explaining import make_key, score_again
from tests.factories import make_actor

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def analyst(house: RunningHouse) -> Actor:
    """One sitting scored under two keys, one that looks random, one with too few answers."""
    with house.database.writing() as session:
        person = taking.make_person(session)
        taking.take_reading(session, person)
        sitting = taking.sitting_of(session, person)
        score_again(session, sitting, make_key(session, sitting.form_id))
        people = [hiring.make_person(session, person.organisation_id, person.vacancy_id, number) for number in (2, 3)]
        hiring.finish(session, person.organisation_id, people[0], p_random=0.9)
        hiring.finish(session, person.organisation_id, people[1], None, answered=4)
        actor = make_actor(session, person.organisation_id, Role.ANALYST, "Anna")
        sign_in.set_password(session, actor, PASSWORD, START)
    return actor


def results(page: Page) -> list[str]:
    """The addresses of all results in the list."""
    return page.locator(".results-list a").evaluate_all("links => links.map(link => link.pathname)")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_analyst_goes_from_the_list_to_the_reasons(open_page: Open, analyst: Actor, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    come_in(page, analyst)
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("heading", name="Results", level=1)).to_be_visible()
    expect(page.get_by_text("withheld: looks random")).to_be_visible()
    page.get_by_role("link", name="Key 1 (not piloted)").last.click()
    expect(page.get_by_text("An older result")).to_be_visible()
    expect(page.get_by_role("row", name="Sum, as stored")).to_be_visible()
    page.get_by_text("1. forty-chairs").click()
    expect(page.locator("#forty-chairs").get_by_text("Most likely (")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as a table").click()
    assert download.value.suggested_filename.endswith("-key-1.csv")
    page.get_by_role("link", name="Key 2 (640 sittings)").click()
    expect(page.get_by_role("link", name="Key 1 (not piloted)")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_results_and_explanations_are_accessible(open_page: Open, analyst: Actor, seen_as: tuple[int, str]) -> None:
    page = open_page(*seen_as)
    come_in(page, analyst)
    page.goto("/results")
    assert_accessible(page)
    found = results(page)
    assert len({uuid.UUID(address.rsplit("/", 1)[-1]) for address in found}) == 4
    for address in found:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert_accessible(page)


def test_an_explanation_fits_a_small_phone(open_page: Open, analyst: Actor) -> None:
    page = open_page(320)
    come_in(page, analyst)
    page.goto("/results")
    assert_accessible(page)
    page.goto(results(page)[-1])
    assert_accessible(page)
