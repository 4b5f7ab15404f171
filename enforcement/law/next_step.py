"""What comes next in a case: one answer for the case page, the work list and the API.

The procedure says what is lawful now; here is decided what of it leads on, what only mends, and who that waits for.
"""

import dataclasses
from collections.abc import Collection, Iterable

from enforcement.law.powers import Powers
from enforcement.law.procedure import NextAct, Procedure


@dataclasses.dataclass(frozen=True, slots=True)
class NextStep:
    """`mine`: the acts this person is led to, the first allowed one the primary button. `others`: what waits for
    somebody else; also for another holder of one's own role, where one person may not do both.
    """

    mine: tuple[NextAct, ...]
    others: tuple[NextAct, ...]


def next_step(
    procedure: Procedure, offered: Iterable[NextAct], stage: str, powers: Powers, roles: Collection[str]
) -> NextStep:
    """What leads on from `stage` for somebody with these roles, given what the procedure offers this very person."""
    offered = tuple(offered)
    leads = leading_acts(procedure, offered, stage, powers)
    mends = mending_acts(procedure, offered, leads)
    mine = [one for one in leads if is_mine(one, powers, roles)]
    mine = mine or [one for one in mends if is_mine(one, powers, roles) and one.allowed]
    others = [one for one in mends if not is_mine(one, powers, roles)]
    others = others or [one for one in leads if not is_mine(one, powers, roles)]
    return NextStep(tuple(mine), tuple(others))


def is_mine(act: NextAct, powers: Powers, roles: Collection[str]) -> bool:
    """Whether somebody with these roles may do the act and has done nothing in the case that forbids it."""
    return bool(set(act.who) & set(roles)) and not any(breach.code in powers.personal for breach in act.breaches)


def leading_acts(procedure: Procedure, offered: Iterable[NextAct], stage: str, powers: Powers) -> list[NextAct]:
    """Acts that lead forward from `stage`.

    Where something else leads on, these do not: what breaks the case off (decline, drop), what was done in this stage
    already, a review or a re-check that nothing waits for, what waits for another leading act, and what no act can
    open any more.
    """
    found = [act for act in offered if act.primary]
    asked_for = {breach.mend for act in found for breach in act.breaches}
    found = [act for act in found if procedure.acts[act.act].to != stage] or found
    found = [act for act in found if not powers.acts[act.act].detour or act.act in asked_for] or found
    found = [act for act in found if not ends(procedure, act.act)] or found
    names = {act.act for act in found}
    found = [act for act in found if not names & {breach.mend for breach in act.breaches}] or found
    return [act for act in found if not _closed_for_good(act, powers)] or found


def mending_acts(procedure: Procedure, offered: Iterable[NextAct], leads: Iterable[NextAct]) -> list[NextAct]:
    """Acts that mend what stands in the way of the leading ones, each once; none that goes back or breaks off."""
    leads = tuple(leads)
    wanted = {breach.mend for act in leads for breach in act.breaches if breach.mend} - {act.act for act in leads}
    return [
        act for act in offered
        if act.act in wanted and not procedure.acts[act.act].back and not ends(procedure, act.act)
    ]  # fmt: skip


def not_me(powers: Powers) -> frozenset[str]:
    """The conditions that say "not you", as against "not yet"."""
    return powers.personal | {"may"}


def ends(procedure: Procedure, act: str) -> bool:
    """Whether the act leads to a stage from which nothing leads on."""
    to = procedure.acts[act].to
    return to is not None and procedure.stages[to].ends


def _closed_for_good(act: NextAct, powers: Powers) -> bool:
    """Whether something about the case itself forbids the act, and no act would mend it."""
    return any(not breach.mend and breach.code not in not_me(powers) for breach in act.breaches)
