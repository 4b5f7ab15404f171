"""Two applications, never one process: `internal()` for the officers, `public()` for everybody.

    granian --interface wsgi --factory wsgi:internal        gunicorn 'wsgi:internal()'
    granian --interface wsgi --factory wsgi:public          gunicorn 'wsgi:public()'

Imports are lazy, so that the public process loads nothing of the inside (a test holds this).
"""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Process, Settings


def internal() -> Flask:
    """The officers' pages and the JSON API, or one sentence and the end of the process if unfit to start.

    The `flask` command gets it with the commands; where the pages cannot be had (no database runs yet, no keys are made
    yet) it gets the commands alone, because most of them need neither or bring the database themselves.
    """
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        return _with_commands()
    settings = _fit("internal")
    _not_gone_back(settings)
    from enforcement.web.app import create_internal
    from publish.names import dictionary

    dictionary()  # before anybody waits for it
    return _settled(_behind_proxies(create_internal(settings), settings))


create_app = internal
"""What `flask` looks for."""


def public() -> Flask:
    """The public site. Ends the process with one sentence if unfit to start."""
    settings = _fit("public")
    from publish.site import create_site

    return _settled(_behind_proxies(create_site(settings), settings))


def _settled(app: Flask) -> Flask:
    """Take what stays for the life of the process (law, templates, routes) out of every later collection of garbage."""
    gc.collect()
    gc.freeze()
    return app


def _with_commands() -> Flask:
    from flask import Flask

    from enforcement.cli import register
    from enforcement.web.app import create_internal

    try:
        app = create_internal(_fit("internal"))
    except SystemExit:
        app = Flask("mingjian")
    register(app)
    return app


def _behind_proxies(app: Flask, settings: Settings) -> Flask:
    """Take the visitor's address and scheme from the proxies we were told of; from nobody else's headers."""
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    return app


def _not_gone_back(settings: Settings) -> None:
    from config.settings import Unfit
    from enforcement import high_water

    try:
        high_water.require(settings, settings.database_url or "")
    except Unfit as unfit:
        raise SystemExit(str(unfit)) from None


def _fit(process: Process) -> Settings:
    from config.fitness import check
    from config.settings import Settings, Unfit

    try:
        settings = Settings.read(process)
        check(settings)
    except Unfit as unfit:
        raise SystemExit(str(unfit)) from None
    return settings
