"""A pytest plugin that writes down which lines each test ran: `-p tests.proofs.mutation.lines`.

`MINGJIAN_LINES` names the file to write: JSON of `{"tests": {id: {"seconds", "database", "lines"}}, "shared": lines}`,
where lines are `{source: number with a bit for each line, in hexadecimal}`. Shared is what ran for several tests of the
file: while modules were loaded and in fixtures that outlive a test. Tests that did not pass are left out.
Seconds are those of the processor: a busy machine makes no test a slow one.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import coverage
import pytest

SHARED = "shared"
LIBRARIES = "libraries.json"
TREE = Path.cwd()

_cover = coverage.Coverage(data_file=None, include=[f"{TREE}/enforcement/*", f"{TREE}/publish/*"])
_cover.set_option("run:disable_warnings", ["no-data-collected"])
_cover.start()
_cover.switch_context(SHARED)
_seconds: dict[str, float] = {}
_failed: set[str] = set()
_database: set[str] = set()
_now = [SHARED]


def _switch(context: str) -> str:
    before, _now[0] = _now[0], context
    _cover.switch_context(context)
    return before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    _switch(item.nodeid)
    if "server" in getattr(item, "fixturenames", ()):
        _database.add(item.nodeid)
    started = time.process_time()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] = time.process_time() - started
        _switch(SHARED)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    before = _switch(SHARED if fixturedef.scope != "function" else _now[0])
    try:
        return (yield)
    finally:
        _switch(before)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if not report.passed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    _cover.stop()
    data = _cover.get_data()
    lines: dict[str, dict[str, int]] = {}
    for file in data.measured_files():
        source = str(Path(file).relative_to(TREE))
        for line, contexts in data.contexts_by_lineno(file).items():
            for context in contexts:
                of = lines.setdefault(context, {})
                of[source] = of.get(source, 0) | 1 << line
    written = {context: {source: f"{bits:x}" for source, bits in of.items()} for context, of in lines.items()}
    tests = {
        test: {"seconds": round(seconds, 3), "database": test in _database, "lines": written.get(test, {})}
        for test, seconds in _seconds.items()
        if test not in _failed
    }
    Path(os.environ["MINGJIAN_LINES"]).write_text(json.dumps({"tests": tests, "shared": written.get(SHARED, {})}))
    foreign = [name for name, module in list(sys.modules.items()) if _is_foreign(module)]
    (TREE / LIBRARIES).write_text(json.dumps(foreign))


def _is_foreign(module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not Path(file).is_relative_to(TREE)
