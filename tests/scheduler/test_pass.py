"""What a pass costs: what waits anywhere is asked once, and a public site that is slow holds up its own pages only."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import create_engine, event, select, text

from enforcement.models.powers import SweepPass, SweepRun
from enforcement.sweep import _waiting, publications, sweep
from enforcement.work import Office
from tests import factories
from tests.factories import House
from tests.scheduler.test_sweep import overturn, send_request


def test_only_a_pass_that_did_something_leaves_a_row_and_the_last_one_is_known(house: House) -> None:
    def rows() -> list[dict[str, int]]:
        with house.office.reading(house.market.agency_id) as session:
            return [report["done"] for report in session.scalars(select(SweepRun.report))]

    def last_pass() -> dt.datetime:
        with house.office.engine.connect() as connection:
            return connection.execute(select(SweepPass.finished_at)).scalar_one()

    for _ in range(3):
        now = house.later(hours=1)
        sweep(house.office, fetch=None)
        assert last_pass() >= now
    assert rows() == []
    factories.released(factories.penalty(house.market))
    sweep(house.office, fetch=None)
    sweep(house.office, fetch=None)
    assert [done["published"] for done in rows()] == [1]


def statements_of(office: Office, do: Callable[[], object]) -> list[str]:
    """The statements a pass asks, as they were sent."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(office.engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(office.engine, "before_cursor_execute", note)
    return sent


def test_an_idle_pass_asks_as_little_of_many_agencies_as_of_two(house: House) -> None:
    factories.released(factories.penalty(house.market))
    for _ in range(3):
        sweep(house.office, fetch=None)
    of_two = statements_of(house.office, lambda: sweep(house.office, fetch=None))
    owner = create_engine(house.urls.owner)
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO enforcement.agency"
                " SELECT gen_random_uuid(), code || n, name || n, document_prefix, region, subject_type,"
                " chain_id, credit_code FROM enforcement.agency, generate_series(1, 400) n"
            )
        )
    owner.dispose()
    assert statements_of(house.office, lambda: sweep(house.office, fetch=None)) == of_two
    assert len(of_two) <= 4


def test_where_anything_waits_it_is_found(public: House) -> None:
    """Each branch of what the clock asks over all agencies, alone."""

    def waits() -> list[tuple[uuid.UUID, bool, bool, bool]]:
        return [(one.agency_id, one.cases, one.publications, one.requests) for one in _waiting(public.office)]

    def all_done() -> None:
        for _ in range(4):
            sweep(public.office)
        assert waits() == []

    all_done()
    market = public.market.agency_id
    walk = factories.penalty(public.market)
    assert waits() == [(market, True, False, False)]  # an open case nobody has looked at
    all_done()
    factories.released(walk)
    assert waits() == [(market, True, False, False)]  # a case that has changed
    sweep(public.office, fetch=None)
    sweep(public.office, fetch=None)
    assert waits() == [(market, False, True, False)]  # a page nobody has seen
    all_done()
    send_request(public, walk)
    assert waits() == [(market, False, False, True)]  # a request nobody has taken up
    all_done()
    public.later(days=1)
    assert (market, True, False, True) in waits()  # a day later: its cases, and the request still open
    all_done()
    overturn(walk)
    sweep(public.office, fetch=None)
    sweep(public.office, fetch=None)
    assert waits() == [(market, False, True, False)]  # a page that must be gone


def test_a_host_that_was_waited_for_long_enough_counts_as_not_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def slow(address: str) -> bytes:
        asked.append(address)
        moment[0] += publications.ANSWER_SECONDS
        raise TimeoutError("no answer")

    moment = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    patient = publications.Patience(slow)
    for number in range(100):
        with pytest.raises(TimeoutError):
            patient(f"http://slow.example/{number}")
    with pytest.raises(TimeoutError):
        patient("http://other.example/1")
    assert len(asked) == publications.HOST_SECONDS // publications.ANSWER_SECONDS + 1
    assert asked[-1] == "http://other.example/1"


def test_a_page_that_comes_drop_by_drop_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publications, "ANSWER_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            calling, _ = server.accept()
            with calling, suppress(OSError):
                calling.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                for _ in range(100):
                    calling.sendall(b".")
                    time.sleep(0.2)

        dripping = threading.Thread(target=drip)
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            publications.fetch(f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert time.monotonic() - begun < 5
        dripping.join()
