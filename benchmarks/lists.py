"""Lists and search inside with very many cases, against the same with a thousand; an idle pass of the clock likewise.

The rows are written by SQL into tables whose triggers are off, and their words cut afterwards: what is measured reads
tables, not records. (No ledger belongs to these cases: nothing here is a statement about verification.)
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.ratios import Ratio, main
from benchmarks.site_database import settings_of
from enforcement.actions.program import program
from enforcement.demo import agencies
from enforcement.demo.staff import Staff
from enforcement.office import open_office
from enforcement.queries import disclosures, everything, notifications, paging
from enforcement.queries.cases import CaseFilter, case_of_number, count_cases, list_cases
from enforcement.runtime import schema
from enforcement.runtime.embedded import Server
from enforcement.sweep import sweep
from enforcement.work import Office, Work

FEW, MANY = 1_000, 100_000
AGENCIES = 800
ROUNDS = 15
HALF = 0.5
"""As many a second as with few cases, at least: twice the time."""

# Of businesses some 5,000 times 71 names and of matters five; every 20,000th case names a given rare thing. The officer
# works on 200 cases, however many the agency has.
_CASES = """
    INSERT INTO enforcement.case_file (id, agency_id, case_no, procedure, stage, version, title, matter_code, unit_id,
                                       document_no, created_at, closed_on)
    SELECT gen_random_uuid(), :agency, '2020-' || lpad(i::text, 6, '0'), 'penalty',
        CASE WHEN i % 6 = 0 THEN (ARRAY['investigation', 'prior_notice_given', 'legal_review', 'served'])[1 + i / 6 % 4]
             ELSE 'case_closed' END,
        3, '涉嫌'
            || (ARRAY['经营过期食品', '未明码标价', '发布虚假广告', '无照经营', '使用未检定器具'])[1 + i % 5]
            || CASE WHEN i % 20000 = 7 THEN '（麒麟瓷器）' ELSE '' END || '案',
        'CF-101', :unit, CASE WHEN i % 6 = 0 THEN '' ELSE '京朝市监罚〔2020〕' || i || '号' END,
        timestamptz '2020-01-01 09:00+08' + i * interval '20 minutes',
        CASE WHEN i % 6 = 0 THEN NULL ELSE date '2021-01-01' + i / 60 END
    FROM generate_series(1, :count) i
"""
_PARTIES = """
    INSERT INTO enforcement.party (id, agency_id, case_id, position, kind, name, id_no, address, phone,
                                   legal_representative, operator_name, bank_account, other_known)
    SELECT gen_random_uuid(), agency_id, id, 0, 'organization',
        '北京' || chr(19968 + right(case_no, 6)::int * 37 % 5000) || chr(19968 + right(case_no, 6)::int * 7 % 71)
            || '商贸有限公司', '', '', '', '', '', '', '[]'
    FROM enforcement.case_file
"""
_OFFICERS = """
    INSERT INTO enforcement.case_officer (case_id, person_id, agency_id, from_on)
    SELECT id, :officer, agency_id, date '2020-01-01' FROM enforcement.case_file
    WHERE right(case_no, 6)::int % (:count / 200) = 0
"""
_DISCLOSURES = """
    INSERT INTO enforcement.disclosure (id, agency_id, case_id, decision_seq, kind, limit_key, anchor_on, stage,
                                        version, form, original_text, public_text, fields, verified_at)
    SELECT gen_random_uuid(), agency_id, id, 1, 'penalty_decision', 'disclosure_of_penalty', closed_on, 'published', 3,
        'summary', '', '', '{}', created_at
    FROM enforcement.case_file WHERE closed_on IS NOT NULL
"""
_NOTIFICATIONS = """
    INSERT INTO enforcement.notification (id, agency_id, kind, about_on, to_role, case_id, limit_key, subject,
                                          created_at, read_at)
    SELECT gen_random_uuid(), agency_id, 'overdue', closed_on, 'agency_head', id, 'case_closing', '', created_at,
        created_at
    FROM enforcement.case_file WHERE closed_on IS NOT NULL
"""
_AGENCIES = """
    INSERT INTO enforcement.agency
    SELECT gen_random_uuid(), code || n, name || n, document_prefix, region, subject_type, chain_id, credit_code
    FROM enforcement.agency, generate_series(1, :count / 2 - 1) n
