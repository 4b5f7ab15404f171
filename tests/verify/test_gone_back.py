"""A database set back, emptied or brought from elsewhere shows, until somebody puts a name and a reason to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, create_engine

from config.settings import Settings, Unfit
from enforcement import high_water, sequencer, verify
from enforcement.actions.program import program
from enforcement.actions.restoring import NothingLost, register
from enforcement.high_water import HighWater
from enforcement.office import open_office
from enforcement.verify import steps
from enforcement.verify.snapshot import Snapshot, snapshot
from media.file_store import FileStore
from tests.verify.conftest import KEY, ORIGIN, SEED

if TYPE_CHECKING:
    from tests.verify.conftest import Told

TABLES = (
    "enforcement.ledger_entry", "enforcement.ledger_leaf", "enforcement.ledger_node", "enforcement.ledger_checkpoint",
    "enforcement.ledger_chain", "enforcement.process_record", "enforcement.recording", "public_site.checkpoint",
    "public_site.log_proof", "public_site.publication_version", "public_site.publication",
)  # fmt: skip


@pytest.fixture
def mark(told: Told, tmp_path: Path) -> HighWater:
    """The mark at the tree as it is told, and one more entry sealed since: the older state is a roll-back."""
    return risen(HighWater(tmp_path / "high-water", [str(KEY)]), told)


def risen(kept: HighWater, told: Told) -> HighWater:
    """The mark, at the tree as it is told."""
    kept.path.unlink(missing_ok=True)
    engine = create_engine(told.urls.sequencer)
    with engine.connect() as connection:
        kept.rise(connection)
    engine.dispose()
    return kept


def further(mark: HighWater, told: Told) -> None:
    """Make the mark remember a tree of one entry more of the market regulator than there is."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from enforcement.ledger import notes, tree

    read = mark.read()
    assert read is not None
    engine = create_engine(told.urls.sequencer)
    with engine.connect() as connection:
        now = connection.exec_driver_sql("SELECT date_trunc('second', now())").scalar_one()
    engine.dispose()
    later = notes.Checkpoint(ORIGIN, read.size + 1, tree.node_hash(read.root, read.root), now)
    note = notes.signed_note(later, KEY, Ed25519PrivateKey.from_private_bytes(SEED).sign)
    market = str(told.ids["market"])
    mark._write(note, {**read.agencies, market: read.agencies[market] + 1})


def settings(told: Told, tmp_path: Path) -> Settings:
    return Settings.read(
        "command",
        {
            "MINGJIAN_VAR": str(tmp_path), "MINGJIAN_MEDIA": str(told.media), "MINGJIAN_LEDGER_ORIGIN": ORIGIN,
            "MINGJIAN_DATABASE_URL": told.urls.app, "MINGJIAN_LEDGER_KEY": SEED.hex(),
            "MINGJIAN_LEDGER_PUBLIC_KEY": KEY.public_key.hex(),
        },
    )  # fmt: skip


def gone_back(told: Told, mark: HighWater) -> list[str]:
    return [finding.zh for finding in told.verify(high_water=mark).findings if finding.table == "高水位"]


def test_a_tree_that_is_as_far_as_it_was_holds_and_the_file_is_its_owners(told: Told, mark: HighWater) -> None:
    assert gone_back(told, mark) == []
    assert mark.path.stat().st_mode & 0o777 == 0o600
    read = mark.read()
    assert read is not None
    assert sum(read.agencies.values()) == read.size


def test_a_roll_back_is_found_by_verify_and_at_the_start_and_nothing_is_signed(
    told: Told, mark: HighWater, tmp_path: Path
) -> None:
    further(mark, told)
    assert "回退到较早的状态" in gone_back(told, mark)[0]
    with pytest.raises(Unfit, match=r"回退到较早的状态.*ledger restored"):
        high_water.require(settings(told, tmp_path), told.urls.app)
    told.hit("INSERT INTO enforcement.ledger_pending (chain_id, seq) VALUES ({A}, 1)")
    told.hit("DELETE FROM enforcement.ledger_leaf WHERE false")
    told.hit(
        "WITH c AS (INSERT INTO enforcement.ledger_chain VALUES (gen_random_uuid(), {street}, 'case', 1, sha256('x'))"
        " RETURNING id), e AS (INSERT INTO enforcement.ledger_entry SELECT id, 1, {street}, '{}', sha256('s'),"
        " sha256('x'), sha256('p') FROM c) INSERT INTO enforcement.ledger_pending (chain_id, seq) SELECT id, 1 FROM c"
    )
    with pytest.raises(sequencer.RolledBackError):
        told.seal(mark.path)


