"""What every kind of case must have somewhere in the book, or say why it does without (`without` in its procedure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from enforcement.law.contents import Contents
from enforcement.law.deadlines import RunningLimit
from enforcement.law.procedure import Procedure

SERVICE = "served"


def problems(book: Contents) -> Iterator[str]:
    """What every kind of case must have somewhere in the book, or say why it does without."""
    beginning = Counter(kind.start_act for kind in book.procedures.values() if kind.start_act)
    yield from (f"procedures: {act} begins {often} kinds of case" for act, often in beginning.items() if often > 1)
    for key, kind in book.procedures.items():
        if kind.subject != "case":
            continue
        where, without = f"{key}.toml", kind.without
        decided = any(stage.decided for stage in kind.stages.values())
        disclosed = any(result.procedure == key for result in book.disclosure.results)
        if decided and disclosed is (without.disclosure is not None):
            said = "and without.disclosure says it is not" if disclosed else "nowhere: without.disclosure says why"
            yield f"{where}: its result is disclosed {said}"
        classes = any(kind.matter in one.kinds for one in book.major.classes)
        looked_at = any(point.guards.get(kind.matter) for point in book.legal_review.points)
        if decided and not (classes and looked_at) and without.review is None:
            lack = "point of legal_review.toml" if classes else "class of major_decisions.toml"
            yield f"{where}: no {lack} is for {kind.matter}: without.review says why"
        if (classes or looked_at) and without.review is not None:
            yield f"{where}: without.review, and yet {kind.matter} is reviewed"
        lacking = sorted(event for event in _owed(kind) if not _limited(event, key, book.limits))
        if lacking and without.limits is None:
            yield f"{where}: no limit of deadlines.toml runs to {', '.join(lacking)}: without.limits says why"
        if not lacking and without.limits is not None:
            yield f"{where}: without.limits, and yet limits run"


def _owed(kind: Procedure) -> set[str]:
    """The events of a kind of case to which a limit runs: where its result comes about, and its service."""
    decided = {stage.key for stage in kind.stages.values() if stage.decided}
    leading = [step for step in kind.acts.values() if step.to in decided]
    results = {step.event for step in leading if not decided & set(step.stages)}
    return results | ({step.event for step in leading} & {SERVICE})


def _limited(event: str, key: str, limits: Mapping[str, RunningLimit]) -> bool:
    return any(event in one.stops and (not one.procedures or key in one.procedures) for one in limits.values())
