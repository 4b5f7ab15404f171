"""One damage is one finding, in the table and row where it lies, and it keeps no other check from its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from enforcement.law.book import Book
from enforcement.ledger import digest_of
from enforcement.sweep.calendars import written
from enforcement.verify import CHECKS, Finding, verify_ledger
from enforcement.verify.running_clocks import running_clocks
from tests.factories import CONFIG
from tests.verify.conftest import KEY

if TYPE_CHECKING:
    from tests.verify.conftest import Told
COPIED_CHAIN = """
    INSERT INTO enforcement.ledger_chain
    SELECT gen_random_uuid(), agency_id, kind, head_seq, head_hash FROM enforcement.ledger_chain WHERE id = {A}
"""
ONE_CLOCK = """
    UPDATE enforcement.running_clock SET WHERE ctid =
        (SELECT ctid FROM enforcement.running_clock WHERE owner_id = {A} ORDER BY limit_key, started_seq LIMIT 1)
"""
ANOTHERS_CERTIFICATE = """
    UPDATE enforcement.certificate
    SET person_id = (SELECT id FROM enforcement.person WHERE agency_id = {street} LIMIT 1)
    WHERE ctid = (SELECT ctid FROM enforcement.certificate WHERE agency_id = {market} LIMIT 1)
"""


def found(told: Told) -> list[Finding]:
    """What `ledger verify` says, clocks and all."""
    book = Book.load(CONFIG)
    engine = create_engine(told.urls.verifier)
    checks = (*CHECKS, running_clocks(book, digest_of(written(book.calendar))))
    try:
        return list(verify_ledger(engine, keys=[str(KEY)], checks=checks, demo=True).findings)
    finally:
        engine.dispose()


@pytest.mark.parametrize(("statement", "table", "said"), [
    ("UPDATE enforcement.ledger_chain SET head_seq = head_seq + 2 WHERE id = {A}", "ledger_chain", "链头写作"),
    (COPIED_CHAIN, "ledger_chain", "从来没有记录"),
    ("UPDATE enforcement.ledger_chain SET kind = 'agency' WHERE id = {A}", "ledger_chain", "机关或者种类被改动"),
    ("UPDATE enforcement.ledger_chain SET kind = 'case' WHERE kind = 'agency' AND agency_id = {market}",
     "ledger_chain", "机关或者种类被改动"),
    ("UPDATE enforcement.ledger_chain SET id = gen_random_uuid() WHERE id = {A}", "ledger_chain", "链的编号被改为"),
    ("DELETE FROM enforcement.ledger_chain WHERE kind = 'agency' AND agency_id = {market}", "ledger_chain", "登记缺失"),
    ("INSERT INTO enforcement.ledger_pending (chain_id, seq) VALUES ({A}, 3)", "ledger_pending", "已在树中"),
    (ONE_CLOCK.replace("SET", "SET level = 'agency'"), "running_clock", "level"),
    (ONE_CLOCK.replace("SET", "SET agency_id = {street}"), "running_clock", "agency_id"),
    ("UPDATE enforcement.party SET name = name || '改' WHERE case_id = {A}", "party", "name"),
    (ANOTHERS_CERTIFICATE, "certificate", "person_id"),
    ("DELETE FROM enforcement.case_file WHERE id = {A}", "case_file", "缺失"),
    ("UPDATE enforcement.alembic_version SET version_num = '0001'", "alembic_version", "登记为版本0001"),
    ("DELETE FROM enforcement.alembic_version", "alembic_version", "（无）"),
])  # fmt: skip
def test_one_damage_is_one_finding_where_it_lies(told: Told, statement: str, table: str, said: str) -> None:
    told.hit(statement)
    (finding,) = found(told)
    assert finding.table == table
    assert said in finding.zh


def test_the_case_of_a_disclosure_changed_is_named_and_not_what_belongs_to_it(told: Told) -> None:
    told.hit("UPDATE enforcement.disclosure SET case_id = {B} WHERE id = {page}")
    named = found(told)
    assert {finding.table for finding in named} == {"disclosure"}
    assert all(str(told.ids["page"]) in finding.zh for finding in named)


def test_the_public_name_of_an_agency_changed_names_none_of_its_pages(told: Told) -> None:
    told.hit("UPDATE public_site.agency SET name = name || '改' WHERE id = {market}")
    assert {finding.table for finding in found(told)} == {"public_site.agency"}


def test_words_alone_that_differ_are_named_by_their_row(told: Told) -> None:
    told.hit("UPDATE enforcement.words SET searchable = 'x' WHERE id = {A}")
    (finding,) = found(told)
    assert finding.table == "words"
    assert str(told.ids["A"]) in finding.zh
