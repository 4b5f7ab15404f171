"""Articles of the law: "APL#64.1(1)" in data, 《行政处罚法》第六十四条第一款第（一）项 on screens.

The law's own numbering only. Rows ("G13.b") are ours, are never shown as the law's, and live in `rows.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from enforcement.law.errors import LawBookError

_FORM = re.compile(r"(?P<source>[A-Z][A-Z0-9]*)#(?P<article>[1-9]\d*)(?:\.(?P<paragraph>[1-9]\d*))?(?:\((?P<item>[1-9]\d*)\))?")
_DIGITS = "〇一二三四五六七八九"
_NUMERAL = re.compile(r"[0-9０-９]+|[〇零一二两三四五六七八九十百千]+")
_VALUES = {**{digit: value for value, digit in enumerate(_DIGITS)}, "零": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def chinese_number(number: int) -> str:
    """Write 1–9999 in Chinese numerals as the law does (10 is 十, 12 十二, 105 一百零五). Raises ValueError outside that."""
    if not 1 <= number <= 9999:  # noqa: PLR2004 - four numerals are all that articles and limits need
        msg = f"{number} is outside 1 to 9999"
        raise ValueError(msg)
    parts: list[str] = []
    digits = str(number)
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            parts.append("零")
        else:
            parts.append(_DIGITS[int(digit)] + ["", "十", "百", "千"][place])
    text = re.sub("零+", "零", "".join(parts)).rstrip("零")
    return text.removeprefix("一") if text.startswith("一十") else text


def _read_numeral(text: str) -> int | None:
    """Read one run of Arabic (half or full width) or Chinese numerals; None where it is no number (一千一 is read, 二〇二一 digit by digit)."""
    if text[0] not in _VALUES and text[0] not in _UNITS:
        return int(text)
    if not any(character in _UNITS for character in text):
        return int("".join(str(_VALUES[character]) for character in text))
    total = current = 0
    for character in text:
        if character in _UNITS:
            total += (current or 1) * _UNITS[character]
            current = 0
        else:
            current = _VALUES[character]
    return total + current


def numbers_in(text: str) -> tuple[int, ...]:
    """Return every number written in the text, in order, Arabic or Chinese: 「应当在七日内」 gives (7,)."""
    return tuple(number for match in _NUMERAL.finditer(text) if (number := _read_numeral(match.group())) is not None)


@dataclass(frozen=True, slots=True)
class Source:
    """One legal text obeyed. `articles` is how many it has, where the text was at hand; `in_force_since` ISO day or None."""

    key: str
    title: str
    zh: str
    rank: str
    articles: int | None
    in_force_since: str | None


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """One place in one text. `paragraph` is None where the article has one paragraph or the item needs none."""

    source: str
    article: int
    paragraph: int | None = None
    item: int | None = None

    @classmethod
    def parse(cls, text: str) -> Citation:
        """Read the short form: "G#13", "APL#64(1)", "APL#64.1(1)". Raises LawBookError on anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            msg = f"“{text}” is not a citation: write SOURCE#article.paragraph(item)"
            raise LawBookError(msg)
        paragraph, item = match["paragraph"], match["item"]
        return cls(match["source"], int(match["article"]), int(paragraph) if paragraph else None, int(item) if item else None)

    def __str__(self) -> str:
        """Return the short form again."""
        paragraph = f".{self.paragraph}" if self.paragraph else ""
        item = f"({self.item})" if self.item else ""
        return f"{self.source}#{self.article}{paragraph}{item}"

    def zh(self, sources: Mapping[str, Source]) -> str:
        """Return the words for a page: 《行政处罚法》第六十四条第一款第（一）项. Raises LawBookError for an unknown source."""
        if self.source not in sources:
            msg = f"{self}: the source {self.source} is not in sources.toml"
            raise LawBookError(msg)
        paragraph = f"第{chinese_number(self.paragraph)}款" if self.paragraph else ""
        item = f"第（{chinese_number(self.item)}）项" if self.item else ""
        return f"《{sources[self.source].zh}》第{chinese_number(self.article)}条{paragraph}{item}"
