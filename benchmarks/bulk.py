"""Very many whole cases of one agency: copies of samples with ids, numbers, names, officers and moments of their own.

A copy is a whole case: people, records with what each wrote, entries chained and digested by the ledger's own
functions, clocks, turns, disclosures, pages, words. `ledger verify` finds nothing in them (a test holds this).
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import json
import random
import re
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from enforcement import ledger
from enforcement.ledger.entries import RECORDED, json_text
from enforcement.models.base import new_id
from enforcement.verify.projections import OWNERS
from enforcement.verify.records import JSON
from enforcement.verify.snapshot import PLAIN
from publish.document import digest, from_bytes, words
from publish.release import row_of

OPEN_EVERY = 6
"""Every sixth case is open; the others are decided, disclosed and closed."""
OF_OFFICER = 200
"""Cases of the samples' own pair of officers, however many the agency has."""
RARE_EVERY, RARE = 20_000, "麒麟"
AT_ONCE = 500

_CHAIN_OF = {
    **{name: owner for name, owner in OWNERS.items() if "case_id" in owner or name == "enforcement.case_file"},
    "enforcement.ledger_chain": "t.id",
    "enforcement.process_record": "t.chain_id",
    "enforcement.ledger_entry": "t.chain_id",
    "enforcement.running_clock": "t.owner_id",
    "enforcement.look_again": "t.owner_id",
    "enforcement.turn": "t.case_id",
    "enforcement.notification": "t.case_id",
}
"""Every table that holds rows of a case, and the chain they belong to, in SQL over the row `t`."""
_GIVEN = {"ordinal"}
"""Columns that the database gives."""
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_BRAND = re.compile(r"(?<=北京)[^市]{2,4}?(?=餐饮管理|食品|商贸|科技|文化传播|物业服务|酒店管理|便利店)")
_NUMBERED = re.compile(r"(.*〔\d{4}〕)(\d+)号")

Connection = psycopg.Connection[Any]


class _Text:
    """A text with places for what differs between copies."""

    def __init__(self, text: str, places: Mapping[str, int], found: re.Pattern[str]) -> None:
        self._parts: list[str | int] = []
        end = 0
        for match in found.finditer(text):
            self._parts += [text[end : match.start()], places[match.group()]]
            end = match.end()
        self._parts.append(text[end:])

    def of(self, values: Sequence[str]) -> str:
        """The text with these values in its places."""
        return "".join([part if isinstance(part, str) else values[part] for part in self._parts])


class _Sample:
    """One case as its rows say it, with a place wherever a copy differs."""

    def __init__(self, connection: Connection, case_id: uuid.UUID, shared: frozenset[str]) -> None:
        """`shared` are ids that stay as they are: the agency's own, and its people's."""
        given = {"case": case_id}
        rows = {table: _rows(connection, table, owner, case_id) for table, owner in _CHAIN_OF.items()}
        records = connection.execute(_RECORDS, given).fetchall()
        contents = [_content(row) for row in records]
        bodies = [row["body"] for row in records]
        assert [hashlib.sha256(text.encode()).hexdigest() for text in contents] == [row["digest"] for row in records]
        pages = connection.execute(_PAGES, given).fetchall()
        case = connection.execute(_CASE, given).fetchone() or {}
        everything = "\n".join((*rows.values(), *contents, *bodies))

        self.agency, self.case_id = str(case["agency"]), str(case_id)
        ids = set(_UUID.findall(everything))
        self.ids, self.shared = sorted(ids - shared), sorted(ids & shared)
        self.moments = sorted(set(_MOMENT.findall(everything)))
        self.brand = next(iter(_BRAND.findall(case["parties"])), "")
        self.case_no = case["case_no"]
        # What has no series of its own is numbered after the case.
        self.document_no = case["document_no"] if _NUMBERED.fullmatch(case["document_no"]) else ""
        self.values = [*self.ids, *self.moments, self.brand, self.case_no, self.document_no]
        of_pages = [
            [*_follows(page["content"])[:-2], _escaped(page["searchable"]), _escaped(page["terms"])] for page in pages
        ]
        self.first_page = len(self.values)
        self.values += [token for tokens in of_pages for token in tokens]
        self.first_record = len(self.values)
        origin = ledger.chain_origin(self.agency, self.case_id, "case").hex()
        self.values += [origin, *(row[name] for row in records for name in ("digest", "salt", "leaf"))]
        self.first_shared = len(self.values)
        self.values += self.shared

        places = {token: place for place, token in enumerate(self.values) if token}
        found = re.compile("|".join(map(re.escape, sorted(places, key=len, reverse=True))))
        self.rows = {table: _Text(text, places, found) for table, text in rows.items() if text}
        self.contents = [_Text(text, places, found) for text in contents]
        self.bodies = [_Text(text, places, found) for text in bodies]
        self.pages = [_Text(page["content"].decode(), places, found) for page in pages]

    def copy(self, brand: str, numbers: Series, later: dt.timedelta, people: Mapping[str, str]) -> dict[str, str]:
        """The rows of another case like this one, by table, as COPY reads them."""
        values = list(self.values)
        moments = ((dt.datetime.fromisoformat(one) + later).isoformat(one[10]) for one in self.moments)
        fresh = (*(str(new_id()) for _ in self.ids), *moments, brand[: len(self.brand)])
        values[: len(fresh)] = fresh
        year = self.case_no.partition("-")[0]
        values[len(fresh)] = f"{year}-{numbers.next(year):04d}"
        if numbered := _NUMBERED.fullmatch(self.document_no):
            values[len(fresh) + 1] = f"{numbered[1]}{numbers.next(numbered[1])}号"
        values[self.first_shared :] = [people.get(one, one) for one in self.shared]
        place = self.first_page
        for page in self.pages:
            tokens = _follows(page.of(values).encode())
            values[place : place + len(tokens)] = tokens
            place += len(tokens)
        case_id = values[self.ids.index(self.case_id)]
        previous = ledger.chain_origin(self.agency, case_id, "case")
        values[place] = previous.hex()
        for content, body in zip(self.contents, self.bodies, strict=True):
            salt = secrets.token_bytes(ledger.SALT_BYTES)
            values[place + 1] = hashlib.sha256(content.of(values).encode()).hexdigest()
            previous = ledger.entry_hash(previous, salt, body.of(values))
            values[place + 2], values[place + 3] = salt.hex(), previous.hex()
            place += 3
        return {table: text.of(values) for table, text in self.rows.items()}


