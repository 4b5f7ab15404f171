"""Where a text may name a person: surnames, words that announce a name, a segmentation. Nothing more than guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from publish.redaction_rules import NameWords

_HAN = re.compile(r"[\u3400-\u9fff]")
_MASKED = frozenset("某甲乙丙丁")
_NAME_TAGS = ("nr",)


@cache
def dictionary() -> Any:
    """The segmentation with its dictionary, read when first asked for: most processes never look for a name."""
    import rjieba

    return rjieba


def surname_at(words: NameWords, text: str, at: int = 0) -> str:
    """The surname that begins at `at`, or ''."""
    if text[at : at + 2] in words.compound:
        return text[at : at + 2]
    return text[at] if at < len(text) and text[at] in words.single else ""


def announced(text: str, words: NameWords) -> set[tuple[int, int]]:
    """Names right after a word that announces one (证人李强) or right before （男，…."""
    found: set[tuple[int, int]] = set()
    ordinary = {start for start, word, tag in _tokens(text) if _ordinary(word, tag)}
    for cue in words.cues.finditer(text):
        span = _name_at(text, cue.end(), words)
        # 经营者：高明 names somebody whatever the dictionary says; 经营者安排 does not.
        said = cue.group()[-1] in ":：\n"
        if span and (said or not (cue.end() in ordinary or text.startswith(words.not_names, cue.end()))):
            found.add(span)
    for mark in words.after.finditer(text):
        for start in (mark.start() - 3, mark.start() - 2, mark.start() - 4):
            if start >= 0 and surname_at(words, text, start) and _plausible(text, start, mark.start(), words):
                found.add((start, mark.start()))
                break
    return found


def _ordinary(word: str, tag: str) -> bool:
    return len(word) > 1 and not tag.startswith(_NAME_TAGS) and bool(dictionary().has_word(word))


def suspected(text: str, words: NameWords) -> set[tuple[int, int]]:
    """Names that the segmentation or a surname standing alone suggests."""
    found: set[tuple[int, int]] = set()
    for start, word, tag in _tokens(text):
        surname = surname_at(words, text, start)
        if not surname or text.startswith(words.not_names, start):
            continue
        is_name = tag.startswith(_NAME_TAGS) and len(word) > 1
        alone = len(word) <= len(surname) and surname not in words.weak
        unknown = len(word) in {2, 3} and not dictionary().has_word(word) and surname not in words.weak
        if is_name or alone or unknown:
            span = _name_at(text, start, words)
            if span and text[span[1] - 1] not in words.never_last:
                found.add(span)
    return found


def looks_like_one(text: str, words: NameWords) -> bool:
    """Whether a whole string may be a name: a surname, one or two characters more, and no word of its own."""
    surname = surname_at(words, text)
    if not surname or not 1 <= len(text) - len(surname) <= 2:  # noqa: PLR2004 — given names have one or two
        return False
    return _plausible(text, 0, len(text), words) and not (dictionary().has_word(text) and not _tagged(text))


def _tagged(text: str) -> bool:
    return any(tag.startswith(_NAME_TAGS) for _, tag in dictionary().tag(text))


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    at = 0
    for word, tag in dictionary().tag(text):
        yield at, word, tag
        at += len(word)


def _name_at(text: str, start: int, words: NameWords) -> tuple[int, int] | None:
    """The name that begins at `start`: one or two characters behind its surname, the likelier of both."""
    surname = surname_at(words, text, start)
    if not surname:
        return None
    short = start + len(surname) + 1
    if not _plausible(text, start, short, words):
        return None
    long = short + 1
    if not _plausible(text, start, long, words):
        return start, short
    if text[short:long] in words.seldom_last and (text[short:long] in words.never_given or _word_begins(text, short)):
        return start, short
    # 龚杰招 … 龚杰招家 is a name of three; 廖天趁 … 廖天已 is a name of two with different neighbours.
    if text.count(text[start:short]) > text.count(text[start:long]):
        return start, short
    return start, long


def _word_begins(text: str, at: int) -> bool:
    """Whether a dictionary word of two begins here (来到, 家中), or nothing that could be a name goes on."""
    following = text[at + 1 : at + 2]
    return not _HAN.match(following) or bool(dictionary().has_word(text[at : at + 2]))


def _plausible(text: str, start: int, end: int, words: NameWords) -> bool:
    given = text[start + len(surname_at(words, text, start)) : end]
    if not given or end > len(text) or given[0] in words.never_given or _MASKED & set(given):
        return False
    return all(_HAN.match(char) for char in given)
