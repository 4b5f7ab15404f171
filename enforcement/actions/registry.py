"""How every act is done, whoever asks and whatever it is about: page, API, command line or clock.

Lock, compare the version, ask who may, ask the law with every fact, do it, write down what came of it, move the stage:
one transaction, one way.
"""

import dataclasses
import datetime as dt
import functools
import importlib
import pkgutil
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from enforcement import projection
from enforcement.actions import asked, forms, subjects
from enforcement.actions.numbers import begin_chain_and_number
from enforcement.actions.subjects import Subject
from enforcement.law.decision import Zh
from enforcement.law.errors import Forbidden, NotFound, RuleViolation
from enforcement.law.events import Record, shanghai_day
from enforcement.law.facts import CaseFacts
from enforcement.law.procedure import AdmittedAct
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.work import Actor, Office, Work
from enforcement.wrote import Change

Scope = Literal["start", "case", "disclosure", "agency"]
Extra = Mapping[str, Any]
Body = Callable[..., Extra | None]
Compose = Callable[[CaseFacts, Extra, Extra, Zh], str]
"""The text of a document, of the facts, its heading (number, day, agency), the form's values and the words of terms."""
Form = TypeVar("Form", bound=type)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """The code of one act: its form, what it does beyond its record, which field is the day the thing happened."""

    name: str
    form: type
    scope: Scope
    on: str
    body: Body | None = None
    computes: Callable[..., Extra] | None = None
    composes: Compose | None = None
    """The text of the document that the act issues."""
    plain: bool = True
    """Offered as a plain form; what is done in passing on another act's desk is not."""
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


_DEEDS: dict[str, Deed] = {}


def act(
    form: type,
    *,
    scope: Scope = "case",
    on: str = "",
    computes: Callable[..., Extra] | None = None,
    composes: Compose | None = None,
    plain: bool = True,
    staged: bool = False,
) -> Callable[[Body], Body]:
    """Register a function as what the act of its own name does.

    The function gets `(work, row, form)`, `row` being the case, the disclosure or the agency, changes what the act
    changes, and may return more data for the record; the facts of the case are in `work.facts`. `on` names the form's
    field that holds the day the thing happened, if it is not today. `computes` (same arguments) gives values that the
    law must see beside the form, and the record keeps; `composes` is how its document reads. Numbers are taken
    in the function: after the law has said yes.
    """

    def register(function: Body) -> Body:
        _register(
            Deed(
                name=function.__name__,
                form=form,
                scope=scope,
                on=on,
                body=function,
                computes=computes,
                composes=composes,
                plain=plain,
                staged=staged,
            )
        )
        return function

    return register


def form_of(
    *names: str, scope: Scope = "case", on: str = "", computes: Callable[..., Extra] | None = None
) -> Callable[[Form], Form]:
    """Register a form as that of acts which do nothing but leave their record."""

    def register(form: Form) -> Form:
        for name in names:
            _register(Deed(name=name, form=form, scope=scope, on=on, computes=computes))
        return form

    return register


def _register(deed: Deed) -> None:
    if deed.name in _DEEDS:
        raise ValueError(f"two acts are called {deed.name}")
    _DEEDS[deed.name] = deed


Opener = Callable[[Work, Any, Record], None]
_OPENERS: dict[str, Opener] = {}


def opener(what: str) -> Callable[[Opener], Opener]:
    """Register how that which an act `opens` (acts.toml) begins; it gets the record about to be written."""

    def register(function: Opener) -> Opener:
        _OPENERS[what] = function
        return function

    return register


@functools.cache
def acts() -> Mapping[str, Deed]:
    """Every act by name."""
    package = importlib.import_module("enforcement.actions")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"enforcement.actions.{module.name}")
    return dict(sorted(_DEEDS.items()))


def find(name: str) -> Deed:
    """The act of that name. Raises NotFound."""
    try:
        return acts()[name]
    except KeyError:
        raise NotFound("act", name) from None


def perform(
    office: Office,
    actor: Actor,
    name: str,
    form: Any,
    subject_id: uuid.UUID | None = None,
    *,
    version: int | None = None,
    beside: object | None = None,
) -> Outcome:
    """Do an act: of a case or a disclosure by its id, of the actor's agency or the beginning of a case without one.

    `version` is the one the actor has seen; acts that only add to a case (acts.toml) rest on none. `beside` reaches the
    act's function next to the form: what no person fills in and no record keeps. Raises Invalid, Forbidden, NotFound,
    Stale, RuleViolation; then nothing has changed.
    """
    deed = find(name)
    with office.begin(actor) as work:
        rests_on = None if work.book.powers.acts[name].adds else version
        return perform_in(work, deed, subjects.lock(work, deed, subject_id, rests_on), form, beside)


