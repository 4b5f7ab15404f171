"""Whatever a superuser changes past every trigger is named, and nothing else is.

Every column of every table of both schemas is changed, one at a time, in a database with the story and 300 seeded
cases; emptied where it may be; a row is taken out, and one put in. What is in no chain (`wrote.NOT_RECORDED`) is
printed with its reason, and changing it names nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from config.settings import ROOT
from enforcement.models.requests import DIGESTED
from enforcement.runtime import schema
from enforcement.runtime.embedded import Server
from enforcement.verify import Finding
from enforcement.wrote import NOT_RECORDED
from tests.conftest import FAST, own_folder
from tests.proofs.frame import Trial, prove
from tests.proofs.tampering import whole
from tests.proofs.tampering.changes import Change, Connection, Made, Row, changes, tables
from tests.proofs.tampering.installation import Installation, build

CASES = 300
PROCESSES = int(os.environ.get("PROCESSES", os.cpu_count() or 1))
"""How many build and try at a time, each with a connection of its own."""
ABOUT = ("config", "enforcement", "media", "migrations", "publish", "tests/proofs/tampering", "tests/proofs/tamper.py")


REQUEST = "public_site.correction_request"


def listed(change: Change, made: Made) -> bool:
    """Whether a change touches nothing of any chain."""
    if change.table.name == REQUEST and not any(row.get("taken_up_at") for row in (made.before, made.after)):
        return True  # what the public sent and nobody has taken up
    if change.table.name == REQUEST and change.column in DIGESTED:
        return False
    return change.table.name in NOT_RECORDED or f"{change.table.name}.{change.column}" in NOT_RECORDED


def fault(installation: Installation, change: Change) -> str | None:
    """None where the change is named and nothing else is, or is on the list and nothing is named."""
    with installation.undone() as connection:
        pages = _pages(connection)
        made = change.make(connection)
        found = installation.said_within(connection).findings
    print(f"{change}: {said(found)}", flush=True)
    rules = [one for one in found if made.unruled and one.table == "schema"]
    about = [one for one in found if one not in rules and is_about(one, change, made, pages)]
    others = [one for one in found if one not in about and one not in rules]
    if others:
        return f"{change}: something else is named: {said(others)}"
    if listed(change, made):
        return f"{change}: on the list, and named: {said(about)}" if about else None
    return None if about else f"{change}: not named"


def said(found: Iterable[Finding]) -> str:
    """Findings in one line."""
    return "; ".join(f"{one.table} {one.zh}" for one in found) or "nothing"


PAGES = {"public_site.publication": "id", "public_site.publication_version": "publication_id"}
"""Tables whose rows go by the number of a published document, and by which column."""


def _pages(connection: Connection) -> dict[str, str]:
    """The number of every published document by its id."""
    return dict(connection.execute("SELECT id::text, document_no FROM public_site.publication").fetchall())


def is_about(finding: Finding, change: Change, made: Made, pages: Mapping[str, str]) -> bool:
    """Whether a finding names the table and the row that was changed, by its key as it was or as it is."""
    if finding.table != change.table.name.removeprefix("enforcement."):
        return False
    rows = [row for row in (made.before, made.after) if row]
    if column := PAGES.get(change.table.name):
        numbers = {row.get("document_no", pages.get(row[column])) for row in rows} - {None}
        if any(str(number) in finding.zh for number in numbers):
            return True
    return any(names(finding, row, change.table.key) for row in rows)


def names(finding: Finding, row: Row, key: Sequence[str]) -> bool:
    """Whether a finding names a row with this key."""
    if finding.subtree is not None:
        return finding.subtree == (row["level"], row["idx"])
    for name, said in (("size", finding.size), ("position", finding.position)):
        if said is not None and name in row:
            return said == int(row[name])
    chain = row.get("chain_id", row.get("owner_id", row.get("case_id")))
    number = row.get("seq", row.get("started_seq"))
    if chain is not None and number is not None:
        return finding.chain_id == chain and finding.seq in {number, None}
    return all(str(row[name]) in finding.zh or row[name] == finding.chain_id for name in key)


@contextmanager
def installation(cases: int = CASES) -> Iterator[Installation]:
    """A sound one, on a server of its own."""
    with own_folder() as folder:
        server = Server(folder, arguments=FAST)
        server.start()
        try:
            schema.upgrade(server.prepare("sound").owner)
            sound = Installation(server, server.urls("sound"), folder)
            build(sound, cases, PROCESSES)
            if wrong := sound.verify().findings:
                raise SystemExit(f"tamper: the untouched installation does not hold: {said(wrong)}")
            yield sound
        finally:
            server.stop()


def trials(sound: Installation, seed: int) -> list[Trial]:
    """Every damage to the whole, then every change."""
    with sound.superuser() as connection:
        every = changes(tables(connection), seed)
    damages = [Trial("whole", damage) for damage in whole.trials(sound, seed).values()]
    return [*damages, *(Trial(change.way, partial(fault, sound, change)) for change in every)]


if __name__ == "__main__":
    for place, reason in NOT_RECORDED.items():
        print(f"in no chain: {place}: {reason}")
    with installation() as sound:
        prove("tamper", partial(trials, sound), inputs=[ROOT / each for each in ABOUT], processes=PROCESSES)
