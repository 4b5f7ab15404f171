"""What the tests of the pages share: the application over a house, and browsers without a browser."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from config.settings import Settings
from enforcement.demo.agencies import PASSWORD
from enforcement.web.app import create_internal
from enforcement.web.database import database
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from enforcement.runtime.embedded import Server
    from tests.factories import House

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shop(server: Server, _agencies_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house shared by the tests of one module: each makes its own cases and looks at no other."""
    name = f"shop_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_agencies_template}".encode())
    house = factories.open_house(server.prepare(name), tmp_path_factory.mktemp("shop") / "media")
    yield house
    house.office.engine.dispose()


@pytest.fixture(scope="module")
def app(shop: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The internal application over the shop. An unexpected error is raised, not answered."""
    with internal(shop, tmp_path_factory.mktemp("var")) as made:
        made.config |= {"TESTING": True, "PROPAGATE_EXCEPTIONS": True}
        yield made


@contextmanager
def internal(house: House, var: Path, **environ: str) -> Iterator[Flask]:
    """The internal application over a house, on connections of its own."""
    fixed = {"MINGJIAN_VAR": str(var), "MINGJIAN_SESSION_SECRET": "s" * 40, "MINGJIAN_DATABASE_URL": house.urls.app}
    made = create_internal(Settings.read("internal", {**fixed, **environ}), house.office)
    yield made
    with made.app_context():
        database.engine.dispose()


class Visitor:
    """Somebody at a browser: pages as text, forms sent with their token."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.session_token = ""

    def get(self, address: str, status: int = 200, **given: Any) -> str:
        """A page, which must answer with this status."""
        answer = self.client.get(address, **given)
        assert answer.status_code == status, (address, answer.status_code, answer.text[:2000])
        return answer.text

    def token(self, page: str | None = None) -> str:
        """A CSRF token: of the page, or of any."""
        found = TOKEN.search(page or self.get("/account"))
        assert found is not None
        return found[1]

    def post(self, address: str, data: dict[str, Any] | None = None, *, page: str | None = None) -> TestResponse:
        """A form as the browser sends it."""
        return self.client.post(address, data={"csrf_token": self.token(page), **(data or {})})

    def get_after(self, address: str, data: dict[str, Any]) -> str:
        """The page a form leads to."""
        answer = self.post(address, data)
        assert answer.status_code == 302, answer.text
        return self.get(answer.headers["Location"])

    def api(self, method: str, address: str, json: Any = None, *, version: int | None = None) -> TestResponse:
        """A call of the JSON API."""
        if not self.session_token:
            self.session_token = self.client.get("/api/session").get_json()["csrf_token"]
        headers = {"X-CSRFToken": self.session_token}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.open(address, method=method, json=json, headers=headers)

    def sign_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        """Sign in through the page."""
        page = self.get("/sign-in")
        return self.client.post(
            "/sign-in", data={"csrf_token": self.token(page), "username": username, "password": password}
        )


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app.test_client())


@pytest.fixture(scope="module")
def signed_in(app: Flask) -> Callable[[str], Visitor]:
    """Sign in as somebody, by user name."""
    from enforcement.web.auth import limiter

    def enter(username: str) -> Visitor:
        limiter.reset()  # every visitor of a test comes from one address
        visitor = Visitor(app.test_client())
        answer = visitor.sign_in(username)
        assert answer.status_code == 302, answer.text
        return visitor

    return enter
