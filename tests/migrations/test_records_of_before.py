"""Records are never rewritten: what was written for an earlier schema is replayed into the tables of the newest."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import MetaData, create_engine, make_url

from enforcement import replay, sequencer, wrote
from enforcement.actions.people import RegisterUnit
from enforcement.actions.recordings import DescribeRecording
from enforcement.actions.registry import find, perform, perform_in
from enforcement.actions.subjects import of_agency
from enforcement.demo.walk import Walk
from enforcement.ledger.notes import VerifierKey
from enforcement.replay import Carries, Replay, Unreplayable
from enforcement.verify import BY_CHAIN, verify_ledger
from enforcement.work import Outdated
from media.demo import make_photo
from tests import factories
from tests.migrations import later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from enforcement.runtime.embedded import DatabaseUrls, Server
    from tests.factories import House

SEED = bytes(range(32))
ORIGIN = "ledger.example/later"
KEY = VerifierKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw())
DEVICES = "enforcement.recording_device"
OF_RECORDING = "(SELECT r.case_id FROM enforcement.recording r WHERE r.id = t.recording_id)"
comparison = import_module("enforcement.verify.projections")


def verified(urls: DatabaseUrls) -> list[tuple[str, str]]:
    """What `ledger verify` finds in the chains and in what they made (table, words), everything being sealed."""
    sealing, reading = create_engine(urls.sequencer), create_engine(urls.verifier)
    try:
        sequencer.run_once(sealing, SEED, ORIGIN, None)
        findings = verify_ledger(reading, keys=[str(KEY)], checks=BY_CHAIN, demo=True).findings
    finally:
        sealing.dispose()
        reading.dispose()
    return [(finding.table, finding.zh) for finding in findings]


@pytest.fixture(scope="module")
def before(server: Server, _agencies_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with chains of this revision: a closed case, a published one, one with a photograph."""
    folder: Path = tmp_path_factory.mktemp("before")
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE before TEMPLATE {_agencies_template}".encode())
    house = factories.open_house(server.prepare("before"), folder / "media")
    factories.penalty(house.market, until="case_closed")
    factories.released(factories.penalty(house.market))
    filmed = factories.penalty(house.market, until="investigation")
    began = filmed.now.replace(microsecond=0)
    house.later(hours=1)
    photo = make_photo(folder / "photo.jpg", size="160x120")
    filmed.film(
        DescribeRecording(activity="on_site", started_at=began, place="现场", officers=filmed.two, target="当事人",
                          device_kind="camera", device_no="zf-7"), photo,
    )  # fmt: skip
    assert verified(house.urls) == []
    house.office.engine.dispose()
    yield house
    house.office.engine.dispose()


@pytest.fixture(scope="module")
def upgraded(before: House, server: Server, tmp_path_factory: pytest.TempPathFactory) -> DatabaseUrls:
    """The same database, taken to the revision that never was."""
    with server.connect() as connection:
        connection.execute(b"CREATE DATABASE upgraded TEMPLATE before")
    urls = server.prepare("upgraded")
    later.upgrade(later.write(tmp_path_factory.mktemp("later")), urls.owner)
    return urls


def program_of_later(urls: DatabaseUrls, folder: Path, monkeypatch: pytest.MonkeyPatch, carry: str | None) -> None:
    """Let verifying know the later revision as its program would: its tables, whose they are, its carry."""
    tables, engine = MetaData(), create_engine(urls.owner)
    for schema in ("enforcement", "public_site"):
        tables.reflect(engine, schema=schema)
    engine.dispose()
    shapes = wrote.projected_of(table for table in tables.sorted_tables if table.name != "alembic_version")
    assert shapes.keys() == wrote.projected().keys() | {DEVICES}
    carries = replay.carries(later.write(folder, carry))
    assert [*carries][-2:] == [wrote.REVISION, later.LATER]
    monkeypatch.setattr(comparison, "projected", lambda: shapes)
    monkeypatch.setattr(comparison, "carries", lambda: carries)
    monkeypatch.setitem(comparison.OWNERS, DEVICES, OF_RECORDING)


