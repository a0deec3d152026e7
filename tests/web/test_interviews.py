"""The pages of an interview and a panel: who reaches them, what they say, and what they never say."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.bank.content import Bank
from assessment.bank.lists import EVERYBODY
from assessment.services.actors import Actor
from assessment.services.hiring import panels
from assessment.services.hiring.interview_ratings import PanelAgreement, QuestionRatings, Row
from assessment.services.hiring.panels import Seat
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.interviews import InterviewRating, InterviewSheet
from assessment.store.records import AuditEntry
from assessment.web.manager import interview_words
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, invite, make_person, make_vacancy, signed_in

FAR = (-2.0, -2.0, -2.0, 2.0, 2.0, -2.0)
FIRST = "everybody-hard-to-help"
WORDS = "Unmistakable words about a neighbour"


@dataclass(frozen=True)
class House:
    """One organisation with a vacancy: 1 is far from the role, 2 answered at random, 3 is invited."""

    hr: Actor
    manager: Actor
    other: Actor
    analyst: Actor
    vacancy: uuid.UUID
    people: tuple[uuid.UUID, ...]

    @property
    def interview(self) -> str:
        return f"/vacancies/candidates/{self.people[0]}/interview"


@pytest.fixture
def house(database: Database) -> House:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr = make_actor(session, organisation_id, Role.HR, "Hanna")
        manager = make_actor(session, organisation_id, Role.HIRING_MANAGER, "Max")
        other = make_actor(session, organisation_id, Role.HIRING_MANAGER, "Zoe")
        analyst = make_actor(session, organisation_id, Role.ANALYST)
        vacancy = make_vacancy(session, hr)
        people = [make_person(session, organisation_id, vacancy, number) for number in (1, 2)]
        finish(session, organisation_id, people[0], FAR)
        finish(session, organisation_id, people[1], FAR, p_random=0.9)
        people.append(invite(session, hr, vacancy))
    return House(hr, manager, other, analyst, vacancy, tuple(people))


@pytest.fixture
def enter(app: Flask, database: Database) -> Callable[[Actor], FlaskClient]:
    def open_one(actor: Actor) -> FlaskClient:
        client = app.test_client()
        with database.writing() as session:
            token = signed_in(session, actor)
        with client.session_transaction() as browser:
            browser["member"] = token
        return client

    return open_one


def hand_in(client: FlaskClient, house: House, rating: str = "4", then: str = "hand-in") -> int:
    data = {f"rating-{FIRST}": rating, f"note-{FIRST}": WORDS, "then": then}
    return client.post(house.interview, data=data).status_code


def test_the_guide_begins_with_what_everybody_is_asked_and_says_what_to_listen_for(
    house: House, enter: Callable[[Actor], FlaskClient], bank: Bank
) -> None:
    page = enter(house.manager).get(house.interview)
    assert page.status_code == 200
    titles = re.findall(r"<h2[^>]*>([^<]+)</h2>", page.text)
    assert titles[1] == "Asked of everybody"
    assert bank.attributes["trust"].title in titles
    for question in (*bank.interview[EVERYBODY].questions, *bank.interview["trust"].of("low")):
        assert question.question in page.text
        assert f"5: {question.scale.five}" in page.text
        assert all(point in page.text for point in question.listen_for)
    assert bank.interview["trust"].of("high")[0].question not in page.text


def test_no_level_of_the_key_stands_on_any_of_the_pages(
    house: House, enter: Callable[[Actor], FlaskClient], bank: Bank
) -> None:
    client = enter(house.manager)
    for page in (client.get(house.interview), client.get(f"{house.interview}/paper")):
        assert "level" not in page.text.lower().replace("level=", "")
        for item in bank.items.values():
            assert item.id not in page.text
            assert all(option.why not in page.text for option in item.options)


def test_paper_says_nothing_of_the_result(house: House, enter: Callable[[Actor], FlaskClient]) -> None:
    client = enter(house.manager)
    assert "%)" in client.get(house.interview).text
    paper = client.get(f"{house.interview}/paper").text
    main = paper[paper.index("<main") : paper.index("</main")]
    assert "%" not in main
    assert "role asks for" not in main


@pytest.mark.parametrize("place", [1, 2])
def test_without_a_result_the_guide_asks_about_everything_that_the_role_needs(
    house: House, enter: Callable[[Actor], FlaskClient], bank: Bank, place: int
) -> None:
    page = enter(house.manager).get(f"/vacancies/candidates/{house.people[place]}/interview")
    assert "There are no scores of this person" in page.text
    for attribute in bank.attributes:
        assert bank.interview[attribute].of("uncertain")[0].question in page.text


def test_ratings_are_kept_handed_in_and_seen_by_those_who_have_given_theirs(
    house: House, enter: Callable[[Actor], FlaskClient], database: Database
) -> None:
    manager, other = enter(house.manager), enter(house.other)
    assert hand_in(manager, house, then="keep") == 302
    kept = manager.get(house.interview).text
    assert WORDS in kept
    assert re.search(rf'checked[^>]*id="rating-{FIRST}-3"|id="rating-{FIRST}-3"[^>]*checked', kept)
    assert "Nobody has handed in ratings yet" in other.get(f"{house.interview}/ratings").text
    assert hand_in(manager, house) == 302
    before = other.get(f"{house.interview}/ratings").text
    assert "1 member has handed in ratings" in before
    assert WORDS not in before + other.get(house.interview).text
    assert hand_in(other, house, "2") == 302
    page = other.get(f"{house.interview}/ratings").text
    assert WORDS in page
    assert "2 steps apart" in page
    assert "on average 2.0 of the four steps" in page
    with database.reading() as session:
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.member_id == house.other.member_id))
        assert {"viewed the interview guide of", "viewed the ratings of", "rated an interview with"} <= set(actions)


def test_a_second_handing_in_is_refused_and_changes_nothing(
    house: House, enter: Callable[[Actor], FlaskClient], database: Database
) -> None:
    client = enter(house.manager)
    hand_in(client, house)
    again = client.post(house.interview, data={f"rating-{FIRST}": "1", "then": "hand-in"})
    assert again.status_code == 422
    assert "You have handed in your ratings" in again.text
    with database.reading() as session:
        assert session.scalars(sa.select(InterviewRating.rating)).all() == [4]


def test_problems_come_back_with_what_was_typed(
    house: House, enter: Callable[[Actor], FlaskClient], database: Database
) -> None:
    client = enter(house.manager)
    empty = client.post(house.interview, data={f"note-{FIRST}": WORDS, "then": "hand-in"})
    assert (empty.status_code, WORDS in empty.text) == (422, True)
    assert "Rate at least one question" in empty.text
    strange = client.post(house.interview, data={f"rating-{FIRST}": "9", f"note-{FIRST}": WORDS})
    assert (strange.status_code, WORDS in strange.text) == (422, True)
    early = client.post(f"{house.interview}/remark", data={"text": "Too early"})
    assert early.status_code == 422
    assert "Hand in your ratings first" in early.text
    with database.reading() as session:
        assert session.scalars(sa.select(InterviewSheet)).all() == []


def test_a_remark_is_added_and_shown(house: House, enter: Callable[[Actor], FlaskClient]) -> None:
    client = enter(house.manager)
    hand_in(client, house)
    assert client.post(f"{house.interview}/remark", data={"text": ""}).status_code == 422
    assert client.post(f"{house.interview}/remark", data={"text": "An <afterthought>"}).status_code == 302
    for path in (house.interview, f"{house.interview}/ratings"):
        assert "An &lt;afterthought&gt;" in client.get(path).text


def test_looking_without_rating_is_a_step_of_its_own(house: House, enter: Callable[[Actor], FlaskClient]) -> None:
    hand_in(enter(house.manager), house)
    client = enter(house.hr)
    assert WORDS not in client.get(f"{house.interview}/ratings").text
    assert client.post(f"{house.interview}/look").status_code == 302
    assert WORDS in client.get(f"{house.interview}/ratings").text
    assert hand_in(client, house) == 422
    assert "Hand in my ratings" not in client.get(house.interview).text


def test_hr_sets_the_panel_and_others_find_no_page(
    house: House, enter: Callable[[Actor], FlaskClient], database: Database
) -> None:
    path = f"/vacancies/{house.vacancy}/panel"
    for actor in (house.manager, house.analyst):
        assert enter(actor).get(path).status_code == 404
        assert enter(actor).post(path).status_code == 404
    client = enter(house.hr)
    page = client.get(path)
    assert "Max (hiring manager)" in page.text
    everybody = {f"seat-{one.member_id}": "none" for one in (house.hr, house.manager, house.other)}
    alone = client.post(path, data=everybody | {"only": "y"})
    assert (alone.status_code, "Put somebody on the panel" in alone.text) == (422, True)
    assert (
        client.post(path, data=everybody | {f"seat-{house.manager.member_id}": "both", "only": "y"}).status_code == 302
    )
    assert enter(house.manager).get(house.interview).status_code == 200
    for way in (f"/vacancies/{house.vacancy}", house.interview, f"{house.interview}/ratings"):
        assert enter(house.other).get(way).status_code == 404
    assert hand_in(enter(house.other), house) == 404
    with database.reading() as session:
        panel = panels.of_vacancy(session, house.hr, house.vacancy)
        assert [(one.name, one.seat) for one in panel.seated] == [("Max", Seat(may_rate=True, may_decide=True))]


def test_who_may_not_decide_is_offered_no_decision(
    house: House, enter: Callable[[Actor], FlaskClient], database: Database
) -> None:
    with database.writing() as session:
        seats = {house.manager.member_id: Seat(may_rate=True, may_decide=False)}
        panels.change(session, house.hr, house.vacancy, seats, only=False, now=START)
        another = make_person(session, house.hr.organisation_id, house.vacancy, 9)
        finish(session, house.hr.organisation_id, another, FAR)
    person = f"/vacancies/candidates/{house.people[0]}"
    assert "Decide about this person" not in enter(house.manager).get(person).text
    assert "Decide about this person" in enter(house.other).get(person).text
    compared = f"/vacancies/{house.vacancy}/compare?c={house.people[0]}&c={another}"
    assert "Read and decide" not in enter(house.manager).get(compared).text
    assert "Read and decide" in enter(house.other).get(compared).text
    refused = enter(house.manager).post(
        f"{person}/decision", data={"kind": "shortlisted", "reason": "Works weekends", "tell": "y"}
    )
    assert refused.status_code == 422
    assert "without a say in decisions" in refused.text


def test_analysts_and_strangers_find_nothing(
    house: House, enter: Callable[[Actor], FlaskClient], database: Database
) -> None:
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Other Ltd"))
    for actor in (house.analyst, stranger):
        client = enter(actor)
        for path in (house.interview, f"{house.interview}/paper", f"{house.interview}/ratings"):
            assert client.get(path).status_code == 404
        for path in (house.interview, f"{house.interview}/look", f"{house.interview}/remark"):
            assert client.post(path, data={"text": "x"}).status_code == 404


def test_what_was_written_on_a_page_that_is_no_more_is_not_lost(
    house: House, enter: Callable[[Actor], FlaskClient], bank: Bank
) -> None:
    client = enter(house.manager)
    gone = bank.interview["trust"].of("high")[0]
    assert gone.question not in client.get(house.interview).text
    data = {f"rating-{gone.id}": "3", f"note-{gone.id}": WORDS, "then": "keep"}
    assert client.post(house.interview, data=data).status_code == 302
    page = client.get(house.interview).text
    assert "Asked before" in page
    assert gone.question in page
    assert WORDS in page


def test_a_bank_without_questions_says_so(
    house: House, enter: Callable[[Actor], FlaskClient], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions = app.extensions
    monkeypatch.setitem(extensions, "frontdoor", replace(extensions["frontdoor"], interview={}))
    client = enter(house.manager)
    assert "There are no questions here" in client.get(house.interview).text
    for path in (f"/vacancies/{house.vacancy}", f"/vacancies/candidates/{house.people[0]}"):
        assert client.get(path).status_code == 200


def row(*ratings: int | None) -> Row:
    return Row("Asked?", ratings, ("",) * len(ratings))


@pytest.mark.parametrize(
    ("mean", "spread", "said"),
    [
        (None, None, "no rating"),
        (4, None, "one rating"),
        (4, 0, "all the same"),
        (3.5, 1, "one step apart"),
        (3, 2, "2 steps apart: tell each other what you heard"),
    ],
)
def test_agreement_on_a_question_is_said_in_words(mean: float | None, spread: float | None, said: str) -> None:
    assert interview_words.spread(QuestionRatings(row(4), mean, spread)) == said


def test_agreement_over_an_interview_and_a_vacancy_is_said_in_words() -> None:
    assert "nothing can be said" in interview_words.apart(None)
    assert "close together: on average 0.4" in interview_words.apart(0.4)
    assert "about a step apart" in interview_words.apart(0.9)
    assert "far apart" in interview_words.apart(1.4)
    assert "agrees well (intraclass correlation 0.86, 95% interval 0.75 to 0.95)" in interview_words.panel(
        PanelAgreement(0.86, 0.75, 0.95, 20)
    )
    assert "agrees hardly, as far as is known yet, (" in interview_words.panel(PanelAgreement(0.6, 0.2, 0.8, 11))
