"""`make run` as a person meets it: started, asked, killed, started again. Everything here is the real thing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psutil
import pytest

from config.settings import KEY_FILES, ROOT, Settings
from enforcement.runtime import keys
from enforcement.runtime.embedded import Server, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from enforcement.runtime.embedded import DatabaseUrls

PROCESSES = [sys.executable, "-m", "enforcement.runtime.processes"]
SECONDS = 300.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """One `var` folder and two ports, with whatever is running there."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=lambda: PROCESSES)
    internal: int = field(default_factory=free_port)
    public: int = field(default_factory=free_port)
    main: subprocess.Popen[bytes] | None = None

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8")

    def start(self) -> subprocess.Popen[bytes]:
        if self.main is not None:
            self.main.wait(SECONDS)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MINGJIAN_")}
        with (self.folder / "said").open("wb") as said:
            self.main = subprocess.Popen(
                self.command,
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={
                    **inherited,
                    "HOME": str(home),
                    "MINGJIAN_VAR": str(self.var),
                    "MINGJIAN_DEMO": "0",
                    "MINGJIAN_INTERNAL_PORT": str(self.internal),
                    "MINGJIAN_PUBLIC_PORT": str(self.public),
                    **self.environ,
                },
            )
        return self.main

    def up(self) -> subprocess.Popen[bytes]:
        """Start and wait for the welcome."""
        main = self.start()
        self.wait_for(lambda: "Ctrl-C" in self.said or main.poll() is not None)
        assert main.poll() is None, self.said
        assert answers(self.internal)
        assert answers(self.public)
        return main

    def down(self, how: signal.Signals) -> None:
        """Ask the started process to end; it does, with 0, and nothing is left."""
        assert self.main is not None
        self.main.send_signal(how)
        assert self.main.wait(SECONDS) == 0, self.said
        assert self.left() == [], self.said

    def wait_for(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + SECONDS
        while not what():
            assert time.monotonic() < until, self.said
            time.sleep(0.1)

    def commands(self) -> dict[psutil.Process, str]:
        """The running processes of this installation with their command lines, oldest first."""
        found = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                words, created = process.cmdline(), process.create_time()
                database = str(self.var / "postgres" / "data") in words
                if database or process.environ().get("MINGJIAN_VAR") == str(self.var):
                    found[process] = (created, " ".join(words))
        ordered = sorted(found.items(), key=lambda one: (one[1][0], one[0].pid))
        return {process: words for process, (_, words) in ordered}

    def processes(self, part: str) -> list[psutil.Process]:
        """Those whose command line holds `part`."""
        return [process for process, words in self.commands().items() if part in words]

    def left(self) -> list[str]:
        return list(self.commands().values())


@contextmanager
def installation(folder: Path, **environ: str) -> Iterator[Installation]:
    made = Installation(folder, environ)
    try:
        yield made
    finally:
        for process in made.processes(""):
            with suppress(psutil.Error):
                process.kill()
        if made.main is not None:
            made.main.wait(SECONDS)


@pytest.fixture
def here(server_folder: Path) -> Iterator[Installation]:
    with installation(server_folder) as made:
        yield made


@pytest.fixture(scope="module")
def steady() -> Iterator[Installation]:
    """One that runs for the whole module: what is killed in it comes back."""
    place = TemporaryDirectory(prefix="mingjian-", ignore_cleanup_errors=True)
    with place as folder, installation(Path(folder)) as made:
        made.up()
        write_something(made.var)
        yield made


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def write_something(var: Path) -> None:
    with Server(var).connect("mingjian") as database:
        database.execute("CREATE TABLE enforcement.kept AS SELECT '一案一档' AS words")


def read_something(var: Path) -> object:
    with Server(var).connect("mingjian") as database:
        return database.execute("SELECT words FROM enforcement.kept").fetchone()


def test_it_stops_on_both_signals_with_nothing_left_and_the_next_start_finds_the_data(here: Installation) -> None:
    here.up()
    write_something(here.var)
    here.down(signal.SIGTERM)
    here.up()
    assert read_something(here.var) == ("一案一档",)
    here.down(signal.SIGINT)


def test_keys_and_passwords_are_closed_to_other_users_and_the_server_has_no_tcp_port(steady: Installation) -> None:
    folder = steady.var / "keys"
    assert folder.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in folder.iterdir()}
    assert set(KEY_FILES) <= names
    assert {f"db-mingjian_{role}" for role in ("owner", "app", "sequencer", "verifier", "public")} <= names
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    (postmaster,) = [process for process in steady.processes("/postgres") if process.name() == "postgres"]
    assert [one for one in postmaster.net_connections("inet") if one.status == psutil.CONN_LISTEN] == []


def test_each_process_is_given_its_own_database_url_and_no_other(steady: Installation) -> None:
    held = {
        name: {variable for variable in steady.processes(name)[0].environ() if variable.startswith("MINGJIAN_DATABASE")}
        for name in ("wsgi:internal", "wsgi:public", "enforcement.scheduler")
    }
    assert held == {
        "wsgi:internal": {"MINGJIAN_DATABASE_URL"},
        "wsgi:public": {"MINGJIAN_DATABASE_PUBLIC_URL"},
        "enforcement.scheduler": {
            "MINGJIAN_DATABASE_URL",
            "MINGJIAN_DATABASE_SEQUENCER_URL",
            "MINGJIAN_DATABASE_VERIFIER_URL",
        },
    }


