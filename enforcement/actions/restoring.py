"""The operator says that the database was lawfully restored from a backup, and what is missing since."""

import dataclasses
import uuid

from sqlalchemy import Connection, select, text

from enforcement.actions.forms import long_text, number
from enforcement.actions.forms import text as text_field
from enforcement.actions.registry import form_of, perform
from enforcement.high_water import HighWater, Mark, compared, entries_by_agency
from enforcement.ledger.notes import NoteError
from enforcement.models.cases import ProcessRecord
from enforcement.work import Actor, Office

EVENT = "ledger_restored"


class NothingLost(Exception):
    """The ledger is as far as it is known to have come."""


class NoAgencies(Exception):
    """There is nobody in whose chain a restore could be recorded."""


@form_of("register_restore", scope="agency")
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRestore:
    """Who restored, why, and from where to where the ledger went back."""

    operator: str = text_field("经办人", max_length=40)
    reason: str = long_text("恢复的理由")
    lost_size: int | None = number("恢复前台账的条数", required=False)
    lost_root: str = text_field("恢复前台账的根", required=False)
    kept_size: int | None = number("恢复后台账的条数", required=False)
    missing: int | None = number("本机关缺失的条数", required=False)


def register(office: Office, high_water: HighWater, sequencing: Connection, *, operator: str, reason: str) -> list[str]:
    """Record a restore in the chain of every agency that misses entries; one sentence for each.

    Where it cannot be told who misses any, in all chains. Done again after it was cut short it records nothing twice.
    `sequencing` reads as mingjian_sequencer. Raises NothingLost, NoAgencies, Invalid.
    """
    if not compared(high_water, sequencing):
        raise NothingLost
    size = sequencing.execute(text("SELECT coalesce(max(size), 0) FROM enforcement.ledger_checkpoint")).scalar_one()
    here = entries_by_agency(sequencing, 0, size)
    with office.engine.connect() as connection:
        agencies = [str(row[0]) for row in connection.execute(text("SELECT agency_id FROM enforcement.agencies()"))]
    if not agencies:
        raise NoAgencies
    mark = _mark(high_water)
    missing = {agency: mark.agencies.get(agency, 0) - here.get(agency, 0) for agency in agencies} if mark else {}
    said = []
    for agency in [agency for agency in agencies if missing.get(agency, 0) > 0] or agencies:
        form = RegisterRestore(
            operator=operator,
            reason=reason,
            lost_size=mark.size if mark else None,
            lost_root=mark.root.hex() if mark else "",
            kept_size=size,
            missing=max(missing[agency], 0) if mark else None,
        )
        if not _recorded(office, uuid.UUID(agency), form):
            perform(office, Actor.operator(uuid.UUID(agency)), "register_restore", form)
        lost = "缺失条数不详" if form.missing is None else f"缺失 {form.missing} 条"
        said.append(f"已在机关 {agency} 的台账登记恢复：{lost}。")
    return said


def _mark(high_water: HighWater) -> Mark | None:
    try:
        return high_water.read()
    except NoteError:
        return None


def _recorded(office: Office, agency_id: uuid.UUID, form: RegisterRestore) -> bool:
    with office.reading(agency_id) as session:
        data = session.scalars(select(ProcessRecord.data).where(ProcessRecord.event == EVENT))
        return any((one.get("lost_root"), one.get("kept_size")) == (form.lost_root, form.kept_size) for one in data)
