"""Hold process records against the ledger: every entry has its record, and the record says what the entry says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from enforcement.ledger import RECORDED, digest_of_record
from enforcement.models.ledger import PUBLIC_ACTOR
from enforcement.verify.findings import Finding
from enforcement.verify.snapshot import Snapshot, Span

_NOBODY = frozenset({"clock", "operator"})
JSON = frozenset({"data", "people", "wrote"})
"""What of a record is JSON; the rest is text."""

# `AD`: a year before our era has the same digits.
_RECORDS = """
    SELECT chain_id::text AS chain, seq, e.body, r.seq IS NOT NULL AS there, r.agency_id::text AS agency, r.event,
           r.act, r.stage, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z" AD') AS at,
           r.happened_on::text AS happened_on, r.actor_id::text AS actor, r.digest, {recorded}
    FROM (SELECT chain_id, seq, body FROM enforcement.ledger_entry WHERE {where}) e
    FULL JOIN (SELECT * FROM enforcement.process_record WHERE {where}) r USING (chain_id, seq)
    ORDER BY chain_id, seq
"""


_RECORDED = ", ".join(f"r.{name}::text AS {name}" for name in RECORDED)


def process_records(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Every entry has its process record, and every column of the record says what the entry says."""
    for row in snapshot.stream(_RECORDS.format(where=span.where("chain_id"), recorded=_RECORDED), span):
        chain, seq = row["chain"], row["seq"]
        if row["body"] is None:
            yield Finding("process_record", f"第{seq}条过程记录没有对应的台账记录", chain, seq, lacks_entry=True)
            continue
        body = body_of(row["body"])
        if body is None:
            yield Finding("ledger_entry", f"第{seq}条的正文无法解读", chain, seq)
        elif (body.get("chain"), body.get("seq")) != (chain, str(seq)):
            continue  # a row under another key: the ledger's own finding names it where it belongs
        elif not row["there"]:
            yield Finding("process_record", f"第{seq}条过程记录缺失", chain, seq)
        elif what := says_otherwise(row, body):
            yield Finding("process_record", f"第{seq}条过程记录的{what}", chain, seq)


def body_of(text: str | None) -> dict[str, Any] | None:
    """The body of an entry, with its `data`; None where the text is no such body."""
    body = json_object(text)
    return body if body is not None and isinstance(body.get("data"), dict) else None


def json_object(text: str | None) -> dict[str, Any] | None:
    """The object that a text is in JSON; None where it is none that can be read."""
    try:
        found = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def says_otherwise(row: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Which column contradicts the entry or cannot be read, in words; "" if none."""
    said = body["data"]
    expected = {
        "哈希值": (row["digest"], body.get("digest")),
        "事项": (row["event"], body.get("event")),
        "行为": (row["act"], body.get("act")),
        "环节": (row["stage"], said.get("stage")),
        "日期": (row["happened_on"], said.get("on")),
        "时间": (row["at"], f"{body.get('at')} AD"),
        "机关": (row["agency"], body.get("agency")),
    }
    wrong = [name for name, (here, there) in expected.items() if here is None or here != there]
    actor = body.get("actor")
    # What is public names no person of the agency; the clock and the operator are nobody.
    if actor != PUBLIC_ACTOR and row["actor"] != (None if actor in _NOBODY else actor):
        wrong.append("办理人")
    digest = content_digest(row)
    if digest is not None and digest != body.get("digest"):
        wrong.insert(0, "内容")
    unreadable = ["内容无法读取"] if digest is None else []
    return "，".join([*unreadable, *([f"{'、'.join(wrong)}与台账不符"] if wrong else [])])


def content_digest(row: Mapping[str, Any]) -> str | None:
    """The digest of what a record holds; None where it has none: no JSON, decimals, numbers or depth without end."""
    try:
        held = {name: json.loads(row[name] or "") if name in JSON else row[name] for name in RECORDED}
        return digest_of_record(held) if isinstance(held["data"], dict) else None
    except (ValueError, TypeError, RecursionError):
        return None
