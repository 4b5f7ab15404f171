"""What a publication must say, the bytes it becomes, and the terms it is found by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.document import Content, PastVersion, from_bytes, labels, missing_fields, to_bytes, validate
from publish.initials import initial_of
from publish.search import normalise, terms, words
from tests.publish import samples


def test_a_complete_content_lacks_nothing() -> None:
    for content in (samples.PENALTY, samples.INSPECTION, samples.LICENSE):
        assert missing_fields(content) == ()


@pytest.mark.parametrize(
    ("field", "zh", "row"),
    [
        ("party_label", "执法对象", "G14.3a"),
        ("decision_kind", "决定种类", "G14.3b"),
        ("main_content", "决定主要内容", "G14.3c"),
        ("document_no", "决定书编号", "G14.3e"),
        ("agency", "作出决定机关名称", "G14.3f"),
    ],
)
def test_each_missing_field_of_a_decision_is_named_with_its_article(field: str, zh: str, row: str) -> None:
    missing = missing_fields(samples.penalty(**{field: " "}))
    assert [(item.field, item.zh, item.cite, item.row) for item in missing] == [(field, zh, "G#14.3", row)]


def test_an_inspection_lacks_its_own_six_fields() -> None:
    missing = validate("inspection_result", {})
    assert {item.zh for item in missing} == {
        "检查对象",
        "检查日期",
        "检查方式",
        "检查结论",
        "检查单编号",
        "检查机关名称",
    }
    assert {item.cite for item in missing} == {"G#15"}
    assert labels("inspection_result")["main_content"] == "检查结论"


def test_an_inspections_result_in_full_text_is_refused() -> None:
    content = replace(samples.INSPECTION, form="full_text", full_text="全文")
    assert [item.row for item in missing_fields(content)] == ["G15.1"]


def test_a_decision_in_full_text_needs_its_text() -> None:
    assert [item.field for item in missing_fields(samples.penalty(form="full_text"))] == ["full_text"]


def test_an_unknown_kind_is_an_error_and_not_a_complaint() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        validate("other", {})


def test_bytes_are_canonical_and_read_back_the_same() -> None:
    content = samples.penalty(
        version=2, earlier=(PastVersion(1, "sha256:" + "0" * 64, date(2026, 10, 12), "摘要误写"),)
    )
    data = to_bytes(content)
    assert from_bytes(data) == content
    assert to_bytes(from_bytes(data)) == data
    assert data.startswith(b'{"agency":')
    assert b": " not in data
    assert "京朝市监处罚〔2026〕1234号".encode() in data


TEXT = st.text(min_size=1, max_size=40)


CONTENTS = st.builds(
    Content,
    kind=st.just("penalty_decision"),
    form=st.just("summary"),
    agency=TEXT,
    document_no=TEXT,
    title=TEXT,
    party_label=TEXT,
    decided_on=st.dates(),
    published_on=st.dates(),
    main_content=TEXT,
    due_on=st.none() | st.dates(),
    basis=st.lists(TEXT).map(tuple),
    facts=TEXT | st.just(""),
    version=st.integers(1, 99),
)


@given(CONTENTS)
def test_any_content_comes_back_from_its_bytes(content: Content) -> None:
    assert from_bytes(to_bytes(content)) == content


def test_something_else_is_not_read_as_a_publication() -> None:
    for data in (b"{}", b"[]", b'{"format":"other"}', b"not json", b'{"format":"mingjian-publication-1"}'):
        with pytest.raises(ValueError, match=r"."):
            from_bytes(data)


def test_terms_are_bigrams_words_and_numbers() -> None:
    assert terms("罚款5000元，ABC公司；张") == ["5000", "abc", "元", "公司", "张", "罚款"]


@given(
    st.text(st.sampled_from("食品安全法罚款元〔〕ab12 ，"), max_size=30),
    st.text(st.sampled_from("食品安全法罚款元〔〕，"), min_size=2, max_size=5),
)
def test_what_a_text_contains_is_always_among_its_candidates(text: str, word: str) -> None:
    """No false negative: where a text holds the Han word as written, it has every term the word asks for."""
    asked = words(word)
    if asked.terms and normalise(word) in normalise(text):
        assert set(asked.terms) <= set(terms(text))


@pytest.mark.parametrize(
    ("name", "initial"),
    [
        ("北京市朝阳区市场监督管理局", "C"),
        ("北京市海淀区城市管理委员会", "H"),
        ("北京市规划和自然资源委员会", "G"),
        ("北京市文化市场综合执法总队", "W"),
        ("ABC管理中心", "A"),
        ("〇号机关", "#"),
        ("北京市", "B"),
    ],
)
def test_an_agency_is_filed_under_the_letter_people_look_under(name: str, initial: str) -> None:
    assert initial_of(name) == initial
