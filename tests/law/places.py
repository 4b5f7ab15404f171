"""Where the law and its scenarios stand, and the shipped law with one file changed."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from enforcement.law import book

CONFIG = Path(__file__).resolve().parents[2] / "config"
SCENARIOS = Path(__file__).parent / "scenarios"
FILES = book.read(CONFIG)
YEARS: list[Any] = [one.value for name, one in FILES.items() if name.startswith("calendar/")]


def scenarios(name: str, key: str) -> list[dict[str, Any]]:
    """The entries of one kind in one scenario file."""
    entries: list[dict[str, Any]] = tomllib.loads((SCENARIOS / f"{name}.toml").read_text(encoding="utf-8"))[key]
    return entries


def text_of(name: str) -> str:
    """What a file of the law says: "law/deadlines"."""
    return (CONFIG / f"{name}.toml").read_text(encoding="utf-8")


def changed(name: str, before: str, after: str) -> str:
    """What the file says with the first of these words changed."""
    text = text_of(name)
    assert before in text, f"{before} no longer stands in {name}"
    return text.replace(before, after, 1)


def faults(name: str, text: str) -> list[str]:
    """What is wrong with the shipped law where one file says this."""
    return book.faults({**FILES, name: book.decode_file(name, text.encode())}, None)


def faults_of_table(name: str, change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is wrong with the shipped law where the table of one file is changed so."""
    table = tomllib.loads(text_of(name))
    change(table)
    return book.faults({**FILES, name: book.decode_table(name, table)}, None)


def said(name: str, text: str) -> str:
    """The faults in one text, a line each."""
    return "\n".join(faults(name, text))
