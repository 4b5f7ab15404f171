"""Range requests, case by case of RFC 9110 §14."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.ranges import answer

SIZE = 10_000


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=-500", 9500, 10_000),
        ("bytes=9500-", 9500, 10_000),
        ("bytes=0-0", 0, 1),
        ("bytes=-1", 9999, 10_000),
        ("bytes=-20000", 0, 10_000),
        ("bytes=0-99999", 0, 10_000),
        ("BYTES= 5-6 ", 5, 7),
        ("bytes=0-" + "9" * 5000, 0, 10_000),
    ],
)
def test_one_range_is_answered_with_its_bytes(header: str, start: int, end: int) -> None:
    found = answer(header, SIZE)
    assert (found.status, found.start, found.end) == (206, start, end)
    assert found.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert found.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize("header", ["bytes=10000-", "bytes=10000-10005", "bytes=-0", "bytes=" + "9" * 5000 + "-"])
def test_a_range_beyond_the_end_is_416_with_the_size(header: str) -> None:
    found = answer(header, SIZE)
    assert (found.status, found.end - found.start) == (416, 0)
    assert found.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "items=0-5",
        "bytes=0-1,5-6",
        "bytes=--5",
        "bytes=٣-٥",
    ],
)
def test_no_malformed_unknown_or_several_ranges_are_answered_with_the_whole(header: str | None) -> None:
    found = answer(header, SIZE)
    assert (found.status, found.start, found.end) == (200, 0, SIZE)
    assert "Content-Range" not in found.headers
    assert found.headers["Accept-Ranges"] == "bytes"


def test_a_part_of_other_bytes_is_not_sent() -> None:
    assert answer("bytes=0-4", SIZE, etag='"a"', if_range='"a"').status == 206
    assert answer("bytes=0-4", SIZE, etag='"a"', if_range='"b"').status == 200
    assert answer("bytes=0-4", SIZE, etag='"a"', if_range="Fri, 20 Nov 2026 02:00:00 GMT").status == 200


@given(st.text(max_size=30), st.integers(0, 50))
def test_whatever_is_asked_the_answer_lies_within_the_bytes(header: str, size: int) -> None:
    found = answer(f"bytes={header}", size)
    if found.status == 200:
        assert (found.start, found.end) == (0, size)
    elif found.status == 206:
        assert 0 <= found.start < found.end <= size
    else:
        assert (found.status, found.start, found.end) == (416, 0, 0)
