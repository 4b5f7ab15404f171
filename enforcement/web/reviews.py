"""法制审核: what waits for review and what was reviewed."""

from flask import Blueprint, render_template
from sqlalchemy import exists, func, select

from enforcement.facts import facts_of_many
from enforcement.law.clocks import open_clocks
from enforcement.models.cases import Case, ProcessRecord
from enforcement.web import here
from enforcement.web.pages import Pages, wanted_page

blueprint = Blueprint("reviews", __name__)


@blueprint.get("/reviews")
def index() -> str:
    """Cases that were ever submitted, those still waiting first."""
    number = wanted_page()
    pages = Pages(number, 0)
    submitted = exists().where(ProcessRecord.chain_id == Case.id, ProcessRecord.event == "submitted_for_review")
    with here.reading() as work:
        total = work.session.scalar(select(func.count()).select_from(Case).where(submitted)) or 0
        cases = work.session.scalars(
            select(Case)
            .where(submitted)
            .order_by(Case.closed_on.is_not(None), Case.created_at.desc())
            .offset((number - 1) * pages.size)
            .limit(pages.size)
        ).all()
        facts = facts_of_many(work, cases)
    rows = [
        (
            case,
            facts[case.id],
            next(
                (one for one in open_clocks(facts[case.id], here.book()) if "review_opinion_issued" in one.limit.stops),
                None,
            ),
        )
        for case in cases
    ]
    return render_template("reviews.html", rows=rows, pages=Pages(number, total))
