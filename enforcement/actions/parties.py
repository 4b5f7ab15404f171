"""Who the case is about: the party's data, which redaction later hides."""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import select

from enforcement.actions.forms import choice, day, group, lines, text
from enforcement.actions.registry import Extra, act
from enforcement.models.cases import Case, Party
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PartyForm:
    """One party with what is known of it."""

    kind: str = choice("主体类型", "natural_person", "sole_trader", "organization")
    name: str = text("姓名或者名称")
    id_no: str = text("身份证号码或者统一社会信用代码", required=False)
    address: str = text("住所或者住址", required=False)
    phone: str = text("联系电话", required=False)
    birth_on: dt.date | None = day(
        "出生日期", required=False, long_past=True, note="个人必填：未成年人的案件不予公示", cite="G#16(1)"
    )
    legal_representative: str = text("法定代表人（负责人）", required=False)
    operator_name: str = text("经营者姓名", required=False, note="个体工商户填写，公示时隐去")
    bank_account: str = text("银行账号", required=False, note="公示时隐去", cite="G#14.2")
    other_known: tuple[str, ...] = lines(
        "其他应当隐去的内容", required=False, note="第三人姓名、权属证书编号、商业秘密等，每行一项"
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SetParties:
    """The parties as they now stand."""

    parties: tuple[PartyForm, ...] = group("当事人", PartyForm, begins="parties")


def replace_parties(work: Work, case: Case, parties: tuple[PartyForm, ...]) -> None:
    """Make these the parties of the case."""
    if case not in work.session.new:
        for party in work.session.scalars(select(Party).where(Party.case_id == case.id)):
            work.session.delete(party)
    for position, form in enumerate(parties):
        values = {field.name: getattr(form, field.name) for field in dataclasses.fields(form)}
        values["other_known"] = list(form.other_known)
        work.session.add(Party(id=uuid.uuid4(), agency_id=case.agency_id, case_id=case.id, position=position, **values))


@act(SetParties)
def set_parties(work: Work, case: Case, form: SetParties) -> Extra | None:
    """Identify or correct the parties; after a legal review this is a change of facts."""
    replace_parties(work, case, form.parties)
    return None
