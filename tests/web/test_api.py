"""The JSON API: one address for each act, the version that was read, errors as data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from enforcement.actions.registry import acts
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories import House
    from tests.web.conftest import Visitor

LEAD = {
    "matter_code": "CF-102",
    "title": "涉嫌未明码标价案",
    "source": "report",
    "received_at": "2026-09-01T08:30:00+08:00",
    "content": "群众反映货架商品没有标价。",
    "parties": [{"kind": "organization", "name": "北京明德晴川食品有限公司"}],
}


def test_every_act_has_an_address_in_the_description(signed_in: Callable[[str], Visitor]) -> None:
    described = signed_in("scjg-officer1").api("GET", "/api/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    operations = {
        one["operationId"] for path in described["paths"].values() for one in path.values() if "operationId" in one
    }
    assert set(acts()) <= operations
    for deed in acts().values():
        path = {
            "start": f"/api/cases/{deed.address}",
            "case": f"/api/cases/{{subject_id}}/{deed.address}",
            "disclosure": f"/api/disclosures/{{subject_id}}/{deed.address}",
            "agency": f"/api/agency/{deed.address}",
        }[deed.scope]
        assert described["paths"][path]["post"]["operationId"] == deed.name
        headers = [
            one["name"] for one in described["paths"][path]["post"].get("parameters", []) if one["in"] == "header"
        ]
        assert ("If-Match" in headers) == (deed.scope in {"case", "disclosure"})


def test_a_case_is_begun_and_moved_with_the_version_that_was_read(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    begun = visitor.api("POST", "/api/cases/register-lead", LEAD)
    assert begun.status_code == 200, begun.text
    outcome = begun.get_json()
    assert outcome["event"] == "lead_registered"
    case = visitor.client.get(begun.headers["Location"])
    assert case.headers["ETag"] == f'"{outcome["version"]}"' == begun.headers["ETag"]
    assert case.get_json()["party"] == "北京明德晴川食品有限公司"
    address = f"/api/cases/{outcome['subject_id']}/accept-lead"
    missing = visitor.api("POST", address, {"opinion": "受案"})
    assert (missing.status_code, missing.get_json()["error"]) == (428, "if_match_required")
    stale = visitor.api("POST", address, {"opinion": "受案"}, version=outcome["version"] + 5)
    assert stale.status_code == 412
    assert stale.get_json() | {"zh": ""} == {
        "error": "stale", "zh": "", "expected": outcome["version"] + 5, "actual": outcome["version"],
    }  # fmt: skip
    done = visitor.api("POST", address, {"opinion": "受案"}, version=outcome["version"])
    assert done.status_code == 200
    assert done.get_json()["stage"] == "lead_accepted"


@pytest.mark.parametrize("given", ["7", "*", 'W/"7"', '"seven"', '"-1"', ""])
def test_a_version_that_cannot_be_read_is_a_bad_request(
    shop: House, signed_in: Callable[[str], Visitor], given: str
) -> None:
    visitor = signed_in("scjg-officer1")
    token = visitor.api("GET", "/api/session").get_json()["csrf_token"]
    answer = visitor.client.post(
        "/api/cases/00000000-0000-0000-0000-000000000001/accept-lead",
        json={"opinion": "x"},
        headers={"X-CSRFToken": token, "If-Match": given},
    )
    assert answer.status_code == 400


def test_a_refusal_is_data_with_every_breach_its_article_and_what_mends_it(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    version = factories.case_of(walk).version
    visitor = signed_in("scjg-officer1")
    form = {"officers": [shop.market.id("officer1")]}
    answer = visitor.api("POST", f"/api/cases/{walk.case_id}/assign-officers", form, version=version)
    assert answer.status_code == 409
    body = answer.get_json()
    assert body["error"] == "rule_violation"
    two = next(breach for breach in body["breaches"] if breach["cite"] == "APL#42.1")
    assert two["basis"] == "law"
    assert two["cite_zh"] == "《行政处罚法》第四十二条第一款"
    assert factories.case_of(walk).version == version  # nothing was written


def test_what_rests_on_our_own_control_never_speaks_in_the_laws_name(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    walk = factories.open_case(shop.market)
    case = signed_in("scjg-head").api("GET", f"/api/cases/{walk.case_id}").get_json()
    breaches = [breach for act in case["next_acts"] for breach in act["breaches"]]
    assert breaches
    for breach in breaches:
        assert breach["cite_zh"].startswith("系统内控要求") == (breach["basis"] != "law"), breach


def test_wrong_shapes_are_named_field_by_field_in_chinese(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    wrong = LEAD | {
        "title": 5,
        "source": "rumour",
        "received_at": "yesterday",
        "parties": [{"name": "x"}],
        "colour": "red",
    }
    answer = visitor.api("POST", "/api/cases/register-lead", wrong)
    assert answer.status_code == 422
    fields = answer.get_json()["fields"]
    assert set(fields) == {"title", "source", "received_at", "parties.0.kind", "colour"}
    assert fields["parties.0.kind"] == ["请选择主体类型"]
    assert fields["colour"] == ["没有这一项"]
    bodies: tuple[object, ...] = ([], "text", 7)
    for body in bodies:
        assert visitor.api("POST", "/api/cases/register-lead", body).status_code == 422, body
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    assert visitor.api("POST", "/api/cases/register-lead", LEAD | {"parties": deep}).status_code == 422


@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_what_the_database_cannot_keep_is_a_fault_of_the_form(signed_in: Callable[[str], Visitor], text: str) -> None:
    visitor = signed_in("scjg-officer1")
    headers = {"X-CSRFToken": visitor.api("GET", "/api/session").get_json()["csrf_token"]}
    body = json.dumps(LEAD | {"title": f"案{text}"})  # escaped, as any client may send it
    answer = visitor.client.post(
        "/api/cases/register-lead", data=body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 422
    assert "title" in answer.get_json()["fields"]


def test_a_body_that_is_no_json_is_refused_as_such(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    headers = {"X-CSRFToken": visitor.api("GET", "/api/session").get_json()["csrf_token"]}
    form = visitor.client.post("/api/cases/register-lead", data=LEAD, headers=headers)
    assert form.status_code == 415
    broken = visitor.client.post("/api/cases/register-lead", data="{", content_type="application/json", headers=headers)
    assert broken.status_code == 400


@pytest.mark.parametrize("address", ["/api/session", "/api/cases/register-lead"])
@pytest.mark.parametrize("body", ["[" * 200_000, '{"n":' + "9" * 5000 + "}", '{"a":' * 100_000, "\xff"])
def test_a_body_made_to_break_the_reader_is_a_bad_request(
    signed_in: Callable[[str], Visitor], address: str, body: str
) -> None:
    visitor = signed_in("scjg-officer1")
    headers = {"X-CSRFToken": visitor.api("GET", "/api/session").get_json()["csrf_token"]}
    answer = visitor.client.post(address, data=body.encode("latin-1"), content_type="application/json", headers=headers)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("key", ["9" * 30, "2026-09-01~x", "2026-09-01T00:00:00~" + "0" * 32, "~", "~" * 40])
def test_a_page_behind_a_row_nobody_can_read_is_the_first(signed_in: Callable[[str], Visitor], key: str) -> None:
    client = signed_in("scjg-officer1").client
    answer = client.get("/api/cases", query_string={"after": key})
    assert (answer.status_code, answer.get_json()) == (200, client.get("/api/cases").get_json())


@pytest.mark.parametrize("address", ["/cases?q=%00", "/search?q=%00", "/recordings?activity=%00", "/cases/new/a%00"])
def test_no_address_with_a_zero_character_goes_further(signed_in: Callable[[str], Visitor], address: str) -> None:
    assert signed_in("scjg-officer1").client.get(address).status_code == 400


def test_somebody_without_the_power_gets_the_breach_with_403(signed_in: Callable[[str], Visitor]) -> None:
    answer = signed_in("scjg-clerk").api("POST", "/api/cases/register-lead", LEAD)
    assert answer.status_code == 403
    assert answer.get_json()["breaches"][0]["code"] == "may"


def test_an_unexpected_error_gives_a_number_and_no_trace(
    app: Flask, signed_in: Callable[[str], Visitor], capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = signed_in("scjg-officer1")
    view = app.view_functions["cases.index"]
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["cases.index"] = lambda: 1 // 0  # type: ignore[assignment]
    try:
        answer = visitor.client.get("/cases")
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.view_functions["cases.index"] = view
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert "Traceback" not in answer.text
    reference = answer.text.split("编号 <b>")[1].split("</b>")[0]
    assert reference in capsys.readouterr().out


def test_lists_are_paged_and_take_the_same_number_of_queries_whatever_their_length(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    visitor = signed_in("scjg-officer1")
    for _ in range(2):
        factories.penalty(shop.market, until="decision_made")
    addresses = ("/api/cases?scope=all", "/api/people", "/api/disclosures", "/", "/cases", "/disclosures", "/reviews")
    few = {address: _queries(shop, visitor, address) for address in addresses}
    for _ in range(6):
        factories.penalty(shop.market, until="decision_made")
    many = {address: _queries(shop, visitor, address) for address in addresses}
    assert many == few
    found: list[str] = []
    address = "/api/cases?scope=all&page_size=3"
    while address:
        page = visitor.client.get(address)
        found += [row["id"] for row in page.get_json()]
        address = re.sub("^<([^>]+)>.*$", r"\1", page.headers.get("Link", ""))
    assert found == [row["id"] for row in visitor.client.get("/api/cases?scope=all&page_size=200").get_json()]
    assert len(found) == len(set(found)) >= 8


def _queries(shop: House, visitor: Visitor, address: str) -> int:
    asked: list[str] = []

    def count(_c: object, _k: object, statement: str, *_: object) -> None:
        asked.append(statement)

    visitor.get(address)  # what is asked once is asked before counting
    event.listen(shop.office.engine, "before_cursor_execute", count)
    try:
        visitor.get(address)
    finally:
        event.remove(shop.office.engine, "before_cursor_execute", count)
    return len(asked)


def test_signing_in_works_with_json_alone(app: Flask) -> None:
    from enforcement.web import auth

    auth.limiter.reset()
    client = app.test_client()
    assert client.post("/api/session", json={"username": "scjg-head", "password": "wrong"}).status_code == 403
    assert client.post("/api/session", json={"username": 5}).status_code == 422
    answer = client.post("/api/session", json={"username": "scjg-head", "password": "mingjian-demo-2026"})
    assert answer.get_json()["person"]["name"] == "王建国"
    named = {"X-CSRFToken": answer.get_json()["csrf_token"]}
    wrong = client.post("/api/agency/set-parameter", json={}, headers=named)
    assert wrong.status_code == 422
    assert client.get("/api/cases").status_code == 200
