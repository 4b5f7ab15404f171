"""Hold the public proofs against the entries they prove, and follow every path to the root that was signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from enforcement.ledger import tree
from enforcement.models.ledger import publication_of
from enforcement.verify.findings import Finding
from enforcement.verify.records import body_of
from enforcement.verify.snapshot import Snapshot, Span

_PROOFS = """
    SELECT coalesce(e.chain_id, p.chain_id)::text AS chain, coalesce(e.seq, p.seq) AS seq,
           e.body, e.salt, e.prev_hash, e.leaf_hash, e.seq IS NOT NULL AS entry,
           p.body AS p_body, p.salt AS p_salt, p.prev_hash AS p_prev_hash, p.leaf_hash AS p_leaf_hash,
           p.publication_id::text AS publication, p.event, p.position, p.path, p.checkpoint_size AS size,
           p.seq IS NOT NULL AS proof, l.position AS place
    FROM (SELECT * FROM enforcement.ledger_entry WHERE {where} AND strpos(body, '"actor":"agency"') > 0) e
    FULL JOIN (SELECT * FROM public_site.log_proof WHERE {where}) p USING (chain_id, seq)
    LEFT JOIN enforcement.ledger_leaf l
        ON l.chain_id = coalesce(e.chain_id, p.chain_id) AND l.seq = coalesce(e.seq, p.seq)
    ORDER BY 1, 2
"""


def log_proofs(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """Every entry about a publication that has its place has its proof; every proof says and proves what it should."""
    where = span.where("chain_id")
    for row in snapshot.stream(_PROOFS.format(where=where), span):
        chain, seq = row["chain"], row["seq"]
        if not row["entry"]:
            yield Finding(
                "public_site.log_proof", f"第{seq}条的公开证明没有对应的台账记录", chain, seq, lacks_entry=True
            )
            continue
        body = body_of(row["body"])
        publication = publication_of(body) if body is not None else None
        if not row["proof"]:
            if publication is not None and row["place"] is not None:
                yield Finding("public_site.log_proof", f"第{seq}条的公开证明缺失", chain, seq)
        elif what := _what_is_wrong(snapshot, row, str(publication or ""), (body or {}).get("event")):
            yield Finding("public_site.log_proof", f"第{seq}条的公开证明{what}", chain, seq)


def _what_is_wrong(snapshot: Snapshot, row: Mapping[str, Any], publication: str, event: object) -> str:
    same = all(row[name] == row[f"p_{name}"] for name in ("body", "salt", "prev_hash", "leaf_hash"))
    if not same or (row["publication"], row["event"]) != (publication, event):
        return "与台账不符"
    if row["position"] != row["place"]:
        return "所指的位置与台账不符"
    if (signed := snapshot.roots.get(row["size"])) is None:
        return "" if row["size"] in snapshot.blamed else "所指的检查点没有有效的签名"
    try:
        root = tree.root_by_inclusion(row["leaf_hash"], row["position"], row["size"], row["path"])
    except (TypeError, ValueError):
        root = b""
    return "" if root == signed else "的路径算不出所签署的根"
