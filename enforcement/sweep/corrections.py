"""What the public sends in comes onto somebody's list, and stays there until it is answered (G#19)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from enforcement.actions.corrections import REQUESTED, SETTLED, TakeUpCorrection
from enforcement.actions.registry import perform_for_agency
from enforcement.facts import parameters
from enforcement.law.counting import due
from enforcement.law.errors import NotFound
from enforcement.models.cases import ProcessRecord
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import notices
from enforcement.sweep.report import Report
from enforcement.work import Actor, Office, Work
from publish.tables import correction_request

LIMITS = {"correction": "correction_request", "suggestion": "correction_suggestion"}


def waiting(office: Office, actor: Actor) -> list[uuid.UUID]:
    """Requests nobody has taken up."""
    query = select(correction_request.c.id).where(correction_request.c.taken_up_at.is_(None))
    with office.reading(actor.agency_id) as session:
        return list(session.scalars(query.order_by(correction_request.c.submitted_at)))


def take_up(office: Office, actor: Actor, request_id: uuid.UUID, report: Report) -> None:
    """Take one request up; where another pass was quicker, that is as good."""
    try:
        perform_for_agency(office, actor, "take_up_correction", TakeUpCorrection(request=str(request_id)))
    except NotFound:
        return
    report.did("taken_up")


def remind(office: Office, actor: Actor, report: Report) -> None:
    """Tell the releaser of every request not yet answered, and the head of every one that is overdue."""
    with office.begin(actor) as work:
        for record in _open(work):
            due_on = _due(work, record)
            disclosure_id = uuid.UUID(record.data["publication"]) if "publication" in record.data else None
            case_id = work.session.scalar(select(Disclosure.case_id).where(Disclosure.id == disclosure_id))
            roles = {"correction_received": (notices.RELEASER, notices.CLERK)}
            if work.today > due_on:
                roles["correction_overdue"] = (notices.RELEASER, notices.HEAD)
            for kind, whom in roles.items():
                for role in whom:
                    told = notices.tell(
                        work,
                        kind,
                        due_on,
                        role,
                        case_id=case_id,
                        disclosure_id=disclosure_id if case_id else None,
                        limit_key=LIMITS[record.data["kind"]],
                        subject=record.data["request"],
                    )
                    report.did("told", int(told))


def _open(work: Work) -> list[Any]:
    answer = aliased(ProcessRecord)
    asked = ProcessRecord.data.op("->>")("request")
    answered = exists().where(answer.event == SETTLED, answer.data.op("->>")("request") == asked)
    query = select(ProcessRecord.happened_on, ProcessRecord.data).where(
        ProcessRecord.agency_id == work.actor.agency_id, ProcessRecord.event == REQUESTED, ~answered
    )
    return list(work.session.execute(query))


def _due(work: Work, record: Any) -> date:
    """The last day, counted from the day the request was taken up; the agency may have set its own number."""
    limit = work.book.limits[LIMITS[record.data["kind"]]]
    own = parameters(work).get(limit.parameter or "")
    return due(limit, record.happened_on, work.book.calendar, value=own.value if own else None).due_on
