"""Whether somebody holds an enforcement certificate is a question of the day (APL#42.1, APL#55.1)."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from enforcement.known import KnownCertificate, KnownPerson

FIRST = KnownCertificate("京1", date(2026, 1, 1), date(2026, 6, 30), None, published=True)
SECOND = KnownCertificate("京2", date(2026, 6, 1), date(2026, 12, 31), None, published=False)
SUSPENDED = dataclasses.replace(SECOND, suspended_on=date(2026, 8, 1))


def officer(*certificates: KnownCertificate, left_on: date | None = None) -> KnownPerson:
    return KnownPerson("somebody", "李春梅", "unit", auxiliary=False, left_on=left_on, certificates=certificates)


@pytest.mark.parametrize(
    ("day", "number", "valid"),
    [
        (date(2025, 12, 31), "京2", False),
        (date(2026, 1, 1), "京1", True),
        (date(2026, 5, 31), "京1", True),
        (date(2026, 6, 1), "京2", True),
        (date(2026, 7, 1), "京2", True),
        (date(2026, 7, 31), "京2", True),
        (date(2026, 8, 1), "京2", False),
        (date(2027, 1, 1), "京2", False),
    ],
)
def test_of_two_certificates_the_newest_that_holds_on_the_day_counts(day: date, number: str, valid: bool) -> None:
    found = officer(FIRST, SUSPENDED).on(day)
    assert (found.certificate_no, found.certificate_valid, found.published) == (number, valid, number == "京1")


def test_a_newer_certificate_that_is_suspended_leaves_the_older_one_to_count() -> None:
    suspended_at_once = dataclasses.replace(SECOND, suspended_on=date(2026, 6, 2))
    found = officer(FIRST, suspended_at_once).on(date(2026, 6, 2))
    assert (found.certificate_no, found.certificate_valid) == ("京1", True)


def test_a_certificate_holds_from_its_first_to_its_last_day_and_not_on_the_day_of_its_suspension() -> None:
    held = officer(FIRST, SUSPENDED).on(date(2026, 3, 1)).certified
    assert held == ((date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 6, 1), date(2026, 7, 31)))


def test_who_has_left_holds_none_from_the_day_after() -> None:
    gone = officer(FIRST, left_on=date(2026, 3, 1))
    assert [gone.on(day).certificate_valid for day in (date(2026, 3, 1), date(2026, 3, 2))] == [True, False]
    assert gone.on(date(2026, 3, 1)).certified == ((date(2026, 1, 1), date(2026, 3, 1)),)


def test_who_never_had_one_has_none() -> None:
    found = officer().on(date(2026, 3, 1))
    assert (found.certificate_no, found.certificate_valid, found.published, found.certified) == ("", False, False, ())
