"""An agency begins: founded by the operator, with a first account that opens all the others (G#2)."""

import dataclasses
import datetime as dt
import secrets

from sqlalchemy import select

from enforcement import projection
from enforcement.actions import forms
from enforcement.actions.access import give_password
from enforcement.actions.asked import once
from enforcement.actions.forms import choice, text
from enforcement.actions.people import GrantRole, RegisterPerson, RegisterUnit
from enforcement.actions.registry import find, perform_in
from enforcement.actions.subjects import of_agency
from enforcement.law.errors import Forbidden
from enforcement.models.base import new_id
from enforcement.models.ledger import open_chain
from enforcement.models.people import Agency, Person, Unit
from enforcement.work import Work
from publish import release

SUBJECT_TYPES = ("administrative_organ", "authorized_organization", "entrusted_body")
"""The three bodies that enforce (G#2)."""
PASSWORD_BYTES = 12


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """An agency as it is named, inside and on the public site."""

    code: str = text("机关代码", max_length=40)
    name: str = text("机关名称", max_length=80)
    document_prefix: str = text("文号机关代字", max_length=20)
    region: str = text("行政区域", max_length=40)
    subject_type: str = choice("执法主体类型", *SUBJECT_TYPES, cite="G#2")
    address: str = text("地址", required=False)
    phone: str = text("咨询电话", required=False)
    supervision_phone: str = text("监督电话", required=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FirstAccount:
    """Who opens the accounts of all the others."""

    name: str = text("姓名", max_length=40)
    username: str = text("登录名", max_length=40)
    unit: str = text("所在机构", max_length=40)


def found_agency(work: Work, founding: Founding) -> Agency:
    """Found an agency with its own chain and put its heading on the public site: the operator's act.

    The id is that of the actor. Raises Forbidden, and Invalid, also where code or name is taken.
    """
    if breach := work.book.powers.may(work.actor.roles, "found_agency"):
        raise Forbidden(breach)
    forms.check(founding)
    agency = Agency(
        id=work.actor.agency_id,
        code=founding.code,
        name=founding.name,
        document_prefix=founding.document_prefix,
        region=founding.region,
        subject_type=founding.subject_type,
        chain_id=new_id(),
    )
    with work.acting(), once(Founding):
        work.session.add(agency)
        work.session.flush()
        open_chain(work.session, chain_id=agency.chain_id, agency_id=agency.id, kind="agency")
        release.put_agency(
            work.session,
            agency.id,
            on=work.today,
            code=founding.code,
            name=founding.name,
            kind=work.book.terms.zh(founding.subject_type),
            address=founding.address,
            phone=founding.phone,
            supervision_phone=founding.supervision_phone,
        )
        kept = ("code", "name", "document_prefix", "subject_type")
        data = {name: getattr(founding, name) for name in kept}
        record = work.draw_up("found_agency", data, seq=1, on=work.today, stage="")
        work.record(agency.chain_id, record, case=False)
        projection.write_agency(work, agency.chain_id)
    return agency


def open_first_account(work: Work, account: FirstAccount, *, from_on: dt.date) -> str:
    """Open the account of the agency's administrator, in a unit of its own; the password, told this once.

    Raises Invalid where the name to sign in with is taken.
    """
    forms.check(account)
    perform_in(work, find("register_unit"), of_agency(work), RegisterUnit(name=account.unit, kind="office"))
    unit = work.session.scalars(select(Unit)).one()
    person = RegisterPerson(name=account.name, username=account.username, unit=str(unit.id))
    perform_in(work, find("register_person"), of_agency(work), person)
    person_id = work.session.scalars(select(Person.id)).one()
    role = GrantRole(person=str(person_id), role="agency_admin", from_on=from_on)
    perform_in(work, find("grant_role"), of_agency(work), role)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    give_password(work, person_id, password)
    return password
