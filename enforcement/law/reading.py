"""What one reader sees of a case: its records, without what is not theirs to read (S#3.1).

The law reads a case whole (`CaseFacts`); whatever is shown to a person comes through here, and who may read is asked of
`powers.toml`. Pages, desks, first contents of forms and the API take nothing from the records by another way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from enforcement.law import review
from enforcement.law.errors import Breach
from enforcement.law.events import Record
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.powers import Powers


@dataclass(frozen=True, slots=True)
class Seen(Record):
    """A record as its reader sees it. `standing` is False where going back wiped it out; `withheld` says why `data` is
    empty, None where the reader may read it.
    """

    standing: bool = True
    withheld: Breach | None = None


def seen(facts: CaseFacts, powers: Powers) -> tuple[Seen, ...]:
    """Every record of the case in order, as `facts.actor` may see it; without an actor as nobody may."""
    standing = {record.seq for record in facts.standing}
    return tuple(_seen(record, facts, powers, standing=record.seq in standing) for record in facts.records)


def seen_of_agency(records: Iterable[Record], powers: Powers) -> tuple[Seen, ...]:
    """The agency's own records, of no case."""
    return tuple(_seen(record, None, powers, standing=True) for record in records)


def _seen(record: Record, facts: CaseFacts | None, powers: Powers, *, standing: bool) -> Seen:
    withheld = powers.withheld(record.event, facts)
    return Seen(
        record.seq, record.event, record.act, record.stage, record.at, record.on, record.actor_id,
        {} if withheld else record.data, record.people, record.behalf_of, standing, withheld,
    )  # fmt: skip


def last_seen(facts: CaseFacts, powers: Powers, event: str) -> Fields:
    """What the newest standing record of this event says; empty where there is none or it is not this reader's."""
    return Fields() if powers.withheld(event, facts) else facts.read(event)


def problems_to_answer(facts: CaseFacts, powers: Powers) -> tuple[Fields, ...]:
    """The findings of the standing opinion that name a problem, for those who may read it."""
    return () if powers.withheld(review.OPINION, facts) else review.problems_found(facts)


def answers_before(facts: CaseFacts, powers: Powers) -> tuple[tuple[Fields, Fields], ...]:
    """Each problem of the last opinion ever issued with its answer, for those who may read them."""
    return () if powers.withheld(review.ANSWER, facts) else review.earlier_answers(facts)
