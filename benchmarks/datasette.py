"""Their side: the same publications in SQLite, served by Datasette in an environment of its own.

How it is set up, and why so, stands in README.md beside this file.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.site_database import BENCH, SAMPLE, made_of
from benchmarks.web import free_port, served
from enforcement.runtime import embedded
from enforcement.runtime.embedded import Server
from enforcement.runtime.processes import HOST
from publish.document import from_bytes, written_digest
from publish.search import normalise, runs, terms_of_run

VERSION = "0.65.5"
FOLDER = BENCH / "datasette"
DATABASE = "publications"
LISTED = ("id", "title", "gist", "kind", "document_no", "party_label", "agency", "decided_on", "due_on", "published_on")
COLUMNS = (
    *LISTED,
    *("form", "decision_kind", "method", "operator", "main_content", "facts", "basis", "remedies", "full_text"),
    *("version", "digest", "log_position"),
)
SCHEMA = f"""
    CREATE TABLE publication (ordinal INTEGER PRIMARY KEY, {", ".join(f"{name} TEXT" for name in COLUMNS)});
    CREATE VIRTUAL TABLE publication_fts USING fts5(stream, content='', tokenize='unicode61 remove_diacritics 0');
"""
# `publication` is searched through `publication_fts`, newest first, twenty a page: as our page is.
METADATA = {
    "databases": {
        DATABASE: {"tables": {"publication": {"fts_table": "publication_fts", "sort_desc": "ordinal", "size": 20}}}
    }
}
SETTINGS = {"suggest_facets": "off", "default_page_size": "20", "cache_size_kb": "131072", "sql_time_limit_ms": "60000"}
# Between two runs of signs whose neighbouring bigrams would otherwise chain into a phrase the text does not have.
BREAK = "0z0"


def stream(text: str) -> str:
    """The terms of a text in its order: a phrase of neighbouring bigrams is a word of any length."""
    said: list[str] = []
    for run in runs(normalise(text)):
        terms = terms_of_run(run)
        if said and said[-1][-1] == terms[0][0]:
            said.append(BREAK)
        said += terms
    return " ".join(said)


def asked(query: str) -> str:
    """What to give `_search` so that Datasette finds the texts that hold every word of `query`: a phrase for each.

    A single Han sign at the edge of a word may stand inside a longer run of the text, so it cannot be asked for.
    """
    phrases = []
    for word in query.split():
        terms = stream(word).split()
        for edge in (0, -1):
            if len(terms) > 1 and len(terms[edge]) == 1 and not terms[edge].isascii():
                terms.pop(edge)
        phrases.append(f'"{" ".join(terms)}"')
    return " ".join(phrases)


def search_path(query: str, ending: str = "") -> str:
    """The address of the first page of a search: the columns our page shows, newest first, twenty."""
    columns = [("_col", name) for name in LISTED if name != "id"]
    return f"/{DATABASE}/publication{ending}?" + urlencode([("_search", asked(query)), *columns])


def record_path(ordinal: int) -> str:
    """The address of one publication."""
    return f"/{DATABASE}/publication/{ordinal}"


def install() -> Path:
    """Make the environment with Datasette, once; return its program."""
    program = FOLDER / "bin" / "datasette"
    if not program.exists():
        print(f"installing Datasette {VERSION} in {FOLDER}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        pip: list[str | Path] = [FOLDER / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", f"datasette=={VERSION}"], check=True)
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    assert said.strip().endswith(VERSION), said
    return program


def database(server: Server, rows: int) -> Path:
    """The SQLite database with the publications of `server`; made the first time, a sample of it compared always."""
    path = BENCH / f"{DATABASE}-{rows}" / f"{DATABASE}.db"
    stamp = path.with_suffix(".made-of")
    sources = hashlib.sha256(f"{made_of()}{SCHEMA}".encode()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != sources:
        print(f"making {path}", flush=True)
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True)
        _make(server, path)
        stamp.write_text(sources, encoding="ascii")
    _check_sample(server, path)
    return path


_ALL = """
    SELECT p.ordinal, p.id, p.content, p.digest, l.position, p.searchable FROM public_site.publication p
    JOIN public_site.log_proof l ON l.publication_id = p.id {} ORDER BY p.ordinal
"""


def _row(ordinal: int, publication_id: UUID, data: bytes, digest: bytes, position: int) -> list[object]:
    """The columns of one publication: what our page shows of it."""
    content = from_bytes(data)
    own = {"id": str(publication_id), "digest": written_digest(digest), "log_position": str(position)}
    own["gist"] = content.listed_gist
    own["basis"] = "\n".join(content.basis)
    return [ordinal, *(own[name] if name in own else _text(getattr(content, name)) for name in COLUMNS)]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _make(server: Server, path: Path) -> None:
    """Copy every row, then fill the index, merge it into one segment and let SQLite count what it holds."""
    places = ", ".join("?" * (len(COLUMNS) + 1))
    with closing(sqlite3.connect(path)) as lite, server.connect(embedded.DATABASE) as postgres:
        lite.execute("PRAGMA journal_mode = OFF")
        lite.execute("PRAGMA synchronous = OFF")
        lite.execute("PRAGMA cache_size = -1000000")
        lite.executescript(SCHEMA)
        with postgres.transaction(), postgres.cursor("publications") as rows:
            rows.itersize = 5000
            rows.execute(_ALL.format("").encode())
            for *facts, searchable in cast("Iterable[Any]", rows):
                row = _row(*facts)
                lite.execute(f"INSERT INTO publication VALUES ({places})", row)  # noqa: S608 — question marks
                lite.execute("INSERT INTO publication_fts (rowid, stream) VALUES (?, ?)", (row[0], stream(searchable)))
        lite.commit()
        lite.execute("INSERT INTO publication_fts (publication_fts) VALUES ('optimize')")
        lite.commit()
        lite.execute("ANALYZE")
        lite.commit()


def _check_sample(server: Server, path: Path) -> None:
    """The rows say the same, column for column."""
    with closing(sqlite3.connect(path)) as lite, server.connect(embedded.DATABASE) as postgres:
        counts = "SELECT count(*) FROM {}publication"
        count: int = lite.execute(counts.format("")).fetchone()[0]
        assert postgres.execute(counts.format("public_site.").encode()).fetchone() == (count,)
        numbers = random.Random(0).sample(range(1, count + 1), SAMPLE)  # noqa: S311 — which rows, nothing secret
        chosen = _ALL.format("WHERE p.ordinal = ANY(%s)").encode()
        for *facts, _ in cast("Iterable[Any]", postgres.execute(chosen, [numbers])):
            row = _row(*facts)
            assert list(lite.execute("SELECT * FROM publication WHERE ordinal = ?", (row[0],)).fetchone()) == row


@contextmanager
def datasette(path: Path) -> Iterator[int]:
    """Datasette over the database, read-only and counted beforehand; yields its port."""
    program = install()
    metadata, counts = path.with_name("metadata.json"), path.with_name("inspect.json")
    metadata.write_text(json.dumps(METADATA), encoding="utf-8")
    if not counts.exists() or counts.stat().st_mtime < path.stat().st_mtime:
        subprocess.run([program, "inspect", path, "--inspect-file", counts], check=True)
    port = free_port()
    settings: list[str | Path] = [part for name, value in SETTINGS.items() for part in ("--setting", name, value)]
    command: list[str | Path] = [
        *(program, "serve", "-i", path, "--inspect-file", counts, "--metadata", metadata),
        *("--host", HOST, "--port", str(port), *settings),
    ]
    with served(command, port, path.with_name("datasette.log")) as listening:
        yield listening
