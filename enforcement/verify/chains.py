"""Read every entry once, chain by chain: does it follow the one before it, its own text, its place and its head?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg

from enforcement.ledger import CHAIN_KINDS, SALT_BYTES, chain_origin
from enforcement.verify.findings import Finding, Report

_BODY_AT = 1 + 32 + SALT_BYTES

# One stream: each chain's own row (without a number), then its entries. `data` is what RFC 6962 hashes for the leaf;
# where prev_hash or salt has the wrong length there is none, or a byte could move from one to the other unseen.
_STREAM = """
    SELECT chain_id::text, seq, agency_id::text, data, hash, placed FROM (
        SELECT id AS chain_id, NULL::bigint AS seq, agency_id, convert_to(head_seq || ' ' || kind, 'UTF8') AS data,
               head_hash AS hash, NULL::boolean AS placed
        FROM enforcement.ledger_chain
        UNION ALL
        SELECT e.chain_id, e.seq, e.agency_id,
               CASE WHEN octet_length(e.prev_hash) = 32 AND octet_length(e.salt) = 32
                    THEN '\\x00'::bytea || e.prev_hash || e.salt || convert_to(e.body, 'UTF8') END,
               e.leaf_hash, l.leaf_hash = e.leaf_hash
        FROM enforcement.ledger_entry e LEFT JOIN enforcement.ledger_leaf l ON l.chain_id = e.chain_id AND l.seq = e.seq
    ) AS told ORDER BY told.chain_id, told.seq NULLS FIRST
