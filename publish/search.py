"""Words of a text, and whether a text has them: exact for two-character Chinese words, without an extension.

A text is normalised (NFKC, lower case, one kind of bracket, no spaces between Han characters), then cut into
overlapping Han bigrams, Han characters standing alone, Latin words and runs of digits. `@>` over those terms finds the
candidates through GIN; every word is also looked for as it stands in the normalised text, which decides words of three
characters and more, and is the whole test where a common word is found by walking from the newest.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_RUN = re.compile(rf"[{_HAN}]+|[a-z]+|[0-9]+")
_SPACE_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_SPACES = re.compile(r"\s+")
# A document number is written 〔2026〕 and typed [2026] or (2026).
_BRACKETS = str.maketrans("〔[【〕]】", "(((" + ")))")
_MAX_WORDS = 8


def normalise(text: str) -> str:
    """NFKC, lower case, round brackets, one space at most, none between two Han characters (张 三 is 张三)."""
    folded = unicodedata.normalize("NFKC", text.replace("\x00", "")).lower().translate(_BRACKETS)
    return _SPACES.sub(" ", _SPACE_BETWEEN_HAN.sub("", folded)).strip()


def terms(text: str) -> list[str]:
    """Sorted distinct terms of a text: Han bigrams (a lone Han character as itself), Latin words, runs of digits."""
    return terms_of_normalised(normalise(text))


def terms_of_normalised(normalised: str) -> list[str]:
    """`terms` of a text that went through `normalise` already."""
    return sorted({term for run in runs(normalised) for term in terms_of_run(run)})


def runs(normalised: str) -> list[str]:
    """The runs of Han characters, of Latin letters and of digits, in the order of the text."""
    return _RUN.findall(normalised)


def terms_of_run(run: str) -> list[str]:
    """The overlapping bigrams of a Han run in its order; a lone character, letters or digits as they are."""
    if len(run) == 1 or run[0].isascii():
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]


@dataclass(frozen=True)
class Words:
    """A reader's words made ready for SQL: terms of each word for `@>`, `wholes` to be found in the text as they stand.

    Without a term nothing may be searched (one character, or signs alone): the index could not answer.
    """

    by_word: tuple[tuple[str, ...], ...]
    wholes: tuple[str, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of all words."""
        return tuple(sorted({term for terms in self.by_word for term in terms}))

    @property
    def undecided(self) -> tuple[str, ...]:
        """The wholes whose terms do not decide them already, as one bigram, one Latin word or one number does."""
        return tuple(whole for whole in self.wholes if (whole,) not in self.by_word)


@lru_cache(maxsize=1000)  # one page asks for the words of its query many times
def words(query: str) -> Words:
    """Cut a reader's query into at most eight words, all of which a text must contain; Latin words and numbers whole.

    Never raises, whatever the query holds.
    """
    plain = [normalise(word) for word in unicodedata.normalize("NFKC", query).split()[:_MAX_WORDS]]
    wholes = tuple(dict.fromkeys(word for word in plain if word))
    return Words(tuple(_terms_of_word(word) for word in wholes), wholes)


def _terms_of_word(word: str) -> tuple[str, ...]:
    return tuple(sorted({term for run in _RUN.finditer(word) for term in _certain(run, word)}))


def _certain(run: re.Match[str], word: str) -> set[str]:
    """Terms of one run that every text containing `word` must have.

    A single Han character at the word's edge may stand inside a longer run of the text, so it promises nothing.
    """
    text = run.group()
    if text[0].isascii():
        return {text}
    if len(text) == 1:
        return {text} if run.start() > 0 and run.end() < len(word) else set()
    return {text[at : at + 2] for at in range(len(text) - 1)}
