"""Acts as the law knows them: the event each leaves, who may do it in what capacity, and what follows from it.

Data: `config/law/acts.toml`. What must hold before an act stands in the procedures; its form and what it changes, in
`enforcement.actions`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Annotated, Any, Literal

from enforcement.law.decode import FILLED, TABLE_KEY
from enforcement.law.errors import Basis
from enforcement.law.facts import Fields
from enforcement.law.names import Article, EventName, FieldName, RoleName, RowKey

Capacity = Literal[
    "handles",
    "examines",
    "reviews",
    "presides",
    "approves",
    "discusses",
    "decides",
    "discloses",
    "releases",
    "keeps",
    "oversees",
    "none",
]
"""In what capacity somebody acts. Whom the law keeps apart it keeps apart by this, whatever the act is called."""
OFFICERS = "officers"
"""The field of a form that says who the officers are."""
Tab = Literal["evidence", "documents", "review", "execution"]
Opens = Literal["disclosure"]
Desk = Literal["review", "decision", "disclosure", "release"]
"""A page of its own, where the form alone is not enough to act on."""

People = Mapping[str, tuple[str, ...]]
"""Who acted, by capacity: ids of people. Whoever acted in none is not there."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a form begins with: the newest record of the event gives each field of the same name, or of the name `named`
    says; not those of `without`, whose name means something else there.
    """

    of: EventName
    named: Mapping[FieldName, FieldName] = field(default_factory=dict)
    without: tuple[FieldName, ...] = ()


@dataclass(frozen=True, slots=True)
class Follows:
    """A day that is not before that of the newest record of these events; `zh` is what the form calls it."""

    zh: str
    events: Annotated[tuple[EventName, ...], FILLED]


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `who`: role to capacity; `names`: field of its form to the capacity of the people it names.

    What only `adds` to a file rests on no version of it. `voids` says why a legal review must be asked for again after
    it; `clears` are events that no longer count afterwards; `opens` begins with it; `shows` are the tabs of a case its
    record stands on; `verb` is the word on the button that leads to it; `mended_by` is told where the law refuses it to
    the clock; a `detour` leads on only where another act waits. `desk` is the page it has beside its form; `carries`
    are the records its form begins with, the first that has a field gives it. `dated` are fields that say on which day
    the thing happened, with the form's words: none lies before the case; `follows` those that lie after something.
    """

    key: str = field(metadata=TABLE_KEY)
    zh: str
    event: EventName
    who: Annotated[Mapping[RoleName, Capacity], FILLED]
    names: Mapping[FieldName, Capacity] = field(default_factory=dict)
    adds: bool = False
    evidence: bool = False
    voids: str | None = None
    clears: tuple[EventName, ...] = ()
    opens: Opens | None = None
    shows: tuple[Tab, ...] = ()
    verb: str | None = None
    mended_by: tuple[RoleName, ...] = ()
    detour: bool = False
    desk: Desk | None = None
    carries: tuple[Carried, ...] = ()
    dated: Mapping[FieldName, str] = field(default_factory=dict)
    follows: Mapping[FieldName, Follows] = field(default_factory=dict)
    row: RowKey | None = None
    cite: Article | None = None
    basis: Basis = "design"

    @property
    def names_officers(self) -> bool:
        """Whether its form says who the officers are: then the panel of next acts does not judge them beforehand."""
        return OFFICERS in self.names

    @property
    def handlers(self) -> tuple[str, ...]:
        """The fields of its form that name people who handle the case."""
        return tuple(name for name, capacity in self.names.items() if capacity == "handles")

    def people(self, actor: str, roles: Collection[str], form: Mapping[str, Any]) -> People:
        """Who acts in what capacity if somebody with these roles does it with this form; `actor` "" is the clock.

        Somebody who may do it by several roles acts in the capacity of each.
        """
        found: dict[str, dict[str, None]] = {}
        if actor:
            for role in self.who:
                if role in roles:
                    found.setdefault(self.who[role], {})[actor] = None
        fields = Fields(form)
        for name, capacity in self.names.items():
            for person in fields.lines(name):
                found.setdefault(capacity, {})[person] = None
        return {capacity: tuple(people) for capacity, people in found.items() if capacity != "none"}


def problems(acts: Mapping[str, Act]) -> Iterator[str]:
    """Say which act clears, carries or follows an event that no act leaves."""
    left = events_of(acts.values())
    for act in acts.values():
        carried, followed = (one.of for one in act.carries), (one.events for one in act.follows.values())
        for key, events in (("clears", act.clears), ("carries", carried), ("follows", chain(*followed))):
            yield from (f"{act.key}.{key}: no act leaves {event}" for event in events if event not in left)


def events_of(acts: Iterable[Act]) -> frozenset[str]:
    """The events that these acts leave behind."""
    return frozenset(act.event for act in acts)
