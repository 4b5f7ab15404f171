"""How many first pages of a search a second, against Datasette's page over SQLite FTS5, over HTTP, in turns.

Before anything is measured, every query must find exactly the same publications on both sides (all of them, by
number), both first pages must list the same twenty in the same order, and the count each shows must be true.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import datasette
from benchmarks.publications import Publications
from benchmarks.ratios import Ratio, in_turns, main
from benchmarks.site_database import site_database
from benchmarks.web import Connection, Load, Request, application
from enforcement.runtime.embedded import DATABASE, Server
from publish.site.query import Search
from publish.site.reading import COUNTED, PAGE

BOUND = 5.0
ROUNDS = 7
SECONDS = 1.0
CHOSEN = 12  # companies and document numbers, of publications picked at random
WORDS = {
    "rare words": ("冬虫夏草", "皮影戏箱", "手摇爆米花机", "氯化苦", "野生娃娃鱼", "量子纠缠"),
    "rare words of two characters": ("盲文", "窑变", "苦味", "象牙", "善本", "热气"),
    "words of one in a hundred": ("蜂蜜", "燃气设施", "羽绒服", "灭火器", "施工许可", "冬虫 密云区"),
    "common words of two characters": ("食品", "罚款", "检查", "没收", "许可", "安全"),
    "common words": ("有限公司", "超过保质期", "消防设施", "安全生产教育培训", "道路运输", "责令停业整顿"),
    "several words": (
        "食品 没收",
        "朝阳区 餐饮",
        "消防 电动自行车",
        "羽绒服 海淀区",
        "扬尘 警告",
        "虚假广告 茶叶 从轻",
    ),
    "Latin words and numbers": ("LED", "wifi", "Arduino", "GPU 服务器", "PM2.5", "2021 热气球"),
}
_RESULT = re.compile(r'<h3><a href="/records/([0-9a-f-]{36})">')
_COUNT = re.compile(r"(\d+) 条(以上)?结果")


def queries(publications: Publications) -> dict[str, tuple[str, ...]]:
    """What is asked, by kind of question."""
    chance = random.Random(2)  # noqa: S311 — which rows, nothing secret
    chosen = [publications.at(number)[2] for number in chance.sample(range(publications.count), 4 * CHOSEN)]
    companies = [content.party_label for content in chosen if len(content.party_label) > len("张某")]
    return WORDS | {
        "names of businesses": tuple(companies[:CHOSEN]),
        "document numbers": tuple(content.document_no for content in chosen[:CHOSEN]),
    }


def measure(rows: int) -> Iterator[Ratio]:
    """Over `rows` publications; one ratio for each kind of question."""
    with site_database(rows) as server:
        path = datasette.database(server, rows)
        with application(server, "public") as ours, datasette.datasette(path) as theirs:
            for kind, asked in queries(Publications(rows)).items():
                for query in asked:
                    _same_results(query, server, path, ours, theirs)
                mine = Load(ours, [Request(_address(query)) for query in asked])
                its = Load(theirs, [Request(datasette.search_path(query)) for query in asked])
                for load in (mine, its):
                    load.rate(SECONDS)
                rates = in_turns(lambda: mine.rate(SECONDS), lambda: its.rate(SECONDS), rounds=ROUNDS)  # noqa: B023 — here
                yield Ratio(f"search {rows:,} publications for {kind}, against Datasette", *rates, "pages/s", BOUND)


def _address(query: str) -> str:
    return "/search?" + urlencode({"q": query})


def _same_results(query: str, server: Server, path: Path, ours: int, theirs: int) -> None:
    statement, parameters = Search(q=query).index_sql(None, limit=1 << 40)
    with server.connect(DATABASE) as postgres:
        found = postgres.execute(f"SELECT ordinal FROM ({statement}) AS found".encode(), parameters).fetchall()  # noqa: S608
    numbers = [row[0] for row in found]  # type: ignore[index] # one column
    with closing(sqlite3.connect(path)) as lite:
        same = "SELECT rowid FROM publication_fts WHERE publication_fts MATCH ?"
        others = {row[0] for row in lite.execute(same, (datasette.asked(query),))}
    assert set(numbers) == others, f"{query}: {len(numbers)} found, Datasette's index finds {len(others)}"

    page = Connection(ours).get(_address(query)).decode()
    listed = _RESULT.findall(page)
    count, more = _COUNT.findall(page)[0]
    assert (int(count), bool(more)) == (min(len(numbers), COUNTED), len(numbers) > COUNTED), query
    answer = json.loads(Connection(theirs).get(datasette.search_path(query, ".json") + "&_col=id&_shape=objects"))
    assert listed == [row["id"] for row in answer["rows"]], f"{query}: the first pages differ"
    assert len(listed) == min(len(numbers), PAGE), query
    assert answer["filtered_table_rows_count"] == len(numbers), query


if __name__ == "__main__":
    main(measure, __doc__)
