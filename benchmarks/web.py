"""Real servers on free ports, and a client that asks them as fast as they answer without being busy itself."""

from __future__ import annotations

import itertools
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmarks.site_database import settings_of
from config.settings import ROOT
from enforcement.runtime import children
from enforcement.runtime.embedded import Server
from enforcement.runtime.processes import HOST, Supervisor, web

CONNECTIONS = 8
START_SECONDS = 60.0
STOP_SECONDS = 30.0
WELL = range(200, 300)
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
def served(
    command: Sequence[str | Path], port: int, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server that listens on `port`, its output in `log`, until the block ends."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = children.spawn(command, on_parent_death=signal.SIGTERM, environ=environ, output=output, cwd=ROOT)
    try:
        wait_until_listening(port, process, log)
        yield port
    finally:
        children.stop(process, signal.SIGTERM, seconds=STOP_SECONDS)


@contextmanager
def application(server: Server, name: Literal["internal", "public"], *, demo: bool = False) -> Iterator[int]:
    """One of the two applications over `server`, started by the supervisor's own hand: same command and environment.

    With `demo` the sample agencies are loaded first, also as the supervisor does it.
    """
    port = free_port()
    settings = settings_of(server.var, **{f"MINGJIAN_{name.upper()}_PORT": str(port)})
    settings = replace(settings.with_urls(server.urls().as_settings()), demo=demo)
    supervisor = Supervisor(settings)
    if demo:
        supervisor.load_demo()
    child = web(name, "", port, settings)
    supervisor.spawn(child)
    assert child.running is not None
    try:
        wait_until_listening(port, child.running, supervisor.log(child))
        yield port
    finally:
        children.stop(child.running, signal.SIGTERM, seconds=STOP_SECONDS)


@dataclass(frozen=True)
class Request:
    """What is asked. `headers` are whole lines."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: str = ""

    def written(self, host: str) -> bytes:
        """The bytes that travel."""
        length = "" if self.method == "GET" else f"Content-Length: {len(self.body)}\r\n"
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html, application/json\r\n"
        return f"{head}{self.headers}{length}\r\n".encode() + self.body


class Connection:
    """One kept-alive HTTP/1.1 connection without threads: `send`, then `read` whenever there is something to read."""

    def __init__(self, port: int) -> None:
        self.host = f"{HOST}:{port}"
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""

    def send(self, written: bytes) -> None:
        """Send one request; nothing may be under way."""
        self.got = b""
        self.socket.sendall(written)

    def read(self) -> bool:
        """Read what is there; True once the answer is whole. Raises RuntimeError if it is none of success."""
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
            whole = len(body) >= int(lower[at + 17 :].partition(b"\r\n")[0])
        else:
            whole = (b"\r\n" + body).endswith(_END_OF_CHUNKS)
        if whole and int(head[9:12]) not in WELL:
            raise RuntimeError(f"{head[:12].decode()}: {self.body[:800].decode(errors='replace')}")
        return whole

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

    def cookies(self) -> list[str]:
        """The cookies the answer sets, as they are sent back."""
        lines = self.got.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        set_cookie = "set-cookie:"
        return [
            line[len(set_cookie) :].partition(";")[0].strip() for line in lines if line.lower().startswith(set_cookie)
        ]

    def ask(self, request: Request) -> bytes:
        """The body of one whole answer. Raises RuntimeError if it is none of success."""
        self.send(request.written(self.host))
        while not self.read():
            pass
        return self.body

    def get(self, path: str) -> bytes:
        """`ask` for a path."""
        return self.ask(Request(path))


class Load:
    """Some connections that ask a server the same requests again and again; `answered` counts the answers."""

    def __init__(self, port: int, requests: Sequence[Request], connections: int = CONNECTIONS) -> None:
        self.port = port
        self.count = connections
        self.requests = itertools.cycle([request.written(f"{HOST}:{port}") for request in requests])
        self.answered = 0

    def rate(self, seconds: float) -> float:
        """Answers a second over about `seconds`. Raises RuntimeError for any answer that is none of success."""
        before = self.answered
        # New ones: a server closes connections that rest while the other side is measured.
        connections = [Connection(self.port) for _ in range(self.count)]
        with selectors.DefaultSelector() as ready:
            started = time.perf_counter()
            for connection in connections:
                ready.register(connection.socket, selectors.EVENT_READ, connection)
                connection.send(next(self.requests))
            while ready.get_map():
                for key, _ in ready.select():
                    connection = key.data
                    if not connection.read():
                        continue
                    self.answered += 1
                    if time.perf_counter() - started < seconds:
                        connection.send(next(self.requests))
                    else:
                        ready.unregister(connection.socket)
                        connection.socket.close()
            return (self.answered - before) / (time.perf_counter() - started)


def each_once(port: int, requests: Sequence[Request], connections: int) -> list[float]:
    """Ask each request once, over so many connections at a time; how long each took, in seconds, in order of answers.

    Raises RuntimeError for any answer that is none of success.
    """
    left = iter([request.written(f"{HOST}:{port}") for request in requests])
    taken: list[float] = []
    with selectors.DefaultSelector() as ready:
        for written in itertools.islice(left, connections):
            connection = Connection(port)
            ready.register(connection.socket, selectors.EVENT_READ, (connection, time.perf_counter()))
            connection.send(written)
        while ready.get_map():
            for key, _ in ready.select():
                connection, sent = key.data
                if not connection.read():
                    continue
                now = time.perf_counter()
                taken.append(now - sent)
                if (written := next(left, b"")) == b"":
                    ready.unregister(connection.socket)
                    connection.socket.close()
                else:
                    ready.modify(connection.socket, selectors.EVENT_READ, (connection, time.perf_counter()))
                    connection.send(written)
    return taken
