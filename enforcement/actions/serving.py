"""Service and execution (APL#61, APL#66, APL#67, ALL#44, CPL#87 to CPL#95)."""

import dataclasses
import datetime as dt

from enforcement.actions.forms import choice, day, long_text, money, people, text, yes_no
from enforcement.actions.meeting import credentials, five_points
from enforcement.actions.notice import METHODS
from enforcement.actions.registry import form_of


@form_of("serve_decision", "serve_result", on="served_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServeDocument:
    """How and when the document reached the party (CPL#87)."""

    method: str = choice("送达方式", *METHODS)
    served_on: dt.date | None = day("送达日期", cite="CPL#87")
    receiver: str = text("受送达人或者代收人", required=False)
    officers: tuple[str, ...] = people("送达人员", "officer", required=False, note="直接送达、留置送达的填写")
    credentials_shown: bool = credentials()
    told: tuple[str, ...] = five_points()
    receipt: str = text("送达回证编号", cite="CPL#87")
    attesting_witness: str = text("见证人", required=False, note="留置送达的填写", cite="CPL#89")
    consent: bool = yes_no("当事人已同意并签订电子送达确认书", cite="APL#61.2")
    notice_from: dt.date | None = day("公告发出日期", required=False, note="公告送达的填写", cite="CPL#95")


@form_of("record_execution", on="performed_on")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordExecution:
    """How the decision was carried out."""

    kind: str = choice("执行方式", "paid", "collected_on_the_spot", "performed", "court_application", "no_duty")
    performed_on: dt.date | None = day("履行日期")
    amount_fen: int = money("缴纳金额")
    note: str = long_text("执行情况", required=False)


@form_of("hand_over_fine")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HandOverFine:
    """By which receipt a fine collected on the spot reached the agency (APL#71)."""

    amount_fen: int = money("交至本机关的金额", cite="APL#71")
    receipt: str = text("收据编号", cite="APL#71")
