"""SQL searches columns, never what the JSON of a process record holds: that text may one day be encrypted or gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from config.settings import ROOT
from enforcement.models.cases import ProcessRecord
from tests.house.test_code import dotted, sources

JSON_OF_RECORDS = {f"ProcessRecord.{name}" for name in ("data", "people", "wrote")}
LOOKS_INSIDE = re.compile(r"->|#>|@>|<@|@\?|@@|\bjsonb?_\w+|\b(?:data|people|wrote)\s*\[")
"""What takes JSON apart in SQL."""


def expressions(tree: ast.Module) -> Iterator[str]:
    """Where a column of JSON stands as anything but a column that is read whole."""
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Attribute) and dotted(child) in JSON_OF_RECORDS and not reads_whole(node):
                yield ast.unparse(node)


def reads_whole(around: ast.AST) -> bool:
    """Whether what stands around a column only lists it."""
    if isinstance(around, ast.Call):
        return dotted(around.func).rsplit(".", 1)[-1] == "select"
    return isinstance(around, (ast.Tuple, ast.List))


def statements(tree: ast.Module) -> Iterator[str]:
    """Strings that take JSON apart, in a file that names the table of the records. What explains itself is none."""
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained
    ]
    if any(re.search(r"\bprocess_record\b", text) for text in texts):
        yield from (text for text in texts if LOOKS_INSIDE.search(text))


def test_no_statement_looks_into_the_json_of_records() -> None:
    packages = ("config", "enforcement", "media", "publish", "migrations")
    found = {path: [*expressions(tree), *statements(tree)] for path, tree in sources(*packages)}
    assert {path: some for path, some in found.items() if some} == {}


def test_no_view_function_or_index_of_the_database_does() -> None:
    lines = (ROOT / "migrations" / "SCHEMA").read_text("utf-8").splitlines()
    of_records = [line for line in lines if "process_record" in line]
    assert of_records
    assert [line for line in of_records if LOOKS_INSIDE.search(line)] == []


def test_the_json_of_a_record_is_what_this_looks_for() -> None:
    json = {column.name for column in ProcessRecord.__table__.c if str(column.type) == "JSONB"}
    assert {f"ProcessRecord.{name}" for name in json} == JSON_OF_RECORDS


@pytest.mark.parametrize(
    "code",
    [
        "select(ProcessRecord.data['sha256'].astext)",
        "query.where(ProcessRecord.data.op('->>')(name) == value)",
        "query.where(ProcessRecord.people.contains(who))",
        "query.where(func.jsonb_exists(ProcessRecord.data, name))",
        "held = ProcessRecord.wrote",
        "_X = \"SELECT data ->> 'request' FROM enforcement.process_record\"",
        "_X = f\"SELECT {columns}, r.data #>> '{{a}}' FROM enforcement.process_record r\"",
        "_A = \"data -> 'size' AS size\"\n_B = f'SELECT {_A} FROM enforcement.process_record'",
        "_X = 'SELECT FROM enforcement.process_record, jsonb_array_elements(wrote)'",
    ],
)
def test_a_look_inside_would_be_noticed(code: str) -> None:
    tree = ast.parse(code)
    assert [*expressions(tree), *statements(tree)]


@pytest.mark.parametrize(
    "code",
    [
        "select(ProcessRecord.data).where(ProcessRecord.event == 'decision_made')",
        "columns = (ProcessRecord.seq, ProcessRecord.data, ProcessRecord.people)",
        "_X = 'SELECT data::text FROM enforcement.process_record'",
        "def f() -> str:\n    '''A record of process_record -> its text.'''",
    ],
)
def test_a_column_that_is_read_whole_is_not(code: str) -> None:
    tree = ast.parse(code)
    assert [*expressions(tree), *statements(tree)] == []
