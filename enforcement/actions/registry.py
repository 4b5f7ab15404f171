"""How every act is done, whoever asks: page, API, command line or clock.

Lock, compare the version, ask who may, ask the law with every fact of the case, do it, record it, move the stage:
one transaction.
"""

import dataclasses
import datetime as dt
import functools
import importlib
import pkgutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from psycopg.errors import UniqueViolation
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from enforcement import projection
from enforcement.actions import asked, forms
from enforcement.facts import facts_of
from enforcement.law.errors import Forbidden, Invalid, NotFound, RuleViolation, Stale
from enforcement.law.events import shanghai_day
from enforcement.law.facts import CaseFacts
from enforcement.law.procedure import AdmittedAct, Procedure
from enforcement.models.base import new_id
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.work import Actor, Office, Work

Scope = Literal["start", "case", "disclosure", "agency"]
Extra = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One lawful act: its form, its function, and which field of the form is the day the thing happened."""

    name: str
    form: type
    scope: Scope
    on: str
    body: Callable[..., Extra | None]
    procedure: str = ""
    computes: Callable[..., Extra] | None = None
    then: Callable[[Work, Case, ProcessRecord], None] | None = None
    staged: bool = False
    """Needs bytes: has an address of its own and is not offered as a plain form."""

    @property
    def address(self) -> str:
        """The act's part of its address, `submit_for_review` being `submit-for-review`."""
        return self.name.replace("_", "-")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an act left behind."""

    chain_id: uuid.UUID
    seq: int
    event: str
    stage: str
    version: int
    subject_id: uuid.UUID
    """The case, the disclosure, or the agency."""


_ACTS: dict[str, Deed] = {}


Body = Callable[..., Extra | None]


def act(
    form: type,
    *,
    scope: Scope = "case",
    on: str = "",
    procedure: str = "",
    computes: Callable[..., Extra] | None = None,
    then: Callable[[Work, Case, ProcessRecord], None] | None = None,
    staged: bool = False,
) -> Callable[[Body], Body]:
    """Register a function as the act of its own name.

    The function gets `(work, case, form)`, `(work, disclosure, form)` or `(work, form)` by scope, changes what the act
    changes, and may return more data for the record. `on` names the form's field that holds the day the thing happened,
    if it is not today. `computes` (same arguments) gives values that the law must see beside the form, and the record
    keeps. `then` gets the record just written.
    """

    def register(function: Body) -> Body:
        name = function.__name__
        _ACTS[name] = Deed(
            name=name,
            form=form,
            scope=scope,
            on=on,
            body=function,
            procedure=procedure,
            computes=computes,
            then=then,
            staged=staged,
        )
        return function

    return register


@functools.cache
def acts() -> Mapping[str, Deed]:
    """Every act by name."""
    package = importlib.import_module("enforcement.actions")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"enforcement.actions.{module.name}")
    return dict(sorted(_ACTS.items()))


def find(name: str) -> Deed:
    """The act of that name. Raises NotFound."""
    try:
        return acts()[name]
    except KeyError:
        raise NotFound("act", name) from None


def _prepare(work: Work, deed: Deed, form: Any) -> dt.date:
    if not isinstance(form, deed.form):
        raise TypeError(f"{deed.name} takes {deed.form.__name__}, not {type(form).__name__}")
    forms.check(form)
    happened = getattr(form, deed.on) if deed.on else None
    if breach := work.book.powers.may(work.actor.roles, deed.name):
        raise Forbidden(breach)
    asked.check(work, form)
    return (shanghai_day(happened) if isinstance(happened, dt.datetime) else happened) or work.today


def start(office: Office, actor: Actor, name: str, form: Any, *, parent_case_id: uuid.UUID | None = None) -> Outcome:
    """Do the act that starts a case. Raises Invalid, Forbidden, RuleViolation."""
    deed = find(name)
    with office.begin(actor) as work:
        return start_in(work, deed, form, parent_case_id=parent_case_id)


def start_in(work: Work, deed: Deed, form: Any, *, parent_case_id: uuid.UUID | None = None) -> Outcome:
    """Start a case inside a running act, as an inspection handing over to a penalty does."""
    on = _prepare(work, deed, form)
    procedure = work.book.procedures[deed.procedure]
    case = new_case(work, procedure, parent_case_id)
    extra = deed.body(work, case, form)
    # Judged after its body, because the body is what gives the case its matter, party and officers.
    facts = facts_of(work, case, forms.to_values(form))
    admitted = _admit(work, procedure, deed, facts)
    _begin_chain_and_number(work, case)
    return _record(work, deed, case, form, on, extra, admitted, facts)


def perform(
    office: Office,
    actor: Actor,
    case_id: uuid.UUID,
    name: str,
    form: Any,
    *,
    version: int | None,
    beside: object | None = None,
) -> Outcome:
    """Do an act in a case. Raises Invalid, Forbidden, NotFound, Stale, RuleViolation; then nothing has changed.

    `beside` reaches the act's function next to the form: what no person fills in and no record keeps.
    """
    deed = find(name)
    with office.begin(actor) as work:
        return perform_in(work, deed, work.lock_case(case_id, version), form, beside)


def perform_in(work: Work, deed: Deed, case: Case, form: Any, beside: object | None = None) -> Outcome:
    """Do an act in a case already locked by this transaction."""
    on = _prepare(work, deed, form)
    computed = dict(deed.computes(work, case, form)) if deed.computes else {}
    facts = facts_of(work, case, forms.to_values(form) | computed, happened_on=on)
    admitted = _admit(work, work.book.procedures[case.procedure], deed, facts)
    more = () if beside is None else (beside,)
    extra = computed | dict(deed.body(work, case, form, *more) or {})
    return _record(work, deed, case, form, on, extra, admitted, facts)


def _admit(work: Work, procedure: Procedure, deed: Deed, facts: CaseFacts) -> AdmittedAct:
    """Ask the law, and what it keeps apart; a refusal names both."""
    apart = work.book.powers.apart(deed.name, facts)
    if deed.name not in procedure.acts:
        raise NotFound("act", deed.name)
    try:
        admitted = procedure.admit(deed.name, facts, work.book)
    except RuleViolation as refusal:
        raise RuleViolation(*apart, *refusal.breaches) from None
    if apart:
        raise RuleViolation(*apart)
    return admitted


def _record(
    work: Work,
    deed: Deed,
    case: Case,
    form: Any,
    on: dt.date,
    extra: Extra | None,
    admitted: AdmittedAct,
    facts: CaseFacts,
) -> Outcome:
    case.stage = admitted.stage_after or case.stage
    procedure = work.book.procedures[case.procedure]
    if procedure.stages[case.stage].ends and case.closed_on is None:
        case.closed_on = work.today
    case.version += 1
    data = forms.to_data(form) | dict(extra or {})
    row = work.record(case.id, act=deed.name, data=data, stage=case.stage, on=on)
    if deed.then:
        deed.then(work, case, row)
    projection.after_act(work, case, facts, row)
    return Outcome(
        chain_id=case.id, seq=row.seq, event=row.event, stage=case.stage, version=case.version, subject_id=case.id
    )


def perform_on_disclosure(
    office: Office, actor: Actor, disclosure_id: uuid.UUID, name: str, form: Any, *, version: int | None
) -> Outcome:
    """Do an act on a disclosure. Raises as :func:`perform`."""
    deed = find(name)
    with office.begin(actor) as work:
        disclosure = lock_disclosure(work, disclosure_id, version)
        return perform_on_disclosure_in(work, deed, disclosure, form)


def perform_on_disclosure_in(work: Work, deed: Deed, disclosure: Disclosure, form: Any) -> Outcome:
    """Do an act on a disclosure already locked, with its case, by this transaction."""
    on = _prepare(work, deed, form)
    case = work.session.get_one(Case, disclosure.case_id)
    computed = dict(deed.computes(work, disclosure, form)) if deed.computes else {}
    facts = facts_of(work, case, forms.to_values(form) | computed, disclosure=disclosure)
    admitted = _admit(work, work.book.procedures["disclosure"], deed, facts)
    extra = computed | dict(deed.body(work, disclosure, form) or {})
    disclosed = extra.pop("disclosed", None)
    disclosure.stage = admitted.stage_after or disclosure.stage
    disclosure.version += 1
    case.version += 1
    row = work.record(
        case.id,
        act=deed.name,
        data=forms.to_data(form) | {"disclosure": str(disclosure.id)} | extra,
        stage=case.stage,
        on=on,
        disclosed=disclosed,
    )
    projection.after_act(work, case, facts, row)
    return Outcome(
        chain_id=case.id,
        seq=row.seq,
        event=admitted.event,
        stage=disclosure.stage,
        version=disclosure.version,
        subject_id=disclosure.id,
    )


def lock_disclosure(work: Work, disclosure_id: uuid.UUID, version: int | None) -> Disclosure:
    """Lock a disclosure and its case: the case first, as every act does. Raises NotFound, Stale."""
    case_id = work.session.scalar(select(Disclosure.case_id).where(Disclosure.id == disclosure_id))
    if case_id is None:
        raise NotFound("disclosure", disclosure_id)
    work.lock_case(case_id, None)
    disclosure = work.session.scalars(select(Disclosure).where(Disclosure.id == disclosure_id).with_for_update()).one()
    if version is not None and disclosure.version != version:
        raise Stale(version, disclosure.version)
    return disclosure


def perform_for_agency(office: Office, actor: Actor, name: str, form: Any) -> Outcome:
    """Do an act of the agency itself (people, certificates, directory, parameters). Raises Invalid, Forbidden,
    RuleViolation.
    """
    with office.begin(actor) as work:
        return perform_for_agency_in(work, find(name), form)


def perform_for_agency_in(work: Work, deed: Deed, form: Any) -> Outcome:
    """Do an act of the agency inside a running one, as founding an agency does."""
    on = _prepare(work, deed, form)
    agency = work.session.scalars(select(Agency).with_for_update()).one()
    with once(deed.form):
        extra = deed.body(work, form)
        work.session.flush()
    data = forms.to_data(form) | dict(extra or {})
    row = work.record(agency.chain_id, act=deed.name, data=data, on=on, case=False)
    projection.after_agency_act(work, row)
    return Outcome(
        chain_id=agency.chain_id, seq=row.seq, event=row.event, stage="", version=row.seq, subject_id=agency.id
    )


@contextmanager
def once(form: type) -> Iterator[None]:
    """Whatever is written inside is there once: names, numbers and days that must be so are so in the tables.

    Raises Invalid, naming the field where the form has one of that name. Two who write the same at once meet here too.
    """
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        constraint = error.orig.diag.constraint_name or ""
        field = next((name for name in forms.specs(form) if constraint.endswith(f"_{name}")), "")
        raise Invalid({field: ["已经登记，不得重复"]}) from None


def new_case(work: Work, procedure: Procedure, parent_case_id: uuid.UUID | None) -> Case:
    """A case before its chain, its number and its first record."""
    agency_id = work.actor.agency_id
    case_id = new_id()
    case = Case(
        id=case_id,
        agency_id=agency_id,
        procedure=procedure.key,
        stage=procedure.start,
        version=0,
        title="",
        matter_code="",
        unit_id=work.actor.unit_id,
        parent_case_id=parent_case_id,
        created_at=work.moment,
    )
    work.session.add(case)
    return case


# One question for both: every start of a case waits for the row of the number.
_CHAIN_AND_NUMBER = """
    WITH chain AS (INSERT INTO enforcement.ledger_chain (id, agency_id, kind) VALUES (%s, %s, 'case'))
    INSERT INTO enforcement.document_number (agency_id, series, year, last) VALUES (%s, 'case', %s, 1)
    ON CONFLICT (agency_id, series, year) DO UPDATE SET last = document_number.last + 1 RETURNING last
"""


def _begin_chain_and_number(work: Work, case: Case) -> None:
    """Last before the record: until this transaction ends, everybody else who starts a case waits for the number."""
    agency_id, year = work.actor.agency_id, work.today.year
    row = (case.id, agency_id, agency_id, year)
    number: int = work.session.connection().exec_driver_sql(_CHAIN_AND_NUMBER, row).scalar_one()
    case.case_no = f"{year}-{number:04d}"


_NEXT_NUMBER = """
    INSERT INTO enforcement.document_number (agency_id, series, year, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (agency_id, series, year) DO UPDATE SET last = document_number.last + 1 RETURNING last
"""


def take_number(work: Work, series: str) -> int:
    """The next number of a series this year, without gaps: its row stays locked until this act commits."""
    row = (work.actor.agency_id, series, work.today.year)
    number: int = work.session.connection().exec_driver_sql(_NEXT_NUMBER, row).scalar_one()
    return number
