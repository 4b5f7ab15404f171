"""From the duty to disclose to the public page (G#5, G#13 to G#16)."""

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import select

from enforcement.actions.cases import Reason
from enforcement.actions.forms import choice, day, lines, long_text, specs, text
from enforcement.actions.redaction import (
    kept_values,
    known_values,
    leaks_of,
    party_label,
    propose_spans,
    public_text,
    spans_of,
    unmasked_in,
)  # fmt: skip
from enforcement.actions.registry import Extra, act, form_of, opener
from enforcement.facts import agency_settings, due_day, facts_of
from enforcement.law.decision import IMPOSED, inspection_summary, penalty_contents
from enforcement.law.disclosure import obligation, unserved
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields
from enforcement.models.base import new_id
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.work import Work
from publish import document, redact, release


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PrepareDisclosure:
    """What the public will read: the form, and the fields of G#14.3 or G#15."""

    adds: ClassVar[tuple[str, ...]] = ("leaks", "seen", "undecided", "unmasked")
    """What the record, or the facts, hold beside the form."""

    form: str = choice("公示方式", "full_text", "summary", cite="G#14.1")
    title: str = text("公示标题")
    party_label: str = text("执法对象（个人隐去真实姓名）", cite="G#14.3")
    decision_kind: str = text("决定种类", required=False, cite="G#14.3")
    main_content: str = long_text("主要内容", cite="G#14.3")
    gist: str = text("列表摘要", required=False, max_length=120)
    facts: str = long_text("事实摘要", required=False)
    basis: tuple[str, ...] = lines("依据", required=False)
    remedies: str = long_text("救济渠道", required=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A remark, or nothing."""

    note: str = long_text("说明", required=False)


@form_of("propose_withholding", scope="disclosure")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProposeWithholding:
    """On which of the five grounds a result is not to be disclosed (G#16.1)."""

    ground: str = choice("不予公示的情形", "G16.1", "G16.2", "G16.3", "G16.4", "G16.5", cite="G#16.1")
    cite: str = text("依据条款", cite="G#16.1")
    source_rank: str = choice(
        "依据的位阶", "law", "administrative_regulation", "local_regulation", "rule", required=False
    )
    reason: str = long_text("理由")


@form_of("propose_deferral", scope="disclosure")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProposeDeferral:
    """Deferral without a day, or postponement to one (G#16.2)."""

    kind: str = choice("方式", "deferral", "postponement", cite="G#16.2")
    ground: str = choice("情形", "G16.6a", "G16.6b", cite="G#16.2")
    reason: str = long_text("理由")
    review_on: dt.date | None = day(
        "复核日期", ahead=True, note="届时重新审查暂缓、延期的情形是否仍然存在（系统内控要求）"
    )
    until: dt.date | None = day("延期至", ahead=True, required=False)


@form_of("approve_withholding", scope="disclosure")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """The head's approval; to decline is an act of its own."""

    opinion: str = long_text("意见", required=False)


@opener("disclosure")
def open_disclosure(work: Work, case: Case, record: Record) -> None:
    """The duty to disclose begins with the decision or the conclusion, by itself (G#13)."""
    facts = work.known
    owed = obligation(facts, work.book)
    if owed is None:
        return
    disclosure = Disclosure(
        id=new_id(),
        agency_id=case.agency_id,
        case_id=case.id,
        decision_seq=record.seq,
        kind=owed.kind,
        limit_key=owed.limit_key,
        anchor_on=owed.anchor_on,
        stage="due",
        version=1,
        form=owed.form,
        original_text=_original(work, facts, record),
        fields={},
    )
    work.session.add(disclosure)
    work.session.flush()
    propose_spans(work, disclosure, facts)


def _original(work: Work, facts: CaseFacts, record: Record) -> str:
    if "text" in record.data:
        return str(record.data["text"])
    return inspection_summary(facts, {"agency_name": agency_settings(work).agency.name}, work.book.terms.zh)


def suggested(work: Work, disclosure: Disclosure) -> PrepareDisclosure:
    """The fields as the case itself would fill them, masked; the clerk corrects and answers for them."""
    facts = facts_of(work, work.session.get_one(Case, disclosure.case_id))
    rules = work.book.redaction
    known, keep = known_values(facts, rules), kept_values(facts, rules)

    def masked(value: str) -> str:
        # Suggestions are for a person to decide; what stands here already is what the case knows or a label names.
        sure = [span for span in redact.propose(value, known, rules=rules, keep=keep) if span.source != "suggestion"]
        return redact.apply(value, sure)

    label, zh = party_label(facts, rules), work.book.terms.zh
    if disclosure.kind == "inspection_result":
        concluded = facts.read("result_concluded")
        return PrepareDisclosure(
            form="summary",
            title=f"{label}行政检查结果",
            party_label=label,
            main_content=masked(f"{zh(concluded.text('conclusion'))}。{concluded.text('gist')}"),
            gist=zh(concluded.text("conclusion")),
        )
    decision = facts.read("decision_made")
    if disclosure.kind == "license_decision":
        kind = zh(decision.text("outcome"))
        content = decision.text("content")
        title = f"{label}{facts.matter.zh}决定（{kind}）"
    else:
        imposed = decision.text("outcome") == IMPOSED
        kind = "；".join(zh(item) for item in decision.lines("penalties")) if imposed else zh(decision.text("outcome"))
        content = penalty_contents(decision, zh) if imposed else f"{kind}。"
        violation = decision.text("violation").removesuffix("行为").removesuffix("的")
        title = f"{label}{violation}{'行政处罚' if imposed else kind}决定"
    return PrepareDisclosure(
        form=disclosure.form or "full_text",
        title=masked(title),
        party_label=label,
        decision_kind=kind,
        main_content=masked(content),
        gist=masked(content)[:80],
        facts=masked(decision.text("facts")),
        basis=tuple(line for line in decision.text("basis").splitlines() if line.strip()),
        remedies=decision.text("remedies"),
    )


def _content(work: Work, disclosure: Disclosure, facts: CaseFacts, values: PrepareDisclosure) -> document.Content:
    """The publication as its bytes would say it, were it published today for the first time."""
    agency = work.session.scalars(select(Agency)).one()  # as it stands in the table, whoever wrote there
    inspection = disclosure.kind == "inspection_result"
    source = facts.read("result_concluded" if inspection else "decision_made")
    full = values.form == "full_text"
    return document.Content(
        kind=disclosure.kind,
        form=values.form,
        agency=agency.name,
        document_no=source.text("check_sheet_no" if inspection else "document_no"),
        title=values.title,
        party_label=values.party_label,
        decided_on=(source.day("inspected_on") if inspection else None) or disclosure.anchor_on,
        published_on=work.today,
        main_content=values.main_content,
        decision_kind=values.decision_kind,
        method=work.book.terms.zh(facts.read("inspection_begun").text("method")) if inspection else "",
        due_on=due_day(facts, disclosure, work),
        basis=values.basis,
        facts=values.facts,
        gist=values.gist,
        remedies=values.remedies,
        full_text=public_text(disclosure.original_text, spans_of(work, disclosure)) if full else "",
    )


def next_content(work: Work, disclosure: Disclosure, facts: CaseFacts, values: PrepareDisclosure) -> document.Content:
    """What would go out today, with the history it would carry where it corrects what is public."""
    content = _content(work, disclosure, facts, values)
    reason = _reason_of_next_version(work, disclosure, facts)
    if not reason:
        return content
    try:
        return release.next_version(work.session, disclosure.id, content, reason=reason)
    except release.NotPublished:  # withdrawn meanwhile: nothing of it goes out any more
        return content


def _reason_of_next_version(work: Work, disclosure: Disclosure, facts: CaseFacts) -> str:
    """Why another version follows what was public: corrected, or taken down; '' where nothing was public."""
    for record in reversed(facts.records):
        if Fields(record.data).text("disclosure") == str(disclosure.id):
            if record.event == "publication_taken_down":
                return work.book.disclosure.taken_down.history
            if record.event == "correction_begun":
                return Fields(record.data).text("reason")
    return ""


def _as_text(value: object) -> str:
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def gate(work: Work, disclosure: Disclosure, facts: CaseFacts, values: PrepareDisclosure) -> dict[str, Any]:
    """What stands between these values and the public: undecided spans, missing fields, known values that still show.

    `unserved` stands in nobody's way, but whoever prepares, releases or looks back is to know it (G13.e).
    """
    content = next_content(work, disclosure, facts, values)
    data = document.to_bytes(content)
    typed = {spec.zh: _as_text(getattr(values, name)) for name, spec in specs(PrepareDisclosure).items()}
    return {
        "undecided": sum(span.accepted is None for span in spans_of(work, disclosure))
        if values.form == "full_text"
        else 0,
        "missing": [f"{item.zh}（{item.cite}）" for item in document.missing_fields(content)],
        "leaks": leaks_of(work, facts, data),
        "unmasked": [
            f"“{field}”中的{work.book.redaction.categories[category].zh}"
            for field, category in unmasked_in(work, disclosure, facts, typed)
        ],
        "unserved": unserved(facts),
        "seen": document.words(content),
    }


def prepared(disclosure: Disclosure) -> PrepareDisclosure:
    """The values a clerk prepared, read back from the disclosure."""
    fields = dict(disclosure.fields)
    fields["basis"] = tuple(fields.get("basis", ()))
    return PrepareDisclosure(**fields)


def _gate_before_preparing(work: Work, disclosure: Disclosure, form: PrepareDisclosure) -> Extra:
    return gate(work, disclosure, work.known, form)


def _gate_as_prepared(work: Work, disclosure: Disclosure, _form: Any) -> Extra:
    # What nobody has prepared holds nothing to look at: its stage alone refuses what comes after.
    return gate(work, disclosure, work.known, prepared(disclosure)) if disclosure.fields else {}


@act(PrepareDisclosure, scope="disclosure", computes=_gate_before_preparing)
def prepare_disclosure(work: Work, disclosure: Disclosure, form: PrepareDisclosure) -> Extra | None:
    """Prepare what the public will read; every span decided, no known value left."""
    spans = spans_of(work, disclosure)
    disclosure.form = form.form
    disclosure.fields = {field.name: getattr(form, field.name) for field in dataclasses.fields(form)} | {
        "basis": list(form.basis)
    }
    disclosure.public_text = public_text(disclosure.original_text, spans) if form.form == "full_text" else ""
    disclosure.prepared_by = work.actor.person_id
    return {
        "spans": [
            {"start": span.start, "end": span.end, "category": span.category, "accepted": bool(span.accepted)}
            for span in spans
        ]
    }


@act(Note, scope="disclosure", computes=_gate_as_prepared)
def release_disclosure(work: Work, disclosure: Disclosure, _form: Note) -> Extra | None:
    """Release what was seen: from now on the clock may publish that, and nothing else (G#5.1)."""
    disclosure.released_at = work.moment
    return None


@act(Reason, scope="disclosure")
def send_back_disclosure(_work: Work, disclosure: Disclosure, _form: Reason) -> Extra | None:
    """Send the preparation back to the clerk."""
    disclosure.released_at = None
    return None


@act(Note, scope="disclosure", computes=_gate_as_prepared)
def publish_disclosure(work: Work, disclosure: Disclosure, _form: Note) -> Extra | None:
    """Publish what was released: bytes, digest and ledger entry are one transaction. Again, it is a next version."""
    facts = work.known
    content = document.salted(next_content(work, disclosure, facts, prepared(disclosure)))
    if reason := _reason_of_next_version(work, disclosure, facts):
        data = release.correct(work.session, disclosure.id, content, reason=reason, at=work.moment)
    else:
        data = release.put(work.session, disclosure.id, disclosure.agency_id, content, at=work.moment)
    digest = document.written_digest(document.digest(data))
    disclosure.verified_at = None
    return {
        "publication_digest": digest,
        **disclosed(disclosure, digest=digest, version=str(content.version)),
    }


def disclosed(disclosure: Disclosure, **public: str) -> Extra:
    """What the ledger's entry tells the public of a publication."""
    return {"disclosed": {"publication": str(disclosure.id), **public}}


@act(Note, scope="disclosure")
def verify_publication(work: Work, disclosure: Disclosure, _form: Note) -> Extra | None:
    """Note that the page was fetched back and is what was published: only now the clock stops (G4.2)."""
    disclosure.verified_at = work.moment
    return None


@act(Approve, scope="disclosure")
def approve_deferral(work: Work, disclosure: Disclosure, _form: Approve) -> Extra | None:
    """Approve the deferral before the due day (G#16.2)."""
    proposal = work.known.read("deferral_proposed")
    disclosure.review_on = proposal.day("review_on")
    return {key: proposal.text(key) for key in ("kind", "ground", "review_on", "until") if proposal.text(key)}


@act(Reason, scope="disclosure")
def end_deferral(_work: Work, disclosure: Disclosure, _form: Reason) -> Extra | None:
    """End the deferral: the remaining days run."""
    disclosure.review_on = None
    return None


def gate_of_reason(work: Work, _disclosure: Disclosure, form: Any) -> Extra:
    """What of the case the public reason of a correction or a withdrawal would tell (G18.2b, G#19)."""
    return {"leaks": leaks_of(work, work.known, form.reason)}


@act(Reason, scope="disclosure", computes=gate_of_reason)
def begin_correction(_work: Work, disclosure: Disclosure, _form: Reason) -> Extra | None:
    """Begin to correct what is public (G#19): prepared, released and published again, at the same address."""
    disclosure.released_at = None
    return None


form_of("decline_proposal", scope="disclosure")(Reason)
