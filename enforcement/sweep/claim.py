"""Claiming work: the row is locked, or somebody else has it and will do it."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from enforcement.actions.registry import find, perform_in
from enforcement.actions.subjects import of_case, of_disclosure
from enforcement.law.errors import Invalid, RuleViolation
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.sweep.notices import tell
from enforcement.sweep.report import Report
from enforcement.work import Work


def case(work: Work, case_id: uuid.UUID) -> Case | None:
    """The case, locked for this transaction; None while another transaction holds it."""
    return work.session.scalar(select(Case).where(Case.id == case_id).with_for_update(skip_locked=True, key_share=True))


def disclosures(work: Work, case_id: uuid.UUID) -> list[Disclosure]:
    """The disclosures of a case already locked: whoever changes one locks its case first."""
    query = select(Disclosure).where(Disclosure.case_id == case_id).order_by(Disclosure.decision_seq)
    return list(work.session.scalars(query.with_for_update(key_share=True)))


def attempt(work: Work, name: str, subject: Case | Disclosure, form: Any, kind: str, report: Report) -> bool:
    """Do an act as the clock, or, where the law refuses it, leave everything as it was and tell who can mend it.

    A refusal is no failure of the pass: it is told once a day, and tried again when the case or the day has changed.
    """
    deed = find(name)
    try:
        with work.session.begin_nested():
            locked = of_case(work, subject) if isinstance(subject, Case) else of_disclosure(work, subject)
            perform_in(work, deed, locked, form)
    except (RuleViolation, Invalid):
        case_id = subject.id if isinstance(subject, Case) else subject.case_id
        disclosure_id = None if isinstance(subject, Case) else subject.id
        for role in work.book.powers.acts[name].mended_by:
            told = tell(
                work, "clock_refused", work.today, role, case_id=case_id, disclosure_id=disclosure_id, subject=name
            )
            report.did("told", int(told))
        report.did("refused")
        return False
    report.did(kind)
    return True
