"""The pages of pilots, and a volunteer's whole way through the pages."""

import html
import re
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.pilots import pilots
from assessment.services.sitting import candidate_requests
from assessment.store.content import KeyStatus, KeyVersion
from assessment.store.database import Database
from assessment.store.hiring import Candidacy, CandidateRequest, Invitation, Pilot
from assessment.store.records import AuditEntry, Outgoing
from tests import hiring, piloting, taking
from tests.conftest import START, Clock
from tests.factories import make_actor, make_organisation
from tests.piloting import TITLE
from tests.taking import Person

# Words of hiring that a volunteer must meet nowhere.
HIRING = re.compile(r"\b(position|role|hiring manager|your application|candidate|a person decides|next round)\b", re.I)


@pytest.fixture
def volunteer(database: Database) -> Person:
    with database.writing() as session:
        return piloting.make_volunteer(session)


@pytest.fixture
def pilot_id(volunteer: Person) -> uuid.UUID:
    return volunteer.vacancy_id


@pytest.fixture
def desk(come_in: Callable[[Actor], FlaskClient], volunteer: Person) -> FlaskClient:
    return come_in(volunteer.actor)


def member(database: Database, volunteer: Person, role: Role) -> Actor:
    with database.writing() as session:
        return make_actor(session, volunteer.organisation_id, role, role.title())


def counted(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def said(page: str) -> str:
    """What stands in the page's main part, as text."""
    main = re.sub(r"(?s)<footer.*?</footer>|.*<main|<script.*?</script>", " ", page)
    return html.unescape(re.sub(r"(?s)<[^>]*>", " ", main))


# --- HR


def test_hr_opens_a_pilot(desk: FlaskClient, database: Database, volunteer: Person) -> None:
    page = desk.get("/pilots/new").text
    form_id = re.search(r'<option[^>]*value="([0-9a-f-]{36})"', page)
    assert form_id
    answer = desk.post("/pilots/new", data={"title": "Second pilot", "form_id": form_id[1], "answer_days": "21"})
    assert answer.status_code == 302
    opened = desk.get(answer.location).text
    assert "Second pilot" in opened
    assert "3 weeks" in opened or "21 days" in opened
    assert "Nobody is invited yet" in opened
    listed = desk.get("/pilots").text
    assert listed.index("Second pilot") < listed.index("What changes at 100")


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "x" * 121}, {"answer_days": "many"}, {"answer_days": "0"}, {"form_id": "x"}]
)
def test_a_pilot_that_can_not_be_opened_is_shown_again(
    desk: FlaskClient, database: Database, pilot_id: uuid.UUID, wrong: dict[str, str]
) -> None:
    with database.reading() as session:
        form_id = session.scalars(sa.select(Pilot.form_id)).one()
    typed = {"title": "Typed title", "form_id": str(form_id), "answer_days": "14"} | wrong
    answer = desk.post("/pilots/new", data=typed)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert counted(database, Pilot) == 1


