"""The same search for machines: JSON, CSV and Atom. A withdrawn publication becomes a deletion entry in the feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, current_app, jsonify, request, stream_with_context

from publish.document import written_digest
from publish.site.pages import site
from publish.site.query import Search
from publish.site.reading import Row
from publish.site.words import kind_zh, timeliness, withdrawn_zh

blueprint = Blueprint("feeds", __name__)

_JSON_PAGE = 100
_CSV_PAGE = 1000
_CSV_PAGES = 50
_FEED = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CSV_HEAD = (
    "文号",
    "标题",
    "当事人",
    "类别",
    "摘要",
    "机关",
    "决定日期",
    "公示期限",
    "公示日期",
    "是否按期",
    "更正日期",
    "地址",
)


def _address(path: str) -> str:
    return f"{current_app.config['SITE_ADDRESS']}{path}"


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "url": _address(f"/records/{row.id}"),
        "document_no": row.document_no,
        "title": row.title,
        "party": row.party_label,
        "kind": row.kind,
        "decision_kind": row.decision_kind,
        "gist": row.gist,
        "agency": site().agency_name(row.agency_id),
        "decided_on": row.decided_on.isoformat(),
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "published_on": row.published_on.isoformat(),
        "first_published_on": row.first_published_on.isoformat(),
        "version": row.version,
        "digest": written_digest(row.digest),
    }


@blueprint.get("/search.json")
def search_json() -> Response:
    """One hundred results and the address of the next hundred."""
    asked = Search.from_args(request.args)
    found = site().search(asked, limit=_JSON_PAGE + 1)
    shown = found[:_JSON_PAGE]
    more = len(found) > _JSON_PAGE
    following = _address(asked.address("/search.json", after=asked.cursor(shown[-1]))) if more else None
    return jsonify(
        search=_address(asked.address()),
        too_short=asked.too_short,
        not_understood=list(asked.unread),
        results=[_summary(row) for row in shown],
        next=following,
    )


@blueprint.get("/search.csv")
def search_csv() -> Response:
    """All results, up to fifty thousand, as a table that spreadsheet programs open in Chinese."""
    asked = Search.from_args(request.args)
    response = Response(stream_with_context(_csv_lines(asked)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="mingjian.csv"'
    return response


def _csv_lines(asked: Search) -> Iterator[str]:
    yield "\ufeff" + _csv_line(_CSV_HEAD)
    for _ in range(_CSV_PAGES):
        found = site().search(asked, limit=_CSV_PAGE)
        for row in found:
            due = row.due_on.isoformat() if row.due_on else ""
            yield _csv_line(
                (
                    row.document_no,
                    row.title,
                    row.party_label,
                    kind_zh(row.kind),
                    row.gist,
                    site().agency_name(row.agency_id),
                    row.decided_on.isoformat(),
                    due,
                    row.first_published_on.isoformat(),
                    timeliness(row.first_published_on, row.due_on),
                    row.published_on.isoformat() if row.corrected else "",
                    _address(f"/records/{row.id}"),
                )
            )
        if len(found) < _CSV_PAGE:
            return
        asked = replace(asked, after=asked.cursor(found[-1]))


def _csv_line(cells: Sequence[str]) -> str:
    """One line; a cell that a spreadsheet would run as a formula is made text."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return line.getvalue()


@blueprint.get("/search.atom")
def search_atom() -> Response:
    """The newest results as an Atom feed, and the newest withdrawals as deletion entries (RFC 6721)."""
    asked = replace(Search.from_args(request.args), after="")
    found = site().search(asked, limit=_FEED)
    agency = site().agency_by_code(asked.agency)
    gone = (
        [] if asked.agency and agency is None else site().withdrawals(agency.id if agency else None, asked.kind, _FEED)
    )
    address = _address(asked.address("/search.atom"))
    updated = max(
        [row.changed_at.isoformat(timespec="seconds") for row in (*found, *gone)],
        default="2021-11-05T00:00:00+08:00",
    )
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="zh-CN">',
        f"<id>{escape(address)}</id><title>行政执法公示</title><updated>{updated}</updated>",
        f'<link rel="self" href={quoteattr(address)}/><link href={quoteattr(_address(asked.address()))}/>',
        "<author><name>明鉴·行政执法公示</name></author>",
        *(_entry(row) for row in found),
        *(_tombstone(row) for row in gone),
        "</feed>",
    ]
    return Response("\n".join(lines), mimetype="application/atom+xml")


def _entry(row: Row) -> str:
    # To the second: who keeps a copy is to see a correction made on the day of the publication itself.
    when = row.changed_at.isoformat(timespec="seconds")
    return (
        f"<entry><id>urn:uuid:{row.id}</id><title>{escape(row.title)}</title><updated>{when}</updated>"
        f"<link href={quoteattr(_address(f'/records/{row.id}'))}/>"
        f"<summary>{escape(f'{row.document_no} {row.party_label} {row.gist}')}</summary>"
        f"<category term={quoteattr(row.kind)} label={quoteattr(kind_zh(row.kind))}/></entry>"
    )


def _tombstone(row: Row) -> str:
    when = row.changed_at.isoformat(timespec="seconds")
    link = quoteattr(_address(f"/records/{row.id}"))
    said = escape(f"{row.document_no} 已{withdrawn_zh(row.withdrawal_kind)}")
    return (
        f'<at:deleted-entry ref="urn:uuid:{row.id}" when="{when}"><link href={link}/>'
        f"<at:comment>{said}</at:comment></at:deleted-entry>"
    )
