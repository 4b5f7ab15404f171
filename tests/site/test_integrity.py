"""Rows, terms and bytes agree after publishing, correcting and withdrawing; a row changed by hand is named."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import create_engine, text

from enforcement.runtime.embedded import DatabaseUrls
from publish import integrity, release
from tests.publish import samples
from tests.site.conftest import AT, OTHER_AGENCY_ID, Hand


def mismatches(urls: DatabaseUrls) -> set[tuple[str, str]]:
    engine = create_engine(urls.public)
    with engine.connect() as connection:
        found = integrity.check(connection)
    engine.dispose()
    return {(item.document_no, item.what) for item in found}


@pytest.fixture(scope="module", autouse=True)
def published(hand: Hand) -> None:
    hand.put(samples.INSPECTION)
    hand.put(samples.LICENSE, OTHER_AGENCY_ID)
    first, second = hand.put(samples.PENALTY), hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕3号"))

    def change(session: object) -> None:
        mended = release.next_version(session, first, samples.PENALTY, reason="补正")  # type: ignore[arg-type] # a Session
        release.correct(session, first, mended, reason="补正", at=AT)  # type: ignore[arg-type] # a Session
        release.withdraw(session, second, kind="held_void", reason="确认无效。", on=date(2026, 11, 2), at=AT)  # type: ignore[arg-type]

    hand.transact(change)


def test_what_was_published_through_the_package_agrees(urls: DatabaseUrls) -> None:
    assert mismatches(urls) == set()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("gist = '改动'", {"gist"}),
        ("party_label = '张某'", {"party_label"}),
        ("terms = terms[2:]", {"terms"}),
        ("searchable = searchable || '多'", {"searchable"}),
        ("due_on = due_on + 1", {"due_on"}),
        ("digest = decode(repeat('00', 32), 'hex')", {"digest"}),
        ("content = content || ' '::bytea", {"digest", "content"}),
        ("content = 'x'::bytea", {"digest", "content"}),
    ],
)
def test_a_row_changed_by_hand_is_named(urls: DatabaseUrls, change: str, what: set[str]) -> None:
    engine = create_engine(urls.owner)
    with engine.connect() as connection:
        connection.execute(text("SET TIME ZONE 'Asia/Shanghai'"))
        number = samples.PENALTY.document_no
        connection.execute(text(f"UPDATE public_site.publication SET {change} WHERE document_no = :no"), {"no": number})
        found = {(item.document_no, item.what) for item in integrity.check(connection)}
        connection.rollback()
    engine.dispose()
    assert found == {(number, column) for column in what}