@pytest.mark.parametrize(("damage", "said"), [
    ("emptied", "被清空"), ("missing", "没有高水位文件"), ("torn", "无法读取"), ("foreign", "无法读取"),
    ("rewritten", "曾被改写"),
])  # fmt: skip
def test_whatever_does_not_agree_with_the_mark_is_found(told: Told, mark: HighWater, damage: str, said: str) -> None:
    if damage == "emptied":
        for table in TABLES:
            told.hit(f"DELETE FROM {table}")
    elif damage == "missing":
        mark.path.unlink()
    elif damage == "torn":
        mark.path.write_bytes(mark.path.read_bytes()[:40])
    elif damage == "foreign":
        text = json.loads(mark.path.read_text(encoding="utf-8"))
        mark.path.write_text(json.dumps({**text, "note": text["note"].replace("\n", "\n9", 1)}), encoding="utf-8")
    else:
        further(mark, told)
        read = mark.read()
        assert read is not None
        mark.contradicted(read.size, lambda _: b"another root")
        assert mark.contradicted(read.size, lambda _: b"another root") == "rewritten"
        return
    assert said in gone_back(told, mark)[0]


def test_a_tree_that_goes_on_while_it_is_looked_at_has_not_gone_back(
    told: Told, mark: HighWater, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the database first and the mark afterwards would call what was sealed in between a roll-back."""

    @contextmanager
    def sealing_goes_on(engine: Engine, *, demo: bool) -> Iterator[Snapshot]:
        with snapshot(engine, demo=demo) as seen:
            further(mark, told)
            yield seen

    monkeypatch.setattr(verify, "snapshot", sealing_goes_on)
    monkeypatch.setattr(steps, "snapshot", sealing_goes_on)
    verifier = create_engine(told.urls.verifier)
    assert verify.verify_ledger(verifier, keys=[str(KEY)], high_water=mark, demo=True).findings == ()
    risen(mark, told)
    house = steps.House([str(KEY)], FileStore(told.media), mark, demo=True)
    assert steps.step(verifier, "ledger", house)
    with verifier.connect() as connection:
        found = connection.exec_driver_sql("SELECT found FROM enforcement.verification WHERE track = 'ledger'").scalar()
    verifier.dispose()
    assert found == []
    assert gone_back(told, mark) != []  # looked at from now on, it has


def test_the_very_first_checkpoint_leaves_a_mark_before_it(told: Told, tmp_path: Path) -> None:
    for table in TABLES[:6]:
        told.hit(f"DELETE FROM {table}")
    told.hit("DELETE FROM enforcement.ledger_pending")
    told.hit(
        "INSERT INTO enforcement.ledger_entry VALUES ({A}, 1, {market}, '{}', sha256('s'), sha256('x'), sha256('p'));"
        "INSERT INTO enforcement.ledger_pending (chain_id, seq) VALUES ({A}, 1);"
        "DELETE FROM public_site.log_proof; DELETE FROM public_site.checkpoint"
    )
    kept = HighWater(tmp_path / "new", [str(KEY)])
    assert told.seal(kept.path) == 1
    read = kept.read()
    assert read is not None
    assert (read.size, read.agencies) == (1, {str(told.ids["market"]): 1})


def test_a_lawful_restore_is_recorded_where_something_is_missing_and_shown_for_good(
    told: Told, mark: HighWater, tmp_path: Path
) -> None:
    further(mark, told)
    office = open_office(settings(told, tmp_path), program())
    engine = create_engine(told.urls.sequencer)
    with engine.connect() as connection:
        said = register(office, mark, connection, operator="安宁", reason="磁盘损坏，从昨夜备份恢复")
        again = register(office, mark, connection, operator="安宁", reason="磁盘损坏，从昨夜备份恢复")
        assert said == again == [f"已在机关 {told.ids['market']} 的台账登记恢复：缺失 1 条。"]
        mark.set_back(connection, sequencer.empty_note(SEED, ORIGIN, connection))
        with pytest.raises(NothingLost):
            register(office, mark, connection, operator="安宁", reason="再来一次")
    engine.dispose()
    office.engine.dispose()
    assert told.seal(mark.path) == 1
    verdict = told.verify(high_water=mark)
    assert verdict.findings == ()
    with told.superuser() as connection:
        acts = connection.execute(
            "SELECT agency_id, act FROM enforcement.process_record WHERE event = 'ledger_restored'"
        )
        assert acts.fetchall() == [(told.ids["market"], "register_restore")]
    [restore] = verdict.restores
    assert "由安宁登记从备份恢复" in restore
    assert "本机关缺失1条；理由：磁盘损坏，从昨夜备份恢复" in restore
