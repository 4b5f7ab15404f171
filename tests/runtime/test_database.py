"""The database's own walls, tried against a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def test_the_public_role_has_no_way_into_the_inside(database: DatabaseUrls) -> None:
    with connect(database.public) as public, pytest.raises(psycopg.errors.InsufficientPrivilege):
        public.execute("SELECT * FROM enforcement.alembic_version")


def test_the_application_sees_the_revision_and_cannot_set_it(database: DatabaseUrls) -> None:
    with connect(database.app) as app:
        assert app.execute("SELECT count(*) FROM enforcement.alembic_version").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("INSERT INTO enforcement.alembic_version VALUES ('9999')")
