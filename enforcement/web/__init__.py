"""The officers' pages and the JSON API: one act, one address, the same refusals on both."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Settings


def create_app(settings: "Settings", **given: Any) -> "Flask":
    """The internal application; imported when asked for: a part of this package can be had without all of it."""
    from enforcement.web.app import create_internal

    return create_internal(settings, **given)
