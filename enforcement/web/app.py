"""The officers' application, put together: one office, one list of open doors, one answer to every error."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import BadRequest, HTTPException

from config.doors import Doors
from config.settings import Settings
from enforcement import logs
from enforcement.actions.program import program
from enforcement.law.errors import NotFound
from enforcement.ledger.notes import VerifierKey
from enforcement.office import database_url, engine_options, open_office
from enforcement.web import (
    acts,
    agency,
    api,
    auth,
    cases,
    disclosures,
    errors,
    frame,
    health,
    here,
    home,
    notifications,
    recordings,
    reviews,
    saved_forms,
    search,
    words,
)
from enforcement.web.database import database
from enforcement.work import Office

LARGEST_FORM = 4 * 1024 * 1024
"""Bytes of a form or of a JSON act. Recordings are streamed and not bound by it."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": ["'self'", "data:"],  # the style sheet's own small pictures
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}

CHECK_THEMSELVES = ("access.api_sign_in", "recordings.take_in", "api.take_in_recording")
"""Signing in with JSON, which no foreign form can send; uploads, whose body must not be read before the token was."""

TRANSFERS = frozenset({"recordings.take_in", "api.take_in_recording", "recordings.media"})

csrf = CSRFProtect()


class Json(DefaultJSONProvider):
    """JSON as we write and read it: Chinese as it is, and nesting without end is no JSON instead of an accident."""

    ensure_ascii = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read a text. Raises ValueError."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def create_internal(settings: Settings, office: Office | None = None) -> Flask:
    """The internal application for these settings, its database Flask-SQLAlchemy's. Raises Unfit.

    `office` where the caller has read law and store already.
    """
    logs.configure()
    app = Flask(__name__)
    app.config |= _configuration(settings)
    database.init_app(app)
    with app.app_context():
        engine = database.engine
    app.extensions[here.KEY] = replace(office, engine=engine) if office else open_office(settings, program(), engine)
    app.jinja_env.filters |= words.filters(words.Words(app.extensions[here.KEY].book))
    app.jinja_env.filters["public_page"] = disclosures.public_page
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.json = Json(app)
    app.before_request(_refuse_zeros)
    app.after_request(_sandbox_bytes)  # registered first, so that it runs last and has the last word
    Talisman(
        app,
        force_https=settings.secure,
        strict_transport_security=settings.secure,
        session_cookie_secure=settings.secure,
        content_security_policy=POLICY,
        referrer_policy="same-origin",
        permissions_policy={"camera": "()", "microphone": "()", "geolocation": "()", "browsing-topics": "()"},
    )
    auth.install(app)
    csrf.init_app(app)
    modules = (home, notifications, cases, acts, reviews, disclosures, recordings, agency, search, saved_forms, health)
    for module in modules:
        app.register_blueprint(module.blueprint)
    api.install(app)
    for endpoint in CHECK_THEMSELVES:
        csrf.exempt(app.view_functions[endpoint])
    errors.install(app)
    app.register_error_handler(CSRFError, _token_died)
    frame.install(app)
    app.wsgi_app = Doors(  # type: ignore[method-assign]
        app.wsgi_app, pages=settings.pages, transfers=settings.transfers, is_transfer=partial(_is_transfer, app)
    )
    return app


def _is_transfer(app: Flask, environ: dict[str, Any]) -> bool:
    """Whether a request is one of those that last as long as somebody's line is slow."""
    try:
        endpoint, _ = app.url_map.bind_to_environ(environ).match()
    except HTTPException:  # no such address, or another method: answered like any page
        return False
    return endpoint in TRANSFERS


def _refuse_zeros() -> None:
    """PostgreSQL keeps no zero character: an address with one fails here. (The API names the field instead.)"""
    if "\x00" in request.path or ("\x00" in "".join(request.args.values()) and not request.path.startswith("/api/")):
        raise BadRequest


def _sandbox_bytes(response: Response) -> Response:
    """The bytes of recordings came from outside: whatever they hold, nothing in them may run here."""
    if request.endpoint == "recordings.media":
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _token_died(error: CSRFError) -> ResponseReturnValue:
    """A form of an act is shown again with what was typed; anything else is refused."""
    try:
        return acts.keep_typed_after_csrf(error) or errors.respond(error)
    except NotFound as missing:  # raised in here, it would find no handler any more
        return errors.respond(missing)


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.session_secret,
        "SQLALCHEMY_DATABASE_URI": database_url(settings),
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "SESSION_COOKIE_NAME": "mingjian_form",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a long form must not die of its age
        "WTF_CSRF_SSL_STRICT": settings.secure,
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "MAX_FORM_PARTS": 5000,
        "MINGJIAN_DEMO": settings.demo,
        "LEDGER_KEY": str(VerifierKey(settings.ledger_origin, settings.ledger_public_key or bytes(32))),
        "HIGH_WATER": settings.high_water,
        "WRITES_TO": (settings.media, settings.var),
        "SEND_FILE_MAX_AGE_DEFAULT": None,  # asked for again by its ETag: an old style under a new page breaks it
        **api.CONFIGURATION,
    }
