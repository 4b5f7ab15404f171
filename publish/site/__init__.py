"""The public site: its own process, its own database role, and no way to the inside.

Everything works with scripts off. GET touches no session; the only thing anybody can write is a correction request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect

from config.doors import Doors
from config.settings import Settings
from publish.site import corrections, errors, feeds, pages, records
from publish.site.database import ENGINE_OPTIONS, database
from publish.site.reading import KEY, Site
from publish.site.words import FILTERS, timeliness
from publish.verifier import verifier_key

CORRECTION_LIMITS = "10 per hour; 30 per day"  # from one address
_PACKAGE = Path(__file__).resolve().parents[1]

# The same on every answer, so they are put together once.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), interest-cohort=()",
}
# Sent where the site is reached by https only. The proxy in front speaks https; a redirect from here would loop.
SECURE_HEADERS = {"Strict-Transport-Security": "max-age=31556926; includeSubDomains"}


def create_site(settings: Settings) -> Flask:
    """The Flask application of `settings` (process "public"): database_public_url, public_secret, public_address.

    Raises ValueError when one of the first two is missing; `config.fitness.check` says so in better words before.
    """
    if not settings.database_public_url or not settings.public_secret:
        raise ValueError("the public site needs its database URL and its secret")
    pages_version = _version_of("templates", "*.html")
    app = _Application(
        "mingjian-public",
        root_path=str(_PACKAGE),
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    app.config.update(
        SECRET_KEY=settings.public_secret,
        SESSION_COOKIE_NAME="mingjian_public",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure,
        MAX_CONTENT_LENGTH=64 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=False,
        SITE_ADDRESS=settings.public_address,
        LOG_KEY=_verifier_key(settings),
        PAGES_VERSION=pages_version,
        DEMO=settings.demo,
        SQLALCHEMY_DATABASE_URI=settings.database_public_url,
        SQLALCHEMY_ENGINE_OPTIONS=ENGINE_OPTIONS,
    )
    app.session_interface = _SessionWhereThereIsOne()
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        timeliness=timeliness,
        demo=settings.demo,
        stylesheet=f"/static/site.css?v={_version_of('static', 'site.css')}",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.init_app(app)
    with app.app_context():
        app.extensions[KEY] = Site(database.engine)
    CSRFProtect(app)
    for blueprint in (pages.blueprint, records.blueprint, feeds.blueprint, corrections.blueprint(CORRECTION_LIMITS)):
        app.register_blueprint(blueprint)
    errors.register(app)
    headers = list((HEADERS | (SECURE_HEADERS if settings.secure else {})).items())

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.extend(headers)
        response.headers.setdefault("Cache-Control", "no-cache")  # a correction or withdrawal shows at once
        return response

    app.wsgi_app = Doors(  # type: ignore[method-assign]
        app.wsgi_app, pages=settings.pages, transfers=settings.transfers, is_transfer=_is_transfer
    )
    return app


def _is_transfer(environ: dict[str, Any]) -> bool:
    """Whether it is a list as a file, which is sent piece by piece as it is read."""
    return str(environ.get("PATH_INFO", "")).endswith(".csv")


class _Application(Flask):
    """A Flask without coroutines: nothing is asked a dozen times a page whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class _SessionWhereThereIsOne(SecureCookieSessionInterface):
    """No signature is computed for the many readers who carry no cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) in request.cookies:
            return super().open_session(app, request)
        return self.session_class()


def _version_of(folder: str, pattern: str) -> str:
    """Changes with what readers are given: in entity tags and in the stylesheet's address."""
    digest = hashlib.sha256()
    for path in sorted((_PACKAGE / folder).glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _verifier_key(settings: Settings) -> str:
    """The log's public key as C2SP writes it (origin+hash+base64), '' where this installation has none yet."""
    if settings.ledger_public_key is None:
        return ""
    return verifier_key(settings.ledger_origin, settings.ledger_public_key)
