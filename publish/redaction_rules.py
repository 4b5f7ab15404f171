"""What is masked and under which words: `config/law/redaction.toml` read into patterns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).resolve().parents[1] / "config" / "law" / "redaction.toml"


@dataclass(frozen=True)
class Category:
    """One kind of thing that is hidden."""

    key: str
    zh: str
    mask: str  # 〔家庭住址已隐去〕
    row: str
    basis: str  # law: the article names it; default: our reading of 等隐私信息


@dataclass(frozen=True)
class Pattern:
    """A labelled pattern: where it matches, group `value` (else the whole) is masked with `mask`."""

    category: str
    mask: str
    regex: re.Pattern[str]
    suggestion: bool


@dataclass(frozen=True)
class NameWords:
    """The vocabulary that names are recognised by; a heuristic, never a decision."""

    cues: re.Pattern[str]  # ends where a name may begin
    after: re.Pattern[str]  # begins where a name may end
    never_given: frozenset[str]
    seldom_last: frozenset[str]
    never_last: frozenset[str]
    place: re.Pattern[str]  # begins where the name of a place ends
    not_names: tuple[str, ...]
    weak: frozenset[str]
    ordinals: str
    compound: frozenset[str]
    single: frozenset[str]

    def surname(self, text: str, at: int = 0) -> str:
        """The surname that begins at `at`, or ''."""
        if text[at : at + 2] in self.compound:
            return text[at : at + 2]
        return text[at] if at < len(text) and text[at] in self.single else ""


@dataclass(frozen=True)
class Rules:
    """Everything `publish.redact` needs to know."""

    categories: Mapping[str, Category]
    patterns: tuple[Pattern, ...]
    names: NameWords

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Rules:
        """Read the parsed TOML; raises KeyError or re.error when it is not of this shape."""
        categories = {
            key: Category(key, item["zh"], item["mask"], item["row"], item["basis"])
            for key, item in raw["category"].items()
        }
        patterns = tuple(
            Pattern(
                item["category"],
                item.get("mask", categories[item["category"]].mask),
                re.compile(item["regex"]),
                item.get("suggestion", False),
            )
            for item in raw["pattern"]
        )
        words = raw["names"]
        cues = sorted(words["cues"].split(), key=len, reverse=True)
        names = NameWords(
            cues=re.compile("(?:" + "|".join(cues) + ")(?:[（(][^（()）\n]{1,8}[）)])?[:：为是]{0,2}\n?"),
            after=re.compile(words["after"]),
            never_given=frozenset(words["never_given"]),
            seldom_last=frozenset(words["seldom_last"]),
            never_last=frozenset(words["never_last"]),
            place=re.compile(words["place"]),
            not_names=tuple(words["not_names"].split()),
            weak=frozenset(words["weak"]),
            ordinals=words["ordinals"],
            compound=frozenset(words["compound"].split()),
            single=frozenset(words["single"]),
        )
        return cls(categories, patterns, names)


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The rules this version ships."""
    with PATH.open("rb") as file:
        return Rules.from_mapping(tomllib.load(file))
