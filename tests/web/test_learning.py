"""Learning modules as anybody reads them, with an account or without."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from assessment.bank.content import Bank
from assessment.services.permissions import Role
from assessment.store.database import Database
from assessment.web import access
from tests import hiring
from tests.factories import make_actor, make_organisation


class _Text(HTMLParser):
    """What a page says, without its marks."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""

    def handle_data(self, data: str) -> None:
        self.said += data


def said(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    return " ".join(reader.said.split())


def test_anybody_finds_all_modules(client: FlaskClient, bank: Bank) -> None:
    page = client.get("/learn")
    assert page.status_code == 200
    for module in bank.learning.values():
        assert f'href="/learn/{module.id}"' in page.text
        assert module.title in said(page.text)
    assert 'href="/learn"' in client.get("/").text


def test_a_module_is_shown_whole(client: FlaskClient, bank: Bank) -> None:
    for module in bank.learning.values():
        page = said(client.get(f"/learn/{module.id}").text)
        for key, text in module.prose():
            for paragraph in text.split("\n\n"):
                assert paragraph in page, (module.id, key)
        for title in (module.title, module.exercise.title, *(bank.learning[other].title for other in module.read_on)):
            assert title in page
        assert all(source in page for source in module.sources)


def test_each_practice_says_for_whom_it_is(client: FlaskClient, bank: Bank) -> None:
    own, technique = (said(client.get(f"/learn/{name}").text) for name in ("trust", "recovery"))
    poles = bank.attributes["trust"].low_pole, bank.attributes["trust"].high_pole
    for heading in (f"Towards “{poles[0]}”", f"In the middle, between “{poles[0]}” and “{poles[1]}”", "Neither end is"):
        assert heading in own
    assert f"Working with rules: towards “{bank.attributes['conformity'].low_pole}”" in technique
    assert "Tact: in the middle" in technique


@pytest.mark.parametrize("name", ["sorcery", "..", "trust.toml", "x" * 300])
def test_a_module_that_is_not_there_is_absent(client: FlaskClient, name: str) -> None:
    assert client.get(f"/learn/{name}").status_code == 404


def test_members_keep_their_way_around(client: FlaskClient, database: Database) -> None:
    with database.writing() as session:
        manager = make_actor(session, make_organisation(session), Role.HIRING_MANAGER)
        token = hiring.signed_in(session, manager)
    with client.session_transaction() as browser:
        browser[access.MEMBER] = token
    for address in ("/learn", "/learn/focus"):
        page = client.get(address).text
        assert ">Vacancies</a>" in page
        assert "Sign out" in page


def test_a_bank_without_modules_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    extensions = client.application.extensions
    monkeypatch.setitem(extensions, "frontdoor", replace(extensions["frontdoor"], learning={}))
    assert "No modules yet" in client.get("/learn").text
    assert client.get("/learn/trust").status_code == 404
