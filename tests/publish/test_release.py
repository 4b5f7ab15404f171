"""A page is put up, corrected and withdrawn as the measures allow; what is refused leaves it as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from enforcement.runtime.embedded import DatabaseUrls
from publish import release
from publish.document import Content, from_bytes
from publish.tables import officer, publication, publication_version
from tests.publish import samples

AT = datetime(2026, 10, 12, 2, tzinfo=UTC)
ON = date(2026, 11, 2)


class Page:
    """One publication, and the agency it is of, in a transaction that is rolled back."""

    def __init__(self, session: Session) -> None:
        self.session, self.id, self.agency_id = session, uuid4(), uuid4()
        words = {"address": "", "phone": "", "supervision_phone": ""}
        release.put_agency(session, self.agency_id, on=ON, code="cy", name="朝阳区某局", kind="行政机关", **words)
        self.data = release.put(session, self.id, self.agency_id, samples.PENALTY, at=AT)

    def next(self, **differences: Any) -> Content:
        return release.next_version(self.session, self.id, samples.penalty(**differences), reason="摘要有误")

    def correct(self, content: Content, *, reason: str = "摘要有误", page: UUID | None = None) -> bytes:
        return release.correct(self.session, page or self.id, content, reason=reason, at=AT)

    def withdraw(self, *, kind: str = "annulled", reason: str = "已被撤销。", page: UUID | None = None) -> None:
        release.withdraw(self.session, page or self.id, kind=kind, reason=reason, on=ON, at=AT)

    def row(self) -> dict[str, Any]:
        found = self.session.execute(select(publication).where(publication.c.id == self.id)).mappings().one()
        return dict(found)

    def kept(self) -> list[int]:
        query = select(publication_version.c.version).where(publication_version.c.publication_id == self.id)
        return sorted(self.session.scalars(query))


@pytest.fixture
def page(urls: DatabaseUrls) -> Iterator[Page]:
    engine = create_engine(urls.owner)
    with Session(engine) as session:
        yield Page(session)
    engine.dispose()


def test_what_is_put_up_is_what_was_given_and_is_kept(page: Page) -> None:
    row = page.row()
    assert from_bytes(page.data) == samples.PENALTY
    assert (row["content"], row["version"], row["changed_at"], page.kept()) == (page.data, 1, AT, [1])
    assert (row["withdrawn_on"], row["title"]) == (None, samples.PENALTY.title)


@pytest.mark.parametrize(("reason", "skipped"), [("", 0), ("  ", 0), ("摘要有误", 1), ("摘要有误", -1)])
def test_a_correction_needs_a_reason_and_follows_the_last_version(page: Page, reason: str, skipped: int) -> None:
    before, content = page.row(), page.next(gist="改正的摘要")
    content = dataclasses.replace(content, version=content.version + skipped)
    with pytest.raises(ValueError, match="reason" if not reason.strip() else "does not follow"):
        page.correct(content, reason=reason)
    assert (page.row(), page.kept()) == (before, [1])


def test_a_correction_is_the_next_version_and_keeps_the_one_before(page: Page) -> None:
    data = page.correct(page.next(gist="改正的摘要"))
    assert (page.row()["content"], page.row()["version"], page.kept()) == (data, 2, [1, 2])
    [earlier] = from_bytes(data).earlier
    assert (earlier.version, earlier.reason, earlier.taken_down_on) == (1, "摘要有误", None)
    assert from_bytes(page.correct(page.next(gist="又改正"))).earlier[0] == earlier


def test_a_correction_that_lacks_a_field_is_refused(page: Page) -> None:
    before = page.row()
    with pytest.raises(release.Unpublishable):
        page.correct(page.next(main_content=""))
    assert page.row() == before


def test_what_was_never_put_up_is_neither_corrected_nor_withdrawn(page: Page) -> None:
    content = page.next()
    with pytest.raises(release.NotPublished):
        page.correct(content, page=uuid4())
    with pytest.raises(release.NotPublished):
        page.withdraw(page=uuid4())
    with pytest.raises(release.NotPublished):
        release.next_version(page.session, uuid4(), content, reason="无")


@pytest.mark.parametrize(("kind", "reason"), [("forgotten", "已被撤销。"), ("annulled", ""), ("annulled", " ")])
def test_a_withdrawal_is_of_a_known_kind_and_has_a_reason(page: Page, kind: str, reason: str) -> None:
    before = page.row()
    with pytest.raises(ValueError, match="known kind"):
        page.withdraw(kind=kind, reason=reason)
    assert page.row() == before


def test_of_what_was_withdrawn_only_number_day_and_reason_stay_and_it_does_not_come_back(page: Page) -> None:
    content = page.next()
    page.withdraw()
    row = page.row()
    assert (row["withdrawn_on"], row["withdrawal_kind"], row["withdrawal_reason"]) == (ON, "annulled", "已被撤销。")
    assert (row["content"], row["terms"], row["title"], row["gist"], row["searchable"]) == (None, [], "", "", "")
    assert (row["party_label"], row["decision_kind"]) == ("", "")
    assert row["document_no"] == samples.PENALTY.document_no
    for attempt in (lambda: page.correct(content), page.next, page.withdraw):
        with pytest.raises(release.NotPublished):
            attempt()


def test_what_was_taken_down_as_an_error_comes_back_or_says_that_its_decision_fell(page: Page) -> None:
    page.withdraw(kind="published_in_error")
    with pytest.raises(release.NotPublished):
        page.withdraw(kind="published_in_error")
    page.correct(page.next())
    row = page.row()
    assert (row["version"], row["withdrawn_on"], row["withdrawal_kind"], row["withdrawal_reason"]) == (2,) + (None,) * 3
    assert from_bytes(row["content"]).earlier[0].taken_down_on == ON
    page.withdraw(kind="published_in_error")
    page.withdraw(kind="held_void")
    assert page.row()["withdrawal_kind"] == "held_void"


def test_an_officer_leaves_the_page_once_and_may_come_back(page: Page) -> None:
    one, values = uuid4(), {"name": "李明", "unit": "一队", "certificate_no": "京A1", "certificate_style": "统一样式"}

    def days() -> tuple[date, date | None]:
        query = select(officer.c.published_on, officer.c.removed_on).where(officer.c.id == one)
        published_on, removed_on = page.session.execute(query).one()
        return published_on, removed_on

    release.remove_officer(page.session, one, on=ON)
    release.put_officer(page.session, one, page.agency_id, on=date(2026, 9, 1), **values)
    release.remove_officer(page.session, one, on=ON)
    release.remove_officer(page.session, one, on=date(2026, 12, 1))
    assert days() == (date(2026, 9, 1), ON)
    release.put_officer(page.session, one, page.agency_id, on=date(2026, 12, 2), **values)
    assert days() == (date(2026, 12, 2), None)
