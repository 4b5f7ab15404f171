"""The text of a decision, composed from the case and from what the head decided (APL#59, ALL#38).

Pure: facts in, text out. What is missing leaves its place empty and the guards refuse the decision; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from enforcement.law.facts import CaseFacts, Fields, PartyFacts
from enforcement.law.money import yuan

IMPOSED = "penalty"
"""The outcome of a case in which a penalty is imposed."""
OUTCOMES = (IMPOSED, "no_penalty", "not_established", "judicial_transfer")
"""What APL#57.1 knows."""

Zh = Callable[[str], str]


def long_day(day: date | None) -> str:
    """2026-09-28 as 2026年9月28日; nothing as nothing."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def penalty_contents(values: Mapping[str, Any], zh: Zh) -> str:
    """What is imposed, item by item: 1.罚款5,000元；2.没收违法所得1,200元。"""
    form = Fields(values)
    items = [_penalty(kind, form, zh) for kind in form.lines("penalties")]
    if form.text("other_content"):
        items.append(form.text("other_content").rstrip("。；"))
    if len(items) == 1:
        return f"{items[0]}。"
    return "".join(f"{number}.{item}{'。' if number == len(items) else '；'}" for number, item in enumerate(items, 1))


def _penalty(kind: str, form: Fields, zh: Zh) -> str:
    if kind == "fine":
        return f"{zh(kind)}{yuan(form.number('fine_fen'))}"
    if kind == "confiscation":
        amount = form.number("confiscation_fen")
        return f"没收违法所得、非法财物{yuan(amount) if amount else ''}"
    return zh(kind)


def penalty_text(facts: CaseFacts, heading: Mapping[str, Any], values: Mapping[str, Any], zh: Zh) -> str:
    """The whole penalty decision document. `heading` has document_no, agency_name, decided_on; `values` the form."""
    form, head = Fields(values), Fields(heading)
    imposed = form.text("outcome") == IMPOSED
    transferred = form.text("outcome") == "judicial_transfer"
    title = "行政处罚决定书" if imposed else "案件移送决定书" if transferred else "不予行政处罚决定书"
    notice = facts.read("prior_notice_given")
    told = long_day(notice.day("served_on"))
    defense = facts.read("defense_recorded")
    parts = [
        head.text("agency_name"),
        title,
        head.text("document_no"),
        "",
        *(_party(party, "当事人") for party in facts.parties),
        "",
        _paragraph("经查", form.text("facts")),
        _paragraph("上述事实，有以下证据证明", form.text("evidence")),
    ]
    if told:
        parts.append(
            f"本机关于{told}向当事人送达告知书（{notice.text('document_no')}），"
            "告知拟作出的行政处罚内容及事实、理由、依据，以及当事人依法享有的陈述、申辩"
            f"{'、要求听证' if notice.yes('hearing_right_told') else ''}等权利。{_answer(facts)}"
        )
    if defense:
        parts.append(_paragraph("经复核", defense.text("reviewed")))
    if imposed:
        parts += [
            _imposed(form, values, zh),
            _performance(form),
        ]
    else:
        parts.append(f"依据{_clean(form.text('basis'))}，本机关决定：{zh(form.text('outcome'))}。")
    parts += [_paragraph("救济途径", form.text("remedies")), "", head.text("agency_name")]
    return "\n".join([*parts, long_day(head.day("decided_on"))]).strip() + "\n"


def _imposed(form: Fields, values: Mapping[str, Any], zh: Zh) -> str:
    found = (
        f"当事人的上述行为构成{form.text('violation')}。依据{_clean(form.text('basis'))}，现责令当事人改正违法行为，"
    )
    if form.text("leniency"):
        found += f"依法予以{zh(form.text('leniency'))}，"
    return f"{found}并决定处罚如下：{penalty_contents(values, zh)}"


def license_text(facts: CaseFacts, heading: Mapping[str, Any], values: Mapping[str, Any], zh: Zh) -> str:
    """The whole decision on an application. `heading` and `values` as for :func:`penalty_text`."""
    form, head = Fields(values), Fields(heading)
    granted = form.text("outcome") == "granted"
    received = facts.last("materials_received")
    accepted = facts.last("application_accepted")
    parts = [
        head.text("agency_name"),
        "准予行政许可决定书" if granted else "不予行政许可决定书",
        head.text("document_no"),
        "",
        *(_party(party, "申请人") for party in facts.parties),
        "",
        "".join(
            [
                f"你（单位）于{long_day(received.on if received else None)}提出“{facts.matter.zh}”申请，",
                f"本机关于{long_day(accepted.on if accepted else None)}受理。",
                f"经审查，依据{_clean(form.text('basis'))}，",
                f"本机关决定：{zh(form.text('outcome'))}。",
            ]
        ),
        _paragraph("决定内容", form.text("content")),
    ]
    if form.text("reasons"):
        parts.append(_paragraph("理由", form.text("reasons")))
    if granted and form.text("license_no"):
        parts.append(
            f"许可证件编号：{form.text('license_no')}。有效期：{long_day(form.day('valid_from'))}至{long_day(form.day('valid_until'))}。"
        )
    if form.text("remedies"):
        parts.append(_paragraph("救济途径", form.text("remedies")))
    parts += ["", head.text("agency_name"), long_day(head.day("decided_on"))]
    return "\n".join(parts).strip() + "\n"


def inspection_summary(facts: CaseFacts, heading: Mapping[str, Any], zh: Zh) -> str:
    """The summary of an inspection's result, the only form in which it may be disclosed (G#15)."""
    concluded, begun, head = facts.read("result_concluded"), facts.read("inspection_begun"), Fields(heading)
    return "\n".join(
        [
            f"检查对象：{'、'.join(party.name for party in facts.parties)}",
            f"检查日期：{long_day(concluded.day('inspected_on'))}",
            f"检查方式：{zh(begun.text('method'))}",
            f"检查结论：{zh(concluded.text('conclusion'))}。{concluded.text('gist')}",
            f"检查单编号：{concluded.text('check_sheet_no')}",
            f"检查机关：{head.text('agency_name')}",
            "",
        ]
    )