def test_the_page_of_a_pilot_shows_who_takes_part_and_logs_that_it_was_seen(
    desk: FlaskClient, database: Database, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    page = desk.get(f"/pilots/{pilot_id}").text
    for shown in ("Vera Example", "vera@mail.example", "Invited, not started", "100 missing", "500 missing"):
        assert shown in page
    assert "Provisional: not yet based on enough people’s answers" in page
    assert re.search(r'<progress[^>]*value="0" max="100"', page)
    with database.reading() as session:
        seen = session.execute(
            sa.select(AuditEntry.subject, AuditEntry.subject_id).where(AuditEntry.action == "viewed")
        )
        assert [tuple(row) for row in seen] == [("pilot", pilot_id)]


def test_no_page_of_hr_shows_what_a_volunteer_answered(
    desk: FlaskClient, database: Database, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    with database.writing() as session:
        taking.take(session, volunteer)
    page = said(desk.get(f"/pilots/{pilot_id}").text)
    assert "Finished" in page
    for attribute in ("Trust", "Tact", "Empathy", "Focus", "Flexibility"):
        assert attribute not in page
    for address in (
        f"/vacancies/candidates/{volunteer.candidacy_id}",
        f"/vacancies/{pilot_id}",
        f"/vacancies/{pilot_id}/people.csv",
        f"/vacancies/{pilot_id}/compare?c={volunteer.candidacy_id}",
    ):
        assert desk.get(address).status_code == 404


def test_one_person_is_invited(desk: FlaskClient, database: Database, pilot_id: uuid.UUID) -> None:
    answer = desk.post(f"/pilots/{pilot_id}/invite", data={"name": "Ben Example", "email": "ben@mail.example.org"})
    assert answer.status_code == 302
    page = desk.get(answer.location).text
    assert "The invitation is written" in page
    assert "Ben Example" in page
    again = desk.post(f"/pilots/{pilot_id}/invite", data={"name": "Ben", "email": "ben@mail.example.org"})
    assert again.status_code == 422
    assert "invited already" in again.text
    assert counted(database, Invitation) == 2


def test_a_list_is_taken_whole_or_shown_again_with_every_wrong_line(
    desk: FlaskClient, database: Database, pilot_id: uuid.UUID
) -> None:
    wrong = "Ada <b>, ada@mail.example\nBen\nVera, vera@mail.example"
    answer = desk.post(f"/pilots/{pilot_id}/invite-several", data={"people": wrong})
    assert answer.status_code == 422
    for told in ("2 lines can’t be used", "Line 2:", "Line 3:", "Ada &lt;b&gt;, ada@mail.example"):
        assert told in answer.text
    assert "Line 1:" not in answer.text
    assert counted(database, Invitation) == 1
    good = desk.post(
        f"/pilots/{pilot_id}/invite-several", data={"people": "Ada, ada@mail.example\nBen, b@mail.example"}
    )
    assert good.status_code == 302
    assert "2 invitations are written" in desk.get(good.location).text
    assert counted(database, Outgoing) == 3
    assert desk.post(f"/pilots/{pilot_id}/invite-several", data={"people": ""}).status_code == 422


def test_a_link_is_sent_again_and_an_invitation_withdrawn(
    desk: FlaskClient, database: Database, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    base = f"/pilots/volunteers/{volunteer.candidacy_id}"
    sent = desk.post(f"{base}/link")
    assert sent.status_code == 302
    assert "new link to Vera Example is written" in desk.get(sent.location).text
    assert "Withdraw the invitation?" in desk.get(f"{base}/withdraw").text
    assert desk.post(f"{base}/withdraw").status_code == 302
    assert "Invitation withdrawn" in desk.get(f"/pilots/{pilot_id}").text
    refused = desk.post(f"{base}/link")
    assert refused.status_code == 422
    assert "Vera Example: This person can’t answer any more" in refused.text
    assert desk.post(f"{base}/withdraw").status_code == 422


def test_a_pilot_is_closed_and_reopened(desk: FlaskClient, pilot_id: uuid.UUID) -> None:
    assert "can’t start any more" in desk.get(f"/pilots/{pilot_id}/close").text
    assert desk.post(f"/pilots/{pilot_id}/close").status_code == 302
    closed = desk.get(f"/pilots/{pilot_id}").text
    assert "Closed on" in closed
    assert "invite-several" not in closed
    for address in ("invite", "invite-several"):
        assert "This pilot is closed" in desk.get(f"/pilots/{pilot_id}/{address}").text
    assert desk.post(f"/pilots/{pilot_id}/close").status_code == 422
    assert desk.post(f"/pilots/{pilot_id}/reopen").status_code == 302
    assert desk.post(f"/pilots/{pilot_id}/reopen").status_code == 422


def test_the_page_says_what_a_published_calibration_changed(
    desk: FlaskClient, database: Database, clock: Clock, pilot_id: uuid.UUID
) -> None:
    with database.writing() as session:
        form_id = session.scalars(sa.select(Pilot.form_id)).one()
        first = session.scalars(sa.select(KeyVersion).where(KeyVersion.form_id == form_id)).one()
        made = KeyVersion(
            form_id=form_id,
            prior_version_id=first.prior_version_id,
            number=2,
            digest="another",
            content=first.content,
            pilot_n=134,
            status=KeyStatus.PUBLISHED,
            reason="The pilot among shop teams",
            decided_at=clock.now,
            decided_by="Anna Analyst",
            created_at=clock.now,
        )
        session.add(made)
        session.flush()
        key_id = made.id
    try:
        for address in ("/pilots", f"/pilots/{pilot_id}"):
            page = " ".join(said(desk.get(address).text).split())
            assert "since 22 November 2026 this form is scored with key 2, which rests on the answers of 134" in page
            assert "Anna Analyst published it, because: The pilot among shop teams" in page
            assert "Provisional" not in page
    finally:  # keys outlive the emptying between tests
        with database.writing() as session:
            session.execute(sa.delete(KeyVersion).where(KeyVersion.id == key_id))


def test_hr_reads_a_wish_for_help(
    desk: FlaskClient, client: FlaskClient, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    client.get(f"/i/{volunteer.token}")
    client.post(f"/take/{volunteer.invited.invitation_id}/other-way", data={"note": "Read it <i>to me</i>"})
    page = desk.get(f"/pilots/{pilot_id}").text
    assert "Asked for help on 22 November 2026" in page
    assert "Waits for an answer" in page
    assert "“Read it &lt;i&gt;to me&lt;/i&gt;”" in page
    assert 'href="mailto:vera%40mail.example?subject=' in page


def test_hr_finds_a_waiting_volunteer_among_the_candidates_and_notes_the_answer(
    desk: FlaskClient,
    come_in: Callable[[Actor], FlaskClient],
    database: Database,
    volunteer: Person,
    pilot_id: uuid.UUID,
) -> None:
    with database.writing() as session:
        candidate_requests.ask_other_way(session, volunteer.invited, "More days, please", START)
    listed = desk.get("/vacancies").text
    assert "Waiting for an answer (1)" in listed
    row = f'<a href="/pilots/{pilot_id}#volunteer-{volunteer.candidacy_id}">Vera Example</a>'
    assert row in listed
    for shown in (TITLE, "Asked for help"):
        assert shown in listed
    answer = re.search(r'action="(/pilots/volunteers/[^"]+/answered)"', desk.get(f"/pilots/{pilot_id}").text)
    assert answer
    analyst = come_in(member(database, volunteer, Role.ANALYST))
    assert analyst.post(answer[1]).status_code == 404
    hiring_address = answer[1].replace("/pilots/volunteers/", "/vacancies/candidates/")
    assert desk.post(hiring_address).status_code == 404
    page = desk.post(answer[1], follow_redirects=True).text
    assert "Answered</span> on 22 November 2026 by" in page
    assert "More days, please" in page, "it stays on the page"
    assert "Waits for an answer" not in page
    assert "Waiting for an answer" not in desk.get("/vacancies").text
    again = desk.post(answer[1])
    assert again.status_code == 422
    assert "noted already" in again.text
    log = re.sub(r"\s+", " ", said(desk.get("/log?show=Requests+of+candidates").text))
    assert f"Volunteer 1, {TITLE} asked for help" in log
    assert f"answered a request of Volunteer 1, {TITLE}" in log


def test_the_log_names_volunteers_by_number_and_leads_to_the_pilot(
    desk: FlaskClient, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    log = desk.get("/log").text
    assert f"Volunteer 1, {TITLE}" in log
    assert "opened the pilot" in log
    assert f'href="/pilots/{pilot_id}"' in log
    assert "Vera" not in log


# --- who sees what


ADDRESSES = (
    ("GET", "/pilots"),
    ("GET", "/pilots/new"),
    ("POST", "/pilots/new"),
    ("GET", "/pilots/{pilot}"),
    ("GET", "/pilots/{pilot}/invite"),
    ("POST", "/pilots/{pilot}/invite"),
    ("GET", "/pilots/{pilot}/invite-several"),
    ("POST", "/pilots/{pilot}/invite-several"),
    ("GET", "/pilots/{pilot}/close"),
    ("POST", "/pilots/{pilot}/close"),
    ("GET", "/pilots/{pilot}/reopen"),
    ("POST", "/pilots/{pilot}/reopen"),
    ("POST", "/pilots/volunteers/{volunteer}/link"),
    ("POST", "/pilots/volunteers/{volunteer}/requests/{request}/answered"),
    ("GET", "/pilots/volunteers/{volunteer}/withdraw"),
    ("POST", "/pilots/volunteers/{volunteer}/withdraw"),
)


def test_every_address_of_pilots_is_tried_below(app: Flask) -> None:
    ours = {
        (method, str(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pilots.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    tried = {
        (method, address.format(pilot="<uuid:pilot_id>", volunteer="<uuid:candidacy_id>", request="<uuid:request_id>"))
        for method, address in ADDRESSES
    }
    assert ours == tried


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_managers_and_strangers_find_nothing_there(
    come_in: Callable[[Actor], FlaskClient],
    database: Database,
    volunteer: Person,
    pilot_id: uuid.UUID,
    method: str,
    address: str,
) -> None:
    with database.writing() as session:
        candidate_requests.ask_other_way(session, volunteer.invited, "More days", START)
        request = session.scalars(sa.select(CandidateRequest.id)).one()
    path = address.format(pilot=pilot_id, volunteer=volunteer.candidacy_id, request=request)
    manager = come_in(member(database, volunteer, Role.HIRING_MANAGER))
    assert manager.open(path, method=method).status_code == 404
    if "{" in address:
        with database.writing() as session:
            stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
        assert come_in(stranger).open(path, method=method).status_code == 404


def test_a_manager_meets_pilots_on_no_page(
    come_in: Callable[[Actor], FlaskClient], database: Database, volunteer: Person
) -> None:
    with database.writing() as session:
        vacancy_id = hiring.make_vacancy(session, volunteer.actor, names_hidden=False)
        hiring.invite(session, volunteer.actor, vacancy_id, "Ada Example")
        taking.take(session, volunteer)
    manager = come_in(member(database, volunteer, Role.HIRING_MANAGER))
    for address in ("/vacancies", f"/vacancies/{vacancy_id}", f"/vacancies/{vacancy_id}/people.csv", "/profiles"):
        page = manager.get(address)
        assert page.status_code == 200
        for trace in ("pilots", "Vera", "vera@", TITLE):
            assert trace not in page.text, f"{address} shows {trace}"
    for address in ("/log", "/mail", f"/vacancies/candidates/{volunteer.candidacy_id}"):
        assert manager.get(address).status_code == 404
    for address in ("shortlist", "back", "link", "revoke", "extend", "again"):
        answer = manager.post(f"/vacancies/candidates/{volunteer.candidacy_id}/{address}")
        assert answer.status_code == 404, address


def test_an_analyst_sees_counts_and_no_names(
    come_in: Callable[[Actor], FlaskClient], database: Database, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    analyst = come_in(member(database, volunteer, Role.ANALYST))
    listed = analyst.get("/pilots").text
    assert TITLE in listed
    assert "/pilots/new" not in listed
    page = analyst.get(f"/pilots/{pilot_id}").text
    assert "1 invited" in page
    for hidden in ("Vera", "vera@", "/invite", "/close", volunteer.candidacy_id.__str__()):
        assert hidden not in page
    for address in ("/pilots/new", f"/pilots/{pilot_id}/invite", f"/pilots/{pilot_id}/close"):
        assert analyst.get(address).status_code == 404


def test_a_page_takes_as_many_queries_for_few_volunteers_as_for_many(
    desk: FlaskClient, database: Database, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    def read() -> list[int]:
        found = []
        for address in ("/pilots", f"/pilots/{pilot_id}"):
            with database.reading() as session, hiring.counted(session) as statements:
                assert desk.get(address).status_code == 200
            found.append(len(statements))
        return found

    few = read()
    with database.writing() as session:
        piloting.make_crowd(session, volunteer.actor, pilot_id, 2, 30)
        for candidacy_id in session.scalars(sa.select(Candidacy.id).where(Candidacy.number > 10)).all():
            hiring.finish(session, volunteer.organisation_id, candidacy_id)
    assert read() == few
    assert "Nameof Volunteer30" in desk.get(f"/pilots/{pilot_id}").text


# --- the volunteer


def test_a_volunteers_whole_way(client: FlaskClient, database: Database, volunteer: Person) -> None:
    """From the link to the own result and the erasure, and nowhere a word of hiring."""
    base = f"/take/{volunteer.invited.invitation_id}"
    pages = []

    def read(address: str = "", status: int = 200) -> str:
        answer = client.get(base + address)
        assert answer.status_code == status, address
        pages.append(said(answer.text))
        return answer.text

    assert client.get(f"/i/{volunteer.token}").location == base
    start = read()
    for told in (
        TITLE,
        "asks you to help to test",
        "voluntary",
        "Nobody at Harbour Stores sees your result",
        "180 days",
    ):
        assert told in start
    read("/other-way")
    notice = re.search(r'name="notice"[^>]*value="(\w+)"', start)
    assert notice
    assert client.post(f"{base}/start", data={"notice": notice[1]}).status_code == 303
    read("/practice")
    read("/1")
    read("/check")
    read()
    with database.writing() as session:
        taking.answer_first(session, volunteer, 24)
    assert client.post(f"{base}/finish").location == f"{base}/result"
    result = read("/result")
    assert "Nobody at Harbour Stores sees these lines" in result
    assert "Neither end is better" in result
    asked = read("/look-again")
    assert "Nobody there sees your result" in asked
    assert client.post(f"{base}/look-again", data={"note": ""}).status_code == 422
    assert client.post(f"{base}/look-again", data={"note": "Unclear"}).status_code == 303
    assert "You wrote on <time" in read("/result")
    assert "What you wrote is kept for HR" in read("/look-again")
    data = read("/data")
    assert TITLE in data
    assert "You wrote about your result" in data
    assert "Nothing follows from it" in data
    erase = read("/erase")
    assert "must be able to show how it hired" not in erase
    for page in pages:
        found = HIRING.search(page)
        assert found is None, page[max(0, found.start() - 80) : found.end() + 80]
    assert client.get(f"{base}/data.json").json["pilots"][0]["pilot"] == TITLE  # type: ignore[index]
    assert client.post(f"{base}/erase", data={"sure": "y"}).status_code == 303
    assert client.get(base).location == "/link-not-good"


def test_too_late_and_closed_read_right(
    client: FlaskClient, database: Database, clock: Clock, volunteer: Person, pilot_id: uuid.UUID
) -> None:
    base = f"/take/{volunteer.invited.invitation_id}"
    client.get(f"/i/{volunteer.token}")
    with database.writing() as session:
        pilots.close(session, volunteer.actor, pilot_id, START)
    closed = client.get(base)
    assert closed.status_code == 410
    assert "This pilot is no longer open" in closed.text
    assert not HIRING.search(said(closed.text))
    clock.go_on(days=30)
    assert not HIRING.search(said(client.get(base).text))


def test_random_clicks_lead_to_nothing_but_a_word_of_caution(
    client: FlaskClient, database: Database, volunteer: Person
) -> None:
    with database.writing() as session:
        hiring.finish(session, volunteer.organisation_id, volunteer.candidacy_id, p_random=0.9)
    client.get(f"/i/{volunteer.token}")
    page = said(client.get(f"/take/{volunteer.invited.invitation_id}/result").text)
    assert "nothing follows from it" in page
    assert not HIRING.search(page)


def test_too_few_answers_are_said_without_words_of_hiring(
    client: FlaskClient, database: Database, volunteer: Person
) -> None:
    with database.writing() as session:
        hiring.finish(session, volunteer.organisation_id, volunteer.candidacy_id, None, answered=4)
    client.get(f"/i/{volunteer.token}")
    page = said(client.get(f"/take/{volunteer.invited.invitation_id}/result").text)
    assert "there are no scores" in page
    assert not HIRING.search(page)


def test_an_applicant_still_reads_the_words_of_hiring(client: FlaskClient, database: Database) -> None:
    """Else the tests above could not fail."""
    with database.writing() as session:
        applicant = taking.make_person(session, "Elsewhere")
    client.get(f"/i/{applicant.token}")
    assert HIRING.search(said(client.get(f"/take/{applicant.invited.invitation_id}").text))


def test_who_is_in_both_erases_both_and_is_told_so(client: FlaskClient, database: Database, volunteer: Person) -> None:
    with database.writing() as session:
        vacancy_id = hiring.make_vacancy(session, volunteer.actor)
        taking.invite(session, volunteer.actor, vacancy_id, "Vera Example", "vera@mail.example")
    client.get(f"/i/{volunteer.token}")
    page = said(client.get(f"/take/{volunteer.invited.invitation_id}/erase").text)
    assert "Sales assistant" in page
    assert "must be able to show how it hired" in page
