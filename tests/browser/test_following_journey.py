"""Following a vacancy in a real browser: the board, the terms, a copy, and plain facts from question to answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from assessment.services import links
from assessment.services.actors import Actor
from assessment.services.hiring import fields
from assessment.services.hiring.fields import FieldKind, Question
from assessment.services.permissions import Role
from tests import taking
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, make_person, make_vacancy, start

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Hiring:
    hr: Actor
    manager: Actor
    vacancy: uuid.UUID


@pytest.fixture
def hiring(house: RunningHouse) -> Hiring:
    """Sixty people: the first twelve have finished, the next ten have started."""
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        hr = make_actor(session, organisation_id, Role.HR, "Hanna")
        manager = make_actor(session, organisation_id, Role.HIRING_MANAGER, "Max")
        vacancy = make_vacancy(session, hr)
        people = [make_person(session, organisation_id, vacancy, number) for number in range(1, 61)]
        for candidacy in people[:12]:
            finish(session, organisation_id, candidacy)
        for candidacy in people[12:22]:
            start(session, organisation_id, candidacy)
    return Hiring(hr, manager, vacancy)


def sign_in(house: RunningHouse, page: Page, member: Actor) -> None:
    with house.database.writing() as session:
        token = links.make_sign_in_link(session, member.organisation_id, member.member_id, START)
    page.goto(f"/sign-in/{token}")
    page.get_by_role("main").get_by_role("button").click()


def manage(page: Page, what: str) -> None:
    page.get_by_text("Manage the vacancy").click()
    page.get_by_role("link", name=what).click()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_a_manager_follows_a_vacancy(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hiring.manager)
    page.goto(f"/vacancies/{hiring.vacancy}")
    assert_accessible(page)
    page.get_by_role("main").get_by_role("link", name="How far people are").first.click()
    expect(page.get_by_text("60 people; here are 1 to 50")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Candidate 60")).to_be_visible()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Started, not finished 10").click()
    expect(page.get_by_text("10 people")).to_be_visible()
    page.get_by_label("Order").select_option("Latest step first")
    page.get_by_role("searchbox").fill("17")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_text("1 person", exact=True)).to_be_visible()
    expect(page.get_by_label("Order")).to_have_value("latest")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this list").click()
    assert "Candidate 17" in download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Nobody is found")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Show everybody").click()
    expect(page.get_by_text("60 people; here are 1 to 50")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_hr_changes_terms_asks_questions_and_copies(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hiring.hr)
    page.goto(f"/vacancies/{hiring.vacancy}")
    manage(page, "Change the terms")
    assert_accessible(page)
    page.get_by_label("Places to fill").fill("3")
    page.get_by_label("Last day for invitations").fill("2020-01-01")
    page.get_by_role("button", name="Keep the changes").click()
    expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("Last day for invitations").fill("2026-12-24")
    page.get_by_role("button", name="Keep the changes").click()
    expect(page.get_by_text("3 places to fill. Last day for invitations: 24 December 2026.")).to_be_visible()
    manage(page, "Plain questions")
    assert_accessible(page)
    page.get_by_role("combobox", name="Kind of answer 1", exact=True).select_option("Short text")
    page.get_by_role("textbox", name="Question 1", exact=True).fill("How old are you?")
    page.get_by_role("button", name="Keep the questions").click()
    page.get_by_role("link", name="asks about age").click()
    expect(page.get_by_role("textbox", name="Question 1", exact=True)).to_be_focused()
    assert_accessible(page)
    page.get_by_role("textbox", name="Question 1", exact=True).fill("When can you start?")
    page.get_by_role("button", name="Keep the questions").click()
    expect(page.get_by_text("Candidates read the questions after the situations.")).to_be_visible()
    manage(page, "Copy the vacancy")
    assert_accessible(page)
    page.get_by_label("Title").fill("Second shop")
    page.get_by_role("button", name="Open the copy").click()
    expect(page.get_by_role("heading", name="Nobody is invited yet")).to_be_visible()
    manage(page, "Plain questions")
    expect(page.get_by_role("textbox", name="Question 1", exact=True)).to_have_value("When can you start?")


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_a_candidate_answers_plain_questions_and_members_read_them(
    house: RunningHouse, open_page: Callable[..., Page], seen_as: tuple[int, str]
) -> None:
    with house.database.writing() as session:
        person = taking.make_person(session)
        asked = [
            Question(FieldKind.YES_NO, "Can you work on Saturdays?"),
            Question(FieldKind.ONE_OF, "Which shift?", ("Early", "Late")),
            Question(FieldKind.NUMBER, "How many hours a week?"),
        ]
        fields.change(session, person.actor, person.vacancy_id, asked, START)
        taking.start(session, person)
        taking.answer_first(session, person, taking.total(session, person))
    page = open_page(*seen_as)
    page.goto(f"/i/{person.token}")
    page.get_by_role("button").first.click()
    page.goto(f"/take/{person.invited.invitation_id}/check")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="Plain questions")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("group", name="Can you work on Saturdays?").get_by_label("Yes").check()
    page.get_by_role("group", name="Which shift?").get_by_label("Late").check()
    page.get_by_label("How many hours a week?").fill("many")
    page.get_by_role("button", name="Save and see your result").click()
    expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("How many hours a week?").fill("20")
    page.get_by_role("button", name="Save and see your result").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    expect(page.get_by_role("link", name="Change what you said")).to_be_visible()
    assert_accessible(page)
    member = open_page(*seen_as)
    sign_in(house, member, person.actor)
    member.goto(f"/vacancies/candidates/{person.candidacy_id}")
    expect(member.get_by_role("heading", name="Plain facts")).to_be_visible()
    expect(member.get_by_role("listitem").filter(has_text="Which shift?")).to_contain_text("Late")
    assert_accessible(member)
    member.goto(f"/vacancies/{person.vacancy_id}/questions")
    expect(member.get_by_text("These questions are fixed")).to_be_visible()
    assert_accessible(member)
