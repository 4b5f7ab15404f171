"""Walking a sample penalty case: one function for each stretch of its life."""

import dataclasses
import datetime as dt
from typing import Any

from enforcement.actions import cases, decisions, evidence, notice, penalties, review, serving
from enforcement.actions.parties import PartyForm
from enforcement.actions.registry import Outcome
from enforcement.demo.steps import Steps


class PenaltySteps(Steps):
    """An ordinary penalty case, from the lead to the close."""

    def lead(self, party: PartyForm, *, matter_code: str, title: str, content: str) -> Outcome:
        """From nothing to an open case under investigation."""
        self.begin(
            "officer1",
            "register_lead",
            penalties.RegisterLead(
                matter_code=matter_code,
                title=title,
                source="report",
                received_at=self.now - dt.timedelta(hours=1),
                content=content,
                act_on=self.today - dt.timedelta(days=10),
                parties=(party,),
            ),
        )
        self.do("officer1", "accept_lead", penalties.Opinion(opinion="线索具体，属于本机关管辖，建议立案。"))
        self.do(
            "head",
            "open_case",
            penalties.OpenCase(facts=content, basis="《中华人民共和国行政处罚法》第五十四条", officers=self.two),
        )
        return self.do(
            "officer1",
            "begin_investigation",
            penalties.BeginInvestigation(plan="现场检查、询问当事人、调取进销货票据。"),
        )

    def investigate(self, target: str, matter: str, place: str) -> None:
        """On-site record, interview and one piece of evidence, with the reason why the check was not filmed."""
        self.do("officer1", "add_process_record", self.site_record("on_site_record", target, matter, place))
        self.do("officer2", "add_process_record", self.site_record("interview_record", target, matter, place))
        self.do(
            "officer1",
            "add_evidence",
            evidence.AddEvidence(
                kind="documentary",
                title="现场检查照片及进货票据复印件",
                proves="当事人在经营场所陈列、销售涉案商品的事实",
                source="现场提取，当事人确认",
                obtained_on=self.today,
                obtained_by=self.two,
            ),
        )

    def notify(self, conclusion: penalties.ConcludeInvestigation, *, hearing: bool) -> None:
        """Conclude, tell the party, and record that it waives."""
        self.do("officer1", "conclude_investigation", conclusion)
        self.do(
            "officer1",
            "give_prior_notice",
            notice.GivePriorNotice(
                document_no=f"告字{self.case_no()}号",
                facts=conclusion.facts,
                reasons=conclusion.discretion,
                basis=conclusion.basis,
                penalties=conclusion.penalties,
                fine_fen=conclusion.fine_fen,
                confiscation_fen=conclusion.confiscation_fen,
                content="拟作出前述行政处罚。",
                defense_right_told=True,
                hearing_right_told=hearing,
                publicity_told=True,
                **self.handed_over,
            ),
        )
        self.do(
            "officer1", "waive_defense", notice.WaiveDefense(waived_on=self.today, form="当事人签署的放弃陈述申辩声明")
        )
        if hearing:
            self.do(
                "officer1", "waive_hearing", notice.WaiveHearing(waived_on=self.today, form="当事人签署的放弃听证声明")
            )

    def examine(self) -> Outcome:
        """The examination of a case that is not major."""
        return self.do(
            "officer3",
            "examine_case",
            penalties.ExamineCase(conclusion="agree", opinion="事实清楚，证据充分，程序合法，同意处理建议。"),
        )

    def review(self, proposal: str, basis: str) -> None:
        """Submission, opinion on ten points, answer, collective discussion."""
        self.do(
            "officer1",
            "submit_for_review",
            review.SubmitForReview(
                proposal=proposal, reasons="事实清楚，证据确凿，裁量适当。", basis=basis, declaration=True
            ),
        )
        findings = tuple(
            review.Finding(point=point, conclusion="lawful", reason="经审核，符合规定。") for point in range(1, 11)
        )
        self.do(
            "reviewer",
            "issue_opinion",
            review.IssueOpinion(
                findings=findings, overall="pass", opinion="十项要点逐项审核，未发现问题，同意办理建议。"
            ),
        )
        self.do(
            "head2",
            "hold_discussion",
            review.HoldDiscussion(
                held_at=self.now,
                presider=self.staff.id("head"),
                members=(self.staff.id("head"), self.staff.id("head2")),
                opinions="与会负责人一致认为，法制审核意见明确，处理建议适当。",
                conclusion="同意办理建议。",
                agreed=True,
            ),
        )

    def decide(self, conclusion: penalties.ConcludeInvestigation, **differences: Any) -> Outcome:
        """The head decides as concluded."""
        form = decisions.MakeDecision(
            outcome=conclusion.outcome,
            facts=conclusion.facts,
            evidence=conclusion.evidence_summary,
            violation=conclusion.violation,
            basis=conclusion.basis,
            penalties=conclusion.penalties,
            leniency=conclusion.leniency,
            fine_fen=conclusion.fine_fen,
            confiscation_fen=conclusion.confiscation_fen,
            performance_manner="到指定银行或者通过电子支付系统缴纳罚款",
            performance_due="自收到本决定书之日起十五日内",
            remedies=(
                "如不服本决定，可以自知道之日起六十日内向北京市明德区人民政府申请行政复议，"
                "也可以自知道之日起六个月内依法向人民法院提起行政诉讼。"
            ),
            sealed=True,
            social_impact=True,
        )
        return self.do("head", "make_decision", dataclasses.replace(form, **differences))

    def execute_and_close(self, amount_fen: int) -> None:
        """Paid, and closed."""
        self.do(
            "officer1",
            "record_execution",
            serving.RecordExecution(kind="paid", performed_on=self.today, amount_fen=amount_fen, note="已缴纳"),
        )
        self.do("head", "close_case", cases.CloseCase(summary="当事人已履行，案件办结。"))
