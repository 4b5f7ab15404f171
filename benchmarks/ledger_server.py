"""A real server for the ledger's measurements: as the product starts it, with every commit on disk, gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from enforcement.runtime import schema
from enforcement.runtime.embedded import DatabaseUrls, Server


@contextmanager
def ledger_server() -> Iterator[tuple[Server, DatabaseUrls]]:
    """A running server and the URLs of a database at migrations/HEAD."""
    with tempfile.TemporaryDirectory(prefix="mjb") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            urls = server.prepare("bench")
            schema.upgrade(urls.owner)
            yield server, urls
        finally:
            server.stop()


def libpq(url: str) -> str:
    """The address as psycopg itself takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
