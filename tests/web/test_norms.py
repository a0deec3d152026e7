"""Pages of norm groups: who reaches them, what they say, and what they refuse."""

import csv
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.services.norms import making
from assessment.services.norms.placing import Compared, Place
from assessment.services.norms.versions import Name, NormKind, Version
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.store.hiring import Vacancy
from assessment.store.sittings import NormVersion
from assessment.web.norms import wording
from tests.conftest import START
from tests.factories import make_actor, make_organisation
from tests.hiring import finish, make_person, make_vacancy


@dataclass(frozen=True)
class House:
    """An organisation with 22 people who have finished, two of them without a fit."""

    hr: Actor
    manager: Actor
    analyst: Actor
    vacancy: uuid.UUID
    form: uuid.UUID
    people: tuple[uuid.UUID, ...]

    @property
    def retail(self) -> dict[str, str]:
        return {"group": f"{self.form}/sector/retail"}


@pytest.fixture
def house(database: Database) -> House:
    with database.writing() as session:
        organisation_id = make_organisation(session)
        hr, manager, analyst = (
            make_actor(session, organisation_id, role) for role in (Role.HR, Role.HIRING_MANAGER, Role.ANALYST)
        )
        vacancy = make_vacancy(session, hr)
        form = session.scalars(sa.select(Vacancy.form_id)).one()
        people = [make_person(session, organisation_id, vacancy, number) for number in range(1, 23)]
        for n, person in enumerate(people):
            finish(
                session,
                organisation_id,
                person,
                None if n == 20 else [n / 10 + d / 100 for d in range(6)],
                p_random=0.9 if n == 21 else 0.01,
                answered=4 if n == 20 else 24,
            )
    return House(hr, manager, analyst, vacancy, form, tuple(people))


@pytest.fixture
def hr(house: House, come_in: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return come_in(house.hr)


def made(database: Database, house: House) -> uuid.UUID:
    with database.writing() as session:
        return making.make(session, house.hr, house.form, "sector", "retail", START)


def test_an_empty_page_teaches(database: Database, come_in: Callable[[Actor], FlaskClient]) -> None:
    with database.writing() as session:
        hr = make_actor(session, make_organisation(session, "Empty"), Role.HR)
    page = come_in(hr).get("/norms")
    assert page.status_code == 200
    assert "Nobody has finished yet" in page.text
    assert "No groups yet" in page.text
    assert "<select" not in page.text


def test_hr_makes_a_group_and_reads_its_numbers(house: House, hr: FlaskClient) -> None:
    page = hr.get("/norms").text
    assert "Retail: 22 people" in page
    assert "English: 22 people" in page
    assert "Sales assistant: 22 people" in page
    answer = hr.post("/norms", data=house.retail, follow_redirects=True)
    assert answer.status_code == 200
    assert "The group is made" in answer.text
    for words in ("comparison group", "1 with too few answers for scores", "1 whose answers look more like choices"):
        assert words in answer.text
    listed = hr.get("/norms").text
    assert "comparison group" in listed
    anew = hr.post("/norms", data=house.retail, follow_redirects=True).text
    assert "Version 2" in anew
    assert "Version 1</a>" in anew


def test_an_analyst_does_so_too_and_a_manager_finds_nothing(
    database: Database, house: House, come_in: Callable[[Actor], FlaskClient]
) -> None:
    norm_id = made(database, house)
    for path in ("/norms", f"/norms/{norm_id}", f"/norms/{norm_id}/percentiles.csv"):
        assert come_in(house.analyst).get(path).status_code == 200
        assert come_in(house.manager).get(path).status_code == 404
    assert come_in(house.manager).post("/norms", data=house.retail).status_code == 404
    assert "Norm groups" in come_in(house.analyst).get("/norms").text
    assert "Norm groups" not in come_in(house.manager).get("/vacancies").text


def test_another_organisations_group_looks_absent(
    database: Database, house: House, come_in: Callable[[Actor], FlaskClient]
) -> None:
    norm_id = made(database, house)
    with database.writing() as session:
        stranger = make_actor(session, make_organisation(session, "Elsewhere"), Role.HR)
    for path in (f"/norms/{norm_id}", f"/norms/{norm_id}/percentiles.csv"):
        assert come_in(stranger).get(path).status_code == 404


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("", "Choose a group."),
        ("nonsense", "Choose a group."),
        ("{form}/sex/female", "Civil Rights Act of 1991"),
        ("{form}/religion/any", "religion, sex or national origin"),
        ("{form}/sector/travel", "0 people have results"),
    ],
)
def test_what_can_not_be_made_is_refused_on_the_page(
    database: Database, house: House, hr: FlaskClient, group: str, words: str
) -> None:
    answer = hr.post("/norms", data={"group": group.format(form=house.form)})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert words in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(NormVersion)) == 0


def test_a_protected_covariate_can_not_be_asked_for_on_the_page(hr: FlaskClient) -> None:
    page = hr.get("/norms").text
    offered = page[page.index("<select") : page.index("</select>")].lower()
    assert "by sector" in offered
    for word in ("sex", "gender", "race", "religion", "origin", "by age", "disab"):
        assert word not in offered


def test_the_table_can_be_downloaded(database: Database, house: House, hr: FlaskClient) -> None:
    answer = hr.get(f"/norms/{made(database, house)}/percentiles.csv")
    header, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header[:2] == ["T", "Trust, percentile"]
    assert len(rows) == 13
    by_t = {row[0]: row[1] for row in rows}
    assert (by_t["20"], by_t["60"], by_t["80"]) == ("0.0", "52.5", "100.0")  # ten of 20 stand below 60, one at it


def test_a_candidates_page_names_the_group_and_the_error(
    database: Database, house: House, come_in: Callable[[Actor], FlaskClient]
) -> None:
    path = f"/vacancies/candidates/{house.people[10]}"
    manager = come_in(house.manager)
    assert "Compared with" not in manager.get(path).text
    made(database, house)
    page = manager.get(path).text
    assert "20 people of the sector Retail (comparison group, version 1)" in page
    assert page.count("the score’s error lets it be anything from") == 6
    assert "Higher than about 52% of them" in page


VERSION = Version(
    uuid.uuid4(), Name(uuid.uuid4(), "Form", NormKind.VACANCY, "x", "Cook"), 3, 1200, 0, True, 1, True, "Hanna", START
)


def test_a_group_is_named_by_what_it_is_of() -> None:
    compared = Compared(VERSION, (), 0.138)
    assert wording.margin(compared) == "14 points"
    assert wording.whose(compared) == "1,200 people of the vacancy Cook (norm, version 3)"


def test_a_group_of_no_particular_sector_does_not_sound_like_everybody() -> None:
    name = Name(uuid.uuid4(), "Form", NormKind.SECTOR, "any", "any")
    assert wording.title(name) == "No particular sector"
    whose = wording.whose(Compared(replace(VERSION, name=name), (), 0.1))
    assert whose == "1,200 people of vacancies in no particular sector (norm, version 3)"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.62, "Higher than about 62% of them"),
        (1.0, "Higher than nearly all of them"),
        (0.0, "Lower than nearly all of them"),
    ],
)
def test_a_place_is_said_with_its_error(share: float, words: str) -> None:
    assert wording.placed(Place("tact", share, 0.4, 0.8)) == (
        f"{words}; the score’s error lets it be anything from 40% to 80%."
    )
