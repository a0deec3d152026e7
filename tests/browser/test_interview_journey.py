"""A panel's way through a real browser: set up, ask, rate, and only then see each other's ratings."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.browser.test_manager_journey import Hiring, hiring, sign_in  # noqa: F401 - the fixture works by being here

pytestmark = pytest.mark.browser

ASKED = "Tell me about a time you helped somebody who was not easy to help."


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_panel_rates_alone_and_compares_afterwards(
    house: RunningHouse,
    hiring: Hiring,  # noqa: F811
    open_page: Callable[..., Page],
    scripts: bool,
) -> None:
    hr, manager = open_page(scripts=scripts), open_page(390, scripts=scripts)
    sign_in(house, hr, hiring.hr)
    hr.goto(f"/vacancies/{hiring.vacancy}")
    hr.get_by_text("Manage the vacancy").click()
    hr.get_by_role("link", name="Panel", exact=True).click()
    for member in ("Hanna (HR)", "Max (hiring manager)"):
        hr.get_by_label(member).select_option("Sees, rates and decides")
    hr.get_by_label("Only the panel sees this vacancy").check()
    hr.get_by_role("button", name="Set the panel").click()
    expect(hr.get_by_text("The panel is set.")).to_be_visible()

    person = f"/vacancies/candidates/{hiring.people[6]}"
    for page, member, rating in ((hr, hiring.hr, "5:"), (manager, hiring.manager, "3:")):
        if page is manager:
            sign_in(house, page, member)
        page.goto(person)
        page.get_by_role("link", name="The panel’s ratings").click()
        expect(page.get_by_role("table")).to_have_count(0)
        page.goto(person)
        page.get_by_role("link", name="Interview guide and your ratings").click()
        card = page.locator("section.card", has_text=ASKED)
        card.get_by_label("What was said").fill("They stayed until it was done.")
        card.get_by_role("radio", name=rating).check()
        page.get_by_role("button", name="Keep for later").click()
        expect(page.get_by_text("Nobody else sees it until you hand it in.")).to_be_visible()
        expect(card.get_by_role("radio", name=rating)).to_be_checked()
        page.get_by_role("button", name="Hand in my ratings").click()
        expect(page.get_by_text("Your ratings are handed in.")).to_be_visible()
    row = manager.get_by_role("row", name=ASKED)
    expect(row).to_contain_text("2 steps apart")
    expect(manager.get_by_text("They stayed until it was done.")).to_have_count(2)
    manager.get_by_role("link", name="Interview guide and your own remarks").click()
    manager.get_by_label("Add a remark").fill("We spoke about it.")
    manager.get_by_role("button", name="Add the remark").click()
    expect(manager.get_by_text("We spoke about it.")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_everybody_can_use_every_page(
    house: RunningHouse,
    hiring: Hiring,  # noqa: F811
    open_page: Callable[..., Page],
    seen_as: tuple[int, str],
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hiring.hr)
    person = f"/vacancies/candidates/{hiring.people[6]}"

    def look(path: str) -> None:
        page.goto(path)
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)

    for path in (
        f"/vacancies/{hiring.vacancy}/panel",
        person,
        f"{person}/interview",
        f"{person}/interview/paper",
        f"{person}/interview/ratings",
        f"/vacancies/candidates/{hiring.people[8]}/interview",
    ):
        look(path)
    page.goto(f"{person}/interview")
    page.get_by_role("button", name="Hand in my ratings").click()
    expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
    assert_accessible(page)
    page.get_by_role("radio", name="4:").first.check()
    page.get_by_role("button", name="Hand in my ratings").click()
    assert_accessible(page)
    look(f"{person}/interview")
