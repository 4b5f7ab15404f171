"""What an act is done on: a new case, a case, a disclosure, the agency. One shape, so one page serves every act."""

import dataclasses
import uuid
from typing import Any

from flask import url_for

from enforcement.actions import registry
from enforcement.actions.registry import Deed, Outcome
from enforcement.facts import facts_of
from enforcement.law.errors import Breach, NotFound
from enforcement.law.facts import CaseFacts
from enforcement.law.procedure import NextAct
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.queries.cases import find_case
from enforcement.queries.disclosures import find_disclosure
from enforcement.web import here
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One subject of acts, as it stands now. `key`: its forms are saved under it; `zh` names it in a confirmation."""

    scope: registry.Scope
    id: uuid.UUID | None
    key: str
    zh: str
    version: int | None
    procedure: str
    back: str
    facts: CaseFacts | None = None
    case: Case | None = None
    disclosure: Disclosure | None = None

    def address(self, deed: Deed) -> str:
        """Where the page of an act on this subject is."""
        if self.scope == "start":
            return url_for("acts.start", act=deed.address)
        if self.scope == "agency":
            return url_for("acts.agency", act=deed.address)
        endpoint = "acts.on_case" if self.scope == "case" else "acts.on_disclosure"
        return url_for(endpoint, subject_id=self.id, act=deed.address)

    def step(self, deed: Deed) -> NextAct | None:
        """How the act stands today before anything is filled in; None where that is asked only of the filled form."""
        if self.facts is None or self.scope in {"start", "agency"}:
            return None
        procedure = here.book().procedures[self.procedure]
        return next((one for one in procedure.next_acts(self.facts, here.book()) if one.act == deed.name), None)

    def not_yours(self, deed: Deed) -> tuple[Breach, ...]:
        """Why this very person may not do the act here, whatever becomes of the case; () where they may."""
        powers, actor = here.book().powers, here.actor()
        breach = powers.may(actor.roles, deed.name)
        apart = powers.apart(deed.name, self.facts) if self.facts else ()
        unread = powers.withheld(powers.acts[deed.name].event, self.facts) if self.facts else None
        return (*((breach,) if breach else ()), *apart, *((unread,) if unread and not breach else ()))


def mending_address(subject: Subject, breach: Breach) -> str:
    """Where the act is that would mend a breach, its form begun with what the breach knows; "" where there is none."""
    deed = registry.acts().get(breach.mend or "")
    given: dict[str, Any] = dict(breach.fill)
    if deed is None or deed.scope == "start":
        return ""
    if deed.scope == "agency":
        return url_for("acts.agency", act=deed.address, **given)
    if deed.scope == "disclosure":
        wanted = subject.scope == "disclosure"
        return url_for("acts.on_disclosure", subject_id=subject.id, act=deed.address, **given) if wanted else ""
    if subject.case is None:
        return ""
    if deed.staged:
        return url_for("recordings.new", case_id=subject.case.id, **given)
    return url_for("acts.on_case", subject_id=subject.case.id, act=deed.address, **given)


def mends(breach: Breach) -> tuple[Breach, ...]:
    """The breach once for each act that would mend it, the better one first; () where none would."""
    return tuple(dataclasses.replace(breach, mend=act) for act in (breach.mend, breach.or_else) if act)


def mending_field(deed: Deed, breach: Breach) -> str:
    """The field of the very form that would mend a breach; "" where that is another act's.

    Where an act is refused for the officers its own form names, they are mended there.
    """
    acts = here.book().powers.acts
    mending = acts.get(breach.mend or "")
    both_name = mending is not None and mending.names_officers and acts[deed.name].names_officers
    return "officers" if both_name else ""


def find_act(address: str, scope: registry.Scope) -> Deed:
    """The act at an address of this kind. Raises NotFound; also for what is done only with bytes."""
    deed = registry.find(address.replace("-", "_"))
    if deed.scope != scope or deed.staged or not deed.plain:
        raise NotFound("act", address)
    return deed


def case_zh(case: Case) -> str:
    """How a case is named in a sentence."""
    return f"{case.document_no or case.case_no} {case.title}".strip()


def starts() -> list[tuple[Deed, str]]:
    """The acts by which this person may begin a case, with their words."""
    may = here.book().powers.may
    return [
        (deed, here.words().act(name))
        for name, deed in registry.acts().items()
        if deed.scope == "start" and may(here.actor().roles, name) is None
    ]


def a_new_case(deed: Deed) -> Subject:
    """The case that does not exist yet."""
    return Subject(
        scope="start",
        id=None,
        key=deed.name,
        zh="案件",
        version=None,
        procedure=here.book().begun_by(deed.name).key,
        back=url_for("cases.index"),
    )


def the_agency(deed: Deed) -> Subject:
    """The agency itself."""
    return Subject(
        scope="agency", id=None, key=deed.name, zh=here.signed_in().agency_name, version=None, procedure="",
        back=url_for("agency.index"),
    )  # fmt: skip


def a_case(work: Work, case_id: uuid.UUID) -> Subject:
    """A case with its facts. Raises NotFound."""
    case = find_case(work, case_id)
    return Subject(
        scope="case",
        id=case.id,
        key=str(case.id),
        zh=case_zh(case),
        version=case.version,
        procedure=case.procedure,
        back=url_for("cases.show", case_id=case.id),
        facts=facts_of(work, case),
        case=case,
    )


def a_disclosure(work: Work, disclosure_id: uuid.UUID) -> Subject:
    """A disclosure with the facts of its case. Raises NotFound."""
    disclosure, case = find_disclosure(work, disclosure_id)
    return Subject(
        scope="disclosure",
        id=disclosure.id,
        key=str(disclosure.id),
        zh=case_zh(case),
        version=disclosure.version,
        procedure="disclosure",
        back=url_for("disclosures.show", disclosure_id=disclosure.id),
        facts=facts_of(work, case, disclosure=disclosure),
        case=case,
        disclosure=disclosure,
    )


def do(subject_id: uuid.UUID | None, name: str, form: Any, version: int | None) -> Outcome:
    """Do the act. Raises Invalid, Forbidden, NotFound, Stale, RuleViolation."""
    return registry.perform(here.office(), here.actor(), name, form, subject_id, version=version)
