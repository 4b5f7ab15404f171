"""The record page before there is one: the same template over the same content, for whoever prepares or releases it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from publish.document import Content, labels
from publish.site.words import FILTERS, timeliness

_PACKAGE = Path(__file__).parent
STYLESHEET = _PACKAGE / "static" / "site.css"


@dataclass(frozen=True)
class _Record:
    """What the site reads beside the content; here not yet in the log, and without the agency's particulars."""

    id: UUID
    agency_name: str
    agency_code: str = ""
    position: None = None
    phone: str = ""
    supervision_phone: str = ""
    address: str = ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PACKAGE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(timeliness=timeliness)
    return environment


def page(content: Content, publication_id: UUID, *, stylesheet: str) -> str:
    """The page of `content` as HTML, without the site's frame; `stylesheet` is the address of site.css."""
    return (
        _environment()
        .get_template("record.html")
        .render(
            layout="preview.html",
            stylesheet=stylesheet,
            record=_Record(publication_id, content.agency),
            content=content,
            labels=labels(content.kind),
            address="",
            digest="",  # made with the bytes, when they go out
        )
    )
