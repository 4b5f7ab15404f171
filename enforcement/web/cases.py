"""Cases: the list, the case with its timeline and what may be done next, its tabs, its ledger."""

import uuid
from typing import Any, get_args

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enforcement.actions.registry import acts
from enforcement.law.acts import Tab
from enforcement.law.clocks import running
from enforcement.law.errors import NotFound
from enforcement.law.facts import CaseFacts
from enforcement.law.major import classify
from enforcement.law.next_step import next_step
from enforcement.law.reading import seen
from enforcement.queries import people
from enforcement.queries.cases import (
    CaseFilter,
    Scope,
    case_of_number,
    case_row,
    count_cases,
    find_case,
    list_cases,
    related_cases,
)
from enforcement.queries.clocks import open_of
from enforcement.queries.disclosures import DisclosureFilter, list_disclosures
from enforcement.queries.paging import Place
from enforcement.queries.recordings import RecordingFilter, list_recordings
from enforcement.queries.words import too_short
from enforcement.web import casefile, here, offers, subjects
from enforcement.web.entries import ledger_page
from enforcement.web.pages import Pages, counts_exactly, wanted_place
from enforcement.web.subjects import Subject
from enforcement.work import Work

blueprint = Blueprint("cases", __name__)

MOST_ROWS = 100


@blueprint.get("/cases")
def index() -> str:
    """The list of cases, filtered in its address."""
    given = request.args
    scope = given.get("scope", "open")
    wanted = CaseFilter(
        q=given.get("q", "").strip()[:100],
        procedure=given.get("procedure", ""),
        stage=given.get("stage", ""),
        scope=scope if scope in get_args(Scope) else "open",  # type: ignore[arg-type]  # looked up on the left
        mine=given.get("mine") == "1",
        sort="due" if given.get("sort") == "due" else "newest",
    )
    with here.reading() as work:
        page = list_cases(work, wanted, wanted_place())
        count = count_cases(work, wanted, exact=counts_exactly())
        clocks = open_of(work, [row.id for row in page.rows])
    procedures = {key: one for key, one in here.book().procedures.items() if key != "disclosure"}
    return render_template(
        "cases.html",
        rows=page.rows, clocks=clocks, wanted=wanted, pages=Pages(page, count), procedures=procedures,
        starts=subjects.starts(),
        too_short=too_short(wanted.q),
    )  # fmt: skip


@blueprint.get("/cases/no/<case_no>")
def by_number(case_no: str) -> Response:
    """A case by its number, or by that of its decision."""
    with here.reading() as work:
        case_id = case_of_number(work, case_no)
    if case_id is None:
        raise NotFound("case", case_no)
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.get("/cases/<uuid:case_id>")
def show(case_id: uuid.UUID) -> str:
    """A case: where it stands, what was done, what may be done next."""
    with here.reading() as work:
        context = _head(work, case_id)
        subject: Subject = context["subject"]
        facts, case = subject.facts, subject.case
        if facts is None or case is None:
            raise NotFound("case", case_id)
        shown = casefile.timeline(here.words(), seen(facts, here.book().powers), context["names"])
        procedure = here.book().procedures[case.procedure]
        context |= {
            "stages": casefile.stages(procedure, facts, shown),
            "related": related_cases(work, case),
            "facts": facts,
        }
    return render_template("case.html", tab="", **context)


@blueprint.get("/cases/<uuid:case_id>/<any(evidence,documents,review,execution):tab>")
def part(case_id: uuid.UUID, tab: Tab) -> str:
    """The records of a case that belong to one tab."""
    with here.reading() as work:
        context = _head(work, case_id)
        facts = context["subject"].facts
        powers = here.book().powers
        records = [one for one in seen(facts, powers) if one.act in powers.acts and tab in powers.acts[one.act].shows]
        shown = casefile.timeline(here.words(), records, context["names"])
        of_case, most = RecordingFilter(case_id=case_id), Place(size=MOST_ROWS)
        recordings = list_recordings(work, of_case, most).rows if tab == "evidence" else []
    return render_template(
        "case_part.html", tab=tab, heading=casefile.TABS[tab], shown=shown, recordings=recordings, **context
    )


@blueprint.get("/cases/<uuid:case_id>/disclosure")
def disclosure(case_id: uuid.UUID) -> str:
    """What of the case must be disclosed and how far that is."""
    with here.reading() as work:
        context = _head(work, case_id)
        facts = context["subject"].facts
        records = [record for record in seen(facts, here.book().powers) if "disclosure" in record.data]
        shown = casefile.timeline(here.words(), records, context["names"])
        rows = list_disclosures(work, DisclosureFilter(case_id=case_id), Place(size=MOST_ROWS)).rows
    return render_template("case_disclosure.html", tab="disclosure", rows=rows, shown=shown, **context)


@blueprint.get("/cases/<uuid:case_id>/ledger")
def ledger(case_id: uuid.UUID) -> str:
    """The ledger entries of the case, each checked again while it is read."""
    with here.reading() as work:
        context = _head(work, case_id)
        entries, pages, whole = ledger_page(work, case_id)
    return render_template("case_ledger.html", tab="ledger", entries=entries, pages=pages, whole=whole, **context)


@blueprint.get("/cases/<uuid:case_id>/records/<int:seq>")
def record(case_id: uuid.UUID, seq: int) -> str:
    """One process record, to read and to print."""
    with here.reading() as work:
        case = find_case(work, case_id)
        facts = subjects.a_case(work, case_id).facts
        found = [one for one in (seen(facts, here.book().powers) if facts else ()) if one.seq == seq]
        if not found:
            raise NotFound("record", seq)
        names = _names(work, facts)
        shown = casefile.timeline(here.words(), found, names)[0]
    return render_template("record.html", shown=shown, case=case)


def _names(work: Work, facts: CaseFacts | None) -> dict[str, str]:
    """What stands for the ids and codes in records: people, and the matter of the case."""
    matter = {facts.matter.code: facts.matter.zh} if facts and facts.matter.code else {}
    return people.everybody(work) | matter


def _head(work: Work, case_id: uuid.UUID) -> dict[str, Any]:
    """What stands above every tab: names, clocks, and what may be done next."""
    subject = subjects.a_case(work, case_id)
    facts = subject.facts
    if facts is None:
        raise NotFound("case", case_id)
    book = here.book()
    procedure = book.procedures[subject.procedure]
    offered = procedure.next_acts(facts, book)
    roles = here.actor().roles
    step = next_step(procedure, offered, facts.stage, book.powers, roles)
    return {
        "subject": subject,
        "case": subject.case,
        "row": case_row(work, case_id),
        "names": _names(work, facts),
        "clocks": [clock for clock in running(facts, book) if clock.state in {"running", "paused", "overdue"}],
        "major": classify(facts, book),
        "next_primary": step.mine,
        "next_other": [
            one
            for one in offered
            if one not in step.mine and set(one.who) & roles and offers.has_object(work, acts().get(one.act), facts)
        ],
        "next_others": step.others,
        "tabs": [*casefile.TABS.items(), ("disclosure", "公示"), ("ledger", "台账")],
        "staged": {name for name, deed in acts().items() if deed.staged},
        "known_acts": acts(),
    }
