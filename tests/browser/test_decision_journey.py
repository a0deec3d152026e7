"""From a first judgement to a decision, a letter, another look and a closed vacancy, through a real browser."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from assessment.services import links
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.store.records import Outgoing
from tests.browser.conftest import SEEN_AS, RunningHouse, assert_accessible
from tests.factories import make_actor, make_organisation
from tests.hiring import decide, finish, make_person, make_vacancy

pytestmark = pytest.mark.browser

SUITS = (0.2, 0.5, 0.5, 0.0, -0.6, 0.4)
FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)


@dataclass(frozen=True)
class Hiring:
    """A vacancy with judgement first: 1 suits, 2 is far."""

    hr: Actor
    other: Actor
    manager: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]


@pytest.fixture
def hiring(house: RunningHouse) -> Hiring:
    with house.database.writing() as session:
        organisation_id = make_organisation(session)
        hr, other, manager = (
            make_actor(session, organisation_id, role, name)
            for role, name in ((Role.HR, "Hanna"), (Role.OWNER, "Otto"), (Role.HIRING_MANAGER, "Max"))
        )
        vacancy = make_vacancy(session, hr, judgement_first=True)
        people = [make_person(session, organisation_id, vacancy, number) for number in (1, 2)]
        for person, theta in zip(people, (SUITS, FAR), strict=True):
            finish(session, organisation_id, person, theta)
    house.clock.go_on(hours=1)
    return Hiring(hr, other, manager, vacancy, tuple(people))


def sign_in(house: RunningHouse, page: Page, member: Actor) -> None:
    with house.database.writing() as session:
        token = links.make_sign_in_link(session, member.organisation_id, member.member_id, house.clock.now)
    page.goto(f"/sign-in/{token}")
    page.get_by_role("main").get_by_role("button").click()


def link_to(house: RunningHouse, subject: str) -> str:
    with house.database.reading() as session:
        text = session.scalars(sa.select(Outgoing.text).where(Outgoing.subject.like(f"{subject}%"))).one()
    found = re.search(r"/i/\S+", text)
    assert found
    return found[0]


def judge_and_decline(page: Page, number: int) -> None:
    page.get_by_role("link", name=f"Candidate {number}").first.click()
    expect(page.get_by_text("Hidden until you have judged the profile.")).to_be_visible()
    page.get_by_label("Rather not").check()
    page.get_by_label("What did you see in it?").fill("Slow to change plans")
    page.get_by_role("button", name="Keep my judgement").click()
    expect(page.get_by_text("of 100, 90% interval")).to_be_visible()
    page.get_by_label("Decline").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
    page.get_by_label("Why?").fill("We need somebody who likes change")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Noted: declined. An e-mail to them is written.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_hr_judges_decides_and_another_member_looks_again(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(scripts=scripts)
    sign_in(house, page, hiring.hr)
    for number in (2, 1):
        page.goto(f"/vacancies/{hiring.vacancy}/close")
        judge_and_decline(page, number)
    candidate = open_page(390, scripts=scripts)
    with house.database.reading() as session:
        texts = session.scalars(sa.select(Outgoing.text).order_by(Outgoing.created_at, Outgoing.id)).all()
    link = next(re.search(r"/i/\S+", text) for text in texts if "Person2" in text)
    assert link
    candidate.goto(link[0])
    expect(candidate.get_by_role("heading", name="The organisation does not go on")).to_be_visible()
    expect(candidate.get_by_text("“We need somebody who likes change”")).to_be_visible()
    candidate.get_by_role("link", name="Ask a person to look again").click()
    candidate.get_by_role("textbox").fill("I changed plans every day in my last job.")
    candidate.get_by_role("button", name="Ask a person").click()
    expect(candidate.get_by_text("by 6 December 2026")).to_be_visible()
    page.goto("/vacancies")
    expect(page.get_by_text("by another member: you decided")).to_be_visible()
    other = open_page(scripts=scripts)
    sign_in(house, other, hiring.other)
    other.get_by_role("table", name="Waiting for an answer").get_by_role("link").click()
    expect(other.get_by_text("I changed plans every day in my last job.")).to_be_visible()
    other.get_by_role("button", name="Answered").click()
    expect(other.get_by_text("Noted as answered.")).to_be_visible()
    page.goto(f"/vacancies/{hiring.vacancy}/close")
    page.get_by_role("button", name="Close the vacancy").click()
    expect(page.get_by_text("The vacancy is closed.")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_everybody_can_use_every_page(
    house: RunningHouse, hiring: Hiring, open_page: Callable[..., Page], seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    sign_in(house, page, hiring.hr)
    vacancy, (one, two) = f"/vacancies/{hiring.vacancy}", hiring.people
    paths = [
        "/vacancies/judgements",
        vacancy,
        f"{vacancy}/close",
        f"{vacancy}/decisions",
        f"/vacancies/candidates/{one}",
        f"/vacancies/candidates/{two}",
    ]
    for path in paths:
        page.goto(path)
        assert_accessible(page)
    page.goto(f"/vacancies/candidates/{one}")
    page.get_by_role("button", name="Keep my judgement").click()
    expect(page.get_by_role("group", name="There is a problem")).to_be_visible()
    assert_accessible(page)
    with house.database.writing() as session:
        decide(session, hiring.manager, two, reason="Speaks five languages", now=house.clock.now)
    for person in hiring.people:
        page.goto(f"/vacancies/candidates/{person}")
        page.get_by_label("Open", exact=True).check()
        page.get_by_label("What did you see in it?").fill("Seen")
        page.get_by_role("button", name="Keep my judgement").click()
    for path in paths:
        page.goto(path)
        for summary in page.locator("main summary").all():
            summary.click()
        assert_accessible(page)
    page.goto(link_to(house, "You are on the shortlist"))
    expect(page.get_by_role("heading", name="You are on the shortlist")).to_be_visible()
    for summary in page.locator("main summary").all():
        summary.click()
    assert_accessible(page)
