"""Connections of the public site to its database: one for each thread that asks at the same time, kept open."""

from __future__ import annotations

from collections import deque
from typing import Any

import psycopg

# Autocommit: a page is one or two statements, so no BEGIN and no ROLLBACK travel.
_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": 5,
    "application_name": "mingjian-public",
    "options": "-c statement_timeout=5000 -c jit=off -c timezone=Asia/Shanghai",
}


class Connections:
    """Take one, give it back: the last given back is the next taken. There are never more than threads that ask."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._idle: deque[psycopg.Connection[Any]] = deque()  # its pop and append are atomic

    def take(self) -> psycopg.Connection[Any]:
        """An open connection, as far as is known: one that a restart of the database cut shows it when used."""
        try:
            return self._idle.pop()
        except IndexError:
            return psycopg.connect(self._url, **_OPTIONS)

    def give_back(self, connection: psycopg.Connection[Any]) -> None:
        """Keep it for the next; a closed one is forgotten."""
        if not connection.closed:
            self._idle.append(connection)

    def close(self) -> None:
        """Close all that are idle."""
        while self._idle:
            self._idle.pop().close()
