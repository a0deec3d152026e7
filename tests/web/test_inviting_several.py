"""The pages on which many are invited: a file or lines, a look, and one button."""

import html
import io
import re
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.services.hiring import vacancies
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.records import Outgoing
from tests import hiring
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.web.test_tables_read import workbook

FILE = "name;e-mail\nAnn Lee;ann@mail.example\nBen;nowhere\nAnn twice;ann@mail.example\n"


@pytest.fixture
def hr(database: Database) -> Actor:
    with database.writing() as session:
        return make_actor(session, make_organisation(session), Role.HR, "Hanna")


@pytest.fixture
def vacancy(database: Database, hr: Actor) -> uuid.UUID:
    with database.writing() as session:
        return hiring.make_vacancy(session, hr)


@pytest.fixture
def desk(come_in: Callable[[Actor], FlaskClient], hr: Actor) -> FlaskClient:
    return come_in(hr)


def upload(desk: FlaskClient, vacancy: uuid.UUID, data: bytes, name: str = "people.csv", people: str = "") -> str:
    answer = desk.post(
        f"/vacancies/{vacancy}/invite-several/check",
        data={"file": (io.BytesIO(data), name), "people": people},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def typed(page: str) -> dict[str, str]:
    """What the page's form would send."""
    found = re.search(r"(?s)<textarea[^>]*>\r?\n?(.*?)</textarea>", page)
    agreed = re.search(r'name="agreed"[^>]*value="([^"]*)"', page)
    assert found
    return {"people": html.unescape(found[1]), "agreed": agreed[1] if agreed else ""}


def addresses(database: Database) -> list[str]:
    """To whom invitations were written."""
    with database.reading() as session:
        return sorted(session.scalars(sa.select(Outgoing.recipient)))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (FILE.encode(), "people.csv"),
        (workbook(*(tuple(line.split(";")) for line in FILE.splitlines())), "people.xlsx"),
    ],
    ids=["CSV", "XLSX"],
)
def test_a_file_is_looked_at_and_then_its_good_lines_are_invited(
    desk: FlaskClient, database: Database, vacancy: uuid.UUID, data: bytes, name: str
) -> None:
    page = upload(desk, vacancy, data, name)
    assert "1 can be invited, 2 can’t" in page
    assert "Write an address like" in page
    assert "stands in line 2 already" in page
    assert "Invite this person" in page
    assert addresses(database) == []
    sent = typed(page)
    assert sent["people"].splitlines() == ["name, e-mail", *FILE.replace(";", ", ").splitlines()[1:]]
    answer = desk.post(f"/vacancies/{vacancy}/invite-several", data=sent)
    assert answer.location == f"/vacancies/{vacancy}"
    assert "One invitation is written" in desk.get(answer.location).text
    assert addresses(database) == ["ann@mail.example"]


def test_lines_are_looked_at_like_a_file(desk: FlaskClient, database: Database, vacancy: uuid.UUID) -> None:
    lines = "Ann, ann@mail.example\nBen, ben@mail.example"
    page = desk.post(f"/vacancies/{vacancy}/invite-several/check", data={"people": lines}).text
    assert "All 2 people can be invited" in page
    desk.post(f"/vacancies/{vacancy}/invite-several", data=typed(page))
    assert addresses(database) == ["ann@mail.example", "ben@mail.example"]


def test_what_was_changed_after_the_look_is_looked_at_again(
    desk: FlaskClient, database: Database, vacancy: uuid.UUID
) -> None:
    page = desk.post(f"/vacancies/{vacancy}/invite-several/check", data={"people": "Ann, ann@mail.example"}).text
    sent = typed(page) | {"people": "Ann, ann@mail.example\nBen, ben@mail.example"}
    answer = desk.post(f"/vacancies/{vacancy}/invite-several", data=sent)
    assert answer.status_code == 422
    assert "look at it once more" in answer.text
    assert addresses(database) == []
    assert desk.post(f"/vacancies/{vacancy}/invite-several", data=typed(answer.text)).status_code == 302
    assert addresses(database) == ["ann@mail.example", "ben@mail.example"]


@pytest.mark.parametrize(
    ("file", "people", "told"),
    [
        (b"", "", "Write a line for each person"),
        (b"who,where\n1,2\n", "", "first row has to name the columns"),
        (b"PK broken", "", "can’t be read as XLSX"),
        (FILE.encode(), "Ann, ann@mail.example", "not both"),
        (b"", "Ann, ann@mail.example\n" * 501, "at most 500"),
    ],
)
def test_what_is_refused_is_said_and_lines_are_still_there(
    desk: FlaskClient, vacancy: uuid.UUID, file: bytes, people: str, told: str
) -> None:
    answer = desk.post(
        f"/vacancies/{vacancy}/invite-several/check",
        data={"file": (io.BytesIO(file), "people.csv"), "people": people},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert told in answer.text
    assert typed(answer.text)["people"].strip() == people.strip()


def test_a_cell_that_is_markup_is_text_on_the_page(desk: FlaskClient, vacancy: uuid.UUID) -> None:
    page = upload(desk, vacancy, b"name,e-mail\n<b>Ann</b></textarea>,ann@mail.example\n")
    assert "<b>Ann" not in page
    assert "&lt;b&gt;Ann" in page


def test_the_sample_can_be_uploaded_as_it_is(desk: FlaskClient, vacancy: uuid.UUID) -> None:
    sample = desk.get("/vacancies/people-sample.csv")
    assert sample.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert "All 2 people can be invited" in upload(desk, vacancy, sample.data)


def test_a_closed_vacancy_invites_nobody(desk: FlaskClient, database: Database, vacancy: uuid.UUID, hr: Actor) -> None:
    with database.writing() as session:
        vacancies.close(session, hr, vacancy, START)
    assert "This vacancy is closed" in desk.get(f"/vacancies/{vacancy}/invite-several").text
    answer = desk.post(f"/vacancies/{vacancy}/invite-several/check", data={"people": "Ann, ann@mail.example"})
    assert answer.status_code == 422


def test_others_do_not_find_these_pages(
    come_in: Callable[[Actor], FlaskClient], client: FlaskClient, database: Database, vacancy: uuid.UUID, hr: Actor
) -> None:
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Another"), Role.HR)
        analyst = make_actor(session, hr.organisation_id, Role.ANALYST)
    sent = {"people": "Ann, ann@mail.example"}
    for browser in (come_in(stranger), come_in(analyst)):
        assert browser.get(f"/vacancies/{vacancy}/invite-several").status_code == 404
        for path in ("invite-several", "invite-several/check"):
            assert browser.post(f"/vacancies/{vacancy}/{path}", data=sent).status_code == 404
    assert client.post(f"/vacancies/{vacancy}/invite-several", data=sent).status_code == 404


def test_a_manager_may_invite_several(
    come_in: Callable[[Actor], FlaskClient], database: Database, vacancy: uuid.UUID, hr: Actor
) -> None:
    with database.writing() as session:
        manager = make_actor(session, hr.organisation_id, Role.HIRING_MANAGER)
    desk = come_in(manager)
    page = desk.post(f"/vacancies/{vacancy}/invite-several/check", data={"people": "Ann, ann@mail.example"}).text
    assert desk.post(f"/vacancies/{vacancy}/invite-several", data=typed(page)).status_code == 302
    assert addresses(database) == ["ann@mail.example"]
