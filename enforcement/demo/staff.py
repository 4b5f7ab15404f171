"""The people of one sample agency as actors."""

import dataclasses
import uuid

from sqlalchemy import select

from enforcement.models.people import Person, RoleGrant, Unit
from enforcement.work import Actor, Office


@dataclasses.dataclass(slots=True)
class Staff:
    """The people of one agency as actors, by login without the agency's part."""

    office: Office
    agency_id: uuid.UUID
    actors: dict[str, Actor]

    @classmethod
    def of(cls, office: Office, agency_id: uuid.UUID) -> "Staff":
        """Everybody who holds a role in the agency."""
        with office.reading(agency_id) as session:
            roles: dict[uuid.UUID, set[str]] = {}
            for person_id, role in session.execute(select(RoleGrant.person_id, RoleGrant.role)):
                roles.setdefault(person_id, set()).add(role)
            actors = {
                person.username.split("-", 1)[-1]: Actor(
                    agency_id=agency_id,
                    person_id=person.id,
                    name=person.name,
                    roles=frozenset(roles.get(person.id, ())),
                    unit_id=unit.id,
                    legal_unit=unit.kind == "legal",
                    law_qualified=bool(person.legal_qualification_no),
                )
                for person, unit in session.execute(select(Person, Unit).join(Unit, Unit.id == Person.unit_id))
            }
        return cls(office, agency_id, actors)

    def id(self, login: str) -> str:
        """A person's id as forms hold it."""
        return str(self.actors[login].person_id)
