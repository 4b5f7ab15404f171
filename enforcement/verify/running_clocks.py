"""Every running clock follows from the records: recomputed from them and from the law, none other, none missing.

What the clock last looked at with another law or calendar was counted with those and is left to it: its next passes
write it anew.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from enforcement.law.book import Book
from enforcement.law.deadlines import Level
from enforcement.law.events import Record
from enforcement.law.facts import ParameterFacts
from enforcement.law.projected import RunningClock, concerning, numbered, of_records, projected
from enforcement.models.clock import clock_columns
from enforcement.verify.findings import Finding
from enforcement.verify.snapshot import BATCH, Check, Snapshot, Span

_TABLE = "running_clock"

Row = Mapping[str, Any]
Numbers = Mapping[str, Mapping[str, ParameterFacts]]


def running_clocks(book: Book, calendar: str) -> Check:
    """The check, for this law and the calendar of this digest."""

    def running_clock(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
        numbers = _numbers(snapshot)
        for owners in _owners(snapshot, span, book, calendar):
            ids = list(owners)
            recorded = _grouped(snapshot.stream(_RECORDS, owners=ids), "chain")
            kept = _grouped(snapshot.stream(_CLOCKS, owners=ids), "owner")
            for owner, row in owners.items():
                level: Level = "case" if row["procedure"] else "agency"
                yield from _compare(book, level, row, recorded[owner], kept[owner], numbers)
        asked = _grouped(snapshot.stream(_ASKED.format(span=span.where("request_id")), span), "request")
        answered = _grouped(snapshot.stream(_OF_REQUESTS.format(span=span.where("owner_id")), span), "owner")
        for request in sorted(asked.keys() | answered.keys()):
            agency = asked[request][0]["agency"] if asked[request] else ""
            row = {"owner": request, "agency": agency, "procedure": "", "behind": False}
            yield from _compare(book, "publication", row, asked[request], answered[request], numbers)
        for one in snapshot.stream(_NOBODYS.format(span=span.where("owner_id")), span):
            yield Finding(_TABLE, "期限不属于任何案件或者机关", one["owner"], derived=True)

    return running_clock


def _owners(snapshot: Snapshot, span: Span, book: Book, calendar: str) -> Iterator[dict[str, Row]]:
    """Cases and agencies, some at a time, each with whether the clock has yet to look at it with today's law."""
    after = "00000000-0000-0000-0000-000000000000"
    statement = _OWNERS.format(span=span.where("o.owner"))
    while True:
        asked = {"last": after, "law": book.version, "calendar": calendar, "batch": BATCH}
        rows: dict[str, Row] = {row["owner"]: row for row in snapshot.stream(statement, span, **asked)}
        if not rows:
            return
        yield rows
        after = max(rows)


def _compare(
    book: Book, level: Level, owner: Row, recorded: Iterable[Row], kept: Iterable[Row], numbers: Numbers
) -> Iterator[Finding]:
    if owner["behind"]:
        return
    try:
        rows = _projected(book, level, owner, recorded, numbers)
        whose = {"level": level, "agency_id": owner["agency"]}
        expected = {(row.limit.key, str(row.started_seq)): whose | _as_text(row) for row in rows}
    except (ArithmeticError, LookupError, TypeError, ValueError):
        yield Finding(_TABLE, "过程记录无法读取，期限无从核对", owner["owner"], derived=True)
        return
    found = {(row["limit_key"], row["started_seq"]): row for row in kept}
    for key in sorted(expected.keys() | found.keys()):
        if what := _differs(found.get(key), expected.get(key)):
            limit = book.limits[key[0]].zh if key[0] in book.limits else key[0]
            yield Finding(_TABLE, f"{limit}{what}", owner["owner"], int(key[1]), derived=True)


def _projected(
    book: Book, level: Level, owner: Row, recorded: Iterable[Row], numbers: Numbers
) -> tuple[RunningClock, ...]:
    records = tuple(_record(row) for row in recorded)
    own = numbers.get(owner["agency"], {})
    if level == "case":
        procedure = owner["procedure"]
        return projected(of_records(procedure, records, own, book.version, book.procedures[procedure].clears), book)
    records = tuple(one for one in records if one.event in concerning(book, level))
    return projected(
        of_records(level, numbered(records) if level == "publication" else records, own, book.version),
        book,
        level=level,
    )


