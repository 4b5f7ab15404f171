"""Who comes in, who stays out, and how long somebody who came in stays in."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import select

from enforcement.actions import access
from enforcement.actions.people import EndRole, NameDeputy
from enforcement.actions.registry import perform
from enforcement.models.cases import ProcessRecord
from enforcement.web import auth
from tests import factories
from tests.web.conftest import Visitor, internal

if TYPE_CHECKING:
    from flask import Flask

    from tests.factories import House

SOMETHING = {
    "uuid": "00000000-0000-0000-0000-000000000001",
    "int": "1",
    "default": "close-case",
    "any": "evidence",
}


def owner(house: House) -> psycopg.Connection[Any]:
    return psycopg.connect(house.urls.owner.replace("+psycopg", ""), autocommit=True)


def test_only_signing_in_its_files_and_health_are_open() -> None:
    assert {"static", "access.sign_in", "access.do_sign_in", "access.api_sign_in", "health.health"} == auth.OPEN


def test_every_route_is_on_the_open_list_or_asks_for_a_session(app: Flask, visitor: Visitor) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in auth.OPEN:
            continue
        values = {name: SOMETHING[_kind(converter)] for name, converter in rule._converters.items()}
        with app.test_request_context():
            address = rule.build(values)
        assert address is not None
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}:
            answer = visitor.client.open(address[1], method=method)
            walked += 1
            if address[1].startswith(("/api/", "/saved-forms/")):
                assert answer.status_code == 401, (method, address[1])
            else:
                assert answer.status_code == 302, (method, address[1])
                assert answer.headers["Location"].startswith("/sign-in"), address[1]
    assert walked > 120


def _kind(converter: object) -> str:
    name = type(converter).__name__
    return {"UUIDConverter": "uuid", "IntegerConverter": "int", "AnyConverter": "any"}.get(name, "default")


def test_signing_in_sets_a_cookie_no_script_reads_and_the_database_keeps_only_its_digest(
    shop: House, visitor: Visitor
) -> None:
    answer = visitor.sign_in("scjg-officer1")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(auth.COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    with owner(shop) as connection:
        kept = [row[0] for row in connection.execute("SELECT token_digest FROM enforcement.web_session")]
    assert hashlib.sha256(token.encode()).digest() in kept
    assert all(token.encode() not in digest for digest in kept)


def test_the_cookie_is_marked_secure_where_the_installation_is_reached_by_https(
    shop: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with internal(shop, tmp_path_factory.mktemp("v"), MINGJIAN_SECURE="1") as secure:
        client = secure.test_client()
        page = client.get("/sign-in", base_url="https://inside.example")
        token = Visitor(client).token(page.text)
        data = {"csrf_token": token, "username": "scjg-head2", "password": "mingjian-demo-2026"}
        headers = {"Referer": "https://inside.example/sign-in"}
        answer = client.post("/sign-in", base_url="https://inside.example", data=data, headers=headers)
    assert answer.status_code == 302
    assert all("Secure" in value for value in answer.headers.getlist("Set-Cookie"))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_five_wrong_passwords_lock_the_account_against_the_right_one(visitor: Visitor) -> None:
    for _ in range(access.FAILURES_ALLOWED - 1):
        answer = visitor.sign_in("scjg-custodian", "wrong")
        assert answer.status_code == 403
        assert "用户名或者密码不正确" in answer.text
    assert "账号已锁定至" in visitor.sign_in("scjg-custodian", "wrong").text
    answer = visitor.sign_in("scjg-custodian")
    assert answer.status_code == 403
    assert "账号已锁定至" in answer.text


def test_a_lock_opens_by_itself(shop: House, visitor: Visitor) -> None:
    with owner(shop) as connection:
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        connection.execute("UPDATE enforcement.person SET locked_until = %s WHERE username = 'scjg-officer3'", [before])
    assert visitor.sign_in("scjg-officer3").status_code == 302


@pytest.mark.parametrize("username", ["nobody", "' OR 1=1 --", "scjg-officer1\x00", ""])
def test_somebody_who_does_not_exist_is_told_no_more_than_somebody_who_does(visitor: Visitor, username: str) -> None:
    answer = visitor.sign_in(username, "wrong")
    assert answer.status_code == 403
    assert "用户名或者密码不正确" in answer.text


def test_one_address_may_not_try_for_ever(app: Flask, visitor: Visitor) -> None:
    auth.limiter.reset()
    statuses = {visitor.sign_in(f"nobody-{number}", "wrong").status_code for number in range(25)}
    auth.limiter.reset()
    assert statuses == {403, 429}


def test_a_session_that_was_idle_too_long_or_is_too_old_is_none(shop: House, app: Flask) -> None:
    for column, past in (("seen_at", access.IDLE), ("expires_at", dt.timedelta(0))):
        auth.limiter.reset()
        visitor = Visitor(app.test_client())
        visitor.sign_in("scjg-reviewer")
        visitor.get("/account")
        with owner(shop) as connection:
            moment = dt.datetime.now(dt.UTC) - past - dt.timedelta(seconds=1)
            connection.execute(
                f"UPDATE enforcement.web_session SET {column} = %s WHERE person_id = "
                "(SELECT id FROM enforcement.person WHERE username = 'scjg-reviewer')",
                [moment],
            )
        visitor.get("/account", 302)
        assert visitor.client.get("/api/cases").status_code == 401


def test_signing_out_ends_the_session_for_a_copy_of_its_cookie_too(app: Flask) -> None:
    visitor, copy = Visitor(app.test_client()), Visitor(app.test_client())
    visitor.sign_in("scjg-clerk")
    cookie = visitor.client.get_cookie(auth.COOKIE)
    assert cookie is not None
    copy.client.set_cookie(auth.COOKIE, cookie.value)
    copy.get("/account")
    assert visitor.post("/sign-out").status_code == 302
    copy.get("/account", 302)


def test_one_ends_ones_own_other_sessions_and_nobody_elses(app: Flask) -> None:
    auth.limiter.reset()
    one, other, stranger = (Visitor(app.test_client()) for _ in range(3))
    for visitor, login in ((one, "officer2"), (other, "officer2"), (stranger, "head2")):
        visitor.sign_in(f"scjg-{login}")
    cookie = other.client.get_cookie(auth.COOKIE)
    assert cookie is not None
    digest = access.digest_of_token(cookie.value).hex()
    assert stranger.post(f"/account/sessions/{digest}/end").status_code == 404
    other.get("/account")
    assert one.post(f"/account/sessions/{digest}/end").status_code == 302
    other.get("/account", 302)


def test_a_new_password_ends_every_session_and_the_old_one_opens_nothing(shop: House, app: Flask) -> None:
    auth.limiter.reset()
    visitor, again = Visitor(app.test_client()), Visitor(app.test_client())
    visitor.sign_in("shjd-officer2")
    wrong = {"old": "wrong", "new": "a-new-password", "again": "a-new-password"}
    assert visitor.post("/account/password", wrong).status_code == 422
    right = wrong | {"old": "mingjian-demo-2026"}
    assert visitor.post("/account/password", right | {"again": "another-password"}).status_code == 422
    assert visitor.post("/account/password", right | {"new": "short", "again": "short"}).status_code == 422
    assert visitor.post("/account/password", right).status_code == 302
    visitor.get("/account", 302)
    assert again.sign_in("shjd-officer2").status_code == 403
    assert again.sign_in("shjd-officer2", "a-new-password").status_code == 302


def test_a_password_given_by_the_administrator_is_on_record_and_ends_the_sessions(
    shop: House, signed_in: Callable[[str], Visitor]
) -> None:
    auxiliary, admin = signed_in("shjd-auxiliary"), signed_in("shjd-admin")
    address = f"/agency/people/{shop.street.id('auxiliary')}/password"
    assert signed_in("shjd-head").post(address, {"password": "given-by-a-colleague"}).status_code == 403
    assert admin.post(address, {"password": "given-to-begin-with"}).status_code == 302
    auxiliary.get("/account", 302)
    with shop.office.reading(shop.street.actors["admin"].agency_id) as session:
        kept = session.scalars(
            select(ProcessRecord.data).where(ProcessRecord.event == "password_set").order_by(ProcessRecord.seq)
        ).all()
    assert kept[-1] == {"person": shop.street.id("auxiliary")}
    assert "设置登录密码" in admin.get("/agency")


def test_a_session_found_open_is_no_way_to_try_passwords(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("shjd-custodian")
    for _ in range(access.FAILURES_ALLOWED):
        visitor.post("/account/password", {"old": "wrong", "new": "a-new-password", "again": "a-new-password"})
    right = {"old": "mingjian-demo-2026", "new": "a-new-password", "again": "a-new-password"}
    assert visitor.post("/account/password", right).status_code == 422


def test_a_role_that_ended_yesterday_opens_nothing_today(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("shjd-officer3")
    assert "登记违法线索" in visitor.get("/cases")
    admin = shop.street.actors["admin"]
    perform(shop.office, admin, "end_role", EndRole(person=shop.street.id("officer3"), role="officer", reason="调离"))
    assert "登记违法线索" not in visitor.get("/cases")


def test_a_deputy_acts_as_head_for_as_long_as_named(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    today = shop.office.now().date()
    form = NameDeputy(
        head=shop.street.id("head"), deputy=shop.street.id("reviewer"), from_on=today, to_on=today, reason="出差"
    )
    visitor = signed_in("shjd-reviewer")
    assert "代理负责人" not in visitor.get("/account")
    perform(shop.office, shop.street.actors["head"], "name_deputy", form)
    assert "代理负责人" in visitor.get("/account")
    assert "agency_head" in visitor.api("GET", "/api/session").get_json()["roles"]


def test_a_write_without_its_token_is_refused_on_page_and_api(app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    assert app.config.get("WTF_CSRF_ENABLED", True)
    visitor = signed_in("scjg-officer1")
    assert visitor.client.post("/sign-out").status_code == 400
    answer = visitor.client.post("/api/cases/register-lead", json={})
    assert (answer.status_code, answer.get_json()["error"]) == (400, "csrf")
    forged = visitor.client.post("/api/cases/register-lead", json={}, headers={"X-CSRFToken": "forged"})
    assert forged.status_code == 400
    assert visitor.client.put("/saved-forms/x/register-lead", data={"title": "x"}).status_code == 400


def test_another_agencys_case_is_not_there(shop: House, signed_in: Callable[[str], Visitor]) -> None:
    walk = factories.penalty(shop.market, until="decision_made")
    stranger = signed_in("shjd-head")
    case, disclosure = walk.case_id, walk.disclosure_id()
    for page in (f"/cases/{case}", f"/cases/{case}/ledger", f"/cases/{case}/acts/make-decision"):
        stranger.get(page, 404)
    for address in (f"/disclosures/{disclosure}", f"/api/cases/{case}", f"/api/cases/{case}/records"):
        stranger.get(address, 404)
    answer = stranger.api("POST", f"/api/cases/{walk.case_id}/close-case", {"summary": "x"}, version=1)
    assert answer.status_code == 404
    assert walk.case_no() not in stranger.get("/search?q=食品")


def test_one_goes_back_where_one_came_from_and_nowhere_outside(app: Flask) -> None:
    auth.limiter.reset()
    outside = (
        "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "//[",
        "/\r\nSet-Cookie: a=b",
    )  # fmt: skip
    for wanted, lands in (("/cases?scope=all", "/cases?scope=all"), *((one, "/") for one in outside)):
        visitor = Visitor(app.test_client())
        page = visitor.get("/sign-in")
        data = {
            "csrf_token": visitor.token(page),
            "username": "scjg-head",
            "password": "mingjian-demo-2026",
            "next": wanted,
        }
        assert visitor.client.post("/sign-in", data=data).headers["Location"] == lands


@pytest.mark.parametrize(
    "back", ["/\\evil.example", "/\t/evil.example", "/\r\nSet-Cookie: a=b", "https://evil.example"]
)
def test_dropping_a_saved_form_leads_nowhere_outside(signed_in: Callable[[str], Visitor], back: str) -> None:
    visitor = signed_in("scjg-officer1")
    answer = visitor.post("/saved-forms/anything/add-evidence/drop", {"back": back})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_referrer_that_is_no_address_is_no_accident(visitor: Visitor) -> None:
    answer = visitor.client.post("/sign-out", headers={"Referer": "http://["})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


@pytest.mark.parametrize(
    "address", ["/cases/new/nothing", "/agency/acts/nothing", f"/cases/{SOMETHING['uuid']}/acts/add-evidence"]
)
def test_a_form_without_its_token_about_nothing_is_not_there(signed_in: Callable[[str], Visitor], address: str) -> None:
    assert signed_in("scjg-officer1").client.post(address, data={"zh": "x"}).status_code == 404


def test_every_page_forbids_foreign_and_inline_scripts(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("scjg-officer1")
    answer = visitor.client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in answer.text
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text
