"""Making the decision: composed from the case, complete or refused (APL#57, APL#59, ALL#38)."""

import dataclasses
import datetime as dt
from typing import ClassVar

from enforcement.actions import forms
from enforcement.actions.forms import choice, choices, day, long_text, money, text, yes_no
from enforcement.actions.numbers import take_number
from enforcement.actions.penalties import LENIENCY, PENALTIES
from enforcement.actions.registry import Extra, act
from enforcement.facts import agency_settings
from enforcement.law.decision import IMPOSED, OUTCOMES, license_text, penalty_text
from enforcement.models.cases import Case
from enforcement.work import Work

SERIES = {IMPOSED: "处罚", "no_penalty": "不罚", "not_established": "不罚", "judicial_transfer": "移送"}
OF_A_PENALTY = "给予行政处罚的必填"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MakeDecision:
    """The penalty decision with the six items of APL#59."""

    adds: ClassVar[tuple[str, ...]] = ("agency_name", "decided_on")
    """What the record, or the facts, hold beside the form."""

    outcome: str = choice("决定", *OUTCOMES, cite="APL#57.1")
    facts: str = long_text("认定的事实", required=False, cite="APL#59.1(2)")
    evidence: str = long_text("证据", required=False, cite="APL#59.1(2)")
    violation: str = text("违法行为", required=False)
    basis: str = long_text("依据", required=False, cite="APL#59.1(3)")
    penalties: tuple[str, ...] = choices("处罚种类", *PENALTIES, required=False, cite="APL#59.1(3)")
    leniency: str = choice(
        "从轻、减轻", *LENIENCY, required=False, note="当事人已满十四周岁不满十八周岁的必填", cite="APL#30"
    )
    fine_fen: int = money("罚款金额")
    confiscation_fen: int = money("没收金额")
    other_content: str = long_text("其他决定内容", required=False)
    performance_manner: str = long_text("履行方式", required=False, note=OF_A_PENALTY, cite="APL#59.1(4)")
    performance_due: str = text("履行期限", required=False, note=OF_A_PENALTY, cite="APL#59.1(4)")
    remedies: str = long_text(
        "申请行政复议、提起行政诉讼的途径和期限", required=False, note=OF_A_PENALTY, cite="APL#59.1(5)"
    )
    sealed: bool = yes_no("决定书已加盖本机关印章", cite="APL#59.2")
    social_impact: bool = yes_no("具有一定社会影响", default=True, cite="G#13")
    downgrade_reason: str = long_text("不具有一定社会影响的理由", required=False, cite="G#13")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MakeLicenseDecision:
    """The decision on an application: granted or refused (ALL#38)."""

    adds: ClassVar[tuple[str, ...]] = ("agency_name", "decided_on")
    """What the record, or the facts, hold beside the form."""

    outcome: str = choice("决定", "granted", "refused", cite="ALL#38")
    content: str = long_text("决定内容")
    reasons: str = long_text("理由", required=False, note="不予许可的必填", cite="ALL#38.2")
    basis: str = long_text("依据")
    remedies: str = long_text(
        "申请行政复议、提起行政诉讼的权利", required=False, note="不予许可的必填", cite="ALL#38.2"
    )
    license_no: str = text("许可证件编号", required=False, cite="ALL#39.1")
    valid_from: dt.date | None = day("有效期自", ahead=True, required=False)
    valid_until: dt.date | None = day("有效期至", ahead=True, required=False)
    sealed: bool = yes_no("决定书已加盖本机关印章", cite="ALL#39.1")


def _heading(work: Work) -> Extra:
    parties = work.known.parties
    return {
        "decided_on": work.today.isoformat(),
        "party_name": "、".join(party.name for party in parties),
        "party_address": "；".join(dict.fromkeys(party.address for party in parties if party.address)),
        "agency_name": agency_settings(work).agency.name,
    }


def _of_the_case(work: Work, _case: Case, _form: object) -> Extra:
    return _heading(work)


def _numbered(work: Work, case: Case, word: str) -> Extra:
    """The heading with the document's number, which the case then bears: taken when the law has said yes."""
    prefix = agency_settings(work).agency.document_prefix
    case.document_no = f"{prefix}{word}〔{work.today.year}〕{take_number(work, word)}号"
    return {"document_no": case.document_no, **_heading(work)}


@act(MakeDecision, computes=_of_the_case, composes=penalty_text)
def make_decision(work: Work, case: Case, form: MakeDecision) -> Extra | None:
    """Decide a penalty case; its document has its number and its words, and the duty to disclose begins (G#13)."""
    heading = _numbered(work, case, SERIES.get(form.outcome, SERIES[IMPOSED]))
    return {**heading, "text": penalty_text(work.known, heading, forms.to_values(form), work.book.terms.zh)}


@act(MakeLicenseDecision, computes=_of_the_case, composes=license_text)
def make_license_decision(work: Work, case: Case, form: MakeLicenseDecision) -> Extra | None:
    """Decide an application; its document has its number and its words, and the duty to disclose begins (G#13)."""
    heading = _numbered(work, case, "许")
    return {**heading, "text": license_text(work.known, heading, forms.to_values(form), work.book.terms.zh)}
