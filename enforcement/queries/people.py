"""People of the agency: who holds which role today, whose certificate counts, and everybody's name."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable

from sqlalchemy import exists, or_, select

from enforcement.models.people import Certificate, Deputy, Person, RoleGrant, Unit
from enforcement.queries.paging import FIRST, Count, Order, Page, Place, count_of, page_of
from enforcement.work import Work


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person: unit, roles held today, certificates."""

    id: uuid.UUID
    name: str
    username: str
    unit: str
    post: str
    auxiliary: bool
    left_on: dt.date | None
    has_password: bool
    roles: tuple[str, ...]
    certificates: tuple[Certificate, ...]


def names(work: Work, ids: Iterable[uuid.UUID | str | None]) -> dict[str, str]:
    """Names by id (as text); ids that are none are left out."""
    wanted = {uuid.UUID(str(one)) for one in ids if one}
    if not wanted:
        return {}
    rows = work.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {str(person_id): name for person_id, name in rows}


def everybody(work: Work) -> dict[str, str]:
    """Every name of the agency by id: for pages that show what many people did."""
    return {str(person_id): name for person_id, name in work.session.execute(select(Person.id, Person.name))}


def holders(work: Work, role: str) -> list[tuple[Person, Unit]]:
    """Who holds a role today (a head's deputy holds the head's), by unit and name."""
    today = work.today
    granted = exists().where(
        RoleGrant.person_id == Person.id,
        RoleGrant.role == role,
        RoleGrant.from_on <= today,
        or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today),
    )
    deputised = exists().where(Deputy.deputy_id == Person.id, Deputy.from_on <= today, Deputy.to_on >= today)
    query = (
        select(Person, Unit)
        .join(Unit, Unit.id == Person.unit_id)
        .where(or_(granted, deputised) if role == "agency_head" else granted)
        .where(or_(Person.left_on.is_(None), Person.left_on >= today))
        .order_by(Unit.name, Person.name)
    )
    return [(person, unit) for person, unit in work.session.execute(query)]


BY_UNIT = Order((Unit.name, Person.name, Person.id), (str, str, uuid.UUID), descending=False)


def list_people(work: Work, place: Place = FIRST) -> Page[PersonRow]:
    """A page of people with roles and certificates, by unit and name. Three queries."""
    session, today = work.session, work.today
    query = select(Person, Unit.name.label("unit")).join(Unit, Unit.id == Person.unit_id)
    page = page_of(work, query, BY_UNIT, place, lambda row: (row["Person"], row["unit"]))
    ids = [person.id for person, _ in page.rows]
    roles: dict[uuid.UUID, set[str]] = {}
    in_force = RoleGrant.from_on <= today, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today)
    for person_id, role in session.execute(
        select(RoleGrant.person_id, RoleGrant.role).where(RoleGrant.person_id.in_(ids), *in_force)
    ):
        roles.setdefault(person_id, set()).add(role)
    certificates: dict[uuid.UUID, list[Certificate]] = {}
    for row in session.scalars(
        select(Certificate).where(Certificate.person_id.in_(ids)).order_by(Certificate.valid_to.desc())
    ):
        certificates.setdefault(row.person_id, []).append(row)
    rows = [
        PersonRow(
            id=person.id,
            name=person.name,
            username=person.username,
            unit=unit,
            post=person.post,
            auxiliary=person.auxiliary,
            left_on=person.left_on,
            has_password=bool(person.password_hash),
            roles=tuple(sorted(roles.get(person.id, ()))),
            certificates=tuple(certificates.get(person.id, ())),
        )
        for person, unit in page.rows
    ]
    return Page(rows, page.before, page.after)


def count_people(work: Work, *, exact: bool = False) -> Count:
    """How many people the agency has had."""
    return count_of(work, select(Person.id), exact=exact)
