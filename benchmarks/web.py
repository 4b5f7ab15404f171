"""Real servers on free ports, and a client that asks them as fast as they answer without being busy itself."""

from __future__ import annotations

import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.site_database import settings_of
from enforcement.runtime import children
from enforcement.runtime.embedded import Server
from enforcement.runtime.processes import HOST, Supervisor, web

CONNECTIONS = 8
START_SECONDS = 60.0
OK = 200
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until_listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; raise RuntimeError with its last words if it ends instead."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise RuntimeError(f"no server on port {port}: {said}") from None
            time.sleep(0.1)
        else:
            return


@contextmanager
def served(command: Sequence[str | Path], port: int, log: Path, **environ: str) -> Iterator[int]:
    """Run a server of somebody else's on `port`, its output in `log`, until the block ends."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = children.spawn(command, on_parent_death=signal.SIGTERM, environ=environ or None, output=output)
    try:
        wait_until_listening(port, process, log)
        yield port
    finally:
        children.stop(process, signal.SIGTERM, seconds=10)


@contextmanager
def public_site(server: Server) -> Iterator[int]:
    """The public site over `server`, started by the supervisor's own hand: same command, same environment."""
    port = free_port()
    settings = settings_of(server.var, MINGJIAN_PUBLIC_PORT=str(port)).with_urls(server.urls().as_settings())
    supervisor = Supervisor(settings)
    child = web("public", "公示平台", port)
    supervisor.spawn(child)
    assert child.running is not None
    try:
        wait_until_listening(port, child.running, supervisor.log(child))
        yield port
    finally:
        children.stop(child.running, signal.SIGTERM, seconds=10)


class Connection:
    """One kept-alive HTTP/1.1 connection without threads: `send`, then `read` whenever there is something to read."""

    def __init__(self, port: int, headers: str = "") -> None:
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = f"Host: {HOST}:{port}\r\nAccept: text/html, application/json\r\n{headers}"
        self.got = b""

    def send(self, path: str, method: str = "GET", body: bytes = b"", headers: str = "") -> None:
        """Send one request; nothing may be under way."""
        self.got = b""
        length = f"Content-Length: {len(body)}\r\n" if method != "GET" else ""
        head = f"{method} {path} HTTP/1.1\r\n{self.headers}{headers}{length}\r\n"
        self.socket.sendall(head.encode() + body)

    def read(self) -> bool:
        """Read what is there; True once the answer is whole."""
        part = self.socket.recv(1 << 20)
        if not part:
            raise RuntimeError(f"the server closed the connection after {self.got[:200]!r}")
        self.got += part
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return False
        lower = head.lower()
        at = lower.find(b"\r\ncontent-length:")
        if at >= 0:
            return len(body) >= int(lower[at + 17 :].partition(b"\r\n")[0])
        return (b"\r\n" + body).endswith(_END_OF_CHUNKS)

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.got[9:12])

    @property
    def body(self) -> bytes:
        """The body of the answer, chunks joined."""
        head, _, body = self.got.partition(b"\r\n\r\n")
        if b"\r\ncontent-length:" in head.lower():
            return body
        joined = b""
        while body:
            length, _, rest = body.partition(b"\r\n")
            joined += rest[: int(length, 16)]
            body = rest[int(length, 16) + 2 :]
        return joined

    def get(self, path: str) -> bytes:
        """One whole answer. Raises RuntimeError unless it is 200."""
        self.send(path)
        while not self.read():
            pass
        if self.status != OK:
            raise RuntimeError(f"{path}: {self.status} {self.body[:500].decode(errors='replace')}")
        return self.body


class Load:
    """Eight connections that ask a server for the same paths again and again."""

    def __init__(self, port: int, paths: Sequence[str]) -> None:
        self.paths = paths
        self.next = 0
        self.connections = [Connection(port) for _ in range(CONNECTIONS)]

    def rate(self, seconds: float) -> float:
        """Answers a second over about `seconds`. Raises RuntimeError for any answer but 200."""
        answered = 0
        with selectors.DefaultSelector() as ready:
            started = time.perf_counter()
            for connection in self.connections:
                ready.register(connection.socket, selectors.EVENT_READ, connection)
                self._ask(connection)
            while ready.get_map():
                for key, _ in ready.select():
                    connection = key.data
                    if not connection.read():
                        continue
                    if connection.status != OK:
                        raise RuntimeError(f"{connection.status}: {connection.body[:500]!r}")
                    answered += 1
                    if time.perf_counter() - started < seconds:
                        self._ask(connection)
                    else:
                        ready.unregister(connection.socket)
            return answered / (time.perf_counter() - started)

    def _ask(self, connection: Connection) -> None:
        connection.send(self.paths[self.next])
        self.next = (self.next + 1) % len(self.paths)
