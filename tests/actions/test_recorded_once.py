"""One file is one stretch of time, whatever somebody says of it, and tied to what there is."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from enforcement.actions import recordings
from enforcement.demo.walk import Walk
from enforcement.law.errors import Invalid
from media.demo import make_photo
from tests import factories
from tests.actions.watching import unchanged
from tests.factories import House


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.jpg", size="160x120")


def described(walk: Walk) -> recordings.DescribeRecording:
    return recordings.DescribeRecording(
        activity="on_site", started_at=walk.now - dt.timedelta(minutes=30), place="现场", officers=walk.two,
        target="当事人", device_kind="camera",
    )  # fmt: skip


def test_a_file_covers_one_time_only_and_each_activity_once(house: House, photo: Path) -> None:
    walk = factories.open_case(house.market)
    form = described(walk)
    assert form.started_at is not None
    walk.film(form, photo)
    for change, field in (
        ({"started_at": form.started_at + dt.timedelta(minutes=10)}, "started_at"),
        ({"started_at": form.started_at + dt.timedelta(minutes=10), "activity": "investigation"}, "started_at"),
        ({}, "activity"),
    ):
        assert refused(house, walk, dataclasses.replace(form, **change), photo) == {field}
    walk.film(dataclasses.replace(form, activity="investigation"), photo)


def test_a_recording_is_of_a_measure_that_was_taken(house: House, photo: Path) -> None:
    walk = factories.open_case(house.market)
    form = dataclasses.replace(described(walk), activity="sealing_up", measure="M2026-9999")
    assert refused(house, walk, form, photo) == {"measure"}


def refused(house: House, walk: Walk, form: Any, photo: Path) -> set[str]:
    with unchanged(house), pytest.raises(Invalid) as refusal:
        walk.film(form, photo)
    return set(refusal.value.fields)
