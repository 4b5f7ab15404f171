"""What stands around every page: who is signed in, where they may go, what time it is."""

import dataclasses
from typing import Any

from flask import Flask, g, request, url_for

from enforcement.law.events import shanghai_day
from enforcement.queries.notifications import unread_count
from enforcement.web import here, subjects
from enforcement.web.icons import icon


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One entry of the left column. `roles` empty: everybody; `main`: one of the four of a phone's bar."""

    zh: str
    icon: str
    endpoint: str
    args: dict[str, Any]
    roles: frozenset[str] = frozenset()
    main: bool = False


PLACES = (
    Place("我的工作", "inbox", "home.home", {}, main=True),
    Place("案件", "folder", "cases.index", {}, main=True),
    Place("音像记录", "video", "recordings.index", {}, main=True),
    Place("法制审核", "scale", "reviews.index", {}, frozenset({"legal_reviewer", "agency_head", "officer"})),
    Place(
        "公示",
        "megaphone",
        "disclosures.index",
        {},
        frozenset({"disclosure_clerk", "disclosure_releaser", "agency_head", "officer"}),
    ),
    Place("案卷档案", "archive", "cases.index", {"scope": "closed"}),
    Place("机关与人员", "building", "agency.index", {}),
)


def places() -> list[Place]:
    """Every entry, the kinds of case that have a list of their own behind all cases."""
    kinds = here.book().procedures.items()
    listed = [Place(kind.listed, "clipboard", "cases.index", {"procedure": key}) for key, kind in kinds if kind.listed]
    return [*PLACES[:2], *listed, *PLACES[2:]]


def install(app: Flask) -> None:
    """Give every page its frame."""
    app.context_processor(_frame)
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["may_do"] = lambda act: here.book().powers.may(here.actor().roles, act) is None
    app.jinja_env.globals["who_may"] = lambda act: "、".join(map(here.words().term, here.book().powers.who(act)))
    app.jinja_env.filters["waited_for"] = here.waited_for
    app.jinja_env.globals["mending_address"] = subjects.mending_address
    app.jinja_env.globals["mending_field"] = subjects.mending_field
    app.jinja_env.filters["mends"] = subjects.mends


def _frame() -> dict[str, Any]:
    if g.get("signed_in") is None:
        return {"signed_in": None, "demo": here.office().demo}
    signed_in = here.signed_in()
    with here.reading() as work:
        now, unread = work.moment, unread_count(work)
    offered = [place for place in places() if not place.roles or place.roles & signed_in.actor.roles]
    return {
        "signed_in": signed_in,
        "places": offered,
        "current": _current(offered),
        "now": now,
        "unread": unread,
        "today": shanghai_day(now),
        "demo": here.office().demo,
        "roles_zh": "、".join(here.words().term(role) for role in sorted(signed_in.actor.roles)) or "未授予岗位",
    }


def _current(offered: list[Place]) -> str:
    """The address of the place this page belongs to: the longest match wins."""
    shown = request.full_path if request.query_string else request.path
    best = ""
    for place in offered:
        address = url_for(place.endpoint, **place.args)
        path = address.partition("?")[0]
        exact = shown == address or (place.args and address in shown)
        inside = not place.args and path != "/" and request.path.startswith(path)
        if (exact or inside or request.path == path == "/") and len(address) > len(best):
            best = address
    return best
