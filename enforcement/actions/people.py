"""People of an agency: accounts, roles, certificates, the public officer page, a head's deputy (G#6(3), APL#42.1,
S#4).
"""

import dataclasses
import datetime as dt
import uuid

from sqlalchemy import func, select

from enforcement.actions.forms import choice, day, lines, long_text, pick, text, yes_no
from enforcement.actions.registry import Extra, act
from enforcement.law.errors import Invalid, NotFound
from enforcement.models.base import new_id
from enforcement.models.people import Agency, Certificate, Deputy, Person, RoleGrant, Unit
from enforcement.work import Work
from publish import release

ROLES = (
    "officer", "auxiliary", "legal_reviewer", "agency_head", "disclosure_clerk", "disclosure_releaser",
    "recording_custodian", "agency_admin",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUnit:
    """A unit of the agency."""

    name: str = text("机构名称")
    kind: str = choice("机构类型", "handling", "legal", "disclosure", "office", "leadership")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson:
    """A person with an account; the password is theirs to change."""

    name: str = text("姓名", max_length=40)
    username: str = text("登录名", max_length=40)
    unit: str = pick("所在机构", "units")
    post: str = text("职务", required=False)
    auxiliary: bool = yes_no("辅助人员", cite="G#7")
    legal_qualification_no: str = text("法律职业资格证书编号", required=False, cite="APL#58.2")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """A role from a day on."""

    person: str = pick("人员", "persons")
    role: str = choice("岗位", *ROLES)
    from_on: dt.date | None = day("自", ahead=True)
    to_on: dt.date | None = day("至", ahead=True, required=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EndRole:
    """The end of a role."""

    person: str = pick("人员", "persons")
    role: str = choice("岗位", *ROLES)
    reason: str = text("理由")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class IssueCertificate:
    """An enforcement certificate."""

    person: str = pick("执法人员", "persons")
    number: str = text("执法证号码", cite="G#6(3)")
    style: str = text("证件样式", cite="G#6(3)")
    valid_from: dt.date | None = day("有效期自", ahead=True)
    valid_to: dt.date | None = day("有效期至", ahead=True)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SuspendCertificate:
    """A certificate that no longer counts."""

    number: str = text("执法证号码")
    reason: str = long_text("理由")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PublishOfficers:
    """Which certificates the public officer page lists from now on; empty means every valid one."""

    numbers: tuple[str, ...] = lines("执法证号码", required=False, note="不填则公示全部有效证件", cite="G#6(3)")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NameDeputy:
    """Who acts for a head, from when to when."""

    head: str = pick("负责人", "heads")
    deputy: str = pick("代理人员", "persons")
    from_on: dt.date | None = day("自", ahead=True)
    to_on: dt.date | None = day("至", ahead=True)
    reason: str = text("理由")


@act(RegisterUnit, scope="agency")
def register_unit(work: Work, _agency: Agency, form: RegisterUnit) -> Extra | None:
    """Register a unit."""
    unit_id = new_id()
    work.session.add(Unit(id=unit_id, agency_id=work.actor.agency_id, name=form.name, kind=form.kind))
    return {"unit_id": str(unit_id)}


@act(RegisterPerson, scope="agency")
def register_person(work: Work, _agency: Agency, form: RegisterPerson) -> Extra | None:
    """Register a person; the account opens once a password is set."""
    if work.session.scalar(select(func.count()).where(Person.username == form.username)):
        raise Invalid({"username": ["登录名已被使用"]})
    person_id = new_id()
    work.session.add(
        Person(
            id=person_id,
            agency_id=work.actor.agency_id,
            unit_id=_unit(work, form.unit).id,
            name=form.name,
            username=form.username,
            password_hash="",
            auxiliary=form.auxiliary,
            legal_qualification_no=form.legal_qualification_no,
            post=form.post,
        )
    )
    return {"person_id": str(person_id)}


@act(GrantRole, scope="agency")
def grant_role(work: Work, _agency: Agency, form: GrantRole) -> Extra | None:
    """Grant a role."""
    person = _person(work, form.person)
    _in_order(form.from_on, form.to_on, "to_on")
    if person.auxiliary and form.role == "officer":
        raise Invalid({"role": ["辅助人员不得担任执法人员（《北京市行政执法公示办法》第七条）"]})
    work.session.add(
        RoleGrant(
            agency_id=person.agency_id, person_id=person.id, role=form.role, from_on=form.from_on, to_on=form.to_on
        )
    )
    return None


@act(EndRole, scope="agency")
def end_role(work: Work, _agency: Agency, form: EndRole) -> Extra | None:
    """End a role as of yesterday."""
    query = select(RoleGrant).where(RoleGrant.person_id == uuid.UUID(form.person), RoleGrant.role == form.role)
    for grant in work.session.scalars(query):
        if grant.to_on is None or grant.to_on >= work.today:
            grant.to_on = work.today - dt.timedelta(days=1)
    return None


@act(IssueCertificate, scope="agency")
def issue_certificate(work: Work, _agency: Agency, form: IssueCertificate) -> Extra | None:
    """Register a certificate."""
    person = _person(work, form.person)
    _in_order(form.valid_from, form.valid_to, "valid_to")
    if person.auxiliary:
        raise Invalid({"person": ["辅助人员不得持有执法证件（《北京市行政执法公示办法》第七条）"]})
    work.session.add(
        Certificate(
            agency_id=person.agency_id,
            person_id=person.id,
            number=form.number,
            style=form.style,
            valid_from=form.valid_from,
            valid_to=form.valid_to,
        )
    )
    return None


@act(SuspendCertificate, scope="agency")
def suspend_certificate(work: Work, _agency: Agency, form: SuspendCertificate) -> Extra | None:
    """Suspend a certificate and take it off the public officer page in the same act."""
    certificate = work.session.scalar(select(Certificate).where(Certificate.number == form.number))
    if certificate is None:
        raise NotFound("certificate", form.number)
    certificate.suspended_on, certificate.suspended_reason, certificate.published_at = work.today, form.reason, None
    release.remove_officer(work.session, certificate.id, on=work.today)
    return None


@act(PublishOfficers, scope="agency")
def publish_officers(work: Work, _agency: Agency, form: PublishOfficers) -> Extra | None:
    """List officers on the public officer page (G#6(3)); from then on they may be put on a case."""
    query = (
        select(Certificate, Person, Unit)
        .join(Person, Person.id == Certificate.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Certificate.valid_to >= work.today, Certificate.suspended_on.is_(None))
    )
    if form.numbers:
        query = query.where(Certificate.number.in_(form.numbers))
    found = work.session.execute(query).all()
    if unknown := sorted(set(form.numbers) - {certificate.number for certificate, _, _ in found}):
        raise Invalid({"numbers": [f"没有这些有效证件：{'、'.join(unknown)}"]})
    for certificate, person, unit in found:
        certificate.published_at = certificate.published_at or work.moment
        release.put_officer(
            work.session,
            certificate.id,
            person.agency_id,
            on=work.today,
            name=person.name,
            unit=unit.name,
            certificate_no=certificate.number,
            certificate_style=certificate.style,
        )
    return {"published": sorted(certificate.number for certificate, _, _ in found)}


@act(NameDeputy, scope="agency")
def name_deputy(work: Work, _agency: Agency, form: NameDeputy) -> Extra | None:
    """Name a head's deputy for a period."""
    _in_order(form.from_on, form.to_on, "to_on")
    head, deputy = _person(work, form.head), _person(work, form.deputy)
    if head.id == deputy.id or deputy.auxiliary:
        raise Invalid({"deputy": ["不能由本人或者辅助人员代理"]})
    work.session.add(
        Deputy(
            agency_id=head.agency_id,
            head_id=head.id,
            deputy_id=deputy.id,
            from_on=form.from_on,
            to_on=form.to_on,
            reason=form.reason,
        )
    )
    return None


def _in_order(begins: dt.date | None, ends: dt.date | None, field: str) -> None:
    if begins is not None and ends is not None and ends < begins:
        raise Invalid({field: ["不能早于起始日期"]})


def _person(work: Work, person_id: str) -> Person:
    person = work.session.get(Person, uuid.UUID(person_id))
    if person is None:
        raise NotFound("person", person_id)
    return person


def _unit(work: Work, unit_id: str) -> Unit:
    units = {str(unit.id): unit for unit in work.session.scalars(select(Unit))}
    if unit_id not in units:
        raise NotFound("unit", unit_id)
    return units[unit_id]
