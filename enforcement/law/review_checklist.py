"""The ten points of a legal review (S#13) beside a case: the facts in Chinese, and what the conditions find."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from enforcement.law.errors import Breach
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards import GUARDS
from enforcement.law.guards.registry import Law
from enforcement.law.major import concluded, is_transfer
from enforcement.law.money import yuan
from enforcement.law.review import SUBMISSION


@dataclass(frozen=True, slots=True)
class PointCheck:
    """One point beside the reviewer. `ok`: False where the system found breaches, True where it found none, None
    where it cannot tell.
    """

    point: int
    zh: str
    cite: str
    ok: bool | None
    notes: tuple[str, ...]
    breaches: tuple[Breach, ...]


def checks(facts: CaseFacts, law: Law) -> tuple[PointCheck, ...]:
    """Look at the case point by point: the facts in Chinese, the breaches found. The reviewer decides."""
    found: list[PointCheck] = []
    for point in law.legal_review.points:
        guards = [GUARDS[name] for name in point.guards.get(facts.matter.kind, ())]
        breaches = tuple(breach for guard in guards for breach in guard.check(facts, law))
        notes = SHOWN[point.shown](facts)
        ok = not breaches if guards else None
        if point.shown == "crime" and is_transfer(facts):
            ok = False
        found.append(PointCheck(point.no, point.zh, point.cite, ok, notes, breaches))
    return tuple(found)


# ----------------------------------------------------------------------------------------------- facts beside a point


def _documents(facts: CaseFacts) -> Iterable[str]:
    by_stage = len({record.event for record in facts.standing})
    yield f"过程记录{len(facts.standing)}件，涉及{by_stage}类行为；音像记录{len(facts.recordings)}件"
    if changed := facts.last(SUBMISSION):
        yield f"最近一次送审：{changed.on.isoformat()}"


def _matter(facts: CaseFacts) -> Iterable[str]:
    yield f"权责清单事项：{facts.matter.code}　{facts.matter.zh}" if facts.matter.code else "未关联权责清单事项"
    if facts.matter.basis_text:
        yield f"事项依据：{facts.matter.basis_text}"
    if facts.matter.from_on:
        until = f"至{facts.matter.to_on.isoformat()}" if facts.matter.to_on else "起"
        yield f"清单有效期：{facts.matter.from_on.isoformat()}{until}"


def _officers(facts: CaseFacts) -> Iterable[str]:
    for officer in facts.officers:
        state = "有效" if officer.certificate_valid else "无效"
        shown = "已公示" if officer.published else "未公示"
        yield f"{officer.name}：执法证号{officer.certificate_no or '（无）'}，{state}，{shown}" + (
            "（辅助人员）" if officer.auxiliary else ""
        )


def _parties(facts: CaseFacts) -> Iterable[str]:
    for party in facts.parties:
        yield f"{party.name}：证照号码{party.id_no or '（未填）'}，地址{party.address or '（未填）'}"


def _evidence(facts: CaseFacts) -> Iterable[str]:
    evidence = facts.all("evidence_added")
    yield f"证据{len(evidence)}件"
    for record in evidence:
        fields = Fields(record.data)
        yield f"{fields.text('title')}（证明：{fields.text('proves') or '未说明证明对象'}）"


def _steps(facts: CaseFacts) -> Iterable[str]:
    named = {
        "case_opened": "立案",
        "investigation_concluded": "调查终结",
        "prior_notice_given": "处罚前告知",
        "defense_recorded": "陈述、申辩",
        "defense_waived": "放弃陈述、申辩",
        "hearing_requested": "申请听证",
        "hearing_held": "举行听证",
        "application_accepted": "受理",
        "application_examined": "审查",
    }
    for record in facts.all(*named):
        yield f"{named[record.event]}：{record.on.isoformat()}"


def _basis(facts: CaseFacts) -> Iterable[str]:
    basis = concluded(facts).text("basis")
    yield f"拟适用依据：{basis}" if basis else "未写明依据"


def _proposal(facts: CaseFacts) -> Iterable[str]:
    fields = concluded(facts)
    if fine := fields.number("fine_fen"):
        yield f"拟处罚款{yuan(fine)}"
    if confiscation := fields.number("confiscation_fen"):
        yield f"拟没收{yuan(confiscation)}"
    if discretion := fields.text("discretion"):
        yield f"裁量说明：{discretion}"


def _crime(facts: CaseFacts) -> Iterable[str]:
    yield "调查终结时认为涉嫌犯罪" if is_transfer(facts) else "调查终结时未认为涉嫌犯罪"


SHOWN: Mapping[str, Callable[[CaseFacts], tuple[str, ...]]] = {
    "documents": lambda facts: tuple(_documents(facts)),
    "matter": lambda facts: tuple(_matter(facts)),
    "officers": lambda facts: tuple(_officers(facts)),
    "parties": lambda facts: tuple(_parties(facts)),
    "evidence": lambda facts: tuple(_evidence(facts)),
    "steps": lambda facts: tuple(_steps(facts)),
    "basis": lambda facts: tuple(_basis(facts)),
    "proposal": lambda facts: tuple(_proposal(facts)),
    "crime": lambda facts: tuple(_crime(facts)),
    "nothing": lambda _: (),
}
