"""More people than there are places, uploads that never end, a database that is away: a sentence and 503, at once."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from werkzeug.test import Client

from config import doors
from config.doors import BUSY_ZH, Doors
from enforcement.demo.agencies import PASSWORD
from enforcement.runtime.embedded import Server
from enforcement.runtime.roles import LIMITS, PUBLIC
from tests.factories import House
from tests.web.conftest import internal

PAGES, TRANSFERS = 2, 2


@pytest.fixture
def app(house: House, tmp_path: Path) -> Iterator[Flask]:
    with internal(house, tmp_path, MINGJIAN_PAGES=str(PAGES), MINGJIAN_TRANSFERS=str(TRANSFERS)) as app:
        yield app


def signed_in(app: Flask) -> Any:
    client = app.test_client()
    token = re.search('name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    form = {"username": "scjg-head", "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def at_once(count: int, do: Callable[[int], Any]) -> list[Any]:
    """What each of so many threads, all running at the same time, came back with."""
    came: list[Any] = [None] * count

    def one(number: int) -> None:
        came[number] = do(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


@contextmanager
def pages_that_wait(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every list of cases is worked on until the event is set."""
    go_on = threading.Event()
    view = app.view_functions["cases.index"]

    def slow() -> Any:
        go_on.wait(60)
        return view()

    monkeypatch.setitem(app.view_functions, "cases.index", slow)
    try:
        yield go_on
    finally:
        go_on.set()


def test_a_full_house_says_so_within_seconds_and_whoever_is_inside_is_served(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "WAIT_SECONDS", 1.0)
    clients = [signed_in(app) for _ in range(2)]
    begun = time.monotonic()
    with pages_that_wait(app, monkeypatch) as go_on:
        threading.Timer(3, go_on.set).start()
        cookies = clients[0].get_cookie("mingjian_session").value

        def ask(_: int) -> Any:
            client = app.test_client()
            client.set_cookie("mingjian_session", cookies)
            answer = client.get("/cases")
            return (
                answer.status_code,
                answer.headers.get("Retry-After"),
                BUSY_ZH in answer.text,
                time.monotonic() - begun,
            )

        answers = at_once(40, ask)
    served = [one for one in answers if one[0] == 200]
    refused = [one for one in answers if one[0] == 503]
    assert (len(served), len(served) + len(refused)) == (PAGES, 40)
    assert {one[1:3] for one in refused} == {(doors.RETRY_SECONDS, True)}
    assert max(one[3] for one in refused) < 3  # they did not wait for those inside


def test_uploads_that_never_end_stand_in_no_pages_way(app: Flask) -> None:
    client = signed_in(app)
    end = threading.Event()
    begun = threading.Semaphore(0)

    class Slow:
        """A line on which nothing comes any more."""

        def read(self, size: int = -1) -> bytes:
            del size
            begun.release()
            end.wait(60)
            return b""

        readline = read

    cookies = "; ".join(
        f"{one}={client.get_cookie(one).value}"
        for one in ("mingjian_session", "mingjian_form")
        if client.get_cookie(one)
    )
    answers: list[int] = []

    def upload() -> None:
        environ = {
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": "1000000",
            "HTTP_COOKIE": cookies,
            "wsgi.input": Slow(),
        }
        address = "/cases/00000000-0000-4000-8000-000000000000/recordings/new"
        answer = Client(app, use_cookies=False).open(address, method="POST", environ_overrides=environ)
        answers.append(answer.status_code)

    uploading = [threading.Thread(target=upload) for _ in range(TRANSFERS)]
    for one in uploading:
        one.start()
    for _ in uploading:
        assert begun.acquire(timeout=30)
    assert client.get("/cases").status_code == 200
    one_more = client.post("/cases/00000000-0000-4000-8000-000000000000/recordings/new", data={"a": "b"})
    assert (one_more.status_code, BUSY_ZH in one_more.text) == (503, True)
    end.set()
    for one in uploading:
        one.join()
    assert set(answers) == {400}
    again = client.post("/cases/00000000-0000-4000-8000-000000000000/recordings/new", data={"a": "b"})
    assert again.status_code != 503


def test_a_form_that_comes_slowly_takes_no_place_before_it_is_there() -> None:
    inside: list[int] = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        inside.append(len(environ["wsgi.input"].read()))
        start_response("200 OK", [])
        return [b"done"]

    here = Doors(application, pages=1, transfers=1, is_transfer=lambda _: False)
    come = threading.Event()

    class Slow:
        def read(self, size: int) -> bytes:
            come.wait(60)
            return b"x" * size

    form = {"CONTENT_LENGTH": "10", "wsgi.input": Slow()}
    slow = threading.Thread(target=lambda: Client(here).post("/", environ_overrides=form))
    slow.start()
    assert Client(here).get("/").status_code == 200
    assert inside == [0]
    come.set()
    slow.join()
    assert inside == [0, 10]


def test_a_place_is_given_back_whatever_becomes_of_the_answer() -> None:
    def application(environ: Any, start_response: Any) -> Iterator[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("broken")
        start_response("200 OK", [])
        return iter((b"one", b"two"))

    here = Doors(application, pages=1, transfers=1, is_transfer=lambda environ: "long" in environ["QUERY_STRING"])
    for kind in ("", "?long"):
        for _ in range(3):
            with pytest.raises(ValueError, match="broken"):
                Client(here).get(f"/broken{kind}")
            half_read = Client(here).get(f"/{kind}")
            assert next(iter(half_read.response)) in {b"one", b"onetwo"}
            half_read.close()
    assert Client(here).get("/?long").status_code == 200


def test_while_the_database_is_away_a_page_says_so_and_afterwards_all_is_well(
    app: Flask, house: House, server: Server
) -> None:
    client = signed_in(app)
    name = make_url(house.urls.app).database
    with server.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            page, data = client.get("/cases"), client.get("/api/cases")
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert (page.status_code, data.status_code) == (503, 503)
    assert page.headers["Retry-After"] == data.headers["Retry-After"] == doors.RETRY_SECONDS
    assert "数据库可能正在重新启动" in page.text
    assert data.json is not None
    assert data.json["error"] == "busy"
    assert client.get("/cases").status_code == 200


def test_a_row_somebody_holds_for_too_long_is_no_accident_either(app: Flask, house: House) -> None:
    client = signed_in(app)
    owner = create_engine(house.urls.owner)
    with owner.begin() as connection:
        connection.execute(text("LOCK TABLE enforcement.case_file IN ACCESS EXCLUSIVE MODE"))
        begun = time.monotonic()
        answer = client.get("/cases")
        assert time.monotonic() - begun < 20
    owner.dispose()
    assert answer.status_code == 503


def test_the_public_role_can_neither_take_all_connections_nor_the_sequencers_turn(house: House) -> None:
    engine = create_engine(house.urls.public, pool_size=100)
    open_ones = []
    try:
        open_ones += [engine.connect() for _ in range(LIMITS[PUBLIC][0])]
        with pytest.raises(OperationalError, match="too many connections for role"):
            engine.connect()
        with house.office.engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
        with pytest.raises(ProgrammingError, match="permission denied"):
            open_ones[0].exec_driver_sql("LOCK TABLE enforcement.sequencer_turn IN ACCESS SHARE MODE")
    finally:
        for one in open_ones:
            one.close()
        engine.dispose()
