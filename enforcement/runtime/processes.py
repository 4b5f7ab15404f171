"""`make run`: database, internal application, public site and scheduler under one supervisor.

The supervisor is the only parent. It starts the database first and stops it last; a child that dies is started again,
after a longer wait each time; when the supervisor itself is killed the kernel ends its children, and the next start
finds whole data. Run as `python -m enforcement.runtime.processes`.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Literal

import psutil

from config.doors import threads
from config.fitness import check_database
from config.settings import DATABASES, HOLDS, KEY_FILES, ROOT, Process, Settings, Unfit
from enforcement.runtime import children, keys, schema
from enforcement.runtime.embedded import InUse, Server
from enforcement.runtime.samples import Samples

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds to wait for a command that is using the embedded server
READY_SECONDS = 180.0
STOP_SECONDS = 15.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
STEADY_SECONDS = 60.0  # after so long a life the next death is a new trouble
LOG_BYTES = 10_000_000
MARK = "MINGJIAN_SUPERVISED"  # in the environment of every child: the `var` it was started for


class Asked(BaseException):
    """SIGINT or SIGTERM arrived. Not an Exception: nothing on the way out may swallow it."""


def say(text: str) -> None:
    """One line for whoever started it."""
    print(text, flush=True)  # noqa: T201


@dataclass(slots=True)
class Child:
    """One process the supervisor keeps alive."""

    name: str
    zh: str
    process: Process
    command: list[str]
    port: int | None = None
    running: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    again_at: float = field(default=0.0)


def web(name: Literal["internal", "public"], zh: str, port: int, settings: Settings) -> Child:
    """One of the two web applications of wsgi.py."""
    count = str(threads(settings.pages, settings.transfers))
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws",
        "--workers", "1", "--blocking-threads", count, "--workers-kill-timeout", "10", "--log-level", "warning",
        "--factory", f"wsgi:{name}",
    ]  # fmt: skip
    return Child(name, zh, name, command, port)


class Supervisor:
    """Starts, watches and stops everything of one installation."""

    def __init__(self, settings: Settings, *, parent: int | None = None) -> None:
        self.settings = settings
        self.parent = parent
        self.server: Server | None = None
        self.samples = Samples(settings.var)
        self.lock: IO[bytes] | None = None
        self.logs = settings.var / "log"
        self.children = [
            web("internal", "内部系统", settings.internal_port, settings),
            web("public", "公示平台", settings.public_port, settings),
            Child("scheduler", "定时任务", "scheduler", [sys.executable, "-m", "enforcement.scheduler"]),
        ]

    # ----------------------------------------------------------------------------------------------------------- start
    def run(self) -> None:
        """Start everything, keep it going until asked to stop, stop everything. Raises Unfit if it cannot start."""
        signal.signal(signal.SIGINT, _asked)
        signal.signal(signal.SIGTERM, _asked)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means: stay
            signal.signal(signal.SIGHUP, _asked)
        try:
            self.start()
            self.watch()
        except Asked:
            say("正在停止……")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self.stop()
        say("已停止，数据保留在 " + str(self.settings.var))

    def start(self) -> None:
        """Bring up the database, then the applications; return when both applications answer."""
        self.be_the_only_one()
        self.end_left_over()
        for child in self.children:
            if child.port is not None:
                check_port(child.port, child.zh)
        keys.ensure(self.settings.var)
        if self.settings.embedded:
            self.server = self.own_server()
        if self.server is not None:
            self.open_database(self.server)
        else:
            check_operators_database(self.settings)
        self.settings = replace(self.settings, demo=self.server is not None and self.samples.shown)
        for child in self.children:
            self.spawn(child)
        self.wait_until_ready()
        self.welcome()

    def be_the_only_one(self) -> None:
        """One supervisor per `var`: hold a lock for as long as this process lives."""
        self.settings.var.mkdir(parents=True, exist_ok=True)
        self.lock = (self.settings.var / "run.lock").open("wb")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unfit(f"{self.settings.var} 已有一个明鉴在运行，请先停止它，或用 MINGJIAN_VAR 另设目录。") from None

    def own_server(self) -> Server:
        """Start the embedded server; wait a little for a command that is using it."""
        server = Server(self.settings.var)
        self.samples.expect(server)
        until = time.monotonic() + PATIENCE
        said = False
        while True:
            try:
                server.start()
            except InUse:
                if time.monotonic() > until:
                    raise
                if not said:
                    say("另一条命令正在使用数据库，等它结束……")
                    said = True
                time.sleep(0.5)
            else:
                return server

    def open_database(self, server: Server) -> None:
        """Prepare and migrate; on the very first start load the sample agencies."""
        load = self.samples.make_room(server)
        say("正在准备数据库……")
        urls = server.prepare()
        schema.upgrade(urls.owner)
        self.settings = self.settings.with_urls(urls.as_settings())
        if load:
            say("正在载入样例机关……")
            self.samples.loaded(self.load_demo())

    def load_demo(self) -> str:
        """`flask demo load` against our own database; what it prints (the sample accounts) is shown at every start."""
        environ = self.environ("command") | {"MINGJIAN_DEMO": "1"}
        log = self.logs / "demo.log"
        self.logs.mkdir(exist_ok=True)
        with log.open("wb") as errors:
            loading = children.spawn(
                [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "load"],
                on_parent_death=signal.SIGKILL,
                environ=environ,
                output=subprocess.PIPE,
                errors=errors,
                cwd=ROOT,
            )
        try:
            said, _ = loading.communicate()
        finally:
            children.stop(loading, signal.SIGTERM, seconds=5)
        if loading.returncode:
            raise Unfit(f"样例机关未能载入，详见 {log}。{_last_line(log)}")
        return said.decode()

    def environ(self, process: Process) -> dict[str, str]:
        """The environment of a child: of the database URLs and keys, only those it may hold."""
        holds = HOLDS[process]
        hidden = set(DATABASES.values()) | {
            variable + ending for name, variable in KEY_FILES.items() if name not in holds for ending in ("", "_FILE")
        }
        environ = {name: value for name, value in os.environ.items() if name not in hidden}
        for name, variable in DATABASES.items():
            if name in holds and (url := getattr(self.settings, name)):
                environ[variable] = url
        environ["MINGJIAN_VAR"] = environ[MARK] = str(self.settings.var)
        environ["MINGJIAN_DEMO"] = str(int(self.settings.demo))
        environ["PYTHONUNBUFFERED"] = "1"
        return environ

    def spawn(self, child: Child) -> None:
        """Start one child; its output goes to var/log."""
        self.logs.mkdir(exist_ok=True)
        log = self.log(child)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            child.running = children.spawn(
                child.command,
                on_parent_death=signal.SIGTERM,
                environ=self.environ(child.process),
                output=output,
                cwd=ROOT,
            )
        child.started = time.monotonic()
        # If a web server is killed together with us, its workers outlive both: note whose they are.
        self.pid_file(child).write_text(str(child.running.pid), encoding="ascii")

    def log(self, child: Child) -> Path:
        """Where a child's output goes."""
        return self.logs / f"{child.name}.log"

    def end_left_over(self) -> None:
        """End what a killed supervisor left running: processes of the sessions we noted, started for this `var`."""
        sessions = set()
        for child in self.children:
            with suppress(OSError, ValueError):
                sessions.add(int(self.pid_file(child).read_text(encoding="ascii")))
            self.pid_file(child).unlink(missing_ok=True)
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if os.getsid(process.pid) in sessions and process.environ().get(MARK) == str(self.settings.var):
                    process.kill()
                    process.wait(10)

    def pid_file(self, child: Child) -> Path:
        """Where a child's session is noted."""
        return self.settings.var / f"{child.name}.pid"

    def wait_until_ready(self) -> None:
        """Wait until both applications answer; raise Unfit with the last words of one that ends instead."""
        until = time.monotonic() + READY_SECONDS
        for child in self.children:
            while child.port is not None and not _listening(child.port):
                if child.running is not None and child.running.poll() is not None:
                    raise Unfit(f"{child.zh}未能启动，详见 {self.log(child)}。{_last_line(self.log(child))}")
                if time.monotonic() > until:
                    raise Unfit(f"{child.zh}在 {READY_SECONDS:.0f} 秒内没有应答，详见 {self.log(child)}。")
                self.heed_parent()
                time.sleep(0.1)

    def welcome(self) -> None:
        """Addresses and, in the demo, who may log in."""
        say(f"\n明鉴已启动\n  内部系统  http://{HOST}:{self.settings.internal_port}")
        say(f"  公示平台  http://{HOST}:{self.settings.public_port}")
        if self.settings.demo:
            say("\n" + self.samples.accounts.read_text(encoding="utf-8").strip())
        say("\n按 Ctrl-C 停止。")

    # ----------------------------------------------------------------------------------------------------------- watch
    def watch(self) -> None:
        """Keep everything alive, for ever."""
        while True:
            if self.server is not None and self.server.child is not None and self.server.child.poll() is not None:
                say("数据库意外停止，正在重新启动……")
                self.server.restart()
                say("数据库已恢复。")
            for child in self.children:
                self.look_after(child)
            self.heed_parent()
            time.sleep(0.2)

    def heed_parent(self) -> None:
        """Under make, stop when make was told to: it passes SIGTERM on, but waits in silence after a SIGINT of its own.

        While it waits it blocks SIGINT, which the kernel shows; when make itself is killed the kernel tells us.
        """
        if self.parent is not None and children.blocks(self.parent, signal.SIGINT):
            raise Asked

    def look_after(self, child: Child) -> None:
        """Notice a death, wait, start again; the wait doubles from one second to thirty."""
        now = time.monotonic()
        if child.running is None:
            if now >= child.again_at:
                self.spawn(child)
            return
        code = child.running.poll()
        if code is None:
            return
        children.sweep(child.running)
        child.running = None
        if now - child.started > STEADY_SECONDS:
            child.wait = FIRST_WAIT
        child.again_at = now + child.wait
        log = self.log(child)
        say(f"{child.zh}意外停止（{_cause(code)}），{child.wait:.0f} 秒后重新启动；详见 {log}。{_last_line(log)}")
        child.wait = min(child.wait * 2, LONGEST_WAIT)

    # ------------------------------------------------------------------------------------------------------------ stop
    def stop(self) -> None:
        """Applications first, all at once, then the database."""
        for child in self.children:
            if child.running is not None:
                with suppress(ProcessLookupError):
                    child.running.send_signal(signal.SIGTERM)
        for child in self.children:
            if child.running is not None:
                children.stop(child.running, signal.SIGTERM, seconds=STOP_SECONDS)
                child.running = None
            self.pid_file(child).unlink(missing_ok=True)
        if self.server is not None:
            self.server.stop()


