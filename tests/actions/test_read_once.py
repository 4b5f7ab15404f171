"""A case is read once in a transaction: what its acts write is carried on, and is what would be read anew."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from enforcement import projection
from enforcement.actions import cases
from enforcement.actions.parties import SetParties
from enforcement.facts import facts_of
from enforcement.law.facts import CaseFacts
from enforcement.models.cases import Case
from enforcement.sweep import sweep
from enforcement.work import Work
from media.demo import make_video
from tests import factories
from tests.actions.measuring import began_at, described
from tests.actions.test_recordings import corrected
from tests.factories import COMPANY, MINOR, PERSON, House

if TYPE_CHECKING:
    from pathlib import Path

READS = re.compile(r"^SELECT .*?FROM enforcement\.(\w+)\s+WHERE \S+\.(?:case_id|chain_id|person_id|id) IN ", re.DOTALL)
"""How the facts of cases are read: of several owners or people at once. What an act looks up for itself names one."""
OF_A_CASE = {"process_record", "party", "case_officer", "recording"}


@contextmanager
def reading(house: House) -> Iterator[Counter[str]]:
    """How often the facts of a case are read from each table within one transaction: the most of any."""
    most: Counter[str] = Counter()
    here: Counter[str] = Counter()

    def sent(_c: object, _u: object, statement: str, *_rest: object) -> None:
        if found := READS.match(statement):
            here[found[1]] += 1
            most[found[1]] = max(most[found[1]], here[found[1]])

    def begun(_c: object) -> None:
        here.clear()

    event.listen(house.office.engine, "before_cursor_execute", sent)
    event.listen(house.office.engine, "begin", begun)
    yield most
    event.remove(house.office.engine, "before_cursor_execute", sent)
    event.remove(house.office.engine, "begin", begun)


def do_all_that_changes_what_is_known(house: House, folder: Path) -> None:
    """Parties corrected, officers changed, films taken in and put right, cases of every kind; two acts in one pass."""
    walk = factories.open_case(house.market)
    walk.do("officer1", "set_parties", SetParties(parties=(COMPANY, PERSON)))
    walk.do("officer1", "set_parties", SetParties(parties=(PERSON,)))
    film, began = make_video(folder / "film.mp4", 2, size="160x120"), began_at(walk)
    for activity in ("seizure", "on_site"):
        taken = walk.film(described(walk, began, activity), film)
    earlier = began - dt.timedelta(hours=1)
    walk.do("officer1", "correct_recording_start", corrected(str(walk.data(taken)["recording_id"]), earlier))
    walk.film(described(walk, earlier, "investigation"), film)
    for login in ("officer3", "officer2"):
        officers = (house.market.id("officer1"), house.market.id(login))
        walk.do("head", "assign_officers", cases.AssignOfficers(officers=officers, reason="工作调整"))
    factories.penalty(house.market, until="case_closed", **factories.MAJOR)
    factories.license(house.market, until="served")
    factories.inspection(house.market)
    public = factories.released(factories.penalty(house.market))
    sweep(house.office, fetch=None)
    public.do("officer1", "set_parties", SetParties(parties=(COMPANY, MINOR)))
    done = sweep(house.office, fetch=None).done
    assert (done["taken_down"], done["withheld"]) == (1, 1)


def test_what_is_carried_on_is_what_would_be_read_anew(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    write = projection.write_case

    def write_and_compare(work: Work, case: Case, carried: CaseFacts) -> None:
        known, work.cases = work.cases, {}
        assert told(carried) == told(facts_of(work, case))
        work.cases = known
        compared.append(carried.records[-1].act)
        write(work, case, carried)

    monkeypatch.setattr(projection, "write_case", write_and_compare)
    do_all_that_changes_what_is_known(house, tmp_path)
    assert {"set_parties", "take_in_recording", "correct_recording_start", "assign_officers"} <= set(compared)


def told(facts: CaseFacts) -> dict[str, object]:
    """What is read of a case, as JSON tells it: a list and a tuple say the same, and so do rows in any order."""
    rows = {
        "records": facts.records,
        "parties": facts.parties,
        "officers": sorted(facts.officers, key=lambda one: one.person_id),
        "recordings": sorted(facts.recordings, key=lambda one: one.id),
        "acted": sorted(facts.acted.values(), key=lambda one: one.person_id),
    }
    found: dict[str, object] = json.loads(json.dumps(rows, default=_plain))
    return found | {"stage": facts.stage}


def _plain(value: object) -> object:
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else str(value)


def test_the_rows_of_a_case_are_read_once_in_an_act_and_once_in_a_pass(house: House, tmp_path: Path) -> None:
    with reading(house) as most:
        do_all_that_changes_what_is_known(house, tmp_path)
    assert most.keys() >= OF_A_CASE | {"person", "certificate"}
    assert {table: most[table] for table in OF_A_CASE} == dict.fromkeys(OF_A_CASE, 1)
