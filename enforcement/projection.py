"""What is derived from an owner's records and kept beside them: the clocks that run, and whose turn it is.

Written in the transaction of the act that changes it, from the facts the act was judged by and what it wrote; made
again at will.
"""

import functools
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, delete, select

from enforcement.facts import facts_of, facts_of_many, parameters, with_disclosure
from enforcement.known import as_record
from enforcement.law.deadlines import Level
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts
from enforcement.law.projected import RunningClock, concerning, numbered, of_records, projected, request_of
from enforcement.law.turns import Turn, turns, within_reach
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.clock import ClockRow, TurnRow, clock_columns
from enforcement.models.disclosures import Disclosure
from enforcement.models.driver import driver_of
from enforcement.models.people import Agency
from enforcement.work import Actor, Office, Work

_BATCH = 100
_DUMPS = functools.partial(json.dumps, default=str)


def after_act(work: Work, case: Case, record: Record) -> None:
    """Project the clocks and turns of a case in which an act has just been recorded; ask the clock to look at it."""
    write_case(work, case, facts_of(work, case))
    after_request(work, record)


def write_case(work: Work, case: Case, facts: CaseFacts) -> None:
    """Write what follows from the facts of a case, and have the clock look at it in its next pass."""
    procedures = work.book.procedures
    rows = projected(facts, work.book)
    found = list(_turn_values(case.id, turns(facts, procedures[case.procedure], work.book, rows)))
    for disclosure in _disclosures(work, case, facts):
        seen = with_disclosure(work, facts, disclosure)
        mine = within_reach(rows, disclosure.limit_key, disclosure.decision_seq)
        found += _turn_values(disclosure.id, turns(seen, procedures["disclosure"], work.book, mine))
    unit = None if facts.officers else case.unit_id
    values = {"case": case.id, "agency": case.agency_id, "unit": unit, "rows": Jsonb(found)}
    with driver_of(work.session).pipeline():  # none waits for the answer of the one before
        _write_clocks(work, case.id, "case", rows)
        driver_of(work.session).execute(_TURNS, values)
        _ask_for_a_look(work, case.id, "case", rows)


def _disclosures(work: Work, case: Case, facts: CaseFacts) -> list[Disclosure]:
    """Those of the case; a case without a result has none, and is not asked."""
    if not facts.has(*(result.event for result in work.book.disclosure.results)):
        return []
    return list(work.session.scalars(select(Disclosure).where(Disclosure.case_id == case.id)))


def after_agency_act(work: Work, chain_id: uuid.UUID, record: Record) -> None:
    """Project the clocks of the agency's own limits, and of the request of the public that the record is about."""
    if record.event in concerning(work.book, "agency"):
        write_agency(work, chain_id)
    after_request(work, record)


def after_request(work: Work, record: Record) -> None:
    """Project the clock of the request of the public that a record, of whatever chain, is about."""
    if (request := request_of(record, work.book)) is not None:
        write_request(work, uuid.UUID(request))


def write_agency(work: Work, chain_id: uuid.UUID) -> None:
    """Write the clocks of the agency's own limits from the records of its chain, and have the clock look at it."""
    where = (ProcessRecord.chain_id == chain_id, ProcessRecord.event.in_(concerning(work.book, "agency")))
    rows = _projected(work, "agency", _records(work, *where))
    _write_clocks(work, chain_id, "agency", rows)
    _ask_for_a_look(work, chain_id, "agency", rows)


def write_request(work: Work, request_id: uuid.UUID) -> None:
    """Write the clock of one request: taken up in the agency's chain, answered there or in the publication's case."""
    records = numbered(_records(work, ProcessRecord.request_id == request_id))
    _write_clocks(work, request_id, "publication", _projected(work, "publication", records))


def rebuild(office: Office, agency_id: uuid.UUID) -> int:
    """Throw the clocks and turns of an agency away and make them again; how many cases it was."""
    actor = Actor.clock(agency_id)
    with office.begin(actor) as work:
        for table in (ClockRow, TurnRow):
            work.session.execute(delete(table).where(table.agency_id == agency_id))
        write_agency(work, work.session.scalars(select(Agency.chain_id)).one())
        requests = select(ProcessRecord.request_id).where(ProcessRecord.request_id.is_not(None)).distinct()
        for request_id in work.session.scalars(requests).all():
            if request_id is not None:
                write_request(work, request_id)
        ids = list(work.session.scalars(select(Case.id).order_by(Case.id)))
    for start in range(0, len(ids), _BATCH):
        with office.begin(actor) as work:
            some = Case.id.in_(ids[start : start + _BATCH])
            cases = list(work.session.scalars(select(Case).where(some).order_by(Case.id).with_for_update()))
            facts = facts_of_many(work, cases)
            for case in cases:
                write_case(work, case, facts[case.id])
    return len(ids)