def _party(party: PartyFacts, called: str) -> str:
    labels = {
        "natural_person": ((called, party.name), ("身份证号码", party.id_no), ("出生日期", long_day(party.birth_on))),
        "sole_trader": ((called, party.name), ("统一社会信用代码", party.id_no), ("经营者", party.operator_name)),
        "organization": (
            (called, party.name),
            ("统一社会信用代码", party.id_no),
            ("法定代表人", party.legal_representative),
        ),
    }[party.kind]
    more = (("住所（住址）", party.address), ("联系电话", party.phone))
    return "\n".join(f"{label}：{value}" for label, value in (*labels, *more) if value)


def _answer(facts: CaseFacts) -> str:
    if facts.has("hearing_held"):
        return "当事人要求听证，本机关依法举行了听证。"
    if facts.has("defense_recorded"):
        return f"当事人提出了陈述、申辩意见{'，明确放弃听证' if facts.has('hearing_waived') else ''}。"
    if facts.has("defense_waived"):
        return f"当事人明确放弃陈述、申辩{'和听证' if facts.has('hearing_waived') else ''}。"
    return "当事人在规定期限内未提出陈述、申辩意见。"


def _clean(text: str) -> str:
    return text.strip().rstrip("。；")


def _performance(form: Fields) -> str:
    manner, until = _clean(form.text("performance_manner")), _clean(form.text("performance_due"))
    said = [one for one in (manner, f"履行期限：{until}" if until else "") if one]
    return _paragraph("履行方式和期限", "。".join(said) + "。" if said else "")


def _paragraph(label: str, text: str) -> str:
    return f"{label}：{text.strip()}" if text.strip() else ""
