"""What a reader sees when something is not there, too much, or broken: in Chinese, with a way on."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, make_response, render_template, request
from psycopg import OperationalError
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError as NotConnected
from werkzeug.exceptions import HTTPException

from config.doors import RETRY_SECONDS

_LOG = logging.getLogger("mingjian.public")

_TEXTS = {
    400: ("请求无法识别", "页面可能已经过期，请返回后刷新页面再试。"),
    404: ("没有找到这个页面", "地址可能有误。已经撤回的公示信息会说明撤回的理由，不会变成“没有找到”。"),
    405: ("不支持这种访问方式", "请从页面上的链接或者按钮进入。"),
    413: ("提交的内容过长", "请缩短文字后再提交。"),
    500: ("系统出错了", "不是您的操作有误。请稍后再试；如需反映，请告知下面的编号。"),
    503: ("查询用时过长", "请增加关键词，或者选定机关、类别、日期后再查。"),
}

_AWAY = ("暂时不能查询", "数据库可能正在重新启动，请过一会儿再试。")


def register(app: Flask) -> None:
    """Give the application its error pages."""

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        if error.response is not None:
            return make_response(error.response)
        return _page(error.code or 500)

    @app.errorhandler(QueryCanceled)
    def too_wide(error: QueryCanceled) -> Response:  # noqa: ARG001 — statement_timeout: a search too wide
        return _page(503)

    @app.errorhandler(OperationalError)
    @app.errorhandler(NotConnected)
    def away(error: Exception) -> Response:
        _LOG.error("database away: %s", type(error).__name__)
        answer = _page(503, texts=_AWAY)
        answer.headers["Retry-After"] = RETRY_SECONDS
        return answer

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        return _broken(error)


def _broken(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    _LOG.error("public site error %s at %s", reference, request.path, exc_info=error)
    return _page(500, reference)


def _page(code: int, reference: str = "", texts: tuple[str, str] | None = None) -> Response:
    title, text = texts or _TEXTS.get(code) or _TEXTS[500 if code >= 500 else 400]  # noqa: PLR2004 — the server's own
    if request.path.endswith(".json"):
        return make_response({"error": str(code), "zh": title, "reference": reference}, code)
    return make_response(render_template("error.html", title=title, text=text, reference=reference), code)
