"""One field over everything."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enforcement.queries import everything
from enforcement.web import here

blueprint = Blueprint("search", __name__)

LONGEST = 100


@blueprint.get("/search")
def results() -> Response | str:
    """Cases, recordings and people that hold all the words; a whole case number goes straight to the case."""
    q = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if not q:
        return render_template("search.html", q=q, hits=None)
    with here.reading() as work:
        if case := everything.exact_case(work, q):
            return redirect(url_for("cases.show", case_id=case.id))
        hits = everything.search(work, q)
    return render_template("search.html", q=q, hits=hits)
