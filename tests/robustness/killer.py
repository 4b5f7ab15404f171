"""Ending a process with SIGKILL in the middle of an act, at a place named in the database.

Triggers put there by the test make the act wait for a lock that the test holds: so it stands still between two
statements, or inside its COMMIT. The child is a fork: it has loaded everything already.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import create_engine, select

from enforcement.actions.registry import Outcome
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.models.cases import Case, ProcessRecord
from enforcement.runtime.embedded import DatabaseUrls
from enforcement.work import Office

LOCK = 0x6B696C6C
SECONDS = 60

POINTS = {
    "before the case changes": ("BEFORE UPDATE", "enforcement.case_file", ""),
    "after the case changed": ("AFTER UPDATE", "enforcement.case_file", ""),
    "before the case is begun": ("BEFORE INSERT", "enforcement.case_file", ""),
    "before the ledger entry": ("BEFORE INSERT", "enforcement.ledger_entry", ""),
    "after the ledger entry": ("AFTER INSERT", "enforcement.ledger_entry", ""),
    "before the process record": ("BEFORE INSERT", "enforcement.process_record", ""),
    "after the process record": ("AFTER INSERT", "enforcement.process_record", ""),
    "before the disclosure": ("BEFORE INSERT OR UPDATE", "enforcement.disclosure", ""),
    "after the disclosure": ("AFTER INSERT OR UPDATE", "enforcement.disclosure", ""),
    "before the publication": ("BEFORE INSERT OR UPDATE", "public_site.publication", ""),
    "after the publication": ("AFTER INSERT OR UPDATE", "public_site.publication", ""),
    "before the recording": ("BEFORE INSERT", "enforcement.recording", ""),
    "while committing": ("AFTER INSERT", "enforcement.process_record", "DEFERRABLE INITIALLY DEFERRED"),
}
"""Where an act may be when it is killed: trigger time, table, and for the COMMIT itself a deferred constraint."""


_SETTING_UP = """
    CREATE SCHEMA killer;
    CREATE TABLE killer.aim (point text NOT NULL);
    INSERT INTO killer.aim VALUES ('');
    CREATE SEQUENCE killer.passed_commit;
    CREATE FUNCTION killer.stand_still() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    DECLARE aim text := (SELECT point FROM killer.aim);
    BEGIN
        IF aim = TG_ARGV[0] THEN
            PERFORM pg_advisory_xact_lock(%(lock)s);
        ELSIF aim = 'probe' THEN
            PERFORM nextval(('killer.' || TG_ARGV[1])::regclass);  -- a sequence keeps count across the roll-back
            IF TG_ARGV[0] = 'while committing' THEN
                RAISE EXCEPTION 'probed';
            END IF;
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$;
"""


class Killer:
    """Kills what a test does, at points of its choosing."""

    def __init__(self, urls: DatabaseUrls, superuser: Callable[[], psycopg.Connection[Any]]) -> None:
        self.urls = urls
        self.superuser = superuser
        self.sequences = {point: f"passed_{number}" for number, point in enumerate(POINTS)}
        with superuser() as connection:
            connection.execute((_SETTING_UP % {"lock": LOCK}).encode())
            for point, (when, table, deferred) in POINTS.items():
                kind = "CONSTRAINT TRIGGER" if deferred else "TRIGGER"
                name = self.sequences[point]
                connection.execute(f"CREATE SEQUENCE killer.{name}".encode())
                connection.execute(
                    f"CREATE {kind} killer_{name} {when} ON {table} {deferred} FOR EACH ROW"
                    f" EXECUTE FUNCTION killer.stand_still('{point}', '{name}')".encode()
                )

    def points_of(self, office: Office, do: Callable[[Office], object]) -> list[str]:
        """The points it passes: done once in a child, up to a COMMIT that is refused."""
        with self.superuser() as connection:
            for name in self.sequences.values():
                connection.execute(f"ALTER SEQUENCE killer.{name} RESTART".encode())
            connection.execute(b"UPDATE killer.aim SET point = 'probe'")
            child = os.fork()
            if child == 0:
                _live(office, self.urls, do)
            os.waitpid(child, 0)
            self._wait_until_gone(connection)
            connection.execute(b"UPDATE killer.aim SET point = ''")
            return [point for point, name in self.sequences.items() if self._passed(connection, name)]

    def _passed(self, connection: psycopg.Connection[Any], name: str) -> bool:
        return bool((connection.execute(f"SELECT is_called FROM killer.{name}".encode()).fetchone() or (False,))[0])

    def kill(self, office: Office, do: Callable[[Office], object], point: str) -> bool:
        """Do it in a child and kill the child at the point; False where it never came by, and so was done in peace."""
        with self._aimed(point) as holder:
            child = os.fork()
            if child == 0:
                _live(office, self.urls, do)
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                ended, status = os.waitpid(child, os.WNOHANG)
                if ended:
                    assert status == 0, f"the act failed by itself: {status}"
                    return False
                if holder.execute(_STANDING.encode()).fetchone():
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    return True
                time.sleep(0.01)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError(f"neither done nor come to {point} in {SECONDS} s")

    @contextmanager
    def _aimed(self, point: str) -> Iterator[psycopg.Connection[Any]]:
        with self.superuser() as holder:
            holder.execute("UPDATE killer.aim SET point = %s", [point])
            holder.execute(f"SELECT pg_advisory_lock({LOCK})".encode())
            try:
                yield holder
            finally:
                holder.execute(f"SELECT pg_advisory_unlock({LOCK})".encode())
                self._wait_until_gone(holder)
                holder.execute(b"UPDATE killer.aim SET point = ''")

    def _wait_until_gone(self, holder: psycopg.Connection[Any]) -> None:
        """Wait until the child's connections have noticed that nobody is there."""
        until = time.monotonic() + SECONDS
        while (holder.execute(_LEFT.encode()).fetchone() or (0,))[0]:
            assert time.monotonic() < until, "a killed act's connection stays open"
            time.sleep(0.01)


