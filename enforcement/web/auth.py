"""Who is signed in, and the one door: every view is closed unless its name stands on the list."""

import re
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from enforcement.actions import access
from enforcement.law.errors import NotFound
from enforcement.models.people import WebSession
from enforcement.web import here, words
from enforcement.work import machine_clock

COOKIE = "mingjian_session"
OPEN = frozenset({"static", "access.sign_in", "access.do_sign_in", "access.api_sign_in", "health.health"})
"""Every endpoint that answers without a session. A test walks all the others."""

limiter = Limiter(key_func=get_remote_address, storage_uri="memory://", headers_enabled=True)
SIGN_IN_RATE = "20 per minute"
"""From one address, counted in each process; the lock-out of an account is in `actions.access`."""

blueprint = Blueprint("access", __name__)


def install(app: Flask) -> None:
    """Close every view of the application that is not on the list."""
    limiter.init_app(app)
    app.before_request(_enter)
    app.after_request(_keep_private)
    app.register_blueprint(blueprint)


def _enter() -> AnyResponse | None:
    token = request.cookies.get(COOKIE)
    g.signed_in = access.find_session(here.office(), token) if token and request.endpoint != "static" else None
    if request.endpoint in OPEN or g.signed_in is not None:
        return None
    if request.path.startswith("/api/") or request.path.startswith("/saved-forms/"):
        raise Unauthorized
    back = request.full_path.rstrip("?") if request.method == "GET" else _came_from()
    return redirect(url_for("access.sign_in", next=back if back and back != "/" else None))


def _came_from() -> str:
    try:
        return urlsplit(request.referrer or "").path
    except ValueError:  # whatever somebody wrote there
        return ""


def _keep_private(response: Response) -> Response:
    # Pages of cases stay in nobody's cache, also not behind the back button of a shared machine.
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


_INSIDE = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f]*")
"""An address of this application: browsers read `//` and `/\\` as another host, and drop tabs and line ends first."""


def inside(target: str | None) -> str:
    """Where a form says to go on, if that is inside; else the first page."""
    return target if target and _INSIDE.fullmatch(target) else url_for("home.home")


@blueprint.get("/sign-in")
def sign_in() -> AnyResponse | str:
    """The page for signing in."""
    if g.signed_in is not None:
        return redirect(inside(request.args.get("next")))
    return render_template("sign_in.html", next=request.args.get("next", ""), username="", problem="")


@blueprint.post("/sign-in")
@limiter.limit(SIGN_IN_RATE)
def do_sign_in() -> AnyResponse | tuple[str, int]:
    """Sign in and go where one wanted to go."""
    username = request.form.get("username", "").strip()
    target = request.form.get("next", "")
    try:
        token = access.sign_in(here.office(), username, request.form.get("password", ""))
    except access.SignInRefused as refused:
        page = render_template("sign_in.html", next=target, username=username, problem=_why_refused(refused))
        return page, 403
    session.clear()  # a new CSRF token for a new person
    response = redirect(inside(target))
    _set_cookie(response, token)
    return response


def _why_refused(refused: access.SignInRefused) -> str:
    if refused.reason == "locked":
        return f"连续多次密码错误，账号已锁定至 {words.moment(refused.until)}，请稍后再试。"
    return "用户名或者密码不正确。"


def _set_cookie(response: AnyResponse, token: str) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(COOKIE, token, max_age=access.LONGEST, secure=secure, httponly=True, samesite="Lax", path="/")


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End this session."""
    access.sign_out(here.office(), here.signed_in())
    session.clear()
    response = redirect(url_for("access.sign_in"))
    response.delete_cookie(COOKIE, path="/")
    return response


@blueprint.get("/account")
def account() -> str:
    """One's own sessions and password."""
    return _account()


def _account(problem: str = "") -> str:
    with here.reading() as work:
        now = machine_clock(work.session.connection())
        rows = work.session.execute(
            select(WebSession.token_digest, WebSession.created_at, WebSession.seen_at, WebSession.expires_at)
            .where(
                WebSession.person_id == work.actor.person_id,
                WebSession.revoked_at.is_(None),
                WebSession.expires_at > now,
            )
            .order_by(WebSession.seen_at.desc())
            .limit(50)
        ).all()
    return render_template("account.html", sessions=rows, own=here.signed_in().token_digest, problem=problem)


@blueprint.post("/account/sessions/<digest>/end")
def end_session(digest: str) -> AnyResponse:
    """End one of one's own sessions."""
    try:
        key = bytes.fromhex(digest)
    except ValueError:
        raise NotFound("session", digest) from None
    access.end_session(here.office(), here.actor(), key)
    flash("已结束该登录。")
    return redirect(url_for("access.account"))


@blueprint.post("/account/password")
@limiter.limit(SIGN_IN_RATE)
def change_password() -> AnyResponse | tuple[str, int]:
    """Change one's own password; every session ends."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if not access.SHORTEST_PASSWORD <= len(new) <= access.LONGEST_PASSWORD:
        return _account(f"新密码至少 {access.SHORTEST_PASSWORD} 个字符。"), 422
    if new != request.form.get("again", ""):
        return _account("两次输入的新密码不一致。"), 422
    try:
        access.change_password(here.office(), here.actor(), old, new)
    except access.SignInRefused as refused:
        return _account("原密码不正确。" if refused.reason == "unknown" else _why_refused(refused)), 422
    flash("密码已修改，请重新登录。")
    return redirect(url_for("access.sign_in"))


@blueprint.post("/api/session")
@limiter.limit(SIGN_IN_RATE)
def api_sign_in() -> AnyResponse | tuple[AnyResponse, int]:
    """Sign in with JSON. A JSON body cannot be sent by another site's form, so no CSRF token is asked for here."""
    given = request.get_json()
    username, password = (given.get("username"), given.get("password")) if isinstance(given, dict) else (None, None)
    if not isinstance(username, str) or not isinstance(password, str):
        return jsonify(
            {"error": "invalid", "zh": "填写有误", "fields": {"username": ["请填写用户名"], "password": ["请填写密码"]}}
        ), 422
    try:
        token = access.sign_in(here.office(), username, password)
    except access.SignInRefused as refused:
        return jsonify({"error": "sign_in_refused", "zh": _why_refused(refused), "reason": refused.reason}), 403
    session.clear()
    g.signed_in = access.find_session(here.office(), token)
    response = jsonify(_who())
    _set_cookie(response, token)
    return response


@blueprint.get("/api/session")
def api_session() -> AnyResponse:
    """Who is signed in, and the token that posts must carry as X-CSRFToken."""
    return jsonify(_who())


def _who() -> dict[str, object]:
    signed_in = here.signed_in()
    return {
        "person": {"id": str(signed_in.actor.person_id), "name": signed_in.actor.name},
        "agency": {"id": str(signed_in.actor.agency_id), "name": signed_in.agency_name},
        "roles": sorted(signed_in.actor.roles),
        "csrf_token": generate_csrf(),
        "expires_at": signed_in.expires_at.isoformat(),
    }
