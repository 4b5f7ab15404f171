"""What of a case must not be read in what is published: its known values, and the spans a person decides on (G#14)."""

import dataclasses
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select

from enforcement.actions.forms import group, number, text, yes_no
from enforcement.actions.registry import Extra, act, find, perform_in
from enforcement.actions.subjects import of_disclosure
from enforcement.law.errors import Breach, Forbidden, Invalid, NotFound, RuleViolation
from enforcement.law.facts import CaseFacts, Fields
from enforcement.models.disclosures import Disclosure, RedactionSpan
from enforcement.work import Work
from publish import redact
from publish.redaction_rules import Rules
from publish.tables import agency

NAMES_IN_RECORDS = ("informant", "attesting_witness", "receiver")
"""Fields of process records that hold the name of somebody who is neither party nor officer."""

NAMES_AMONG_WORDS = ("signed_by", "requested_by")
"""Fields that hold names or other words (当事人负责人): what looks like a name is taken for one."""

SURE = frozenset({"id_no", "contact", "bank_account", "title_certificate", "birth_date"})
"""Categories whose labelled patterns hardly err: in a field typed by hand they hold up, as a span in the text does."""
_SHORTEST_CONTACT = 7
"""Shorter numbers are those everybody may call (12345)."""

ROLES_NOT_NAMES = frozenset({"当事人", "本人", "申请人", "被检查人", "负责人", "代收人"})
"""What people write where a name is asked for: words of every decision, not somebody's name."""

NOT_OPEN = Breach(
    "disclosure_not_open",
    "公示内容已提交审核，退回后方可修改",
    "G#5.1",
    "design",
    row="G5.2",
    mend="send_back_disclosure",
)


def known_values(facts: CaseFacts, rules: Rules) -> list[redact.KnownValue]:
    """Every private value the case knows (G14.2): parties', representatives', third persons'; also what was written of
    a party before it was corrected, because the decision may still say it. Officers are public (G#6(3)).
    """
    values = _private_values(facts, rules)
    keep = kept_values(facts, rules)
    return [
        redact.KnownValue(category, value, label)
        for category, value, label in dict.fromkeys(values)
        if value and value not in keep and value not in ROLES_NOT_NAMES
    ]


def _private_values(facts: CaseFacts, rules: Rules) -> list[tuple[str, str, str]]:
    written = [party for record in facts.records for party in Fields(record.data).group("parties")]
    parties = [*(Fields(dataclasses.asdict(party)) for party in facts.parties), *written]
    values = [value for party in parties for value in _of_party(party, rules)]
    for record in facts.records:
        data = Fields(record.data)
        values += [("name", data.text(field), "案件相关人员") for field in NAMES_IN_RECORDS]
        among = [name for field in NAMES_AMONG_WORDS for name in redact.names_in(data.text(field), rules=rules)]
        values += [("name", name, "案件相关人员") for name in among]
    return values


def _of_party(party: Fields, rules: Rules) -> Iterator[tuple[str, str, str]]:
    if is_a_name(party.text("kind"), party.text("name"), party.text("operator_name"), rules):
        yield "name", party.text("name"), "当事人"
    if party.text("kind") == "natural_person":
        yield "id_no", party.text("id_no"), "当事人"
        yield "home_address", party.text("address"), "当事人"
    born = party.day("birth_on")
    yield "birth_date", born.isoformat() if born else "", "当事人"
    yield "contact", party.text("phone"), "当事人"
    yield "bank_account", party.text("bank_account"), "当事人"
    yield "name", party.text("legal_representative"), "法定代表人"
    yield "name", party.text("operator_name"), "经营者"
    for value in party.lines("other_known"):
        yield "other", value, "登记的应隐内容"