_HELD = ", ".join(f"r.{name}::text AS held_{name}" for name in RECORDED)
_RECORDS = f"""
    SELECT {_HELD}, r.digest, e.body, encode(e.salt, 'hex') AS salt, encode(e.leaf_hash, 'hex') AS leaf
    FROM enforcement.process_record r JOIN enforcement.ledger_entry e USING (chain_id, seq)
    WHERE chain_id = %(case)s ORDER BY seq
"""  # noqa: S608  (names of our own columns)
_PAGES = """
    SELECT p.content, p.searchable, p.terms::text
    FROM public_site.publication p JOIN enforcement.disclosure d USING (id) WHERE d.case_id = %(case)s
"""
_CASE = """
    SELECT agency_id AS agency, case_no, document_no,
           (SELECT string_agg(name, ' ') FROM enforcement.party WHERE case_id = c.id) AS parties
    FROM enforcement.case_file c WHERE id = %(case)s
"""


def _rows(connection: Connection, table: str, owner: str, case_id: uuid.UUID) -> str:
    """The rows of a case in a table, as COPY writes them."""
    names = ", ".join(f"t.{name}" for name in _columns(connection, table))
    found = f"SELECT {names} FROM {table} t WHERE {owner} = '{case_id}' ORDER BY 1, 2"  # noqa: S608  (names of ours)
    with connection.cursor().copy(f"COPY ({found}) TO STDOUT".encode()) as copy:
        return b"".join(map(bytes, copy)).decode()