def test_a_killed_supervisor_takes_everything_along_and_the_next_start_and_stop_are_clean(here: Installation) -> None:
    here.up().kill()
    here.wait_for(lambda: here.left() == [])
    main = here.up()
    write_something(here.var)
    # Killed together with a web server, whose worker then holds the port, and with a database that cannot tidy up.
    victims = [*here.processes("wsgi:internal")[:1], *here.processes("postgres -D")]
    main.kill()
    for process in victims:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    here.up()
    assert read_something(here.var) == ("一案一档",)
    here.down(signal.SIGTERM)


@pytest.mark.parametrize("part", ["wsgi:internal", "wsgi:public", "enforcement.scheduler"])
def test_a_killed_application_is_started_again_and_it_is_said(steady: Installation, part: str) -> None:
    said = steady.said.count("重新启动")
    (killed, *_) = steady.processes(part)
    killed.kill()
    steady.wait_for(lambda: steady.said.count("重新启动") > said)
    steady.wait_for(lambda: any(process.pid != killed.pid for process in steady.processes(part)))
    steady.wait_for(lambda: answers(steady.internal) and answers(steady.public))


def test_a_killed_worker_of_a_web_server_is_replaced(steady: Installation) -> None:
    worker = steady.processes("wsgi:internal")[-1]
    worker.kill()
    worker.wait(10)
    steady.wait_for(lambda: answers(steady.internal))


def test_a_killed_database_is_started_again_with_its_data(steady: Installation) -> None:
    steady.processes("postgres -D")[0].kill()
    steady.wait_for(lambda: "数据库已恢复" in steady.said)
    assert read_something(steady.var) == ("一案一档",)


def test_a_port_in_use_is_one_clear_sentence(here: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", here.public))
        other.listen()
        assert here.start().wait(SECONDS) == 1
    assert here.said.strip() == (
        f"公示平台的端口 {here.public} 已被其他程序占用，请先停止该程序，或用 MINGJIAN_PUBLIC_PORT 另设端口。"
    )
    assert here.left() == []


def test_a_second_start_in_the_same_place_is_refused_and_disturbs_nothing(
    steady: Installation, server_folder: Path
) -> None:
    (server_folder / "second").mkdir()
    second = Installation(server_folder / "second", {"MINGJIAN_VAR": str(steady.var)})
    assert second.start().wait(SECONDS) == 1
    assert "已有一个明鉴在运行" in second.said
    assert answers(steady.internal)


def test_told_by_make_it_stops_even_when_make_keeps_the_interrupt_to_itself(here: Installation) -> None:
    makefile = here.folder / "Makefile"
    makefile.write_text(f"run:\n\t@exec {' '.join(PROCESSES)} --end-with-parent\n", encoding="utf-8")
    here.command = ["make", "-f", str(makefile), "run"]
    make = here.up()
    make.send_signal(signal.SIGINT)  # to make alone, not to its group
    make.wait(SECONDS)
    assert "已停止" in here.said
    assert here.left() == []
    here.up().kill()  # and a make that is killed leaves nothing running either
    here.wait_for(lambda: here.left() == [])


def test_the_first_start_loads_sample_agencies_once_even_if_it_was_killed_while_loading(server_folder: Path) -> None:
    with installation(server_folder, MINGJIAN_DEMO="1") as here:
        main = here.start()
        here.wait_for(lambda: here.processes("demo load") != [])
        main.kill()
        here.wait_for(lambda: here.left() == [])
        here.up()
        accounts = (here.var / "accounts.txt").read_text(encoding="utf-8").strip()
        assert accounts
        assert accounts in here.said
        assert here.processes("wsgi:internal")[0].environ()["MINGJIAN_DEMO"] == "1"
        with Server(here.var).connect("mingjian") as database:
            names = database.execute("SELECT name FROM enforcement.agency").fetchall()
        assert len(names) == len(set(names)) >= 2
        here.down(signal.SIGTERM)
        here.up()
        assert accounts in here.said
        with Server(here.var).connect("mingjian") as database:
            assert database.execute("SELECT name FROM enforcement.agency").fetchall() == names
        here.down(signal.SIGTERM)


def test_with_an_operators_database_no_server_is_started_and_no_sample_loaded(
    server_folder: Path, database: DatabaseUrls
) -> None:
    given = {
        "MINGJIAN_DATABASE_URL": database.app,
        "MINGJIAN_DATABASE_SEQUENCER_URL": database.sequencer,
        "MINGJIAN_DATABASE_VERIFIER_URL": database.verifier,
        "MINGJIAN_DATABASE_PUBLIC_URL": database.public,
        "MINGJIAN_DEMO": "1",
    }
    with installation(server_folder, **given) as there:
        there.up()
        assert not (there.var / "postgres").exists()
        assert there.processes("wsgi:internal")[0].environ()["MINGJIAN_DEMO"] == "0"
        there.down(signal.SIGTERM)


def test_with_an_operators_database_a_missing_address_is_named(server_folder: Path, database: DatabaseUrls) -> None:
    with installation(server_folder, MINGJIAN_DATABASE_URL=database.app) as there:
        assert there.start().wait(SECONDS) == 1
        assert "缺少 MINGJIAN_DATABASE_SEQUENCER_URL" in there.said


def test_a_command_starts_the_server_if_it_must_and_leaves_it_as_it_was(server_folder: Path) -> None:
    settings = Settings.read("command", {"MINGJIAN_VAR": str(server_folder / "var")})
    keys.ensure(settings.var, {})
    with running(settings) as ready:
        assert ready.database_url is not None
        with running(settings):  # somebody else's server: used, not stopped
            pass
        assert Server(settings.var).owned_elsewhere()
        write_something(settings.var)
    assert not Server(settings.var).owned_elsewhere()
    assert not (settings.var / "postgres" / "data" / "postmaster.pid").exists()
    with running(settings):
        assert read_something(settings.var) == ("一案一档",)
