"""What a refusal must leave alone, and what an act must leave behind.

with unchanged(walk): …                      whatever happens inside, no row of any table is another
refused(walk, "head", "make_decision", form) the law says no, nothing is written; the codes of its conditions
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from enforcement.actions.registry import perform
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.law.errors import Breach, Forbidden, Invalid, NotFound, RuleViolation
from enforcement.models.base import Base
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.ledger import LedgerChain, LedgerEntry
from enforcement.models.people import Certificate
from publish import tables as public_tables
from tests.factories import House

NOT_WATCHED = {"enforcement.demo_clock"}
_ONE = "SELECT '{0}' AS name, count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {0} t"
_NAMES = [
    str(table)
    for metadata in (Base.metadata, public_tables.metadata)
    for table in metadata.sorted_tables
    if str(table) not in NOT_WATCHED
]
_ALL = " UNION ALL ".join(_ONE.format(name) for name in sorted(_NAMES))


def content(house: House) -> dict[str, tuple[int, str]]:
    """Every table of both schemas, how many rows it holds and their digest; nobody's walls apply."""
    engine = create_engine(house.urls.owner)
    try:
        with engine.connect() as connection:
            return {name: (count, digest) for name, count, digest in connection.execute(text(_ALL))}
    finally:
        engine.dispose()


@contextmanager
def unchanged(house: House) -> Iterator[None]:
    """Whatever happens inside leaves every row of every table as it was."""
    before = content(house)
    yield
    after = content(house)
    assert {name for name in before if before[name] != after[name]} == set()


def refused(house: House, walk: Walk, login: str, act: str, form: Any) -> tuple[Breach, ...]:
    """The law says no: every condition it names. Nothing at all is written."""
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        walk.do(login, act, form)
    return refusal.value.breaches


def refused_on_disclosure(house: House, walk: Walk, login: str, act: str, form: Any) -> tuple[Breach, ...]:
    """The same for an act on the case's disclosure."""
    with unchanged(house), pytest.raises(RuleViolation) as refusal:
        walk.on_disclosure(login, act, form)
    return refusal.value.breaches


def forbidden(house: House, walk: Walk, login: str, act: str, form: Any) -> Breach:
    """Nobody in this person's roles may do it. Nothing is written."""
    with unchanged(house), pytest.raises(Forbidden) as refusal:
        walk.do(login, act, form)
    return refusal.value.breach


def invalid(house: House, walk: Walk, login: str, act: str, form: Any) -> dict[str, list[str]]:
    """The form is not in shape: its faults by field. Nothing is written."""
    with unchanged(house), pytest.raises(Invalid) as refusal:
        walk.do(login, act, form)
    return refusal.value.fields


def codes(breaches: tuple[Breach, ...]) -> set[str]:
    """The names of the conditions."""
    return {breach.code for breach in breaches}


def cites(breaches: tuple[Breach, ...]) -> set[str | None]:
    """The articles of the conditions."""
    return {breach.cite for breach in breaches}


def assert_agreement(walk: Walk) -> None:
    """Case, records and ledger tell the same story: numbers without gaps, the same acts, events and digests, the
    stage of the last record, as many acts counted as records.
    """
    with walk.office.reading(walk.staff.agency_id) as session:
        case = session.get_one(Case, walk.case_id)
        records = (
            session.query(ProcessRecord)
            .filter(ProcessRecord.chain_id == walk.case_id)
            .order_by(ProcessRecord.seq)
            .all()
        )
        entries = (
            session.query(LedgerEntry).filter(LedgerEntry.chain_id == walk.case_id).order_by(LedgerEntry.seq).all()
        )
        chain = session.get_one(LedgerChain, walk.case_id)
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        assert [entry.seq for entry in entries] == [record.seq for record in records]
        assert (chain.head_seq, bytes(chain.head_hash)) == (entries[-1].seq, bytes(entries[-1].leaf_hash))
        assert records[-1].stage == case.stage
        assert case.last_seq == len(records)
        for record, entry in zip(records, entries, strict=True):
            assert_tells(record, entry)


def assert_tells(record: ProcessRecord, entry: LedgerEntry) -> None:
    """The entry says what the record says, and holds its digest."""
    import json

    from enforcement import ledger

    body = json.loads(entry.body)
    assert (body["act"], body["event"], body["seq"]) == (record.act, record.event, str(record.seq))
    held = {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in vars(record).items()}
    assert body["digest"] == record.digest == ledger.digest_of_record(held)
    assert body["data"]["on"] == record.happened_on.isoformat()
    assert body["data"]["stage"] == record.stage


def do_for_agency(house: House, login: str, act: str, form: Any, *, staff: Staff | None = None) -> dict[str, Any]:
    """Do an act of the agency; what its record holds."""
    staff = staff or house.market
    outcome = perform(house.office, staff.actors[login], act, form)
    with house.office.reading(staff.agency_id) as session:
        record = session.get_one(ProcessRecord, (outcome.chain_id, outcome.seq))
        entry = session.get_one(LedgerEntry, (outcome.chain_id, outcome.seq))
        assert_tells(record, entry)
        assert session.get_one(LedgerChain, outcome.chain_id).head_seq == outcome.seq
        assert record.data == json.loads(json.dumps(record.data))
        return record.data


def refused_for_agency(house: House, login: str, act: str, form: Any) -> Exception:
    """The act is refused and nothing is written."""
    with unchanged(house), pytest.raises((Forbidden, Invalid, NotFound, RuleViolation)) as refusal:
        perform(house.office, house.market.actors[login], act, form)
    return refusal.value


def certificate_of(house: House, login: str) -> Certificate:
    with house.office.reading(house.market.agency_id) as session:
        person = house.market.actors[login].person_id
        found = session.scalars(select(Certificate).where(Certificate.person_id == person)).one()
        session.expunge_all()
        return found
