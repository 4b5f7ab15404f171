"""The files of `config/procedures/` as they are written, and the procedures they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from enforcement.law.acts import Act
from enforcement.law.decode import FILLED
from enforcement.law.guards.registry import Asked
from enforcement.law.names import ActName, Article, GuardName, NewMatter, NewStage, StageName
from enforcement.law.procedure import PARTY, Procedure, Stage, Step, Without

SHARED = "all"
"""The file of the acts that every kind of case knows."""
Group = Literal["any", "any_open", "decided"]
"""Sets of stages an act may be allowed in, besides a plain list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWritten:
    """An act inside a stage, as a procedure writes it."""

    stages: Group | tuple[StageName, ...] = "any_open"
    to: StageName | None = None
    requires: tuple[GuardName | Asked, ...] = ()
    back: bool = False
    special: tuple[str, ...] = ()
    cite: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageWritten:
    """A stage and the act that enters it, as a procedure writes them."""

    zh: str
    cite: Article
    general: str | None = None
    act: ActName | None = None
    requires: tuple[GuardName | Asked, ...] = ()
    back: bool = False
    special: tuple[str, ...] = ()
    records: tuple[Literal["text", "av", "av_or_reason"], ...] = ("text",)
    next: tuple[StageName, ...] = ()
    ends: bool = False
    decided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureFile:
    """A file of `config/procedures/` as it is written."""

    zh: str
    cite: Article
    start: StageName
    subject: Literal["case", "disclosure"] = "case"
    matter: NewMatter | None = None
    party: str = PARTY
    listed: str | None = None
    without: Without = field(default_factory=Without)
    stage: Annotated[Mapping[NewStage, StageWritten], FILLED]
    act: Mapping[ActName, StepWritten] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SharedFile:
    """The acts that every kind of case knows."""

    act: Mapping[ActName, StepWritten]


def build(key: str, file: ProcedureFile, shared: SharedFile, declared: Mapping[str, Act]) -> Procedure:
    """Put one procedure together with the acts as acts.toml declares them; one that is declared nowhere is left out."""
    stages = {name: _stage(name, one) for name, one in file.stage.items()}
    steps: dict[str, Step] = {}
    for name, one in file.stage.items():
        if one.act is not None and one.act in declared:
            origins = tuple(stage.key for stage in stages.values() if name in stage.next)
            steps[one.act] = _step(declared[one.act], one, name, origins)
    for name, step in {**(shared.act if file.subject == "case" else {}), **file.act}.items():
        if name in declared and name not in steps:
            steps[name] = _step(declared[name], step, step.to, _origins(step.stages, stages.values()))
    clears = {step.key: step.clears for step in steps.values() if step.clears}
    return Procedure(
        key,
        file.zh,
        file.cite,
        file.start,
        stages,
        steps,
        clears,
        file.party,
        file.subject,
        file.matter or "",
        file.without,
        file.listed,
    )


def _stage(name: str, one: StageWritten) -> Stage:
    return Stage(
        key=name,
        zh=one.zh,
        cite=one.cite,
        general=one.general or "",
        next=one.next,
        records=one.records,
        ends=one.ends,
        decided=one.decided,
    )


def _step(act: Act, one: StageWritten | StepWritten, to: str | None, origins: tuple[str, ...]) -> Step:
    return Step(
        act=act,
        stages=origins,
        to=to,
        requires=tuple(Asked(asked) if isinstance(asked, str) else asked for asked in one.requires),
        back=one.back,
        special=one.special,
        cite=one.cite,
    )


def _origins(allowed: str | tuple[str, ...], stages: Iterable[Stage]) -> tuple[str, ...]:
    return allowed if isinstance(allowed, tuple) else tuple(one.key for one in stages if _belongs(one, allowed))


def _belongs(stage: Stage, group: str) -> bool:
    return group == "any" or (group == "any_open" and not stage.ends) or (group == "decided" and stage.decided)


OF_DAYS: Mapping[str, Callable[[Act], Collection[str]]] = {
    "dated_within_the_case": lambda act: act.dated,
    "dated_after_what_it_follows": lambda act: act.follows,
}
"""Conditions that look at what the act itself says of its days (acts.toml)."""


def problems(file: ProcedureFile, procedure: Procedure) -> Iterator[str]:
    """Say what is wrong with the way through one procedure: a stage nobody can reach or that can never end."""
    entering = {one.act for one in file.stage.values() if one.act}
    for act in procedure.acts.values():
        often = Counter(one.guard for one in act.requires)
        yield from (f"{act.key}.requires: {name} stands twice" for name, times in often.items() if times > 1)
        for guard, days in OF_DAYS.items():
            if days(act.act) and guard not in act.guards:
                yield f"{act.key}.requires: {guard} is missing: acts.toml says days of {act.key}"
            if guard in act.guards and not days(act.act):
                yield f"{act.key}.requires: {guard} has nothing to look at: acts.toml says no day of {act.key}"
    yield from (f"{name} both enters a stage and is an in-stage act" for name in file.act if name in entering)
    stages, acts = procedure.stages, procedure.acts
    yield from (f"stage.{one.key}: ends and yet leads on" for one in stages.values() if one.ends and one.next)
    steps = {(stage, act.to) for act in acts.values() if act.to for stage in act.stages}
    reachable = _closure({procedure.start}, steps)
    ending = _closure({stage.key for stage in stages.values() if stage.ends}, {(to, stage) for stage, to in steps})
    yield from (f"stage.{stage}: no act leads to it" for stage in stages if stage not in reachable)
    yield from (f"stage.{stage}: from here the case can never end" for stage in stages if stage not in ending)
    if file.subject == "case" and procedure.start_act is None:
        yield "nothing begins it"
    if file.subject == "case" and file.matter is None:
        yield "matter is missing"


def _closure(start: set[str], steps: set[tuple[str, str]]) -> set[str]:
    found = set(start)
    while more := {to for stage, to in steps if stage in found} - found:
        found |= more
    return found
