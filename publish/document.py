"""What a publication says: a frozen `Content`, its canonical JSON bytes and their digest.

The bytes are what is published: the page, the feed and the search terms are drawn from them, the ledger holds their
digest, and `integrity.check` compares all of these. Strings only, keys sorted, UTF-8, no spaces, days as YYYY-MM-DD.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from publish.tables import FORMS, KINDS

FORMAT = "mingjian-publication-1"

KIND_ZH = {
    "license_decision": "行政许可决定",
    "penalty_decision": "行政处罚决定",
    "other_decision": "其他行政执法决定",
    "inspection_result": "行政检查结果",
}
FORM_ZH = {"full_text": "公示决定书", "summary": "公示摘要信息"}


@dataclass(frozen=True)
class PastVersion:
    """An earlier version of the same publication: what changed it, never what it said."""

    version: int
    digest: str  # sha256:<64 hex>
    published_on: date
    reason: str
    taken_down_on: date | None = None  # published in error: from this day to the next version there was no page


@dataclass(frozen=True)
class Content:
    """One publication as the public reads it, after redaction.

    For an inspection result the same fields carry the words of G#15: `decided_on` is 检查日期, `main_content` 检查结论,
    `document_no` 检查单编号, `decision_kind` unused, `method` 检查方式.
    """

    kind: str  # one of tables.KINDS
    form: str  # one of tables.FORMS
    agency: str  # name of the deciding agency (an entrusted body's decision carries the entrusting agency, G2)
    document_no: str
    title: str
    party_label: str  # already masked when a natural person: 张某
    decided_on: date
    published_on: date
    main_content: str
    decision_kind: str = ""  # e.g. 罚款；没收违法所得 / 准予行政许可
    method: str = ""  # inspection only
    due_on: date | None = None  # last day of G#13, None where the law sets no day
    basis: tuple[str, ...] = ()
    facts: str = ""
    gist: str = ""  # one line for lists; never empty on a list: see `listed_gist`
    remedies: str = ""
    full_text: str = ""  # form full_text only: the decision document after redaction
    operator: str = ""  # entrusted organization that acted, if any (G2)
    version: int = 1
    earlier: tuple[PastVersion, ...] = ()
    # Random, of this version alone: its digest stays public when its bytes go (in the log, in the next version's
    # history), and without this a name that was left standing could be guessed from it: 张某 leaves a few thousand.
    salt: str = ""

    @property
    def first_published_on(self) -> date:
        """The day since when the page stands: whether it was in time does not change with a correction (G#13).

        What had to come down as an error was no disclosure; the day counts on which the page came back.
        """
        stood = self.published_on
        for past in reversed(self.earlier):
            if past.taken_down_on is not None:
                break
            stood = past.published_on
        return stood

    @property
    def came_back(self) -> bool:
        """Whether this very version follows one that was taken down."""
        return bool(self.earlier) and self.earlier[-1].taken_down_on is not None

    @property
    def listed_gist(self) -> str:
        """The line a list shows: the gist, or the beginning of the main content."""
        return self.gist or self.main_content[:80]


@dataclass(frozen=True)
class Missing:
    """A field the measures demand and the content lacks."""

    field: str
    zh: str
    cite: str  # G#14.3
    row: str  # G14.3a


@dataclass(frozen=True)
class _Required:
    field: str
    zh: str
    row: str


# G14.3a–f and G15.2. The words are the measures' own.
_DECISION = (
    _Required("party_label", "执法对象", "G14.3a"),
    _Required("decision_kind", "决定种类", "G14.3b"),
    _Required("main_content", "决定主要内容", "G14.3c"),
    _Required("decided_on", "决定日期", "G14.3d"),
    _Required("document_no", "决定书编号", "G14.3e"),
    _Required("agency", "作出决定机关名称", "G14.3f"),
)
_INSPECTION = (
    _Required("party_label", "检查对象", "G15.2"),
    _Required("decided_on", "检查日期", "G15.2"),
    _Required("method", "检查方式", "G15.2"),
    _Required("main_content", "检查结论", "G15.2"),
    _Required("document_no", "检查单编号", "G15.2"),
    _Required("agency", "检查机关名称", "G15.2"),
)
_FULL_TEXT = _Required("full_text", "决定书正文", "G14.1")


def labels(kind: str) -> dict[str, str]:
    """Chinese label of each field the measures name, for a page about this kind."""
    return {item.field: item.zh for item in (_INSPECTION if kind == "inspection_result" else _DECISION)}


def validate(kind: str, values: Mapping[str, Any], *, form: str = "summary") -> tuple[Missing, ...]:
    """Every field that G#14.3 (decisions) or G#15 (inspections) demands and `values` lacks, with its article.

    `values` maps field names of `Content` to values; blank strings count as missing. An inspection's result in full
    text is refused as such (G#15: 采取公示摘要信息的方式).
    """
    if kind not in KINDS or form not in FORMS:
        raise ValueError(f"unknown kind or form: {kind}, {form}")
    inspection = kind == "inspection_result"
    required = _INSPECTION if inspection else _DECISION
    cite = "G#15" if inspection else "G#14.3"
    missing = [
        Missing(item.field, item.zh, cite, item.row) for item in required if not _present(values.get(item.field))
    ]
    if form == "full_text" and inspection:
        missing.append(Missing("form", "公示摘要信息的方式", "G#15", "G15.1"))
    elif form == "full_text" and not _present(values.get("full_text")):
        missing.append(Missing(_FULL_TEXT.field, _FULL_TEXT.zh, "G#14.1", _FULL_TEXT.row))
    return tuple(missing)


def _present(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None


def missing_fields(content: Content) -> tuple[Missing, ...]:
    """`validate` for a whole content."""
    return validate(
        content.kind, {item.name: getattr(content, item.name) for item in fields(content)}, form=content.form
    )


def to_bytes(content: Content) -> bytes:
    """The published bytes: canonical JSON, empty fields left out."""
    plain: dict[str, Any] = {"format": FORMAT}
    for item in fields(content):
        value = getattr(content, item.name)
        if value in ("", (), None):
            continue
        plain[item.name] = _plain(value)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, PastVersion):
        known = ((item.name, getattr(value, item.name)) for item in fields(value))
        return {name: _plain(one) for name, one in known if one is not None}
    return str(value)


def from_bytes(data: bytes) -> Content:
    """Read published bytes back; raises ValueError when they are not a publication of this format."""
    plain = json.loads(data)
    if not isinstance(plain, dict) or plain.pop("format", None) != FORMAT:
        raise ValueError("not a publication of this format")
    try:
        for name in ("decided_on", "published_on", "due_on"):
            if name in plain:
                plain[name] = date.fromisoformat(plain[name])
        plain["version"] = int(plain["version"])
        plain["basis"] = tuple(plain.get("basis", ()))
        plain["earlier"] = tuple(_past_version(item) for item in plain.get("earlier", ()))
        return Content(**plain)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a publication of this format") from error


def _past_version(item: Mapping[str, str]) -> PastVersion:
    days = {name: date.fromisoformat(item[name]) for name in ("published_on", "taken_down_on") if name in item}
    return PastVersion(version=int(item["version"]), digest=item["digest"], reason=item["reason"], **days)


def salted(content: Content) -> Content:
    """The same content as it goes out: with 32 random hex digits of its own."""
    return replace(content, salt=secrets.token_hex(16))


def words(content: Content) -> str:
    """The digest of all that a releaser answers for: every word but what only the publishing of a version sets."""
    bare = replace(content, published_on=content.decided_on, due_on=None, version=1, earlier=(), salt="")
    return written_digest(digest(to_bytes(bare)))


def digest(data: bytes) -> bytes:
    """SHA-256 of published bytes (32 bytes); `written_digest` for how it is written."""
    return hashlib.sha256(data).digest()


def written_digest(raw: bytes) -> str:
    """A digest as people and the ledger write it: sha256:<64 hex>."""
    return f"sha256:{raw.hex()}"
