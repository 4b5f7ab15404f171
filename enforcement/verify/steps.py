"""Verification that runs by itself, round and round, in small steps: bounded, resumable, each over its own snapshot.

A pass goes through the parts of a track one after the other; the key it has come to stands in a table of its own, so a
step may be late, killed, or made by whichever scheduler is there. What needs the whole at once, `ledger verify` tells
more exactly; a step names the damage and where it lies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from enforcement.high_water import SAID, HighWater, compared
from enforcement.ledger import tree
from enforcement.models.ledger import read_hashes
from enforcement.signed_notes import Reader
from enforcement.verify import BY_CHAIN, HIGH_WATER
from enforcement.verify.chains import Chains
from enforcement.verify.checkpoints import Checkpoints
from enforcement.verify.findings import Finding
from enforcement.verify.moments import Windows
from enforcement.verify.publications import publications
from enforcement.verify.recordings import changed_objects
from enforcement.verify.schema import schema
from enforcement.verify.snapshot import EVERYTHING, Check, Snapshot, Span, snapshot
from enforcement.verify.whole_tree import LEVELS, PART, WholeTree
from media.store import Store

CHECKPOINTS, ENTRIES, PUBLICATIONS = 200, 2_000, 200
"""How much one step reads."""
MOST = 200
"""Findings kept of one track."""


@dataclass(frozen=True, slots=True)
class House:
    """What a step needs beside the database."""

    keys: Sequence[str]
    store: Store
    high_water: HighWater | None
    demo: bool
    checks: Sequence[Check] = ()
    """Further checks of the rows of a span of chains: those that need the law."""


Part = Callable[[Snapshot, House, str], str | None]
"""Read on after a key; the key to read on from next, None at the end of the part."""


def step(engine: Engine, track: str, house: House) -> bool:
    """Make one step of a track; False where another process is making it. `engine` connects as mingjian_verifier."""
    parts = TRACKS[track]
    names = list(parts)
    with engine.begin() as connection:
        connection.execute(text(_BEGIN), {"track": track})
        row = connection.execute(text(_CLAIM), {"track": track}).mappings().one_or_none()
        if row is None:
            return False
        part = row["part"] if row["part"] in parts else names[0]
        if house.high_water is not None:
            house = replace(house, high_water=house.high_water.held())
        with snapshot(engine, demo=house.demo) as seen:
            following: list[str | None] = [None]
            seen.guarded(part, lambda: following.__setitem__(0, parts[part](seen, house, row["after"])))
            found = _told(row["found"], seen.report.findings())
        if following[0] is not None:
            state = {"part": part, "after": following[0], "found": found}
        elif part != names[-1]:
            state = {"part": names[names.index(part) + 1], "after": "", "found": found}
        else:
            connection.execute(text(_COMPLETE), {"track": track, "findings": json.dumps(found)})
            state = {"part": names[0], "after": "", "found": []}
        state["found"] = json.dumps(state["found"])
        connection.execute(text(_STEPPED), {"track": track, **state})
    return True


_BEGIN = """
    INSERT INTO enforcement.verification (track, part, after, passes, begun_at, stepped_at, findings, found)
    VALUES (:track, '', '', 0, now(), now(), '[]', '[]') ON CONFLICT DO NOTHING
"""
_CLAIM = "SELECT * FROM enforcement.verification WHERE track = :track FOR UPDATE SKIP LOCKED"
_COMPLETE = """
    UPDATE enforcement.verification SET findings = cast(:findings AS jsonb), passes = passes + 1, completed_at = now(),
        begun_at = now() WHERE track = :track
"""
_STEPPED = """
    UPDATE enforcement.verification SET part = :part, after = :after, found = cast(:found AS jsonb), stepped_at = now()
    WHERE track = :track
"""


def _told(before: Sequence[Mapping[str, Any]], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    told = [dict(one) for one in before]
    for finding in findings:
        one = {"table": finding.table, "zh": finding.zh, "chain": finding.chain_id, "seq": finding.seq}
        if one not in told:
            told.append(one)
    return told[:MOST]


# -------------------------------------------------------------------------------------------------------------- parts


def _walls(seen: Snapshot, house: House, _after: str) -> None:
    seen.check(schema)
    if house.high_water is not None and (what := compared(house.high_water, seen.connection)):
        seen.report.note(Finding(HIGH_WATER, SAID[what]))


def _checkpoints(seen: Snapshot, house: House, after: str) -> str | None:
    upto = _nth(seen, "size", "enforcement.ledger_checkpoint", "bigint", after, CHECKPOINTS)
    Checkpoints(seen, Reader(house.keys)).run(Span(after or None, upto))
    for size, root in seen.roots.items():
        edge = tree.needed([(0, size)])
        known = read_hashes(seen.connection, edge)
        if len(known) != len(edge) or tree.fold([known[subtree] for subtree in edge]) != root:
            seen.report.note(Finding("ledger_node", f"树在规模{size}处与所签署的根不符", size=size))
    return upto


def _chains(seen: Snapshot, house: House, after: str) -> str | None:
    upto = _nth(seen, "chain_id", "enforcement.ledger_entry", "uuid", after, ENTRIES)
    span = Span(after or None, upto)
    _what_was_signed(seen)
    seen.guarded("ledger_entry", lambda: Chains(seen).run(span))
    for row in seen.stream(_HOMELESS.format(where=span.where("e.chain_id")), span):
        seen.report.add(Finding("ledger_leaf", f"第{row['seq']}条既不在树中，也不在等候", row["chain"], row["seq"]))
    for check in (*BY_CHAIN, *house.checks):
        seen.check(check, span)
    return upto


_HOMELESS = """
    SELECT e.chain_id::text AS chain, e.seq FROM enforcement.ledger_entry e
    WHERE {where} AND NOT EXISTS (SELECT FROM enforcement.ledger_leaf l WHERE l.chain_id = e.chain_id AND l.seq = e.seq)
      AND NOT EXISTS (SELECT FROM enforcement.ledger_pending p WHERE p.chain_id = e.chain_id AND p.seq = e.seq)
