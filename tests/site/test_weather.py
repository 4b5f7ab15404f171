"""A database that restarts, or that takes too long: readers see a page, not an accident."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text

from enforcement.runtime.embedded import DatabaseUrls, Server
from tests.publish import samples
from tests.site.conftest import Hand


@pytest.fixture(scope="module", autouse=True)
def published(hand: Hand) -> None:
    hand.put(samples.PENALTY)


def test_connections_cut_by_a_restart_are_replaced(client: FlaskClient, server: Server) -> None:
    assert client.get("/search?q=食品").status_code == 200
    with server.connect() as connection:
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'mingjian-public'"
        ).fetchone()
    assert cut is not None
    assert client.get("/search?q=食品").status_code == 200


def test_a_search_that_takes_too_long_is_told_to_narrow(client: FlaskClient, urls: DatabaseUrls) -> None:
    engine = create_engine(urls.owner)
    with engine.connect() as connection:
        connection.execute(text("LOCK TABLE public_site.publication IN ACCESS EXCLUSIVE MODE"))
        page = client.get("/search?q=食品")
    engine.dispose()
    assert page.status_code == 503
    assert "请增加关键词" in page.get_data(as_text=True)


def test_an_accident_shows_a_number_and_nothing_of_the_inside(
    client: FlaskClient, urls: DatabaseUrls, caplog: pytest.LogCaptureFixture
) -> None:
    engine = create_engine(urls.owner)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE public_site.checkpoint RENAME TO moved"))
    try:
        page = client.get("/checkpoint")
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE public_site.moved RENAME TO checkpoint"))
        engine.dispose()
    shown = page.get_data(as_text=True)
    assert page.status_code == 500
    assert "系统出错了" in shown
    assert "checkpoint WHERE" not in shown
    assert "does not exist" not in shown
    reference = shown.split("编号：<code>")[1][:8]
    assert reference in caplog.text


def test_while_the_database_is_away_readers_are_asked_to_come_back(
    client: FlaskClient, server: Server, urls: DatabaseUrls
) -> None:
    name = make_url(urls.public).database
    with server.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            page = client.get("/search?q=食品")
        finally:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert "请过一会儿再试" in page.text
    assert client.get("/search?q=食品").status_code == 200