def kept_values(facts: CaseFacts, rules: Rules) -> frozenset[str]:
    """What stays readable: officers' names (G#6(3)), names and places of organizations and of sole traders'
    businesses. An officer who is called as somebody to be hidden is hidden with them.
    """
    hidden = {value for category, value, _ in _private_values(facts, rules) if category == "name"}
    businesses = [party for party in facts.parties if party.kind != "natural_person"]
    names = {officer.name for officer in facts.officers} | {party.name for party in businesses}
    names = (names - hidden) | {party.address for party in businesses}
    heading = facts.read("decision_made").text("agency_name")
    return frozenset(name for name in (*names, heading) if name)


def leaks_of(work: Work, facts: CaseFacts, final: bytes | str) -> list[str]:
    """Every known value of the case that final bytes still tell, by category and reading; never the value itself."""
    rules = work.book.redaction
    found = redact.leaks(final, known_values(facts, rules), rules=rules, keep=kept_values(facts, rules))
    plain = "原文"  # where nothing had to be decoded: not worth a word
    return [
        rules.categories[leak.category].zh + ("" if leak.where == plain else f"，{leak.where}") for leak in found
    ]  # fmt: skip


def party_label(facts: CaseFacts, rules: Rules) -> str:
    """The parties as the public may read them (G#14.3)."""
    return "、".join(
        redact.mask_name(party.name, rules=rules)
        if is_a_name(party.kind, party.name, party.operator_name, rules)
        else party.name
        for party in facts.parties
    )


def is_a_name(kind: str, name: str, operator: str, rules: Rules) -> bool:
    """Whether what a party is called is somebody's name: a person's, or a sole trader's without a name of its own."""
    if kind != "sole_trader":
        return kind == "natural_person"
    bare = name.replace("（个体工商户）", "").replace("(个体工商户)", "").strip()
    return redact.same_name(bare, operator) if operator else redact.names_in(bare, rules=rules) == [bare]


