"""Every requirement row the product carries: its article, its basis, where it is enforced and which test shows it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Literal

from enforcement.law.citation import Citation
from enforcement.law.decode import TABLE_KEY
from enforcement.law.errors import Basis, LawBookError
from enforcement.law.names import Article, Place, TestPlace

Status = Literal["enforced", "recorded", "not_yet"]

_FORM = re.compile(
    r"(?P<stem>[A-Z]+[A-Z0-9]*?(?P<article>[1-9]\d*)(?:\.(?P<number>0|[1-9]\d*))?)(?:\.?(?P<letter>[a-z]))?"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of our own numbering ("G13.b"); `article` is the law's. `classes`: hard gate H, check C, record only R.

    `where` is "module:name" or "config/file.toml:key", `test` "tests/….py::name"; both stand unless the row is not
    yet built. `lacks` says in few words what of the duty is not held: all of it, or the part that is missing. `also`
    are further articles that ask the same: where a row and an article stand together, the row is of that article.
    """

    key: str = field(metadata=TABLE_KEY)
    article: Article
    classes: Literal["H", "C", "R", "H+C"]
    basis: Basis
    duty: str
    status: Status
    where: Place | None = None
    test: TestPlace | None = None
    lacks: str | None = None
    also: tuple[Article, ...] = ()

    def is_of(self, cite: str) -> bool:
        """Whether an article, or the one it is a part of, is one this row is about. False for what is no citation."""
        asked = _parsed(cite)
        mine = [_parsed(one) for one in (self.article, *self.also)]
        return asked is not None and any(
            one is not None and (one.source, one.article) == (asked.source, asked.article) for one in mine
        )


def problems(rows: Mapping[str, Row]) -> Iterator[str]:
    """Say which rows contradict themselves: built without a place or a test, not built with one, or numbered against
    their article or each other.
    """
    for row in rows.values():
        if row.status != "not_yet" and not (row.where and row.test):
            yield f"{row.key}: {row.status}, but names no place or no test"
        if row.status == "not_yet" and (row.where or row.test or not row.lacks):
            yield f"{row.key}: not_yet, but names a place or a test, or does not say what it lacks"
    yield from _numbering(rows)


def _numbering(rows: Mapping[str, Row]) -> Iterator[str]:
    """A row is numbered by its article, then by what runs on from 0 or 1 or is the article's own, then by letters."""
    letters: dict[str, set[str]] = defaultdict(set)
    stems = {form["stem"] for key in rows if (form := _FORM.fullmatch(key))}
    for row in rows.values():
        cited = _parsed(row.article)
        if cited is None:
            continue
        begins = f"{cited.source}{cited.article}"
        form = _FORM.fullmatch(row.key)
        if form is None or not (row.key.startswith(begins) and form["stem"].split(".")[0] == begins):
            yield f"{row.key}: is no row of {row.article}: it would begin {begins}"
            continue
        letters[form["stem"]].add(form["letter"] or "")
        number = int(form["number"] or 0)
        follows = number < 2 or number in {cited.paragraph, cited.item} or f"{begins}.{number - 1}" in stems  # noqa: PLR2004 - rows begin at 0 or 1
        if not follows:
            yield f"{row.key}: there is no {begins}.{number - 1} before it"
    for stem, found in letters.items():
        if found != {""} and "".join(sorted(found)) != ascii_lowercase[: len(found)]:
            yield f"{stem}: its letters {', '.join(sorted(found))} do not run on from a"


def _parsed(article: str) -> Citation | None:
    try:
        return Citation.parse(article)
    except LawBookError:
        return None
