"""Penalties between places: told to where the party is registered, and shown for an authority elsewhere (MR45#10)."""

import dataclasses
import datetime as dt

from enforcement.actions.forms import day, text
from enforcement.actions.registry import form_of


@form_of("push_to_party_province")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PushPenalty:
    """To which authority, by which receipt."""

    to: str = text("当事人登记地的市场监督管理部门", cite="MR45#10")
    receipt: str = text("推送编号或者回执")


@form_of("receive_penalty_from_elsewhere", scope="agency")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePenalty:
    """A penalty of an authority elsewhere on a party registered here."""

    document_no: str = text("行政处罚决定书文号", cite="MR45#10")
    from_agency: str = text("作出处罚的机关")
    received_on: dt.date | None = day("收到日期", cite="MR45#10")


@form_of("show_penalty_from_elsewhere", scope="agency")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShowPenalty:
    """Where the public finds it."""

    document_no: str = text("行政处罚决定书文号")
    address: str = text("公示网址", max_length=500)
