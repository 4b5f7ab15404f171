"""通知: what the clock has told, with a way to where it can be mended."""

import uuid
from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from enforcement.actions.notifications import mark_read
from enforcement.queries.notifications import count_notifications, list_notifications
from enforcement.web import here
from enforcement.web.pages import Pages, counts_exactly, wanted_place

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
def index() -> str:
    """What was told, unread first."""
    with here.reading() as work:
        page = list_notifications(work, wanted_place())
        count = count_notifications(work, exact=counts_exactly())
    return render_template("notifications.html", rows=page.rows, pages=Pages(page, count), limits=here.book().limits)


@blueprint.post("/notifications/read")
def read() -> Response:
    """Mark those shown as read."""
    ids: list[uuid.UUID] = []
    for text in request.form.getlist("id")[:200]:
        with suppress(ValueError):
            ids.append(uuid.UUID(text))
    mark_read(here.office(), here.actor(), ids)
    return redirect(url_for("notifications.index"))
