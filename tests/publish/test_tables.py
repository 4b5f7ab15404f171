"""The tables as declared are the tables as migrated, and the database itself refuses what no publication may be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, text
from sqlalchemy.exc import IntegrityError

from enforcement.runtime.embedded import DatabaseUrls
from publish import release
from publish.document import to_bytes
from publish.tables import SCHEMA, metadata, publication
from tests.publish import samples


def test_the_migrated_schema_is_the_declared_one(urls: DatabaseUrls) -> None:
    engine = create_engine(urls.owner)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def put_directly(connection: Connection, **differences: object) -> None:
    """Insert a row as the owner, past `release`, with some columns changed."""
    agency_id = uuid4()
    connection.execute(
        text(
            "INSERT INTO public_site.agency (id, code, name, initial, kind, updated_on)"
            " VALUES (:id, 'code', 'name', 'X', '行政机关', now())"
        ),
        {"id": agency_id},
    )
    row = release.row_of(samples.PENALTY, to_bytes(samples.PENALTY))
    at = datetime(2026, 10, 12, tzinfo=UTC)
    connection.execute(
        insert(publication).values({"id": uuid4(), "agency_id": agency_id, "changed_at": at, **row, **differences})
    )


@pytest.mark.parametrize(
    ("differences", "constraint"),
    [
        ({"kind": "inspection_result", "form": "full_text"}, "inspection_is_summary"),
        ({"kind": "rumour"}, "kind_known"),
        ({"published_on": date(2026, 9, 27)}, "published_after_decision"),
        ({"digest": b"short"}, "digest_is_sha256"),
        ({"withdrawn_on": date(2026, 11, 2)}, "withdrawn_is_empty_and_reasoned"),
        ({"content": None}, "withdrawn_is_empty_and_reasoned"),
        ({"withdrawal_reason": "理由"}, "withdrawn_is_empty_and_reasoned"),
    ],
)
def test_the_database_refuses(urls: DatabaseUrls, differences: dict[str, object], constraint: str) -> None:
    engine = create_engine(urls.owner)
    with engine.connect() as connection, pytest.raises(IntegrityError, match=constraint):
        put_directly(connection, **differences)
    engine.dispose()


def test_the_same_row_without_differences_is_accepted(urls: DatabaseUrls) -> None:
    engine = create_engine(urls.owner)
    with engine.connect() as connection:
        put_directly(connection)
        connection.rollback()
    engine.dispose()


def test_a_content_that_lacks_a_field_is_not_put_up(urls: DatabaseUrls) -> None:
    from sqlalchemy.orm import Session

    engine = create_engine(urls.owner)
    content = samples.penalty(main_content="")
    with Session(engine) as session, pytest.raises(release.Unpublishable) as refused:
        release.put(session, uuid4(), uuid4(), content, at=datetime(2026, 10, 12, tzinfo=UTC))
    engine.dispose()
    assert [item.cite for item in refused.value.missing] == ["G#14.3"]
