"""Two applications, never one process: `internal()` for the officers, `public()` for everybody.

    granian --interface wsgi --factory wsgi:internal        gunicorn 'wsgi:internal()'
    granian --interface wsgi --factory wsgi:public          gunicorn 'wsgi:public()'

Imports are lazy, so that the public process loads nothing of the inside (a test holds this).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Process, Settings


def internal() -> Flask:
    """The officers' pages and the JSON API. Ends the process with one sentence if unfit to start."""
    settings = _fit("internal")
    from enforcement.web import create_app as create_internal

    return create_internal(settings)


def public() -> Flask:
    """The public site. Ends the process with one sentence if unfit to start."""
    settings = _fit("public")
    from publish.site import create_site

    return create_site(settings)


def create_app() -> Flask:
    """For the `flask` command alone: the commands, which open the database when they need it."""
    from flask import Flask

    from enforcement.cli import register

    app = Flask("mingjian")
    register(app)
    return app


def _fit(process: Process) -> Settings:
    from config.fitness import check
    from config.settings import Settings, Unfit

    try:
        settings = Settings.read(process)
        check(settings)
    except Unfit as unfit:
        raise SystemExit(str(unfit)) from None
    return settings
