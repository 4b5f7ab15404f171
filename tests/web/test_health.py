"""What somebody who watches the installation is told, without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from enforcement import sequencer
from enforcement.sweep import sweep
from enforcement.web import health
from tests.web.conftest import internal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from enforcement.runtime.embedded import Server
    from tests.factories import House

SEED = bytes(range(32))
OTHER_SEED = bytes(range(1, 33))
ORIGIN = "mingjian/health"


@pytest.fixture
def client(house: House, tmp_path: Path) -> Iterator[FlaskClient]:
    key = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw().hex()
    with internal(house, tmp_path, MINGJIAN_LEDGER_PUBLIC_KEY=key, MINGJIAN_LEDGER_ORIGIN=ORIGIN) as app:
        yield app.test_client()


def told(client: FlaskClient) -> tuple[int, Any]:
    answer = client.get("/health")
    assert answer.json is not None
    return answer.status_code, answer.json["problems"]


def seal(house: House, seed: bytes, high_water: Path | None) -> None:
    engine = create_engine(house.urls.sequencer)
    sequencer.run_once(engine, seed, ORIGIN, high_water)
    engine.dispose()


def test_an_installation_that_runs_is_well(client: FlaskClient, house: House, tmp_path: Path) -> None:
    seal(house, SEED, tmp_path / "high-water")
    assert told(client) == (200, [])


def test_which_law_the_process_judges_by_is_told(client: FlaskClient, house: House) -> None:
    answer = client.get("/health")
    assert answer.json is not None
    assert answer.json["law"] == house.office.book.version


def test_entries_that_wait_for_the_sequencer_are_told(client: FlaskClient, house: House, server: Server) -> None:
    with server.connect(make_url(house.urls.app).database or "") as connection:
        connection.execute("UPDATE enforcement.ledger_pending SET entered_at = now() - interval '10 minutes'")
    assert told(client) == (503, ["ledger_sequencer"])


def test_a_checkpoint_signed_with_another_key_is_told(client: FlaskClient, house: House) -> None:
    seal(house, OTHER_SEED, None)
    assert told(client) == (503, ["ledger_checkpoint", "ledger_gone_back"])


def test_a_ledger_that_went_back_is_told(client: FlaskClient, house: House, server: Server, tmp_path: Path) -> None:
    seal(house, SEED, tmp_path / "high-water")
    with server.connect(make_url(house.urls.app).database or "") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM enforcement.ledger_checkpoint")
    assert told(client) == (503, ["ledger_gone_back"])


def test_a_disk_without_room_is_told(
    client: FlaskClient, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(house, SEED, tmp_path / "high-water")
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 1 << 60)
    assert told(client) == (503, ["disk"])


def test_a_clock_that_has_stood_still_is_told(client: FlaskClient, house: House, tmp_path: Path) -> None:
    seal(house, SEED, tmp_path / "high-water")
    sweep(house.office, fetch=None)
    assert told(client) == (200, [])
    house.later(hours=2)
    assert told(client) == (503, ["last_sweep"])


def test_what_verification_found_by_itself_is_told_and_that_it_stands_still(
    client: FlaskClient, house: House, server: Server, tmp_path: Path
) -> None:
    seal(house, SEED, tmp_path / "high-water")
    with server.connect(make_url(house.urls.app).database or "") as connection:
        connection.execute(
            "INSERT INTO enforcement.verification VALUES ('ledger', 'tree', '', 1, now(), now(), now(), '[]', '[]')"
        )
        assert told(client) == (200, [])
        finding = '[{"table": "party", "zh": "", "chain": null, "seq": null}]'
        connection.execute("UPDATE enforcement.verification SET found = %s", [finding])
        assert told(client) == (503, ["verification_found"])
        answer = client.get("/health").json
        assert answer is not None
        assert answer["verification"]["ledger"]["findings"] == 1
        connection.execute("UPDATE enforcement.verification SET found = '[]', stepped_at = now() - interval '2 hours'")
        assert told(client) == (503, ["verification_stands_still"])
