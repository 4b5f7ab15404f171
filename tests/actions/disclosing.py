"""Steps of a disclosure by whose turn it is."""

from __future__ import annotations

import dataclasses
from typing import Any

from enforcement.actions import disclosures, redaction
from enforcement.actions.disclosures import Note
from enforcement.actions.registry import perform
from enforcement.actions.subjects import lock_disclosure
from enforcement.demo.walk import Walk
from enforcement.work import Actor
from tests import factories
from tests.factories import House

NOTE = Note()


def suggestion(walk: Walk, **differences: Any) -> disclosures.PrepareDisclosure:
    """What the case itself would fill in."""
    with walk.office.begin(walk.staff.actors["clerk"]) as work:
        form = disclosures.suggested(work, lock_disclosure(work, walk.disclosure_id(), None))
    return dataclasses.replace(form, **differences)


def decide(walk: Walk, *, login: str = "clerk", accepted: bool = True, only: str = "") -> int:
    """Decide every proposed span (of one source); how many."""
    with walk.office.begin(walk.staff.actors[login]) as work:
        disclosure = lock_disclosure(work, walk.disclosure_id(), None)
        chosen = [span for span in redaction.spans_of(work, disclosure) if only in ("", span.source)]
        for span in chosen:
            redaction.decide_span(work, disclosure, span.id, accepted=accepted)
    return len(chosen)


def by_clock(walk: Walk, act: str, form: Any = NOTE) -> None:
    clock = Actor.clock(walk.staff.agency_id)
    perform(walk.office, clock, act, form, walk.disclosure_id(), version=None)


def published(house: House, **differences: Any) -> Walk:
    walk = factories.released(factories.penalty(house.market, **differences))
    by_clock(walk, "publish_disclosure")
    return walk
