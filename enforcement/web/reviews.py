"""法制审核: what waits for review and what was reviewed."""

from flask import Blueprint, render_template
from sqlalchemy import exists, func, select

from enforcement.facts import facts_of_many
from enforcement.law.clocks import Clock, open_clocks
from enforcement.law.facts import CaseFacts
from enforcement.law.reading import Seen, seen
from enforcement.models.cases import Case, ProcessRecord
from enforcement.web import here
from enforcement.web.pages import Pages, wanted_page

blueprint = Blueprint("reviews", __name__)


ENDS = ("review_opinion_issued", "review_returned")
"""How a review ends."""


@blueprint.get("/reviews")
def index() -> str:
    """Cases that were ever submitted, those still waiting first."""
    number, book = wanted_page(), here.book()
    pages = Pages(number, 0)
    submitted = exists().where(ProcessRecord.chain_id == Case.id, ProcessRecord.event == "submitted_for_review")
    reviewed = [one.acts["issue_opinion"] for one in book.procedures.values() if "issue_opinion" in one.acts]
    waiting = Case.stage.in_({stage for act in reviewed for stage in act.stages})
    with here.reading() as work:
        total = work.session.scalar(select(func.count()).select_from(Case).where(submitted)) or 0
        cases = work.session.scalars(
            select(Case)
            .where(submitted)
            .order_by(waiting.desc(), Case.closed_on.is_not(None), Case.created_at.desc())
            .offset((number - 1) * pages.size)
            .limit(pages.size)
        ).all()
        facts = facts_of_many(work, cases)
    rows = [(case, facts[case.id], _clock(facts[case.id]), _ended(facts[case.id])) for case in cases]
    return render_template("reviews.html", rows=rows, pages=Pages(number, total))


def _clock(facts: CaseFacts) -> Clock | None:
    return next((one for one in open_clocks(facts, here.book()) if "review_opinion_issued" in one.limit.stops), None)


def _ended(facts: CaseFacts) -> Seen | None:
    """The step that ended the last review; that it was taken everybody here may know."""
    steps = reversed(seen(facts, here.book().powers))
    return next((one for one in steps if one.standing and one.event in ENDS), None)
