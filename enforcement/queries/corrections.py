"""What the public asks of what is published, as it was sent in, and until when it is to be answered (G#19)."""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import select

from enforcement.facts import parameters
from enforcement.law.counting import due
from enforcement.law.events import shanghai_day
from enforcement.models.requests import digest_of_request
from enforcement.work import Work
from publish.tables import correction_request

MOST = 500
CHANGED = "申请内容与登记时不一致，不予显示；请先核验台账"
LIMITS = {"correction": "correction_request", "suggestion": "correction_suggestion"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """One request taken up and not yet settled. `publication_id` is its disclosure's id; None: about none of them.

    What was changed since it was taken up is shown to nobody: its words are empty, and the statement says so.
    """

    id: uuid.UUID
    receipt_no: str
    kind: str
    statement: str
    wish: str
    name: str
    contact: str
    publication_id: uuid.UUID | None
    taken_up_at: dt.datetime
    due_on: dt.date


_SHOWN = tuple(field.name for field in dataclasses.fields(OpenRequest) if field.name != "due_on")
_WORDS = ("statement", "wish", "name", "contact")


def open_requests(
    work: Work, *, publication_id: uuid.UUID | None = None, not_asked_after_on: dt.date | None = None
) -> list[OpenRequest]:
    """The oldest MOST requests of the agency that wait for an answer. Two queries.

    `publication_id`: only those about one publication. `not_asked_after_on`: only those the clock has not yet asked
    after on that day.
    """
    table = correction_request.c
    query = (
        select(correction_request)
        .where(table.taken_up_at.is_not(None), table.settled_at.is_(None))
        .order_by(table.submitted_at, table.id)
        .limit(MOST)
    )
    if publication_id is not None:
        query = query.where(table.publication_id == publication_id)
    if not_asked_after_on is not None:
        query = query.where(table.asked_after_on.is_distinct_from(not_asked_after_on))
    rows = list(work.session.execute(query).mappings())
    own = parameters(work) if rows else {}
    found = []
    for row in rows:
        limit = work.book.limits[LIMITS[row["kind"]]]
        value = own.get(limit.parameter or "")
        taken_up_on = shanghai_day(row["taken_up_at"])
        due_on = due(limit, taken_up_on, work.book.calendar, value=value.value if value else None).due_on
        shown = {name: row[name] for name in _SHOWN}
        if digest_of_request(row) != row["digest"]:
            shown |= dict.fromkeys(_WORDS, "") | {"statement": CHANGED}
        found.append(OpenRequest(**shown, due_on=due_on))
    return found
