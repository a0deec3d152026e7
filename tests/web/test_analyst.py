"""The analyst's pages of results: who sees them, what they show, and what they leave out."""

import csv
import io
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from assessment.measurement.attributes import ATTRIBUTES
from assessment.services.actors import Actor
from assessment.services.permissions import Role
from assessment.services.scoring import listing
from assessment.services.scoring.content import Key
from assessment.store.database import Database
from assessment.store.records import AuditEntry
from assessment.web.analyst import wording
from tests import hiring, taking
from tests.conftest import START
from tests.explaining import make_key, remove_key, results_of, score_again
from tests.factories import make_actor, make_organisation
from tests.taking import Person

SECRETS = ("Ann Example", "ann@mail.example", "Shop assistant", "Harbour Street", "Candidate 1")


@pytest.fixture
def person(database: Database) -> Person:
    with database.writing() as session:
        person = taking.make_person(session)
        taking.take_reading(session, person)
    return person


@pytest.fixture
def result_id(database: Database, person: Person) -> uuid.UUID:
    with database.reading() as session:
        return results_of(session, taking.sitting_of(session, person))[0].id


@pytest.fixture
def newer_key(database: Database, person: Person) -> Iterator[Key]:
    """A second key that no number of is round, and a result of the same answers under it."""
    with database.writing() as session:
        sitting = taking.sitting_of(session, person)
        key = make_key(session, sitting.form_id)
        score_again(session, sitting, key)
    yield key
    with database.writing() as session:
        remove_key(session, key)


def member(database: Database, organisation_id: uuid.UUID, role: Role) -> Actor:
    with database.writing() as session:
        return make_actor(session, organisation_id, role)


@pytest.fixture
def desk(database: Database, person: Person, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(member(database, person.organisation_id, Role.ANALYST))


def paths(result_id: uuid.UUID) -> tuple[str, ...]:
    return ("/results", f"/results/{result_id}", f"/results/{result_id}/explanation.csv")


def main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_analysts_read_why_a_result_is_what_it_is(desk: FlaskClient, result_id: uuid.UUID) -> None:
    listed = desk.get("/results").text
    assert f"/results/{result_id}" in listed
    assert "24 of 24" in listed
    page = desk.get(f"/results/{result_id}").text
    for shown in (
        "Answer by answer",
        "the lines add up to the stored sums",
        "The candidate reads:",
        "The manager reads:",
    ):
        assert shown in page
    assert "the same" in page[page.index("Made again just now") :]
    assert page.count('class="item"') == 24


def test_nobody_is_named_there(desk: FlaskClient, person: Person, result_id: uuid.UUID) -> None:
    for path in paths(result_id):
        text = desk.get(path).text
        for secret in (*SECRETS, str(person.candidacy_id), str(person.invited.invitation_id), str(person.vacancy_id)):
            assert secret not in text, f"{secret} on {path}"


@pytest.mark.parametrize("role", [Role.OWNER, Role.HR, Role.HIRING_MANAGER])
def test_for_all_others_these_pages_do_not_exist(
    database: Database, person: Person, result_id: uuid.UUID, come_in: Callable[[Actor], FlaskClient], role: Role
) -> None:
    browser = come_in(member(database, person.organisation_id, role))
    for path in paths(result_id):
        assert browser.get(path).status_code == 404
    assert 'href="/results"' not in browser.get("/profiles").text
    with database.reading() as session:
        assert not views(session)


def test_another_organisation_finds_nothing(
    database: Database, result_id: uuid.UUID, come_in: Callable[[Actor], FlaskClient]
) -> None:
    with database.writing() as session:
        elsewhere = make_organisation(session, "Elsewhere")
    stranger = come_in(member(database, elsewhere, Role.ANALYST))
    for path in paths(result_id)[1:]:
        foreign, absent = stranger.get(path), stranger.get(path.replace(str(result_id), str(uuid.uuid4())))
        assert foreign.status_code == absent.status_code == 404
        assert main(foreign.text) == main(absent.text)
    assert "Nobody has finished yet" in stranger.get("/results").text
    with database.reading() as session:
        assert not views(session)


def views(session: Session) -> list[tuple[str, str, uuid.UUID | None]]:
    entries = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action.like("%explanation%")).order_by(AuditEntry.at, AuditEntry.action)
    )
    return [(entry.action, entry.subject, entry.subject_id) for entry in entries]


def test_looking_is_written_down_and_hr_reads_whose_answers_it_were(
    database: Database,
    desk: FlaskClient,
    person: Person,
    result_id: uuid.UUID,
    come_in: Callable[[Actor], FlaskClient],
) -> None:
    for path in paths(result_id):
        desk.get(path)
    with database.reading() as session:
        sitting_id = taking.sitting_of(session, person).id
        assert views(session) == [
            ("exported the explanation of", "sitting", sitting_id),
            ("viewed the explanation of", "sitting", sitting_id),
        ]
    log = come_in(member(database, person.organisation_id, Role.HR)).get("/log?show=Viewing").text
    said = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", log))
    assert "viewed the explanation of the answers of Candidate 1, Shop assistant" in said


def stored(database: Database, person: Person) -> list[tuple[uuid.UUID, list[float]]]:
    """The two results of the person's answers, with the sums kept of each."""
    with database.reading() as session:
        found = [(one.id, one.keyed) for one in results_of(session, taking.sitting_of(session, person))]
    assert len(found) == 2
    return found


