"""What every answer carries, and what becomes of a request that goes wrong."""

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from assessment.services.errors import NotFoundError
from assessment.services.permissions import Permission
from assessment.store.database import Database
from assessment.web import request as web
from tests.conftest import START
from tests.store.test_database import make, organisations

SAFE = {"GET", "HEAD", "OPTIONS"}


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        access = getattr(app.view_functions[rule.endpoint], "access", None)
        assert access in ("public", "invited") or isinstance(access, Permission), rule


def test_only_these_routes_are_public(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", None) == "public"
    }
    assert public == {
        "account.start",
        "apply.apply",
        "account.alive",
        "account.sign_in_page",
        "account.sign_in_by_password",
        "account.ask_for_link",
        "account.sign_in_link",
        "account.sign_in_by_link",
        "account.sign_out",
        "candidate.open_link",
        "candidate.link_not_good",
        "candidate.lost_link",
        "candidate.goodbye",
        "candidate.closed",
        "learning.modules",
        "learning.module",
    }


def addresses(app: Flask, methods: set[str]) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {
            name: uuid.uuid4()
            if type(converter).__name__ == "UUIDConverter"
            else 1
            if "Int" in type(converter).__name__
            else "x"
            for name, converter in rule._converters.items()
        }
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or ())))
        found.extend((method, address) for method in (rule.methods or set()) & methods)
    return found


def test_every_unsafe_method_is_refused_without_the_sign_of_our_own_form(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    unsafe = addresses(app, {"POST", "PUT", "PATCH", "DELETE"})
    assert len(unsafe) > 10
    for method, address in unsafe:
        answer = client.open(address, method=method)
        assert answer.status_code == 400, f"{method} {address}"


def test_a_stranger_gets_nowhere(app: Flask) -> None:
    client = app.test_client()
    for method, address in addresses(app, {"GET", "POST", "PUT"}):
        endpoint, _ = app.url_map.bind("localhost").match(address, method=method)
        access = app.view_functions[endpoint].access  # type: ignore[attr-defined]
        answer = client.open(address, method=method)
        if access == "invited":
            assert answer.status_code in (302, 303, 404), f"{method} {address}"
        elif access != "public":
            expected = 302 if method == "GET" else 404
            assert answer.status_code == expected, f"{method} {address}"
            if expected == 302:
                assert answer.location.startswith("/sign-in")


def test_every_page_carries_the_security_headers(client: FlaskClient) -> None:
    for address in ("/", "/nowhere", "/static/frontdoor.css"):
        with client.get(address) as answer:
            headers = answer.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_are_not_kept_by_browsers(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_absent_pages_answer_kindly(client: FlaskClient) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing here" in page.text


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
def test_a_character_that_can_not_be_kept_is_refused(client: FlaskClient, text: str) -> None:
    for answer in (
        client.post("/sign-in", data={"email": text, "password": "x"}),
        client.get("/sign-in", query_string={"next": text}),
    ):
        assert answer.status_code == 422
        assert "can’t be kept" in answer.text or "can&#39;t be kept" in answer.text


def test_too_large_a_request_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "x" * 2_000_000})
    assert answer.status_code == 413


def with_view(app: Flask, view: object) -> FlaskClient:
    view.access = "public"  # type: ignore[attr-defined]
    app.add_url_rule("/try", view_func=view, methods=["GET", "POST"])  # type: ignore[arg-type]
    return app.test_client()


def test_a_good_answer_keeps_the_change(app: Flask, database: Database) -> None:
    def trial() -> str:
        web.session().add(make("Kept"))
        return "done"

    assert with_view(app, trial).post("/try").status_code == 200
    assert organisations(database) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
def test_a_refusal_keeps_nothing(app: Flask, database: Database, status: int) -> None:
    def trial() -> tuple[str, int]:
        web.session().add(make("Never"))
        web.session().flush()
        return "refused", status

    assert with_view(app, trial).post("/try").status_code == status
    assert organisations(database) == 0


def test_a_safe_method_keeps_nothing(app: Flask, database: Database) -> None:
    def trial() -> str:
        web.session().add(make("Never"))
        web.session().flush()
        return "done"

    assert with_view(app, trial).get("/try").status_code == 200
    assert organisations(database) == 0


def test_an_error_is_a_page_with_a_number_and_keeps_nothing(app: Flask, database: Database) -> None:
    def trial() -> str:
        web.session().add(make("Never"))
        web.session().flush()
        raise ZeroDivisionError("secret detail")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = with_view(app, trial).post("/try")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "give this number" in answer.text
    assert organisations(database) == 0


def test_a_commit_that_fails_is_an_error_page(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def trial() -> str:
        session = web.session()
        session.add(make("Never"))

        def full_disk() -> None:
            raise OperationalError("COMMIT", {}, Exception("disk full"))

        monkeypatch.setattr(session, "commit", full_disk)
        return "done"

    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert with_view(app, trial).post("/try").status_code == 500
    assert organisations(database) == 0


def test_absent_and_not_yours_are_one_page(app: Flask) -> None:
    def trial() -> str:
        raise NotFoundError

    client = with_view(app, trial)
    assert client.get("/try").text == client.get("/nowhere").text


def test_the_clock_of_a_request_stands_still(app: Flask) -> None:
    with app.test_request_context("/"):
        assert web.now() == START
