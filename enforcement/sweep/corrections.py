"""What the public sends in comes onto somebody's list, and stays there until it is answered (G#19)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import select, update

from enforcement.actions.corrections import TakeUpCorrection
from enforcement.actions.notifications import Kind, Notice
from enforcement.actions.registry import perform
from enforcement.law.errors import NotFound
from enforcement.models.disclosures import Disclosure
from enforcement.models.requests import digest_of_request
from enforcement.queries.corrections import LIMITS, OpenRequest, open_requests
from enforcement.sweep import claim, notices
from enforcement.sweep.tally import Tally
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


def take_up(office: Office, actor: Actor, form: TakeUpCorrection, tally: Tally) -> None:
    """Take one request up; where another pass was quicker, that is as good."""
    try:
        perform(office, actor, "take_up_correction", form)
    except NotFound:
        return
    tally.did("taken_up")


def remind(office: Office, actor: Actor, tally: Tally) -> None:
    """Ask once a day after every request not yet answered: notify the releaser, and the head where it is overdue.

    What is new is said in the case of the publication, or in the agency's own chain where it is about none; one that
    somebody else holds is left to a later pass.
    """
    with office.begin(actor) as work:
        asked = open_requests(work, not_asked_after_on=work.today)
        cases = _cases_of(work, asked)
        due = {request: list(_notices(work, request, cases.get(request.publication_id))) for request in asked}
        new = notices.unknown(work, [one for several in due.values() for one in several])
        changed = {uuid.UUID(one.subject) for one in new}
        _asked_after(work, [request.id for request in asked if request.id not in changed])
    by_owner: defaultdict[uuid.UUID | None, list[Notice]] = defaultdict(list)
    for one in new:
        by_owner[one.case_id].append(one)
    tally.each("case", by_owner, lambda owner: _say(office, actor, owner, by_owner[owner], tally))


def _say(office: Office, actor: Actor, case_id: uuid.UUID | None, several: Sequence[Notice], tally: Tally) -> None:
    with office.begin(actor) as work:
        owner = claim.case(work, case_id) if case_id else claim.agency(work)
        if owner is not None:
            tally.did("notified", notices.notify(work, owner, several))
            _asked_after(work, {uuid.UUID(one.subject) for one in several})


def _cases_of(work: Work, asked: Iterable[OpenRequest]) -> dict[uuid.UUID | None, uuid.UUID]:
    """The case of each publication that is asked about."""
    publications = {request.publication_id for request in asked} - {None}
    if not publications:
        return {}
    rows = work.session.execute(select(Disclosure.id, Disclosure.case_id).where(Disclosure.id.in_(publications)))
    return {row.id: row.case_id for row in rows}


def _asked_after(work: Work, requests: Collection[uuid.UUID]) -> None:
    if not requests:
        return
    work.session.execute(
        update(correction_request)
        .where(correction_request.c.id.in_(requests))
        .values(asked_after_on=work.today)
        .execution_options(recorded=True)  # nothing is lost to the record: this day is none of what it keeps
    )


def _notices(work: Work, request: OpenRequest, case_id: uuid.UUID | None) -> Iterator[Notice]:
    roles: dict[Kind, tuple[str, ...]] = {"correction_received": (notices.RELEASER, notices.CLERK)}
    if work.today > request.due_on:
        roles["correction_overdue"] = (notices.RELEASER, notices.HEAD)
    for kind, whom in roles.items():
        for role in whom:
            yield Notice(
                kind=kind,
                about_on=request.due_on,
                to_role=role,
                case_id=case_id,
                disclosure_id=request.publication_id if case_id else None,
                limit_key=LIMITS[request.kind],
                subject=str(request.id),
            )
