"""Read every entry once, chain by chain: does it follow the one before it, its own text, its place, time and head?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from enforcement.ledger import CHAIN_KINDS, SALT_BYTES, chain_origin
from enforcement.verify.findings import Finding
from enforcement.verify.moments import LENGTH, goes_back
from enforcement.verify.snapshot import EVERYTHING, Snapshot, Span

_BODY_AT = 1 + 32 + SALT_BYTES
_SET_CLOCK = b',"clock":"set"'

# One stream: each chain's own row (without a number), then its entries. `data` is what RFC 6962 hashes for the leaf;
# where prev_hash or salt has the wrong length there is none, or a byte could move from one to the other unseen.
_STREAM = """
    SELECT chain_id::text, seq, agency_id::text, data, hash, placed, position FROM (
        SELECT id AS chain_id, NULL::bigint AS seq, agency_id, convert_to(head_seq || ' ' || kind, 'UTF8') AS data,
               head_hash AS hash, NULL::boolean AS placed, NULL::bigint AS position
        FROM enforcement.ledger_chain WHERE {chains}
        UNION ALL
        SELECT e.chain_id, e.seq, e.agency_id,
               CASE WHEN octet_length(e.prev_hash) = 32 AND octet_length(e.salt) = 32
                    THEN '\\x00'::bytea || e.prev_hash || e.salt || convert_to(e.body, 'UTF8') END,
               e.leaf_hash, CASE WHEN l.position IS NOT NULL THEN l.leaf_hash IS NOT DISTINCT FROM e.leaf_hash END,
               l.position
        FROM enforcement.ledger_entry e LEFT JOIN enforcement.ledger_leaf l ON l.chain_id = e.chain_id AND l.seq = e.seq
        WHERE {entries}
    ) AS told ORDER BY told.chain_id, told.seq NULLS FIRST
"""

# Whose entries are gone still has their places in the tree, or their turn to get one.
_NEVER = """
    SELECT 1 WHERE NOT EXISTS (SELECT FROM enforcement.ledger_leaf l WHERE l.chain_id = %(chain)s::uuid)
      AND NOT EXISTS (SELECT FROM enforcement.ledger_pending p WHERE p.chain_id = %(chain)s::uuid)
