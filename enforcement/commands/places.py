"""Whether the rules and tests that rows name are there: in the modules, the law's data and the test files."""

import functools
import importlib
import re
import tomllib

from config.settings import ROOT


class Places:
    """Every place a row may name: `module:name`, `config/….toml:key` (or `table.key`, quoted where it holds a point),
    `tests/….py::name`.
    """

    def __contains__(self, place: object) -> bool:
        return isinstance(place, str) and (_is_test(place) if "::" in place else _is_rule(place))


@functools.lru_cache(maxsize=1024)
def _is_rule(where: str) -> bool:
    place, _, name = where.partition(":")
    if not name:
        return False
    if place.endswith(".toml"):
        return (ROOT / place).is_file() and _stands_in(tomllib.loads(_text(place)), name)
    try:
        found: object = importlib.import_module(place)
    except (ImportError, ValueError):
        return False
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None


def _stands_in(table: object, name: str) -> bool:
    for part in [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^."]+)', name)]:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True


@functools.lru_cache(maxsize=1024)
def _is_test(test: str) -> bool:
    file, _, name = test.partition("::")
    if not (ROOT / file).is_file():
        return False
    return re.search(rf"^\s*(async )?def {re.escape(name)}\(", _text(file), re.MULTILINE) is not None


@functools.lru_cache(maxsize=256)
def _text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")
