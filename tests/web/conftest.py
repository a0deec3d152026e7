"""A browser that is signed in."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.services.actors import Actor
from assessment.store.database import Database
from assessment.web import access
from tests.hiring import signed_in


@pytest.fixture
def come_in(app: Flask, database: Database) -> Callable[[Actor], FlaskClient]:
    """A client in which this member has signed in."""

    def browser(actor: Actor) -> FlaskClient:
        with database.writing() as session:
            token = signed_in(session, actor)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie[access.MEMBER] = token
        return client

    return browser
