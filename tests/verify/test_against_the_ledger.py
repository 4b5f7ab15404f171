"""What stands beside the ledger, and what proves it to the public: whose it is, earlier versions, paths, time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from enforcement.models.ledger import PLACED_AT_ONCE, append_entry
from enforcement.verify.moments import TOLERANCE, Windows

if TYPE_CHECKING:
    from tests.verify.conftest import Told

NOW = dt.datetime(2026, 11, 28, 8, tzinfo=dt.UTC)


def test_what_is_as_it_was_written_holds(told: Told) -> None:
    verdict = told.verify()
    assert (verdict.findings, verdict.waiting) == ((), 0)
    assert verdict.set_clock == verdict.entries > 40  # sample data say so in every entry


def test_what_waits_for_its_place_is_counted_and_is_no_damage(told: Told) -> None:
    append(told, dt.datetime.now(dt.UTC))
    told.hit("DELETE FROM enforcement.process_record WHERE false")
    verdict = told.verify()
    assert verdict.waiting == 1
    assert {finding.zh for finding in verdict.findings} == {"第1条过程记录缺失"}  # the test wrote an entry alone


@pytest.mark.parametrize(("statement", "table"), [
    ("UPDATE public_site.publication SET agency_id = {street} WHERE id = {page}", "publication"),
    ("UPDATE public_site.publication_version SET content = content || ' '", "publication_version"),
    ("UPDATE public_site.publication_version SET digest = sha256('x')", "publication_version"),
    ("UPDATE public_site.publication_version SET agency_id = {street}", "publication_version"),
    ("UPDATE public_site.publication_version SET version = 7", "publication_version"),
    ("DELETE FROM public_site.publication_version", "publication_version"),
    ("UPDATE public_site.log_proof SET path[1] = sha256('x')", "log_proof"),
    ("UPDATE public_site.log_proof SET path = path[2:]", "log_proof"),
    ("UPDATE public_site.log_proof SET path = path || sha256('x')", "log_proof"),
    ("UPDATE public_site.log_proof SET path = '{}'", "log_proof"),
    ("UPDATE public_site.log_proof SET position = position - 1", "log_proof"),
    ("UPDATE public_site.log_proof SET checkpoint_size = checkpoint_size - 1", "log_proof"),
    ("UPDATE public_site.log_proof SET publication_id = gen_random_uuid()", "log_proof"),
    ("UPDATE public_site.log_proof SET event = 'publication_corrected'", "log_proof"),
    ("UPDATE public_site.log_proof SET salt = sha256('x')", "log_proof"),
    ("DELETE FROM public_site.log_proof", "log_proof"),
    ("DELETE FROM public_site.publication", "publication"),
])  # fmt: skip
def test_what_the_public_is_shown_or_given_as_proof_is_what_was_written(told: Told, statement: str, table: str) -> None:
    told.hit(statement)
    found = told.verify().findings
    assert {finding.table for finding in found} == {f"public_site.{table}"}
    assert {finding.chain_id for finding in found} == {str(told.ids["A"])}


# ---------------------------------------------------------------------------------------------------------------- time


def append(told: Told, at: dt.datetime, *, set_clock: bool = False) -> None:
    """Write an entry with the application's own role, whatever moment it names."""
    engine = create_engine(told.urls.app)
    agency = told.ids["street"]
    with engine.begin() as connection:
        connection.execute(text("SELECT set_config('mingjian.agency_id', :agency, true)"), {"agency": str(agency)})
        chain = told.ids.setdefault("C", told.ids["page"])
        if not connection.execute(
            text("SELECT count(*) FROM enforcement.ledger_chain WHERE id = :c"), {"c": chain}
        ).scalar():
            connection.execute(
                text("INSERT INTO enforcement.ledger_chain (id, agency_id, kind) VALUES (:c, :a, 'case')"),
                {"c": chain, "a": agency},
            )
        append_entry(
            connection, chain_id=chain, agency_id=agency, act="open_case", event="case_opened", actor="clock", at=at,
            case_id=chain, data={"on": "2026-11-28", "stage": ""}, digest="0" * 64, set_clock=set_clock,
        )  # fmt: skip
    engine.dispose()


def times(told: Told, *, demo: bool = True) -> list[str]:
    return [
        finding.zh
        for finding in told.verify(demo=demo).findings
        if finding.table == "ledger_entry" and "时" in finding.zh
    ]


def test_an_entry_dated_back_behind_a_checkpoint_is_named(told: Told) -> None:
    append(told, dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    told.seal()
    assert times(told) == []
    append(told, dt.datetime.now(dt.UTC) - dt.timedelta(days=3))
    told.seal()
    assert times(told) == ["第2条的时间早于前一条"]


def test_the_first_entry_of_a_chain_is_held_against_the_checkpoint_before_it(told: Told) -> None:
    append(told, dt.datetime.now(dt.UTC) - dt.timedelta(days=3))
    told.seal()
    assert times(told) == ["第1条的时间早于此前签署的检查点：倒填日期"]


def test_an_entry_dated_ahead_of_the_checkpoint_that_covers_it_is_named(told: Told) -> None:
    append(told, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    told.seal()
    assert times(told) == ["第1条的时间晚于首个包含它的检查点"]


def test_a_set_clock_is_judged_by_order_alone_and_only_in_a_demonstration(told: Told) -> None:
    append(told, NOW - dt.timedelta(days=300), set_clock=True)
    append(told, NOW - dt.timedelta(days=299), set_clock=True)
    told.seal()
    assert times(told) == []
    assert "第1条记在调整过的时钟上，而本系统不是演示环境" in times(told, demo=False)
    append(told, NOW - dt.timedelta(days=300), set_clock=True)
    told.seal()
    assert times(told) == ["第3条的时间早于前一条"]


def test_what_waited_behind_a_full_batch_may_be_as_old_as_the_batch() -> None:
    def text_of(moment: dt.datetime) -> bytes:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()

    full = 10 + PLACED_AT_ONCE
    later, latest = NOW + dt.timedelta(hours=5), NOW + dt.timedelta(hours=6)
    windows = Windows([(10, NOW), (full, later), (full + 3, later), (full + 4, latest)])
    assert windows.of(9) == (b"", text_of(NOW + TOLERANCE))
    assert windows.of(10)[0] == windows.of(full)[0] == text_of(NOW - TOLERANCE)
    assert windows.of(full + 3)[0] == text_of(later - TOLERANCE)
    assert windows.of(full + 4) == windows.of(None) == (b"", b"\xff")
