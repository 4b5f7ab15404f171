"""How common the terms of a search are among the newest publications: what decides the way a search is made.

A common word is met at once by walking from the newest; a rare one is quick through the index of terms, asked for the
rarest terms alone; between the two the index is asked about the newest days first. A wrong guess costs time only.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from publish.search import Words

LOOKED_AT = 1000
SQL = f"""
    WITH newest AS (
        SELECT terms, published_on, row_number() OVER () AS place FROM (
            SELECT terms, published_on FROM public_site.publication WHERE withdrawn_on IS NULL
            ORDER BY published_on DESC, ordinal DESC LIMIT {LOOKED_AT}
        ) AS found
    )
    SELECT NULL AS term, array_agg(place) AS places, min(published_on) AS first, max(published_on) AS last FROM newest
    UNION ALL
    SELECT term, array_agg(place), NULL, NULL FROM newest, unnest(terms) AS term GROUP BY term
"""  # noqa: S608 — own words
COMMON = 0.04  # a term from here on is met by walking
UNCOMMON = 0.004  # words from here on are asked for among the newest days first
_RARE = 0.01  # terms below are all asked for
_ENOUGH = 2  # of a word alone so many are asked for at least
_COUNTED = 4  # together in so many of those looked at: no chance any more
_MARGIN = 2  # looked through for each result expected


@dataclass(frozen=True)
class Shares:
    """Of `total` publications, put up from `first` to `last`, `having` says which have each term: a bit for each."""

    total: int
    having: Mapping[str, int]
    first: date | None
    last: date | None

    @classmethod
    def of(cls, found: Sequence[tuple[str | None, list[int] | None, date | None, date | None]]) -> Shares:
        """From what `SQL` finds."""
        (_, places, first, last), *terms = found
        having = {str(term): sum(1 << place for place in among or ()) for term, among, *_ in terms}
        return cls(len(places or ()), having, first, last)

    def term(self, term: str) -> float:
        """The share of publications that have this term."""
        return self.having.get(term, 0).bit_count() / self.total if self.total else 0.0

    def expected(self, words: Words) -> float:
        """The share of publications that have all of these words, as far as can be told.

        Words keep company: how often they do is counted; where too seldom to be counted, the truth lies between the
        product of their shares and the smallest of them.
        """
        together = functools.reduce(operator.and_, (self.having.get(term, 0) for term in words.terms), -1)
        if words.terms and together.bit_count() >= _COUNTED:
            return together.bit_count() / self.total
        shares = [min(map(self.term, terms)) for terms in words.by_word if terms]
        return math.sqrt(math.prod(shares) * min(shares))

    def rarest(self, words: Words) -> str:
        """The rarest term of all."""
        return min(words.terms, key=self.term)

    def telling(self, words: Words) -> list[str]:
        """The terms to ask the index for: of one word the rare ones, at least two; of several the rarest of each.

        The index takes each term's list in turn, and a long one costs more than it excludes.
        """
        if len(words.by_word) > 1:
            return sorted({min(terms, key=self.term) for terms in words.by_word if terms})
        chosen: set[str] = set()
        for terms in words.by_word:
            rarest = sorted(terms, key=self.term)
            chosen.update(term for at, term in enumerate(rarest) if at < _ENOUGH or self.term(term) < _RARE)
        return sorted(chosen)

    def walk_for(self, results: int, share: float) -> int:
        """How many of the newest to look through so that `results` are likely among them."""
        return math.ceil(results / share * _MARGIN) + results

    def days_for(self, results: int, share: float) -> timedelta:
        """How many days back from the newest to ask, so that `results` are likely there."""
        if self.first is None or self.last is None:
            return timedelta()
        days = ((self.last - self.first).days + 1) * self.walk_for(results, share) / self.total
        return timedelta(days=math.ceil(days))
