"""Articles of the law: "APL#72.1(1)" in data, 《行政处罚法》第七十二条第一款第（一）项 on screens.

The law's own numbering only. Rows ("G13.b") are ours, are never shown as the law's, and live in `rows.toml`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from enforcement.law.decode import MAY_BE_EMPTY, TABLE_KEY
from enforcement.law.errors import LawBookError
from enforcement.law.names import Article

Rank = Literal["法律", "行政法规", "地方性法规", "部门规章", "地方政府规章", "司法解释", "规范性文件"]
"""What a text is, from the highest down."""

_FORM = re.compile(
    r"(?P<source>[A-Z][A-Z0-9]*)#(?P<article>[1-9]\d*)(?:\.(?P<paragraph>[1-9]\d*))?(?:\((?P<item>[1-9]\d*)\))?"
)
_DIGITS = "〇一二三四五六七八九"
_NUMERAL = re.compile(r"[0-9０-９]+|[〇零一二两三四五六七八九十百千]+")
_VALUES = {**{digit: value for value, digit in enumerate(_DIGITS)}, "零": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def chinese_number(number: int) -> str:
    """Write 1–9999 in Chinese numerals as the law does (10 is 十, 12 十二, 105 一百零五). Raises ValueError outside
    that.
    """
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
    """Read one run of Arabic (half or full width) or Chinese numerals; None where it is no number (一千一 is read,
    二〇二一 digit by digit).
    """
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
class WorkingDayRule:
    """When a text's bare 日 means working days: those `values` (APL#85), all `up_to` (ACL#69), or the `agency`'s own
    (ALL#82).
    """

    cite: Article
    values: tuple[int, ...] = ()
    up_to: int | None = None
    agency: bool = False

    def makes_working_days(self, value: int, *, party: bool) -> bool:
        """Whether a bare 日 of that number is counted in working days under the rule."""
        return value in self.values or (self.up_to is not None and value <= self.up_to) or (self.agency and not party)


@dataclass(frozen=True, slots=True)
class Source:
    """One legal text obeyed. `articles` is the number of its last article, where the text was at hand.

    `sections` is None for a text in articles; otherwise the heading its numbered sections stand under ("三、", or ""
    for none).
    """

    key: str = field(metadata=TABLE_KEY)
    title: str
    zh: str
    rank: Rank
    articles: int | None = None
    in_force_since: date | None = None
    sections: Annotated[str, MAY_BE_EMPTY] | None = None
    working_days: WorkingDayRule | None = None


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """One place in one text. `paragraph` is None where the article has one paragraph or the item needs none."""

    source: str
    article: int
    paragraph: int | None = None
    item: int | None = None

    @classmethod
    @functools.lru_cache(maxsize=4096)  # the same few hundred articles, asked for again and again
    def parse(cls, text: str) -> Citation:
        """Read the short form: "G#13", "APL#64(1)", "APL#72.1(1)". Raises LawBookError on anything else."""
        match = _FORM.fullmatch(text)
        if match is None:
            msg = f"“{text}” is not a citation: write SOURCE#article.paragraph(item)"
            raise LawBookError(msg)
        paragraph, item = match["paragraph"], match["item"]
        return cls(
            match["source"], int(match["article"]), int(paragraph) if paragraph else None, int(item) if item else None
        )

    def __str__(self) -> str:
        """Return the short form again."""
        paragraph = f".{self.paragraph}" if self.paragraph else ""
        item = f"({self.item})" if self.item else ""
        return f"{self.source}#{self.article}{paragraph}{item}"

    def zh(self, sources: Mapping[str, Source]) -> str:
        """Return the words for a page: 《行政处罚法》第七十二条第一款第（一）项. Raises LawBookError for an unknown
        source.
        """
        if self.source not in sources:
            msg = f"{self}: the source {self.source} is not in sources.toml"
            raise LawBookError(msg)
        source = sources[self.source]
        paragraph = f"第{chinese_number(self.paragraph)}款" if self.paragraph else ""
        item = f"第（{chinese_number(self.item)}）项" if self.item else ""
        if source.sections is not None:
            return f"《{source.zh}》{source.sections}（{chinese_number(self.article)}）{paragraph}{item}"
        return f"《{source.zh}》第{chinese_number(self.article)}条{paragraph}{item}"


def problems_of(text: str, sources: Mapping[str, Source]) -> list[str]:
    """Say what is wrong with a citation: its form, an unknown source, an article beyond the text's last. Empty when
    sound.
    """
    try:
        citation = Citation.parse(text)
    except LawBookError as error:
        return list(error.problems)
    source = sources.get(citation.source)
    if source is None:
        return [f"{text}: the source {citation.source} is not in sources.toml"]
    if source.articles is not None and citation.article > source.articles:
        return [f"{text}: {source.title} ends with {source.articles}"]
    return []
