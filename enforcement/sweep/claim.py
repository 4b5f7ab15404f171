"""Claiming work: the row is locked, or somebody else has it and will do it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from enforcement.actions.notifications import Notice
from enforcement.actions.registry import find, perform_in
from enforcement.actions.subjects import of_case, of_disclosure
from enforcement.law.errors import Invalid, RuleViolation
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.sweep import notices
from enforcement.sweep.tally import Tally
from enforcement.work import Work


def case(work: Work, case_id: uuid.UUID) -> Case | None:
    """The case, locked for this transaction; None while another transaction holds it."""
    return work.session.scalar(select(Case).where(Case.id == case_id).with_for_update(skip_locked=True, key_share=True))


def agency(work: Work) -> Agency | None:
    """The agency itself, locked for this transaction; None while another transaction holds it."""
    own = select(Agency).where(Agency.id == work.actor.agency_id)
    return work.session.scalar(own.with_for_update(skip_locked=True, key_share=True))


def disclosures(work: Work, case_id: uuid.UUID) -> list[Disclosure]:
    """The disclosures of a case already locked: whoever changes one locks its case first."""
    query = select(Disclosure).where(Disclosure.case_id == case_id).order_by(Disclosure.decision_seq)
    return list(work.session.scalars(query.with_for_update(key_share=True)))


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a case that is locked: what is done in it, and whom to notify of what when it ends."""

    work: Work
    case: Case
    tally: Tally
    notices: list[Notice] = field(default_factory=list)

    def attempt(self, name: str, subject: Case | Disclosure, form: Any, kind: str) -> bool:
        """Do an act as the clock, or, where the law refuses it, leave everything as it was and say so to who mends it.

        A refusal is no failure of the pass: it is said once a day, and tried again when the case or the day changed.
        """
        deed, work = find(name), self.work
        try:
            with work.session.begin_nested():
                locked = of_case(work, subject) if isinstance(subject, Case) else of_disclosure(work, subject)
                perform_in(work, deed, locked, form)
        except (RuleViolation, Invalid):
            disclosure_id = None if isinstance(subject, Case) else subject.id
            self.notices.extend(
                Notice(
                    kind="clock_refused",
                    about_on=work.today,
                    to_role=role,
                    case_id=self.case.id,
                    disclosure_id=disclosure_id,
                    subject=name,
                )
                for role in work.book.powers.acts[name].mended_by
            )
            self.tally.did("refused")
            return False
        self.tally.did(kind)
        return True

    def notify(self) -> None:
        """Notify of what came up: one act, if anything is new."""
        self.tally.did("notified", notices.notify(self.work, self.case, self.notices))
