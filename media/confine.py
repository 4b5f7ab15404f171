"""Run a program that reads hostile bytes: in its own process, under limits of time, memory and output that it cannot
lift.

The limits are set by `media/launcher.py` in a fresh interpreter which then becomes the program: setting them between
fork and exec is not safe in a process with threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from signal import SIGKILL
from threading import Thread
from typing import IO, cast

from media.errors import MediaRefused

_LAUNCHER = Path(__file__).with_name("launcher.py")
_KEPT = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
"""The environment a confined program sees: no address of a database, no key."""
_ERRORS_KEPT = 1 << 14


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: `seconds` by the clock (and of time on each core), `memory` bytes of address space,
    `output` bytes written.
    """

    seconds: int = 60
    memory: int = 2 << 30
    output: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. `code` is the exit code, negative for the signal that ended it; `errors` the last of what it
    complained.
    """

    code: int
    out: bytes
    errors: str


def _keep(stream: IO[bytes], kept: bytearray, most: int) -> None:
    """Read a pipe to its end but keep at most `most` bytes of it: a flood cannot fill our memory."""
    while chunk := cast("BufferedReader", stream).read1(1 << 16):
        kept += chunk[: most - len(kept)]


def run(argv: Sequence[str], limits: Limits, *, read: Path | None = None) -> Finished:
    """Run the program under the limits and wait for it.

    `read` is opened here and handed over as standard input, so that no name of it is needed.
    Raises MediaRefused("too_costly") when the clock runs out or more than `limits.output` bytes are printed.
    """
    bounds = (str(limits.seconds), str(limits.memory), str(limits.output))
    with (
        (read or Path(os.devnull)).open("rb") as standard_input,
        subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCHER), *bounds, *argv],
            stdin=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            start_new_session=True,
        ) as process,
    ):
        out, errors = bytearray(), bytearray()
        readers = [
            Thread(target=_keep, args=(process.stdout, out, limits.output + 1), daemon=True),
            Thread(target=_keep, args=(process.stderr, errors, _ERRORS_KEPT), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            process.wait(limits.seconds)
        except subprocess.TimeoutExpired as late:
            raise MediaRefused("too_costly", f"not finished after {limits.seconds} s") from late
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, SIGKILL)
                process.wait()
            for reader in readers:
                reader.join()
    if len(out) > limits.output:
        raise MediaRefused("too_costly", f"more than {limits.output} bytes of output")
    return Finished(process.returncode, bytes(out), errors.decode("utf-8", "replace"))
