"""What is done and handed over on the spot when something is sealed up or seized (ACL#18(3)-(8), ACL#24)."""

from __future__ import annotations

from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.process_records import FIVE
from enforcement.law.guards.registry import Answer, Gap, Law, guard


@guard(row="ACL18", cite="ACL#18(3)", zh="实施行政强制措施应当出示执法身份证件", of_form=True)
def certificates_are_shown_at_a_measure(facts: CaseFacts, _: Law) -> Answer:
    """ACL#18(3) 「出示执法身份证件」, G#8.2 「应当主动出示执法证件、表明身份」."""
    return facts.asked.yes("credentials_shown")


@guard(row="ACL18", cite="ACL#18(4)", zh="实施行政强制措施应当通知当事人到场", of_form=True)
def party_is_asked_to_come(facts: CaseFacts, _: Law) -> Answer:
    """ACL#18(4) 「通知当事人到场」: who is there need not be called."""
    return facts.asked.yes("party_present") or facts.asked.yes("party_notified")


@guard(row="ACL18", cite="ACL#18(5)", zh="应当当场告知当事人", of_form=True)
def party_is_told_on_the_spot(facts: CaseFacts, _: Law) -> Answer:
    """ACL#18(5) 「当场告知当事人采取行政强制措施的理由、依据以及当事人依法享有的权利、救济途径」: each time anew."""
    if not facts.asked.yes("party_present"):
        return True
    told = facts.asked.lines("told")
    return tuple(Gap(f"未记录当场告知当事人“{zh}”") for name, zh in FIVE.items() if name not in told)


@guard(row="ACL18", cite="ACL#18(6)", zh="应当听取当事人的陈述和申辩，没有意见的也应当写明", of_form=True)
def party_is_heard_on_the_spot(facts: CaseFacts, _: Law) -> Answer:
    """ACL#18(6) 「听取当事人的陈述和申辩」."""
    return not facts.asked.yes("party_present") or bool(facts.asked.text("heard"))


@guard(row="ACL18", cite="ACL#18(7)", zh="应当制作现场笔录", of_form=True)
def measure_leaves_a_signed_record(facts: CaseFacts, _: Law) -> Answer:
    """ACL#18(7)(8): the record made on the spot, signed, or the refusal noted: said here, or an on-site record of that
    day.
    """
    signed = [one for one in (facts.asked, *_records_of_the_day(facts)) if one.text("signed_by")]
    if signed or any(one.text("refusal_note") for one in (facts.asked, *_records_of_the_day(facts))):
        return True
    if not _records_of_the_day(facts):
        return (Gap("应当制作现场笔录，写明签名人或者拒绝签名的情况"),)
    return (Gap("现场笔录应当由当事人签名或者盖章，拒绝的应当注明", cite="ACL#18(8)"),)


def _records_of_the_day(facts: CaseFacts) -> tuple[Fields, ...]:
    day = facts.asked.day("started_at")
    records = (one for one in facts.all("process_recorded") if one.on == day)
    return tuple(read for one in records if (read := Fields(one.data)).text("kind") == "on_site_record")


@guard(row="ACL24", cite="ACL#24.1", zh="应当当场交付查封、扣押决定书和清单", of_form=True)
def measure_document_is_handed_over(facts: CaseFacts, _: Law) -> Answer:
    """ACL#24.1 「制作并当场交付查封、扣押决定书和清单」 to who is there; ACL#24.2(4)(5): remedies and seal."""
    asked = facts.asked
    handed = asked.yes("handed_over") or not asked.yes("party_present")
    gaps = () if handed else (Gap("应当当场交付查封、扣押决定书和清单"),)
    if asked.yes("remedies_and_seal"):
        return gaps
    return (*gaps, Gap("查封、扣押决定书应当载明救济途径和期限，并盖有行政机关印章", cite="ACL#24.2"))
