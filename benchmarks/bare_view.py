"""The least a case could be opened with: a Flask view that reads the head of a chain, inserts a row and commits.

No sign-in, no law, no roles, no row-level security, no canonical text, no version, no record beside the entry. Twice:
on a connection from SQLAlchemy's pool, as any view on these libraries would be written, and on the driver alone with a
connection kept for each thread, which is as little as can be done in Python.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from flask import Flask, request
from sqlalchemy import create_engine

URL = "MINGJIAN_BENCH_URL"
TABLE = """
    CREATE TABLE bare (chain uuid, seq bigint, body text, salt bytea, hash bytea, prev bytea, PRIMARY KEY (chain, seq))
"""
HEAD = "SELECT seq, hash FROM bare WHERE chain = %s ORDER BY seq DESC LIMIT 1"
INSERT = "INSERT INTO bare (chain, seq, body, salt, hash, prev) VALUES (%s, %s, %s, %s, %s, %s)"


def create() -> Flask:
    """The application; `URL` in the environment is its database, as SQLAlchemy writes it. Each thread has a chain."""
    app = Flask("bare")
    url = os.environ[URL]
    engine = create_engine(url)
    own = threading.local()

    def append(execute: Callable[[str, tuple[object, ...]], Any]) -> tuple[dict[str, str], int]:
        if not hasattr(own, "chain"):
            own.chain = uuid.uuid4()
        seq, prev = execute(HEAD, (own.chain,)).fetchone() or (0, b"")
        body, salt = json.dumps(request.get_json(), ensure_ascii=False), secrets.token_bytes(32)
        digest = hashlib.sha256(prev + salt + body.encode()).digest()
        execute(INSERT, (own.chain, seq + 1, body, salt, digest, prev))
        return {"chain": str(own.chain), "seq": str(seq + 1)}, 201

    @app.post("/pooled/cases")
    def pooled() -> tuple[dict[str, str], int]:
        with engine.begin() as connection:
            return append(connection.exec_driver_sql)

    @app.post("/kept/cases")
    def kept() -> tuple[dict[str, str], int]:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(url.replace("+psycopg", "", 1))
        said = append(own.connection.execute)
        own.connection.commit()
        return said

    return app
