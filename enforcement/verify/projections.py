"""Replay the chains and compare every projected column: the tables say what the records say, no more and no less.

Chains are replayed some at a time, so memory stays flat. Every column is written as text by the database itself; only
what is JSON there is put into its one form here. A chain with a record that cannot be trusted (the ledger or
`records` has named it) is not replayed: nobody can say what it should have come to.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB

from enforcement.ledger.entries import json_text
from enforcement.models.requests import DIGESTED, digest_of_request
from enforcement.replay import Replay, Unreplayable, carries
from enforcement.verify.findings import Finding
from enforcement.verify.records import body_of, content_digest
from enforcement.verify.snapshot import Snapshot, Span
from enforcement.wrote import Projected, projected

CHAINS_AT_ONCE = 100

# Of an agency and its chain each names the other: where one of the two was changed, the other still says which it is.
_OF_AGENCY = """coalesce(
    (SELECT c.id FROM enforcement.ledger_chain c WHERE c.kind = 'agency' AND c.agency_id = t.agency_id
     ORDER BY c.id <> (SELECT a.chain_id FROM enforcement.agency a WHERE a.id = t.agency_id), c.id LIMIT 1),
    (SELECT a.chain_id FROM enforcement.agency a WHERE a.id = t.agency_id))"""
_OF_DISCLOSURE = "(SELECT d.case_id FROM enforcement.disclosure d WHERE d.id = t.{0})"
_BY_CASE = "t.case_id"
OWNERS: Mapping[str, str] = {
    "enforcement.agency": _OF_AGENCY.replace("t.agency_id", "t.id"),
    "enforcement.unit": _OF_AGENCY,
    "enforcement.person": _OF_AGENCY,
    "enforcement.role_grant": _OF_AGENCY,
    "enforcement.certificate": _OF_AGENCY,
    "enforcement.deputy": _OF_AGENCY,
    "enforcement.matter": _OF_AGENCY,
    "enforcement.directory_entry": _OF_AGENCY,
    "enforcement.agency_parameter": _OF_AGENCY,
    "enforcement.basic_information": _OF_AGENCY,
    "enforcement.case_file": "t.id",
    "enforcement.party": _BY_CASE,
    "enforcement.case_officer": _BY_CASE,
    "enforcement.recording": _BY_CASE,
    "enforcement.disclosure": _BY_CASE,
    "enforcement.notification": f"coalesce(t.case_id, {_OF_AGENCY})",
    "enforcement.redaction_span": _OF_DISCLOSURE.format("disclosure_id"),
    "public_site.agency": _OF_AGENCY.replace("t.agency_id", "t.id"),
    "public_site.officer": _OF_AGENCY,
    "public_site.basic_information": _OF_AGENCY,
    "public_site.notice": _OF_AGENCY,
    "public_site.publication": _OF_DISCLOSURE.format("id"),
    "public_site.publication_version": _OF_DISCLOSURE.format("publication_id"),
}
"""The chain a row belongs to, in SQL over the row `t`."""
_DISCLOSURE = "enforcement.disclosure"
LEANING: Mapping[str, str] = {
    "enforcement.redaction_span": "disclosure_id",
    "public_site.publication": "id",
    "public_site.publication_version": "publication_id",
}
"""Tables whose rows belong to the chain of a disclosure, and which column says to that of which."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table with one owner: its columns, where it lies, and how its chain is found."""

    name: str
    columns: tuple[str, ...]
    owner: str
    only: str = "true"
    digested: tuple[str, ...] = ()
    """Columns in no chain whose digest is: that of a request of the public, in its column `digest`."""


def _parts() -> tuple[Part, ...]:
    """Every projected table; what the public sent in is taken up in one chain and settled in another."""
    request = "public_site.correction_request"
    settled = f"coalesce({_OF_DISCLOSURE.format('publication_id')}, {_OF_AGENCY})"
    return (
        *(Part(name, tuple(one.columns), OWNERS[name]) for name, one in projected().items() if name != request),
        Part(request, ("id", "taken_up_at", "digest"), _OF_AGENCY, "t.taken_up_at IS NOT NULL", DIGESTED),
        Part(request, ("id", "settled_at"), settled, "t.settled_at IS NOT NULL"),
    )