"""
_SIGNED = """
    SELECT size, root, to_char(signed_at, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') AS at FROM enforcement.ledger_checkpoint
    WHERE isfinite(signed_at) AND signed_at > '2000-01-01' AND root IS NOT NULL
"""


def _what_was_signed(seen: Snapshot) -> None:
    """Roots and moments of all checkpoints, whose signatures are a part of their own."""
    rows = [(row["size"], row["root"], datetime.fromisoformat(row["at"])) for row in seen.stream(_SIGNED)]
    seen.roots = {size: root for size, root, _ in rows}
    seen.windows = Windows((size, at) for size, _, at in rows)


def _tree(seen: Snapshot, _house: House, after: str) -> str | None:
    start = int(after or 0)
    [row] = seen.stream("SELECT coalesce(max(size), 0) AS size FROM enforcement.ledger_checkpoint")
    end = min(int(row["size"]), start + PART)
    if start < end and not WholeTree().part_holds(seen.driver, start, end):
        zh = f"位置{start}至{end - 1}之间的叶子或者节点与签署过的树不符"
        seen.report.note(Finding("ledger_leaf", zh, position=start))
    bounds = {"start": start, "end": end}
    for lost in seen.stream(_LOST, EVERYTHING, **bounds):
        zh = f"第{lost['seq']}条缺失，树中位置{lost['position']}仍在"
        seen.report.add(Finding("ledger_entry", zh, lost["chain"], lost["seq"], lost["position"]))
    if end < int(row["size"]):
        return str(end)
    for node in seen.stream(_HIGH, EVERYTHING, levels=LEVELS):
        zh = f"第{node['level']}层第{node['idx']}个节点被改动或者缺失"
        seen.report.note(Finding("ledger_node", zh, subtree=(node["level"], node["idx"])))
    return None


_LOST = """
    SELECT l.position, l.chain_id::text AS chain, l.seq FROM enforcement.ledger_leaf l
    WHERE l.position >= %(start)s AND l.position < %(end)s
      AND NOT EXISTS (SELECT FROM enforcement.ledger_entry e WHERE e.chain_id = l.chain_id AND e.seq = l.seq)
"""
_HIGH = """
    SELECT n.level, n.idx FROM enforcement.ledger_node n
    LEFT JOIN enforcement.ledger_node l ON l.level = n.level - 1 AND l.idx = n.idx * 2
    LEFT JOIN enforcement.ledger_node r ON r.level = n.level - 1 AND r.idx = n.idx * 2 + 1
    WHERE n.level > %(levels)s AND n.hash IS DISTINCT FROM sha256('\\x01'::bytea || l.hash || r.hash)
"""


def _publications(seen: Snapshot, _house: House, after: str) -> str | None:
    upto = _nth(seen, "id", "public_site.publication", "uuid", after, PUBLICATIONS)
    seen.check(publications, Span(after or None, upto))
    return upto


def _objects(seen: Snapshot, house: House, after: str) -> str | None:
    """One recording a step: some are hours of film."""
    upto = _nth(seen, "id", "enforcement.recording", "uuid", after, 1)
    for one in changed_objects(seen, house.store, Span(after or None, upto)):
        if one.zh:
            seen.report.note(Finding("recording", f"音像记录{one.recording}{one.zh}", one.case))
    return upto


def _nth(seen: Snapshot, column: str, table: str, kind: str, after: str, count: int) -> str | None:
    """The key of the row `count` further on; None where fewer are left."""
    span = Span(after or None)
    statement = (
        f"SELECT {column}::text AS key FROM {table} WHERE {span.where(column, kind)}"  # noqa: S608  (names of this file)
        f" ORDER BY {column} OFFSET {count - 1} LIMIT 1"
    )
    [row] = [*seen.stream(statement, span)] or [{"key": None}]
    key: str | None = row["key"]
    return key


TRACKS: Mapping[str, Mapping[str, Part]] = {
    "ledger": {
        "schema": _walls, "checkpoints": _checkpoints, "chains": _chains, "tree": _tree, "publications": _publications,
    },
    "recordings": {"objects": _objects},
}  # fmt: skip
ZH = {
    "ledger": "台账与业务数据", "recordings": "音像记录", "schema": "数据库结构与权限", "checkpoints": "检查点",
    "chains": "台账记录与过程记录", "tree": "存证树", "publications": "公示信息", "objects": "音像文件", "": "尚未开始",
}  # fmt: skip
