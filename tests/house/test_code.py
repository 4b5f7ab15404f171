"""House rules about the code that no linter knows; each exception stands here with its reason."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from config.settings import ROOT

COMMITS = {
    "enforcement/work.py": "one actor, one moment, one transaction: the only commit of the core",
    "enforcement/sequencer.py": "a process and a database role of its own, which writes the tree and nothing else",
    "enforcement/sweep/__init__.py": "that a pass was made, which is no agency's and no act",
    "enforcement/verify/steps.py": "how far the verification has come, written by a role that may write nothing else",
    "enforcement/demo/clock.py": "moves the demonstration's clock, which is no act and has no record",
}
CLOCKS = {
    "enforcement/work.py": "the only clock of the core",
    "enforcement/web/health.py": "how long ago something happened to the machine, on whatever day its office is",
    "publish/site/reading.py": "the public process cannot import the core; it says what is today",
    "publish/site/corrections.py": "the public process cannot import the core; the receipt carries the day",
}
LONGEST = 450
VAGUE = re.compile(r"(^|_)(util|utils|helper|helpers|manager|common|misc)(_|$)")
ONE_DAY = 24


@functools.cache
def tracked(*endings: str) -> tuple[str, ...]:
    """Every file of the repository, with what is new in the work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return tuple(path for path in sorted(listed) if path.endswith(endings or ("",)) and (ROOT / path).is_file())


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """The Python files under these packages, parsed."""
    for path in tracked(".py"):
        if path.split("/")[0] in packages:
            yield path, ast.parse((ROOT / path).read_text("utf-8"))


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.expr) -> str:
    """`dt.datetime.now` of the expression that reads so; "" for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def commits(tree: ast.Module) -> bool:
    """Whether it ends a transaction: `.commit()`, or `engine.begin()` which commits on the way out."""
    named = [dotted(call.func) for call in calls(tree)]
    return any(name.endswith((".commit", "engine.begin")) for name in named)


CLOCK_READINGS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")


def reads_the_clock(tree: ast.Module) -> bool:
    if any(dotted(call.func).endswith(CLOCK_READINGS) for call in calls(tree)):
        return True
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "time")
    return any(alias.name in {"time", "time_ns"} for node in imported for alias in node.names)


# --------------------------------------------------------------------------------------------------- one transaction


def test_only_work_commits_but_for_the_reasoned() -> None:
    assert {path for path, tree in sources("enforcement", "media", "publish") if commits(tree)} == set(COMMITS)


def test_only_work_reads_the_clock_but_for_the_reasoned() -> None:
    found = {path for path, tree in sources("enforcement", "media", "publish") if reads_the_clock(tree)}
    assert found == set(CLOCKS)


def test_a_commit_and_a_clock_would_be_noticed() -> None:
    assert commits(ast.parse("session.commit()"))
    assert commits(ast.parse("with office.engine.begin() as connection: pass"))
    assert not commits(ast.parse("with office.begin(actor) as work: pass"))
    for code in ("dt.datetime.now(dt.UTC)", "datetime.now()", "date.today()", "time.time()", "from time import time"):
        assert reads_the_clock(ast.parse(code)), code
    assert not reads_the_clock(ast.parse("office.now()"))


# ------------------------------------------------------------------------------------------------ no number of days


def days_in(tree: ast.Module) -> list[str]:
    """Numbers of days written in code: more than one day, of `timedelta` or of `add_working_days`."""
    found: list[str] = []
    for call in calls(tree):
        name = dotted(call.func).rsplit(".", 1)[-1]
        if name == "timedelta":
            named = [(word.arg or "", word.value) for word in call.keywords]
            for unit, value in [*zip(("days", "seconds"), call.args, strict=False), *named]:
                if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
                    found += _too_long(unit, value.value)
        if name == "add_working_days":
            days = (one.value for one in call.args[1:] if isinstance(one, ast.Constant))
            found += [f"add_working_days {number!r}" for number in days if number != 1]
    return found


def _too_long(unit: str, value: float) -> list[str]:
    long = (unit == "days" and abs(value) > 1) or unit == "weeks" or (unit == "hours" and abs(value) > ONE_DAY)
    return [f"{unit}={value}"] if long else []


def test_no_number_of_days_stands_in_code() -> None:
    found = {path: days for path, tree in sources("enforcement") if "/demo/" not in path and (days := days_in(tree))}
    assert found == {}


def test_a_number_of_days_would_be_noticed() -> None:
    for code in ("timedelta(days=7)", "dt.timedelta(5)", "timedelta(weeks=1)", "calendar.add_working_days(day, 5)"):
        assert days_in(ast.parse(code)), code
    for code in ("timedelta(days=1)", "timedelta(days=number)", "calendar.add_working_days(day, limit.value)"):
        assert not days_in(ast.parse(code)), code


# ------------------------------------------------------------------------------------------------------------- files


def test_no_file_holds_two_things() -> None:
    long = {
        path: lines
        for path in tracked(".py", ".html", ".js", ".css")
        if not path.startswith("migrations/versions/")  # one step is one file, however many tables it lays
        and (lines := (ROOT / path).read_text("utf-8").count("\n")) > LONGEST
    }
    assert long == {}


def test_no_file_and_no_folder_has_a_name_that_says_nothing() -> None:
    vague = [path for path in tracked() if any(VAGUE.search(Path(part).stem) for part in Path(path).parts)]
    assert vague == []


def test_nothing_is_left_to_be_done_later_and_nothing_is_mocked() -> None:
    words = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "raise Not" + "Implemented", "unittest" + ".mock"]))
    found = [
        path
        for path in tracked(".py", ".toml", ".html", ".js", ".md")
        if words.search((ROOT / path).read_text("utf-8"))
    ]
    assert found == []


def test_identifiers_are_english() -> None:
    packages = ("config", "enforcement", "media", "publish", "migrations", "tests", "benchmarks")
    foreign = [
        (path, name)
        for path, tree in sources(*packages)
        for node in ast.walk(tree)
        for name in _names(node)
        if not name.isascii()
    ]
    assert foreign == []


def _names(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (node.name,)
    if isinstance(node, ast.Name):
        return (node.id,)
    return (node.arg,) if isinstance(node, ast.arg) else ()


def test_every_except_of_everything_rolls_back_or_stands_around_one_item_of_a_sweep() -> None:
    """Where `Exception` or `BaseException` is caught, the handler raises again, or the file is one of these."""
    around_one_item = {
        "enforcement/sweep/__init__.py": "one agency: the others are not held up",
        "enforcement/sweep/tally.py": "one item: the others are dealt with all the same",
        "enforcement/scheduler.py": "a pass that failed is told of and tried again",
        "enforcement/verify/snapshot.py": "whatever cannot be read is a finding and hides no other",
    }
    found = {
        path
        for path, tree in sources("enforcement", "media", "publish")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node) and not _raises(node)
    }
    assert found == set(around_one_item)


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or dotted(handler.type) in {"Exception", "BaseException"}


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for part in handler.body for node in ast.walk(part))


# ----------------------------------------------------------------------------------------------------- how law imports


def imports_not_on_top(tree: ast.Module) -> list[str]:
    """Modules imported anywhere but at the top of a file: in a function, or for the type checker alone."""
    inside = {id(node) for node in tree.body}
    imports = (node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return [ast.unparse(node) for node in imports if id(node) not in inside]


def test_the_law_imports_at_the_top_alone_so_that_no_circle_hides() -> None:
    law = {path: tree for path, tree in sources("enforcement") if path.startswith("enforcement/law/")}
    assert law
    assert {path: found for path, tree in law.items() if (found := imports_not_on_top(tree))} == {}


IMPORTED_LATER = {
    "enforcement/commands/demo.py": "sample data are no business of the other commands, which would load them too",
    "publish/names.py": "the dictionary is read where names are looked for, in most processes never",
    "publish/readings.py": "the dictionary is read where something is looked for, never by the public site",
    "wsgi.py": "two applications: the process of one loads nothing of the other",
}


def imports_in_functions(tree: ast.Module) -> list[str]:
    inside = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    found = (one for node in inside for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom))
    return [ast.unparse(one) for one in found]


def test_nothing_is_imported_inside_a_function_but_for_the_reasoned() -> None:
    product = [*sources("config", "enforcement", "media", "publish"), *sources("wsgi.py")]
    assert {path for path, tree in product if imports_in_functions(tree)} == set(IMPORTED_LATER)


def test_an_import_that_is_hidden_would_be_noticed() -> None:
    assert imports_in_functions(ast.parse("def f():\n    from enforcement.law import review"))
    assert not imports_in_functions(ast.parse("if TYPE_CHECKING:\n    from enforcement.law.book import Book"))
    assert imports_not_on_top(ast.parse("def f():\n    from enforcement.law import review"))
    assert imports_not_on_top(ast.parse("if TYPE_CHECKING:\n    from enforcement.law.book import Book"))
    assert not imports_not_on_top(ast.parse("from enforcement.law.book import Book"))


# ------------------------------------------------------------------------------------------------- who reads the law


TOML_READERS = {
    "enforcement/law/book.py": "the strict decoder of the law book",
    "enforcement/commands/places.py": "whether a key that a row names stands in its file, and nothing of what it says",
}


def reads_toml(tree: ast.Module) -> bool:
    imports = (node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return any("tomllib" in ast.unparse(node) for node in imports)


def test_the_laws_files_have_one_reader_and_that_is_the_strict_one() -> None:
    reading = {path for path, tree in sources("config", "enforcement", "media", "publish") if reads_toml(tree)}
    assert reading == set(TOML_READERS)


def test_another_reader_would_be_noticed() -> None:
    assert reads_toml(ast.parse("import tomllib"))
    assert reads_toml(ast.parse("def f():\n    from tomllib import load"))
    assert not reads_toml(ast.parse("import json"))


# ------------------------------------------------------------------------------------------------------ what is shown

OF_THE_CASE = {"records", "standing", "all", "last", "read"}
"""Ways from the facts of a case to what its records hold."""
OF_THE_REVIEW = {"problems_found", "earlier_answers", "unanswered"}


def records_taken(tree: ast.Module) -> list[str]:
    """Where what a record holds is taken from the facts of a case, past what their reader may see."""
    found = [
        dotted(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in OF_THE_CASE and dotted(node.value).endswith("facts")
    ]
    found += [dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in OF_THE_REVIEW]
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return found + [alias.name for node in imported for alias in node.names if alias.name in OF_THE_REVIEW]


def test_pages_and_interface_take_records_only_as_their_reader_may_see_them() -> None:
    taken = {path: found for path, tree in sources("enforcement") if (found := records_taken(tree))}
    assert {path: found for path, found in taken.items() if path.startswith("enforcement/web/")} == {}
    templates = (path for path in tracked(".html") if path.startswith("enforcement/web/"))
    shown = re.compile(rf"facts\.({'|'.join(OF_THE_CASE)})\b")
    assert [path for path in templates if shown.search((ROOT / path).read_text("utf-8"))] == []


def test_a_record_taken_past_its_reader_would_be_noticed() -> None:
    assert records_taken(ast.parse("subject.facts.records"))
    assert records_taken(ast.parse("facts.read('decision_made')"))
    assert records_taken(ast.parse("from enforcement.law.review import problems_found"))
    assert not records_taken(ast.parse("seen(facts, powers)"))
