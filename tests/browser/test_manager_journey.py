"""A hiring manager's way through a real browser: invite, look, compare, shortlist."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from assessment.services import links
from assessment.services.actors import Actor, Invited
from assessment.services.permissions import Role
from assessment.services.sitting import candidate_requests
from assessment.store.hiring import Invitation
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, invite, make_person, make_vacancy, publish_again

pytestmark = pytest.mark.browser

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-3.2, -2.0, -2.0, 2.0, 2.0, -2.0)


@dataclass(frozen=True)
class Hiring:
    hr: Actor
    manager: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]


@pytest.fixture
def hiring(house: RunningHouse) -> Hiring:
    """Six who suit, one far off the scale, one who answered at random, one who is invited."""
    house.clock.go_on(hours=1)  # finishing took twenty minutes
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        hr = make_actor(session, organisation_id, Role.HR, "Hanna")
        manager = make_actor(session, organisation_id, Role.HIRING_MANAGER, "Max")
        vacancy = make_vacancy(session, hr)
        people = [make_person(session, organisation_id, vacancy, number) for number in range(1, 9)]
        for place, candidacy in enumerate(people[:6]):
            finish(session, organisation_id, candidacy, tuple(value + place / 20 for value in SUITS))
        finish(session, organisation_id, people[6], FAR)
        finish(session, organisation_id, people[7], SUITS, p_random=0.9)
        people.append(invite(session, hr, vacancy, "Ada Example"))
        publish_again(session, hr, vacancy)
    return Hiring(hr, manager, vacancy, tuple(people))


def sign_in(house: RunningHouse, page: Page, member: Actor) -> None:
    with house.database.writing() as session:
        token = links.make_sign_in_link(session, member.organisation_id, member.member_id, house.clock.now)
    page.goto(f"/sign-in/{token}")
    page.get_by_role("main").get_by_role("button").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_manager_finds_compares_and_shortlists(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(scripts=scripts)
    sign_in(house, page, hiring.manager)
    page.get_by_role("link", name="Sales assistant").click()
    expect(page.get_by_role("heading", name="Who should I talk to?")).to_be_visible()
    for number in (2, 5):
        page.get_by_role("checkbox", name=f"Compare Candidate {number}").check()
    page.get_by_role("button", name="Compare the chosen people").click()
    expect(page.get_by_role("heading", name="Compare 2 people")).to_be_visible()
    expect(page.get_by_text("as likely as not")).to_be_visible()
    page.get_by_role("link", name="Read and decide about Candidate 5").click()
    page.get_by_label("Shortlist: I want to meet this person").check()
    page.get_by_label("Why?").fill("Can work at weekends")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Noted: shortlisted. An e-mail to them is written.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nameof Person5", level=1)).to_be_visible()
    page.get_by_role("link", name="Sales assistant").first.click()
    expect(page.get_by_role("heading", name="Shortlist (1)")).to_be_visible()
    expect(page.get_by_role("link", name="Nameof Person5").first).to_be_visible()
    expect(page.get_by_role("link", name="Candidate 2")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_comparing_is_within_reach_counts_and_hides_no_focus(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width)
    sign_in(house, page, hiring.manager)
    page.goto(f"/vacancies/{hiring.vacancy}")
    button = page.get_by_role("button", name="Compare the chosen people")
    page.get_by_role("checkbox", name="Compare Candidate 1").check()
    expect(button).to_be_in_viewport()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    button.click()
    expect(page.get_by_text("Choose at least one more")).to_be_visible()
    expect(page.get_by_role("heading", name="Who should I talk to?")).to_be_attached()
    page.evaluate("window.scrollTo(0, 0); document.activeElement.blur()")
    page.get_by_role("checkbox", name="Compare Candidate 1").focus()
    for _ in range(14):
        hidden = page.evaluate(
            "() => { const bar = document.querySelector('.choosing-bar').getBoundingClientRect();"
            " const on = document.activeElement; const own = on.getBoundingClientRect();"
            " return !on.closest('.choosing-bar') && own.bottom > bar.top && own.top < bar.bottom; }"
        )
        assert not hidden, page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
    page.get_by_role("checkbox", name="Compare Candidate 3").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    button.click()
    expect(page.get_by_role("heading", name="Compare 2 people")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("2 chosen")).to_be_visible()


def test_hr_opens_a_vacancy_and_invites_with_the_keyboard_alone(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    sign_in(house, page, hiring.hr)
    page.get_by_role("link", name="Open a vacancy").press("Enter")
    page.get_by_label("Title").focus()
    page.keyboard.type("Weekends")
    page.keyboard.press("Tab")
    page.keyboard.type("Quay")
    page.keyboard.press("Tab")
    page.keyboard.type("Shop floor")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open the vacancy").press("Enter")
    expect(page.get_by_role("heading", name="Weekends", level=1)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Invite a person").first.press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
    page.get_by_label("Name").fill("Ben Example")
    page.get_by_label("E-mail address").fill("ben@candidate.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The invitation is written")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_everybody_can_use_every_page(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hiring.hr)
    vacancy = f"/vacancies/{hiring.vacancy}"
    everybody = "&".join(f"c={one}" for one in hiring.people)
    finished, invited = (f"/vacancies/candidates/{hiring.people[place]}" for place in (6, 8))
    for path in (
        "/vacancies",
        "/vacancies/new",
        vacancy,
        f"{vacancy}/invite",
        f"{vacancy}/invited",
        f"{vacancy}/close",
        f"{vacancy}/reopen",
        f"{vacancy}/move",
        f"{vacancy}/compare",
        f"{vacancy}/compare?{everybody}",
        finished,
        f"{finished}/again",
        invited,
        f"{invited}/extend",
        f"{invited}/revoke",
    ):
        page.goto(path)
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)


@pytest.mark.parametrize("path", ["/vacancies/new", "invite"])
def test_problems_are_read_first_and_lead_to_their_input(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], path: str
) -> None:
    page = open_page()
    sign_in(house, page, hiring.hr)
    page.goto(path if path.startswith("/") else f"/vacancies/{hiring.vacancy}/{path}")
    page.get_by_role("main").get_by_role("button").last.click()
    summary = page.get_by_role("group", name="There is a problem")
    expect(summary).to_be_focused()
    assert_accessible(page)
    summary.get_by_role("link").first.click()
    expect(page.locator("[aria-invalid]").first).to_be_focused()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_hr_answers_what_a_candidate_asked_for(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], seen_as: tuple[int, str]
) -> None:
    with house.database.writing() as session:
        invitation = session.scalars(sa.select(Invitation.id).where(Invitation.candidacy_id == hiring.people[-1])).one()
        candidate_requests.ask_other_way(
            session, Invited(hiring.hr.organisation_id, invitation), "By phone, please.", START
        )
    page = open_page(*seen_as)
    sign_in(house, page, hiring.hr)
    page.goto("/vacancies")
    expect(page.get_by_role("heading", name="Waiting for an answer (1)")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Candidate 9").click()
    expect(page.get_by_text("“By phone, please.”")).to_be_in_viewport()
    assert_accessible(page)
    page.get_by_role("button", name="Answered").click()
    expect(page.get_by_text("Noted as answered.")).to_be_visible()
    assert_accessible(page)
    page.goto("/vacancies")
    expect(page.get_by_text("Waiting for an answer")).to_have_count(0)
