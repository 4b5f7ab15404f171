"""Forms as somebody fills them in, for the tests that change one thing of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from enforcement.actions import decisions, notice, penalties, review
from enforcement.actions.cases import Reason
from enforcement.actions.meeting import FIVE
from enforcement.demo.walk import Walk
from enforcement.law.calendar import SHANGHAI

REASON = Reason(reason="需要补正。")
AGREE = penalties.ExamineCase(conclusion="agree", opinion="同意。")
SUBMISSION = review.SubmitForReview(
    proposal="拟罚款十二万元。", reasons="事实清楚，证据确凿。",
    basis="《中华人民共和国食品安全法》第一百二十四条第一款第（五）项", declaration=True,
)  # fmt: skip


def moment(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A moment in Shanghai."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


class _Kept(Walk):
    """A walk that does nothing and keeps the last form."""

    form: Any = None

    def do(self, login: str, act: str, form: Any) -> Any:
        self.form = form


def decision_of(walk: Walk, conclusion: penalties.ConcludeInvestigation, **differences: Any) -> decisions.MakeDecision:
    """The decision that `Walk.decide` would make."""
    kept = _Kept(walk.staff)
    kept.decide(conclusion, **differences)
    form: decisions.MakeDecision = kept.form
    return form


def prior_notice(walk: Walk, **differences: Any) -> notice.GivePriorNotice:
    """Two thousand yuan, served today, no hearing."""
    form = notice.GivePriorNotice(
        document_no="告字1号", facts="事实", reasons="理由", basis="依据", penalties=("fine",), fine_fen=200_000,
        content="拟罚款二千元。", defense_right_told=True, publicity_told=True, method="direct", served_on=walk.today,
        receiver="当事人", officers=walk.two, credentials_shown=True, told=FIVE,
    )  # fmt: skip
    return dataclasses.replace(form, **differences)


def opinion(*problems: review.Finding, overall: str = "pass") -> review.IssueOpinion:
    """Ten points, lawful but for these."""
    found = {finding.point: finding for finding in problems}
    findings = tuple(
        found.get(point) or review.Finding(point=point, conclusion="lawful", reason="符合规定。")
        for point in range(1, 11)
    )
    return review.IssueOpinion(findings=findings, overall=overall, opinion="审核意见全文。")


def discussion(walk: Walk, **differences: Any) -> review.HoldDiscussion:
    """Two heads, agreed, five minutes ago."""
    form = review.HoldDiscussion(
        held_at=walk.now - dt.timedelta(minutes=5), presider=walk.staff.id("head"),
        members=(walk.staff.id("head"), walk.staff.id("head2")), opinions="一致同意。", conclusion="同意办理建议。",
        agreed=True,
    )  # fmt: skip
    return dataclasses.replace(form, **differences)