def read(text: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The situations' lines of the file, and the line of the sums."""
    *lines, total = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert total["item"] == wording.STORED_SUM
    return lines, total


@pytest.mark.usefixtures("newer_key")
def test_the_file_adds_up_under_every_key(desk: FlaskClient, database: Database, person: Person) -> None:
    for number, (result_id, sums) in enumerate(stored(database, person), start=1):
        answer = desk.get(f"/results/{result_id}/explanation.csv")
        assert f"-key-{number}.csv" in answer.headers["Content-Disposition"]
        lines, total = read(answer.text)
        assert len(lines) == 24
        for name, keyed in zip(ATTRIBUTES, sums, strict=True):
            assert sum(Decimal(line[name]) for line in lines) == Decimal(total[name])
            assert Decimal(total[name]) == Decimal(f"{keyed:.6f}").normalize()
    assert any(len(line["tact"].split(".")[-1]) == 6 for line in lines), "the second key has no round number"


@pytest.mark.usefixtures("newer_key")
def test_the_page_adds_up_as_printed(desk: FlaskClient, database: Database, person: Person) -> None:
    for (result_id, _), places in zip(stored(database, person), (2, 6), strict=True):
        page = desk.get(f"/results/{result_id}").text
        table = page[page.index('class="table adds"') :]
        table = table[: table.index("</table>")]
        rows = [
            [cell.replace("−", "-") for cell in re.findall(r'<td class="right num[^"]*">\s*(\S+?)\s*</td>', row)]
            for row in table.split("<tr>")[2:]
        ]
        assert {len(row) for row in rows} == {6}
        assert len(rows) == 25
        for d in range(6):
            assert sum(Decimal(row[d]) for row in rows[:-1]) == Decimal(rows[-1][d])
            assert {len(row[d].split(".")[1]) for row in rows if "." in row[d]} == {places}


@pytest.mark.usefixtures("newer_key")
def test_results_under_two_keys_stand_side_by_side(desk: FlaskClient, database: Database, person: Person) -> None:
    older, newer = (result_id for result_id, _ in stored(database, person))
    listed = desk.get("/results").text
    assert listed.index(f"/results/{older}") < listed.index(f"/results/{newer}")
    assert listed.count('<th scope="row">') == 1
    page = desk.get(f"/results/{older}").text
    assert "An older result" in page
    assert "Key 2 (640 sittings)" in page
    assert "An older result" not in desk.get(f"/results/{newer}").text


def test_a_long_list_has_pages_and_as_many_statements(desk: FlaskClient, database: Database, person: Person) -> None:
    def statements(path: str) -> int:
        with Session(database.engine) as session, hiring.counted(session) as seen:
            assert desk.get(path).status_code == 200
        return len(seen)

    statements("/results")
    before = statements("/results")
    with database.writing() as session:
        hr = make_actor(session, person.organisation_id)
        vacancy_id = hiring.make_vacancy(session, hr)
        for number in range(listing.PAGE + 1):
            candidacy = hiring.make_person(session, person.organisation_id, vacancy_id, number + 1)
            hiring.finish(session, person.organisation_id, candidacy, now=START + timedelta(minutes=number))
    assert statements("/results") == before
    first = desk.get("/results").text
    older = re.search(r'href="(/results\?[^"]+)">Older results', first)
    assert older
    rest = desk.get(older[1].replace("&amp;", "&")).text
    assert "Back to the newest" in rest
    assert first.count('<th scope="row">') == listing.PAGE
    assert rest.count('<th scope="row">') == 2
    assert desk.get(f"/results?form={uuid.uuid4()}").status_code == 404


def test_a_result_that_differs_is_shown_as_such(desk: FlaskClient, database: Database, person: Person) -> None:
    with database.writing() as session:
        (victim,) = results_of(session, taking.sitting_of(session, person))
        victim.keyed = [victim.keyed[0] + 1, *victim.keyed[1:]]
        address = f"/results/{victim.id}"
    page = desk.get(address).text
    assert "This result differs" in page
    assert "keyed differs" in page
    assert "the lines do not add up to the stored sums" in page
    assert "Sum, as stored" not in page


def test_nobody_but_candidate_and_analyst_sees_single_answers(
    database: Database, person: Person, come_in: Callable[[Actor], FlaskClient]
) -> None:
    browser = come_in(member(database, person.organisation_id, Role.HR))
    for path in (f"/vacancies/{person.vacancy_id}", f"/vacancies/candidates/{person.candidacy_id}", "/log"):
        text = browser.get(path).text
        assert "half-an-album" not in text
        assert "explanation.csv" not in text


@pytest.mark.parametrize(
    ("values", "places"), [([0.0, 3.0], 0), ([0.45, -1.2], 2), ([0.1, 0.123457], 6), ([], 0), ([1e-6], 6)]
)
def test_numbers_are_shown_with_as_many_decimals_as_they_need(values: list[float], places: int) -> None:
    assert wording.decimals(values) == places


def test_signs_are_printed() -> None:
    assert [wording.signed(value, 2) for value in (0.45, -1.2, 0.0)] == ["+0.45", "−1.20", "0"]
