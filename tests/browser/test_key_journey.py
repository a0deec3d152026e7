"""An analyst's way in a real browser: from the list of keys to a key in force."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from assessment.services import sign_in
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.scoring import key_reviews
from tests import hiring
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.browser.test_hr_journey import PASSWORD, come_in
from tests.calibrating import answer_all, make_draft, score_as
from tests.conftest import START
from tests.factories import make_actor, make_organisation

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def analyst(house: RunningHouse) -> Actor:
    """Five people have finished, and a draft waits."""
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        hr = make_actor(session, organisation_id, Role.HR, "Hanna")
        actor = make_actor(session, organisation_id, Role.ANALYST, "Anna")
        for one in (hr, actor):
            sign_in.set_password(session, one, PASSWORD, START)
        answer_all(session, organisation_id, hiring.make_vacancy(session, hr), slice(5))
        make_draft(session, organisation_id)
    return actor


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_analyst_reads_a_draft_and_publishes_it(open_page: Open, analyst: Actor, scripts: bool) -> None:
    page = open_page(scripts=scripts)
    come_in(page, analyst)
    page.get_by_role("link", name="Keys").click()
    expect(page.get_by_text("the experts’ key")).to_be_visible()
    page.get_by_role("link", name="Review version 2").click()
    page.get_by_text("forty-chairs, version").click()
    expect(page.locator("#forty-chairs").get_by_role("img").first).to_be_visible()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".error-summary")).to_contain_text("Choose one of the two.")
    page.get_by_label("Publish", exact=True).check()
    page.get_by_label("Why?").fill("The panel has read the report")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Version 2 is in force.")).to_be_visible()
    expect(page.get_by_text("5 finished sittings are scored with the key in force.")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_pages_of_keys_are_accessible(open_page: Open, analyst: Actor, seen_as: tuple[int, str]) -> None:
    page = open_page(*seen_as)
    come_in(page, analyst)
    page.goto("/keys")
    assert_accessible(page)
    for version in ("Version 2", "Version 1"):
        page.goto("/keys")
        page.get_by_role("link", name=version, exact=False).last.click()
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert_accessible(page)


def test_a_draft_fits_a_small_phone(open_page: Open, analyst: Actor) -> None:
    page = open_page(320)
    come_in(page, analyst)
    page.goto("/keys")
    assert_accessible(page)
    page.get_by_role("link", name="Review version 2").click()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert_accessible(page)


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_decisions_to_look_at_again_are_accessible(
    open_page: Open, house: RunningHouse, seen_as: tuple[int, str]
) -> None:
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        hr = make_actor(session, organisation_id, Role.HR, "Hanna")
        analyst = make_actor(session, organisation_id, Role.ANALYST, "Anna")
        sign_in.set_password(session, hr, PASSWORD, START)
        vacancy = hiring.make_vacancy(session, hr)
        people = [hiring.make_person(session, organisation_id, vacancy, number) for number in (1, 2)]
        sittings = [hiring.finish(session, organisation_id, one) for one in people]
        hiring.decide(session, hr, people[0], now=START + timedelta(hours=1))
        draft = make_draft(session, organisation_id)
        key_reviews.publish(session, analyst, draft.id, "The panel has read the report", START + timedelta(hours=2))
        far = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
        score_as(session, organisation_id, sittings[0], far, now=START + timedelta(hours=3))
    house.clock.go_on(days=1)
    page = open_page(*seen_as)
    come_in(page, hr)
    page.goto("/vacancies")
    expect(page.get_by_text("To look at again (1)")).to_be_visible()
    assert_accessible(page)
    page.goto(f"/vacancies/{vacancy}")
    expect(page.get_by_text("1 person here is scored with an older key")).to_be_visible()
    assert_accessible(page)
    page.goto(f"/vacancies/candidates/{people[0]}")
    expect(page.get_by_role("heading", name="Look at this decision again")).to_be_visible()
    assert_accessible(page)