_STANDING = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_LEFT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'doomed'"


def _live(office: Office, urls: DatabaseUrls, do: Callable[[Office], object]) -> None:
    """The child's whole life: its own connections, one act, no clean-up."""
    status = 1
    try:
        engine = create_engine(urls.app, connect_args={"application_name": "doomed"})
        do(dataclasses.replace(office, engine=engine))
        status = 0
    finally:
        os._exit(status)


class Doomed(Walk):
    """A walk of which every act is killed at every point it passes, until it has been done after all."""

    def __init__(self, staff: Staff, killer: Killer, agree: Callable[[str, bool], None]) -> None:
        """`agree` is called after every death with what died where, and whether it had been done."""
        super().__init__(staff)
        self.killer = killer
        self.agree = agree
        self.deaths = 0

    def begin(self, login: str, act: str, form: Any) -> Outcome:
        return self._doomed(act, lambda walk: Walk.begin(walk, login, act, form))

    def do(self, login: str, act: str, form: Any) -> Outcome:
        return self._doomed(act, lambda walk: Walk.do(walk, login, act, form))

    def on_disclosure(self, login: str, act: str, form: Any) -> Outcome:
        return self._doomed(act, lambda walk: Walk.on_disclosure(walk, login, act, form))

    def _doomed(self, act: str, do: Callable[[Walk], Outcome]) -> Outcome:
        def once(office: Office) -> None:
            walk = Walk(Staff(office, self.staff.agency_id, self.staff.actors))
            walk.case_id = self.case_id
            do(walk)

        points = self.killer.points_of(self.office, once)
        self.agree(f"{act}, refused its COMMIT", False)
        assert "while committing" in points, act
        for point in points:
            before = self._last()
            killed = self.killer.kill(self.office, once, point)
            after = self._last()
            assert killed, f"{act} did not pass {point}"
            self.deaths += 1
            self.agree(f"{act}, {point}", after != before)
            if after is not None and after != before:
                self.case_id = after.chain_id
                return after
        outcome = do(self)
        self.agree(act, True)
        return outcome

    def _last(self) -> Outcome | None:
        """The newest act in any case of the agency."""
        with self.office.reading(self.staff.agency_id) as session:
            query = (
                select(ProcessRecord, Case)
                .join(Case, Case.id == ProcessRecord.chain_id)
                .order_by(ProcessRecord.at.desc(), ProcessRecord.seq.desc())
                .limit(1)
            )
            found = session.execute(query).one_or_none()
            if found is None:
                return None
            record, case = found
            case_id: uuid.UUID = case.id
            return Outcome(
                chain_id=case_id,
                seq=record.seq,
                event=record.event,
                stage=record.stage,
                version=case.version,
                subject_id=case_id,
            )