"""

Row = tuple[str, Any, str, bytes | None, bytes, bool | None, int | None]
"""chain, seq (None in the chain's own row), agency, data, hash, whether the leaf agrees (None: there is none), its
place.
"""


class Alien(NamedTuple):
    """A row whose text says that it belongs elsewhere."""

    chain_id: str
    seq: int
    says_chain: str
    says_seq: int


class Chains:
    """The pass over all chains. After `run`: the counts, and what later passes need to explain."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.report = snapshot.report
        self.entries = 0
        self.chains = 0
        self.unplaced = 0
        """Entries without a leaf of their own: most often waiting for one."""
        self.set_clock = 0
        """Entries that say they were written on a clock that was set."""
        self.aliens: list[Alien] = []
        self._missing: dict[str, int] = {}
        self._headless: dict[bytes, str] = {}  # last hash -> chain that has entries and no row
        self._empty: dict[bytes, str] = {}  # head hash -> chain that has a row with a head and no entries

    @property
    def missing(self) -> int:
        """How many entries must have been there and are not."""
        return sum(self._missing.values())

    def run(self, span: Span = EVERYTHING) -> None:
        """Stream every chain of the span and report the first entry of each that does not hold."""
        statement = _STREAM.replace("{chains}", span.where("id")).replace("{entries}", span.where("e.chain_id"))
        with self.snapshot.driver.cursor(binary=True) as cursor:
            rows: Iterator[Row] = cursor.stream(statement.encode(), span.bounds, size=2000)
            waiting = next(rows, None)
            while waiting is not None:
                waiting = self._one_chain(waiting, rows)
        self._explain()

    def _one_chain(self, row: Row, rows: Iterator[Row]) -> Row | None:
        """Read one chain from its first row on; return the first row of the next."""
        chain = row[0]
        head = row if row[1] is None else None
        following = row if head is None else next(rows, None)
        self.chains += head is not None
        if torn := head is not None and None in head[2:5]:
            self.report.note(Finding("ledger_chain", "链的登记有空缺", chain))
            head = None
        agency, last_hash = _beginning(head, following or row)
        last_seq = 0
        read = 0
        sound = True
        latest = b""
        window = self.snapshot.windows.of
        # The text must name this agency and chain before `data` begins: quotation marks inside values are escaped
        # there, so these bytes can only be the keys themselves. `seq` sorts last.
        opening = f'","agency":"{agency}","at":"'.encode()
        place = f'","chain":"{chain}"'.encode()
        set_place = place + _SET_CLOCK
        sha256 = hashlib.sha256
        while following is not None and following[0] == chain:
            _, seq, entry_agency, data, leaf, placed, position = following
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
                and (begin := data.find(b',"data":{', _BODY_AT)) > 0
                and (data.endswith(place, _BODY_AT, begin) or data.endswith(set_place, _BODY_AT, begin))
                and (when := data.find(opening, _BODY_AT, begin)) > 0
            ):
                last_seq = seq
                last_hash = leaf
                at = data[when + len(opening) : when + len(opening) + LENGTH]
                low, high = window(position)
                if at < latest or not low <= at <= high or data.endswith(_SET_CLOCK, _BODY_AT, begin):
                    self._judge_time(following, at, latest, clock_was_set=data.endswith(_SET_CLOCK, _BODY_AT, begin))
                latest = max(latest, at)
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
        if sound and not torn:
            self._close(chain, head, last_seq, last_hash)
        return following

    def _judge_time(self, row: Row, at: bytes, latest: bytes, *, clock_was_set: bool) -> None:
        """Name an entry whose moment cannot be; one on a set clock is held against the entries before it alone."""
        low, high = self.snapshot.windows.of(row[6])
        what = ""
        back = goes_back(at, latest or at)
        if back is None:
            what = "的时间无法解读"
        elif back:
            what = "的时间早于前一条"
        elif clock_was_set:
            self.set_clock += 1
            what = "" if self.snapshot.demo else "记在调整过的时钟上，而本系统不是演示环境"
        elif at < low:
            what = "的时间早于此前签署的检查点：倒填日期"
        elif at > high:
            what = "的时间晚于首个包含它的检查点"
        if what:
            self.report.note(Finding("ledger_entry", f"第{row[1]}条{what}", row[0], row[1]))

    def _examine(self, row: Row, head: Row | None, last_seq: int, last_hash: bytes) -> tuple[Finding | None, bool]:
        """What is wrong with the first row of a chain that is not plainly right; and whether it counts as its next."""
        chain, seq, agency, data, leaf, placed, _ = row
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
        head_seq = int(head[3].split(b" ", 1)[0]) if head[3] else 0
        finding = None
        if head_seq > last_seq > 0 and head[4] == last_hash:
            finding = Finding("ledger_chain", f"链头写作第{head_seq}条，摘要却是第{last_seq}条的", chain, last_seq + 1)
        elif head_seq > last_seq:
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
            self._empty.pop(last_hash)
        for chain in self._empty.values():
            if self.snapshot.driver.execute(_NEVER, {"chain": chain}).fetchone() is not None:
                self.report.drop(chain)
                self._missing.pop(chain, None)
                self.report.add(Finding("ledger_chain", "登记的链从来没有记录", chain, 1))
        for alien in self.aliens:
            if self.report.covers(alien.says_chain, alien.says_seq):
                continue
            zh = f"第{alien.seq}条的正文属于链{alien.says_chain}第{alien.says_seq}条"
            self.report.add(Finding("ledger_entry", zh, alien.chain_id, alien.seq))


def _beginning(head: Row | None, first: Row) -> tuple[str, bytes]:
    """Whose chain it is and the hash its first entry must follow; without the chain's row the entry is believed."""
    if head is None:
        return first[2], (first[3] or b"")[1:33]
    kind = (head[3] or b"").split(b" ", 1)[-1].decode()
    return head[2], chain_origin(head[2], head[0], kind)


def _says(data: bytes) -> tuple[str, str, int] | None:
    """Agency, chain and number in the text of a row; None if it is no ledger text."""
    try:
        body = json.loads(data[_BODY_AT:])
        return body["agency"], body["chain"], int(body["seq"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
