"""An :class:`~enforcement.work.Office` from the settings of a process: the same for pages, scheduler and commands."""

from __future__ import annotations

import select
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from config.settings import Settings, Unfit
from enforcement.law.book import Book
from enforcement.law.errors import LawBookError
from enforcement.law.form_check import Program
from enforcement.work import Office
from media.errors import StoreUnfit
from media.stores import open_store

CONNECT_SECONDS = 5
POOL_SECONDS = 5
"""The longest a thread waits for a connection; there is one for each, so this tells of a leak, not of a full house."""


def engine_options(settings: Settings) -> dict[str, Any]:
    """How an engine of the application's role is made, by whomever."""
    return {
        "hide_parameters": True,
        "connect_args": {"connect_timeout": CONNECT_SECONDS},
        "pool_size": settings.connections,
        "max_overflow": 0,
        "pool_timeout": POOL_SECONDS,
    }


def _require_open(connection: Any, _record: object, _proxy: object) -> None:
    # A server that went away said so on the connection: there is something to read. A ping would be a question more
    # before every transaction. The pool answers DisconnectionError with another connection.
    if select.select([connection], [], [], 0)[0]:
        raise DisconnectionError


def database_url(settings: Settings) -> str:
    """Where the application's database is. Raises Unfit."""
    if not settings.database_url:
        raise Unfit("缺少 MINGJIAN_DATABASE_URL：请用 make run 启动，或设置数据库连接地址。")
    return settings.database_url


def open_office(settings: Settings, program: Program, engine: Engine | None = None) -> Office:
    """The office these settings describe, over `engine` or one of its own, which connects when first used.

    `program` is what the acts know by name: the law book is held against it. Raises Unfit.
    """
    engine = engine or create_engine(database_url(settings), **engine_options(settings))
    event.listen(engine, "checkout", _require_open)
    try:
        book = Book.load(settings.config_root, program)
        store = open_store(settings)
    except (LawBookError, StoreUnfit) as error:
        raise Unfit(str(error)) from error
    return Office(engine=engine, book=book, store=store, public_address=settings.public_address, demo=settings.demo)
