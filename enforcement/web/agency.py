"""机关与人员: who may do what, what is set and what is public; every change is an act with its own form."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from enforcement.actions import access
from enforcement.actions.registry import acts
from enforcement.law.errors import Invalid
from enforcement.law.events import NOTIFIED, Record
from enforcement.law.reading import Seen, seen_of_agency
from enforcement.models.cases import ProcessRecord
from enforcement.models.ledger import LedgerChain
from enforcement.models.people import Agency, Certificate, Deputy, Unit
from enforcement.models.powers import AgencyParameter, BasicInformation, DirectoryEntry, Matter
from enforcement.models.verification import Verification
from enforcement.queries import people
from enforcement.verify import steps
from enforcement.web import casefile, here
from enforcement.web.entries import ledger_page
from enforcement.web.pages import Pages, counts_exactly, wanted_place
from enforcement.work import Work

blueprint = Blueprint("agency", __name__)

PEOPLE_A_PAGE = 100

OFFICERS_LIST = ("officer_directory", "certificate_style")
"""Items of the catalogue that publishing officers makes public."""


@blueprint.get("/agency")
def index() -> str:
    """The agency: what is set, since when, and what may be changed."""
    words, book = here.words(), here.book()
    with here.reading() as work:
        session = work.session
        agency = session.scalars(select(Agency)).one()
        newest = session.scalar(select(func.max(DirectoryEntry.version)).where(DirectoryEntry.from_on <= work.today))
        names = people.everybody(work)
        public = {row.section: row.updated_at for row in session.scalars(select(BasicInformation))}
        listed_at = session.scalar(select(func.max(Certificate.published_at)))
        if listed_at is not None:  # the officers' own list has both (G#6.1(3)), published by an act of its own
            public = dict.fromkeys(OFFICERS_LIST, listed_at) | public
        context = {
            "agency": agency,
            "units": session.scalars(select(Unit).order_by(Unit.name)).all(),
            "matters": session.scalars(select(Matter).order_by(Matter.kind, Matter.code).limit(500)).all(),
            "parameters": session.scalars(
                select(AgencyParameter).order_by(AgencyParameter.name, AgencyParameter.from_on.desc())
            ).all(),
            "directory": session.scalars(
                select(DirectoryEntry).where(DirectoryEntry.version == newest).order_by(DirectoryEntry.matter_code)
            ).all(),
            "deputies": session.scalars(select(Deputy).order_by(Deputy.from_on.desc()).limit(20)).all(),
            "public": public,
            "matter_names": {matter.code: matter.zh for matter in session.scalars(select(Matter))},
            "records": casefile.timeline(words, _latest(work, agency.chain_id), names),
            "names": names,
        }
        roles = work.actor.roles
    known = acts()
    offered = [
        (known[name], words.act(name))
        for name in book.powers.acts
        if name in known and known[name].scope == "agency" and book.powers.may(roles, name) is None
    ]
    catalogue = list(book.basic_information.items.values())
    return render_template("agency.html", offered=offered, catalogue=catalogue, **context)


def _latest(work: Work, chain_id: uuid.UUID) -> tuple[Seen, ...]:
    steps_of = (ProcessRecord.chain_id == chain_id, ProcessRecord.event != NOTIFIED)
    query = select(ProcessRecord).where(*steps_of).order_by(ProcessRecord.seq.desc()).limit(20)
    records = (
        Record(
            row.seq, row.event, row.act, row.stage, row.at, row.happened_on, str(row.actor_id or "") or None, row.data
        )
        for row in work.session.scalars(query)
    )
    return seen_of_agency(records, work.book.powers)


@blueprint.get("/agency/people")
def persons() -> str:
    """Everybody, with roles and certificates."""
    with here.reading() as work:
        page = people.list_people(work, wanted_place(PEOPLE_A_PAGE))
        count = people.count_people(work, exact=counts_exactly())
        today = work.today
    may_set = here.book().powers.may(here.actor().roles, "set_password") is None
    return render_template("people.html", rows=page.rows, pages=Pages(page, count), today=today, may_set=may_set)


@blueprint.post("/agency/people/<uuid:person_id>/password")
def first_password(person_id: uuid.UUID) -> Response:
    """Give a person a password to begin with; theirs to change."""
    password = request.form.get("password", "")
    if not access.SHORTEST_PASSWORD <= len(password) <= access.LONGEST_PASSWORD:
        raise Invalid({"password": [f"密码至少 {access.SHORTEST_PASSWORD} 个字符"]})
    with here.office().begin(here.actor()) as work:
        access.give_password(work, person_id, password)
    flash("已设置密码。")
    return redirect(url_for("agency.persons"))


@blueprint.get("/agency/ledger")
def ledger() -> str:
    """The agency's own chain."""
    with here.reading() as work:
        agency = work.session.scalars(select(Agency)).one()
        entries, pages, whole = ledger_page(work, agency.chain_id)
    return render_template("agency_ledger.html", entries=entries, pages=pages, whole=whole)


@blueprint.get("/agency/verification")
def verification() -> str:
    """What the verification that runs by itself has found: of this agency, and of what belongs to none."""
    with here.reading() as work:
        agency = work.session.scalars(select(Agency)).one()
        rows = work.session.scalars(select(Verification).order_by(Verification.track))
        tracks = [_track(work, row, agency.chain_id) for row in rows]
        restored = (ProcessRecord.chain_id == agency.chain_id) & (ProcessRecord.event == "ledger_restored")
        restores = work.session.scalars(select(ProcessRecord).where(restored).order_by(ProcessRecord.seq)).all()
    return render_template("verification.html", tracks=tracks, restores=restores)


def _track(work: Work, track: Verification, own_chain: uuid.UUID) -> dict[str, Any]:
    chains = {one["chain"] for one in track.unmended if one["chain"]}
    mine = set(work.session.scalars(select(LedgerChain.id).where(LedgerChain.id.in_(chains))))
    shown = [
        one | {"case": one["chain"] if one["chain"] != str(own_chain) else ""}
        for one in track.unmended
        if not one["chain"] or uuid.UUID(one["chain"]) in mine
    ]
    return {
        "zh": steps.ZH[track.track],
        "part": steps.ZH.get(track.part, track.part),
        "row": track,
        "findings": shown,
        "elsewhere": len(track.unmended) - len(shown),
    }
