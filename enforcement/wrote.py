"""What an act writes, as its record keeps it: table, key and columns as text, and back.

Every table that the law looks at is a projection of the chains: what an act sets there is first written down as text
and then set from that very text, so that replaying the records gives the tables again (`enforcement.verify`). What
stands in no chain is in NOT_RECORDED with its reason, what is compared all the same in COMPARED_OTHERWISE; a table or
column that is neither does not exist.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, Text, Uuid, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

from enforcement.ledger.entries import json_text, moment_text
from enforcement.models import cases, clock, disclosures, ledger, people, powers, recordings, verification
from enforcement.models.base import Base
from enforcement.models.requests import SENT
from publish import tables as public_tables

REVISION = (Path(__file__).resolve().parents[1] / "migrations" / "HEAD").read_text(encoding="utf-8").strip()
"""The revision of the schema that acts of this program write for."""

COMPARED_OTHERWISE: Mapping[str, str] = {
    "enforcement.process_record": "过程记录本身，由台账记录校验",
    "enforcement.ledger_chain": "台账本身",
    "enforcement.ledger_entry": "台账本身",
    "enforcement.ledger_pending": "台账本身",
    "enforcement.ledger_leaf": "台账本身",
    "enforcement.ledger_node": "台账本身",
    "enforcement.ledger_checkpoint": "台账本身",
    "enforcement.running_clock": "由记录推算的期限，可以随时重建",
    "enforcement.words": "由案件、音像记录和人员的文字切分，供查找，可以随时重建",
    "enforcement.alembic_version": "数据库结构的版本",
    "public_site.checkpoint": "台账检查点的公开副本",
    "public_site.log_proof": "公开证明",
    "public_site.publication.searchable": "由公示原文导出",
    "public_site.publication.terms": "由公示原文导出",
}
"""What no act writes down and `ledger verify` compares all the same, row by row: with the chains or what follows from
them.
"""

NOT_RECORDED: Mapping[str, str] = {
    "enforcement.person.password_hash": "口令摘要不入台账，只记录由谁设置",
    "enforcement.person.failed_count": "登录失败次数，随登录变化",
    "enforcement.person.locked_until": "登录锁定时间，随登录变化",
    "enforcement.web_session": "登录会话",
    "enforcement.saved_form": "尚未提交的表单",
    "enforcement.document_number": "编号的计数器；编号本身在各记录中",
    "enforcement.demo_clock": "演示时钟",
    "enforcement.sweep_run": "系统时钟的运行情况",
    "enforcement.sweep_pass": "系统时钟的运行情况",
    "enforcement.sequencer_turn": "台账入树的轮次",
    "enforcement.ledger_pending.ticket": "等候入树的次序",
    "enforcement.ledger_pending.entered_at": "何时开始等候，供健康检查",
    "enforcement.calendar_known": "曾经使用的工作日历，内容在法律数据中",
    "enforcement.turn": "由记录、人员和日期推算的待办，随人员和日期变化，可以随时重建",
    "enforcement.look_again": "系统时钟何时再次查看，可以随时重建",
    "enforcement.verification": "核验的进度和结果",
    "enforcement.notification.read_at": "提醒是否已读，随阅读变化；提醒本身在记录中",
    "public_site.publication.ordinal": "公示的排列序号",
    **dict.fromkeys(
        (f"public_site.correction_request.{name}" for name in SENT),
        "公众提交的内容，登记以前不在任何链中，改动无从发现；登记时记入其哈希值，此后逐条比对",
    ),
    "public_site.correction_request.salt": "公众提交内容的盐值，随内容的哈希值比对",
    "public_site.correction_request.asked_after_on": "系统时钟上次催办的日期",
}
"""What is in no chain, table or column, and why: nobody can say what it was. Everything else of both schemas is."""

_MODELS = (cases, clock, disclosures, ledger, people, powers, recordings, verification)
"""Every module of tables, so that none is missing from the metadata when it is asked."""

Change = dict[str, Any]
"""One row as an act leaves it: `table`, `key`, and `set` (column to text, None where there is nothing) or `gone`."""


class Codec(NamedTuple):
    """How the values of one column are written as text and read again."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


class Projected(NamedTuple):
    """One projected table: its key, in the order of names, and the columns that stand in the chains."""

    table: Table
    key: tuple[str, ...]
    columns: Mapping[str, Codec]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _bool(text: str) -> bool:
    return {"true": True, "false": False}[text]


_CODECS: tuple[tuple[type, Codec], ...] = (
    (Text, Codec(str, str)),
    (Uuid, Codec(str, uuid.UUID)),
    (Boolean, Codec(lambda value: "true" if value else "false", _bool)),
    (Integer, Codec(str, int)),
    (Date, Codec(date.isoformat, date.fromisoformat)),
    (DateTime, Codec(moment_text, lambda text: datetime.fromisoformat(text).astimezone(UTC))),
    (LargeBinary, Codec(lambda value: base64.b64encode(value).decode("ascii"), _bytes)),
    (JSONB, Codec(json_text, json.loads)),
)


def _codec(column: Column[Any]) -> Codec:
    return next(codec for kind, codec in _CODECS if isinstance(column.type, kind))


