"""The public site, served for real to whoever fetches pages back from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server

from config.settings import Settings
from enforcement.runtime.embedded import DatabaseUrls
from publish.site import create_site
from publish.site.reading import KEY


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def live_site(urls: DatabaseUrls) -> Iterator[str]:
    """Serve the public site over a database; yields its address."""
    environ = {
        "MINGJIAN_DATABASE_PUBLIC_URL": urls.public,
        "MINGJIAN_PUBLIC_SECRET": "for tests only: thirty-two bytes and more",
    }
    app = create_site(Settings.read("public", environ))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions[KEY].engine.dispose()
