"""What one person must do, and what of theirs waits for others: read by due day, the most urgent first.

The law was asked when something last happened (`projection`); here nothing is worked out, so a list costs what it
shows, whatever the number and the age of the cases.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, union
from sqlalchemy.orm import aliased

from enforcement.law.clocks import Clock
from enforcement.models.cases import Case, CaseOfficer
from enforcement.models.clock import ClockRow, TurnRow
from enforcement.queries.cases import PARTIES
from enforcement.queries.clocks import OPEN, clocks_where, open_of
from enforcement.work import Work

SHOWN = 50
"""Lines of a list; the counts are of all there are."""
ON_THE_CASE = frozenset({"officer", "auxiliary"})
"""Roles that act in their own cases; the others wherever the agency has one."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do, or to wait for. `who` are the roles whose turn it is; `clock` is the one that presses first,
    `clocks` all that run for the reader in this case; `others` how many more acts of it wait for them.
    """

    act: str
    zh: str
    case_id: uuid.UUID
    case_no: str
    title: str
    document_no: str
    procedure: str
    party: str
    clock: Clock | None
    clocks: tuple[Clock, ...]
    disclosure_id: uuid.UUID | None
    who: tuple[str, ...]
    others: int = 0

    @property
    def subject_id(self) -> uuid.UUID:
        """The disclosure, else the case."""
        return self.disclosure_id or self.case_id


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """The first lines of both lists, and how many there are in all; `agency` are limits of the agency itself."""

    mine: tuple[Task, ...]
    mine_count: int
    waiting: tuple[Task, ...]
    waiting_count: int
    agency: tuple[Clock, ...]


def work_list(work: Work) -> WorkList:
    """The work of the person reading. A fixed number of queries, each by an index."""
    rows = _first_of_each(_mine(work))
    waiting = _waiting(work)
    cases = [row.case_id for row in (*rows, *waiting)]
    running = open_of(work, cases)
    turns = _turns(work, [row.subject_id for row in rows], [row.case_id for row in waiting])
    return WorkList(
        mine=tuple(_task(work, row, running.get(row.case_id, []), turns) for row in rows),
        mine_count=_count_mine(work),
        waiting=tuple(_task(work, row, running.get(row.case_id, []), turns) for row in waiting),
        waiting_count=_count_waiting(work),
        agency=tuple(agency_clocks(work)),
    )


def next_task(work: Work, after: uuid.UUID | None = None) -> Task | None:
    """The most urgent thing to do that is not about `after`."""
    rows = [row for row in _first_of_each(_mine(work)) if row.subject_id != after][:1]
    running = open_of(work, [row.case_id for row in rows])
    return next((_task(work, row, running.get(row.case_id, []), {}) for row in rows), None)


def agency_clocks(work: Work) -> list[Clock]:
    """Limits of the agency itself that run and that somebody in the reader's roles must keep. One query."""
    keys = [limit.key for limit in work.book.limits.values() if limit.level == "agency" and _is_for(work, limit.who)]
    own = (ClockRow.agency_id == work.actor.agency_id, ClockRow.limit_key.in_(keys), OPEN)
    return [clock for _, clock in clocks_where(work, *own)]


def _is_for(work: Work, who: Iterable[str]) -> bool:
    return bool(work.actor.roles & set(who))


# ---------------------------------------------------------------------------------------------------------------- mine


def _on_my_cases(work: Work, case_id: Any) -> ColumnElement[bool]:
    """The person works on the case, or it has nobody yet and came to the person's unit."""
    on_it, turn = aliased(CaseOfficer), aliased(TurnRow)
    mine = select(on_it.case_id).where(on_it.person_id == work.actor.person_id, on_it.to_on.is_(None))
    of_nobody = select(turn.case_id).where(turn.unit_id == work.actor.unit_id)
    # One list of few cases, by whose keys the rest is found: OR would have every open turn of the agency asked.
    cases = union(mine, of_nobody) if work.actor.unit_id else mine
    found: ColumnElement[bool] = case_id.in_(cases)
    return found


def _of_role(work: Work, role: str, turn: Any = TurnRow) -> ColumnElement[bool]:
    conditions = [
        turn.agency_id == work.actor.agency_id,
        turn.role == role,
        ~turn.barred.contains([str(work.actor.person_id)]),
    ]
    return and_(*conditions, _on_my_cases(work, turn.case_id) if role in ON_THE_CASE else true())


def _mine(work: Work) -> list[Any]:
    """The soonest turn of each subject for each of the person's roles, by due day. One query for each role."""
    found: list[Any] = []
    sooner = aliased(TurnRow)
    for role in sorted(work.actor.roles):
        first = ~exists().where(
            sooner.subject_id == TurnRow.subject_id,
            sooner.position < TurnRow.position,
            sooner.role == role,
            ~sooner.barred.contains([str(work.actor.person_id)]),
        )
        # Walked by the index until the list is full; only then are the cases asked for.
        soonest = (
            select(TurnRow)
            .where(_of_role(work, role), first)
            .order_by(TurnRow.due_on, TurnRow.subject_id)
            .limit(SHOWN)
            .subquery()
        )
        columns = (soonest.c[name] for name in ("subject_id", "act", "limit_key", "started_seq", "due_on", "position"))
        query = _columns().add_columns(*columns).join(soonest, soonest.c.case_id == Case.id)
        found += work.session.execute(query)
    return found


