"""Inviting many in a real browser: a file, a public link, the letter in own words, reminders, a calendar entry."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assessment.services.actors import Actor
from assessment.services.permissions import Role
from tests import taking
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.browser.test_manager_journey import sign_in
from tests.factories import make_actor, make_organisation
from tests.hiring import make_vacancy
from tests.web.test_tables_read import workbook

pytestmark = pytest.mark.browser
Open = Callable[..., Page]

NARROWEST = pytest.param((320, "light"), id="320px-light")


@pytest.fixture
def hr(house: RunningHouse) -> Actor:
    with house.database.writing() as session:
        hr = make_actor(session, make_organisation(session), Role.HR, "Hanna")
        make_vacancy(session, hr)
    return hr


@pytest.mark.parametrize("seen_as", [*SEEN_AS, NARROWEST])
def test_hr_invites_the_people_of_a_file(
    house: RunningHouse, open_page: Open, hr: Actor, tmp_path: Path, seen_as: tuple[int, str]
) -> None:
    file = tmp_path / "people.xlsx"
    file.write_bytes(workbook(("name", "e-mail"), ("Ann Lee", "ann@mail.example"), ("Ben", "nowhere")))
    page = open_page(*seen_as)
    sign_in(house, page, hr)
    page.goto("/vacancies")
    page.get_by_role("link", name="Sales assistant").first.click()
    page.get_by_role("link", name="Invite several people").click()
    assert_accessible(page)
    page.get_by_label("A file with people").set_input_files(file)
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("heading", name="1 can be invited, 1 can’t")).to_be_visible()
    expect(page.get_by_role("row", name="Ben")).to_contain_text("Write an address like name@example.org.")
    assert_accessible(page)
    lines = page.get_by_role("textbox", name="People")
    expect(lines).to_have_value("name, e-mail\nAnn Lee, ann@mail.example\nBen, nowhere")
    lines.fill("name, e-mail\nAnn Lee, ann@mail.example\nBen, ben@mail.example")
    page.get_by_role("button", name="Invite this person").click()
    expect(page.get_by_text("look at it once more").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Invite these 2 people").click()
    expect(page.get_by_text("2 invitations are written.")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_hr_writes_the_letter_and_a_stranger_comes_through_the_public_link(
    house: RunningHouse, open_page: Open, hr: Actor, seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hr)
    page.get_by_role("link", name="Mail", exact=True).click()
    page.get_by_role("link", name="The invitation", exact=True).click()
    assert_accessible(page)
    text = page.get_by_role("textbox", name="Text")
    text.fill("Dear {nmae}\n\n{link}\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("{nmae} is no placeholder").first).to_be_visible()
    assert_accessible(page)
    text.fill("Dear {name}\n\n{link}\n")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Dear Ada Example")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Keep these words").click()
    expect(page.get_by_text("You use words of your own")).to_be_visible()
    page.goto("/mail/reminders")
    assert_accessible(page)
    page.get_by_label("First reminder").fill("2")
    page.get_by_label("Second reminder").fill("5")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("comes later than a first").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("First reminder").fill("7")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept. It holds for everybody")).to_be_visible()

    page.goto("/vacancies")
    page.get_by_role("link", name="Sales assistant").first.click()
    page.get_by_role("link", name="Public link").click()
    assert_accessible(page)
    page.get_by_role("button", name="Switch the link on").click()
    expect(page.get_by_text("The link is on.")).to_be_visible()
    assert_accessible(page)
    address = page.locator(".copied code").inner_text()

    stranger = open_page(*seen_as)
    stranger.goto(address.replace("http://127.0.0.1", house.url))
    expect(stranger.get_by_role("heading", name="Sales assistant")).to_be_visible()
    assert_accessible(stranger)
    stranger.get_by_label("Your name").fill("Zoë Example")
    stranger.get_by_label("Your e-mail address").fill("nowhere")
    stranger.get_by_role("button", name="I have read this").click()
    expect(stranger.get_by_text("Write an address like").first).to_be_visible()
    assert_accessible(stranger)
    stranger.get_by_label("Your e-mail address").fill("zoe@mail.example")
    stranger.get_by_role("button", name="I have read this").click()
    expect(stranger.get_by_role("heading", name="Your request is noted")).to_be_visible()
    assert_accessible(stranger)
    with house.database.reading() as session:
        token = taking.newest_token(session, "zoe@mail.example")
    stranger.goto(f"/i/{token}")
    with stranger.expect_download() as waiting:
        stranger.get_by_role("link", name="Put it into your calendar").click()
    assert waiting.value.suggested_filename == "deadline.ics"
    assert_accessible(stranger)

    page.reload()
    expect(page.get_by_text("One person has been invited through it so far.")).to_be_visible()
    page.get_by_role("button", name="Switch it off").click()
    assert_accessible(page)
    stranger.goto(address.replace("http://127.0.0.1", house.url))
    expect(stranger.get_by_role("heading", name="This link is closed")).to_be_visible()
    assert_accessible(stranger)
    page.goto("/vacancies")
    page.get_by_role("link", name="Sales assistant").first.click()
    page.get_by_role("link", name="Candidate 1").first.click()
    expect(page.get_by_role("heading", name="E-mails to them")).to_be_visible()
    assert_accessible(page)
    page.goto("/log")
    expect(page.get_by_text("switched off the public link of").first).to_be_visible()
    assert_accessible(page)
