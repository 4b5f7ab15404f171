"""The door of a web application: few are worked for at once, some wait a little, and a full house says so at once.

An interpreter that works for sixty requests at the same time serves each of them worse than one that works for four,
so the server's threads are many and the work is done by few. What lasts as long as somebody's line is slow (uploads,
players, long downloads: transfers) has places of its own, so that it never stands in a page's way. Before a form may
take a place its body is read, and an answer is whole before the place is given back: nobody holds one by being slow.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Environ = dict[str, Any]
Answer = Iterable[bytes]
Application = Callable[..., Answer]

WAIT_SECONDS = 5.0
"""The longest somebody waits for a place."""
RETRY_SECONDS = "5"
WAITING_ROOM = 24
RECEIVING = 12
"""Forms whose body is being read at the same time."""
LARGEST_FORM = 4 * 1024 * 1024
"""Bytes of a body read before its request takes a place; a longer one is refused by the application, unread."""

BUSY_ZH = "系统现在繁忙，本次请求没有办理。请稍后再试。"


class Full(Exception):
    """There is no place, or none came free in time."""


class Doors:
    """A WSGI application in front of `application`, which works for `pages` and `transfers` requests at a time.

    `transfers` are the requests of which `is_transfer` says so. Needs `threads(pages, transfers)` threads.
    """

    def __init__(
        self, application: Application, *, pages: int, transfers: int, is_transfer: Callable[[Environ], bool]
    ) -> None:
        self._application = application
        self._is_transfer = is_transfer
        self._pages = threading.Semaphore(pages)
        self._transfers = threading.Semaphore(transfers)
        self._waiting = threading.Semaphore(WAITING_ROOM)
        self._receiving = threading.Semaphore(RECEIVING)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Answer:
        """Answer one request: 503 with Retry-After where the house is full."""
        try:
            if self._is_transfer(environ):
                return self._transfer(environ, start_response)
            if length := _length(environ):
                with _at_once(self._receiving):
                    environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
            with self._place():
                return _whole(self._application(environ, start_response))
        except Full:
            return _busy(environ, start_response)

    def _transfer(self, environ: Environ, start_response: Callable[..., Any]) -> Answer:
        if not self._transfers.acquire(blocking=False):
            raise Full
        try:
            return _Held(self._application(environ, start_response), self._transfers.release)
        except BaseException:
            self._transfers.release()
            raise

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._pages.acquire(blocking=False):
            with _at_once(self._waiting):
                if not self._pages.acquire(timeout=WAIT_SECONDS):
                    raise Full
        try:
            yield
        finally:
            self._pages.release()


def threads(pages: int, transfers: int) -> int:
    """How many threads the server needs, so that one is always free to say that the house is full."""
    return pages + transfers + WAITING_ROOM + RECEIVING + 4


@contextmanager
def _at_once(places: threading.Semaphore) -> Iterator[None]:
    if not places.acquire(blocking=False):
        raise Full
    try:
        yield
    finally:
        places.release()


def _length(environ: Environ) -> int:
    """Bytes of the body to read before the request takes a place; 0 where there is none, or none we would read."""
    given = environ.get("CONTENT_LENGTH") or ""
    length = int(given) if given.isascii() and given.isdigit() else 0
    return length if length <= LARGEST_FORM else 0


def _whole(answer: Answer) -> Answer:
    try:
        return [b"".join(answer)]
    finally:
        if hasattr(answer, "close"):
            answer.close()


class _Held:
    """An answer that is sent piece by piece; its place is given back once it was sent or given up."""

    def __init__(self, answer: Answer, release: Callable[[], None]) -> None:
        self._answer = answer
        self._release: Callable[[], None] | None = release

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """Called by the server, whatever became of the answer."""
        release, self._release = self._release, None
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            if release is not None:
                release()

    __del__ = close


def _busy(environ: Environ, start_response: Callable[..., Any]) -> Answer:
    json = environ.get("PATH_INFO", "").startswith("/api/") or "json" in environ.get("HTTP_ACCEPT", "")
    if json:
        kind, body = "application/json", f'{{"error":"busy","zh":"{BUSY_ZH}"}}'
    else:
        kind = "text/html; charset=utf-8"
        body = (
            '<!doctype html><html lang="zh-CN"><meta name="viewport" content="width=device-width">'
            f"<title>系统繁忙</title><h1>系统繁忙</h1><p>{BUSY_ZH}</p></html>"
        )
    data = body.encode()
    start_response(
        "503 Service Unavailable",
        [
            ("Content-Type", kind),
            ("Content-Length", str(len(data))),
            ("Retry-After", RETRY_SECONDS),
            ("Cache-Control", "no-store"),
        ],
    )
    return [data]