def _first_of_each(rows: Iterable[Any]) -> list[Any]:
    """The most urgent turn of each subject, soonest first."""
    seen: dict[uuid.UUID, Any] = {}
    for row in sorted(rows, key=lambda row: (row.due_on is None, row.due_on or dt.date.max, row.position)):
        seen.setdefault(row.subject_id, row)
    return list(seen.values())[:SHOWN]


def _count_mine(work: Work) -> int:
    roles = [_of_role(work, role) for role in sorted(work.actor.roles)]
    query = select(func.count(TurnRow.subject_id.distinct())).where(or_(*roles)) if roles else None
    return (work.session.scalar(query) or 0) if query is not None else 0


# ------------------------------------------------------------------------------------------------------------- waiting


def _theirs(work: Work) -> list[tuple[str, ColumnElement[bool]]]:
    """For each of the person's roles, the open clocks of cases that run for it where it is not this person's turn."""
    turn = aliased(TurnRow)
    found = []
    for role in sorted(work.actor.roles):
        limits = [one for one in work.book.limits.values() if one.level == "case" and role in one.who and not one.party]
        keys = [one.key for one in limits if one.direction == "within"]
        waited_for = [one.key for one in limits if one.direction == "not_before"]
        my_turn = exists().where(turn.case_id == ClockRow.owner_id, or_(*_roles(work, turn)))
        conditions = (
            ClockRow.agency_id == work.actor.agency_id,
            # Nothing stops a waiting period but its day.
            or_(
                ClockRow.limit_key.in_(keys),
                and_(ClockRow.limit_key.in_(waited_for), ClockRow.due_on >= work.today),
            ),
            OPEN,
            ~my_turn,
            _on_my_cases(work, ClockRow.owner_id) if role in ON_THE_CASE else true(),
        )
        found += [(role, and_(*conditions))] if keys else []
    return found


def _roles(work: Work, turn: Any) -> list[ColumnElement[bool]]:
    return [_of_role(work, role, turn) for role in sorted(work.actor.roles)]


def _waiting(work: Work) -> list[Any]:
    """The first cases that are in others' hands while a limit of the person's own role runs."""
    rows: list[Any] = []
    for _, condition in _theirs(work):
        soonest = select(ClockRow).where(condition).order_by(ClockRow.due_on, ClockRow.owner_id).limit(SHOWN).subquery()
        columns = (soonest.c[name] for name in ("limit_key", "started_seq", "due_on"))
        rows += work.session.execute(_columns().add_columns(*columns).join(soonest, soonest.c.owner_id == Case.id))
    seen: dict[uuid.UUID, Any] = {}
    for row in sorted(rows, key=lambda row: (row.due_on is None, row.due_on or dt.date.max)):
        seen.setdefault(row.case_id, row)
    return list(seen.values())[:SHOWN]


def _count_waiting(work: Work) -> int:
    conditions = [condition for _, condition in _theirs(work)]
    if not conditions:
        return 0
    return work.session.scalar(select(func.count(ClockRow.owner_id.distinct())).where(or_(*conditions))) or 0


# --------------------------------------------------------------------------------------------------------------- lines


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Case.id.label("case_id"), Case.case_no, Case.title, Case.document_no, Case.procedure,
        func.coalesce(PARTIES, "").label("party"),
    )  # fmt: skip


def _turns(work: Work, subjects: Sequence[uuid.UUID], cases: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """By case, the turns of the shown subjects and all of the cases waited for, the soonest first. One query."""
    query = select(
        TurnRow.subject_id, TurnRow.case_id, TurnRow.act, TurnRow.role, TurnRow.barred,
        TurnRow.limit_key, TurnRow.started_seq,
    ).where(or_(TurnRow.subject_id.in_(subjects), TurnRow.case_id.in_(cases)))  # fmt: skip
    found: dict[uuid.UUID, list[Any]] = {}
    for row in work.session.execute(query.order_by(TurnRow.position)):
        found.setdefault(row.case_id, []).append(row)
    return found


def _task(work: Work, row: Any, running: Sequence[Clock], turns: dict[uuid.UUID, list[Any]]) -> Task:
    mine = hasattr(row, "act")
    subject = row.subject_id if mine else row.case_id
    turns_of_case = turns.get(row.case_id, [])
    there = [one for one in turns_of_case if one.subject_id == subject]
    named = {(row.limit_key, row.started_seq)}
    if not mine:
        # What the clock that presses waits for may be a disclosure's turn, not the case's own.
        there = [one for one in turns_of_case if (one.limit_key, one.started_seq) in named] or there
    act = row.act if mine else next((one.act for one in there), "")
    clock = next((one for one in running if (one.limit.key, one.row.started_seq) in named), None)
    open_to_me = {
        one.act for one in there if one.role in work.actor.roles and str(work.actor.person_id) not in one.barred
    }
    return Task(
        act=act,
        zh=work.book.powers.zh(act) if act else "",
        case_id=row.case_id,
        case_no=row.case_no,
        title=row.title,
        document_no=row.document_no,
        procedure=row.procedure,
        party=row.party,
        clock=clock,
        clocks=tuple(one for one in running if _is_for(work, one.limit.who)),
        disclosure_id=subject if subject != row.case_id else None,
        who=tuple(dict.fromkeys(one.role for one in there if one.act == act)),
        others=len(open_to_me - {act}) if mine else 0,
    )
