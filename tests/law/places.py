"""Where the law and its scenarios stand."""

import tomllib
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parents[2] / "config"
SCENARIOS = Path(__file__).parent / "scenarios"


def scenarios(name: str, key: str) -> list[dict[str, Any]]:
    """The entries of one kind in one scenario file."""
    entries: list[dict[str, Any]] = tomllib.loads((SCENARIOS / f"{name}.toml").read_text(encoding="utf-8"))[key]
    return entries
