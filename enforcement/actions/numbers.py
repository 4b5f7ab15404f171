"""Numbers of cases, documents, measures: one series a year without gaps.

The row of a series stays locked until its transaction ends, so numbers are taken last: after the law has said yes.
"""

from collections.abc import Sequence
from typing import Any

from enforcement.models.cases import Case
from enforcement.models.driver import driver_of
from enforcement.work import Work

_NEXT = """
    INSERT INTO enforcement.document_number (agency_id, series, year, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (agency_id, series, year) DO UPDATE SET last = document_number.last + 1 RETURNING last
"""


def take_number(work: Work, series: str) -> int:
    """The next number of a series this year."""
    row = (work.actor.agency_id, series, work.today.year)
    return _number(work, _NEXT, row)


# One question for both: every start of a case waits for the row of the number.
_CHAIN_AND_NUMBER = """
    WITH chain AS (INSERT INTO enforcement.ledger_chain (id, agency_id, kind) VALUES (%s, %s, 'case'))
    INSERT INTO enforcement.document_number (agency_id, series, year, last) VALUES (%s, 'case', %s, 1)
    ON CONFLICT (agency_id, series, year) DO UPDATE SET last = document_number.last + 1 RETURNING last
"""


def begin_chain_and_number(work: Work, case: Case) -> None:
    """Last before the record: until this transaction ends, everybody else who starts a case waits for the number."""
    agency_id, year = work.actor.agency_id, work.today.year
    row = (case.id, agency_id, agency_id, year)
    case.case_no = f"{year}-{_number(work, _CHAIN_AND_NUMBER, row):04d}"


def _number(work: Work, statement: str, row: Sequence[Any]) -> int:
    found = driver_of(work.session).execute(statement.encode(), row).fetchone()
    if found is None:
        raise LookupError("a number was asked for, and none was given")
    return int(found[0])
