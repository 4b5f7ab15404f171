"""Looking at one case: what the law does by itself, what falls due, what a new calendar moved."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import CompoundSelect, and_, or_, select, union
from sqlalchemy.dialects.postgresql import insert

from enforcement.actions.clock import MovedDue, RecomputeDue
from enforcement.actions.disclosures import Approve, Note
from enforcement.actions.licenses import AcceptApplication
from enforcement.actions.withdrawals import TakeDownPublication, WithdrawPublication
from enforcement.facts import facts_of, with_disclosure
from enforcement.law import clocks
from enforcement.law.clocks import Clock
from enforcement.law.disclosure import Ground, must_withhold
from enforcement.law.facts import CaseFacts
from enforcement.law.guards.disclosure import is_public, is_taken_down
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.clock import CaseChecked
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import calendars, claim, notices
from enforcement.sweep.report import Report
from enforcement.work import Actor, Office, Work


def waiting(office: Office, actor: Actor, calendar: str, *, limit: int) -> list[uuid.UUID]:
    """Cases in which something may be different from when the clock last looked: version, day, law or hour."""
    with office.begin(actor) as work:
        concerned = _concerned(work).subquery()
        changed = or_(
            CaseChecked.case_id.is_(None),
            CaseChecked.version != Case.version,
            CaseChecked.on_day != work.today,
            CaseChecked.law != work.book.version,
            CaseChecked.calendar != calendar,
            CaseChecked.again_at <= work.moment,
        )
        query = (
            select(Case.id)
            .join(concerned, concerned.c.id == Case.id)
            .outerjoin(CaseChecked, CaseChecked.case_id == Case.id)
            .where(changed)
            # What people have just done first: a release is not to wait behind a new day's look at everything.
            .order_by(CaseChecked.version.is_not_distinct_from(Case.version), Case.created_at)
            .limit(limit)
        )
        return list(work.session.scalars(query))


def _concerned(work: Work) -> CompoundSelect[uuid.UUID]:
    """Cases still open, cases whose result is not public and seen to be, overturned ones: each found by an index."""
    stages = [stage.key for stage in work.book.procedures["disclosure"].stages.values() if not stage.ends]
    mine = Disclosure.agency_id == work.actor.agency_id
    unseen = [and_(Disclosure.stage == stage, Disclosure.verified_at.is_(None)) for stage in ("published", "withdrawn")]
    overturned = and_(ProcessRecord.chain_id == Disclosure.case_id, ProcessRecord.event == "overturned")
    return union(
        select(Case.id).where(Case.agency_id == work.actor.agency_id, Case.closed_on.is_(None)),
        select(Disclosure.case_id).where(mine, Disclosure.stage.in_([key for key in stages if key != "published"])),
        *(select(Disclosure.case_id).where(mine, one) for one in unseen),
        select(Disclosure.case_id)
        .join(ProcessRecord, overturned)
        .where(mine, ProcessRecord.agency_id == work.actor.agency_id, Disclosure.stage.in_(stages)),
    )


def look_at(office: Office, actor: Actor, case_id: uuid.UUID, calendar: str, report: Report) -> None:
    """Do, under the case's lock, whatever is due in it; a case somebody else holds is left to them, or to later."""
    with office.begin(actor) as work:
        case = claim.case(work, case_id)
        if case is None:
            return
        facts = facts_of(work, case)
        if _by_silence(work, case, facts, report):
            facts = facts_of(work, case)
        disclosures = claim.disclosures(work, case.id)
        for disclosure in disclosures:
            if _disclosure(work, with_disclosure(work, facts, disclosure), disclosure, report):
                facts = facts_of(work, case)
        _calendar_moved(work, case, facts, calendar, report)
        running = clocks.running(facts, work.book)
        told = notices.tell_clocks(work, facts, running)
        for disclosure in disclosures:
            told += notices.tell_disclosure(work, with_disclosure(work, facts, disclosure), disclosure, running)
        report.did("told", told)
        _note(work, case, calendar, running)


def _by_silence(work: Work, case: Case, facts: CaseFacts, report: Report) -> bool:
    """ALL#32(4): told nothing within five working days, the applicant is accepted as of the day the materials came."""
    procedure = work.book.procedures[case.procedure]
    deeming = {limit.key for limit in work.book.limits.values() if limit.deems == "application_accepted"}
    if "accept_application" not in procedure.acts or case.stage not in procedure.acts["accept_application"].stages:
        return False
    for clock in clocks.open_clocks(facts, work.book):
        if clock.limit.key in deeming and clock.state == "overdue":
            form = AcceptApplication(
                receipt_no=f"{case.case_no}（逾期未告知，视为受理）", accepted_on=clock.due.started_on
            )
            return claim.attempt(work, "accept_application", case, form, "accepted_by_silence", report)
    return False


