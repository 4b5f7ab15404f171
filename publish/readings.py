"""The ways a text can be read: without what can hide in it, and as a machine would decode it.

A *view* folds full-width signs and traditional characters and takes blanks and zero-width signs out; each character
remembers where it came from. Names are looked for without the dots and dashes between their parts, numbers and
addresses without any sign between their digits and with Han digits read as digits.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from urllib.parse import unquote

_DASHES_AND_DOTS = "-‐‑‒–—―−·•・‧∙._"
_IN_NAMES = frozenset(_DASHES_AND_DOTS)
_IN_NUMBERS = frozenset(_DASHES_AND_DOTS + "。,，、;；:：/|\\*()（）~+#")
_DIGITS = dict(zip("〇零一二三四五六七八九○壹贰叁肆伍陆柒捌玖", "001234567890123456789", strict=True))
_TAG = re.compile(r"<[^<>]{0,400}>")
_NESTED = 2
_HAN = range(0x3400, 0xA000)
_LAST_OF_PLANE = "\uffff"


@dataclass(frozen=True)
class View:
    """A text without what can hide in it; `origin[i]` is where character i came from."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The positions of the original that a piece of the view came from."""
        return self.origin[start], self.origin[end - 1] + 1

    @cached_property
    def unbroken(self) -> tuple[str, Sequence[int]]:
        """The text without its line ends, and where in the view each of its characters stands."""
        if "\n" not in self.text:
            return self.text, range(len(self.text))
        return self.text.replace("\n", ""), [at for at, char in enumerate(self.text) if char != "\n"]

    def places(self, string: str) -> Iterator[tuple[int, int]]:
        """Where in the view a string stands, also where line ends break it."""
        text, at = self.unbroken
        start = text.find(string)
        while start >= 0:
            end = start + len(string)
            yield at[start], at[end - 1] + 1
            start = text.find(string, end)


@dataclass(frozen=True)
class Views:
    """The three views of one text."""

    plain: View
    names: View
    numbers: View


def views(text: str) -> Views:
    """All three views of a text."""
    return Views(plain_view(text), names_view(text), numbers_view(text))


def plain_view(text: str) -> View:
    """A text as it reads."""
    return _view(text, _PLAIN)


def names_view(text: str) -> View:
    """A text to look for names in: 买买提·艾力 and 买买提艾力 are one."""
    return _view(text, _NAMES)


def numbers_view(text: str) -> View:
    """A text to look for numbers and addresses in: 1101-0519, 1101，0519 and 一一〇一〇五一九 are one."""
    return _view(text, _NUMBERS)


def loose(string: str) -> str:
    """A pattern for a string that line ends may break."""
    return "\\n*".join(re.escape(char) for char in string)


@lru_cache(maxsize=1)
def simplified() -> Mapping[str, str]:
    """Traditional characters to simplified ones, a single one to a single one, so that a view keeps its places.

    Made at first use: the public site never looks for what to hide, and does not load the dictionary.
    """
    from opencc import OpenCC

    # In one call, which takes a fiftieth of a second; a line each, so that no two are read as a word.
    characters = [chr(point) for point in _HAN]
    folded = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    pairs = zip(characters, folded, strict=True)
    return MappingProxyType({one: other for one, other in pairs if one != other and len(other) == 1})


class _Folding(dict[str, str]):
    """What a character becomes in a view, "" where it goes: worked out once for each, of the commonest plane."""

    def __init__(self, without: frozenset[str] = frozenset(), digits: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__()
        self._without, self._digits = without, digits

    def __missing__(self, char: str) -> str:
        found = "".join(map(self._folded, unicodedata.normalize("NFKC", char)))
        if char <= _LAST_OF_PLANE:  # the others are seldom, and a million
            self[char] = found
        return found

    def _folded(self, char: str) -> str:
        if char != "\n" and (char.isspace() or unicodedata.category(char) in {"Cf", "Cc", "Mn"}):
            return ""
        if char in self._without:
            return ""
        plain = simplified().get(char, char)
        return self._digits.get(plain, plain)


_PLAIN, _NAMES, _NUMBERS = _Folding(), _Folding(_IN_NAMES), _Folding(_IN_NUMBERS, _DIGITS)


def _view(text: str, folding: _Folding) -> View:
    chars = [folding[char] for char in text]
    return View("".join(chars), tuple([at for at, plain in enumerate(chars) for _ in plain]))


def readings(text: str) -> list[tuple[str, str]]:
    """The text as it is, and as HTML, JSON or an address would be read by a machine, also one within the other."""
    found = {text: "原文"}
    latest = [text]
    for _ in range(_NESTED):
        fresh: dict[str, str] = {}
        for known in latest:
            fresh |= {_TAG.sub("", html.unescape(known)): "HTML", _unescape_json(known): "JSON", unquote(known): "URL"}
        latest = [other for other in fresh if other not in found]
        found |= {other: fresh[other] for other in latest}
    return [(where, other) for other, where in found.items()]


def _unescape_json(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        decoded = json.loads(f'"{match.group()}"')
        return str(decoded).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    return re.sub(r"(?:\\u[0-9A-Fa-f]{4})+|\\[bfnrt]", one, text)
