"""What an act is about: a case about to begin, a case, a disclosure, the agency; locked before anything is asked.

Each belongs to an owner with a chain of its own in the ledger. Owners are locked before what hangs on them, so that no
two acts wait for each other; FOR NO KEY UPDATE, so that a row which only points at an owner waits for nobody.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from sqlalchemy import select

from enforcement.facts import facts_of
from enforcement.law.errors import NotFound, Stale
from enforcement.law.facts import CaseFacts
from enforcement.law.procedure import AdmittedAct, Procedure
from enforcement.models.base import new_id
from enforcement.models.cases import Case
from enforcement.models.disclosures import Disclosure
from enforcement.models.people import Agency
from enforcement.work import Work

Row: TypeAlias = Case | Disclosure | Agency


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """A locked row with the owner whose chain the act extends.

    The agency follows no procedure; nor does what is put on record beside the steps of a case, which no law looks at.
    """

    row: Row
    owner: Case | Agency
    procedure: Procedure | None

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain that the act's record extends."""
        return self.owner.chain_id if isinstance(self.owner, Agency) else self.owner.id

    @property
    def case(self) -> Case | None:
        """The case that it is or belongs to."""
        return self.owner if isinstance(self.owner, Case) else None

    @property
    def stage(self) -> str:
        """Where it stands, "" for the agency."""
        return "" if isinstance(self.row, Agency) else self.row.stage

    def facts(self, work: Work, values: Mapping[str, Any], happened_on: dt.date) -> CaseFacts | None:
        """Everything the law may look at; None where it looks at nothing."""
        if self.procedure is None or isinstance(self.owner, Agency):
            return None
        disclosure = self.row if isinstance(self.row, Disclosure) else None
        return facts_of(work, self.owner, values, disclosure=disclosure, happened_on=happened_on)

    def move(self, work: Work, admitted: AdmittedAct | None) -> int:
        """Move the row where the act leads and count the act; the number its record will have in the chain."""
        if isinstance(self.owner, Agency):
            return work.next_seq(self.owner.chain_id)
        if admitted is not None and not isinstance(self.row, Agency) and self.procedure is not None:
            self.row.stage = admitted.stage_after or self.row.stage
            self.row.version += 1
            if isinstance(self.row, Case) and self.procedure.stages[self.row.stage].ends and self.row.closed_on is None:
                self.row.closed_on = work.today
        self.owner.last_seq += 1
        return self.owner.last_seq


class Kind(Protocol):
    """What an act says it is about."""

    @property
    def scope(self) -> str:
        """start, case, disclosure or agency."""

    @property
    def name(self) -> str:
        """Its name, which says what kind of case it begins."""


def lock(work: Work, kind: Kind, subject_id: uuid.UUID | None, version: int | None) -> Subject:
    """Lock what an act is about; `version` None rests on none. Raises NotFound, Stale."""
    if kind.scope == "agency":
        return of_agency(work)
    if kind.scope == "start":
        return new_case(work, kind.name)
    if subject_id is None:
        raise NotFound(kind.scope, subject_id)
    if kind.scope == "disclosure":
        return of_disclosure(work, lock_disclosure(work, subject_id, version))
    return of_case(work, lock_case(work, subject_id, version))


def of_case(work: Work, case: Case) -> Subject:
    """A case already locked."""
    return Subject(case, case, work.book.procedures[case.procedure])


def beside(owner: Case | Agency) -> Subject:
    """An owner already locked, for an act that is no step of it: that rests on no version and moves none."""
    return Subject(owner, owner, None)


def of_disclosure(work: Work, disclosure: Disclosure) -> Subject:
    """A disclosure already locked with its case."""
    case = work.session.get_one(Case, disclosure.case_id)
    return Subject(disclosure, case, work.book.procedures["disclosure"])


def of_agency(work: Work) -> Subject:
    """The agency of whoever acts, locked."""
    agency = work.session.scalars(select(Agency).with_for_update(key_share=True)).one()
    return Subject(agency, agency, None)


def new_case(work: Work, act: str, parent_case_id: uuid.UUID | None = None) -> Subject:
    """A case before its chain, its number and its first record; the act that begins it lays it down."""
    found = work.book.begun_by(act)
    case = Case(
        id=new_id(),
        agency_id=work.actor.agency_id,
        case_no="",
        procedure=found.key,
        stage=found.start,
        version=0,
        last_seq=0,
        title="",
        matter_code="",
        unit_id=work.actor.unit_id,
        parent_case_id=parent_case_id,
        document_no="",
        created_at=work.moment,
        closed_on=None,
    )
    return Subject(case, case, found)


def lock_case(work: Work, case_id: uuid.UUID, version: int | None) -> Case:
    """Lock a case for this transaction. Raises NotFound (also for another agency's case) or Stale."""
    case = work.session.scalar(select(Case).where(Case.id == case_id).with_for_update(key_share=True))
    if case is None:
        raise NotFound("case", case_id)
    if version is not None and case.version != version:
        raise Stale(version, case.version)
    return case


def lock_disclosure(work: Work, disclosure_id: uuid.UUID, version: int | None) -> Disclosure:
    """Lock a disclosure and its case: the case first, as every act does. Raises NotFound, Stale."""
    case_id = work.session.scalar(select(Disclosure.case_id).where(Disclosure.id == disclosure_id))
    if case_id is None:
        raise NotFound("disclosure", disclosure_id)
    lock_case(work, case_id, None)
    query = select(Disclosure).where(Disclosure.id == disclosure_id).with_for_update(key_share=True)
    disclosure = work.session.scalars(query).one()
    if version is not None and disclosure.version != version:
        raise Stale(version, disclosure.version)
    return disclosure
