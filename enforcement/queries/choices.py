"""What a form offers to choose from: people by role, matters, recordings, measures that stand, limits to extend."""

import dataclasses
import uuid
from collections.abc import Callable, Mapping

from sqlalchemy import or_, select

from enforcement.law.clocks import open_clocks
from enforcement.law.events import SHANGHAI
from enforcement.law.facts import CaseFacts, Fields, unapproved, unmatched
from enforcement.models.people import Person, Unit
from enforcement.models.powers import Matter
from enforcement.models.recordings import Recording
from enforcement.queries import people
from enforcement.queries.corrections import open_requests
from enforcement.work import Work

MOST = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `note` tells it from its neighbours."""

    value: str
    zh: str
    note: str = ""


Zh = Callable[[str], str]
Offer = Callable[[Work, CaseFacts | None, Zh], list[Choice]]


def role_holders(work: Work, role: str) -> list[Choice]:
    """Who holds a role today."""
    return [Choice(str(person.id), person.name, unit.name) for person, unit in people.holders(work, role)]


def offered(work: Work, source: str, facts: CaseFacts | None, zh: Zh) -> list[Choice]:
    """What a `pick` of this source offers, in this case if there is one; nothing for a source nobody knows."""
    offer = OFFERS.get(source)
    return offer(work, facts, zh) if offer else []


def _heads(work: Work, _: CaseFacts | None, __: Zh) -> list[Choice]:
    return role_holders(work, "agency_head")


def _persons(work: Work, _: CaseFacts | None, __: Zh) -> list[Choice]:
    query = (
        select(Person.id, Person.name, Unit.name)
        .join(Unit, Unit.id == Person.unit_id)
        .where(or_(Person.left_on.is_(None), Person.left_on >= work.today))
        .order_by(Unit.name, Person.name)
        .limit(MOST)
    )
    return [Choice(str(person_id), name, unit) for person_id, name, unit in work.session.execute(query)]


def _officers(work: Work, facts: CaseFacts | None, __: Zh) -> list[Choice]:
    if facts is None:
        return role_holders(work, "officer")
    return [
        Choice(officer.person_id, officer.name, f"执法证号 {officer.certificate_no}" if officer.certificate_no else "")
        for officer in facts.officers
        if officer.to_on is None
    ]


def _units(work: Work, _: CaseFacts | None, zh: Zh) -> list[Choice]:
    rows = work.session.execute(select(Unit.id, Unit.name, Unit.kind).order_by(Unit.name))
    return [Choice(str(unit_id), name, zh(kind)) for unit_id, name, kind in rows]


def _matters(kind: str) -> Offer:
    def offer(work: Work, _: CaseFacts | None, __: Zh) -> list[Choice]:
        query = select(Matter.code, Matter.zh).where(
            Matter.from_on <= work.today, or_(Matter.to_on.is_(None), Matter.to_on >= work.today)
        )
        if kind:
            query = query.where(Matter.kind == kind)
        return [
            Choice(code, name, code) for code, name in work.session.execute(query.order_by(Matter.code).limit(MOST))
        ]

    return offer


def _recordings(work: Work, facts: CaseFacts | None, zh: Zh) -> list[Choice]:
    if facts is None:
        return []
    query = (
        select(Recording.id, Recording.activity, Recording.started_at, Recording.place)
        .where(Recording.case_id == facts.case_id)
        .order_by(Recording.started_at)
    )
    return [
        Choice(str(recording_id), f"{zh(activity)} {started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", place)
        for recording_id, activity, started_at, place in work.session.execute(query)
    ]


def _measures(_: Work, facts: CaseFacts | None, zh: Zh) -> list[Choice]:
    running = unmatched(facts, "measure_taken", "measure_ended", "measure") if facts else ()
    return [_named(fields, "measure", zh(fields.text("kind"))) for fields in running]


def _unapproved_measures(_: Work, facts: CaseFacts | None, zh: Zh) -> list[Choice]:
    return [_named(fields, "measure", zh(fields.text("kind"))) for fields in (unapproved(facts) if facts else ())]


def _preservations(_: Work, facts: CaseFacts | None, __: Zh) -> list[Choice]:
    running = unmatched(facts, "evidence_preserved", "preservation_settled", "preservation") if facts else ()
    return [_named(fields, "preservation", "先行登记保存") for fields in running]


def _named(fields: Fields, key: str, zh: str) -> Choice:
    return Choice(fields.text(key), f"{zh} {fields.text(key)}", "、".join(fields.lines("items"))[:40])


def _limits(work: Work, facts: CaseFacts | None, __: Zh) -> list[Choice]:
    if facts is None:
        return []
    return [
        Choice(clock.limit.key, clock.limit.zh, f"现到期日 {clock.due.due_on.isoformat()}")
        for clock in open_clocks(facts, work.book)
        if clock.limit.extension_on(work.today) is not None or clock.limit.extension_by_other_rule
    ]


def _basic_information(work: Work, _: CaseFacts | None, __: Zh) -> list[Choice]:
    return [
        Choice(key, item.zh, work.book.cite_zh(item.cite))
        for key, item in work.book.basic_information.items.items()
        if item.per == "agency"
    ]


def _corrections(work: Work, facts: CaseFacts | None, zh: Zh) -> list[Choice]:
    """Requests taken up and not yet settled: of this publication, or of none where there is no disclosure."""
    wanted = uuid.UUID(facts.disclosure.id) if facts and facts.disclosure else None
    return [
        Choice(str(one.id), f"{one.receipt_no} {zh(one.kind)}", one.statement[:40])
        for one in open_requests(work)
        if one.publication_id == wanted
    ]


OFFERS: Mapping[str, Offer] = {
    "heads": _heads,
    "persons": _persons,
    "officers": _officers,
    "units": _units,
    "matters": _matters(""),
    "penalty_matters": _matters("penalty"),
    "license_matters": _matters("license"),
    "inspection_matters": _matters("inspection"),
    "recordings": _recordings,
    "measures": _measures,
    "unapproved_measures": _unapproved_measures,
    "preservations": _preservations,
    "limits": _limits,
    "corrections": _corrections,
    "basic_information": _basic_information,
}