def unmasked_in(
    work: Work, disclosure: Disclosure, facts: CaseFacts, typed: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(field, category) of every number in what was typed that reads like one to hide, known to the case or not.

    What a person looked at in the text and let stand may stand in a field too, and so may the agency's own telephones.
    """
    own = work.session.execute(
        select(agency.c.phone, agency.c.supervision_phone).where(agency.c.id == disclosure.agency_id)
    ).one_or_none()
    looked_at = [span for span in spans_of(work, disclosure) if span.accepted is False]
    shown = {disclosure.original_text[span.start : span.end] for span in looked_at}
    rules = work.book.redaction
    keep = [*kept_values(facts, rules), *shown, *(own or ())]
    found = []
    for field, value in typed.items():
        for span in redact.propose(value, (), rules=rules, keep=keep):
            short = span.category == "contact" and span.end - span.start < _SHORTEST_CONTACT
            if span.source == "label" and span.category in SURE and not short:
                found.append((field, span.category))
    return list(dict.fromkeys(found))


def propose_spans(work: Work, disclosure: Disclosure, facts: CaseFacts) -> None:
    """Lay the proposed spans before the clerk; none of them is decided yet."""
    rules = work.book.redaction
    known, keep = known_values(facts, rules), kept_values(facts, rules)
    spans = redact.propose(disclosure.original_text, known, rules=rules, keep=keep)
    work.session.add_all(
        RedactionSpan(
            agency_id=disclosure.agency_id,
            disclosure_id=disclosure.id,
            start=span.start,
            end=span.end,
            category=span.category,
            source=span.source,
            replacement=span.replacement,
            accepted=None,
        )
        for span in spans
    )


def spans_of(work: Work, disclosure: Disclosure) -> list[RedactionSpan]:
    """The spans of a disclosure, in the order of the text."""
    query = select(RedactionSpan).where(RedactionSpan.disclosure_id == disclosure.id).order_by(RedactionSpan.start)
    return list(work.session.scalars(query))


def public_text(original: str, spans: Iterable[RedactionSpan]) -> str:
    """The original with every accepted span replaced."""
    return redact.apply(
        original,
        [
            redact.Span(span.start, span.end, span.category, span.source, span.replacement)
            for span in spans
            if span.accepted
        ],
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpanDecision:
    """One place of the text: a proposed one by its id, or another from `start` to before `end`."""

    span: str = text("隐去处编号", required=False)
    start: int | None = number("起始位置", required=False)
    end: int | None = number("结束位置", required=False)
    category: str = text("类别", required=False)
    accepted: bool = yes_no("隐去")
    replacement: str = text("代以", required=False, max_length=100)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecideSpans:
    """What of the text is hidden, and what stands in its place (G#14.2)."""

    spans: tuple[SpanDecision, ...] = group("隐去处", SpanDecision, cite="G#14.2")


@act(DecideSpans, scope="disclosure", plain=False)
def decide_spans(work: Work, disclosure: Disclosure, form: DecideSpans) -> Extra | None:
    """Decide proposed spans and add others; who decided one does not release."""
    for one in form.spans:
        if one.span:
            _decide(work, disclosure, one)
        else:
            _add(work, disclosure, one)
        work.session.flush()
    return None


def _decide(work: Work, disclosure: Disclosure, one: SpanDecision) -> None:
    span = work.session.get(RedactionSpan, uuid.UUID(one.span))
    if span is None or span.disclosure_id != disclosure.id:
        raise NotFound("span", one.span)
    span.accepted, span.decided_by = one.accepted, work.actor.person_id
    if one.replacement:
        span.replacement = one.replacement


def _add(work: Work, disclosure: Disclosure, one: SpanDecision) -> None:
    start, end = one.start or 0, one.end or 0
    if one.category not in work.book.redaction.categories:
        raise Invalid({"category": ["没有这一类隐去内容"]})
    if not 0 <= start < end <= len(disclosure.original_text):
        raise Invalid({"start": ["选取的范围不在文书之内"]})
    overlapping = [span for span in spans_of(work, disclosure) if span.start < end and start < span.end]
    if any(span.accepted for span in overlapping):
        raise Invalid({"start": ["与已经确定隐去的内容重叠"]})
    for span in overlapping:
        work.session.delete(span)
    work.session.add(
        RedactionSpan(
            agency_id=disclosure.agency_id,
            disclosure_id=disclosure.id,
            start=start,
            end=end,
            category=one.category,
            source="person",
            replacement=one.replacement or redact.mask(one.category, rules=work.book.redaction),
            accepted=True,
            decided_by=work.actor.person_id,
        )
    )


def decide_span(
    work: Work, disclosure: Disclosure, span_id: uuid.UUID, *, accepted: bool, replacement: str = ""
) -> None:
    """Accept or reject one span, or word its replacement. Raises NotFound, Invalid, Forbidden, RuleViolation."""
    decide(work, disclosure, [SpanDecision(span=str(span_id), accepted=accepted, replacement=replacement)])


def decide_all_known(work: Work, disclosure: Disclosure) -> int:
    """Accept every undecided span that hides a value the case knows; say how many. Suggestions stay open."""
    chosen = [span for span in spans_of(work, disclosure) if span.accepted is None and span.source == "known"]
    decide(work, disclosure, [SpanDecision(span=str(span.id), accepted=True) for span in chosen])
    return len(chosen)


def add_span(work: Work, disclosure: Disclosure, *, start: int, end: int, category: str, replacement: str = "") -> None:
    """Hide one more place. Raises Invalid when it lies outside the text or across another span."""
    decide(work, disclosure, [SpanDecision(start=start, end=end, category=category, replacement=replacement)])


def decide(work: Work, disclosure: Disclosure, spans: Sequence[SpanDecision]) -> None:
    """Decide these places in one act, if there are any. Raises NotFound, Invalid, Forbidden, RuleViolation."""
    if breach := work.book.powers.may(work.actor.roles, "decide_spans"):
        raise Forbidden(breach)
    if disclosure.stage != "due":
        raise RuleViolation(NOT_OPEN)
    if spans:
        perform_in(work, find("decide_spans"), of_disclosure(work, disclosure), DecideSpans(spans=tuple(spans)))
