"""One entry: its canonical text, and the two hashes that bind it to the entry before it and to the tree.

leaf data = prev_hash (32) || salt (32) || body (UTF-8)        leaf hash = SHA-256(0x00 || leaf data)    (RFC 6962, 2.1)

The salt makes the leaf hash a commitment: it can be public while the body stays inside (J14.1a).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias, Union

HASH_BYTES = 32
SALT_BYTES = 32
CHAIN_KINDS = ("case", "agency")
ENDING = '"}'
"""What closes a body, after the number."""

Text: TypeAlias = Union[str, Sequence["Text"], Mapping[str, "Text"]]  # noqa: UP007  (`|` cannot take a quoted name)
"""What a ledger body may hold: text, lists and mappings of it. Whoever knows a number's unit writes it as text."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def json_text(value: object) -> str:
    """The one JSON text of a value, numbers and booleans allowed. Raises TypeError for a float and what JSON lacks."""
    _refuse_floats(value)
    return _encode(value)


def canonical(value: Text) -> str:
    """The one JSON text of `value`: keys sorted, no spaces, not escaped beyond need.

    Raises TypeError for anything but text (a number, a boolean, None), ValueError for text that is no Unicode.
    """
    _require_text(value)
    text = _encode(value)
    text.encode("utf-8")  # a lone surrogate has no UTF-8 (UnicodeEncodeError is a ValueError)
    return text


def _require_text(value: object) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a ledger key is text, not {type(key).__name__}")
            if not isinstance(inner, str):  # most are: asked here, it costs no call
                _require_text(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _require_text(inner)
    else:
        raise TypeError(f"the ledger holds text only, not {type(value).__name__}")


def digest_of(data: Mapping[str, Any]) -> str:
    """SHA-256, hex, of a process record's data (JSON values; the same canonical form, numbers and booleans allowed).

    Raises TypeError for a float (its text is not one) and for what JSON has no word for.
    """
    _refuse_floats(data)
    return hashlib.sha256(_encode(data).encode("utf-8")).hexdigest()


RECORDED: Mapping[str, str] = dict.fromkeys(
    ("data", "people", "wrote", "law", "schema", "behalf_of", "request_id", "salt"), ""
)
"""The columns of a process record that its digest covers, and from which revision on ("": from the first).

What else a record has stands in its entry.
"""


def digest_of_record(row: Mapping[str, Any]) -> str:
    """SHA-256, hex, of all that a process record of its revision holds; `row` has the columns RECORDED.

    Raises as `digest_of`.
    """
    return digest_of({name: row[name] for name, since in RECORDED.items() if since <= row["schema"]})


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no one text: use whole numbers (fen, milliseconds) or text")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key is text, not {type(key).__name__}")
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)


def moment_text(moment: datetime) -> str:
    """An aware moment in UTC with microseconds, e.g. 2026-10-15T08:00:00.000000Z. Raises ValueError if naive."""
    if moment.tzinfo is None:
        raise ValueError("the ledger holds aware moments only")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def entry_opening(
    *,
    chain: str,
    agency: str,
    act: str,
    event: str,
    actor: str,
    at: datetime,
    case: str | None,
    data: Mapping[str, Text],
    digest: str,
    set_clock: bool = False,
) -> str:
    """The canonical text of one entry up to its number, which sorts last: whoever knows the number adds it.

    `set_clock`: `at` comes from a clock that was set (sample data) and may be compared with other entries' only.
    Raises TypeError for data that are no text, ValueError for a naive `at`.
    """
    body: dict[str, Text] = {
        "act": act,
        "actor": actor,
        "agency": agency,
        "at": moment_text(at),
        "chain": chain,
        "data": dict(data),
        "digest": digest,
        "event": event,
        "seq": "",
    }
    if case is not None:
        body["case"] = case
    if set_clock:
        body["clock"] = "set"
    return canonical(body)[: -len(ENDING)]


def entry_body(opening: str, seq: int) -> str:
    """The canonical text of one entry, from `entry_opening` and its number in the chain."""
    return f"{opening}{seq}{ENDING}"


def entry_hash(prev_hash: bytes, salt: bytes, body: str) -> bytes:
    """The leaf hash of an entry: what the next entry of its chain names, and what stands in the tree."""
    return hashlib.sha256(b"\x00" + prev_hash + salt + body.encode("utf-8")).digest()


def chain_origin(agency: str, chain: str, kind: str) -> bytes:
    """What the first entry of a chain names as the one before it: whose chain it is, which, and of what kind."""
    return hashlib.sha256(f"mingjian chain\n{agency}\n{chain}\n{kind}".encode()).digest()
