"""What a form starts with and what it offers to choose from, taken from the case."""

from collections.abc import Mapping, Sequence
from typing import Any

from enforcement.actions.disclosures import PrepareDisclosure
from enforcement.actions.forms import FieldSpec, specs
from enforcement.actions.registry import Deed
from enforcement.law.disclosure import obligation
from enforcement.law.facts import CaseFacts
from enforcement.law.powers import Powers
from enforcement.law.reading import last_seen, problems_to_answer
from enforcement.queries import choices
from enforcement.web.fields import Option, Options, Typed, typed_of
from enforcement.web.words import Words
from enforcement.work import Work

CARRIED: Mapping[str, tuple[str, ...]] = {
    "conclude_investigation": ("investigation_concluded", "case_opened", "lead_registered"),
    "give_prior_notice": ("investigation_concluded",),
    "submit_for_review": ("submitted_for_review", "investigation_concluded", "application_examined"),
    "make_decision": ("investigation_concluded",),
    "make_license_decision": ("application_examined",),
    "conclude_inspection": ("on_site_checked",),
    "add_process_record": ("inspection_begun",),
    "check_on_site": ("inspection_begun",),
}
"""Acts that begin with what earlier records say in fields of the same name; the first that has the field gives it."""

NOT_CARRIED = frozenset({("case_opened", "basis")})
"""Event and field of the same name and another meaning: why a case is opened is not what it is decided by."""

RENAMED: Mapping[str, Mapping[str, str]] = {
    "make_decision": {"evidence": "evidence_summary"},
    "make_license_decision": {"outcome": "proposed"},
    "give_prior_notice": {"reasons": "discretion"},
    "submit_for_review": {"reasons": "discretion", "proposal": "other_content"},
}
"""Field of the form to the field of the earlier record."""


def options_of(work: Work, facts: CaseFacts | None, words: Words) -> Options:
    """What each field offers; each source is asked once for a page."""
    asked: dict[tuple[str, str], Sequence[Option]] = {}
    forms = specs(PrepareDisclosure)["form"].options
    duty = obligation(facts, work.book) if facts else None
    owed = duty.forms if duty else forms  # an inspection's result goes out in summary only (G#15)

    def offer(spec: FieldSpec) -> Sequence[Option]:
        if spec.options:
            return [Option(one, words.term(one)) for one in spec.options if spec.options != forms or one in owed]
        key = (spec.kind, spec.source)
        if key not in asked:
            found = (
                choices.role_holders(work, spec.source)
                if spec.kind == "people"
                else choices.offered(work, spec.source, facts, words.term)
            )
            asked[key] = [Option(one.value, one.zh, one.note) for one in found]
        return asked[key]

    return offer


OF_THE_CASE = frozenset({"measures", "unapproved_measures", "preservations"})
"""Sources that are read from the facts alone."""


def has_object(work: Work, deed: Deed | None, facts: CaseFacts) -> bool:
    """Whether the case holds what the act is about: no measure is ended where none stands. No query."""
    asked = specs(deed.form).values() if deed else ()
    needed = [spec for spec in asked if spec.required and spec.source in OF_THE_CASE]
    return all(choices.offered(work, spec.source, facts, str) for spec in needed)


def first_typed(deed: Deed, facts: CaseFacts | None, work: Work) -> Typed:
    """What a fresh form holds: what the case already says, for a person to check and change."""
    values: dict[str, Any] = {name: spec_default(deed.form, name) for name in specs(deed.form)}
    if deed.on and specs(deed.form)[deed.on].kind == "day":
        values[deed.on] = work.today
    if facts is not None:
        values |= _from_case(deed, facts, work.book.powers)
        alone = [str(work.actor.person_id)] if "officer" in work.actor.roles else []
        values |= {name: alone for name, spec in specs(deed.form).items() if _is_team(spec) and not values[name]}
    return typed_of(deed.form, values)


def _is_team(spec: FieldSpec) -> bool:
    return spec.kind == "people" and spec.source == "officer"


def spec_default(form: type, name: str) -> Any:
    """The default of a field as its dataclass declares it."""
    return form.__dataclass_fields__[name].default  # type: ignore[attr-defined]  # a form is a dataclass


def _from_case(deed: Deed, facts: CaseFacts, powers: Powers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    sources = [(event, last_seen(facts, powers, event)) for event in CARRIED.get(deed.name, ())]
    renamed = RENAMED.get(deed.name, {})
    for name, spec in specs(deed.form).items():
        if _is_team(spec):
            found[name] = [one.person_id for one in facts.officers if one.to_on is None]
            continue
        for field in (name, *([renamed[name]] if name in renamed else [])):
            kept = (data for event, data in sources if (event, field) not in NOT_CARRIED)
            value = next((data[field] for data in kept if data.get(field)), None)
            if value is not None:
                found[name] = value
                break
    return found | _special(deed, facts, powers)


def _special(deed: Deed, facts: CaseFacts, powers: Powers) -> dict[str, Any]:
    match deed.name:
        case "set_parties" | "set_party":
            return {"parties": [_party(one) for one in facts.parties]}
        case "respond_to_review":
            return {"responses": [{"point": finding.number("point")} for finding in problems_to_answer(facts, powers)]}
        case "add_process_record" | "check_on_site" | "take_in_recording":
            return {"target": "、".join(party.name for party in facts.parties), "matter": facts.matter.zh}
        case "hold_hearing":
            notified = last_seen(facts, powers, "hearing_notified")
            return {"presider": notified.text("presider")} if notified else {}
        case _:
            return {}


def _party(party: Any) -> Mapping[str, Any]:
    names = party.__dataclass_fields__
    return {name: getattr(party, name) for name in names if name != "id"}
