"""One field over everything."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enforcement.queries import everything
from enforcement.queries.cases import case_of_number
from enforcement.queries.words import too_short
from enforcement.web import here

blueprint = Blueprint("search", __name__)

LONGEST = 100


@blueprint.get("/search")
def results() -> Response | str:
    """Cases, recordings and people that hold all the words; a whole number goes straight to its case."""
    q = request.args.get("q", "").strip()[:LONGEST]
    if not q:
        return render_template("search.html", q=q, hits=None)
    with here.reading() as work:
        if case_id := case_of_number(work, q):
            return redirect(url_for("cases.show", case_id=case_id))
        hits = everything.search(work, q)
    return render_template("search.html", q=q, hits=hits, too_short=too_short(q))
