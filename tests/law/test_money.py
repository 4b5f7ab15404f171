"""An amount is written in one way, wherever it stands."""

from __future__ import annotations

import re

import pytest

from config.settings import ROOT
from enforcement.law.money import yuan
from tests.house.test_code import tracked


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "0元"),
        (1, "0.01元"),
        (10, "0.10元"),
        (99, "0.99元"),
        (100, "1元"),
        (101, "1.01元"),
        (99_999, "999.99元"),
        (100_000, "1,000元"),
        (12_000_000, "120,000元"),
        (123_456_789, "1,234,567.89元"),
        (9_007_199_254_740_993, "90,071,992,547,409.93元"),  # the first number of fen that a float rounds
        (2**63 - 1, "92,233,720,368,547,758.07元"),
        (-5, "-0.05元"),
        (-200, "-2元"),
    ],
)
def test_amounts_are_written_in_yuan_and_to_the_fen_where_there_are_any(amount: int, written: str) -> None:
    assert yuan(amount) == written


def test_nothing_else_writes_an_amount() -> None:
    written = re.compile(r"\}\}? ?元")
    sources = [
        path for path in tracked(".py", ".html", ".js") if path.startswith(("enforcement/", "publish/", "media/"))
    ]
    writing = [path for path in sources if written.search((ROOT / path).read_text(encoding="utf-8"))]
    assert writing == ["enforcement/law/money.py"]
