"""The pages of the item bank: who reaches them, what they show, and retiring."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.bank.content import Bank
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.scoring import content
from assessment.store.content import BankItem, ItemVersion
from assessment.store.database import Database
from tests import hiring, taking
from tests.banks import private
from tests.calibrating import answer_all, make_draft
from tests.conftest import START
from tests.factories import make_actor, make_organisation

PAGE = "/bank/frontdoor/cold-soup"
RETIRE = f"{PAGE}/retire"
REASON = "Two readers took the second option for a joke"


@pytest.fixture
def analyst(database: Database) -> Actor:
    with database.writing() as session:
        return make_actor(session, make_organisation(session), Role.ANALYST, "Anna")


@pytest.fixture
def desk(analyst: Actor, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(analyst)


def rows(page: str) -> list[str]:
    return re.findall(r'<th scope="row">\s*<a href="/bank/frontdoor/([^"]+)"', page)


def test_items_are_listed_a_page_at_a_time(desk: FlaskClient, bank: Bank) -> None:
    seen: list[str] = []
    address = "/bank"
    while address:
        page = desk.get(address).text
        seen += rows(page)
        further = re.search(rf'href="([^"]+)">Page {len(seen) // 24 + 1}</a>', page)
        address = further[1].replace("&amp;", "&") if further else ""
    assert sorted(seen) == sorted([*bank.items, *bank.practice])
    assert "What the key covers" in desk.get("/bank").text


def test_items_are_found_and_the_wish_stays_in_the_form(desk: FlaskClient) -> None:
    page = desk.get("/bank?text=soup&channel=table&status=trial").text
    assert rows(page) == ["cold-soup"]
    assert 'value="soup"' in page
    assert '<option value="table" selected>' in page
    assert "1 situation of" in page
    nothing = desk.get("/bank?text=zzzz&page=7")
    assert nothing.status_code == 200
    assert "No situation is like that" in nothing.text
    kept = desk.get("/bank?status=trial").text
    assert re.search(r'href="/bank\?page=2&amp;status=trial"', kept)


def test_an_item_is_shown_as_candidates_see_it_with_key_and_reviews(desk: FlaskClient, bank: Bank) -> None:
    page = desk.get(PAGE).text
    item = bank.items["cold-soup"]
    assert page.count('class="option-text"') == 4
    assert "<strong>most</strong> likely to do" in page
    for option in item.options:
        assert f"{option.desirability:g} of 7" in page
    assert "Working with rules −2, Tact −1.5" in page
    assert "Key, read blind" in page
    assert "language model" in page
    assert "No figures: fewer than 10 finished sittings" in page
    assert "no calibration of a form with this version has been made" in page
    assert "General form: 24 situations" in page


def test_figures_and_fit_are_shown_once_there_are_some(desk: FlaskClient, analyst: Actor, database: Database) -> None:
    with database.writing() as session:
        vacancy = hiring.make_vacancy(session, make_actor(session, analyst.organisation_id))
        answer_all(session, analyst.organisation_id, vacancy, slice(12))
        draft = make_draft(session, analyst.organisation_id)
    page = desk.get(PAGE).text
    assert "Given in 12 finished sittings of your organisation" in page
    assert page.count('data-label="Most likely"') == 4
    assert f"/keys/{draft.id}#cold-soup" in page


def test_retiring_asks_for_a_reason_and_says_what_it_does(
    desk: FlaskClient, analyst: Actor, database: Database, come_in: Callable[[Actor], FlaskClient]
) -> None:
    before = desk.get(PAGE).text
    assert "Vacancies and pilots that are open go on with it" in before
    assert "Now in: General form" in before
    refused = desk.post(RETIRE, data={"reason": " "})
    assert refused.status_code == 422
    assert "Write why" in refused.text
    done = desk.post(RETIRE, data={"reason": REASON}, follow_redirects=True).text
    assert "The situation is retired." in done
    assert f"By Anna, Test Organisation: {REASON}" in done
    assert "Retire it" not in done
    again = desk.post(RETIRE, data={"reason": REASON})
    assert again.status_code == 422
    assert "retired already" in again.text
    with database.writing() as session:
        hr = make_actor(session, analyst.organisation_id)
    log = come_in(hr).get("/log?show=Item+bank").text
    said = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", log))
    assert "retired the situation frontdoor/cold-soup" in said


def test_a_shared_bank_is_for_who_runs_the_installation(desk: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        make_organisation(session, "Secret Other Shop")
    page = desk.get(PAGE).text
    assert "1 other organisation uses this bank too" in page
    assert "assessment bank retire frontdoor/cold-soup" in page
    assert "Secret Other Shop" not in page
    answer = desk.post(RETIRE, data={"reason": REASON})
    assert answer.status_code == 422
    assert "none of them retires a situation alone" in answer.text


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_for_all_others_these_pages_do_not_exist(
    analyst: Actor, database: Database, come_in: Callable[[Actor], FlaskClient], role: Role
) -> None:
    with database.writing() as session:
        member = make_actor(session, analyst.organisation_id, role)
    browser = come_in(member)
    for path in ("/bank", PAGE, f"{PAGE}?version=2"):
        assert browser.get(path).status_code == 404
    assert browser.post(RETIRE, data={"reason": REASON}).status_code == 404
    assert 'href="/bank"' not in browser.get("/profiles").text
    with database.reading() as session:
        assert "retired" not in session.scalars(sa.select(BankItem.status)).all()


def test_another_organisations_bank_is_not_there(
    database: Database, bank: Bank, come_in: Callable[[Actor], FlaskClient]
) -> None:
    with database.writing() as session:
        content.load_bank(session, private(bank, "north-shop"), START)
        analysts = [
            make_actor(session, make_organisation(session, name), Role.ANALYST) for name in ("north-shop", "south-shop")
        ]
    north, south = map(come_in, analysts)
    own = "/bank/north/cold-soup"
    assert north.get(own).status_code == 200
    assert own in north.get("/bank?bank=north").text
    absent = south.get("/bank/north/no-such-thing").text
    assert south.get(own).status_code == 404
    assert south.get(own).text == absent
    assert south.post(f"{own}/retire", data={"reason": REASON}).status_code == 404
    assert own not in south.get("/bank?text=soup").text
    with database.writing() as session:
        for kind in (BankItem, ItemVersion):
            session.execute(sa.delete(kind).where(kind.bank == "north"))


def test_no_key_reaches_a_candidate_a_manager_or_hr(
    database: Database, bank: Bank, app: Flask, come_in: Callable[[Actor], FlaskClient]
) -> None:
    """The words a level rests on, wherever these people look: their pages of the same person, the log, the files."""
    with database.writing() as session:
        person = taking.make_person(session)
        taking.take(session, person)
        members = [make_actor(session, person.organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER)]
    why = {option.why for item in bank.items.values() for option in item.options}
    texts = []
    for member in members:
        browser = come_in(member)
        texts += [
            browser.get(path).text
            for path in (
                f"/vacancies/candidates/{person.candidacy_id}",
                f"/vacancies/{person.vacancy_id}",
                f"/vacancies/{person.vacancy_id}/people.csv",
                "/log",
            )
        ]
    candidate = app.test_client()
    invitation = person.invited.invitation_id
    with candidate.session_transaction() as browser_cookie:
        browser_cookie["invitations"] = {str(invitation): {"organisation": str(person.organisation_id), "device": 1}}
    texts += [candidate.get(f"/take/{invitation}/{page}").text for page in ("result", "data", "practice")]
    for text in texts:
        assert "desirability" not in text
        assert not [words for words in why if words in text]