def test_what_was_written_before_is_what_the_newest_tables_must_hold(
    upgraded: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_of_later(upgraded, tmp_path, monkeypatch, later.CARRY)
    assert verified(upgraded) == []


NAME = 'values["operator"] = values.pop("operator_name")'
EVERY = "    yield table, key, values"


@pytest.mark.parametrize(("right", "wrong", "named"), [
    (".upper()", "", "recording_device"),
    ('"counter"', '"post"', "case_file"),
    (NAME, NAME + ' + "?"', "party"),
    ('"recording_id": key["id"]', '"recording_id": key["id"].upper()', "recording_device"),
    (EVERY, EVERY.replace("yield", 'if table != "enforcement.case_officer": yield'), "case_officer"),
    (NAME, 'values["operator"] = values.pop("operator")', "process_record"),
])  # fmt: skip
def test_a_carry_that_does_not_do_what_its_migration_did_is_named(
    upgraded: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: str, wrong: str, named: str
) -> None:
    assert right in later.CARRY
    program_of_later(upgraded, tmp_path, monkeypatch, later.CARRY.replace(right, wrong))
    assert {table for table, _ in verified(upgraded)} == {named}


def test_without_its_carry_a_migration_that_changed_values_is_named(
    upgraded: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_of_later(upgraded, tmp_path, monkeypatch, None)
    assert {table for table, _ in verified(upgraded)} == {"case_file", "party", "recording_device"}


def lead(house: House) -> None:
    Walk(house.market).lead(factories.COMPANY, matter_code="CF-101", title="线索", content="群众举报。")


@contextmanager
def standing_at(server: Server, revision: str) -> Iterator[None]:
    """The database says that it was migrated to a revision."""
    stands = "UPDATE enforcement.alembic_version SET version_num = %s"
    with server.connect("before") as superuser:
        superuser.execute(stands, [revision])
        yield
        superuser.execute(stands, [wrote.REVISION])


def test_a_program_of_before_does_no_act_once_the_database_was_migrated(before: House, server: Server) -> None:
    with standing_at(server, later.LATER), pytest.raises(Outdated):
        lead(before)
    assert verified(before.urls) == []


WAITS = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'enforcement.alembic_version'::regclass
"""


def test_a_migration_waits_for_what_is_being_done_and_nothing_is_half_way_over_it(
    house: House, server: Server, tmp_path: Path
) -> None:
    migrations, database = later.write(tmp_path), make_url(house.urls.owner).database or ""
    unit = RegisterUnit(name="派出机构", kind="handling")
    upgrading = threading.Thread(target=later.upgrade, args=(migrations, house.urls.owner))
    with house.office.begin(house.market.actors["admin"]) as work, server.connect(database) as superuser:
        perform_in(work, find("register_unit"), of_agency(work), unit)
        upgrading.start()
        while superuser.execute(WAITS).fetchone() != (1,):
            assert upgrading.is_alive()
    upgrading.join()
    with pytest.raises(Outdated):
        perform(house.office, house.market.actors["admin"], "register_unit", replace(unit, name="另一机构"))


def test_a_record_of_a_revision_this_program_does_not_know_is_named_and_hides_nothing(
    before: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as program, standing_at(server, later.LATER):
        program.setattr(wrote, "REVISION", later.LATER)
        lead(before)
    unknown = ("process_record", f"第1条过程记录写于结构版本{later.LATER}，本程序不认识这一版本")
    assert verified(before.urls) == [unknown]
    with server.connect("before") as superuser:
        superuser.execute(b"UPDATE enforcement.recording SET place = 'elsewhere'")
    assert [table for table, _ in verified(before.urls)] == ["process_record", "recording"]


# ---------------------------------------------------------------------------------------------- one chain by itself


def renamed(table: str, key: dict[str, str], values: replay.Texts) -> Iterator[replay.Carried]:
    yield table, key, {"new": values["old"]}


CARRIES: Carries = {"0001": None, "0002": renamed, "0003": None}


def put(key: str, **values: str) -> wrote.Change:
    return {"table": "t", "key": {"id": key}, "set": values}


def test_records_of_several_revisions_follow_each_other_in_one_chain() -> None:
    chain = Replay(CARRIES)
    chain.record("0001", 1, [put("a", old="1"), put("b", old="2"), put("c", old="3")])
    chain.record("0001", 2, [put("a", old="4")])
    chain.record("0002", 3, [put("b", new="5"), {"table": "t", "key": {"id": "c"}, "gone": True}])
    chain.end()
    assert {key: (row.values, row.seq) for (_, (key,)), row in chain.rows.items()} == {
        "a": ({"new": "4"}, 2), "b": ({"new": "5"}, 3),
    }  # fmt: skip
    assert chain.last["t", ("c",)] == 3


def test_a_record_of_an_earlier_revision_than_the_one_before_it_is_refused() -> None:
    chain = Replay(CARRIES)
    chain.record("0002", 1, [put("a", new="1")])
    with pytest.raises(Unreplayable, match="写于结构版本0001，此前的记录已经是0002"):
        chain.record("0001", 2, [put("a", old="2")])


@pytest.mark.parametrize("written", [[5], [{"table": "t"}], [{"table": "t", "key": "a", "set": {}}], 5])
def test_what_no_act_has_written_is_refused_and_ends_nothing_else(written: object) -> None:
    with pytest.raises(Unreplayable, match="所写内容无法解读"):
        Replay(CARRIES).record("0001", 1, written)  # type: ignore[arg-type]
