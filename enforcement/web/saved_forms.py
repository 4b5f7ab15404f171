"""Saved forms: what is being typed, kept while it is typed."""

from flask import Blueprint, flash, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from enforcement.actions import saved_forms
from enforcement.actions.registry import find
from enforcement.web import acts, auth, here

blueprint = Blueprint("saved_forms", __name__)

LONGEST_SUBJECT = 64


@blueprint.put("/saved-forms/<subject>/<act>")
@auth.limiter.limit("240 per minute")
def keep(subject: str, act: str) -> tuple[str, int]:
    """Keep what has been typed so far. The body is the form itself."""
    deed = find(act.replace("-", "_"))
    if len(subject) > LONGEST_SUBJECT:
        raise BadRequest
    saved_forms.save(here.office(), here.actor(), subject, deed.name, acts.sent())
    return "", 204


@blueprint.post("/saved-forms/<subject>/<act>/drop")
def drop(subject: str, act: str) -> Response:
    """Forget what was typed and start the form afresh."""
    deed = find(act.replace("-", "_"))
    saved_forms.drop(here.office(), here.actor(), subject, deed.name)
    flash("已清除暂存的内容。")
    return redirect(auth.inside(request.form.get("back")))