"""


@contextmanager
def filled(server: Server, name: str, count: int, agency_count: int = 2) -> Iterator[tuple[Office, Staff]]:
    """A database with the sample agencies, `count` cases of the first, and as many agencies as asked."""
    urls = server.prepare(name)
    schema.upgrade(urls.owner)
    settings = settings_of(server.var, MINGJIAN_DATABASE_URL=urls.app)
    office = open_office(replace(settings, database_url=urls.app), program())
    agencies.load(office)
    sweep(office, fetch=None)
    staff = Staff.of(office, agencies.sample_id(agencies.MARKET))
    given = {
        "agency": staff.agency_id, "unit": staff.actors["officer1"].unit_id, "count": count,
        "officer": staff.id("officer1"),
    }  # fmt: skip
    superuser = create_engine(server.url("postgres", name))
    with superuser.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (_CASES, _PARTIES, _OFFICERS, _DISCLOSURES, _NOTIFICATIONS):
            connection.execute(text(statement), given)
        connection.execute(text(_AGENCIES), {"count": agency_count})
        connection.execute(text("SELECT enforcement.cut_words(ARRAY(SELECT id FROM enforcement.words_said))"))
    with superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    superuser.dispose()
    yield office, staff
    office.engine.dispose()


Ask = Callable[[Work], object]


def case_list(**narrowed: Any) -> Ask:
    """The first page of the list of cases, and its count, as the page asks for them."""
    wanted = CaseFilter(**{"scope": "open", **narrowed})
    return lambda work: (list_cases(work, wanted), count_cases(work, wanted))


def _last_page(work: Work) -> object:
    wanted = CaseFilter(scope="all")
    return list_cases(work, wanted, paging.Place("last")), count_cases(work, wanted)


def _disclosures(work: Work) -> object:
    wanted = disclosures.DisclosureFilter()
    return (
        disclosures.list_disclosures(work, wanted), disclosures.count_disclosures(work, wanted),
        disclosures.stage_counts(work),
    )  # fmt: skip


def _notifications(work: Work) -> object:
    return (
        notifications.list_notifications(work), notifications.count_notifications(work),
        notifications.unread_count(work),
    )  # fmt: skip


def _search(q: str) -> Ask:
    return lambda work: everything.search(work, q)


ASKED: dict[str, tuple[str, Ask]] = {
    "cases: open": ("head", case_list()),
    "cases: closed": ("head", case_list(scope="closed")),
    "cases: one stage": ("head", case_list(stage="legal_review")),
    "cases: the officer's own": ("officer1", case_list(mine=True, scope="all")),
    "cases: the last page of all": ("head", _last_page),
    "disclosures": ("clerk", _disclosures),
    "notifications": ("head", _notifications),
    "search: a common word": ("head", _search("食品")),
    "search: two common words": ("head", _search("商贸 虚假广告")),
    "search: a rare word": ("head", _search("麒麟瓷器")),
    "search: an absent word": ("head", _search("独角兽")),
    "a case by its number": ("head", lambda work: case_of_number(work, "2020-000500")),
    "a case by the number of its decision": ("head", lambda work: case_of_number(work, "京朝市监罚〔2020〕500号")),
}


def _milliseconds(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


def _in_turns(few: Callable[[], object], many: Callable[[], object]) -> tuple[float, float]:
    """Medians in milliseconds of both, measured in turns; what is made once is made before."""
    for one in (few, many) * 2:
        one()
    pairs = [(_milliseconds(few), _milliseconds(many)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in pairs), statistics.median(one for _, one in pairs)


def measure(rows: int) -> Iterable[Ratio]:
    """Every list and search over `rows` cases (at most MANY) against FEW; an idle pass of AGENCIES against two."""
    many = min(rows, MANY)
    with TemporaryDirectory(prefix="mingjian-lists-") as folder:
        server = _server(folder)
        with filled(server, "few", FEW) as (small, people), filled(server, "many", many) as (big, same_people):
            for what, (login, ask) in ASKED.items():
                times = _in_turns(_asking(small, people, login, ask), _asking(big, same_people, login, ask))
                yield _ratio(f"{what}, {many:,} cases against {FEW:,}", times)
        with filled(server, "two", FEW) as (two, _), filled(server, "house", FEW, AGENCIES) as (house, _):
            for office in (two, house):
                while sweep(office, fetch=None).anything:
                    pass
            times = _in_turns(lambda: sweep(two, fetch=None), lambda: sweep(house, fetch=None))
            yield _ratio(f"an idle pass over {AGENCIES} agencies against one over 2", times, bound=0.05)
        server.stop()


def _server(folder: str) -> Server:
    server = Server(Path(folder))
    server.start()
    return server


def _asking(office: Office, staff: Staff, login: str, ask: Ask) -> Callable[[], object]:
    def asked() -> object:
        with office.looking(staff.actors[login]) as work:
            return ask(work)

    return asked


def _ratio(what: str, times: tuple[float, float], bound: float = HALF) -> Ratio:
    few, many = times
    print(f"{few:8.2f} ms  {many:8.2f} ms  {what}", file=sys.stderr, flush=True)
    return Ratio(what, 1000 / many, 1000 / few, "a second", bound)


if __name__ == "__main__":
    main(measure, __doc__)
