"""Walking sample cases through the same acts that people use: one function for each stretch of a case's life."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from enforcement.actions import (
    cases,
    decisions,
    disclosures,
    evidence,
    inspections,
    licenses,
    notice,
    penalties,
    redaction,
    review,
    serving,
)  # fmt: skip
from enforcement.actions.meeting import FIVE
from enforcement.actions.parties import PartyForm
from enforcement.actions.recordings import DescribeRecording, take_in
from enforcement.actions.registry import Outcome, perform
from enforcement.actions.subjects import lock_disclosure
from enforcement.demo.staff import Staff
from enforcement.law.events import shanghai_day
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.disclosures import Disclosure

Said = Callable[[str, Outcome], None]


class Walk:
    """One case on its way. Every step is an act by the person whose act it is; `said` hears of each."""

    def __init__(self, staff: Staff, said: Said = lambda _act, _outcome: None) -> None:
        self.staff = staff
        self.office = staff.office
        self.said = said
        self.case_id: uuid.UUID | None = None

    def begin(self, login: str, act: str, form: Any) -> Outcome:
        """Do a starting act."""
        outcome = perform(self.office, self.staff.actors[login], act, form)
        self.case_id = outcome.subject_id
        self.said(act, outcome)
        return outcome

    def do(self, login: str, act: str, form: Any) -> Outcome:
        """Do an act in the case."""
        assert self.case_id is not None  # noqa: S101  (a walk begins with `begin`)
        outcome = perform(self.office, self.staff.actors[login], act, form, self.case_id, version=None)
        self.said(act, outcome)
        return outcome

    def film(self, described: DescribeRecording, path: Path) -> Outcome:
        """Take a recording in."""
        assert self.case_id is not None  # noqa: S101  (as above)
        with path.open("rb") as stream:
            outcome = take_in(self.office, self.staff.actors["officer1"], self.case_id, described, stream)
        self.said("take_in_recording", outcome)
        return outcome

    def data(self, outcome: Outcome) -> dict[str, Any]:
        """What an act's record holds."""
        with self.office.reading(self.staff.agency_id) as session:
            return session.get_one(ProcessRecord, (outcome.chain_id, outcome.seq)).data

    @property
    def now(self) -> dt.datetime:
        """The office's moment."""
        return self.office.now()

    @property
    def today(self) -> dt.date:
        """The office's day in Asia/Shanghai."""
        return shanghai_day(self.now)

    @property
    def two(self) -> tuple[str, str]:
        """The two officers of every sample case."""
        return self.staff.id("officer1"), self.staff.id("officer2")

    def disclosure_id(self) -> uuid.UUID:
        """The disclosure the case has brought about."""
        with self.office.reading(self.staff.agency_id) as session:
            return session.scalars(select(Disclosure.id).where(Disclosure.case_id == self.case_id)).one()

    def case_no(self) -> str:
        """The case's number."""
        with self.office.reading(self.staff.agency_id) as session:
            return session.scalars(select(Case.case_no).where(Case.id == self.case_id)).one()

    # ------------------------------------------------------------------------------------------------- disclosure

    def prepare(self, **differences: Any) -> Outcome:
        """The clerk hides what is known or labelled, rejects mere suggestions, and prepares."""
        clerk, disclosure_id = self.staff.actors["clerk"], self.disclosure_id()
        with self.office.begin(clerk) as work:
            disclosure = lock_disclosure(work, disclosure_id, None)
            form = dataclasses.replace(disclosures.suggested(work, disclosure), **differences)
            spans = redaction.spans_of(work, disclosure)
            decided = [
                redaction.SpanDecision(span=str(span.id), accepted=span.source != "suggestion") for span in spans
            ]
            redaction.decide(work, disclosure, decided)
        return self.on_disclosure("clerk", "prepare_disclosure", form)

    def release(self) -> Outcome:
        """The second person releases."""
        return self.on_disclosure("releaser", "release_disclosure", disclosures.Note())

    def on_disclosure(self, login: str, act: str, form: Any) -> Outcome:
        """Do an act on the case's disclosure."""
        outcome = perform(self.office, self.staff.actors[login], act, form, self.disclosure_id(), version=None)
        self.said(act, outcome)
        return outcome

    # ------------------------------------------------------------------------------------------------------ penalty

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

    def site_record(self, kind: str, target: str, matter: str, place: str) -> evidence.AddProcessRecord:
        """A complete record of half an hour that ended a minute ago."""
        ended = self.now - dt.timedelta(minutes=1)
        return evidence.AddProcessRecord(
            kind=kind,
            started_at=ended - dt.timedelta(minutes=30),
            ended_at=ended,
            place=place,
            officers=self.two,
            target=target,
            matter=matter,
            credentials_shown=True,
            told=FIVE,
            content="经出示执法证件并告知权利义务，执法人员依法进行检查、询问，当事人予以配合，所述与现场情况一致。",
            signed_by="当事人",
        )

    def unfilmed(self, *activities: str) -> None:
        """State why activities were not filmed (J#9.2)."""
        for activity in activities:
            self.do(
                "officer1",
                "state_no_recording",
                evidence.StateNoRecording(
                    activity=activity, reason="现场为居民住所内部通道，条件不具备，已以文字全程记录。"
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

    def serve(self) -> Outcome:
        """Serve directly, today."""
        return self.do("officer1", "serve_decision", self.receipt())

    @property
    def handed_over(self) -> dict[str, Any]:
        """How a document was handed over today, with what is shown and told then."""
        return {
            "method": "direct", "served_on": self.today, "receiver": "当事人", "officers": self.two,
            "credentials_shown": True, "told": FIVE,
        }  # fmt: skip

    def receipt(self) -> serving.ServeDocument:
        """A service receipt of today."""
        return serving.ServeDocument(
            **self.handed_over,
            receipt=f"送{self.case_no()}",
        )

    def execute_and_close(self, amount_fen: int) -> None:
        """Paid, and closed."""
        self.do(
            "officer1",
            "record_execution",
            serving.RecordExecution(kind="paid", performed_on=self.today, amount_fen=amount_fen, note="已缴纳"),
        )
        self.do("head", "close_case", cases.CloseCase(summary="当事人已履行，案件办结。"))

    # --------------------------------------------------------------------------------------------------- inspection

    def inspect(self, party: PartyForm, *, matter_code: str, title: str, gist: str) -> None:
        """An inspection from its beginning to its conclusion and service."""
        record = self.site_record("on_site_record", party.name, title, party.address)
        self.begin(
            "officer1",
            "begin_inspection",
            inspections.BeginInspection(
                matter_code=matter_code,
                title=title,
                method="on_site",
                plan_item="年度日常监督检查",
                basis="年度行政检查计划",
                place=party.address,
                begun_on=shanghai_day(record.started_at or self.now),
                officers=self.two,
                parties=(party,),
            ),
        )
        shared = {field.name: getattr(record, field.name) for field in dataclasses.fields(evidence.SiteRecord)}
        self.do("officer1", "check_on_site", inspections.CheckOnSite(**shared, findings=gist))
        self.unfilmed("on_site")
        self.do(
            "officer1",
            "conclude_inspection",
            inspections.ConcludeInspection(
                check_sheet_no=f"检查单{self.case_no()}", conclusion="no_problem", gist=gist, inspected_on=self.today
            ),
        )
        self.do("officer1", "serve_result", self.receipt())

    # ------------------------------------------------------------------------------------------------------ license

    def apply(self, party: PartyForm, *, matter_code: str, title: str) -> None:
        """An application from receipt to the end of its examination."""
        self.begin(
            "officer1",
            "receive_materials",
            licenses.ReceiveMaterials(
                matter_code=matter_code,
                title=title,
                application=f"申请{title}",
                materials=("申请书", "主体资格证明", "场所平面图"),
                received_on=self.today,
                channel="window",
                parties=(party,),
            ),
        )
        self.do("officer1", "accept_application", licenses.AcceptApplication(receipt_no=f"受{self.case_no()}"))
        self.do(
            "officer1",
            "survey_site",
            licenses.SurveySite(
                surveyed_at=self.now,
                place=party.address,
                staff=self.two,
                content="现场布局与申请材料一致，设施齐备。",
            ),
        )
        self.unfilmed("on_site")
        self.do(
            "officer1",
            "examine_application",
            licenses.ExamineApplication(
                opinion="申请材料齐全，现场核查合格。",
                proposed="granted",
                reasons="符合法定条件、标准。",
                basis="《中华人民共和国行政许可法》第三十八条",
            ),
        )

    def grant(self, license_no: str, content: str) -> Outcome:
        """The head grants."""
        return self.do(
            "head",
            "make_license_decision",
            decisions.MakeLicenseDecision(
                outcome="granted",
                content=content,
                basis="《中华人民共和国行政许可法》第三十八条",
                license_no=license_no,
                valid_from=self.today,
                valid_until=self.today + dt.timedelta(days=5 * 365),
                sealed=True,
            ),
        )
