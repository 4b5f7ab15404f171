"""A TOML table read into its frozen dataclass: what the dataclass does not say is refused.

Every fault of a table is found, never only the first: a key nobody knows, one that is missing, a value of another type
or not among those allowed. Beside the value come the names met on the way (`Named`), each of the kind its type says
(`names.py`), so that a second look can ask that all of them exist.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import types
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Steps = tuple[str | int, ...]
"""The way to a value: keys, and places in lists."""


@dataclass(frozen=True, slots=True)
class Names:
    """Of a string: it names one thing of a kind. `defines`: it stands here, and others ask for it; `local`: it is known
    in its own file only.
    """

    kind: str
    defines: bool = False
    local: bool = False


WORD = Names("word")
"""One of a few words its own type knows: asked for at once, and noted like other names."""


@dataclass(frozen=True, slots=True)
class Reads:
    """How a string is read into what the field holds; `read` raises ValueError with the reason. `form` is the pattern
    of what can be read, for editors.
    """

    read: Callable[[str], Any]
    form: str


class _Mark:
    """What a list may be beside its type."""


MAY_BE_EMPTY = _Mark()
"""Text that may be empty."""
ALONE = _Mark()
"""One value may be written without brackets."""
FILLED = _Mark()
"""A list or table that names at least one thing."""

TABLE_KEY: Mapping[str, Any] = {"table_key": True}
"""Of a dataclass field: it holds the key under which the table stands, and is not written in it."""


def written(key: str) -> Mapping[str, Any]:
    """Of a dataclass field: the key it is written under, where that is no name in Python."""
    return {"key": key}


@dataclass(frozen=True, slots=True)
class Named:
    """One name met: of which kind, where; `english` is what the thing it stands for is called, where that is said."""

    kind: str
    name: str
    file: str
    steps: Steps
    defines: bool = False
    local: bool = False
    english: str | None = None

    @property
    def path(self) -> str:
        """The way to it inside its file."""
        return path_of(self.steps)

    @property
    def place(self) -> str:
        """File, table and key."""
        return f"{self.file}: {self.path}"


@dataclass(frozen=True, slots=True)
class Decoded(Generic[T]):
    """One file. `value` is None where it could not be read whole; the names are those that could be all the same."""

    value: T | None
    problems: tuple[str, ...]
    names: tuple[Named, ...]


class _Broken:
    """What stands for a value that could not be read."""


_BROKEN = _Broken()
_NO_DEFAULT = dataclasses.MISSING


def decode(kind: Any, table: object, file: str) -> Decoded[Any]:
    """Read one file's table as `kind`: a frozen dataclass, or a mapping of names to such."""
    reader = _Reader(file)
    value = reader.read(kind, table, ())
    problems = tuple(dict.fromkeys(reader.problems))
    return Decoded(None if problems else value, problems, tuple(reader.names))


def path_of(steps: Iterable[str | int]) -> str:
    """Write the way to a value as an editor shows it: legal_review.days[1].row; list places count from one."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        else:
            key = step if re.fullmatch(r"[A-Za-z0-9_-]+", step) else f'"{step}"'
            text += f".{key}" if text else key
    return text


def nearest(name: str, known: Iterable[str]) -> str:
    """“, perhaps x” for the known name most like it; "" where none is."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f", perhaps {close[0]}" if close else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a dataclass as a table writes it."""

    attribute: str
    key: str
    kind: Any
    required: bool


