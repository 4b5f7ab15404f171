"""Set limits on this process, then become another program. Started by `media.confine`; standard library only, nothing
else is imported.

    python -I -S launcher.py <seconds> <memory> <output> <program> [arguments…]
"""

from __future__ import annotations

import os
import resource
import sys


def main(argv: list[str]) -> None:
    """Set the limits and exec. They are hard limits: the program cannot raise them again."""
    seconds, memory, output = (int(value) for value in argv[1:4])
    cpu = seconds * (os.cpu_count() or 1)
    for limit, value in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))
    os.execv(argv[4], argv[4:])  # noqa: S606 - the point: no shell, a list of arguments


if __name__ == "__main__":
    main(sys.argv)
