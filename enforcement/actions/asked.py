"""What a form says, held against the clock and the agency's people: before the law is asked."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError

from enforcement.actions.forms import FieldSpec, id_of, specs
from enforcement.law.errors import Invalid
from enforcement.models.people import Deputy, Person, RoleGrant
from enforcement.work import Work

HEAD = "agency_head"
PEOPLE = ("persons", "officers", "heads")
"""What a `pick` offers that is a person."""


def check(work: Work, form: Any) -> None:
    """Refuse what has not happened yet, people the agency does not have, and heads who are none today.

    Raises Invalid with every fault. Whether somebody named may do what the form says is for the law to judge.
    """
    faults = dict(_ahead(work, form, ""))
    named = dict(_named(form))
    known = _among(work, {one for ids in named.values() for one in ids}, select(Person.id))
    heads: set[uuid.UUID | None] = set()
    for (name, spec), ids in named.items():
        if not ids <= known:
            faults[name] = [f"{spec.zh}不是本机关人员"]
        elif spec.source in {HEAD, "heads"}:
            heads = heads or _heads(work)
            if not ids <= heads:
                faults[name] = [f"{spec.zh}不是本机关负责人"]
    if faults:
        raise Invalid(faults)


def _ahead(work: Work, form: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for name, spec in specs(type(form)).items():
        value = getattr(form, name)
        if spec.kind == "group":
            for index, item in enumerate(value):
                yield from _ahead(work, item, f"{prefix}{name}.{index}.")
        elif spec.kind in {"day", "moment"} and value is not None and not spec.ahead:
            moment = isinstance(value, dt.datetime)
            if value > (work.moment if moment else work.today):
                yield prefix + name, ["不能晚于现在" if moment else "不能晚于今天"]


def _named(form: Any) -> Iterator[tuple[tuple[str, FieldSpec], set[uuid.UUID | None]]]:
    for name, spec in specs(type(form)).items():
        value = getattr(form, name)
        if spec.kind == "people" and value:
            yield (name, spec), {id_of(one) for one in value}
        elif spec.kind == "pick" and spec.source in PEOPLE and value:
            yield (name, spec), {id_of(value)}


def _among(work: Work, ids: set[uuid.UUID | None], people: Select[tuple[uuid.UUID]]) -> set[uuid.UUID | None]:
    wanted = ids - {None}
    return set(work.session.scalars(people.where(Person.id.in_(wanted)))) if wanted else set()


def _heads(work: Work) -> set[uuid.UUID | None]:
    today = work.today
    granted = select(RoleGrant.person_id).where(
        RoleGrant.role == HEAD, RoleGrant.from_on <= today, or_(RoleGrant.to_on.is_(None), RoleGrant.to_on >= today)
    )
    deputised = select(Deputy.deputy_id).where(Deputy.from_on <= today, Deputy.to_on >= today)
    return set(work.session.scalars(granted.union(deputised)))


@contextmanager
def once(form: type) -> Iterator[None]:
    """Whatever is written inside is there once: names, numbers and days that must be so are so in the tables.

    Raises Invalid, naming the field where the form has one of that name. Two who write the same at once meet here too.
    """
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        constraint = error.orig.diag.constraint_name or ""
        field = next((name for name in specs(form) if constraint.endswith(f"_{name}")), "")
        raise Invalid({field: ["已经登记，不得重复"]}) from None
