"""The record page, its bytes, its withdrawal."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from publish import release
from publish.document import from_bytes, written_digest
from publish.redact import apply
from tests.publish import samples
from tests.publish.redacting import leaks, propose
from tests.site.conftest import AGENCY_ID, AT, Hand


def full_text() -> str:
    spans = propose(samples.PENALTY_TEXT, samples.KNOWN, keep=samples.KEEP)
    return apply(samples.PENALTY_TEXT, spans)


def test_a_record_shows_every_field_of_the_summary_and_when_it_was_published(client: FlaskClient, hand: Hand) -> None:
    page = client.get(f"/records/{hand.put(samples.PENALTY)}")
    shown = page.get_data(as_text=True)
    assert page.status_code == 200
    for words in (
        "执法对象",
        "朝阳区和顺里小吃店",
        "决定种类",
        "警告、罚款、没收违法所得、没收非法财物",
        "决定主要内容",
        "处罚款五万元",
        "2026年9月28日（周一）",
        "京朝市监处罚〔2026〕1234号",
        samples.AGENCY,
        "按期公示",
        "决定 9月28日，期限 10月13日，公示 10月12日",
        "010-65559876",
        "申请行政复议",
    ):
        assert words in shown


def test_the_full_text_marks_what_was_taken_out_and_tells_nothing_of_it(client: FlaskClient, hand: Hand) -> None:
    content = samples.penalty(form="full_text", full_text=full_text(), document_no="京朝市监处罚〔2026〕1235号")
    publication_id = hand.put(content)
    page = client.get(f"/records/{publication_id}")
    shown = page.get_data(as_text=True)
    assert '<span class="masked">〔家庭住址已隐去〕</span>' in shown
    assert "赵明远" in shown
    assert leaks(page.data, samples.KNOWN, keep=samples.KEEP) == []
    assert leaks(client.get(f"/records/{publication_id}.json").data, samples.KNOWN, keep=samples.KEEP) == []
    assert len(page.data) < 100_000


def test_a_correction_after_the_last_day_does_not_make_late_what_was_published_in_time(
    client: FlaskClient, hand: Hand
) -> None:
    first = samples.penalty(document_no="京朝市监处罚〔2026〕1301号", title="更正而不逾期")
    publication_id = hand.put(first)
    later = samples.penalty(
        document_no=first.document_no, title=first.title, gist="更正后", published_on=date(2026, 11, 5)
    )

    def correct(session: Session) -> None:
        following = release.next_version(session, publication_id, later, reason="摘要有误")
        release.correct(session, publication_id, following, reason="摘要有误", at=AT)

    hand.transact(correct)
    shown = client.get(f"/records/{publication_id}").get_data(as_text=True)
    assert "✓ 按期公示" in shown
    assert "公示 10月12日）" in shown
    assert "2026年11月5日（周四）更正" in shown
    listed = client.get("/search?q=更正而不逾期").get_data(as_text=True)
    assert "✓ 按期公示" in listed
    assert "更正 2026年11月5日（周四）" in listed
    assert "2026-10-12,按期,2026-11-05" in client.get("/search.csv?q=更正而不逾期").get_data(as_text=True)
    [found] = client.get("/search.json?q=更正而不逾期").get_json()["results"]
    assert (found["first_published_on"], found["published_on"]) == ("2026-10-12", "2026-11-05")


def test_a_page_that_was_taken_down_counts_from_the_day_it_came_back(client: FlaskClient, hand: Hand) -> None:
    first = samples.penalty(document_no="京朝市监处罚〔2026〕1304号", title="撤下又公示")
    publication_id = hand.put(first)
    later = samples.penalty(document_no=first.document_no, title=first.title, published_on=date(2026, 11, 5))

    def back(session: Session) -> None:
        release.withdraw(
            session, publication_id, kind="published_in_error", reason="现予撤回。", on=date(2026, 11, 2), at=AT
        )
        following = release.next_version(session, publication_id, later, reason="因公示有误被撤下。")
        release.correct(session, publication_id, following, reason="因公示有误被撤下。", at=AT)

    hand.transact(back)
    shown = client.get(f"/records/{publication_id}").get_data(as_text=True)
    assert "2026年11月2日（周一）撤下：因公示有误被撤下。" in shown
    assert "2026年11月5日（周四）再次公示" in shown
    assert "✓ 按期公示" not in shown
    listed = client.get("/search?q=撤下又公示").get_data(as_text=True)
    assert "公示 2026年11月5日（周四）" in listed
    assert "更正" not in listed[listed.index("撤下又公示") :].split("</li>")[0]
    assert "2026-11-05,逾期,," in client.get("/search.csv?q=撤下又公示").get_data(as_text=True)


def test_a_withdrawal_of_what_should_not_have_been_published_cites_no_ground(client: FlaskClient, hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕1302号"))
    hand.transact(
        lambda session: release.withdraw(
            session, publication_id, kind="published_in_error", reason="现予撤回。", on=date(2026, 11, 9), at=AT
        )
    )
    shown = client.get(f"/records/{publication_id}").get_data(as_text=True)
    assert "公示有误" in shown
    assert "该公示信息已撤下" in shown
    assert "撤回" not in shown[shown.index("<main") : shown.index("</main>")].replace("现予撤回。", "")
    assert "京朝市监处罚〔2026〕1302号 已撤下" in client.get("/search.atom").get_data(as_text=True)
    assert "第十八条" not in shown


def test_a_day_of_another_year_is_told_with_its_year(client: FlaskClient, hand: Hand) -> None:
    over = samples.penalty(
        document_no="京朝市监处罚〔2026〕1303号",
        decided_on=date(2026, 12, 28), due_on=date(2027, 1, 7), published_on=date(2027, 1, 6),
    )  # fmt: skip
    shown = client.get(f"/records/{hand.put(over)}").get_data(as_text=True)
    assert "决定 12月28日，期限 2027年1月7日，公示 2027年1月6日" in shown


def test_an_inspection_result_uses_the_words_of_its_own_article(client: FlaskClient, hand: Hand) -> None:
    shown = client.get(f"/records/{hand.put(samples.INSPECTION)}").get_data(as_text=True)
    for words in ("检查对象", "检查日期", "检查方式", "检查结论", "检查单编号", "检查机关名称", "未发现违法行为"):
        assert words in shown
    assert "决定种类" not in shown


def test_a_late_publication_says_so(client: FlaskClient, hand: Hand) -> None:
    content = samples.penalty(document_no="京朝市监处罚〔2026〕88号", published_on=date(2026, 10, 14))
    assert "逾期公示" in client.get(f"/records/{hand.put(content)}").get_data(as_text=True)


def test_the_json_twin_is_the_exact_bytes_that_were_digested(client: FlaskClient, hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕90号"))
    twin = client.get(f"/records/{publication_id}.json")
    assert from_bytes(twin.data).document_no == "京朝市监处罚〔2026〕90号"
    shown = client.get(f"/records/{publication_id}").get_data(as_text=True)
    assert f"sha256:{hashlib.sha256(twin.data).hexdigest()}" in shown


def test_what_somebody_wrote_into_a_decision_stays_text(client: FlaskClient, hand: Hand) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
    publication_id = hand.put(
        samples.penalty(document_no="京朝市监处罚〔2026〕91号", title=hostile, facts=hostile, party_label=hostile)
    )
    for address in (f"/records/{publication_id}", "/", "/search", "/search.atom"):
        page = client.get(address).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_an_unchanged_record_is_not_sent_twice_and_a_withdrawn_one_is(client: FlaskClient, hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕92号"))
    first = client.get(f"/records/{publication_id}")
    again = client.get(f"/records/{publication_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    withdraw(hand, publication_id)
    gone = client.get(f"/records/{publication_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert gone.status_code == 410


def withdraw(hand: Hand, publication_id: object, **differences: object) -> None:
    values = {"kind": "annulled", "reason": "复议机关撤销原处罚决定。", "on": date(2026, 11, 2), "at": AT} | differences
    hand.transact(lambda session: release.withdraw(session, publication_id, **values))  # type: ignore[arg-type] # as above


def test_a_withdrawn_record_answers_gone_with_the_reason_and_nothing_of_the_content(
    client: FlaskClient, hand: Hand
) -> None:
    content = samples.penalty(document_no="京朝市监处罚〔2026〕93号", title="应当消失的标题", gist="应当消失的摘要")
    publication_id = hand.put(content)
    replacement = uuid4()

    def replace(session: object) -> None:
        release.withdraw(
            session,  # type: ignore[arg-type] # a Session
            publication_id,
            kind="altered",
            reason="复议机关变更处罚数额。",
            on=date(2026, 11, 2),
            at=AT,
            replaced_by=replacement,
        )
        release.put(session, replacement, AGENCY_ID, samples.penalty(document_no="京朝市监处罚〔2026〕93号"), at=AT)  # type: ignore[arg-type]

    hand.transact(replace)
    gone = client.get(f"/records/{publication_id}")
    shown = gone.get_data(as_text=True)
    assert gone.status_code == 410
    assert "noindex" in gone.headers["X-Robots-Tag"]
    for words in (
        "京朝市监处罚〔2026〕93号",
        samples.AGENCY,
        "2026年11月2日",
        "决定被依法变更",
        "复议机关变更处罚数额",
    ):
        assert words in shown
    assert f"/records/{replacement}" in shown
    for words in ("应当消失", "罚款", "小吃店", "食品安全法"):
        assert words not in shown
    twin = client.get(f"/records/{publication_id}.json")
    assert twin.status_code == 410
    assert twin.get_json()["reason"] == "复议机关变更处罚数额。"
    assert client.get("/search.json?q=应当消失").get_json()["results"] == []
    assert f"urn:uuid:{publication_id}" in client.get("/search.atom").get_data(as_text=True)


def test_a_correction_keeps_the_address_says_why_and_hides_the_earlier_bytes(client: FlaskClient, hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕94号", gist="误写的摘要"))
    before = client.get(f"/records/{publication_id}.json").data

    def correct(session: object) -> None:
        mended = samples.penalty(document_no="京朝市监处罚〔2026〕94号", gist="改正的摘要")
        content = release.next_version(session, publication_id, mended, reason="摘要误写")  # type: ignore[arg-type]
        release.correct(session, publication_id, content, reason="摘要误写", at=AT)  # type: ignore[arg-type] # a Session

    hand.transact(correct)
    shown = client.get(f"/records/{publication_id}").get_data(as_text=True)
    assert "现为第 2 版" in shown
    assert "摘要误写" in shown
    content = from_bytes(client.get(f"/records/{publication_id}.json").data)
    assert content.earlier[0].digest == written_digest(hashlib.sha256(before).digest())
    assert "误写的摘要" not in client.get("/search?number=京朝市监处罚〔2026〕94号").get_data(as_text=True)
    with hand.engine.begin() as connection:
        connection.execute(text("SELECT set_config('mingjian.agency_id', :id, true)"), {"id": str(AGENCY_ID)})
        kept = connection.execute(
            text("SELECT count(*) FROM public_site.publication_version WHERE publication_id = :id"),
            {"id": publication_id},
        ).scalar_one()
    assert kept == 2


def test_a_withdrawal_without_a_reason_is_refused(hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕95号"))
    with pytest.raises(ValueError, match="reason"):
        withdraw(hand, publication_id, reason="  ")


def test_a_publication_is_withdrawn_once(hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕96号"))
    withdraw(hand, publication_id)
    with pytest.raises(release.NotPublished):
        withdraw(hand, publication_id)


def test_unknown_addresses_answer_in_chinese(client: FlaskClient) -> None:
    for address in (f"/records/{uuid4()}", "/records/1", "/nothing", "/agencies/nobody", "/notices/none", "/.env"):
        page = client.get(address)
        assert page.status_code == 404
        assert "没有找到这个页面" in page.get_data(as_text=True)
