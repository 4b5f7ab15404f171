"""法制审核: what waits for review and what was reviewed."""

import datetime as dt
import uuid

from flask import Blueprint, render_template
from sqlalchemy import exists, select

from enforcement.facts import facts_of_many
from enforcement.law.clocks import Clock, open_clocks
from enforcement.law.facts import CaseFacts
from enforcement.law.reading import Seen, seen
from enforcement.models.cases import Case, ProcessRecord
from enforcement.queries.paging import Order, Page, count_of, page_of
from enforcement.web import here
from enforcement.web.pages import Pages, counts_exactly, wanted_place

blueprint = Blueprint("reviews", __name__)


ENDS = ("review_opinion_issued", "review_returned")
"""How a review ends."""


@blueprint.get("/reviews")
def index() -> str:
    """Cases that were ever submitted, those still waiting first."""
    book = here.book()
    submitted = exists().where(ProcessRecord.chain_id == Case.id, ProcessRecord.event == "submitted_for_review")
    reviewed = [one.acts["issue_opinion"] for one in book.procedures.values() if "issue_opinion" in one.acts]
    waiting = Case.stage.in_({stage for act in reviewed for stage in act.stages})
    with here.reading() as work:
        order = Order(
            (waiting, Case.closed_on.is_(None), Case.created_at, Case.id), (bool, bool, dt.datetime, uuid.UUID)
        )
        page: Page[Case] = page_of(work, select(Case).where(submitted), order, wanted_place(), lambda row: row["Case"])
        count = count_of(work, select(Case.id).where(submitted), exact=counts_exactly())
        cases = page.rows
        facts = facts_of_many(work, cases)
    rows = [(case, facts[case.id], _clock(facts[case.id]), _ended(facts[case.id])) for case in cases]
    return render_template("reviews.html", rows=rows, pages=Pages(page, count))


def _clock(facts: CaseFacts) -> Clock | None:
    return next((one for one in open_clocks(facts, here.book()) if "review_opinion_issued" in one.limit.stops), None)


def _ended(facts: CaseFacts) -> Seen | None:
    """The step that ended the last review; that it was taken everybody here may know."""
    steps = reversed(seen(facts, here.book().powers))
    return next((one for one in steps if one.standing and one.event in ENDS), None)
