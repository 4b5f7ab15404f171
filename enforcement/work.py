"""One actor, one moment, one transaction: the only place that commits and the only one that reads the clock.

An act and its record are one transaction: the process record, the ledger entry and whatever the act changes are
committed together or not at all.
"""

import dataclasses
import datetime as dt
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from psycopg.errors import NotNullViolation
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.orm import Session

from enforcement import ledger, wrote
from enforcement.known import Known
from enforcement.law.book import Book
from enforcement.law.events import Record, shanghai_day
from enforcement.law.facts import CaseFacts
from enforcement.law.projected import request_of
from enforcement.models.driver import driver_of
from enforcement.models.ledger import PUBLIC_ACTOR, LedgerChain, append_entry
from enforcement.wrote import Change
from media.store import Store


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, for which agency, in which roles today. The clock acts too: `kind` "clock", nobody's id."""

    agency_id: uuid.UUID
    person_id: uuid.UUID | None
    name: str
    roles: frozenset[str]
    unit_id: uuid.UUID | None = None
    legal_unit: bool = False
    law_qualified: bool = False
    deputy_for: uuid.UUID | None = None
    """The head whose deputy acts as head today, if so."""
    by_deputy: frozenset[str] = frozenset()
    """Of the roles those held only as somebody's deputy: what is done in them is done for that head."""
    kind: Literal["person", "clock", "operator"] = "person"

    @classmethod
    def clock(cls, agency_id: uuid.UUID) -> "Actor":
        """The scheduler, acting for one agency."""
        return cls(agency_id=agency_id, person_id=None, name="系统时钟", roles=frozenset({"clock"}), kind="clock")

    @classmethod
    def operator(cls, agency_id: uuid.UUID) -> "Actor":
        """Whoever installs: founds an agency and opens its first accounts, before anybody can sign in."""
        roles = frozenset({"operator", "agency_admin", "agency_head", "disclosure_clerk", "disclosure_releaser"})
        return cls(agency_id=agency_id, person_id=None, name="安装人员", roles=roles, kind="operator")


Clock = Callable[[Connection], dt.datetime]
"""Where the time comes from: the machine, or in a demonstration the machine plus an offset kept in the database."""


def machine_clock(_: Connection) -> dt.datetime:
    """The machine's time."""
    return dt.datetime.now(dt.UTC)


def demo_clock(connection: Connection) -> dt.datetime:
    """The machine's time moved by what `flask clock` has set."""
    seconds: int = connection.execute(text("SELECT offset_seconds FROM enforcement.demo_clock")).scalar_one()
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every act needs of the house: the database as the application's role, the law, the store, the clock."""

    engine: Engine
    book: Book
    store: Store
    public_address: str
    demo: bool = False
    set_to: Clock | None = None
    """Another clock, for sample data that lies in the past."""
    kept: dict[uuid.UUID, tuple[int, Any]] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    """What was read of each agency's own settings (`facts.agency_settings`), with the place its chain had then."""

    @property
    def clock(self) -> Clock:
        """The clock of this installation."""
        return self.set_to or (demo_clock if self.demo else machine_clock)

    def now(self) -> dt.datetime:
        """The present moment, in UTC."""
        with self.engine.connect() as connection:
            return self.clock(connection)

    @contextmanager
    def reading(self, agency_id: uuid.UUID) -> Iterator[Session]:
        """A session that sees one agency and writes nothing: always rolled back."""
        with Session(self.engine, autoflush=False) as session:
            try:
                _enter(session, agency_id)
                yield session
            finally:
                session.rollback()

    @contextmanager
    def begin(self, actor: Actor) -> "Iterator[Work]":
        """One transaction of one actor; committed on the way out, rolled back when anything is raised."""
        with ActSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            wrote.record_in(session)
            try:
                yield self._work(actor, session)
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def looking(self, actor: Actor, session: Session | None = None) -> "Iterator[Work]":
        """A look at one agency: as `begin`, but always rolled back. What was read stays readable afterwards.

        `session`: one of the caller's to look through, not in use; it is empty again and its connection given back.
        """
        with session or Session(self.engine, expire_on_commit=False, autoflush=False) as looking:
            try:
                yield self._work(actor, looking)
            finally:
                looking.expunge_all()
                looking.rollback()

    def _work(self, actor: Actor, session: Session) -> "Work":
        agency_seq, offset = _enter(session, actor.agency_id)
        ahead = offset if self.demo else 0
        if self.set_to is not None:
            moment = self.set_to(session.connection())
        else:
            moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead)
        return Work(self, actor, moment, session, agency_seq, set_clock=self.set_to is not None or bool(ahead))


class ActSession(Session):
    """The one session that commits; what the law looks at is written in it by acts only, and every row is on record."""


event.listen(ActSession, "before_flush", wrote.note_flush)
event.listen(ActSession, "do_orm_execute", wrote.refuse_unrecorded)


def _enter(session: Session, agency_id: uuid.UUID) -> tuple[int | None, int]:
    # Local to the transaction: a pooled connection carries no agency over to the next request.
    row = session.connection().exec_driver_sql("SELECT * FROM enforcement.enter(%s)", (agency_id,)).one()
    return row.agency_seq, row.offset_seconds


class Outdated(Exception):
    """The database was migrated while this process ran: it does no act any more until it is started anew."""


