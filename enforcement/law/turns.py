"""Whose turn it is: what comes next in a case or a disclosure, for whom, and by when.

Asked of the law once, when something has happened, so that a list of work can be read instead of worked out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from enforcement.law.facts import ActorFacts, CaseFacts
from enforcement.law.guards.registry import Law
from enforcement.law.next_step import ends, leading_acts, mending_acts
from enforcement.law.procedure import NextAct, Procedure
from enforcement.law.projected import RunningClock


@dataclass(frozen=True, slots=True)
class Turn:
    """One act that somebody of these roles may do now. `clock` is the one it stops or runs under; `leads`: it leads
    on, and does not only mend; `barred` by role the ids of those of whom it is known that they may not do it here.
    """

    act: str
    roles: tuple[str, ...]
    clock: RunningClock | None
    leads: bool
    barred: Mapping[str, tuple[str, ...]]


def turns(facts: CaseFacts, procedure: Procedure, law: Law, rows: Iterable[RunningClock]) -> tuple[Turn, ...]:
    """The open turns of a case, or of a disclosure seen through `facts`; the soonest first.

    `rows` are the clocks that may press: those of the case, or of the disclosure alone. What no act of a person can
    open waits for a day or for nobody, and is nobody's turn.
    """
    clocks = sorted((row for row in rows if row.stopped_on is None and row.limit.direction == "within"), key=_day_of)
    anybody = ActorFacts(
        person_id="",
        roles=frozenset(role for act in procedure.acts for role in law.powers.who(act)) - {"clock"},
        legal_unit=True,
        law_qualified=True,
    )
    offered = procedure.next_acts(dataclasses.replace(facts, actor=anybody), law)
    leads = leading_acts(procedure, offered, facts.stage, law.powers)
    mends = mending_acts(procedure, offered, leads)
    found = []
    for act in offered:
        if not act.allowed:
            continue
        event = procedure.acts[act.act].event
        stopped = next((row for row in clocks if event in row.limit.stops and set(act.who) & set(row.limit.who)), None)
        pressing = stopped is not None and not ends(procedure, act.act)
        if act in leads or act in mends or pressing:
            under = next((row for row in clocks if set(act.who) & set(row.limit.who)), None) if act.primary else None
            found.append(Turn(act.act, act.who, stopped or under, act in leads, _barred(act, facts, law)))
    return tuple(sorted(found, key=lambda turn: (_day_of(turn.clock), not turn.leads, procedure.acts[turn.act].back)))


def _day_of(row: RunningClock | None) -> tuple[bool, int]:
    """By the due day; what is paused or has none comes last."""
    return (False, row.due.due_on.toordinal()) if row is not None and row.due is not None else (True, 0)


def _barred(act: NextAct, facts: CaseFacts, law: Law) -> dict[str, tuple[str, ...]]:
    """By role, those who have done something here that keeps them from this act."""
    people = {one.person_id for one in facts.officers}
    people |= {person for record in facts.records for acted in record.people.values() for person in acted}
    found = {}
    for role in act.who:
        actors = (ActorFacts(person_id=person, roles=frozenset({role})) for person in sorted(people))
        apart = (one for one in actors if law.powers.apart(act.act, dataclasses.replace(facts, actor=one, form={})))
        found[role] = tuple(one.person_id for one in apart)
    return found


def within_reach(rows: Sequence[RunningClock], limit_key: str, seq: int) -> tuple[RunningClock, ...]:
    """The clocks of one disclosure: of its limit, set by its own decision."""
    return tuple(row for row in rows if row.limit.key == limit_key and row.started_seq == seq)
