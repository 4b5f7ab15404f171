"""Looking at one case: what the law does by itself, what falls due, what a new calendar moved."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from enforcement import projection
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
from enforcement.models.cases import Case
from enforcement.models.clock import LookAgain
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import again, calendars, claim, notices
from enforcement.sweep.report import Report
from enforcement.work import Actor, Office, Work


def look_at(office: Office, actor: Actor, case_id: uuid.UUID, calendar: str, report: Report) -> None:
    """Do, under the case's lock, whatever is due in it; a case somebody else holds is left to them, or to later."""
    with office.begin(actor) as work:
        case = claim.case(work, case_id)
        if case is None:
            return
        facts, refused = facts_of(work, case), report.done["refused"]
        if _by_silence(work, case, facts, report):
            facts = facts_of(work, case)
        disclosures = claim.disclosures(work, case.id)
        for disclosure in disclosures:
            if _disclosure(work, with_disclosure(work, facts, disclosure), disclosure, report):
                facts = facts_of(work, case)
        _calendar_moved(work, case, facts, calendar, report)
        projection.write_case(work, case, facts)
        running = clocks.running(facts, work.book)
        told, daily = notices.tell_clocks(work, facts, running), report.done["refused"] > refused
        for disclosure in disclosures:
            seen = with_disclosure(work, facts, disclosure)
            told += notices.tell_disclosure(work, seen, disclosure, running)
            daily = daily or notices.is_told_daily(seen, disclosure)
        report.did("told", told)
        again.note(work, case.id, calendar, (*_changes(running), *_reviews(work, disclosures), *_tomorrow(work, daily)))


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
    before = work.session.scalar(select(LookAgain.calendar).where(LookAgain.owner_id == case.id))
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


def _changes(running: Sequence[Clock]) -> Iterable[dt.datetime]:
    return (moment for clock in running for moment in clock.changes)


def _reviews(work: Work, disclosures: Sequence[Disclosure]) -> Iterable[dt.datetime]:
    """The days on which the ground of a deferral is looked at again."""
    days = (one.review_on for one in disclosures if one.stage == "deferred" and one.review_on is not None)
    return (again.midnight(day) for day in days if day > work.today)


def _tomorrow(work: Work, daily: bool) -> Iterable[dt.datetime]:
    """What was refused is tried again on another day; what is told every day is told again then."""
    return (again.midnight(work.today + dt.timedelta(days=1)),) if daily else ()
