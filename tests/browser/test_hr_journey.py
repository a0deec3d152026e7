"""HR's way in a real browser: tune, look, keep, publish."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.services import sign_in
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.profiles import preview, tuning
from tests import hiring
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.tuning import shop_floor, small_pools  # noqa: F401 - small_pools works by being here

pytestmark = pytest.mark.browser
PASSWORD = "four words put together"
Open = Callable[..., Page]


@pytest.fixture
def hr(house: RunningHouse) -> Actor:
    with house.database.writing() as session:
        actor = make_actor(session, make_organisation(session), Role.HR, "Hanna")
        sign_in.set_password(session, actor, PASSWORD, START)
        vacancy_id = hiring.make_vacancy(session, actor)
        hiring.invite(session, actor, vacancy_id)
        # The first preview of a process simulates its people; on a busy machine that outlasts a click's patience.
        rows = tuning.state(session, actor, shop_floor(session, actor)).rows
        preview.preview(session, actor, shop_floor(session, actor), rows)
    return actor


@pytest.fixture
def profile_id(house: RunningHouse, hr: Actor) -> uuid.UUID:
    with house.database.reading() as session:
        return shop_floor(session, hr)


def come_in(page: Page, actor: Actor) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(actor.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def begin(house: RunningHouse, hr: Actor, profile_id: uuid.UUID) -> None:
    with house.database.writing() as session:
        tuning.begin(session, hr, profile_id, START)


def test_hr_tunes_looks_keeps_and_publishes(open_page: Open, hr: Actor) -> None:
    page = open_page()
    come_in(page, hr)
    page.get_by_role("link", name="Role profiles").click()
    page.get_by_role("link", name="Shop floor").click()
    page.get_by_role("button", name="Tune").click()
    tact = page.get_by_role("region", name="Tact")
    tact.get_by_role("radio", name="3 treble").check(force=True)
    tact.get_by_label("from", exact=True).fill("52")
    expect(page.locator("#preview").get_by_text("band 45–65 → 52–65; weight 1 → 3", exact=False).first).to_be_visible()
    expect(page.get_by_text("not kept yet")).to_be_visible()
    expect(page.locator("#preview-state")).to_contain_text("in the first group")
    expect(page.locator("#preview-state")).to_be_in_viewport()
    page.get_by_role("button", name="Keep draft").click()
    expect(page.get_by_text("The draft is kept")).to_be_visible()
    page.get_by_role("link", name="Publish the kept draft").click()
    warning = page.get_by_role("checkbox")
    if warning.count():
        warning.check()
    page.get_by_label("Why do the numbers change?").fill("The panel of shop managers asked for it")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("Version 2 is in force")).to_be_visible()
    page.get_by_role("link", name="History of this profile").click()
    expect(page.get_by_text("The panel of shop managers asked for it")).to_be_visible()


def test_the_same_goes_without_scripts(open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID) -> None:
    begin(house, hr, profile_id)
    page = open_page(scripts=False)
    come_in(page, hr)
    page.goto(f"/profiles/{profile_id}/draft")
    assert page.locator("input[type=range]").count() == 0
    page.get_by_role("region", name="Focus").get_by_label("to", exact=True).fill("60")
    page.get_by_role("button", name="Preview without keeping").click()
    expect(page.get_by_text("not kept yet")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("band 35–52 → 35–60")
    page.get_by_role("button", name="Keep draft").click()
    expect(page.get_by_role("region", name="Focus").get_by_label("to", exact=True)).to_have_value("60")
    expect(page.get_by_text("not kept yet")).to_be_hidden()


def test_a_band_is_moved_with_the_keyboard_alone(
    open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID
) -> None:
    begin(house, hr, profile_id)
    page = open_page()
    come_in(page, hr)
    page.goto(f"/profiles/{profile_id}/draft")
    slider = page.get_by_role("slider", name="Trust, lower end")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    low = page.get_by_role("region", name="Trust").get_by_label("from", exact=True)
    expect(low).to_have_value("47")
    page.keyboard.press("End")
    expect(low).to_have_value("59")  # the ends never cross
    low.fill("30")
    expect(slider).to_have_value("30")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_summary_stays_in_view_and_hides_no_focus(
    open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID, width: int
) -> None:
    begin(house, hr, profile_id)
    page = open_page(width)
    come_in(page, hr)
    page.goto(f"/profiles/{profile_id}/draft")
    page.get_by_role("region", name="Trust").get_by_label("from", exact=True).focus()
    for _ in range(40):
        page.keyboard.press("Tab")
        expect(page.locator("#preview-state")).to_be_in_viewport()
        hidden = page.evaluate(
            "(() => { const bar = document.querySelector('.draft-bar'), one = document.activeElement;"
            " const at = one.getBoundingClientRect();"
            " return bar.contains(one) ? false : at.top >= bar.getBoundingClientRect().top; })()"
        )
        assert not hidden, page.evaluate("document.activeElement.outerHTML")
    assert page.evaluate(
        "[...document.querySelectorAll('main *')].every(e => !/auto|scroll/.test(getComputedStyle(e).overflowY)"
        " || e.scrollHeight <= e.clientHeight + 1 || e.matches('textarea, #preview'))"
    ), "something scrolls inside the page"
    page.get_by_role("region", name="Flexibility").scroll_into_view_if_needed()
    summary = page.get_by_role("heading", name="Who would enter or leave the first group")
    if width > 1000:
        expect(summary).to_be_in_viewport()
    else:
        expect(summary).not_to_be_in_viewport()
        page.get_by_role("link", name="See the preview").click()
        expect(page.get_by_role("heading", name="What the draft would do")).to_be_in_viewport()


def test_a_mistake_is_read_first_and_leads_to_its_field(
    open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID
) -> None:
    begin(house, hr, profile_id)
    page = open_page()
    come_in(page, hr)
    page.goto(f"/profiles/{profile_id}/draft")
    field = page.get_by_role("region", name="Empathy").get_by_label("to", exact=True)
    field.fill("forty")
    page.get_by_role("button", name="Keep draft").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(field).to_have_value("forty")
    page.get_by_role("link", name="Empathy: Write a number").click()
    expect(field).to_be_focused()
    assert_accessible(page)


def test_leaving_with_changes_asks_first(
    open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID
) -> None:
    begin(house, hr, profile_id)
    page = open_page()
    come_in(page, hr)
    page.goto(f"/profiles/{profile_id}/draft")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("region", name="Empathy").get_by_label("to", exact=True).press_sequentially("1")
    page.get_by_role("link", name="Mail").click()
    expect(page.get_by_role("heading", name="Mail")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_every_page_of_hr_is_accessible(
    open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID, seen_as: tuple[int, str]
) -> None:
    begin(house, hr, profile_id)
    page = open_page(*seen_as)
    come_in(page, hr)
    for path in (
        "",
        f"/{profile_id}",
        f"/{profile_id}/history",
        f"/{profile_id}/versions/1",
        f"/{profile_id}/draft",
        f"/{profile_id}/publish",
    ):
        page.goto(f"/profiles{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert_accessible(page)
    for path in ("/mail", "/log"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert_accessible(page)


def test_the_workbench_fits_a_small_phone(
    open_page: Open, house: RunningHouse, hr: Actor, profile_id: uuid.UUID
) -> None:
    begin(house, hr, profile_id)
    page = open_page(320)
    come_in(page, hr)
    page.goto(f"/profiles/{profile_id}/draft")
    assert_accessible(page)


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_the_bank_is_accessible(open_page: Open, house: RunningHouse, hr: Actor, seen_as: tuple[int, str]) -> None:
    with house.database.writing() as session:
        analyst = make_actor(session, hr.organisation_id, Role.ANALYST, "Anna")
        sign_in.set_password(session, analyst, PASSWORD, START)
    page = open_page(*seen_as)
    come_in(page, analyst)
    page.goto("/bank")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert_accessible(page)