def _asked(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: the way out must not be interrupted
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Asked


def _cause(code: int) -> str:
    return f"信号 {-code}" if code < 0 else f"退出码 {code}"


def _last_line(log: Path) -> str:
    """The last words of a program: not those of the web server about it, which start with their level in brackets."""
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    lines = [line for line in said if line.strip() and not line.startswith("[")]
    return lines[-1].strip() if lines else ""


def _listening(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True  # it answers; what it says is for monitoring
    except OSError:
        return False


def check_port(port: int, zh: str) -> None:
    """Raise Unfit if something else listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            variable = "MINGJIAN_PUBLIC_PORT" if zh == "公示平台" else "MINGJIAN_INTERNAL_PORT"
            raise Unfit(f"{zh}的端口 {port} 已被其他程序占用，请先停止该程序，或用 {variable} 另设端口。") from error


def check_operators_database(settings: Settings) -> None:
    """With an operator's PostgreSQL: the four URLs are there and the database is at migrations/HEAD."""
    for name in ("database_url", "database_sequencer_url", "database_verifier_url", "database_public_url"):
        if not getattr(settings, name):
            raise Unfit(f"缺少 {DATABASES[name]}：使用自备的 PostgreSQL 时各连接地址都要设置（见 README.md）。")
    check_database(settings.database_url or "")


def main() -> int:
    """Run until asked to stop; 1 and one sentence if it cannot start. `--end-with-parent` is how make starts it."""
    parent = os.getppid() if "--end-with-parent" in sys.argv[1:] else None
    if parent is not None:
        children.end_with_parent(signal.SIGTERM)
    try:
        Supervisor(Settings.read("command"), parent=parent).run()
    except Unfit as unfit:
        print(unfit, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