def perform_in(work: Work, deed: Deed, subject: Subject, form: Any, beside: object | None = None) -> Outcome:
    """Do an act on what this transaction has locked. Raises as :func:`perform`."""
    on = _prepare(work, deed, form)
    values = forms.to_values(form)
    begins = deed.scope == "start"
    more = () if beside is None else (beside,)
    with work.acting() as wrote, asked.once(deed.form):
        if begins:
            work.session.add(subject.row)  # here, so that it is this act's and not that of one it is done inside
        else:
            work.facts = subject.facts(work, values, on)
        extra = dict(deed.computes(work, subject.row, form)) if deed.computes else {}
        if begins:
            # Judged after its body, because the body is what gives the case its matter, parties and officers.
            extra |= _do(deed, work, subject, form, more)
            work.facts = subject.facts(work, values | extra, on)
        admitted = _admit(work, deed, subject, values | extra)
        if not begins:
            extra |= _do(deed, work, subject, form, more)
        return _leave(work, deed, subject, form, on, extra, admitted, wrote)


def _prepare(work: Work, deed: Deed, form: Any) -> dt.date:
    if not isinstance(form, deed.form):
        raise TypeError(f"{deed.name} takes {deed.form.__name__}, not {type(form).__name__}")
    forms.check(form)
    happened = getattr(form, deed.on) if deed.on else None
    if breach := work.book.powers.may(work.actor.roles, deed.name):
        raise Forbidden(breach)
    asked.check(work, form)
    return (shanghai_day(happened) if isinstance(happened, dt.datetime) else happened) or work.today


def _do(deed: Deed, work: Work, subject: Subject, form: Any, more: tuple[object, ...]) -> Extra:
    return dict(deed.body(work, subject.row, form, *more) or {}) if deed.body else {}


def _admit(work: Work, deed: Deed, subject: Subject, values: Mapping[str, Any]) -> AdmittedAct | None:
    """Ask the law, and what it keeps apart; a refusal names both. The agency's own acts follow no procedure."""
    if work.facts is None or subject.procedure is None:
        return None
    work.facts = dataclasses.replace(work.facts, form=values)
    if deed.name not in subject.procedure.acts:
        raise NotFound("act", deed.name)
    apart = work.book.powers.apart(deed.name, work.facts)
    try:
        admitted = subject.procedure.admit(deed.name, work.facts, work.book)
    except RuleViolation as refusal:
        raise RuleViolation(*apart, *refusal.breaches) from None
    if apart:
        raise RuleViolation(*apart)
    return admitted


def _leave(
    work: Work,
    deed: Deed,
    subject: Subject,
    form: Any,
    on: dt.date,
    extra: dict[str, Any],
    admitted: AdmittedAct | None,
    wrote: list[Change],
) -> Outcome:
    """Move the subject, begin what the act opens, and write down all of it as the last thing."""
    disclosed = extra.pop("disclosed", None)
    data = forms.to_data(form) | extra
    if isinstance(subject.row, Disclosure):
        data |= {"disclosure": str(subject.row.id)}
    seq = subject.move(work, admitted)
    record = work.draw_up(deed.name, data, seq=seq, on=on, stage=subject.case.stage if subject.case else "")
    if opens := work.book.powers.acts[deed.name].opens:
        work.facts = work.known.after(record)
        _OPENERS[opens](work, subject.row, record)
    if deed.scope == "start" and isinstance(subject.row, Case):
        begin_chain_and_number(work, subject.row)
    work.record(subject.chain_id, record, case=subject.case is not None, disclosed=disclosed)
    work.carry_on(subject.case.id if subject.case else None, record, wrote)
    if subject.case is None or work.facts is None:
        projection.after_agency_act(work, subject.chain_id, record)
    else:
        projection.after_act(work, subject.case, record)
    return Outcome(
        chain_id=subject.chain_id,
        seq=seq,
        event=record.event,
        stage=subject.stage,
        version=seq if isinstance(subject.row, Agency) else subject.row.version,
        subject_id=subject.row.id,
    )
