"""What the law looks at, read from the tables: the one bridge from rows to :class:`CaseFacts`."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from enforcement.law import facts as law
from enforcement.law.clocks import running
from enforcement.law.events import Record
from enforcement.models.cases import Case, CaseOfficer, Party, ProcessRecord
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Certificate, Person
from enforcement.models.powers import AgencyParameter, DirectoryEntry, Matter
from enforcement.models.recordings import Recording
from enforcement.work import Actor, Work


def facts_of(
    work: Work, case: Case, form: Mapping[str, Any] | None = None, *, disclosure: Disclosure | None = None
) -> law.CaseFacts:
    """Everything known of a case on the day of `work`, for the act whose values are `form`.

    With a disclosure, `stage` is the disclosure's own and `disclosure` is filled in.
    """
    work.session.flush()
    form = form or {}
    session = work.session
    records = records_of(session, [case.id]).get(case.id, ())
    officers = session.scalars(select(CaseOfficer).where(CaseOfficer.case_id == case.id)).all()
    named = {uuid.UUID(value) for value in _people_in(form)}
    people = _people(work, {row.person_id for row in officers} | named)
    facts = law.CaseFacts(
        case_id=str(case.id),
        agency_id=str(case.agency_id),
        procedure=case.procedure,
        stage=disclosure.stage if disclosure else case.stage,
        today=work.today,
        now=work.moment,
        case_no=case.case_no,
        matter=_matter(session, case.matter_code),
        parties=tuple(_party(row) for row in session.scalars(select(Party).where(Party.case_id == case.id).order_by(Party.position))),
        officers=tuple(
            _on_case(people[row.person_id], row)
            for row in officers
            if row.person_id in people
        ),
        handling_unit_id=str(case.unit_id),
        records=records,
        recordings=tuple(
            _recording(row) for row in session.scalars(select(Recording).where(Recording.case_id == case.id).order_by(Recording.started_at))
        ),
        parameters=parameters(work),
        directory=directory(work),
        actor=_actor(work.actor),
        form=form,
        named={str(key): value for key, value in people.items() if key in named},
        disclosure=_disclosure(disclosure) if disclosure else None,
        clears=work.book.procedures[case.procedure].clears,
    )
    return facts