"""

Row = tuple[str, Any, str, bytes | None, bytes, bool | None]
"""chain, seq (None in the chain's own row), agency, data, hash, whether the leaf agrees (None: there is none)."""


class Alien(NamedTuple):
    """A row whose text says that it belongs elsewhere."""

    chain_id: str
    seq: int
    says_chain: str
    says_seq: int


class Chains:
    """The pass over all chains. After `run`: the counts, and what later passes need to explain."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.entries = 0
        self.chains = 0
        self.unplaced = 0
        """Entries without a leaf of their own: most often waiting for one."""
        self.aliens: list[Alien] = []
        self._missing: dict[str, int] = {}
        self._headless: dict[bytes, str] = {}  # last hash -> chain that has entries and no row
        self._empty: dict[bytes, str] = {}  # head hash -> chain that has a row with a head and no entries

    @property
    def missing(self) -> int:
        """How many entries must have been there and are not."""
        return sum(self._missing.values())

    def run(self, connection: psycopg.Connection[Any]) -> None:
        """Stream everything and report the first entry of every chain that does not hold."""
        with connection.cursor(binary=True) as cursor:
            rows: Iterator[Row] = cursor.stream(_STREAM, size=2000)
            waiting = next(rows, None)
            while waiting is not None:
                waiting = self._one_chain(waiting, rows)
        self._explain()

    def _one_chain(self, row: Row, rows: Iterator[Row]) -> Row | None:
        """Read one chain from its first row on; return the first row of the next."""
        chain = row[0]
        head = row if row[1] is None else None
        if head is None:
            agency, last_hash = row[2], (row[3] or b"")[1:33]
            following: Row | None = row
        else:
            agency, last_hash = head[2], _origin(head)
            following = next(rows, None)
        last_seq = 0
        read = 0
        sound = True
        # The text must name this agency and chain before `data` begins: quotation marks inside values are escaped
        # there, so these bytes can only be the keys themselves. `seq` sorts last.
        opening = f'","agency":"{agency}","at":"'.encode()
        place = f'","chain":"{chain}"'.encode()
        sha256 = hashlib.sha256
        while following is not None and following[0] == chain:
            _, seq, entry_agency, data, leaf, placed = following
            read += 1
            if (
                sound
                and placed
                and data is not None
                and seq == last_seq + 1
                and entry_agency == agency
                and data.startswith(last_hash, 1)
                and sha256(data).digest() == leaf
                and data.endswith(b'","seq":"%d"}' % seq)
                and data.endswith(place, _BODY_AT, begin := data.find(b',"data":{', _BODY_AT))
                and data.find(opening, _BODY_AT, begin) > 0
            ):
                last_seq = seq
                last_hash = leaf
            else:
                if placed is None:
                    self.unplaced += 1
                if sound:
                    finding, counts = self._examine(following, head, last_seq, last_hash)
                    if finding is not None:
                        self.report.add(finding)
                        sound = False
                    elif counts:
                        last_seq, last_hash = seq, leaf
            following = next(rows, None)
        self.entries += read
        self.chains += head is not None
        if sound:
            self._close(chain, head, last_seq, last_hash)
        return following

    def _examine(self, row: Row, head: Row | None, last_seq: int, last_hash: bytes) -> tuple[Finding | None, bool]:
        """What is wrong with the first row of a chain that is not plainly right; and whether it counts as its next."""
        chain, seq, agency, data, leaf, placed = row
        what = ""
        says = _says(data) if data is not None else None
        if data is None or hashlib.sha256(data).digest() != leaf:
            what = "正文、盐值、前序摘要与本条摘要不符"
        elif says is None:
            what = "正文不是规范的台账记录"
        elif says[1:] != (chain, seq):
            self.aliens.append(Alien(chain, seq, says[1], says[2]))
            return None, False
        elif seq != last_seq + 1:
            self._missing[chain] = max(0, seq - last_seq - 1)
            return Finding("ledger_entry", f"第{last_seq + 1}条缺失", chain, last_seq + 1), False
        elif says[0] != agency:
            what = "所属机关与正文不符"
        elif data[1:33] != last_hash or (head is not None and agency != head[2]):
            if last_seq == 0 and data[1:33] in {chain_origin(agency, chain, kind) for kind in CHAIN_KINDS}:
                return Finding("ledger_chain", "链的机关或者种类被改动", chain, seq), False
            what = "与前一条不相接"
        elif placed is False:
            return Finding("ledger_leaf", f"第{seq}条与其在树中的叶子不符", chain, seq), False
        if what:
            return Finding("ledger_entry", f"第{seq}条{what}", chain, seq), False
        return None, True

    def _close(self, chain: str, head: Row | None, last_seq: int, last_hash: bytes) -> None:
        """Hold the end of a chain that holds so far against its head."""
        if head is None:
            if last_seq:
                self._headless[last_hash] = chain
            return
        head_seq = int((head[3] or b"").split(b" ", 1)[0])
        finding = None
        if head_seq > last_seq:
            self._missing[chain] = head_seq - last_seq
            finding = Finding("ledger_entry", f"第{last_seq + 1}条缺失，链头在第{head_seq}条", chain, last_seq + 1)
            if last_seq == 0:
                self._empty[head[4]] = chain
        elif head_seq < last_seq:
            finding = Finding("ledger_chain", f"链头停在第{head_seq}条，其后还有记录", chain, max(head_seq, 0) + 1)
        elif head[4] != last_hash:
            finding = Finding("ledger_chain", f"链头的摘要与第{last_seq}条不符", chain, last_seq)
        if finding is not None:
            self.report.add(finding)

    def _explain(self) -> None:
        """Join the two halves of one damage: a row under a wrong key is missing in its own place."""
        for last_hash, chain in self._headless.items():
            renamed = self._empty.get(last_hash)
            if renamed is None:
                self.report.add(Finding("ledger_chain", "链的登记缺失", chain, 1))
                continue
            self.report.drop(renamed)
            self._missing.pop(renamed, None)
            self.report.add(Finding("ledger_chain", f"链的编号被改为{renamed}", chain, 1))
        for alien in self.aliens:
            if self.report.covers(alien.says_chain, alien.says_seq):
                continue
            zh = f"第{alien.seq}条的正文属于链{alien.says_chain}第{alien.says_seq}条"
            self.report.add(Finding("ledger_entry", zh, alien.chain_id, alien.seq))


def _origin(head: Row) -> bytes:
    """The hash that the first entry of a chain must follow, from the chain's row."""
    kind = (head[3] or b"").split(b" ", 1)[-1].decode()
    return chain_origin(head[2], head[0], kind)


def _says(data: bytes) -> tuple[str, str, int] | None:
    """Agency, chain and number in the text of a row; None if it is no ledger text."""
    try:
        body = json.loads(data[_BODY_AT:])
        return body["agency"], body["chain"], int(body["seq"])
    except (ValueError, KeyError, TypeError):
        return None
