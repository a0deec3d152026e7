"""HR in a real browser: what was agreed, what is to be read with caution, and norm groups."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from assessment.services import links
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.scoring import quality_notes
from tests import taking
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, make_person, make_vacancy

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@dataclass(frozen=True)
class Hiring:
    """24 who have finished, and one who always chose the same places: `noted`."""

    hr: Actor
    manager: Actor
    noted: taking.Person


@pytest.fixture(scope="module", autouse=True)
def few_simulated() -> Iterator[None]:
    """What is looked at does not hang on how many people are behind a cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quality_notes, "PEOPLE", 500)
        yield


@pytest.fixture
def hiring(house: RunningHouse) -> Hiring:
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        hr = make_actor(session, organisation_id, Role.HR, "Hanna")
        manager = make_actor(session, organisation_id, Role.HIRING_MANAGER, "Max")
        vacancy = make_vacancy(session, hr)
        for number in range(1, 25):
            finish(
                session,
                organisation_id,
                make_person(session, organisation_id, vacancy, number),
                [(number - 12) / 8 + d / 10 for d in range(6)],
            )
        noted = taking.invite(session, hr, vacancy)
        taking.take(session, noted, seed=4)  # in this order of options the same places look like somebody who reads
        quality_notes.warm(session)
    return Hiring(hr, manager, noted)


def come_in(house: RunningHouse, page: Page, member: Actor) -> None:
    with house.database.writing() as session:
        token = links.make_sign_in_link(session, member.organisation_id, member.member_id, START)
    page.goto(f"/sign-in/{token}")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def candidate(candidacy_id: uuid.UUID) -> str:
    return f"/vacancies/candidates/{candidacy_id}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_hr_makes_a_group_and_a_manager_reads_where_people_stand(
    house: RunningHouse, hiring: Hiring, open_page: Open, scripts: bool
) -> None:
    page = open_page(scripts=scripts)
    come_in(house, page, hiring.hr)
    page.get_by_role("link", name="Norm groups").click()
    page.get_by_role("button", name="Make the group").click()
    expect(page.get_by_role("link", name="Choose a group.")).to_be_visible()
    page.get_by_label("Whose results?").select_option(label="Retail: 25 people")
    page.get_by_role("button", name="Make the group").click()
    expect(page.get_by_role("heading", name="Retail")).to_be_visible()
    page.get_by_role("button", name="Make it anew").click()
    expect(page.get_by_role("heading", name="All versions")).to_be_visible()
    manager = open_page(scripts=scripts)
    come_in(house, manager, hiring.manager)
    manager.get_by_role("link", name="Sales assistant").click()
    manager.get_by_role("link", name="Candidate 12").first.click()
    expect(manager.get_by_text("people of the sector Retail (comparison group, version 2)")).to_be_visible()


def test_hr_records_what_was_agreed_and_the_person_reads_it(
    house: RunningHouse, hiring: Hiring, open_page: Open
) -> None:
    page = open_page()
    come_in(house, page, hiring.hr)
    page.goto(candidate(hiring.noted.candidacy_id))
    page.get_by_role("link", name="Read with caution").click()
    expect(page.get_by_role("heading", name="How the answers were given")).to_be_in_viewport()
    page.get_by_role("link", name="Record what was agreed").click()
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("link", name="Write what was agreed with the person.")).to_be_visible()
    page.get_by_label("What was agreed").fill("Breaks whenever you like")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Breaks whenever you like")).to_be_visible()
    expect(page.get_by_text("How fast the answers came was not looked at")).to_be_visible()
    person = open_page()
    person.goto(f"/i/{hiring.noted.token}")
    person.goto(f"/take/{hiring.noted.invited.invitation_id}/data")
    expect(person.get_by_text("Breaks whenever you like")).to_be_visible()
    manager = open_page()
    come_in(house, manager, hiring.manager)
    manager.goto(candidate(hiring.noted.candidacy_id))
    expect(manager.get_by_role("heading", name="Attribute by attribute")).to_be_visible()
    assert manager.get_by_text("Breaks whenever").count() == manager.get_by_text("with caution").count() == 0
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Nothing so far.")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_the_pages_are_accessible_and_fit(
    house: RunningHouse, hiring: Hiring, open_page: Open, seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    come_in(house, page, hiring.hr)
    page.goto("/norms")
    assert_accessible(page)
    page.get_by_role("button", name="Make the group").click()
    assert_accessible(page)
    page.get_by_label("Whose results?").select_option(label="Retail: 25 people")
    page.get_by_role("button", name="Make the group").click()
    assert_accessible(page)
    page.get_by_role("link", name="Norm groups").first.click()
    assert_accessible(page)
    page.goto(candidate(hiring.noted.candidacy_id))
    expect(page.get_by_text("Compared with")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Record what was agreed").click()
    assert_accessible(page)
    page.get_by_role("button", name="Record it").click()
    assert_accessible(page)
    page.get_by_label("What was agreed").fill("Breaks " * 60)
    page.get_by_role("button", name="Record it").click()
    assert_accessible(page)
    person = open_page(*seen_as)
    person.goto(f"/i/{hiring.noted.token}")
    person.goto(f"/take/{hiring.noted.invited.invitation_id}/data")
    assert_accessible(person)