def _disclosure(work: Work, facts: CaseFacts, disclosure: Disclosure, report: Report) -> bool:
    """Take down or stop what was overturned, else withhold what must be, else publish; say if anything was done."""
    if facts.has("overturned"):
        return _overturned(work, facts, disclosure, report)
    if (ground := must_withhold(facts, work.book)) is not None:
        return _withhold(work, facts, disclosure, ground, report)
    return disclosure.stage == "released" and _publish(work, facts, disclosure, report)


def _overturned(work: Work, facts: CaseFacts, disclosure: Disclosure, report: Report) -> bool:
    """What was public says the reason given when the overturning was noted; what never was, stops (G#18.2)."""
    if (is_public(facts) or is_taken_down(facts)) and _open_to(work, disclosure, "withdraw_publication"):
        overturned = facts.read("overturned")
        form = WithdrawPublication(kind=overturned.text("kind"), reason=overturned.text("reason"))
        return claim.attempt(work, "withdraw_publication", disclosure, form, "withdrawn", report)
    if _open_to(work, disclosure, "stop_disclosure"):
        return claim.attempt(work, "stop_disclosure", disclosure, Note(), "stopped", report)
    return False


def _withhold(work: Work, facts: CaseFacts, disclosure: Disclosure, ground: Ground, report: Report) -> bool:
    """A minor's case never goes out (G#16.1(1)); found out only afterwards, it comes down at once, for good."""
    if is_public(facts):
        down = TakeDownPublication(reason=f"{ground.zh}，不予公示。")
        done = claim.attempt(work, "take_down_publication", disclosure, down, "taken_down", report)
        report.did("told", notices.tell_taken_down(work, disclosure, done=done))
        if not done:
            return False
    if _open_to(work, disclosure, "approve_withholding"):
        form = Approve(opinion=f"{ground.zh}，不予公示。")
        return claim.attempt(work, "approve_withholding", disclosure, form, "withheld", report)
    return False


def _publish(work: Work, facts: CaseFacts, disclosure: Disclosure, report: Report) -> bool:
    """Released means: published in the next pass, at once.

    The target is a last day, not an appointment, and a page that stands early cannot be late (G#13 「主动」, G#5.2
    「及时」).
    """
    due_on = facts.disclosure.due_on if facts.disclosure else None
    if not claim.attempt(work, "publish_disclosure", disclosure, Note(), "published", report):
        return False
    report.did("published_late", int(due_on is not None and work.today > due_on))
    return True


def _open_to(work: Work, disclosure: Disclosure, act: str) -> bool:
    return disclosure.stage in work.book.procedures["disclosure"].acts[act].stages


def _calendar_moved(work: Work, case: Case, facts: CaseFacts, calendar: str, report: Report) -> None:
    """Note in the case which due days another calendar put elsewhere, once for each change of calendar."""
    before = work.session.scalar(select(CaseChecked.calendar).where(CaseChecked.case_id == case.id))
    if before is None or before == calendar:
        return
    moved = clocks.moved(facts, work.book, calendars.read(work, before))
    if not moved:
        return
    form = RecomputeDue(
        before=before,
        after=calendar,
        moved=tuple(
            MovedDue(limit=one.limit_key, subject=one.key, started_on=one.started_on, was=one.was, now=one.now)
            for one in moved
        ),
    )
    if not claim.attempt(work, "recompute_due", case, form, "recomputed", report):
        return
    keys = {(one.limit_key, one.key) for one in moved}
    for clock in clocks.running(facts, work.book):
        if (clock.limit.key, clock.key) in keys and clock.stopped_on is None:
            report.did("told", notices.tell_clock(work, "due_moved", facts, clock, clock.limit.who))


def _note(work: Work, case: Case, calendar: str, running: Sequence[Clock]) -> None:
    """Keep how the case stood, and at which moment of today an hour limit asks for another look."""
    moments = [clock.due.due_at for clock in running if clock.state == "running" and clock.due.due_at is not None]
    values = {
        "agency_id": case.agency_id,
        "version": case.version,
        "on_day": work.today,
        "law": work.book.version,
        "calendar": calendar,
        "again_at": min((moment + dt.timedelta(seconds=1) for moment in moments), default=None),
    }
    statement = insert(CaseChecked).values(case_id=case.id, **values)
    work.session.execute(statement.on_conflict_do_update(index_elements=[CaseChecked.case_id], set_=values))
