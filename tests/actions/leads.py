"""A lead registered, accepted, and the opening of its case."""

from __future__ import annotations

import dataclasses
import datetime as dt

from enforcement.actions import penalties
from enforcement.demo.walk import Walk
from tests import factories
from tests.factories import House

LEAD = penalties.RegisterLead(
    matter_code="CF-101", title="涉嫌经营超过保质期食品案", source="report", content="群众举报。",
    parties=(factories.COMPANY,),
)  # fmt: skip


def registered(house: House, **differences: object) -> Walk:
    walk = Walk(house.market)
    form = dataclasses.replace(LEAD, received_at=walk.now - dt.timedelta(hours=1), **differences)  # type: ignore[arg-type]
    walk.begin("officer1", "register_lead", form)
    return walk


def accepted(house: House) -> Walk:
    walk = registered(house)
    walk.do("officer1", "accept_lead", penalties.Opinion(opinion="建议立案。"))
    return walk


def opening(walk: Walk, *logins: str) -> penalties.OpenCase:
    officers = tuple(walk.staff.id(login) for login in logins)
    return penalties.OpenCase(facts="涉嫌违法。", basis="《行政处罚法》第五十四条", officers=officers)
