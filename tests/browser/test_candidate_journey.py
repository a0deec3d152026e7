"""The candidate's way in a real browser: by hand, by keyboard, without scripts, offline, and in two browsers."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect

from assessment.store.sittings import Answer, AnswerEvent, Result
from tests import taking
from tests.browser.conftest import DESK, PHONE, SEEN_AS, RunningHouse, assert_accessible
from tests.taking import Person

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def person(house: RunningHouse) -> Person:
    with house.database.writing() as session:
        return taking.make_person(session)


def base_of(person: Person) -> str:
    return f"/take/{person.invited.invitation_id}"


def begin(page: Page, person: Person) -> None:
    """From the link to the first situation."""
    page.goto(f"/i/{person.token}")
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("link", name="Go on without practice").click()
    expect(page.get_by_role("heading", name="Situation 1 of")).to_be_visible()


def choose(page: Page, most: int, least: int) -> None:
    """Press the two choices as a finger or a mouse would."""
    page.locator(".choice-most").nth(most - 1).click()
    page.locator(".choice-least").nth(least - 1).click()


def expect_saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")


def expect_number(page: Page, number: int) -> None:
    expect(page.locator(f"[data-situation][data-number='{number}']")).to_be_visible()


def total_of(page: Page) -> int:
    return int(page.locator("[data-situation]").get_attribute("data-total") or 0)


def kept(house: RunningHouse) -> dict[int, tuple[str, str]]:
    """What the server holds, by the number of the situation."""
    with house.database.reading() as session:
        person_form = session.execute(
            sa.text("SELECT item_version_id, position FROM form_item WHERE form_id = (SELECT form_id FROM sitting)")
        ).all()
        numbers = {row.item_version_id: row.position for row in person_form}
        rows = session.execute(sa.select(Answer.item_version_id, Answer.most, Answer.least)).all()
        return {numbers[row.item_version_id.hex]: (row.most, row.least) for row in rows}


def events(house: RunningHouse) -> int:
    with house.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(AnswerEvent)) or 0


@pytest.mark.parametrize("seen_as", [*SEEN_AS, pytest.param((320, "light"), id="320px-light")])
def test_the_whole_way(house: RunningHouse, open_page: OpenPage, person: Person, seen_as: tuple[int, str]) -> None:
    page = open_page(*seen_as)
    page.goto("/link-not-good")
    assert_accessible(page)
    page.get_by_role("link", name="Ask for a new link").click()
    assert_accessible(page)
    page.get_by_label("E-mail address").fill("ann@mail.example")
    page.get_by_role("button", name="Ask for a new link").click()
    assert_accessible(page)

    page.goto(f"/i/{person.token}")
    assert person.token not in page.url
    assert_accessible(page)
    page.get_by_role("link", name="Ask for another way").first.click()
    assert_accessible(page)
    page.get_by_role("link", name="Back").click()
    page.get_by_role("button", name="I have read this").click()

    expect(page.get_by_role("heading", name="Practice")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Try it").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert_accessible(page)
    choose(page, 2, 4)
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator("[data-beside]")).to_be_hidden()
    page.get_by_role("button", name="Try it").click()
    assert_accessible(page)
    page.get_by_role("link", name="Go to the first situation").click()

    total = total_of(page)
    for number in range(1, total + 1):
        expect_number(page, number)
        if number in (1, 2, total):
            assert_accessible(page)
        if number == 3:
            page.get_by_role("link", name="Skip this one for now").click()
            continue
        choose(page, number % 4 + 1, (number + 1) % 4 + 1)
        if number == 1:
            expect_saved(page)
            assert_accessible(page)
        page.get_by_role("button", name="Next situation" if number < total else "Check your answers").click()

    expect(page).to_have_url(re.compile("/check$"))
    assert_accessible(page)
    assert sorted(kept(house)) == [number for number in range(1, total + 1) if number != 3]
    expect(page.get_by_text("One situation is not answered")).to_be_visible()
    page.get_by_role("link", name="Answer situation 3", exact=True).last.click()
    choose(page, 1, 2)
    expect_saved(page)
    page.get_by_role("button", name="Save and go back to your answers").click()
    expect(page.get_by_role("link", name="go to Finish")).to_be_visible()
    assert_accessible(page)
    page.goto(base_of(person))
    expect(page.get_by_text(f"You have answered {total} of {total}").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Check your answers and finish").click()
    page.get_by_role("button", name="Finish", exact=True).click()

    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    assert_accessible(page)
    for title in ("Trust", "Tact", "Empathy", "Working with rules", "Focus", "Flexibility"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("link", name="Ask a person to look again").click()
    assert_accessible(page)
    page.get_by_label("What should the person know?").fill("The phone rang.")
    page.get_by_role("button", name="Ask a person").click()
    expect(page.get_by_text("You asked on")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("link", name="Add a note").click()
    assert_accessible(page)
    page.get_by_role("link", name="Back to your result").click()
    page.get_by_role("link", name="See or download your data").click()
    page.get_by_text("Every answer as it was saved").click()
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download my data").click()
    assert download.value.suggested_filename.endswith(".json")
    page.get_by_role("link", name="Erase my data").click()
    assert_accessible(page)
    page.get_by_label("Yes, erase my data").check()
    page.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_role("heading", name="Your data is erased")).to_be_visible()
    assert_accessible(page)
    page.goto(f"/i/{person.token}")
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()


@pytest.mark.parametrize("seen_as", SEEN_AS)
def test_the_pages_after_the_deadline(
    house: RunningHouse, open_page: OpenPage, person: Person, seen_as: tuple[int, str]
) -> None:
    page = open_page(*seen_as)
    begin(page, person)
    choose(page, 1, 2)
    expect_saved(page)
    house.clock.now += timedelta(days=30)
    choose(page, 3, 4)
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "error")
    expect(page.locator("[data-save-state]")).to_contain_text("time for this questionnaire is over")
    assert_accessible(page)
    page.reload()
    expect(page.get_by_role("heading", name="The time for this questionnaire is over")).to_be_visible()
    assert_accessible(page)


def test_the_question_can_be_read_aloud(open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    page.get_by_role("group", name="Which would you be most likely to do? Which least likely?").wait_for()
    text = page.locator("#option-1-text").inner_text()
    assert page.get_by_role("radio", name=f"Most likely: {text}").count() == 1
    assert page.get_by_role("radio", name=f"Least likely: {text}").count() == 1
    assert page.locator("fieldset.question").get_attribute("aria-describedby") == "situation-text"
    before = page.evaluate(
        "document.querySelector('.situation').compareDocumentPosition(document.querySelector('fieldset'))"
    )
    assert before & 4, "the situation is read before its options"
    assert page.locator("[data-save-state]").get_attribute("role") == "status"


def test_after_going_on_the_heading_has_the_focus_and_back_works(open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    choose(page, 1, 2)
    requests: list[str] = []
    expect_saved(page)
    page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    page.get_by_role("button", name="Next situation").click()
    expect_number(page, 2)
    assert [one for one in requests if "/static/" not in one] == [], "it came with the save"
    expect(page.locator("#place")).to_be_focused()
    expect(page).to_have_title(re.compile("^Situation 2 of"))
    expect(page).to_have_url(re.compile("/2$"))
    page.go_back()
    expect_number(page, 1)
    expect(page.locator("#most-1")).to_be_checked()
    expect(page.locator("#least-2")).to_be_checked()
    page.go_forward()
    expect_number(page, 2)
    page.get_by_role("link", name="Back").click()
    expect_number(page, 1)
    page.reload()
    expect(page.locator("#most-1")).to_be_checked()
    expect_saved(page)


def test_answering_by_keyboard_alone(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    page.keyboard.press("2")
    expect(page.locator("#most-2")).to_be_checked()
    expect(page.locator("#most-2")).to_be_focused()
    page.keyboard.press("Shift+Digit4")
    expect(page.locator("#least-4")).to_be_checked()
    expect_saved(page)
    page.keyboard.press("ArrowUp")
    expect(page.locator("#least-3")).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#least-2")).to_be_checked()
    expect(page.locator("#most-2")).not_to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#least-1")).to_be_checked()
    expect(page.locator("#most-2")).to_be_checked()
    page.keyboard.press("Enter")
    expect_number(page, 2)
    assert len(kept(house)) == 1

    page.get_by_label("Use the keys 1 to 4").uncheck()
    page.keyboard.press("1")
    expect(page.locator("#most-1")).not_to_be_checked()
    page.reload()
    expect(page.get_by_label("Use the keys 1 to 4")).not_to_be_checked()


def test_choosing_the_same_for_both_takes_the_other_away(open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    choose(page, 1, 1)
    expect(page.locator("#most-1")).not_to_be_checked()
    expect(page.locator("#least-1")).to_be_checked()
    told = "One option can’t be both. Now choose a new “most likely”."
    expect(page.locator(".option").first.get_by_text(told)).to_be_visible()
    expect(page.locator("[data-beside]")).to_have_text(told)
    expect(page.locator("[data-save-state]")).to_have_text(told)
    assert_accessible(page)
    page.get_by_role("button", name="Next situation").click()
    expect(page.locator("#question-error")).to_contain_text("Now choose what you would most likely do.")
    expect(page.locator("[data-beside]")).to_have_text(
        "One choice is missing. Now choose what you would most likely do."
    )
    expect(page.locator("[data-beside]")).to_be_focused()
    expect(page.locator("[data-beside]")).to_be_in_viewport()
    expect_number(page, 1)
    assert_accessible(page)
    page.locator(".choice-most").nth(2).click()
    expect(page.locator("[data-beside]")).to_be_hidden()
    expect(page.locator(".option-both")).to_have_count(0)


def test_a_change_left_in_the_middle_keeps_the_earlier_answer_and_says_so(
    house: RunningHouse, open_page: OpenPage, person: Person
) -> None:
    page = open_page(PHONE)
    begin(page, person)
    told = page.get_by_text("Your change was not complete. Your earlier answer still counts.")
    choose(page, 1, 2)
    expect_saved(page)
    before = kept(house)
    page.get_by_role("button", name="Next situation").click()
    expect_number(page, 2)
    expect(told).to_be_hidden()
    page.go_back()
    expect_number(page, 1)
    page.locator(".choice-least").first.click()
    page.go_forward()
    expect_number(page, 2)
    expect(told).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Back").click()
    expect_number(page, 1)
    expect(told).to_be_hidden()
    expect(page.locator("#most-1")).to_be_checked()
    expect(page.locator("#least-2")).to_be_checked()
    page.goto(f"{base_of(person)}/1?then=check")
    page.locator(".choice-least").first.click()
    page.get_by_role("link", name="Back to your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(told).to_be_visible()
    page.reload()
    expect(told).to_be_hidden()
    assert kept(house) == before


def test_moments_are_shown_in_the_own_time_zone(
    house: RunningHouse, browser: Browser, open_page: OpenPage, person: Person
) -> None:
    page = open_page()
    page.goto(f"/i/{person.token}")
    shown = page.locator("time").first
    utc = shown.get_attribute("datetime") or ""
    context = browser.new_context(base_url=house.url, timezone_id="Asia/Kolkata")
    other = context.new_page()
    other.goto(f"/i/{person.token}")
    moment = datetime.fromisoformat(utc).astimezone(timezone(timedelta(hours=5, minutes=30)))
    expect(other.locator("time").first).to_have_text(f"{moment.day} {moment:%B %Y, %H:%M}")
    context.close()
    plain = open_page(scripts=False)
    plain.goto(f"/i/{person.token}")
    expect(plain.locator("time").first).to_contain_text(" UTC")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_without_scripts(house: RunningHouse, open_page: OpenPage, person: Person, width: int) -> None:
    page = open_page(width, scripts=False)
    page.goto(f"/i/{person.token}")
    page.get_by_role("button", name="I have read this").click()
    choose(page, 1, 2)
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("link", name="Go to the first situation").click()
    page.get_by_role("button", name="Next situation").click()
    expect(page.locator(".error-summary")).to_be_visible()
    choose(page, 3, 3)
    page.get_by_role("button", name="Next situation").click()
    expect(page.get_by_text("One option can’t be both").first).to_be_visible()
    choose(page, 3, 4)
    page.get_by_role("button", name="Next situation").click()
    total = int((page.get_by_role("heading", level=1).inner_text()).split()[-1])
    for number in range(2, total + 1):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Situation {number} of {total}")
        choose(page, 1, 2)
        page.get_by_role("button", name="Next situation" if number < total else "Check your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    assert len(kept(house)) == total
    page.get_by_role("button", name="Finish", exact=True).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    with house.database.reading() as session:
        assert session.scalars(sa.select(Result.answered)).one() == total


def test_a_lost_connection_loses_nothing(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page(PHONE)
    begin(page, person)
    choose(page, 1, 2)
    expect_saved(page)
    state = page.locator("[data-save-state]")
    page.context.set_offline(True)
    page.get_by_role("button", name="Next situation").click()
    expect_number(page, 2)
    choose(page, 3, 4)
    expect(state).to_have_attribute("data-state", "offline")
    expect(state).to_contain_text("Not saved yet")
    expect(page.locator("[data-beside]")).to_contain_text("Not saved yet, will be sent again")
    page.get_by_role("button", name="Next situation").click()
    expect(state).to_contain_text("The next situation comes when the connection is back")
    assert sorted(kept(house)) == [1]
    page.get_by_role("link", name="Back").click()
    expect_number(page, 1)
    choose(page, 4, 3)
    expect(state).to_contain_text("2 answers not saved yet")
    page.go_back()
    expect_number(page, 2)
    expect(page.locator("#most-3")).to_be_checked()
    page.context.set_offline(False)
    expect_saved(page)
    assert sorted(kept(house)) == [1, 2]
    page.reload()
    expect_saved(page)
    expect(page.locator("#most-3")).to_be_checked()
    expect(page.locator("#least-4")).to_be_checked()


def test_what_waits_goes_out_when_the_page_is_opened_again(
    house: RunningHouse, open_context: Callable[..., BrowserContext], person: Person
) -> None:
    context = open_context()
    page = context.new_page()
    begin(page, person)
    context.route("**/answers/**", lambda route: route.abort())
    choose(page, 2, 1)
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet")
    page.close()
    assert kept(house) == {}
    context.unroute("**/answers/**")
    page = context.new_page()
    page.goto(base_of(person))
    expect(page.locator("[data-save-state]")).to_have_text("Everything is saved")
    assert sorted(kept(house)) == [1]


def test_leaving_warns_only_while_something_is_not_sent(open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    warned: list[str] = []

    def stay(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    choose(page, 1, 2)
    expect_saved(page)
    page.goto(base_of(person))
    assert warned == []
    page.go_back()
    expect_saved(page)
    page.route("**/answers/**", lambda route: route.abort())
    choose(page, 2, 3)
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet")
    page.goto(base_of(person))
    assert warned == ["beforeunload"]


def test_saved_is_shown_only_after_the_server_has_said_so(
    house: RunningHouse, open_page: OpenPage, person: Person
) -> None:
    page = open_page()
    begin(page, person)
    held: list[Route] = []
    page.route("**/answers/**", lambda route: held.append(route))  # noqa: PLW0108
    choose(page, 1, 2)
    state = page.locator("[data-save-state]")
    expect(state).to_have_attribute("data-state", "saving")
    page.wait_for_timeout(800)
    assert len(held) == 1
    expect(state).to_have_attribute("data-state", "saving")
    held[0].continue_()
    expect_saved(page)
    assert sorted(kept(house)) == [1]


def test_a_reply_that_got_lost_is_asked_for_again(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    tries: list[str] = []

    def lose_the_first(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/answers/**", lose_the_first)
    choose(page, 1, 2)
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet")
    expect_saved(page)
    assert tries[0] == tries[1]
    assert events(house) == 1


@pytest.mark.parametrize("status", [404, 413, 422])
def test_what_can_never_be_saved_is_said_and_not_sent_again(
    house: RunningHouse, open_page: OpenPage, person: Person, status: int
) -> None:
    page = open_page()
    begin(page, person)
    tries: list[int] = []

    def refuse(route: Route) -> None:
        tries.append(1)
        route.fulfill(status=status, content_type="application/json", body='{"error": "No."}')

    page.route("**/answers/**", refuse)
    choose(page, 1, 2)
    state = page.locator("[data-save-state]")
    expect(state).to_have_attribute("data-state", "error")
    expect(state).to_have_text("Not saved. No.")
    page.wait_for_timeout(1500)
    assert len(tries) == 1
    page.unroute("**/answers/**")
    choose(page, 3, 4)
    expect_saved(page)


def test_a_server_in_trouble_is_asked_again(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    tries: list[int] = []

    def trouble(route: Route) -> None:
        tries.append(1)
        if len(tries) < 3:
            route.fulfill(status=500, body="no")
        else:
            route.continue_()

    page.route("**/answers/**", trouble)
    choose(page, 1, 2)
    expect(page.locator("[data-save-state]")).to_contain_text("Not saved yet, will be sent again")
    expect_saved(page)
    assert len(tries) == 3
    assert sorted(kept(house)) == [1]


def test_a_stale_sign_is_renewed(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    page.evaluate("document.querySelector('[data-questionnaire]').dataset.csrf = 'stale'")
    choose(page, 1, 2)
    expect_saved(page)
    assert sorted(kept(house)) == [1]


def test_a_second_browser_goes_on_and_the_first_is_told(
    house: RunningHouse, open_page: OpenPage, person: Person
) -> None:
    first, second = open_page(DESK), open_page(PHONE)
    begin(first, person)
    choose(first, 1, 2)
    expect_saved(first)
    second.goto(f"/i/{person.token}")
    expect(second.get_by_text("You have answered 1 of").first).to_be_visible()
    assert_accessible(second)
    second.get_by_role("button", name="Continue here").click()
    expect_number(second, 2)
    choose(second, 3, 4)
    expect_saved(second)

    choose(first, 2, 3)
    told = first.locator("[data-elsewhere]")
    expect(told).to_contain_text("This questionnaire is now open on another device")
    expect(told).to_contain_text("Your answers up to now are saved.")
    expect_saved(first)
    expect(first.locator("#most-2")).to_be_checked()
    expect(first.locator("#most-1")).to_be_disabled()
    expect(first.get_by_role("button", name="Next situation")).to_be_hidden()
    expect(told).to_be_in_viewport()
    assert_accessible(first)
    first.goto(f"{base_of(person)}/1")
    expect(first.get_by_role("heading", name="now open on another device")).to_be_visible()
    assert_accessible(first)
    first.get_by_role("button", name="Continue here").click()
    expect_number(first, 3)
    choose(first, 1, 2)
    expect_saved(first)
    second.get_by_role("button", name="Next situation").click()
    choose(second, 3, 4)
    expect(second.locator("[data-save-state]")).to_contain_text("Not saved: a newer answer")
    expect(second.locator("[data-elsewhere]")).to_contain_text(
        "For situation 3 the answer from the other device counts."
    )
    expect(second.locator("#most-1")).to_be_checked()
    assert_accessible(second)
    assert sorted(kept(house)) == [1, 2, 3]
    second.get_by_role("button", name="Continue here").click()
    expect_number(second, 4)


def test_two_tabs_of_one_browser(
    house: RunningHouse, open_context: Callable[..., BrowserContext], person: Person
) -> None:
    context = open_context()
    one, other = context.new_page(), context.new_page()
    begin(one, person)
    other.goto(f"{base_of(person)}/1")
    for page, pair in ((one, (1, 2)), (other, (3, 4)), (one, (2, 4))):
        choose(page, *pair)
        expect_saved(page)
        page.wait_for_timeout(600)
    assert events(house) == 3
    one.reload()
    expect(one.locator("#most-2")).to_be_checked()
    expect(one.locator("#least-4")).to_be_checked()


def test_finishing_in_one_tab_sends_the_other_to_the_result(
    house: RunningHouse, open_context: Callable[..., BrowserContext], person: Person
) -> None:
    context = open_context()
    one, other = context.new_page(), context.new_page()
    begin(one, person)
    other.goto(f"{base_of(person)}/1")
    one.goto(f"{base_of(person)}/check")
    one.get_by_role("button", name="Finish without them").click()
    expect(one.get_by_text("there are no scores")).to_be_visible()
    assert_accessible(one)
    choose(other, 1, 2)
    expect(other.get_by_role("heading", name="Your result")).to_be_visible()
    assert other.evaluate("Object.keys(localStorage).filter(name => name.startsWith('frontdoor.'))") == []


def test_a_double_click_on_every_button_does_no_harm(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page()
    page.goto(f"/i/{person.token}")
    page.get_by_role("button", name="I have read this").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Practice|Welcome back"))
    page.goto(f"{base_of(person)}")
    page.get_by_role("link", name="Continue with situation 1").click()
    choose(page, 1, 2)
    page.get_by_role("button", name="Next situation").click(click_count=2, delay=5)
    page.wait_for_timeout(800)
    assert events(house) == 1
    page.goto(f"{base_of(person)}/check")
    page.get_by_role("button", name="Finish").dblclick()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    with house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Result)) == 1


def test_the_back_button_after_finishing_leads_to_the_result(open_page: OpenPage, person: Person) -> None:
    page = open_page()
    begin(page, person)
    choose(page, 1, 2)
    expect_saved(page)
    page.goto(f"{base_of(person)}/check")
    page.get_by_role("button", name="Finish without them").click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()


def test_it_works_where_the_browser_keeps_nothing(house: RunningHouse, open_page: OpenPage, person: Person) -> None:
    page = open_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }});")
    begin(page, person)
    choose(page, 1, 2)
    expect_saved(page)
    page.get_by_role("button", name="Next situation").click()
    expect_number(page, 2)
    choose(page, 1, 2)
    expect_saved(page)
    page.reload()
    choose(page, 3, 4)
    expect_saved(page)
    assert sorted(kept(house)) == [1, 2]
