"""Signing in and out, and passwords. No act of the law: nobody needs a power for it and nothing of it enters the
ledger, but that somebody was given a password by another.

Sessions live by the machine's clock, never by a demonstration's: moving that one must neither end nor prolong
anybody's session.
"""

import dataclasses
import datetime as dt
import hashlib
import secrets
import uuid
from typing import Any, Literal

from sqlalchemy import Row, delete, select, text, update

from enforcement.law.errors import Forbidden, NotFound
from enforcement.law.events import shanghai_day
from enforcement.models.people import Agency, Person, WebSession
from enforcement.passwords import hash_password, password_matches
from enforcement.work import Actor, Office, Work, machine_clock

IDLE = dt.timedelta(hours=2)
LONGEST = dt.timedelta(hours=12)
SEEN_EVERY = dt.timedelta(minutes=1)
LOCKED_FOR = dt.timedelta(minutes=15)
FAILURES_ALLOWED = 5
TOKEN_BYTES = 32
LONGEST_PASSWORD = 1024
SHORTEST_PASSWORD = 8


class SignInRefused(Exception):
    """Nobody came in. `reason` is `unknown` (name or password), or `locked` until `until`."""

    def __init__(self, reason: Literal["unknown", "locked"], until: dt.datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that stands: who acts, for whom, and until when at the latest."""

    actor: Actor
    agency_name: str
    unit_name: str
    token_digest: bytes
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime


def digest_of_token(token: str) -> bytes:
    """What the database keeps of a session's token."""
    return hashlib.sha256(token.encode()).digest()


def sign_in(office: Office, username: str, password: str) -> str:
    """Check the password and begin a session; returns its token. Raises SignInRefused.

    After FAILURES_ALLOWED wrong passwords the account is closed for LOCKED_FOR; a right one does not open it earlier.
    """
    found = _find_login(office, username)
    if found is None or len(password) > LONGEST_PASSWORD:
        password_matches("", "")  # somebody who does not exist costs as much time: time tells no user names
        raise SignInRefused("unknown")
    actor = _somebody(found)
    right = password_matches(found.password_hash, password)
    with office.begin(actor) as work:
        now = machine_clock(work.session.connection())
        person = work.session.scalars(select(Person).where(Person.id == found.person_id).with_for_update()).one()
        if person.locked_until is not None and person.locked_until > now:
            raise SignInRefused("locked", person.locked_until)
        if person.left_on is not None and person.left_on < work.today:
            raise SignInRefused("unknown")
        if right:
            person.failed_count, person.locked_until = 0, None
            token = secrets.token_urlsafe(TOKEN_BYTES)
            _forget_ended(work.session, person.id, now)
            work.session.add(
                WebSession(
                    token_digest=digest_of_token(token),
                    agency_id=person.agency_id,
                    person_id=person.id,
                    created_at=now,
                    seen_at=now,
                    expires_at=now + LONGEST,
                )
            )
            return token
        until = _count_failure(person, now)
    raise SignInRefused("locked" if until else "unknown", until)


def _count_failure(person: Person, now: dt.datetime) -> dt.datetime | None:
    """Count a wrong password; until when the account is closed, if this was one too many."""
    person.failed_count += 1
    if person.failed_count < FAILURES_ALLOWED:
        return None
    person.failed_count, person.locked_until = 0, now + LOCKED_FOR
    return person.locked_until


_FIND_SESSION = "SELECT * FROM enforcement.find_session(%s, %s)"
# The same on the day of the movable clock, without a question more for it.
_FIND_SESSION_IN_DEMO = """
    SELECT found.* FROM enforcement.demo_clock clock, enforcement.find_session(
        %s, (timezone('Asia/Shanghai', %s + make_interval(secs => clock.offset_seconds)))::date) found
"""


def find_session(office: Office, token: str) -> SignedIn | None:
    """Who this token is, if its session stands: neither ended, nor idle too long, nor too old.

    One query. Roles are those of today; a deputy of the head holds the head's role during the period named.
    """
    digest = digest_of_token(token)
    # Autocommit: a transaction would end in a rollback, after which the driver prepares all its statements anew.
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        now = machine_clock(connection)
        if office.demo and office.set_to is None:
            asked: tuple[str, tuple[Any, ...]] = (_FIND_SESSION_IN_DEMO, (digest, now))
        else:
            asked = (_FIND_SESSION, (digest, shanghai_day(office.clock(connection))))
        row = connection.exec_driver_sql(*asked).one_or_none()
    if row is None or now >= row.expires_at or now - row.seen_at >= IDLE:
        return None
    own = frozenset(row.roles)
    by_deputy = frozenset({"agency_head"}) - own if row.deputy_for else frozenset[str]()
    actor = Actor(
        agency_id=row.agency_id,
        person_id=row.person_id,
        name=row.name,
        roles=own | by_deputy,
        by_deputy=by_deputy,
        unit_id=row.unit_id,
        legal_unit=row.legal_unit,
        law_qualified=row.law_qualified,
        deputy_for=row.deputy_for,
    )
    signed_in = SignedIn(
        actor=actor,
        agency_name=row.agency_name,
        unit_name=row.unit_name,
        token_digest=digest,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
    )
    if now - row.seen_at >= SEEN_EVERY:
        with office.begin(actor) as work:
            work.session.execute(update(WebSession).where(WebSession.token_digest == digest).values(seen_at=now))
    return signed_in


def sign_out(office: Office, signed_in: SignedIn) -> None:
    """End this session at once, whoever holds a copy of its token."""
    with office.begin(signed_in.actor) as work:
        now = machine_clock(work.session.connection())
        work.session.execute(
            update(WebSession).where(WebSession.token_digest == signed_in.token_digest).values(revoked_at=now)
        )


def end_session(office: Office, actor: Actor, digest: bytes) -> None:
    """End another of one's own sessions. Raises NotFound for one that is not one's own."""
    with office.begin(actor) as work:
        now = machine_clock(work.session.connection())
        ended: Any = work.session.execute(
            update(WebSession)
            .where(
                WebSession.token_digest == digest,
                WebSession.person_id == actor.person_id,
                WebSession.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        if ended.rowcount == 0:
            raise NotFound("session", digest.hex())


def change_password(office: Office, actor: Actor, old: str, new: str) -> None:
    """Change one's own password and end every session. Raises SignInRefused where the old one is wrong, which counts
    as it does at the door: a session found open must not be a way to try passwords.
    """
    with office.begin(actor) as work:
        now = machine_clock(work.session.connection())
        person = work.session.scalars(select(Person).where(Person.id == actor.person_id).with_for_update()).one()
        if person.locked_until is not None and person.locked_until > now:
            raise SignInRefused("locked", person.locked_until)
        if password_matches(person.password_hash, old):
            person.password_hash, person.failed_count = hash_password(new), 0
            _end_sessions(work, person.id)
            return
        until = _count_failure(person, now)
    raise SignInRefused("locked" if until else "unknown", until)


def give_password(work: Work, person_id: uuid.UUID, password: str) -> None:
    """Give somebody a password to begin with, theirs to change: their sessions end, and the agency's chain keeps who
    gave it, never the password. Raises Forbidden, NotFound.
    """
    if breach := work.book.powers.may(work.actor.roles, "set_password"):
        raise Forbidden(breach)
    agency = work.session.scalars(select(Agency).with_for_update(key_share=True)).one()
    person = work.session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound("person", person_id)
    person.password_hash = hash_password(password)
    person.failed_count, person.locked_until = 0, None
    _end_sessions(work, person.id)
    with work.acting():
        seq = work.next_seq(agency.chain_id)
        record = work.draw_up("set_password", {"person": str(person_id)}, seq=seq, on=work.today, stage="")
        work.record(agency.chain_id, record, case=False)


def _end_sessions(work: Work, person_id: uuid.UUID) -> None:
    now = machine_clock(work.session.connection())
    work.session.execute(
        update(WebSession)
        .where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _find_login(office: Office, username: str) -> Row[Any] | None:
    if "\x00" in username:
        return None
    with office.engine.connect() as connection:
        return connection.execute(
            text("SELECT * FROM enforcement.find_login(:username)"), {"username": username}
        ).one_or_none()


def _somebody(found: Row[Any]) -> Actor:
    return Actor(agency_id=found.agency_id, person_id=found.person_id, name=found.name, roles=frozenset())


def _forget_ended(session: Any, person_id: uuid.UUID, now: dt.datetime) -> None:
    session.execute(delete(WebSession).where(WebSession.person_id == person_id, WebSession.expires_at < now))
