"""The deadline as a calendar entry: what RFC 5545 asks for, and no secret in it."""

import re
import uuid
from datetime import date

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from assessment.services.hiring import invitations
from assessment.store.database import Database
from assessment.web.candidate import calendar
from tests import taking
from tests.conftest import START

INVITATION = uuid.UUID(int=7)
FACTS = {"organisation": "Harbour Stores", "contact": "hiring@test.example", "deadline": START, "now": START}


def read(text: str) -> list[tuple[str, str]]:
    """A plain second reading: unfold, then name and value of each line, texts unescaped."""
    assert text.endswith("\r\n")
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    return [(name, re.sub(r"\\(.)", r"\1", value)) for name, _, value in (line.partition(":") for line in lines)]


def test_an_entry_ends_at_the_deadline_and_reminds_a_day_before() -> None:
    assert read(calendar.entry(INVITATION, title="Sales; weekends, \\ and more", **FACTS)) == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Frontdoor//Deadline//EN"),
        ("BEGIN", "VEVENT"),
        ("UID", "00000000-0000-0000-0000-000000000007@frontdoor.invalid"),
        ("DTSTAMP", "20261122T090000Z"),
        ("SEQUENCE", str(START.toordinal())),
        ("DTSTART", "20261122T083000Z"),
        ("DTEND", "20261122T090000Z"),
        ("SUMMARY", "Last time to answer: Sales; weekends, \\ and more (Harbour Stores)"),
        ("DESCRIPTION", "Open the questionnaire with the link in your e-mail. Questions: hiring@test.example"),
        ("TRANSP", "TRANSPARENT"),
        ("BEGIN", "VALARM"),
        ("ACTION", "DISPLAY"),
        ("DESCRIPTION", "Last time to answer: Sales; weekends, \\ and more"),
        ("TRIGGER", "-P1D"),
        ("END", "VALARM"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=200))
def test_no_title_breaks_out_of_its_line(title: str) -> None:
    text = calendar.entry(INVITATION, title=title, **FACTS)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    entries = read(text)
    assert len(entries) == 19
    whole = " ".join(f"Last time to answer: {title} (Harbour Stores)".split())
    assert ("SUMMARY", whole) in entries


def test_the_start_page_offers_it_and_the_file_carries_no_link(client: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        person = taking.make_person(session)
    path = client.get(f"/i/{person.token}").location
    page = client.get(path).text
    assert f"{path}/deadline.ics" in page
    answer = client.get(f"{path}/deadline.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert person.token not in answer.text
    assert ("DTEND", "20261206T235900Z") in read(answer.text)
    with database.writing() as session:
        invitations.extend(session, person.actor, person.candidacy_id, date(2026, 12, 20), START)
    later = dict(read(client.get(f"{path}/deadline.ics").text))
    before = dict(read(answer.text))
    assert later["UID"] == before["UID"]
    assert int(later["SEQUENCE"]) > int(before["SEQUENCE"])


def test_a_stranger_gets_no_entry(client: FlaskClient) -> None:
    assert client.get(f"/take/{uuid.uuid4()}/deadline.ics").status_code == 303
