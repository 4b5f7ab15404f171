"""Measures, preserved evidence and recordings as the scenarios take them."""

from __future__ import annotations

import dataclasses
import datetime as dt

from enforcement.actions import evidence, recordings
from enforcement.actions.meeting import FIVE
from enforcement.actions.registry import Outcome
from enforcement.demo.walk import Walk

SECONDS = 4


def described(walk: Walk, began: dt.datetime, activity: str = "seizure") -> recordings.DescribeRecording:
    return recordings.DescribeRecording(
        activity=activity, started_at=began, place="经营场所", officers=walk.two, target="当事人",
        device_kind="body_camera", device_no="ZF-0117",
    )  # fmt: skip


def measure(walk: Walk, began: dt.datetime, **differences: object) -> evidence.TakeMeasure:
    """A seizure of two seconds, approved before, the party present."""
    form = evidence.TakeMeasure(
        kind="seizure", document_no="扣字1号", basis="《食品安全法》第一百一十条", reason="有证据证明不符合标准",
        items=("蛋糕12个",), place="经营场所", started_at=began, finished_at=began + dt.timedelta(seconds=2),
        until=walk.today + dt.timedelta(days=30), officers=walk.two, approved_before=True,
        approved_by=walk.staff.id("head"), approved_at=began - dt.timedelta(minutes=30), party_present=True,
        credentials_shown=True, told=FIVE, heard="无意见。", signed_by="店长", remedies_and_seal=True, handed_over=True,
    )  # fmt: skip
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]


def began_at(walk: Walk) -> dt.datetime:
    return (walk.now - dt.timedelta(minutes=10)).replace(microsecond=0)


def key_of(walk: Walk, taken: Outcome) -> str:
    return str(walk.data(taken)["measure"])


def ending(walk: Walk, key: str, kind: str = "lifted") -> evidence.EndMeasure:
    return evidence.EndMeasure(measure=key, kind=kind, ended_at=walk.now, reason="已查清事实。")


def preservation(walk: Walk, **differences: object) -> evidence.PreserveEvidence:
    form = evidence.PreserveEvidence(
        items=("台账一本",), place="本局", reason="可能灭失", officers=walk.two, approved_by=walk.staff.id("head"),
        approved_at=walk.now - dt.timedelta(minutes=1),
    )  # fmt: skip
    return dataclasses.replace(form, **differences)  # type: ignore[arg-type]
