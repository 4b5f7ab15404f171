"""Articles in data and on screens: the law's own numbering, and only articles that exist."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.law.citation import Citation, Source, chinese_number, numbers_in, problems_of
from enforcement.law.errors import LawBookError
from enforcement.law.events import shanghai_day
from tests.law.places import changed, said, text_of


@pytest.mark.parametrize(
    ("short", "words"),
    [
        ("G#13", "《北京市行政执法公示办法》第十三条"),
        ("G#18.2", "《北京市行政执法公示办法》第十八条第二款"),
        ("APL#64(2)", "《行政处罚法》第六十四条第（二）项"),
        ("APL#72.1(1)", "《行政处罚法》第七十二条第一款第（一）项"),
        ("ALL#42.1", "《行政许可法》第四十二条第一款"),
        ("R#5", "《部门联合“双随机、一公开”监管实施方案》三、（五）"),
        ("GO118#12", "《国办发〔2018〕118号指导意见》（十二）"),
    ],
)
def test_a_citation_is_written_as_the_law_writes_it(sources: Mapping[str, Source], short: str, words: str) -> None:
    assert Citation.parse(short).zh(sources) == words


@pytest.mark.parametrize("text", ["G13", "G#0", "G#13.b", "g#13", "APL#64()", "G#13 ", "", "#13", "G#013"])
def test_our_own_row_numbers_and_other_forms_are_no_citation(text: str) -> None:
    with pytest.raises(LawBookError, match="is not a citation"):
        Citation.parse(text)


@given(
    st.sampled_from(["G", "J", "S", "APL", "MR45"]), st.integers(1, 300),
    st.none() | st.integers(1, 9), st.none() | st.integers(1, 12),
)  # fmt: skip
def test_a_citation_read_and_written_is_the_same(
    source: str, article: int, paragraph: int | None, item: int | None
) -> None:
    citation = Citation(source, article, paragraph, item)
    assert Citation.parse(str(citation)) == citation


def test_an_article_beyond_the_last_is_refused(sources: Mapping[str, Source]) -> None:
    assert problems_of("G#21", sources) == []
    assert problems_of("G#22", sources) == ["G#22: 北京市行政执法公示办法 ends with 21"]
    assert problems_of("J#16", sources) == ["J#16: 北京市行政执法全过程记录办法 ends with 15"]
    assert problems_of("XYZ#1", sources) == ["XYZ#1: the source XYZ is not in sources.toml"]
    with pytest.raises(LawBookError, match=r"not in sources\.toml"):
        Citation.parse("XYZ#1").zh(sources)


@given(st.integers(1, 9999))
def test_a_number_in_chinese_numerals_reads_back(number: int) -> None:
    assert numbers_in(f"应当在{chinese_number(number)}日内") == (number,)


@pytest.mark.parametrize(
    ("number", "numeral"),
    [(3, "三"), (10, "十"), (15, "十五"), (20, "二十"), (90, "九十"), (105, "一百零五"), (1001, "一千零一")],
)
def test_numerals_are_the_law_s(number: int, numeral: str) -> None:
    assert chinese_number(number) == numeral


def test_numbers_outside_the_law_s_range_are_refused() -> None:
    for number in (0, 10000):
        with pytest.raises(ValueError, match="outside 1 to 9999"):
            chinese_number(number)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("应当在决定作出之日起7个工作日内主动公示", (7,)),
        ("应当在２４小时内向同级公安机关移送", (24,)),
        ("每年1月31日前", (1, 31)),
        ("执法人员不得少于两人", (2,)),
        ("经过三十日，即视为送达", (30,)),
        ("二〇二一", (2021,)),
        ("应当及时纠正", ()),
    ],
)
def test_numbers_are_found_in_either_script(text: str, numbers: tuple[int, ...]) -> None:
    assert numbers_in(text) == numbers


def test_every_source_has_a_name_a_rank_and_no_unknown_field() -> None:
    for before, after, words in [
        ('rank           = "法律"\narticles       = 86', "articles       = 86", "APL: rank is missing"),
        ("articles       = 21", "articels = 21", "G: unknown field articels, perhaps articles"),
    ]:
        assert words in said("law/sources", changed("law/sources", before, after))


def test_a_source_of_which_no_article_is_named_does_not_load() -> None:
    text = text_of("law/sources") + '\n[ESL]\ntitle = "中华人民共和国电子签名法"\nzh = "电子签名法"\nrank = "法律"\n'
    assert said("law/sources", text) == "sources.toml: ESL: no article of it is named"


def test_a_day_is_a_day_in_shanghai_whatever_the_zone() -> None:
    moment = datetime(2026, 9, 28, 16, 0, tzinfo=UTC)
    assert str(shanghai_day(moment)) == "2026-09-29"
    assert shanghai_day(moment.astimezone(timezone(timedelta(hours=-8)))) == shanghai_day(moment)
    with pytest.raises(ValueError, match="without a time zone"):
        shanghai_day(datetime(2026, 9, 28, 16, 0))  # noqa: DTZ001 - the naive moment is what is refused