class Work:
    """One running act: who, when, under which law, in which transaction."""

    __slots__ = ("actor", "agency_seq", "cases", "facts", "moment", "office", "session", "set_clock", "today")

    def __init__(
        self,
        office: Office,
        actor: Actor,
        moment: dt.datetime,
        session: Session,
        agency_seq: int | None = None,
        *,
        set_clock: bool = False,
    ) -> None:
        self.office = office
        self.actor = actor
        self.moment = moment
        self.today = shanghai_day(moment)
        self.session = session
        self.agency_seq = agency_seq
        self.facts: CaseFacts | None = None
        """What the law looks at for the running act, the form included; None for an act of the agency."""
        self.cases: dict[uuid.UUID, Known] = {}
        """What was read of each case in this transaction, with all that its acts have written since."""
        self.set_clock = set_clock
        """Whether `moment` comes from a clock that was set, as sample data's does."""

    @property
    def book(self) -> Book:
        """The law in force here."""
        return self.office.book

    @property
    def known(self) -> CaseFacts:
        """The facts of the case of the running act, read once. Raises LookupError where no act runs in a case."""
        if self.facts is None:
            raise LookupError("no act is running in a case")
        return self.facts

    @contextmanager
    def acting(self) -> Iterator[list[Change]]:
        """One act, perhaps inside another: what it has read is its own, and the list given of what it writes."""
        outer, self.facts = self.facts, None
        try:
            with wrote.recording(self.session) as changes:
                yield changes
        finally:
            self.facts = outer

    def carry_on(self, case_id: uuid.UUID | None, record: Record, changes: Iterable[Change]) -> None:
        """Let what is known of a case follow an act in it; one of the agency itself may have changed anybody."""
        if case_id is None:
            self.cases.clear()
            self.agency_seq = None  # and nothing kept of it holds any more, here
        elif case_id in self.cases:
            self.cases[case_id] = self.cases[case_id].after(record, changes)

    def next_seq(self, chain_id: uuid.UUID) -> int:
        """The number the next record of a chain will have, its owner being locked."""
        head = select(LedgerChain.head_seq).where(LedgerChain.id == chain_id)
        return (self.session.scalar(head) or 0) + 1

    def draw_up(self, act: str, data: Mapping[str, Any], *, seq: int, on: dt.date, stage: str) -> Record:
        """The record of an act as the law will read it; it is written by `record`, last."""
        declared, person = self.book.powers.acts[act], str(self.actor.person_id or "")
        people = declared.people(person, self.actor.roles, data)
        behalf = None if declared.who.keys() & (self.actor.roles - self.actor.by_deputy) else self.actor.deputy_for
        who = person or None
        return Record(
            seq, declared.event, act, stage, self.moment, on, who, dict(data), people, str(behalf) if behalf else None
        )

    def record(
        self,
        chain_id: uuid.UUID,
        drawn: Record,
        *,
        case: bool = True,
        disclosed: Mapping[str, str] | None = None,
    ) -> None:
        """Write the process record and its ledger entry, which holds a digest of it and never a name.

        `disclosed` marks an entry whose body becomes public with its proof: it carries these values and no internal
        person (J14.1a, house §5). Raises RuntimeError where the chain is not where the record says, Outdated where the
        database stands at another schema than this program's.
        """
        self.session.flush()
        kept = {
            "data": drawn.data,
            "people": {capacity: list(ids) for capacity, ids in drawn.people.items()},
            "wrote": self.session.info["wrote"],
        }
        judged_by = self.facts.law if self.facts else self.book.version
        plain = {
            "law": judged_by,
            "schema": wrote.REVISION,
            "behalf_of": drawn.behalf_of,
            "request_id": request_of(drawn, self.book),
            "salt": secrets.token_hex(ledger.SALT_BYTES),
        }
        digest = ledger.digest_of_record(kept | plain)
        body = {"on": drawn.on.isoformat(), "stage": drawn.stage, "law": judged_by, **(disclosed or {})}
        if drawn.behalf_of and disclosed is None:
            body["behalf_of"] = drawn.behalf_of
        seq = append_entry(
            self.session,
            chain_id=chain_id,
            agency_id=self.actor.agency_id,
            act=drawn.act,
            event=drawn.event,
            actor=PUBLIC_ACTOR if disclosed is not None else (drawn.actor_id or self.actor.kind),
            at=self.moment,
            case_id=chain_id if case else None,
            data=body,
            digest=digest,
            set_clock=self.set_clock,
        )
        if seq != drawn.seq:
            raise RuntimeError(f"chain {chain_id} has come to {seq}, the record was drawn up for {drawn.seq}")
        row = {
            "chain_id": chain_id,
            "seq": seq,
            "agency_id": self.actor.agency_id,
            "event": drawn.event,
            "act": drawn.act,
            "stage": drawn.stage,
            "at": self.moment,
            "happened_on": drawn.on,
            "actor_id": self.actor.person_id,
            "digest": digest,
            **plain,
            **{name: Jsonb(value) for name, value in kept.items()},
        }
        try:
            driver_of(self.session).execute(_RECORD, row)
        except NotNullViolation as error:
            if error.diag.column_name == "schema":
                raise Outdated from error
            raise


# Written out, as the ledger's own two statements are: this runs inside every act. Where the database stands at another
# schema there is none to write, and the row is refused: a process of before an upgrade knows the tables no longer.
_RECORD = """
    INSERT INTO enforcement.process_record
        (chain_id, seq, agency_id, event, act, stage, at, happened_on, actor_id, behalf_of, request_id, data, people,
         wrote, law, schema, salt, digest)
    VALUES (%(chain_id)s, %(seq)s, %(agency_id)s, %(event)s, %(act)s, %(stage)s, %(at)s, %(happened_on)s, %(actor_id)s,
            %(behalf_of)s, %(request_id)s, %(data)s, %(people)s, %(wrote)s, %(law)s,
            (SELECT version_num FROM enforcement.alembic_version WHERE version_num = %(schema)s), %(salt)s, %(digest)s)
"""
