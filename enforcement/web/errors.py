"""What went wrong, as HTTP: one dictionary for the JSON API and for the pages.

Errors are data. The API answers them as they are; a page says them in Chinese, beside the button that would mend them.
"""

import dataclasses
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from config.doors import RETRY_SECONDS
from enforcement.law.errors import Breach, Forbidden, Invalid, NotFound, RuleViolation, Stale
from enforcement.web import here
from enforcement.web.schemas import flat
from enforcement.work import Outdated
from media.errors import MediaRefused, NotStored, StoreDamaged

log = structlog.get_logger()


class PreconditionRequired(Exception):
    """An act was asked for without saying which version of the case had been read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An error as HTTP: status, its name in JSON, its data, and what the page's heading says."""

    status: int
    error: str
    zh: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        return {"error": self.error, "zh": self.zh, **self.data}


def breach_data(breach: Breach) -> dict[str, Any]:
    """One breach as JSON, with its grounds in words."""
    return {
        "code": breach.code,
        "zh": breach.zh,
        "cite": breach.cite,
        "cite_zh": here.words().grounds(breach),
        "basis": breach.basis,
        "mend": breach.mend.replace("_", "-") if breach.mend else None,
    }


RECORDING_CHANGED = (
    "这份音像记录的文件缺失，或者与入库时不一致，已停止播放。请勿作为证据使用，"
    "立即通知系统管理人员执行 flask recordings verify 查明，并从备份恢复原件"
)
"""Bytes that are no longer those on record are shown to nobody."""

HTTP: dict[type[Exception], Callable[[Any], Answer]] = {
    RuleViolation: lambda error: Answer(
        409, "rule_violation", "尚不能办理", {"breaches": [breach_data(breach) for breach in error.breaches]}
    ),
    Forbidden: lambda error: Answer(403, "forbidden", "没有办理权限", {"breaches": [breach_data(error.breach)]}),
    NotFound: lambda _: Answer(404, "not_found", "没有找到"),
    NotStored: lambda _: Answer(409, "recording_changed", RECORDING_CHANGED),
    StoreDamaged: lambda _: Answer(409, "recording_changed", RECORDING_CHANGED),
    Stale: lambda error: Answer(412, "stale", "案件已有新的变化", {"expected": error.expected, "actual": error.actual}),
    PreconditionRequired: lambda _: Answer(428, "if_match_required", '缺少 If-Match："读到的版本"'),
    Invalid: lambda error: Answer(422, "invalid", "填写有误", {"fields": error.fields}),
    Outdated: lambda _: Answer(503, "outdated", "系统已经升级，本服务需要重新启动后才能继续办理"),
    MediaRefused: lambda error: Answer(422, "media_refused", error.zh, {"reason": error.reason}),
}
"""Every error of the domain; whatever is not here is a 500 with a reference number."""

AWAY = Answer(
    503,
    "busy",
    "系统暂时不能访问数据库",
    {"hint": "数据库可能正在重新启动。请稍后再试；刚才提交的内容请先查看是否已经保存。"},
)

STATUSES = {
    400: ("bad_request", "请求无法识别"),
    401: ("unauthenticated", "请先登录"),
    403: ("forbidden", "没有权限"),
    404: ("not_found", "没有找到"),
    405: ("method_not_allowed", "不支持这种请求方法"),
    413: ("too_large", "内容过大"),
    415: ("unsupported_media_type", "请使用 application/json"),
    422: ("invalid", "填写有误"),
    429: ("too_many_requests", "请求过于频繁，请稍后再试"),
}


def answer_to(error: Exception) -> Answer:
    """The HTTP answer to a domain error or an HTTP error. Raises KeyError for anything else."""
    if isinstance(error, CSRFError):
        return Answer(400, "csrf", "页面已过期，请重新提交")
    if isinstance(error, HTTPException):
        return _http_answer(error)
    for kind in type(error).__mro__:
        if kind in HTTP:
            return HTTP[kind](error)
    raise KeyError(type(error))


def _http_answer(error: HTTPException) -> Answer:
    status = error.code or 500
    name, zh = STATUSES.get(status, (f"http_{status}", error.name))
    data = getattr(error, "data", None) or {}
    if messages := data.get("messages"):
        # webargs files messages under the place they came from: {"json": {…}}
        return Answer(status, name, zh, {"fields": flat(next(iter(messages.values()), {}))})
    return Answer(status, name, zh)


def wants_json() -> bool:
    """Whether this request is to the API or to something a script asked for."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


def respond(error: Exception) -> Response:
    """Answer an error as JSON or as a page."""
    if isinstance(error, HTTPException) and error.response is not None:
        return make_response(error.response)
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:  # noqa: PLR2004  a redirect is no error
        return make_response(error.get_response())
    answer = answer_to(error)
    made: Response
    if wants_json():
        made = jsonify(answer.body)
    else:
        breaches = list(getattr(error, "breaches", ())) or [
            breach for breach in [getattr(error, "breach", None)] if breach
        ]
        made = make_response(render_template("error.html", answer=answer, breaches=breaches))
    made.status_code = answer.status
    if isinstance(error, HTTPException):
        made.headers.extend(_kept(error))
    return made


def _kept(error: HTTPException) -> list[tuple[str, str]]:
    return [
        (name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After", "WWW-Authenticate"}
    ]


def _unexpected(error: Exception) -> Response:
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    reference = secrets.token_hex(4).upper()
    # No personal data in logs: the path holds identifiers only, and what was typed is not written down.
    log.error("unexpected_error", reference=reference, endpoint=request.endpoint, method=request.method, exc_info=error)
    answer = Answer(500, "server_error", "系统出现错误", {"reference": reference})
    made: Response
    made = (
        jsonify(answer.body)
        if wants_json()
        else make_response(render_template("error.html", answer=answer, breaches=[]))
    )
    made.status_code = 500
    return made


def _database(error: DBAPIError | PoolTimeout) -> Response:
    """The database is away, starts again, is full or was waited for too long: that passes, so it is no accident."""
    if isinstance(error, DBAPIError) and not (isinstance(error, OperationalError) or error.connection_invalidated):
        return _unexpected(error)
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    log.error("database_away", endpoint=request.endpoint, method=request.method, error=type(error).__name__, code=code)
    g.signed_in = None  # what stands around a page would ask the database again
    made: Response
    made = (
        jsonify(AWAY.body) if wants_json() else make_response(render_template("error.html", answer=AWAY, breaches=[]))
    )
    made.status_code = AWAY.status
    made.headers["Retry-After"] = RETRY_SECONDS
    return made


def install(app: Flask) -> None:
    """Answer every error of this application."""
    for kind in HTTP:
        app.register_error_handler(kind, respond)
    app.register_error_handler(HTTPException, respond)
    for away in (DBAPIError, PoolTimeout):
        app.register_error_handler(away, _database)
    app.register_error_handler(Exception, _unexpected)
