"""What every internal table shares: one metadata (schema `enforcement`), one naming convention, the types of columns.

Models hold columns and decide nothing; rules live in `enforcement.law`, acts in `enforcement.actions`.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column, registry

SCHEMA = "enforcement"

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
"""An aware moment, stored in UTC. (A plain `date` is a day in Asia/Shanghai, a plain `int` has 64 bits: fen, bytes.)"""


class Base(DeclarativeBase):
    """The declarative base of every table in schema `enforcement`."""

    # A registry with the types in it, because Flask-SQLAlchemy makes its own base of the parts of this one.
    registry = registry(
        metadata=MetaData(schema=SCHEMA, naming_convention=NAMING_CONVENTION),
        type_annotation_map={
            str: Text(),
            bytes: LargeBinary(),
            int: BigInteger(),
            date: Date(),
            datetime: DateTime(timezone=True),
            uuid.UUID: Uuid(),
            dict[str, Any]: JSONB(),
            list[str]: JSONB(),
            list[dict[str, Any]]: JSONB(),
        },
    )


def agency_key() -> MappedColumn[uuid.UUID]:
    """Column `agency_id`: whose row it is. The migration of a table that has it puts row-level security on it."""
    return mapped_column(ForeignKey(f"{SCHEMA}.agency.id"))


def new_id() -> uuid.UUID:
    """A fresh id for a row."""
    return uuid.uuid4()
