"""Whichever way a search is made, it finds the same; and how common a word is decides only the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from enforcement.runtime.embedded import DatabaseUrls
from publish.search import words
from publish.site.query import Search
from publish.site.shares import COMMON, SQL, UNCOMMON, Shares
from tests.publish import samples
from tests.site.conftest import Hand

FIRST = date(2026, 1, 5)
COUNT = 120


@pytest.fixture(scope="module")
def connection(hand: Hand, urls: DatabaseUrls) -> Iterator[psycopg.Connection[object]]:
    """One hundred and twenty publications, one a day: every third names 灯笼, every sixtieth a LED 牌匾."""
    for number in range(COUNT):
        day = FIRST + timedelta(days=number)
        content = replace(
            samples.PENALTY,
            document_no=f"京朝市监处罚〔2026〕{number}号",
            main_content="没收灯笼。" if number % 3 == 0 else "没收LED牌匾。" if number % 60 == 1 else "给予警告。",
            decided_on=day,
            published_on=day,
        )
        hand.put(content)
    with psycopg.connect(urls.public.replace("+psycopg", ""), autocommit=True) as connected:
        yield connected


QUERIES = (
    "灯笼",
    "没收灯笼",
    "LED",
    "led 牌匾",
    "牌匾",
    "警告",
    "食品 灯笼",
    "京朝市监处罚〔2026〕61号",
    "2026 没收",
    "孔雀",
)


def ordinals(connection: psycopg.Connection[object], statement: str, parameters: object) -> list[object]:
    return [row[1] for row in connection.execute(statement.encode(), parameters)]  # type: ignore[call-overload] # as the site does


@pytest.mark.parametrize("query", QUERIES)
def test_every_way_finds_the_same_newest_first(connection: psycopg.Connection[object], query: str) -> None:
    search = Search(q=query)
    shares = Shares.of(connection.execute(SQL.encode()).fetchall())  # type: ignore[arg-type] # rows of the statement
    whole = ordinals(connection, *search.index_sql(None, limit=1000))
    assert (len(whole) > 0) == (query != "孔雀")
    assert ordinals(connection, *search.walk_sql(None, limit=1000, within=1000)) == whole
    telling = shares.telling(search.words())
    assert set(telling) <= set(search.words().terms)
    assert ordinals(connection, *search.index_sql(None, limit=1000, terms=telling)) == whole
    since = FIRST + timedelta(days=30)
    newest = ordinals(connection, *search.index_sql(None, limit=10, terms=[shares.rarest(search.words())], since=since))
    assert newest == whole[: len(newest)]
    assert len(newest) == min(10, len(whole)) or len(whole) < 10


def test_shares_tell_common_words_from_rare_ones(connection: psycopg.Connection[object]) -> None:
    shares = Shares.of(connection.execute(SQL.encode()).fetchall())  # type: ignore[arg-type] # rows of the statement
    assert shares.total >= COUNT
    assert shares.expected(words("灯笼")) > COMMON
    assert shares.expected(words("孔雀")) == 0
    assert UNCOMMON < shares.term("led") < COMMON
    assert shares.rarest(words("食品 LED")) == "led"
    assert shares.days_for(10, 0.5) < shares.days_for(10, 0.1)
    assert shares.walk_for(10, 0.1) >= 100


def test_nothing_published_yet_makes_nothing_common() -> None:
    shares = Shares.of([(None, None, None, None)])
    assert shares.expected(words("食品")) == 0
    assert shares.telling(words("食品")) == ["食品"]
    assert shares.days_for(10, 0.5) == timedelta()


def test_words_that_keep_company_are_as_common_together_as_they_were_counted() -> None:
    places = list(range(1, 101))
    found = [(None, places, FIRST, FIRST), ("消防", places[:10], None, None), ("电动", places[5:15], None, None)]
    shares = Shares.of([*found, ("罚款", places[:1], None, None)])
    assert shares.expected(words("消防 电动")) == 5 / 100
    assert shares.expected(words("消防 罚款")) < 1 / 100  # met once together: chance, so their shares decide
