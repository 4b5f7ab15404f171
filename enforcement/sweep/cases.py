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
from enforcement.law.disclosure import DisclosureGround, must_withhold
from enforcement.law.facts import CaseFacts
from enforcement.law.guards.disclosure import is_public, is_taken_down
from enforcement.models.clock import LookAgain
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import again, calendars, claim, notices
from enforcement.sweep.claim import Look
from enforcement.sweep.tally import Tally
from enforcement.work import Actor, Office, Work


def look_at(office: Office, actor: Actor, case_id: uuid.UUID, calendar: str, tally: Tally) -> None:
    """Do, under the case's lock, whatever is due in it; a case somebody else holds is left to them, or to later."""
    with office.begin(actor) as work:
        case = claim.case(work, case_id)
        if case is None:
            return
        facts, refused, look = facts_of(work, case), tally.done["refused"], claim.Look(work, case, tally)
        if _by_silence(look, facts):
            facts = facts_of(work, case)
        disclosures = claim.disclosures(work, case.id)
        for disclosure in disclosures:
            if _disclosure(look, with_disclosure(work, facts, disclosure), disclosure):
                facts = facts_of(work, case)
        _calendar_moved(look, facts, calendar)
        projection.write_case(work, case, facts)
        running = clocks.running(facts, work.book)
        look.notices.extend(notices.of_clocks(work, facts, running))
        daily = tally.done["refused"] > refused
        for disclosure in disclosures:
            seen = with_disclosure(work, facts, disclosure)
            look.notices.extend(notices.of_disclosure(work, seen, disclosure, running))
            daily = daily or notices.is_said_daily(seen, disclosure)
        look.notify()
        again.note(work, case.id, calendar, (*_changes(running), *_reviews(work, disclosures), *_tomorrow(work, daily)))


def _by_silence(look: Look, facts: CaseFacts) -> bool:
    """ALL#32(4): told nothing within five working days, the applicant is accepted as of the day the materials came."""
    work, case = look.work, look.case
    procedure = work.book.procedures[case.procedure]
    deeming = {limit.key for limit in work.book.limits.values() if limit.deems == "application_accepted"}
    if "accept_application" not in procedure.acts or case.stage not in procedure.acts["accept_application"].stages:
        return False
    for clock in clocks.open_clocks(facts, work.book):
        if clock.limit.key in deeming and clock.state == "overdue":
            form = AcceptApplication(
                receipt_no=f"{case.case_no}（逾期未告知，视为受理）", accepted_on=clock.due.started_on
            )
            return look.attempt("accept_application", case, form, "accepted_by_silence")
    return False


def _disclosure(look: Look, facts: CaseFacts, disclosure: Disclosure) -> bool:
    """Take down or stop what was overturned, else withhold what must be, else publish; say if anything was done."""
    if facts.has("overturned"):
        return _overturned(look, facts, disclosure)
    if (ground := must_withhold(facts, look.work.book)) is not None:
        return _withhold(look, facts, disclosure, ground)
    return disclosure.stage == "released" and _publish(look, facts, disclosure)


def _overturned(look: Look, facts: CaseFacts, disclosure: Disclosure) -> bool:
    """What was public says the reason given when the overturning was noted; what never was, stops (G#18.2)."""
    if (is_public(facts) or is_taken_down(facts)) and _open_to(look.work, disclosure, "withdraw_publication"):
        overturned = facts.read("overturned")
        form = WithdrawPublication(kind=overturned.text("kind"), reason=overturned.text("reason"))
        return look.attempt("withdraw_publication", disclosure, form, "withdrawn")
    if _open_to(look.work, disclosure, "stop_disclosure"):
        return look.attempt("stop_disclosure", disclosure, Note(), "stopped")
    return False


def _withhold(look: Look, facts: CaseFacts, disclosure: Disclosure, ground: DisclosureGround) -> bool:
    """A minor's case never goes out (G#16.1(1)); found out only afterwards, it comes down at once, for good."""
    if is_public(facts):
        down = TakeDownPublication(reason=f"{ground.zh}，不予公示。")
        done = look.attempt("take_down_publication", disclosure, down, "taken_down")
        look.notices.extend(notices.of_taken_down(look.work, disclosure, done=done))
        if not done:
            return False
    if _open_to(look.work, disclosure, "approve_withholding"):
        form = Approve(opinion=f"{ground.zh}，不予公示。")
        return look.attempt("approve_withholding", disclosure, form, "withheld")
    return False


def _publish(look: Look, facts: CaseFacts, disclosure: Disclosure) -> bool:
    """Released means: published in the next pass, at once.

    The target is a last day, not an appointment, and a page that stands early cannot be late (G#13 「主动」, G#5.2
    「及时」).
    """
    due_on = facts.disclosure.due_on if facts.disclosure else None
    if not look.attempt("publish_disclosure", disclosure, Note(), "published"):
        return False
    look.tally.did("published_late", int(due_on is not None and look.work.today > due_on))
    return True


def _open_to(work: Work, disclosure: Disclosure, act: str) -> bool:
    return disclosure.stage in work.book.procedures["disclosure"].acts[act].stages


def _calendar_moved(look: Look, facts: CaseFacts, calendar: str) -> None:
    """Note in the case which due days another calendar put elsewhere, once for each change of calendar."""
    work, case = look.work, look.case
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
    if not look.attempt("recompute_due", case, form, "recomputed"):
        return
    keys = {(one.limit_key, one.key) for one in moved}
    for clock in clocks.running(facts, work.book):
        if (clock.limit.key, clock.key) in keys and clock.stopped_on is None:
            look.notices.extend(notices.of_clock("due_moved", facts, clock, clock.limit.who))


def _changes(running: Sequence[Clock]) -> Iterable[dt.datetime]:
    return (moment for clock in running for moment in clock.changes)


def _reviews(work: Work, disclosures: Sequence[Disclosure]) -> Iterable[dt.datetime]:
    """The days on which the ground of a deferral is looked at again."""
    days = (one.review_on for one in disclosures if one.stage == "deferred" and one.review_on is not None)
    return (again.midnight(day) for day in days if day > work.today)


def _tomorrow(work: Work, daily: bool) -> Iterable[dt.datetime]:
    """What was refused is tried again on another day; what is said every day is said again then."""
    return (again.midnight(work.today + dt.timedelta(days=1)),) if daily else ()
