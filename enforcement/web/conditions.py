"""`If-Match: "7"`: the version of the case that was read before acting. Ours: no hash of a body is that version."""

import functools
import re
from collections.abc import Callable
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from enforcement.web.errors import PreconditionRequired

_ETAG = re.compile(r'"([0-9]{1,18})"')


def with_version(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give the view the `version` of If-Match. Missing is 428, unreadable 400; stale is for the act to find (412)."""

    @functools.wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        given = request.headers.get("If-Match")
        if given is None:
            raise PreconditionRequired
        match = _ETAG.fullmatch(given.strip())
        if match is None:
            raise BadRequest
        return view(*args, version=int(match[1]), **kwargs)

    return checked
