"""Hold what went out against the release and the entry it went out by, and what is drawn from a page against its bytes.

That the rows of a publication are what its records wrote, `projections` compares as with every other table. Here it is
record against record, in one chain: the bytes have the digest that the public entry tells, and say what the releaser
saw. Whoever rewrites page, record, entry and proof alike must find and rewrite the release as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from enforcement.replay import Replay, Row, place_of
from enforcement.verify.findings import Finding
from enforcement.verify.records import json_object
from enforcement.verify.snapshot import Snapshot, Span
from enforcement.wrote import read, written
from publish.document import digest, from_bytes, words, written_digest
from publish.release import row_of

PAGE, VERSION = "public_site.publication", "public_site.publication_version"
_RELEASED = "disclosure_released"
_DOWN = frozenset({"publication_taken_down", "publication_withdrawn"})
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What bytes or columns that nobody of ours wrote may bring about; it must end no check."""


class Said:
    """What the trusted records and entries of one chain tell of releases and of what went out."""

    def __init__(self) -> None:
        self.agency = ""
        self.entries: dict[int, Mapping[str, Any]] = {}
        """What the entries about publications tell the public, by their numbers."""
        self.events: dict[str, str] = {}
        """The last event of each publication."""
        self.released: list[tuple[int, str, str]] = []
        """Number of each release, its disclosure, the digest of what was seen."""

    def read(self, seq: int, body: Mapping[str, Any], data: str | None) -> None:
        """Take in a record that says what its entry says."""
        self.agency = str(body.get("agency"))
        if (publication := body["data"].get("publication")) is not None:
            self.entries[seq] = body["data"]
            self.events[str(publication)] = str(body.get("event"))
        if body.get("event") == _RELEASED:
            form = json_object(data) or {}
            self.released.append((seq, str(form.get("disclosure")), str(form.get("seen"))))

    def doubt(self) -> None:
        """The next record cannot be trusted: it may have been a release, or have taken a page down."""
        self.released.clear()
        self.events.clear()


def went_out(chain: str, made: Replay, said: Said) -> Iterator[Finding]:
    """What a chain put up is what was released and what its entries say of it; what it took down is down."""
    for row in made.rows.values():
        if row.table in _CHECKS and "content" in row.values:
            try:
                what = _CHECKS[row.table](row, made, said)
            except _UNREADABLE:
                what = "的公示原文无法解读"
            if what:
                publication = row.key.get("publication_id") or row.key["id"]
                yield Finding(row.table, f"公示{publication}{what}", chain, row.seq)


def _version(row: Row, made: Replay, said: Said) -> str:
    """What of a version is otherwise than its entry or its release has it."""
    publication, version = row.key["publication_id"], row.key["version"]
    data, entry = _bytes(row), said.entries.get(row.seq, {})
    here = (publication, version, written_digest(digest(data)))
    if (entry.get("publication"), entry.get("version"), entry.get("digest")) != here:
        return f"的第{version}版与台账记录所载的不符"
    seen = [seen for seq, disclosure, seen in said.released if seq < row.seq and disclosure == publication]
    if not seen:
        return "" if made.doubted else f"的第{version}版没有经过审核放行"
    return "" if seen[-1] == words(from_bytes(data)) else f"的第{version}版与审核放行的不符"


def _page(row: Row, made: Replay, said: Said) -> str:
    """What of a page is otherwise than its last version, its bytes or its last entry has it."""
    values, publication = row.values, row.key["id"]
    if values.get("agency_id", said.agency) != said.agency:
        return "的发布机关与台账不符"
    event = said.events.get(publication)
    if event is not None and (values.get("withdrawn_on") is not None) != (event in _DOWN):
        return "的撤回情况与台账不符"
    if values["content"] is None:
        return ""
    last = made.rows.get(place_of(VERSION, {"publication_id": publication, "version": values["version"] or ""}))
    if last is None or last.values.get("content") != values["content"]:
        return f"的公示原文与第{values['version']}版不符"
    data = _bytes(row)
    drawn = written(PAGE, row_of(from_bytes(data), data))
    wrong = [name for name, text in drawn.items() if values.get(name) != text]
    return f"的{'、'.join(wrong)}与公示原文不符" if wrong else ""


_CHECKS: Mapping[str, Callable[[Row, Replay, Said], str]] = {PAGE: _page, VERSION: _version}


def _bytes(row: Row) -> bytes:
    data: bytes = read(row.table, {"content": row.values["content"]})["content"]
    return data


_PAGES = """
    SELECT p.id::text AS id, p.document_no, p.content, p.digest, p.searchable, p.terms,
           (SELECT d.case_id::text FROM enforcement.disclosure d WHERE d.id = p.id) AS chain
    FROM public_site.publication p WHERE {where} ORDER BY p.id
"""


def publications(snapshot: Snapshot, span: Span) -> Iterator[Finding]:
    """What a page is searched by is drawn from its bytes, and nothing is where there are none any more.

    Where the bytes are not those of their own digest they are named already, and nothing can be said of what is drawn.
    """
    for row in snapshot.stream(_PAGES.format(where=span.where("p.id")), span):
        data = row["content"]
        if data is not None and digest(data) != row["digest"]:
            continue
        wrong = [name for name, value in _drawn(data).items() if row[name] != value]
        if wrong:
            zh = f"公示{row['document_no']}的{'、'.join(wrong)}与公示原文不符"
            yield Finding(PAGE, zh, row["chain"])


def _drawn(data: bytes | None) -> dict[str, Any]:
    """The columns that follow from published bytes and stand in no chain; none from what cannot be read."""
    if data is None:
        return {"searchable": "", "terms": []}
    try:
        drawn = row_of(from_bytes(data), data)
    except _UNREADABLE:
        return {}
    return {name: drawn[name] for name in ("searchable", "terms")}
