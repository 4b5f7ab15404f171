"""Walking sample cases through the same acts that people use: one function for each stretch of a case's life."""

import dataclasses
import datetime as dt

from enforcement.actions import decisions, evidence, inspections, licenses
from enforcement.actions.parties import PartyForm
from enforcement.actions.registry import Outcome
from enforcement.demo.penalty import PenaltySteps
from enforcement.law.events import shanghai_day


class Walk(PenaltySteps):
    """A case of any kind; the short ones stand here."""

    # ------------------------------------------------------------------------------------------------------- inspection

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

    # ---------------------------------------------------------------------------------------------------------- license

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
