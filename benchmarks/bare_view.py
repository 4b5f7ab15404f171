"""The least a case could be opened with: a Flask view that reads the head of a chain, inserts a row and commits.

No sign-in, no law, no roles, no row-level security, no canonical text, no version, no record beside the entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import uuid

import psycopg
from flask import Flask, request

URL = "MINGJIAN_BENCH_URL"
TABLE = """
    CREATE TABLE bare (chain uuid, seq bigint, body text, salt bytea, hash bytea, prev bytea, PRIMARY KEY (chain, seq))
"""


def create() -> Flask:
    """The application; `URL` in the environment is its database. Each thread has its own connection and chain."""
    app = Flask("bare")
    own = threading.local()

    @app.post("/cases")
    def open_case() -> tuple[dict[str, str], int]:
        if not hasattr(own, "chain"):
            own.chain, own.connection = uuid.uuid4(), psycopg.connect(os.environ[URL])
        connection: psycopg.Connection[tuple[int, bytes]] = own.connection
        head = connection.execute(
            "SELECT seq, hash FROM bare WHERE chain = %s ORDER BY seq DESC LIMIT 1", [own.chain]
        ).fetchone()
        seq, prev = head or (0, b"")
        body, salt = json.dumps(request.get_json(), ensure_ascii=False), secrets.token_bytes(32)
        digest = hashlib.sha256(prev + salt + body.encode()).digest()
        connection.execute(
            "INSERT INTO bare (chain, seq, body, salt, hash, prev) VALUES (%s, %s, %s, %s, %s, %s)",
            [own.chain, seq + 1, body, salt, digest, prev],
        )
        connection.commit()
        return {"chain": str(own.chain), "seq": str(seq + 1)}, 201

    return app
