"""A pilot in a real browser: HR opens it and asks people, a volunteer answers and sees the own result."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.pilots import volunteers
from assessment.store.hiring import Candidacy
from assessment.store.records import Outgoing
from tests import hiring, piloting, taking
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.browser.test_manager_journey import sign_in
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.piloting import TITLE

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def hr(house: RunningHouse) -> Actor:
    with house.database.writing() as session:
        return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_hr_makes_a_pilot_and_a_volunteer_answers(
    house: RunningHouse, open_page: Open, hr: Actor, seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hr)
    page.get_by_role("link", name="Pilots").click()
    expect(page.get_by_role("heading", name="No pilot yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Open a pilot").click()
    assert_accessible(page)
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("button", name="Open the pilot").click()
    expect(page.get_by_text("The pilot is open")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Invite several people").first.click()
    assert_accessible(page)
    people = page.get_by_role("textbox", name="People")
    people.fill("Vera Example, vera@mail.example\nBen")
    page.get_by_role("button", name="Invite them all").click()
    expect(page.get_by_text("Write a name, a comma, and an e-mail address")).to_be_visible()
    expect(people).to_have_value("Vera Example, vera@mail.example\nBen")
    assert_accessible(page)
    people.fill("Vera Example, vera@mail.example\nBen Example, ben@mail.example")
    page.get_by_role("button", name="Invite them all").click()
    expect(page.get_by_text("2 invitations are written")).to_be_visible()
    expect(page.get_by_role("row", name="Vera Example")).to_contain_text("Invited, not started")
    assert_accessible(page)

    with house.database.reading() as session:
        token = taking.newest_token(session, "vera@mail.example")
    volunteer = open_page(*seen_as)
    volunteer.goto(f"/i/{token}")
    expect(volunteer.get_by_text("asks you to help to test a questionnaire")).to_be_visible()
    assert_accessible(volunteer)
    volunteer.get_by_role("link", name="Ask for help").first.click()
    assert_accessible(volunteer)
    volunteer.get_by_role("link", name="Back").click()
    volunteer.get_by_role("button", name="I have read this").click()
    volunteer.get_by_role("link", name="Go on without practice").click()
    for number in range(1, 11):
        expect(volunteer.locator(f"[data-situation][data-number='{number}']")).to_be_visible()
        volunteer.locator(".choice-most").nth(0).click()
        volunteer.locator(".choice-least").nth(1).click()
        expect(volunteer.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
        volunteer.get_by_role("button", name=re.compile("Next")).click()
    volunteer.goto(re.sub(r"/\d+$", "/check", volunteer.url))
    volunteer.get_by_role("button", name="Finish without them").click()
    expect(volunteer.get_by_role("heading", name="Your result")).to_be_visible()
    expect(volunteer.get_by_text("sees these lines, or what you chose")).to_be_visible()
    assert_accessible(volunteer)
    volunteer.get_by_role("link", name="Write to a person").click()
    assert_accessible(volunteer)
    volunteer.get_by_role("link", name="Your data").click()
    assert_accessible(volunteer)
    volunteer.get_by_role("link", name="Erase my data").click()
    assert_accessible(volunteer)

    page.reload()
    expect(page.get_by_role("row", name="Vera Example")).to_contain_text("Finished")
    expect(page.get_by_role("progressbar", name="1 of 100 for how often each option is chosen")).to_be_visible()


@pytest.mark.parametrize("seen_as", [*SEEN_AS, pytest.param((320, "light"), id="320px-light")])
def test_every_page_of_a_full_pilot_is_accessible(
    house: RunningHouse, open_page: Open, hr: Actor, seen_as: tuple[int, str]
) -> None:
    with house.database.writing() as session:
        pilot_id = piloting.make_pilot(session, hr)
        piloting.make_crowd(session, hr, pilot_id, 1, 4)
        people = session.scalars(sa.select(Candidacy.id).order_by(Candidacy.number)).all()
        hiring.start(session, hr.organisation_id, people[0])
        hiring.finish(session, hr.organisation_id, people[1])
        volunteers.withdraw(session, hr, people[2], START)
        session.execute(sa.delete(Outgoing))
    page = open_page(*seen_as)
    sign_in(house, page, hr)
    for path in (
        "",
        f"/{pilot_id}",
        f"/{pilot_id}/invite",
        f"/{pilot_id}/close",
        f"/volunteers/{people[3]}/withdraw",
    ):
        page.goto(f"/pilots{path}")
        assert_accessible(page)
    page.goto(f"/pilots/{pilot_id}/close")
    page.get_by_role("button", name="Close the pilot").click()
    assert_accessible(page)
    page.get_by_role("link", name="Reopen the pilot").click()
    assert_accessible(page)
    page.goto("/log")
    expect(page.get_by_role("link", name=TITLE).first).to_be_visible()
    assert_accessible(page)
