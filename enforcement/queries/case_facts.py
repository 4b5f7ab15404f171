"""The facts of many cases at once, for lists that must ask the law about each: a fixed number of queries for all of them."""

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import select

from enforcement import facts as bridge
from enforcement.law.facts import CaseFacts, MatterFacts
from enforcement.models.cases import Case, CaseOfficer, Party
from enforcement.models.disclosures import Disclosure
from enforcement.models.powers import Matter
from enforcement.models.recordings import Recording
from enforcement.work import Work

Row = TypeVar("Row", bound=Any)


def facts_of_many(work: Work, cases: Sequence[Case]) -> dict[uuid.UUID, CaseFacts]:
    """The facts of each case as `enforcement.facts.facts_of` gives them for one, by case id."""
    if not cases:
        return {}
    session, ids = work.session, [case.id for case in cases]
    records = bridge.records_of(session, ids)
    officers = _grouped(session.scalars(select(CaseOfficer).where(CaseOfficer.case_id.in_(ids))))
    parties = _grouped(session.scalars(select(Party).where(Party.case_id.in_(ids)).order_by(Party.position)))
    recordings = _grouped(
        session.scalars(select(Recording).where(Recording.case_id.in_(ids)).order_by(Recording.started_at))
    )
    people = bridge.people_as_of_today(work, {row.person_id for rows in officers.values() for row in rows})
    codes = {case.matter_code for case in cases}
    matters = {row.code: row for row in session.scalars(select(Matter).where(Matter.code.in_(codes)))}
    parameters, directory, actor = bridge.parameters(work), bridge.directory(work), bridge.actor_facts(work.actor)
    return {
        case.id: CaseFacts(
            case_id=str(case.id),
            agency_id=str(case.agency_id),
            procedure=case.procedure,
            stage=case.stage,
            today=work.today,
            now=work.moment,
            case_no=case.case_no,
            matter=_matter(matters.get(case.matter_code)),
            parties=tuple(bridge.party_facts(row) for row in parties[case.id]),
            officers=tuple(
                dataclasses.replace(people[row.person_id], from_on=row.from_on, to_on=row.to_on)
                for row in officers[case.id]
            ),
            handling_unit_id=str(case.unit_id),
            records=records.get(case.id, ()),
            recordings=tuple(bridge.recording_facts(row) for row in recordings[case.id]),
            parameters=parameters,
            directory=directory,
            actor=actor,
            clears=work.book.procedures[case.procedure].clears,
        )
        for case in cases
    }


def with_disclosure(work: Work, facts: CaseFacts, disclosure: Disclosure) -> CaseFacts:
    """The same facts seen from one disclosure of the case: its stage, its due day."""
    due_on = bridge.due_day(facts, disclosure, work)
    return dataclasses.replace(facts, stage=disclosure.stage, disclosure=bridge.disclosure_facts(disclosure, due_on))


def _grouped(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _matter(row: Matter | None) -> MatterFacts:
    return MatterFacts(row.code, row.zh, row.kind, row.basis) if row else MatterFacts()
