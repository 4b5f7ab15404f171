"""Home, search, agencies, notices, and the few pages about the site itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, render_template, request

from publish.site.query import Search
from publish.site.reading import COUNTED, KEY, PAGE, Site, rows, today
from publish.site.words import NOTICE_ZH

blueprint = Blueprint("pages", __name__)

OFFICERS = 100
_ALL_AGENCIES_ON_HOME = 60


def site() -> Site:
    """What the running application reads with."""
    return cast("Site", current_app.extensions[KEY])


@blueprint.get("/")
def home() -> str:
    """Search field, newest decisions, counts of the month, agencies A to Z."""
    agencies = list(site().agencies().values())
    newest = site().newest(PAGE // 2)
    # Where a demonstration's clock runs ahead of this machine's, "this month" is that of the newest publication.
    month = max([today(), *(row.published_on for row in newest)]).replace(day=1)
    return render_template(
        "home.html",
        newest=newest,
        counts=site().month_counts(month),
        month=month,
        agencies=agencies if len(agencies) <= _ALL_AGENCIES_ON_HOME else [],
        initials=sorted({agency.initial for agency in agencies}),
        agency_name=site().agency_name,
        search=Search(),
    )


@blueprint.get("/search")
def search() -> str:
    """Results of one search with facets over the newest of them."""
    asked = Search.from_args(request.args)
    found = site().search(asked, limit=COUNTED + 1)
    shown = found[:PAGE]
    return render_template(
        "search.html",
        search=asked,
        results=shown,
        facets=site().facets(found),
        following=asked.address(after=asked.cursor(shown[-1])) if len(found) > PAGE else "",
        agency_name=site().agency_name,
        agency_options=site().agency_options(asked.agency),
    )


@blueprint.get("/agencies")
def agencies() -> str:
    """Every agency, A to Z."""
    return render_template("agencies.html", agencies=list(site().agencies().values()))


@blueprint.get("/agencies/<code>")
def agency(code: str) -> str:
    """Basic information of an agency by section (G#6), its officers, notices and newest results."""
    known = site().agency_by_code(code) or abort(404)
    page = site().agency_page(known.id, OFFICERS + 1)
    return render_template(
        "agency.html",
        agency=page["agency"][0],
        sections=_sections(page["information"]),
        officers=page["officers"][:OFFICERS],
        more_officers=len(page["officers"]) > OFFICERS,
        notices=page["notices"],
        newest=site().newest(PAGE // 2, known.id),
        agency_name=site().agency_name,
    )


def _sections(information: object) -> Mapping[str, list[object]]:
    sections: dict[str, list[object]] = {}
    for item in information:  # type: ignore[attr-defined] # rows of the statement
        sections.setdefault(item.section, []).append(item)
    return sections


@blueprint.get("/agencies/<code>/officers")
def officers(code: str) -> str:
    """Published officers of an agency, one hundred a page."""
    known = site().agency_by_code(code) or abort(404)
    page = min(max(request.args.get("page", 1, type=int), 1), 1000)
    found = site().officers(known.id, limit=OFFICERS + 1, offset=(page - 1) * OFFICERS)
    return render_template(
        "officers.html", agency=known, officers=found[:OFFICERS], page=page, more=len(found) > OFFICERS
    )


@blueprint.get("/notices/<kind>")
def notices(kind: str) -> str:
    """Inspection plans (G#11), hearing notices (G#12(4)), annual reports (G#17) of the whole city."""
    if kind not in NOTICE_ZH:
        abort(404)
    return render_template("notices.html", kind=kind, notices=site().notices(kind, 100), agency_name=site().agency_name)


@blueprint.get("/notices/<kind>/<uuid:notice_id>")
def notice(kind: str, notice_id: UUID) -> str:
    """One notice."""
    found = site().notice(notice_id)
    if found is None or found.kind != kind:
        abort(404)
    return render_template("notice.html", notice=found, agency_name=site().agency_name)


@blueprint.get("/about")
def about() -> str:
    """What this site is, what is hidden, how to verify, and the addresses for machines."""
    return render_template("about.html", key=current_app.config["LOG_KEY"], checkpoint=site().checkpoint())


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Records may be indexed; searches, forms and feeds may not. A withdrawn record says noindex itself."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/search", "/corrections", "/health")), ""]
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/health")
def health() -> Response:
    """200 while the database answers."""
    rows("SELECT 1")
    return Response('{"ok":true}\n', mimetype="application/json")
