"""`make bench`: every measurement one after another, then one table; ends with 1 if any of them is below its bound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.ratios import rows_asked

FOLDER = Path(__file__).resolve().parent
# In this order: the two of the ledger need no web server and give the first numbers soonest.
SCRIPTS = ("ledger_append", "ledger_verify", "decision_page", "search_page", "open_case", "office")


def run(name: str, rows: int) -> list[str]:
    """Run one script in a process of its own (its servers end with it); the lines it printed, or one that it failed."""
    print(f"\n== {name}", flush=True)
    lines: list[str] = []
    command = [sys.executable, "-m", f"benchmarks.{name}", "--rows", str(rows)]
    with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True) as script:
        for line in script.stdout or ():
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    said = [line for line in lines if line.startswith(("ok    ", "FAILED"))]
    if script.returncode and not any(line.startswith("FAILED") for line in said):
        said.append(f"FAILED            {name}: ended with {script.returncode}")
    return said


def main() -> int:
    """0 if every bound holds."""
    rows = rows_asked(__doc__)
    said = [line for name in SCRIPTS for line in run(name, rows)]
    print("\n        ratio\n" + "\n".join(said))
    return 1 if any(line.startswith("FAILED") for line in said) else 0


if __name__ == "__main__":
    sys.exit(main())
