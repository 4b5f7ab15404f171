"""Procedures: stages, the acts that lead from one to the next, and what must hold for each (J4).

The machine knows no stage by name: everything stands in `config/procedures/*.toml`. `all.toml` holds the acts that
every procedure knows. A stage is entered by its `act` from the stages whose `next` names it; an in-stage act is done
without leaving (or, with `to`, goes somewhere else: back, or out).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from enforcement.law.acts import Act
from enforcement.law.errors import Breach, RuleViolation
from enforcement.law.facts import CaseFacts
from enforcement.law.guards import GUARDS
from enforcement.law.guards.registry import Asked, Law

RECORDS = {
    "text": "stage_has_a_text_record",
    "av": "compulsory_measures_recorded",
    "av_or_reason": "disputed_activities_recorded_or_reasoned",
}
"""What a stage may not be left without, and the guard that knows."""

PARTY = "当事人"

SUSPENDED = Breach(
    code="not_suspended",
    zh="案件处于中止状态，恢复办理后方可继续",
    cite="J#4",
    basis="design",
    row="J4.1c",
    mend="resume_case",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `general` is the name J4 gives it; `records` holds it while they are missing; `decided`: a result
    exists.
    """

    key: str
    zh: str
    cite: str
    general: str = ""
    next: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    ends: bool = False
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One act as a procedure knows it. `to` None: the case stays where it is. `back`: it may leave a stage unfinished.

    `special` are the special stages of J4 that it realises; `act` is what holds of it wherever it is done.
    """

    act: Act
    stages: tuple[str, ...]
    to: str | None = None
    requires: tuple[Asked, ...] = ()
    back: bool = False
    special: tuple[str, ...] = ()
    cite: str | None = None

    @property
    def key(self) -> str:
        """The name of the act."""
        return self.act.key

    @property
    def event(self) -> str:
        """What its record says has happened."""
        return self.act.event

    @property
    def clears(self) -> frozenset[str]:
        """The events that no longer count afterwards."""
        return frozenset(self.act.clears)

    @property
    def guards(self) -> frozenset[str]:
        """The names of the conditions it asks."""
        return frozenset(one.guard for one in self.requires)


@dataclass(frozen=True, slots=True)
class AdmittedAct:
    """What the law let through: the event, the stage afterwards (None: unchanged), the events wiped out."""

    act: str
    event: str
    stage_after: str | None
    clears: frozenset[str]


@dataclass(frozen=True, slots=True)
class NextAct:
    """One line of 下一步. `primary`: it leads forward; `who`: the roles that may; the form is judged later."""

    act: str
    zh: str
    allowed: bool
    primary: bool
    who: tuple[str, ...]
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """What a kind of case does without, each with the reason: its result is not disclosed, its decision is never major
    and not reviewed, no limit runs to its decision or to its service.
    """

    disclosure: str | None = None
    review: str | None = None
    limits: str | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One kind of case. `start` is the stage it begins in; `acts` holds every act, those entering a stage included;
    `party` is what its law calls who it is about; `matter` the kind of matter it is for ("" for a disclosure); `listed`
    the name of a list of its own, where its cases are not only looked for among all.
    """

    key: str
    zh: str
    cite: str
    start: str
    stages: Mapping[str, Stage]
    acts: Mapping[str, Step]
    clears: Mapping[str, frozenset[str]] = field(default_factory=dict)
    party: str = PARTY
    subject: str = "case"
    matter: str = ""
    without: Without = field(default_factory=Without)
    listed: str | None = None

    @property
    def start_act(self) -> str | None:
        """The act that begins a case of this kind; None where another act opens it (a disclosure)."""
        return next((act.key for act in self.acts.values() if act.to == self.start and not act.stages), None)

    def admit(self, act: str, facts: CaseFacts, law: Law) -> AdmittedAct:
        """Let an act through, or raise RuleViolation with every unmet condition.

        The conditions: the stage, the guards of the act, and what the stage being left may not be left without.
        Raises KeyError for an act this procedure does not know, ValueError for facts read under another book.
        """
        if facts.law != law.version:
            raise ValueError("facts are judged by the book they were read under")
        known = self.acts[act]
        facts = self._own(facts, act=act)
        unread = self._unread(known, facts, law)
        breaches = (*unread, *self._of_stage(known, facts), *self._of_guards(known, facts, law, with_form=True))
        if breaches:
            raise RuleViolation(*breaches)
        return AdmittedAct(known.key, known.event, known.to, known.clears)

    def next_acts(self, facts: CaseFacts, law: Law) -> tuple[NextAct, ...]:
        """The acts of the present stage for `facts.actor`: forward first, and of those the possible first.

        What depends on the form is not judged yet; an act of another stage is not listed.
        """
        facts = self._own(facts, form={})
        roles = facts.actor.roles if facts.actor else frozenset()
        offered: list[NextAct] = []
        for act in self.acts.values():
            if facts.stage not in act.stages:
                continue
            breaches = (*self._of_stage(act, facts), *self._of_guards(act, facts, law, with_form=False))
            power = law.powers.may(roles, act.key)
            apart = law.powers.apart(act.key, facts)
            unread = () if power else self._unread(act, facts, law)
            breaches = (*((power,) if power else ()), *apart, *unread, *breaches)
            primary = act.to is not None and not act.back
            offered.append(
                NextAct(act.key, law.powers.zh(act.key), not breaches, primary, law.powers.who(act.key), breaches)
            )
        return tuple(sorted(offered, key=lambda one: (not one.primary, not one.allowed)))

    def _own(self, facts: CaseFacts, **attempt: Any) -> CaseFacts:
        """The facts for an attempt, with what this procedure clears; a disclosure reads its case's records as the case
        left them.
        """
        clears = self.clears if facts.procedure == self.key else facts.clears
        return dataclasses.replace(facts, clears=clears, **attempt)

    def _unread(self, act: Step, facts: CaseFacts, law: Law) -> tuple[Breach, ...]:
        """Nobody adds to a file that is not theirs to read."""
        withheld = law.powers.withheld(act.event, facts) if facts.actor else None
        return (withheld,) if withheld else ()

    def _of_stage(self, act: Step, facts: CaseFacts) -> tuple[Breach, ...]:
        begins = not act.stages
        if begins and not facts.records:
            return ()
        breaches: list[Breach] = []
        if begins or facts.stage not in act.stages:
            here = self.stages[facts.stage].zh if facts.stage in self.stages else "尚未开始"
            needed = "、".join(self.stages[stage].zh for stage in act.stages) or "尚未开始"
            sentence = f"案件现处于“{here}”环节，本行为须在“{needed}”环节办理"
            breaches.append(Breach("stage", sentence, act.cite or self.cite, "default", row="J4.6"))
        if facts.suspended and act.to is not None and not act.back:
            breaches.append(SUSPENDED)
        return tuple(breaches)

    def _of_guards(self, act: Step, facts: CaseFacts, law: Law, *, with_form: bool) -> tuple[Breach, ...]:
        asked = {one.guard: one for one in act.requires}
        if act.to is not None and act.stages and not act.back and facts.stage in self.stages:
            for name in (RECORDS[record] for record in self.stages[facts.stage].records):
                asked.setdefault(name, Asked(name))
        guards = [GUARDS[name] for name in asked]
        if not with_form:
            guards = [one for one in guards if not one.of_form and not (one.of_team and act.act.names_officers)]
        found = (breach for one in guards for breach in one.check(facts, law, asked[one.code]))
        return tuple(dict.fromkeys(found))
