"""How many public decision pages a second, against Datasette's page of the same row, over HTTP, in turns.

Both answer the same publications in the same order on eight kept-alive connections. Before anything is measured a
sample of pages on both sides must hold the publication's own words, and our proof of one must pass `verify.py`.
"""

from __future__ import annotations

import html
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import datasette
from benchmarks.publications import Publications
from benchmarks.ratios import Ratio, in_turns, main
from benchmarks.site_database import SAMPLE, site_database
from benchmarks.web import Connection, Load, Request, application
from publish.document import to_bytes

BOUND = 5.0
ROUNDS = 9
SECONDS = 1.5
ASKED = 2_000  # different publications, asked in turn


def measure(rows: int) -> Iterator[Ratio]:
    """Over `rows` publications."""
    publications = Publications(rows)
    chosen = random.Random(1).sample(range(rows), min(ASKED, rows))  # noqa: S311 — which rows, nothing secret
    with site_database(rows) as server:
        path = datasette.database(server, rows)
        with application(server, "public") as ours, datasette.datasette(path) as theirs:
            pages = [f"/records/{publications.at(number)[0]}" for number in chosen]
            other = [datasette.record_path(number + 1) for number in chosen]
            _same_words(publications, chosen, (ours, pages), (theirs, other))
            _provable(ours, pages[0])
            mine, its = Load(ours, [*map(Request, pages)]), Load(theirs, [*map(Request, other)])
            for load in (mine, its):
                load.rate(SECONDS)
            rates = in_turns(lambda: mine.rate(SECONDS), lambda: its.rate(SECONDS), rounds=ROUNDS)
    yield Ratio(f"a public decision page of {rows:,}, against Datasette's page of the row", *rates, "pages/s", BOUND)


def _same_words(publications: Publications, chosen: list[int], *sides: tuple[int, list[str]]) -> None:
    """Each side's page tells the whole publication; ours is also served as its exact bytes."""
    for port, paths in sides:
        connection = Connection(port)
        for number, path in list(zip(chosen, paths, strict=True))[:SAMPLE]:
            content = publications.at(number)[2]
            page = html.unescape(connection.get(path).decode())
            for words in (content.title, content.document_no, content.main_content, content.agency, *content.basis):
                assert words in page, f"{path} does not say {words}"
    connection = Connection(sides[0][0])
    for number, path in zip(chosen[:SAMPLE], sides[0][1], strict=False):
        assert connection.get(f"{path}.json") == to_bytes(publications.at(number)[2])


def _provable(port: int, page: str) -> None:
    """What the site serves about one publication passes the verifier it serves."""
    connection = Connection(port)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, file in (
            (f"{page}.json", "record.json"),
            (f"{page}/proof.json", "proof.json"),
            ("/verify.py", "v.py"),
        ):
            (folder / file).write_bytes(connection.get(path))
        command: list[str | Path] = [sys.executable, folder / "v.py", folder / "record.json", folder / "proof.json"]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main(measure, __doc__)
