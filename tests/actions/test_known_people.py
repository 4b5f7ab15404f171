"""A person on a day: the certificate that counts, whether it holds, and every time with one."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from enforcement.known import KnownCertificate, KnownPerson

OLD = KnownCertificate("京A1", date(2024, 1, 1), date(2029, 12, 31), None, published=False)
NEW = KnownCertificate("京A2", date(2029, 6, 1), date(2035, 12, 31), date(2031, 3, 1), published=True)


def person(*certificates: KnownCertificate, left_on: date | None = None) -> KnownPerson:
    return KnownPerson("p", "李明", "一队", auxiliary=False, left_on=left_on, certificates=certificates)


@pytest.mark.parametrize(
    ("day", "number", "holds"),
    [
        (date(2023, 12, 31), "京A2", False),  # of those that do not hold the newest is named
        (date(2024, 1, 1), "京A1", True),
        (date(2029, 5, 31), "京A1", True),
        (date(2029, 6, 1), "京A2", True),  # of those that hold the newest counts
        (date(2029, 12, 31), "京A2", True),
        (date(2031, 2, 28), "京A2", True),
        (date(2031, 3, 1), "京A2", False),  # from the day of its suspension on
    ],
)
def test_of_several_certificates_the_newest_that_holds_on_the_day_counts(day: date, number: str, holds: bool) -> None:
    found = person(OLD, NEW).on(day)
    assert (found.certificate_no, found.certificate_valid) == (number, holds)
    assert found.published is (number == "京A2")


def test_a_newer_certificate_that_is_suspended_leaves_the_older_one_to_count() -> None:
    suspended = dataclasses.replace(NEW, suspended_on=date(2029, 6, 2))
    found = person(OLD, suspended).on(date(2029, 6, 2))
    assert (found.certificate_no, found.certificate_valid) == ("京A1", True)


def test_a_certificate_holds_on_its_last_day_and_for_who_has_not_left() -> None:
    assert person(OLD).on(date(2029, 12, 31)).certificate_valid
    assert not person(OLD).on(date(2030, 1, 1)).certificate_valid
    assert person(OLD, left_on=date(2026, 9, 1)).on(date(2026, 9, 1)).certificate_valid
    assert not person(OLD, left_on=date(2026, 9, 1)).on(date(2026, 9, 2)).certificate_valid


def test_without_a_certificate_nobody_is_certified_or_published() -> None:
    found = person().on(date(2026, 9, 1))
    assert (found.certificate_no, found.certificate_valid, found.published, found.certified) == ("", False, False, ())


def test_every_time_with_a_certificate_ends_with_it_with_its_suspension_or_with_the_post() -> None:
    assert person(OLD, NEW).on(date(2026, 9, 1)).certified == (
        (date(2024, 1, 1), date(2029, 12, 31)),
        (date(2029, 6, 1), date(2031, 2, 28)),
    )
    left = person(OLD, left_on=date(2026, 9, 1)).on(date(2026, 9, 1))
    assert left.certified == ((date(2024, 1, 1), date(2026, 9, 1)),)
