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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote

_DASHES_AND_DOTS = "-‐‑‒–—―−·•・‧∙._"
_IN_NAMES = frozenset(_DASHES_AND_DOTS)
_IN_NUMBERS = frozenset(_DASHES_AND_DOTS + "。,，、;；:：/|\\*()（）~+#")
_DIGITS = dict(zip("〇零一二三四五六七八九○壹贰叁肆伍陆柒捌玖", "001234567890123456789", strict=True))
_TAG = re.compile(r"<[^<>]{0,400}>")
_NESTED = 2
_HAN = range(0x3400, 0xA000)


@dataclass(frozen=True)
class View:
    """A text without what can hide in it; `origin[i]` is where character i came from."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The positions of the original that a piece of the view came from."""
        return self.origin[start], self.origin[end - 1] + 1


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
    return _view(text)


def names_view(text: str) -> View:
    """A text to look for names in: 买买提·艾力 and 买买提艾力 are one."""
    return _view(text, _IN_NAMES)


def numbers_view(text: str) -> View:
    """A text to look for numbers and addresses in: 1101-0519, 1101，0519 and 一一〇一〇五一九 are one."""
    return _view(text, _IN_NUMBERS, _DIGITS)


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


def _view(text: str, without: frozenset[str] = frozenset(), digits: Mapping[str, str] = MappingProxyType({})) -> View:
    chars: list[str] = []
    origin: list[int] = []
    fold = simplified()
    for at, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char):
            if folded != "\n" and (folded.isspace() or unicodedata.category(folded) in {"Cf", "Cc", "Mn"}):
                continue
            if folded in without:
                continue
            plain = fold.get(folded, folded)
            chars.append(digits.get(plain, plain))
            origin.append(at)
    return View("".join(chars), tuple(origin))


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