def _differs(here: Row | None, there: Mapping[str, str | None] | None) -> str:
    """What is wrong with a row; "" if nothing."""
    if here is None:
        return "缺失"
    if there is None:
        return "没有对应的过程记录"
    column = next((name for name, value in there.items() if here[name] != value), "")
    return f"的{column}与过程记录不符" if column else ""


def _as_text(row: RunningClock) -> dict[str, str | None]:
    return {name: _text(value) for name, value in clock_columns(row).items()}


def _text(value: object) -> str | None:
    """A value as the database writes it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            plain = f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}".rstrip("0").rstrip(".")
            return f"{plain}+00"
        case date():
            return value.isoformat()
        case list():
            return json.dumps(value)
        case _:
            return str(value)


def _grouped(rows: Iterable[Row], by: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[by]].append(row)
    return found


def _record(row: Row) -> Record:
    at, on = datetime.fromisoformat(row["at"]), date.fromisoformat(row["on"])
    return Record(int(row["seq"]), row["event"], row["act"], "", at, on, None, json.loads(row["data"]))


def _numbers(snapshot: Snapshot) -> Numbers:
    """Every agency's numbers, each with those before it; one that cannot be read is none."""
    found: dict[str, dict[str, ParameterFacts]] = defaultdict(dict)
    for row in snapshot.stream(_NUMBERS):
        own, name = found[row["agency"]], row["name"]
        try:
            from_on, set_at = date.fromisoformat(row["from_on"]), datetime.fromisoformat(row["set_at"])
        except ValueError:
            continue
        own[name] = ParameterFacts(name, int(row["value"]), from_on, set_at=set_at, earlier=own.get(name))
    return found


_OWNERS = """
    SELECT o.owner::text, o.agency::text, o.procedure,
           coalesce((l.law, l.calendar) <> (%(law)s, %(calendar)s), false) AS behind
    FROM (
        SELECT id AS owner, agency_id AS agency, procedure FROM enforcement.case_file
        UNION ALL SELECT chain_id, id, NULL FROM enforcement.agency
    ) o LEFT JOIN enforcement.look_again l ON l.owner_id = o.owner
    WHERE o.owner > %(last)s::uuid AND {span} ORDER BY o.owner LIMIT %(batch)s
"""
_RECORD = """chain_id::text AS chain, seq::text, event, act, at::text, happened_on::text AS on, data::text,
           agency_id::text AS agency"""
_RECORDS = f"""
    SELECT {_RECORD} FROM enforcement.process_record WHERE chain_id = ANY (%(owners)s::uuid[]) ORDER BY chain_id, seq
"""  # noqa: S608  (words of ours alone)
_ASKED = f"""
    SELECT {_RECORD}, request_id::text AS request FROM enforcement.process_record
    WHERE request_id IS NOT NULL AND {{span}} ORDER BY request_id, process_record.at, process_record.seq
"""  # noqa: S608
_CLOCK = """owner_id::text AS owner, agency_id::text, level, limit_key, started_seq::text, key, started_at::text,
           anchor_on::text, ruled_on::text, value::text, extended::text, pauses::text, target_on::text, due_on::text,
           due_at::text, provisional::text, stopped_seq::text, stopped_on::text, stopped_at::text"""
_CLOCKS = f"SELECT {_CLOCK} FROM enforcement.running_clock WHERE owner_id = ANY (%(owners)s::uuid[])"  # noqa: S608
_OF_REQUESTS = f"SELECT {_CLOCK} FROM enforcement.running_clock WHERE level = 'publication' AND {{span}}"  # noqa: S608
_NOBODYS = """
    SELECT DISTINCT owner_id::text AS owner FROM enforcement.running_clock r
    WHERE level <> 'publication' AND {span}
      AND NOT EXISTS (SELECT FROM enforcement.case_file c WHERE c.id = r.owner_id)
      AND NOT EXISTS (SELECT FROM enforcement.agency a WHERE a.chain_id = r.owner_id)
"""
_NUMBERS = """
    SELECT agency_id::text AS agency, name, value::text, from_on::text, set_at::text FROM enforcement.agency_parameter
    ORDER BY from_on
"""
