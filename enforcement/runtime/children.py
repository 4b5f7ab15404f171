"""Start a child process that cannot outlive its parent and that hears only what its parent tells it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    on_parent_death: signal.Signals,
    environ: Mapping[str, str] | None = None,
    output: int | IO[bytes] | None = None,
    errors: int | IO[bytes] = subprocess.STDOUT,
    user: str | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (a Ctrl-C at the terminal reaches only the parent).

    `on_parent_death` is what the kernel sends to the child when the thread that called this ends, however it ends;
    so call it from the main thread. Outside Linux a child may outlive a killed parent: the next start finds it.
    """
    parent = os.getpid()

    def before_exec() -> None:
        # A job started in the background inherits SIGINT ignored; the child must hear it all the same.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_with_parent(on_parent_death)
        if os.getppid() != parent:  # the parent was gone before the kernel was asked
            os._exit(1)

    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors if output is not None else None,
        env=dict(environ) if environ is not None else None,
        cwd=cwd,
        user=user,
        group=user,
        extra_groups=[] if user is not None else None,
        start_new_session=True,
        preexec_fn=before_exec,  # noqa: PLW1509  (no threads run yet where this is called)
    )


def stop(child: subprocess.Popen[bytes], how: signal.Signals, *, seconds: float) -> None:
    """Ask `child` to end, wait at most `seconds`, then end it and everything it started that is still there."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            child.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    sweep(child)
    child.wait()


def sweep(child: subprocess.Popen[bytes], *, seconds: float = 2.0) -> None:
    """End whatever is left in the child's session (workers of a killed server keep its port open), and see it gone."""
    until = time.monotonic() + seconds
    with suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < until:
            os.killpg(child.pid, signal.SIGKILL)
            child.poll()
            time.sleep(0.02)


def end_with_parent(how: signal.Signals) -> None:
    """Ask the kernel to send `how` to this process when its parent ends (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)


def blocks(pid: int, what: signal.Signals) -> bool:
    """Whether process `pid` blocks the signal `what` (Linux only; False elsewhere)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    masks = (line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:"))
    return any(int(mask, 16) >> (what - 1) & 1 for mask in masks)
