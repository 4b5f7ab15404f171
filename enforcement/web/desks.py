"""Desks: pages for acts whose form alone is not enough to act on. Which act has one, says acts.toml (`desk`)."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from enforcement.actions import forms
from enforcement.actions.disclosures import PrepareDisclosure, gate, next_content, prepared, suggested
from enforcement.actions.forms import specs
from enforcement.actions.redaction import spans_of
from enforcement.actions.registry import Deed
from enforcement.law import review, review_checklist
from enforcement.law.acts import Desk as DeskName
from enforcement.law.clocks import open_clocks
from enforcement.law.errors import Invalid
from enforcement.law.facts import CaseFacts
from enforcement.law.major import classify
from enforcement.law.reading import answers_before, seen
from enforcement.models.people import Agency
from enforcement.queries import people
from enforcement.queries.paging import Place
from enforcement.queries.recordings import RecordingFilter, list_recordings
from enforcement.web import casefile, fields, here, offers
from enforcement.web.fields import Typed, typed_of
from enforcement.web.subjects import Subject
from enforcement.work import Work

Context = Callable[[Work, Subject, Deed, Typed, bool], Mapping[str, Any]]
"""What the template is given beside the form, of what is typed now; True where somebody asked for a preview."""


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """A template and what it is given. `first`: what a fresh form holds, where that is more than the case says."""

    template: str
    context: Context
    first: Callable[[Work, Subject, Deed], Typed] | None = None


def desk_of(deed: Deed) -> Desk:
    """The desk of an act; the plain form for most."""
    desk = here.book().powers.acts[deed.name].desk
    return DESKS[desk] if desk else _PLAIN


def first_typed(deed: Deed, subject: Subject, work: Work) -> Typed:
    """What a fresh form of this act on this subject holds."""
    more = desk_of(deed).first
    return offers.first_typed(deed, subject.facts, work) | (more(work, subject, deed) if more else {})


def _plain(_work: Work, subject: Subject, _deed: Deed, _typed: Typed, _preview: bool) -> Mapping[str, Any]:
    """The case beside the form: whose it is, who handles it, what is running out."""
    return {} if subject.case is None or subject.facts is None else {"clocks": open_clocks(subject.facts, here.book())}


def _review(work: Work, subject: Subject, _deed: Deed, typed: Typed, _: bool) -> Mapping[str, Any]:
    facts = subject.facts
    if facts is None or subject.case is None:
        return {}
    recordings = list_recordings(work, RecordingFilter(case_id=subject.case.id), Place(size=100)).rows
    names = people.everybody(work)
    records = seen(facts, here.book().powers)
    checks = review_checklist.checks(facts, here.book())
    lacking = [
        check.point for index, check in enumerate(checks) if not any(typed.get(f"findings.{index}.conclusion", []))
    ]
    return {
        "checks": checks,
        "lacking": lacking,
        "changes": review.changes_for_reviewer(facts, here.book()),
        "answers": answers_before(facts, here.book().powers),
        "major": classify(facts, here.book()),
        "dossier": casefile.timeline(here.words(), [one for one in records if one.standing], names),
        "recordings": recordings,
        "clocks": open_clocks(facts, here.book()),
        "submissions": [one for one in records if one.event == "submitted_for_review"],
    }


SUMMARY: Mapping[str, tuple[str, frozenset[str]]] = {
    "proposal": ("结论和办理建议", frozenset({"investigation_concluded", "application_examined"})),
    "notice": ("告知", frozenset({"prior_notice_given", "hearing_right_told"})),
    "answer": (
        "陈述申辩、听证",
        frozenset({"defense_recorded", "defense_waived", "hearing_requested", "hearing_waived", "hearing_held"}),
    ),
    "review": ("审核", frozenset({"submitted_for_review", "review_opinion_issued", "responded_to_review", "examined"})),
    "discussion": ("集体讨论", frozenset({"discussion_held"})),
}
"""What whoever decides reads before the form, by event."""


def _decision(work: Work, subject: Subject, deed: Deed, typed: Typed, preview: bool) -> Mapping[str, Any]:
    facts = subject.facts
    if facts is None:
        return {}
    names, words = people.everybody(work), here.words()
    records = [one for one in seen(facts, here.book().powers) if one.standing]
    major = classify(facts, here.book())
    composed, faults = _composed(work, facts, deed, typed)
    # Without a record the heading stands where one was to be expected: a stage of this kind of case, or a major case.
    expected = {step.event for step in here.book().procedures[subject.procedure].acts.values() if step.to}
    expected |= SUMMARY["review"][1] | SUMMARY["discussion"][1] if major.is_major else set()
    shown = {
        key: casefile.timeline(words, [one for one in records if one.event in events], names)
        for key, (_, events) in SUMMARY.items()
    }
    return {
        "summary": [(key, zh, shown[key]) for key, (zh, events) in SUMMARY.items() if shown[key] or events & expected],
        "major": major,
        "clocks": open_clocks(facts, here.book()),
        "composed": composed,
        "faults": faults,
        "previewed": preview,
        "evidence_count": sum(one.event == "evidence_added" for one in records),
        "recording_count": len(facts.recordings),
    }


def _composed(work: Work, facts: CaseFacts, deed: Deed, typed: Typed) -> tuple[str, Mapping[str, list[str]]]:
    """The decision document as it would read now; the number is taken when the decision is made."""
    try:
        values = forms.to_values(fields.load(deed.form, typed))
    except Invalid as error:
        return "", error.fields
    agency = work.session.scalars(select(Agency)).one()
    heading = {
        "document_no": "（文号在作出决定时编定）",
        "decided_on": work.today.isoformat(),
        "agency_name": agency.name,
    }
    return deed.composes(facts, heading, values, here.book().terms.zh) if deed.composes else "", {}


def _prepared(work: Work, subject: Subject, deed: Deed) -> Typed:
    if subject.disclosure is None:
        return {}
    values = prepared(subject.disclosure) if subject.disclosure.fields else suggested(work, subject.disclosure)
    return typed_of(deed.form, {name: getattr(values, name) for name in specs(deed.form)})


def _preparing(work: Work, subject: Subject, _deed: Deed, typed: Typed, _: bool) -> Mapping[str, Any]:
    disclosure, facts = subject.disclosure, subject.facts
    if disclosure is None or facts is None:
        return {}
    spans = spans_of(work, disclosure)
    try:
        values = fields.load(PrepareDisclosure, typed)
    except Invalid:
        values = suggested(work, disclosure)
    return _public(work, subject, values) | {
        "spans": spans,
        "pieces": pieces(disclosure.original_text, spans),
        "categories": [(one.key, one.mask) for one in here.book().redaction.categories.values()],
        "clocks": [clock for clock in open_clocks(facts, here.book()) if clock.limit.key == disclosure.limit_key],
    }


def _releasing(work: Work, subject: Subject, _deed: Deed, _typed: Typed, _: bool) -> Mapping[str, Any]:
    disclosure, facts = subject.disclosure, subject.facts
    if disclosure is None or facts is None or not disclosure.fields:
        return {"content": None}
    spans = spans_of(work, disclosure)
    names = people.everybody(work)
    return _public(work, subject, prepared(disclosure)) | {
        "spans": [span for span in spans if span.accepted],
        "kept": [span for span in spans if span.accepted is False],
        "pieces": pieces(disclosure.original_text, [span for span in spans if span.accepted]),
        "prepared_by": names.get(str(disclosure.prepared_by), ""),
        "clocks": [clock for clock in open_clocks(facts, here.book()) if clock.limit.key == disclosure.limit_key],
    }


def public_content(work: Work, subject: Subject) -> Any:
    """The publication as it was prepared, as its bytes would say it today."""
    disclosure, facts = subject.disclosure, subject.facts
    if disclosure is None or facts is None or not disclosure.fields:
        return None
    return next_content(work, disclosure, facts, prepared(disclosure))


def _public(work: Work, subject: Subject, values: Any) -> dict[str, Any]:
    """The publication as its bytes would say it today, and what stands between it and the public."""
    disclosure, facts = subject.disclosure, subject.facts
    if disclosure is None or facts is None:
        return {}
    return {
        "content": next_content(work, disclosure, facts, values),
        "gate": gate(work, disclosure, facts, values),
        "original": disclosure.original_text,
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the original text; `span` where it lies inside one."""

    text: str
    span: Any = None


def pieces(original: str, spans: list[Any]) -> list[Piece]:
    """The original cut at its spans, for a page that colours them."""
    cut: list[Piece] = []
    at = 0
    for span in sorted(spans, key=lambda one: one.start):
        if span.start < at:
            continue
        if span.start > at:
            cut.append(Piece(original[at : span.start]))
        cut.append(Piece(original[span.start : span.end], span))
        at = span.end
    return [*cut, Piece(original[at:])] if at < len(original) else cut


_PLAIN = Desk("act.html", _plain)
DESKS: Mapping[DeskName, Desk] = {
    "review": Desk("review_desk.html", _review),
    "decision": Desk("decision_desk.html", _decision),
    "disclosure": Desk("disclosure_desk.html", _preparing, _prepared),
    "release": Desk("release_desk.html", _releasing),
}
