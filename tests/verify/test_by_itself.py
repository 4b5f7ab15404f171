"""Verification goes round by itself in small steps; what it finds stays until a complete pass no longer finds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from enforcement.models.verification import Verification
from enforcement.verify import steps
from enforcement.verify.steps import House, step
from tests.verify.conftest import KEY

if TYPE_CHECKING:
    from media.file_store import FileStore
    from tests.verify.conftest import Told


@pytest.fixture
def verifier(told: Told) -> Iterator[Engine]:
    engine = create_engine(told.urls.verifier)
    yield engine
    engine.dispose()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of a few rows, so that a pass over a small installation takes many."""
    for name, count in (("ENTRIES", 7), ("PUBLICATIONS", 1), ("CHECKPOINTS", 1)):
        monkeypatch.setattr(steps, name, count)


def row(verifier: Engine, track: str = "ledger") -> Verification:
    with Session(verifier) as session:
        return session.scalars(select(Verification).where(Verification.track == track)).one()


def complete(verifier: Engine, store: FileStore, track: str = "ledger") -> int:
    """Make steps until a pass is complete; how many it took."""
    house = House([str(KEY)], store, None, demo=True)
    with Session(verifier) as session:
        before = session.scalar(select(Verification.passes).where(Verification.track == track)) or 0
    count = 0
    while count == 0 or row(verifier, track).passes == before:
        assert step(verifier, track, house)
        count += 1
        assert count < 200
    return count


def test_a_pass_goes_through_everything_in_many_steps_and_begins_again(
    told: Told, verifier: Engine, store: FileStore, small: None
) -> None:
    assert complete(verifier, store) > 10
    assert (row(verifier).unmended, row(verifier).completed_at is not None) == ([], True)
    assert complete(verifier, store) > 10
    assert row(verifier).passes == 2


@pytest.mark.parametrize(("damage", "mend", "said"), [
    ("UPDATE enforcement.process_record SET stage = stage || 'x' WHERE chain_id = {A} AND seq = 3",
     "UPDATE enforcement.process_record SET stage = rtrim(stage, 'x') WHERE chain_id = {A} AND seq = 3",
     "环节与台账不符"),
    ("UPDATE enforcement.ledger_node SET hash = sha256(hash) WHERE level = 2 AND idx = 0", "", "与签署过的树不符"),
    ("DELETE FROM enforcement.ledger_leaf WHERE chain_id = {B} AND seq = 2", "", "既不在树中，也不在等候"),
    ("DELETE FROM enforcement.ledger_entry WHERE chain_id = {B} AND seq = 2", "", "第2条缺失"),
    ("UPDATE enforcement.ledger_checkpoint SET root = sha256(root)", "", "检查点各栏与其签名文本不符"),
    ("UPDATE public_site.log_proof SET path[1] = sha256('x')", "", "路径算不出所签署的根"),
    ("UPDATE public_site.publication SET gist = gist || 'x'",
     "UPDATE public_site.publication SET gist = rtrim(gist, 'x')",
     "gist与记录不符"),
    ("GRANT DELETE ON enforcement.party TO mingjian_public", "REVOKE DELETE ON enforcement.party FROM mingjian_public",
     "授权 enforcement.party"),
])  # fmt: skip
def test_what_a_pass_finds_stays_until_a_whole_pass_no_longer_finds_it(
    told: Told, verifier: Engine, store: FileStore, damage: str, mend: str, said: str
) -> None:
    told.hit(damage)
    complete(verifier, store)
    assert any(said in one["zh"] for one in row(verifier).unmended), row(verifier).unmended
    if mend:
        told.hit(mend)
        step(verifier, "ledger", House([str(KEY)], store, None, demo=True))
        assert row(verifier).unmended
        complete(verifier, store)
        assert row(verifier).unmended == []


def test_recordings_are_read_again_one_a_step(told: Told, verifier: Engine, store: FileStore) -> None:
    assert complete(verifier, store, "recordings") == 2
    for path in (told.media / "objects").rglob("*"):
        if path.is_file():
            path.unlink()
    complete(verifier, store, "recordings")
    [found] = row(verifier, "recordings").unmended
    assert "缺失" in found["zh"]
    assert found["chain"] == str(told.ids["B"])


def test_one_step_at_a_time_whoever_makes_it(told: Told, verifier: Engine, store: FileStore) -> None:
    house = House([str(KEY)], store, None, demo=True)
    assert step(verifier, "ledger", house)
    with Session(verifier) as session:
        session.scalars(select(Verification).with_for_update()).all()
        assert not step(verifier, "ledger", house)
    assert step(verifier, "ledger", house)
