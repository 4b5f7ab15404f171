"""What one person must do, and what they wait for: derived from the facts and the law each time, stored nowhere."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from enforcement.facts import facts_of_many, with_disclosure
from enforcement.law.clocks import Clock, open_clocks
from enforcement.law.facts import CaseFacts
from enforcement.law.next_step import ends, leading_acts, mending_acts, not_me
from enforcement.law.procedure import NextAct, Procedure
from enforcement.models.cases import Case, CaseOfficer
from enforcement.models.disclosures import Disclosure
from enforcement.work import Work

MOST_CASES = 300
"""Oldest open cases looked at: what is most urgent is among the oldest."""
OPEN_DISCLOSURES = ("due", "prepared", "released", "deferred", "withdrawal_due")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do, or to wait for. `who` are the roles that may; `others` how many more acts of the case wait."""

    act: str
    zh: str
    case_id: uuid.UUID
    case_no: str
    title: str
    document_no: str
    procedure: str
    party: str
    clock: Clock | None
    disclosure_id: uuid.UUID | None
    who: tuple[str, ...]
    others: int = 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """Mine and others', by time left; `cut` says that there were more open cases than are looked at."""

    mine: tuple[Task, ...]
    waiting: tuple[Task, ...]
    cut: bool


def work_list(work: Work) -> WorkList:
    """The tasks of the person reading. A fixed number of queries."""
    cases = _candidate_cases(work)
    disclosures = _candidate_disclosures(work)
    found = {case.id: case for case in cases}
    missing = {row.case_id for row in disclosures} - found.keys()
    if missing:
        found |= {case.id: case for case in work.session.scalars(select(Case).where(Case.id.in_(missing)))}
    facts = facts_of_many(work, list(found.values()))
    mine: list[Task] = []
    waiting: list[Task] = []
    for case in cases:
        _sort_in(work, case, facts[case.id], work.book.procedures[case.procedure], None, mine, waiting)
    for row in disclosures:
        seen = with_disclosure(work, facts[row.case_id], row)
        _sort_in(work, found[row.case_id], seen, work.book.procedures["disclosure"], row, mine, waiting)
    return WorkList(mine=_by_time(mine), waiting=_by_time(waiting), cut=len(cases) == MOST_CASES)


def _candidate_cases(work: Work) -> list[Case]:
    """Open cases in which this person works, or whose stage waits for one of their roles."""
    actor = work.actor
    mine = exists().where(
        CaseOfficer.case_id == Case.id, CaseOfficer.person_id == actor.person_id, CaseOfficer.to_on.is_(None)
    )
    nobodys = and_(Case.unit_id == actor.unit_id, ~exists().where(CaseOfficer.case_id == Case.id))
    conditions: list[ColumnElement[bool]] = [mine]
    if actor.roles & {"officer", "auxiliary"}:
        conditions.append(nobodys)
    by_others = actor.roles - {"officer", "auxiliary"}
    conditions += [
        and_(Case.procedure == procedure.key, Case.stage.in_(stages))
        for procedure in work.book.procedures.values()
        if (stages := _stages_for(work, procedure, by_others))
    ]
    query = select(Case).where(Case.closed_on.is_(None), or_(*conditions)).order_by(Case.created_at).limit(MOST_CASES)
    return list(work.session.scalars(query))


def _stages_for(work: Work, procedure: Procedure, roles: frozenset[str]) -> set[str]:
    acts = [act for act in procedure.acts.values() if roles & set(work.book.powers.who(act.key))]
    # An act that every stage knows (suspend, extend, overturn) makes nobody wait for it.
    return {stage for act in acts if len(act.stages) <= _SPECIFIC for stage in act.stages}


_SPECIFIC = 3


def _candidate_disclosures(work: Work) -> list[Disclosure]:
    acts = work.book.procedures["disclosure"].acts.values() if "disclosure" in work.book.procedures else ()
    mine = any(work.actor.roles & set(work.book.powers.who(act.key)) for act in acts)
    query = select(Disclosure).where(Disclosure.stage.in_(OPEN_DISCLOSURES) if mine else false())
    return list(work.session.scalars(query.order_by(Disclosure.anchor_on).limit(MOST_CASES)))


def _sort_in(
    work: Work,
    case: Case,
    facts: CaseFacts,
    procedure: Procedure,
    disclosure: Disclosure | None,
    mine: list[Task],
    waiting: list[Task],
) -> None:
    clocks = sorted(open_clocks(facts, work.book), key=lambda clock: clock.due.due_on)
    clocks = [clock for clock in clocks if clock.limit.direction == "within"]
    if disclosure is not None:
        clocks = [clock for clock in clocks if clock.limit.key == disclosure.limit_key]
    offered = procedure.next_acts(facts, work.book)
    urgent = tuple(_urgent(work, offered, procedure, facts.stage, clocks))
    my_acts = [(act, clock) for act, clock in urgent if act.allowed]
    if my_acts:
        act, clock = min(my_acts, key=lambda pair: _urgency(pair, procedure))
        mine.append(_task(case, facts, act, clock, disclosure, len(my_acts) - 1))
        return
    others = [pair for pair in urgent if {breach.code for breach in pair[0].breaches} <= not_me(work.book.powers)]
    if others and (disclosure is not None or _involved(work, facts)):
        act, clock = min(others, key=lambda pair: _urgency(pair, procedure))
        waiting.append(_task(case, facts, act, clock, disclosure, 0))


def _urgent(
    work: Work, offered: Iterable[NextAct], procedure: Procedure, stage: str, clocks: list[Clock]
) -> Iterable[tuple[NextAct, Clock | None]]:
    """Acts that lead forward, that stop a running clock, or that mend what stands in the way of going forward."""
    acts = tuple(offered)
    leads = leading_acts(procedure, acts, stage, work.book.powers)
    leading = {act.act for act in leads}
    mends = {act.act for act in mending_acts(procedure, acts, leads)}
    for act in acts:
        event = procedure.acts[act.act].event
        clock = next((one for one in clocks if event in one.limit.stops and set(act.who) & set(one.act_by)), None)
        stops = clock is not None and not ends(procedure, act.act)
        if act.act in leading or stops or act.act in mends:
            ours = (one for one in clocks if set(act.who) & set(one.act_by))
            yield act, clock or (next(ours, None) if act.primary else None)


def _urgency(pair: tuple[NextAct, Clock | None], procedure: Procedure) -> tuple[bool, dt.date, bool, bool]:
    """Soonest first; among equals the act that leads on, and last the one that sends back."""
    act, clock = pair
    return clock is None, clock.due.due_on if clock else dt.date.max, not act.primary, procedure.acts[act.act].back


def _involved(work: Work, facts: CaseFacts) -> bool:
    me = str(work.actor.person_id)
    return any(one.person_id == me and one.to_on is None for one in facts.officers) or any(
        record.actor_id == me for record in facts.records
    )


def _task(
    case: Case, facts: CaseFacts, act: NextAct, clock: Clock | None, disclosure: Disclosure | None, others: int
) -> Task:
    return Task(
        act=act.act,
        zh=act.zh,
        case_id=case.id,
        case_no=case.case_no,
        title=case.title,
        document_no=case.document_no,
        procedure=case.procedure,
        party="、".join(party.name for party in facts.parties),
        clock=clock,
        disclosure_id=disclosure.id if disclosure else None,
        who=act.who,
        others=others,
    )


def _by_time(tasks: list[Task]) -> tuple[Task, ...]:
    return tuple(
        sorted(tasks, key=lambda task: (task.clock is None, task.clock.due.due_on if task.clock else dt.date.max))
    )