@functools.cache
def entries_of(kind: type) -> tuple[Entry, ...]:
    """The keys a dataclass's table may hold, in order; the field that holds the table's own key is none of them."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        Entry(
            one.name,
            one.metadata.get("key", one.name),
            hints[one.name],
            one.default is _NO_DEFAULT and one.default_factory is _NO_DEFAULT,
        )
        for one in dataclasses.fields(kind)
        if not one.metadata.get("table_key")
    )


@functools.cache
def _table_key_of(kind: type) -> str | None:
    return next((one.name for one in dataclasses.fields(kind) if one.metadata.get("table_key")), None)


def is_union(kind: Any) -> bool:
    """Whether a type is one of several."""
    return get_origin(kind) in {Union, types.UnionType}


def members_of(kind: Any) -> tuple[Any, ...]:
    """The types of a union without None: TOML writes no null, what is not there is left out."""
    return tuple(one for one in get_args(kind) if one is not types.NoneType)


def takes(kind: Any, raw: object) -> bool:  # noqa: PLR0911 - one answer for each way to write a type
    """Whether a value as TOML gives it is of the kind at all, whatever it holds."""
    origin = get_origin(kind)
    if origin is Annotated:
        base, *marks = get_args(kind)
        reads = any(isinstance(mark, Reads) for mark in marks) and isinstance(raw, str)
        alone = any(mark is ALONE for mark in marks) and takes(get_args(base)[0], raw)
        return reads or alone or takes(base, raw)
    if is_union(kind):
        return any(takes(one, raw) for one in members_of(kind))
    if origin is Literal:
        return isinstance(raw, str)
    if origin in {tuple, frozenset}:
        return isinstance(raw, list)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(raw, dict)
    if dataclasses.is_dataclass(kind):
        return isinstance(raw, dict)
    return type(raw) is kind


def word_of(kind: Any) -> str:
    """What a kind of value is called in a refusal."""
    origin = get_origin(kind)
    if origin is Annotated:
        return word_of(get_args(kind)[0])
    if is_union(kind):
        return " or ".join(dict.fromkeys(word_of(one) for one in members_of(kind)))
    if origin in {tuple, frozenset}:
        return "a list"
    if origin is Literal:
        return "a word"
    plain = {str: "text", int: "a whole number", bool: "true or false", date: "a day"}
    return plain.get(kind, "a table")


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[str] = []
        self.names: list[Named] = []

    def fault(self, steps: Steps, said: str) -> _Broken:
        path = path_of(steps)
        self.problems.append(f"{self.file}: {path}: {said}" if path else f"{self.file}: {said}")
        return _BROKEN

    def name(self, names: Names, name: str, steps: Steps, english: str | None = None) -> None:
        self.names.append(Named(names.kind, name, self.file, steps, names.defines, names.local, english))

    def read(self, kind: Any, raw: object, steps: Steps) -> Any:  # noqa: PLR0911 - as `takes`
        if not takes(kind, raw):
            return self.fault(steps, f"{word_of(kind)} expected, not {_shown(raw)}")
        origin = get_origin(kind)
        if origin is Annotated:
            return self._annotated(*get_args(kind), raw=raw, steps=steps)
        if is_union(kind):
            return self.read(next(one for one in members_of(kind) if takes(one, raw)), raw, steps)
        if origin is Literal:
            self.name(WORD, str(raw), steps)
            allowed = get_args(kind)
            known = ", ".join(allowed)
            return raw if raw in allowed else self.fault(steps, f"unknown {steps[-1]} {raw}; it is one of {known}")
        if origin in {tuple, frozenset}:
            return self._list(kind, raw, steps)
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(kind, raw, steps)
        if dataclasses.is_dataclass(kind):
            return self._table(kind, raw, steps, None)
        if isinstance(raw, str) and not raw.strip():
            return self.fault(steps, f"{steps[-1]} is missing: it is empty")
        return raw

    def _annotated(self, base: Any, *marks: Any, raw: Any, steps: Steps) -> Any:
        if any(mark is ALONE for mark in marks) and not takes(base, raw):
            raw = [raw]
        if any(mark is MAY_BE_EMPTY for mark in marks) and not raw:
            return raw
        if any(mark is FILLED for mark in marks) and not raw:
            return self.fault(steps, f"{steps[-1]} is missing: it is empty")
        for mark in marks:
            if isinstance(mark, Names):
                self.name(mark, raw, steps)
            if isinstance(mark, Reads) and isinstance(raw, str):
                try:
                    return mark.read(raw)
                except ValueError as error:
                    return self.fault(steps, str(error))
        return self.read(base, raw, steps)

    def _list(self, kind: Any, raw: Any, steps: Steps) -> Any:
        inner = get_args(kind)[0]
        found = [self.read(inner, one, (*steps, at)) for at, one in enumerate(raw)]
        twice = [one for at, one in enumerate(raw) if isinstance(one, str) and one in raw[:at]]
        for one in twice:
            self.fault(steps, f"{one} stands twice")
        return _BROKEN if twice or _BROKEN in found else get_origin(kind)(found)

    def _mapping(self, kind: Any, raw: Any, steps: Steps) -> Any:
        key_kind, inner = get_args(kind)
        names = next((mark for mark in get_args(key_kind) if isinstance(mark, Names)), None)
        found: dict[str, Any] = {}
        for key, one in raw.items():
            here = (*steps, key)
            if names is not None:
                english = one.get("en") if isinstance(one, dict) else None
                self.name(names, key, here, english if isinstance(english, str) else None)
            if dataclasses.is_dataclass(inner) and isinstance(one, dict):
                found[key] = self._table(inner, one, here, key)
            else:
                found[key] = self.read(inner, one, here)
        return _BROKEN if any(one is _BROKEN for one in found.values()) else found

    def _table(self, kind: Any, raw: Any, steps: Steps, key: str | None) -> Any:
        entries = {one.key: one for one in entries_of(kind)}
        for unknown in raw.keys() - entries.keys():
            self.fault(steps, f"unknown field {unknown}{nearest(unknown, entries)}")
        missing = [one.key for one in entries.values() if one.required and one.key not in raw]
        for name in missing:
            self.fault(steps, f"{name} is missing")
        found = {
            one.attribute: self.read(one.kind, raw[one.key], (*steps, one.key))
            for one in entries.values()
            if one.key in raw
        }
        if missing or raw.keys() - entries.keys() or any(one is _BROKEN for one in found.values()):
            return _BROKEN
        holder = _table_key_of(kind)
        return kind(**found, **({holder: key or ""} if holder else {}))


def _shown(raw: object) -> str:
    if isinstance(raw, dict):
        return "a table"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, bool):
        return str(raw).lower()
    return f"“{raw}”" if isinstance(raw, str) else str(raw)


def defined_kinds(kind: Any, seen: AbstractSet[Any] = frozenset()) -> frozenset[str]:
    """The kinds of names a file of this shape defines: nobody can ask for those of a file that could not be read."""
    if kind in seen:
        return frozenset()
    if get_origin(kind) is Annotated:
        marks = {mark.kind for mark in get_args(kind) if isinstance(mark, Names) and mark.defines}
        return frozenset(marks) | defined_kinds(get_args(kind)[0], seen)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        inner: Iterable[Any] = (one.kind for one in entries_of(kind))
    else:
        inner = (one for one in get_args(kind) if one is not ...)
    return frozenset().union(*(defined_kinds(one, {*seen, kind}) for one in inner if not isinstance(one, str)))
