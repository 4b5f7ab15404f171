"""What follows a transfer to the police: their answer, what is asked of them again, what is handed over (TSC#8-12).

What we do counts on the day it is recorded; of what reaches us the day of receipt counts, from which our time runs.
"""

import dataclasses
import datetime as dt

from enforcement.actions.forms import choice, day, lines, long_text, text
from enforcement.actions.registry import Extra, act
from enforcement.models.cases import Case
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PoliceAnswer:
    """Whether the police open a case, by their written notice (TSC#8)."""

    answer: str = choice("公安机关的决定", "police_accepted", "police_refused", cite="TSC#8")
    document_no: str = text("通知书文号")
    received_on: dt.date | None = day("收到通知书日期", cite="TSC#8")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PoliceReconsideration:
    """What came of the reconsideration of a refusal (TSC#9.1)."""

    answer: str = choice("复议决定", "refusal_upheld", "refusal_changed", cite="TSC#9.1")
    document_no: str = text("复议决定通知书文号")
    received_on: dt.date | None = day("收到通知书日期", cite="TSC#9.2")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRequest:
    """To whom something was asked in writing, and why."""

    to: str = text("受文机关")
    document_no: str = text("文号")
    reason: str = long_text("理由")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HandOverToPolice:
    """What was handed to the police, and by which receipt (TSC#12)."""

    items: tuple[str, ...] = lines("移交的涉案物品及材料", cite="TSC#12")
    receipt: str = text("交接手续编号", cite="TSC#12")


@act(PoliceAnswer)
def record_police_answer(_work: Work, _case: Case, _form: PoliceAnswer) -> Extra | None:
    """Record whether the police open a case."""
    return None


@act(WrittenRequest)
def ask_police_again(_work: Work, _case: Case, _form: WrittenRequest) -> Extra | None:
    """Ask the police to reconsider their refusal (TSC#9.1)."""
    return None


@act(PoliceReconsideration)
def record_police_reconsideration(_work: Work, _case: Case, _form: PoliceReconsideration) -> Extra | None:
    """Record what came of it."""
    return None


@act(WrittenRequest)
def propose_supervision(_work: Work, _case: Case, _form: WrittenRequest) -> Extra | None:
    """Propose to the procuratorate that it supervise the refusal (TSC#9)."""
    return None


@act(HandOverToPolice)
def hand_over_to_police(_work: Work, _case: Case, _form: HandOverToPolice) -> Extra | None:
    """Hand over what belongs to the case (TSC#12)."""
    return None
