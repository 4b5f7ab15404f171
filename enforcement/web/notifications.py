"""通知: what the clock has told, with a way to where it can be mended."""

import uuid
from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enforcement.actions.notifications import mark_read
from enforcement.queries.notifications import list_notifications
from enforcement.web import here
from enforcement.web.pages import Pages, wanted_page

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
def index() -> str:
    """What was told, unread first."""
    number = wanted_page()
    pages = Pages(number, 0)
    with here.reading() as work:
        rows, total = list_notifications(work, offset=(number - 1) * pages.size, limit=pages.size)
    return render_template("notifications.html", rows=rows, pages=Pages(number, total), limits=here.book().limits)


@blueprint.post("/notifications/read")
def read() -> Response:
    """Mark those shown as read."""
    ids: list[uuid.UUID] = []
    for text in request.form.getlist("id")[:200]:
        with suppress(ValueError):
            ids.append(uuid.UUID(text))
    mark_read(here.office(), here.actor(), ids)
    return redirect(url_for("notifications.index"))