def _columns(connection: Connection, table: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    rows = connection.execute(f"{query} ORDER BY attnum".encode(), (table,))
    return [f'"{row["attname"]}"' for row in rows if row["attname"] not in _GIVEN]


def _content(row: Mapping[str, Any]) -> str:
    """The canonical text that a record's digest covers."""
    held = {name: row[f"held_{name}"] for name in RECORDED}
    return json_text({name: json.loads(text) if name in JSON else text for name, text in held.items()})


def _follows(data: bytes) -> list[str]:
    """What follows from published bytes, wherever rows have it: the bytes, their digest, what was released, terms."""
    content, found = from_bytes(data), digest(data)
    row = row_of(content, data)
    terms = ",".join('"' + term.replace("\\", "\\\\").replace('"', '\\"') + '"' for term in row["terms"])
    return [
        data.hex(), _base64(data), found.hex(), _base64(found), words(content),
        _escaped(row["searchable"]), _escaped("{" + terms + "}"),
    ]  # fmt: skip


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")


@dataclasses.dataclass(slots=True)
class Series:
    """Numbers given one after another: cases by their year, documents by what stands before the number."""

    last: dict[str, int]

    def next(self, series: str) -> int:
        """The next number of a series."""
        self.last[series] = self.last.get(series, 0) + 1
        return self.last[series]


def fill(connection: Connection, still_open: Sequence[uuid.UUID], ended: Sequence[uuid.UUID], count: int) -> None:
    """Write `count` more cases, a sixth of them like one of `still_open`; `connection` is a superuser's.

    The tree has no places for their entries yet: they wait for the sequencer like any others.
    """
    connection.row_factory = psycopg.rows.dict_row
    connection.execute(PLAIN.encode())
    connection.execute("SET session_replication_role = replica")
    shared = frozenset(row["id"] for row in connection.execute(_SHARED, {"cases": [*still_open, *ended]}))
    kinds = [[_Sample(connection, one, shared) for one in some] for some in (ended, still_open)]
    pairs = _pairs(connection)
    numbers = _numbers(connection)
    dice = random.Random(1)  # noqa: S311  (the same everywhere)
    order = dice.sample(range(count), count)
    for first in range(0, count, AT_ONCE):
        rows: dict[str, list[str]] = defaultdict(list)
        for number in order[first : first + AT_ONCE]:
            some = kinds[number % OPEN_EVERY == 0]
            sample = some[number // OPEN_EVERY % len(some)]
            brand = RARE if number % RARE_EVERY == RARE_EVERY // 2 else ""
            brand += "".join(chr(0x4E00 + dice.randrange(5000)) for _ in range(4))
            later = dt.timedelta(seconds=dice.randrange(3 * 3600))
            people = (
                {} if number < OF_OFFICER else dict(zip(pairs[0], pairs[1 + number % (len(pairs) - 1)], strict=True))
            )
            for table, text in sample.copy(brand, numbers, later, people).items():
                rows[table].append(text)
        _write(connection, rows)
    _finish(connection, numbers)


_SHARED = """
    SELECT id::text FROM enforcement.person UNION SELECT id::text FROM enforcement.agency
    UNION SELECT id::text FROM enforcement.unit UNION SELECT id::text FROM enforcement.certificate
"""
_PAIRS = """
    SELECT p.id::text FROM enforcement.person p JOIN enforcement.role_grant g ON g.person_id = p.id
    WHERE g.role = 'officer' AND p.unit_id = (
        SELECT unit_id FROM enforcement.person WHERE username LIKE '%-officer1' AND agency_id = p.agency_id)
    ORDER BY length(p.username), p.username
"""


def _pairs(connection: Connection) -> list[tuple[str, str]]:
    """The officers two by two, those of the samples first."""
    ids = [row["id"] for row in connection.execute(_PAIRS)]
    return list(zip(ids[::2], ids[1::2], strict=True))


def _numbers(connection: Connection) -> Series:
    found = connection.execute(
        "SELECT a.document_prefix, n.series, n.year, n.last FROM enforcement.document_number n"
        " JOIN enforcement.agency a ON a.id = n.agency_id"
    )
    return Series({_series(row): row["last"] for row in found})


def _series(row: Mapping[str, Any]) -> str:
    return str(row["year"]) if row["series"] == "case" else f"{row['document_prefix']}{row['series']}〔{row['year']}〕"


def _write(connection: Connection, rows: Mapping[str, Iterable[str]]) -> None:
    for table, texts in rows.items():
        names = ", ".join(_columns(connection, table))
        with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
            copy.write("".join(texts))


_PENDING = """
    INSERT INTO enforcement.ledger_pending (chain_id, seq)
    SELECT chain_id, seq FROM enforcement.ledger_entry e
    WHERE NOT EXISTS (SELECT FROM enforcement.ledger_pending p WHERE p.chain_id = e.chain_id AND p.seq = e.seq)
      AND NOT EXISTS (SELECT FROM enforcement.ledger_leaf l WHERE l.chain_id = e.chain_id AND l.seq = e.seq)
"""
_WORDS = """
    SELECT enforcement.cut_words(ARRAY(
        SELECT id FROM enforcement.case_file c WHERE NOT EXISTS (SELECT FROM enforcement.words w WHERE w.id = c.id)))
"""


def _finish(connection: Connection, numbers: Series) -> None:
    """What triggers and counters would have done, and what the server does by itself within a minute."""
    connection.execute("ANALYZE enforcement.ledger_entry, enforcement.case_file, enforcement.party")
    connection.execute(_PENDING)
    connection.execute(_WORDS)
    rows = connection.execute(
        "SELECT n.ctid::text AS place, a.document_prefix, n.series, n.year FROM"
        " enforcement.document_number n JOIN enforcement.agency a ON a.id = n.agency_id"
    ).fetchall()
    for row in rows:
        connection.execute(
            "UPDATE enforcement.document_number SET last = %s WHERE ctid = %s::tid",
            (numbers.last[_series(row)], row["place"]),
        )
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
