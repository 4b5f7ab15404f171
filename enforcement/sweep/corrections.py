"""What the public sends in comes onto somebody's list, and stays there until it is answered (G#19)."""

from __future__ import annotations

from sqlalchemy import select, update

from enforcement.actions.corrections import TakeUpCorrection
from enforcement.actions.registry import perform
from enforcement.law.errors import NotFound
from enforcement.models.disclosures import Disclosure
from enforcement.models.requests import digest_of_request
from enforcement.queries.corrections import LIMITS, OpenRequest, open_requests
from enforcement.sweep import notices
from enforcement.sweep.report import Report
from enforcement.work import Actor, Office, Work
from publish.tables import correction_request

REQUESTS_A_PASS = 200


def waiting(office: Office, actor: Actor) -> dict[str, TakeUpCorrection]:
    """The oldest requests nobody has taken up, by id, as they read; more wait for the next pass."""
    query = select(correction_request).where(correction_request.c.taken_up_at.is_(None))
    with office.reading(actor.agency_id) as session:
        oldest = session.execute(query.order_by(correction_request.c.submitted_at).limit(REQUESTS_A_PASS)).mappings()
        return {
            (request := str(one["id"])): TakeUpCorrection(request=request, content=digest_of_request(one))
            for one in oldest
        }


def take_up(office: Office, actor: Actor, form: TakeUpCorrection, report: Report) -> None:
    """Take one request up; where another pass was quicker, that is as good."""
    try:
        perform(office, actor, "take_up_correction", form)
    except NotFound:
        return
    report.did("taken_up")


def remind(office: Office, actor: Actor, report: Report) -> None:
    """Ask once a day after every request not yet answered: tell the releaser, and the head where it is overdue."""
    with office.begin(actor) as work:
        asked = open_requests(work, not_asked_after_on=work.today)
        for request in asked:
            report.did("told", _tell(work, request))
        work.session.execute(
            update(correction_request)
            .where(correction_request.c.id.in_([request.id for request in asked]))
            .values(asked_after_on=work.today)
            .execution_options(recorded=True)  # nothing is lost to the record: this day is none of what it keeps
        )


def _tell(work: Work, request: OpenRequest) -> int:
    case_id = work.session.scalar(select(Disclosure.case_id).where(Disclosure.id == request.publication_id))
    roles = {"correction_received": (notices.RELEASER, notices.CLERK)}
    if work.today > request.due_on:
        roles["correction_overdue"] = (notices.RELEASER, notices.HEAD)
    return sum(
        notices.tell(
            work,
            kind,
            request.due_on,
            role,
            case_id=case_id,
            disclosure_id=request.publication_id if case_id else None,
            limit_key=LIMITS[request.kind],
            subject=str(request.id),
        )
        for kind, whom in roles.items()
        for role in whom
    )