@functools.cache
def projected() -> Mapping[str, Projected]:
    """Every projected table by its full name."""
    return projected_of((*Base.metadata.sorted_tables, *public_tables.metadata.sorted_tables))


def projected_of(tables: Iterable[Table]) -> Mapping[str, Projected]:
    """Of these tables those that are projected, by their full names."""
    found: dict[str, Projected] = {}
    elsewhere = NOT_RECORDED.keys() | COMPARED_OTHERWISE.keys()
    for table in tables:
        name = table.fullname
        if name not in elsewhere:
            columns = {column.name: _codec(column) for column in table.c if f"{name}.{column.name}" not in elsewhere}
            found[name] = Projected(table, tuple(sorted(column.name for column in table.primary_key)), columns)
    return found


def written(name: str, values: Mapping[str, Any]) -> dict[str, str | None]:
    """These columns of a projected table as a record keeps them. Columns that are in no chain are left out."""
    columns = projected()[name].columns
    return {
        key: None if value is None else columns[key].write(value) for key, value in values.items() if key in columns
    }


def read(name: str, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """Values of columns from what a record keeps. Raises ValueError or KeyError for what no act has written."""
    columns = projected()[name].columns
    return {key: None if text is None else columns[key].read(text) for key, text in texts.items()}


def change(name: str, key: Mapping[str, Any], values: Mapping[str, Any] | None) -> Change:
    """One change of one row; `values` None where the row goes."""
    row: Change = {"table": name, "key": written(name, key)}
    return row | ({"gone": True} if values is None else {"set": written(name, values)})


# ------------------------------------------------------------------------------------------------- while an act runs


def record_in(session: Session) -> None:
    """Let a session of the core write projected tables only inside an act, and note what it writes."""
    session.info["recorder"] = functools.partial(_recorded, session)


@contextmanager
def recording(session: Session) -> Iterator[list[Change]]:
    """Note every row that is written inside, in order; an act inside an act has a list of its own."""
    outer = session.info.get("wrote")
    if outer is not None:
        session.flush()  # what the outer act has laid out is the outer's
    wrote: list[Change] = []
    session.info["wrote"] = wrote
    try:
        yield wrote
    finally:
        session.info["wrote"] = outer


def _note(session: Session, one: Change) -> None:
    wrote: list[Change] | None = session.info.get("wrote")
    if wrote is None:
        raise RuntimeError(f"{one['table']} is changed by acts only")
    wrote.append(one)


def _recorded(
    session: Session, name: str, key: Mapping[str, Any], values: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    """What `publish.rows` is to write: what a record has of it, and beside that what is in no chain."""
    if name not in projected():
        return values or {}
    one = change(name, key, values)
    if values is None or one["set"] or values.keys() & projected()[name].columns.keys():
        _note(session, one)
    return {**(values or {}), **read(name, one.get("set", {}))}


def note_flush(session: Session, *_: object) -> None:
    """Before a flush: write down every new, changed and deleted row, and set each from what was written down."""
    if "recorder" not in session.info:
        return
    for row in session.new:
        _note_row(session, row, new=True)
    for row in session.dirty:
        if session.is_modified(row):
            _note_row(session, row, new=False)
    for row in session.deleted:
        mapper = inspect(row).mapper
        table = str(mapper.local_table)
        if table in projected():
            key = {
                column.name: getattr(row, mapper.get_property_by_column(column).key) for column in mapper.primary_key
            }
            _note(session, change(table, key, None))


def _note_row(session: Session, row: Any, *, new: bool) -> None:
    state = inspect(row)
    mapper = state.mapper
    name = str(mapper.local_table)
    if name not in projected():
        return
    columns = projected()[name].columns
    attributes = {mapper.get_property_by_column(column).key: column for column in mapper.local_table.c}
    values: dict[str, Any] = {}
    for attribute, column in attributes.items():
        if column.name not in columns or not (new or state.attrs[attribute].history.has_changes()):
            continue
        if new and attribute not in state.dict:
            setattr(row, attribute, _default(column))
        values[column.name] = getattr(row, attribute)
    if not values:
        return
    key = _key(row, mapper)
    one = change(name, key, {column: value for column, value in values.items() if column not in key})
    texts = {**one["key"], **one["set"]} if new else one["set"]
    for attribute, column in attributes.items():
        if column.name in values:
            setattr(row, attribute, read(name, {column.name: texts[column.name]})[column.name])
    _note(session, one)


def _key(row: Any, mapper: Mapper[Any]) -> dict[str, Any]:
    return {column.name: getattr(row, mapper.get_property_by_column(column).key) for column in mapper.primary_key}


def _default(column: Column[Any]) -> Any:
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg  # type: ignore[attr-defined]  # of models of ours


def refuse_unrecorded(state: ORMExecuteState) -> None:
    """Before a statement: no projected table is changed past the record."""
    if not (state.is_insert or state.is_update or state.is_delete) or "recorder" not in state.session.info:
        return
    table = getattr(state.statement, "table", None)
    if table is not None and str(table) in projected() and not state.execution_options.get("recorded"):
        raise RuntimeError(f"{table} is changed row by row, so that the record has every row")