def projections(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Every row of every projected table is what its chain makes it, and none is there that no chain made."""
    chains: list[str] = []
    astray: set[str] = set()
    listed = f"SELECT id::text AS id FROM enforcement.ledger_chain WHERE {span.where('id')} ORDER BY ledger_chain.id"  # noqa: S608
    for row in list(snapshot.stream(listed, span)):
        chains.append(row["id"])
        if len(chains) == CHAINS_AT_ONCE:
            yield from _compared(snapshot, chains, astray)
            chains = []
    if chains:
        yield from _compared(snapshot, chains, astray)
    if span.after is None:
        yield from _strays(snapshot, astray)


_RECORDS = """
    SELECT r.chain_id::text AS chain, r.seq, r.wrote::text AS wrote, r.data::text AS data, r.people::text AS people,
           r.law, r.schema, r.salt, r.behalf_of::text AS behalf_of,
           r.request_id::text AS request_id, e.body
    FROM enforcement.process_record r
    LEFT JOIN enforcement.ledger_entry e ON e.chain_id = r.chain_id AND e.seq = r.seq
    WHERE r.chain_id = ANY(%(chains)s::uuid[]) ORDER BY r.chain_id, r.seq
"""
_HEADS = """
    SELECT c.id::text AS id, c.head_seq,
           (SELECT count(*) FROM enforcement.process_record r WHERE r.chain_id = c.id) AS n
    FROM enforcement.ledger_chain c WHERE c.id = ANY(%(chains)s::uuid[])
"""


Row = Mapping[str, str | None]


def _compared(snapshot: Snapshot, chains: list[str], astray: set[str]) -> Iterator[Finding]:
    """Replay these chains and compare what they made with what is there.

    `astray` gathers disclosures of which the tables say another case than the records, or none: what belongs to one of
    them is then found in no chain either, and that is named once.
    """
    untrusted = {row["id"] for row in snapshot.stream(_HEADS, chains=chains) if row["n"] != row["head_seq"]}
    made = {chain: Replay(carries()) for chain in chains}
    for row in snapshot.stream(_RECORDS, chains=chains):
        chain = row["chain"]
        body = body_of(row["body"])
        if chain in untrusted or body is None or content_digest(row) != body.get("digest"):
            untrusted.add(chain)
            continue
        try:
            made[chain].record(row["schema"], row["seq"], json.loads(row["wrote"]))
        except Unreplayable as error:
            untrusted.add(chain)
            yield Finding("process_record", f"第{row['seq']}条过程记录{error.zh}", chain, row["seq"])
    for chain in made.keys() - untrusted:
        try:
            made[chain].end()
        except Unreplayable as error:
            untrusted.add(chain)
            yield Finding("process_record", f"过程记录{error.zh}", chain)
    for part in _parts():
        for found in _of_part(snapshot, part, made, untrusted, astray):
            # A damage that another check has named in its own words is named once.
            if not snapshot.report.names(found.table, found.chain_id):
                yield found


def _of_part(
    snapshot: Snapshot, part: Part, made: Mapping[str, Replay], untrusted: Collection[str], astray: set[str]
) -> Iterator[Finding]:
    shape = projected()[part.name]
    wanted = {
        key: (chain, row)
        for chain, replayed in made.items()
        if chain not in untrusted
        for (table, key), row in replayed.rows.items()
        if table == part.name and set(part.columns) & (row.values.keys() - set(shape.key))
    }
    statement = _statement(part, shape, f"{part.owner} = ANY(%(chains)s::uuid[])")
    for there in snapshot.stream(statement, chains=list(made)):
        key = tuple(there[name] for name in shape.key)
        chain, row = wanted.pop(key, (there["__chain"], None))
        if chain in untrusted:
            continue
        expected = None if row is None else {**row.key, **row.values}
        _note_astray(part, there, expected, astray)
        if expected is None and _leans(part, there, astray):
            continue
        if what := _what_is_wrong(part, shape, there, expected):
            seq = row.seq if row is not None else made[chain].last.get((part.name, key))
            yield Finding(_table(part), f"{_zh(part, key)}{what}", chain, seq)
    for key, (chain, row) in wanted.items():
        expected = {**row.key, **row.values}
        _note_astray(part, {}, expected, astray)
        if not _leans(part, expected, astray):
            yield Finding(_table(part), f"{_zh(part, key)}缺失", chain, row.seq)


def _note_astray(part: Part, there: Row, expected: Row | None, astray: set[str]) -> None:
    """Note a disclosure that does not belong where its records say; `there` is empty and `expected` None for none."""
    if part.name == _DISCLOSURE and there.get("case_id") != (expected or {}).get("case_id"):
        astray.add(str((there or expected or {})["id"]))


def _leans(part: Part, row: Row, astray: Collection[str]) -> bool:
    """Whether a row is found in no chain only because its disclosure is not."""
    return row.get(LEANING.get(part.name, "")) in astray


def _what_is_wrong(part: Part, shape: Projected, there: Row, expected: Row | None) -> str:
    if expected is None:
        return "没有任何记录写入过"
    wrong = [name for name in part.columns if _text(shape, name, there[name]) != expected.get(name)]
    if part.digested and digest_of_request(there) != expected.get("digest"):
        wrong.append("内容")
    return f"的{'、'.join(wrong)}与记录不符" if wrong else ""


_PAGE = "public_site.publication"
"""Of a page that no act has made, `publications` says so in its own words."""


def _strays(snapshot: Snapshot, astray: Collection[str]) -> Iterator[Finding]:
    """Rows that belong to no chain at all; where the chain itself is gone or goes by another number, that is named."""
    for part in _parts():
        if part.name == _PAGE:
            continue
        shape = projected()[part.name]
        chain = f"SELECT FROM enforcement.ledger_chain k WHERE k.id = {part.owner}"
        for row in snapshot.stream(_statement(part, shape, f"NOT EXISTS ({chain})")):
            key = tuple(str(row[name]) for name in shape.key)
            if snapshot.report.breaks(row["__chain"]) or _leans(part, row, astray):
                continue
            yield Finding(_table(part), f"{_zh(part, key)}不属于任何一条链")


def _statement(part: Part, shape: Projected, condition: str) -> str:
    columns = ", ".join(
        f"{_sql(shape, name)} AS {_quoted(name)}" for name in dict.fromkeys((*shape.key, *part.columns, *part.digested))
    )
    table = ".".join(map(_quoted, part.name.split(".")))
    return (
        f"SELECT ({part.owner})::text AS __chain, {columns} FROM {table} t"  # noqa: S608  (names of our own tables)
        f" WHERE {part.only} AND {condition}"
    )


def _sql(shape: Projected, name: str) -> str:
    """A column as the text that a record keeps of it, or as near to it as the database can write."""
    column, kind = f"t.{_quoted(name)}", shape.table.c[name].type
    if isinstance(kind, DateTime):
        written = f'to_char({column}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'
        # Infinity, and years before our era, have the same digits as others or none: left as the database says them.
        return f"CASE WHEN isfinite({column}) AND {column} >= '0001-01-01' THEN {written} ELSE {column}::text END"
    if isinstance(kind, LargeBinary):
        return f"translate(encode({column}, 'base64'), E'\\n', '')"
    return f"{column}::text"


def _text(shape: Projected, name: str, value: Any) -> str | None:
    """The canonical text of what the database wrote; what has none is told by a text that no record holds."""
    if value is None or not isinstance(shape.table.c[name].type, JSONB):
        return None if value is None else str(value)
    try:
        return json_text(json.loads(value))
    except (ValueError, TypeError, RecursionError):
        return "\x00"


def _table(part: Part) -> str:
    return part.name.removeprefix("enforcement.")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _zh(part: Part, key: tuple[str, ...]) -> str:
    return f"{part.name}中{'、'.join(key)}"