def _records(work: Work, *where: ColumnElement[bool]) -> list[Record]:
    own = ProcessRecord.agency_id == work.actor.agency_id
    query = select(ProcessRecord).where(own, *where).order_by(ProcessRecord.at, ProcessRecord.seq)
    return [as_record(row) for row in work.session.scalars(query)]


def _projected(work: Work, level: Level, records: Iterable[Record]) -> tuple[RunningClock, ...]:
    return projected(of_records(level, tuple(records), parameters(work), work.book.version), work.book, level=level)


# ------------------------------------------------------------------------------------------------------------- writing


def _write_clocks(work: Work, owner_id: uuid.UUID, level: Level, rows: Iterable[RunningClock]) -> None:
    values = {"owner": owner_id, "agency": work.actor.agency_id, "level": level}
    given = Jsonb([clock_columns(row) for row in rows], dumps=_DUMPS)
    driver_of(work.session).execute(_CLOCKS, {**values, "rows": given})


def _ask_for_a_look(work: Work, owner_id: uuid.UUID, level: Level, rows: Iterable[RunningClock]) -> None:
    ours = (row for row in rows if row.limit.direction == "within" and not row.limit.party)
    due_on = min((row.due.due_on for row in ours if row.due and row.stopped_on is None), default=None)
    values = {"owner": owner_id, "agency": work.actor.agency_id, "level": level, "at": work.moment, "due_on": due_on}
    driver_of(work.session).execute(_LOOK, values)


def _turn_values(subject_id: uuid.UUID, found: Iterable[Turn]) -> Iterable[dict[str, Any]]:
    """A row for each role of each turn."""
    for position, turn in enumerate(found):
        due = turn.clock.due if turn.clock else None
        for role in turn.roles:
            yield {
                "subject_id": str(subject_id),
                "role": role,
                "act": turn.act,
                "position": position,
                "limit_key": turn.clock.limit.key if turn.clock else "",
                "started_seq": turn.clock.started_seq if turn.clock else 0,
                "due_on": due.due_on.isoformat() if due else None,
                "barred": list(turn.barred[role]),
            }


def _made(table: str, owner: tuple[str, str], beside: Mapping[str, str], keys: str, columns: str) -> str:
    """One statement that makes the rows of an owner those given: what is gone goes, what stays as it was stays.

    `columns` are the keys and values of a row, each with its type; `beside` what all rows have alike.
    """
    typed = {one.split()[0]: one for one in columns.split(", ")}
    names = ", ".join(typed)
    of_key = keys.split(", ")
    changed = ", ".join(f"{name} = excluded.{name}" for name in (*typed, *beside) if name not in of_key)
    same = " AND ".join(f"g.{name} = t.{name}" for name in of_key if name in typed)
    now, then = (", ".join(f"{one}.{name}" for name in (*typed, *beside)) for one in ("t", "excluded"))
    return f"""
        WITH given AS (SELECT * FROM jsonb_to_recordset(%(rows)s) AS r ({columns})),
        gone AS (
            DELETE FROM enforcement.{table} t
            WHERE t.{owner[0]} = {owner[1]} AND NOT EXISTS (SELECT FROM given g WHERE {same})
        )
        INSERT INTO enforcement.{table} AS t ({", ".join(beside)}, {names})
        SELECT {", ".join(beside.values())}, {names} FROM given
        ON CONFLICT ({keys}) DO UPDATE SET {changed} WHERE ROW({now}) IS DISTINCT FROM ROW({then})
    """  # noqa: S608  (names of ours alone)


_CLOCKS = _made(
    "running_clock",
    ("owner_id", "%(owner)s"),
    {"owner_id": "%(owner)s::uuid", "agency_id": "%(agency)s::uuid", "level": "%(level)s"},
    "owner_id, limit_key, started_seq",
    "limit_key text, started_seq bigint, key text, started_at timestamptz, anchor_on date, ruled_on date, value bigint,"
    " extended bigint, pauses jsonb, target_on date, due_on date, due_at timestamptz, provisional boolean,"
    " stopped_seq bigint, stopped_on date, stopped_at timestamptz",
)
_TURNS = _made(
    "turn",
    ("case_id", "%(case)s"),
    {"case_id": "%(case)s::uuid", "agency_id": "%(agency)s::uuid", "unit_id": "%(unit)s::uuid"},
    "subject_id, role, act",
    "subject_id uuid, role text, act text, position bigint, limit_key text, started_seq bigint, due_on date,"
    " barred jsonb",
)
_LOOK = """
    INSERT INTO enforcement.look_again (owner_id, agency_id, level, again_at, due_on)
    VALUES (%(owner)s::uuid, %(agency)s::uuid, %(level)s, %(at)s, %(due_on)s::date)
    ON CONFLICT (owner_id) DO UPDATE SET again_at = excluded.again_at, due_on = excluded.due_on
"""
