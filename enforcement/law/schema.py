"""A JSON Schema for each file of the law, from the same dataclasses: editors say a slip while it is being written."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

from enforcement.law.decode import (
    ALONE,
    FILLED,
    MAY_BE_EMPTY,
    Named,
    Names,
    Reads,
    entries_of,
    is_union,
    members_of,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_NUMBERS = r"[1-9][0-9]*(?:\.[1-9][0-9]*)?(?:\([1-9][0-9]*\))?"
_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string", "pattern": r"\S"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    },  # as editors of TOML show a day to a schema
}


def known_names(names: Iterable[Named]) -> dict[str, set[str]]:
    """The names of each kind that stand in one file and are asked for in others."""
    found: dict[str, set[str]] = {}
    for one in names:
        if one.defines and not one.local:
            found.setdefault(one.kind, set()).add(one.name)
    return found


def schema_of(shape: Any, title: str, known: Mapping[str, Collection[str]]) -> Schema:
    """The schema of a file of that shape; `known` are the names that may be asked for, by kind."""
    return {"$schema": DIALECT, "title": title, **_of(shape, known)}


def _of(kind: Any, known: Mapping[str, Collection[str]]) -> Schema:  # noqa: PLR0911 - one answer for each kind of type
    origin = get_origin(kind)
    if origin is Annotated:
        return _annotated(*get_args(kind), known=known)
    if is_union(kind):
        several = [_of(one, known) for one in members_of(kind)]
        return several[0] if len(several) == 1 else {"anyOf": several}
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin in {tuple, frozenset}:
        return {"type": "array", "items": _of(get_args(kind)[0], known), "uniqueItems": True}
    if origin is not None and issubclass(origin, Mapping):
        keys, values = get_args(kind)
        return {"type": "object", "propertyNames": _of(keys, known), "additionalProperties": _of(values, known)}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _table(kind, known)
    return dict(_PLAIN[kind])


def _annotated(base: Any, *marks: Any, known: Mapping[str, Collection[str]]) -> Schema:
    found = _of(base, known)
    for mark in marks:
        if isinstance(mark, Names) and not mark.defines and known.get(mark.kind):
            found = {"enum": sorted(known[mark.kind])}
        if isinstance(mark, Names) and mark.kind == "article":
            found = {"type": "string", "pattern": f"^(?:{'|'.join(sorted(known['source']))})#{_NUMBERS}$"}
        if isinstance(mark, Reads) and base is str:
            found |= {"pattern": mark.form or r"\S"}
        elif isinstance(mark, Reads):
            found = {"anyOf": [found, {"type": "string", "pattern": mark.form}]}
        if mark is FILLED:
            found |= {"minProperties" if found["type"] == "object" else "minItems": 1}
        if mark is ALONE:
            found = {"anyOf": [found["items"], found]}
        if mark is MAY_BE_EMPTY:
            found = {"type": "string"}
    return found


def _table(kind: type, known: Mapping[str, Collection[str]]) -> Schema:
    entries = entries_of(kind)
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "properties": {one.key: _of(one.kind, known) for one in entries},
        "required": [one.key for one in entries if one.required],
        "additionalProperties": False,
    }
