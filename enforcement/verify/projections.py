"""Replay the chains and compare every projected column: the tables say what the records say, no more and no less.

Chains are replayed some at a time, so memory stays flat. Every column is written as text by the database itself; only
what is JSON there is put into its one form here. Of a chain with a record that cannot be trusted (the ledger or
`records` has named it) only what was written after that record is known, and is compared: it hides no more than it can.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB

from enforcement.ledger.entries import json_text
from enforcement.models.requests import DIGESTED, digest_of_request
from enforcement.replay import Replay, Unreplayable, carries
from enforcement.verify.findings import Finding
from enforcement.verify.publications import PAGE, Said, went_out
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


def projections(snapshot: Snapshot, span: Span, only: Collection[str] = ()) -> Iterator[Finding]:
    """Every row of every projected table is what its chain makes it, and none is there that no chain made.

    What went out is what its release and its entry say. `only` these tables, where any are named.
    """
    tables = only or projected().keys()
    chains: list[str] = []
    astray: set[str] = set()
    listed = f"SELECT id::text AS id FROM enforcement.ledger_chain WHERE {span.where('id')} ORDER BY ledger_chain.id"  # noqa: S608
    for row in list(snapshot.stream(listed, span)):
        chains.append(row["id"])
        if len(chains) == CHAINS_AT_ONCE:
            yield from _compared(snapshot, chains, tables, astray)
            chains = []
    if chains:
        yield from _compared(snapshot, chains, tables, astray)
    if span.after is None:
        yield from _strays(snapshot, tables, astray)


_RECORDS = """
    SELECT r.chain_id::text AS chain, r.seq, r.wrote::text AS wrote, r.data::text AS data, r.people::text AS people,
           r.law, r.schema, r.salt, r.behalf_of::text AS behalf_of, r.request_id::text AS request_id, e.body
    FROM enforcement.process_record r
    LEFT JOIN enforcement.ledger_entry e ON e.chain_id = r.chain_id AND e.seq = r.seq
    WHERE r.chain_id = ANY(%(chains)s::uuid[]) ORDER BY r.chain_id, r.seq
"""
_HEADS = """
    SELECT c.id::text AS id, c.head_seq FROM enforcement.ledger_chain c WHERE c.id = ANY(%(chains)s::uuid[])
"""


Row = Mapping[str, str | None]


class _Chain:
    """One chain as it is read, record by record: the rows it made, and what it says of what went out."""

    def __init__(self, chain_id: str, head_seq: int | None) -> None:
        self.made = Replay(carries())
        self.said = Said()
        self._id = chain_id
        self._head_seq = head_seq
        self._next = 1
        self._lost = False

    def read(self, row: Mapping[str, Any]) -> Iterator[Finding]:
        """Take in the next record; one that is missing or says otherwise than its entry is named elsewhere."""
        body = body_of(row["body"])
        trusted = body is not None and content_digest(row) == body.get("digest")
        if row["seq"] != self._next or not trusted:
            self._doubt()
        self._next = row["seq"] + 1
        if body is None or not trusted or self._lost:
            return
        try:
            self.made.record(row["schema"], row["seq"], json.loads(row["wrote"]))
        except Unreplayable as error:
            yield self._lose(f"第{row['seq']}条过程记录{error.zh}", row["seq"])
        else:
            self.said.read(row["seq"], body, row["data"])

    def end(self) -> Iterator[Finding]:
        """No record follows."""
        if self._next - 1 != self._head_seq:
            self._doubt()
        try:
            self.made.end()
        except Unreplayable as error:
            yield self._lose(f"过程记录{error.zh}", None)

    def _doubt(self) -> None:
        self.made.doubt()
        self.said.doubt()

    def _lose(self, zh: str, seq: int | None) -> Finding:
        """Nothing can be said of what this chain made."""
        self._lost, self.made = True, Replay(carries())
        self._doubt()
        return Finding("process_record", zh, self._id, seq)


def _compared(snapshot: Snapshot, chains: list[str], tables: Container[str], astray: set[str]) -> Iterator[Finding]:
    """Replay these chains and compare what they made with what is there.

    `astray` gathers disclosures of which the tables say another case than the records, or none: what belongs to one of
    them is then found in no chain either, and that is named once.
    """
    heads = {row["id"]: row["head_seq"] for row in snapshot.stream(_HEADS, chains=chains)}
    read = {chain: _Chain(chain, heads.get(chain)) for chain in chains}
    for row in snapshot.stream(_RECORDS, chains=chains):
        yield from read[row["chain"]].read(row)
    for chain, one in read.items():
        yield from one.end()
        if PAGE in tables:
            yield from went_out(chain, one.made, one.said)
    made = {chain: one.made for chain, one in read.items()}
    for part in _parts():
        if part.name in tables:
            yield from _of_part(snapshot, part, made, astray)


def _of_part(snapshot: Snapshot, part: Part, made: Mapping[str, Replay], astray: set[str]) -> Iterator[Finding]:
    shape = projected()[part.name]
    wanted = {
        key: (chain, row)
        for chain, replayed in made.items()
        for (table, key), row in replayed.rows.items()
        if table == part.name and set(part.columns) & (row.values.keys() - set(shape.key))
    }
    statement = _statement(part, shape, f"{part.owner} = ANY(%(chains)s::uuid[])")
    for there in snapshot.stream(statement, chains=list(made)):
        key = tuple(there[name] for name in shape.key)
        chain, row = wanted.pop(key, (there["__chain"], None))
        doubted = made[chain].doubted
        if row is None and doubted:
            continue
        expected = None if row is None else {**row.key, **row.values}
        _note_astray(part, there, expected, astray)
        if expected is None and _leans(part, there, astray):
            continue
        if what := _what_is_wrong(part, shape, there, expected, doubted=doubted):
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


def _what_is_wrong(part: Part, shape: Projected, there: Row, expected: Row | None, *, doubted: bool) -> str:
    """What a row says otherwise than its chain; of a doubted one only what it is known to have written."""
    if expected is None:
        return "没有任何记录写入过"
    known = [name for name in part.columns if name in expected or not doubted]
    wrong = [name for name in known if _text(shape, name, there[name]) != expected.get(name)]
    if part.digested and "digest" in known and digest_of_request(there) != expected.get("digest"):
        wrong.append("内容")
    return f"的{'、'.join(wrong)}与记录不符" if wrong else ""


def _strays(snapshot: Snapshot, tables: Container[str], astray: Collection[str]) -> Iterator[Finding]:
    """Rows that belong to no chain at all; where the chain itself is gone or goes by another number, that is named."""
    for part in _parts():
        if part.name not in tables:
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
