"""The page on which everybody inside sees whether what was written is still as it was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable

    from enforcement.runtime.embedded import Server
    from tests.factories import House
    from tests.web.conftest import Visitor


def test_an_agency_sees_its_own_findings_and_how_many_there_are_elsewhere(
    shop: House, server: Server, signed_in: Callable[[str], Visitor]
) -> None:
    mine = factories.open_case(shop.market).case_id
    theirs = factories.open_case(shop.street, matter_code="CF-401").case_id
    head = signed_in("scjg-head")
    assert "核验尚未开始" in head.get("/agency/verification")
    found = [
        {"table": "process_record", "zh": "第3条过程记录的环节与台账不符", "chain": str(mine), "seq": 3},
        {"table": "process_record", "zh": "第4条过程记录缺失", "chain": str(theirs), "seq": 4},
        {"table": "schema", "zh": "授权 enforcement.party 与迁移所定的不同：不应存在", "chain": None, "seq": None},
    ]
    with server.connect(make_url(shop.urls.app).database or "") as connection:
        connection.execute(
            "INSERT INTO enforcement.verification VALUES ('ledger', 'tree', '', 1, now(), now(), now(), %s, '[]')",
            [json.dumps(found)],
        )
    page = head.get("/agency/verification")
    assert "第3条过程记录的环节与台账不符" in page
    assert "授权 enforcement.party" in page
    assert f"/cases/{mine}" in page
    assert "第4条过程记录缺失" not in page
    assert "另有 1 处属于其他机关" in page
    assert "核验情况" in head.get("/agency")
