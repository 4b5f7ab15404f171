"""One of two work trees to be compared (`against.py`): makes cases ready for their decision, serves, waits to be ended.

Run with the work tree as the current folder and on PYTHONPATH; it uses only what both have, by the names both have.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from benchmarks.open_case import fresh_server
from benchmarks.web import application
from config.settings import Settings
from enforcement.actions.access import sign_in
from enforcement.actions.forms import to_data
from enforcement.demo import seed
from enforcement.demo.agencies import MARKET, PASSWORD, sample_id
from enforcement.demo.staff import Staff
from enforcement.demo.walk import Walk
from enforcement.office import open_office
from enforcement.runtime.embedded import Server
from enforcement.work import Office

STRETCHES = 4
"""Of the road of a penalty, up to the decision."""
BACK = dt.timedelta(days=20)


class _Decided(Exception):
    """The walk has come to its decision: here is the form."""

    def __init__(self, form: Any) -> None:
        self.form = form


class _Ready(Walk):
    """A case that goes no further than what it would be decided as."""

    def do(self, login: str, act: str, form: Any) -> Any:
        """Do an act in the case; the decision is kept for later."""
        if act == "make_decision":
            raise _Decided(form)
        return super().do(login, act, form)


def _office(server: Server) -> Office:
    settings = replace(Settings.read("command", {"MINGJIAN_VAR": str(server.var)}), database_url=server.urls().app)
    try:
        program = import_module("enforcement.actions.program").program()
    except ModuleNotFoundError:  # a tree whose office asks for none
        return open_office(settings)  # type: ignore[call-arg]
    return open_office(settings, program)


SET_TO = "set_to" if "set_to" in Office.__dataclass_fields__ else "told"
"""What the clock of an office is set by: the one name that the two trees may not share."""


def _ready(staff: Staff, moment: Callable[[object], dt.datetime], dice: random.Random) -> tuple[uuid.UUID | None, Any]:
    walk = _Ready(replace(staff, office=replace(staff.office, **{SET_TO: moment})))  # type: ignore[arg-type]  # one of the two names
    road = seed._penalty(MARKET, walk, dice)  # noqa: SLF001  (the name that both trees have)
    try:
        for _ in itertools.islice(road, STRETCHES + 1):
            pass
    except _Decided as decided:
        return walk.case_id, decided.form
    raise RuntimeError("a penalty that comes to no decision")


def main(count: int) -> None:
    """Say in one line of JSON where to ask whose what; end when the other end of standard input does."""
    with fresh_server() as server, application(server, "internal", demo=True) as port:
        staff = Staff.of(office := _office(server), sample_id(MARKET))
        then, dice = office.now() - BACK, random.Random(7)  # noqa: S311  (the same cases on both sides)
        ready = [_ready(staff, lambda _: then, dice) for _ in range(count)]
        cookies = {
            who: f"mingjian_session={sign_in(office, f'{MARKET.login}-{who}', PASSWORD)}"
            for who in ("head", "officer1")
        }
        with office.reading(staff.agency_id) as session:
            found = session.connection().exec_driver_sql("SELECT id::text, version FROM enforcement.case_file")
            versions = {case_id: version for case_id, version in found}  # noqa: C416  (rows are no pairs to mypy)
        cases = [
            {"id": str(case_id), "version": versions[str(case_id)], "form": to_data(form)} for case_id, form in ready
        ]
        print(json.dumps({"port": port, "cookies": cookies, "cases": cases}, ensure_ascii=False), flush=True)
        sys.stdin.read()
        office.engine.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]))
