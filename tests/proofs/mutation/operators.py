"""Small slips in the code of a function, each of a named kind: what a hand or a hurried change does.

Left alone are docstrings, annotations, words for people (a changed text is no mutant of ours), logging and whatever
runs only while a module is loaded.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator: TypeAlias = Literal[
    "comparison", "constant", "dropped condition", "dropped call", "and/or", "early return"
]  # fmt: skip
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

OTHER: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
"""What a comparison becomes: the bound moved by one, and the opposite."""
LOGGERS = {"log", "logger", "logging", "structlog"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One slip: bytes `start` to `end` of `file` become `text`. `was` and `becomes` say it without positions.

    `lines`: where it stands and where its statement begins.
    """

    file: str
    function: str
    lines: tuple[int, int]
    operator: Operator | Literal["known"]
    was: str
    becomes: str
    start: int
    end: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.lines[0]} {self.function}: {self.operator}: {self.was} -> {self.becomes}"

    def of(self, source: bytes) -> bytes:
        """The file with the slip in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def mutants(file: str, source: bytes) -> list[Mutant]:
    """Every mutant of a file, in order of place; no two have the same words in one function. Few do not compile."""
    found: dict[tuple[str, str, str], Mutant] = {}
    reader = _Reader(file, source)
    for function, name in _functions(ast.parse(source), ()):
        for mutant in reader.of_function(function, name):
            found.setdefault((mutant.function, mutant.was, mutant.becomes), mutant)
    return list(found.values())


def compiles(source: bytes) -> bool:
    """Whether it is Python at all."""
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _functions(node: ast.AST, names: tuple[str, ...]) -> Iterator[tuple[Function, str]]:
    """The functions of a module and of its classes; what stands inside a function belongs to it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child, ".".join((*names, child.name))
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, (*names, child.name))


class _Reader:
    def __init__(self, file: str, source: bytes) -> None:
        self.file = file
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def of_function(self, function: Function, name: str) -> Iterator[Mutant]:
        body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
        for statement in body[:1] + [one for one in body[1:] if not isinstance(one, ast.Return)]:
            if not (statement is body[0] and isinstance(statement, ast.Return | ast.Raise | ast.Pass)):
                yield self._early_return(name, statement)
        for statement in body:
            line = statement.lineno
            for node in _inside(statement):
                line = node.lineno if isinstance(node, ast.stmt) else line
                for operator, changed, other in _changes(node):
                    yield self._mutant(name, line, operator, changed, other)

    def _mutant(self, name: str, line: int, operator: Operator, node: ast.expr | ast.stmt, other: ast.AST) -> Mutant:
        start, end = self._span(node)
        becomes = ast.unparse(other)
        text = becomes if isinstance(node, ast.stmt | ast.Constant) else f"({becomes})"
        lines = (node.lineno, line)
        return Mutant(self.file, name, lines, operator, ast.unparse(node), becomes, start, end, text)

    def _early_return(self, name: str, before: ast.stmt) -> Mutant:
        start, _ = self._span(before)
        if decorators := getattr(before, "decorator_list", []):
            start = self._span(decorators[0])[0] - 1
        text = "return\n" + " " * before.col_offset
        becomes = f"return before {ast.unparse(before).splitlines()[0]}"
        lines = (before.lineno, before.lineno)
        return Mutant(self.file, name, lines, "early return", "", becomes, start, start, text)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        if node.end_lineno is None or node.end_col_offset is None:
            raise ValueError(node)
        return self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and what stands in it, but for annotations, texts put together, logging and what is raised."""
    if isinstance(node, ast.JoinedStr | ast.arguments | ast.Raise | ast.Assert) or _logs(node):
        return
    yield node
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _inside(child)


def _logs(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return any(isinstance(part, ast.Name) and part.id in LOGGERS for part in ast.walk(node.func))


Change: TypeAlias = tuple[Operator, ast.expr | ast.stmt, ast.AST]
"""By which operator, what part of a node, into what."""


def _changes(node: ast.AST) -> Iterator[Change]:
    """What may be changed at one node."""
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                for other in OTHER[type(op)]:
                    yield "comparison", node, _with(node, ops=[*ops[:at], other(), *ops[at + 1 :]])
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            yield "constant", node, ast.Constant(value + 1)
            yield "constant", node, ast.Constant(value - 1)
        case ast.BoolOp(op=op, values=values):
            yield "and/or", node, _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for at in range(len(values)):
                rest = [*values[:at], *values[at + 1 :]]
                yield "dropped condition", node, rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.Expr(value=ast.Call() as call) if not _logs(call):
            yield "dropped call", node, ast.Pass()
        case _:
            yield from _dropped_conditions(node)


def _dropped_conditions(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "dropped condition", node, operand
        case ast.If(test=test) | ast.IfExp(test=test) if not _only_words(node):
            yield "dropped condition", test, ast.Constant(True)
            yield "dropped condition", test, ast.Constant(False)
        case ast.comprehension(ifs=conditions):
            for condition in conditions:
                yield "dropped condition", condition, ast.Constant(True)
        case _:
            pass


def _only_words(node: ast.AST) -> bool:
    """Whether it only chooses between two texts."""
    if not isinstance(node, ast.IfExp):
        return False
    return all(
        isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in (node.body, node.orelse)
    )


def _with(node: ast.expr, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
