"""What G#14.2 hides is found in the spellings it hides in; what must stay stays; and nothing masked survives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.readings import plain_view
from publish.redact import KnownValue, Span, apply
from tests.publish import samples
from tests.publish.redacting import RULES, leaks, mask, mask_name, names_in, propose


def masked(text: str, known: tuple[KnownValue, ...] = (), keep: tuple[str, ...] = ()) -> str:
    return apply(text, propose(text, known, keep=keep))


def found(text: str, known: tuple[KnownValue, ...] = ()) -> set[tuple[str, str, str]]:
    return {(text[span.start : span.end], span.category, span.source) for span in propose(text, known)}


def test_a_whole_decision_loses_everything_hidden_and_keeps_what_is_public() -> None:
    text = masked(samples.PENALTY_TEXT, samples.KNOWN, samples.KEEP)
    assert leaks(text, samples.KNOWN, keep=samples.KEEP) == []
    for public in (
        *samples.OFFICERS,
        "朝阳区和顺里小吃店",
        "92110105MA0XXXXX0K",
        "罚款五万元",
        "违法所得560元",
        "010-65551234",
        "京朝市监处罚〔2026〕1234号",
        "第一百二十四条第一款",
    ):
        assert public in text
    for hidden in ("京N", "3.2万元", "6万元", "75岁"):
        assert hidden not in text


def test_the_same_decision_without_any_known_value_still_loses_its_numbers_and_names() -> None:
    text = masked(samples.PENALTY_TEXT, (), samples.KEEP)
    for value in samples.KNOWN:
        assert leaks(text, [value], keep=samples.KEEP) == []


@pytest.mark.parametrize(
    ("text", "value", "category"),
    [
        ("身份证号110105197803142519。", "110105197803142519", "id_no"),
        ("身份证号码：110105197803142510（校验位有误）", "110105197803142510", "id_no"),
        ("公民身份号码１１０１０５１９７８０３１４２５１９", "１１０１０５１９７８０３１４２５１９", "id_no"),
        ("证件号110105197803******", "110105197803******", "id_no"),
        ("号码为11010519780314251x的人", "11010519780314251x", "id_no"),
        ("电话13900001111转告", "13900001111", "contact"),
        ("电话139 0000 1111转告", "139 0000 1111", "contact"),
        ("拨打010－65550123", "010－65550123", "contact"),
        ("邮箱wei.chl@example.cn。", "wei.chl@example.cn", "contact"),
        ("微信号：wei_2020", "wei_2020", "contact"),
        ("账号6222 0200 1234 5678 901收款", "6222 0200 1234 5678 901", "bank_account"),
        ("开户行及账号：0200-2345-0900-1234567", "0200-2345-0900-1234567", "bank_account"),
        ("京（2021）朝不动产权第0012345号", "京（2021）朝不动产权第0012345号", "title_certificate"),
        ("X京房权证朝字第123456号", "X京房权证朝字第123456号", "title_certificate"),
        ("驾驶京AD12345小型客车", "京AD12345", "other"),
        ("出生日期：1978年3月14日", "1978年3月14日", "birth_date"),
        ("1978年3月14日出生", "1978年3月14日", "birth_date"),
        ("（男，15岁）", "15", "age"),
        ("现年四十二岁", "四十二", "age"),
        ("住址：北京市朝阳区槐柏西里7号楼3单元502室，", "北京市朝阳区槐柏西里7号楼3单元502室", "home_address"),
        ("汉族，住北京市丰台区青塔西路26号院9号楼1201室。", "北京市丰台区青塔西路26号院9号楼1201室", "home_address"),
        ("年收入约6万元", "6万元", "property"),
        ("证人李卫东称", "李卫东", "name"),
        ("经营者：欧阳建国", "欧阳建国", "name"),
        ("委托代理人（特别授权）：何 静", "何 静", "name"),
    ],
)
def test_a_label_finds_what_stands_behind_it(text: str, value: str, category: str) -> None:
    assert (value, category, "label") in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码：92110105MA0XXXXX0K",
        "京朝市监处罚〔2026〕1234号",
        "没收违法所得五百六十元，处罚款五万元",
        "当事人经营超过保质期的食品",
        "依法享有陈述、申辩和申请回避的权利",
        "《中华人民共和国食品安全法》第三十四条第（三）项",
        "2026年6月29日，执法人员到场检查",
        "本决定的货值金额合计944元",
        "〔家庭住址已隐去〕，张某、李某甲",
        "许可证件编号：JY11101050003。有效期：2026年11月23日至2031年11月22日。",
        "本机关于2026年11月23日受理。经审查，决定准予行政许可。",
    ],
)
def test_what_is_public_is_not_proposed(text: str) -> None:
    assert propose(text, ()) == []


def test_a_name_masked_in_the_header_does_not_survive_in_the_list_of_evidence() -> None:
    text = "经营者：魏长林\n……\n证据：1. 魏长林的询问笔录；2. 魏 长 林签名的清单；3. 魏\n长林的证件。"
    assert "长林" not in masked(text).replace("\n", "")


@pytest.mark.parametrize(
    "value", ["槐柏西里7号楼3单元502室", "京AD12345", "wei_2020"], ids=["home", "plate", "account"]
)
def test_what_a_label_found_is_masked_wherever_it_stands_again(value: str) -> None:
    labels = {"槐柏西里7号楼3单元502室": "住址：", "京AD12345": "驾驶", "wei_2020": "微信号："}
    text = masked(f"{labels[value]}{value}，\n……\n证据：与{value}有关的照片。")
    assert value not in text


def test_an_age_found_by_its_label_masks_no_other_number() -> None:
    assert masked("（男，15岁）\n共计15件。").endswith("共计15件。")


def test_a_mask_tells_the_surname_and_never_the_length() -> None:
    assert [mask_name(name) for name in ("张三", "张三丰", "欧阳锋", "张 三")] == ["张某", "张某", "欧阳某", "张某"]
    assert mask_name("Smith") == "〔姓名已隐去〕"


def test_persons_of_one_surname_are_told_apart_and_each_stays_the_same() -> None:
    known = (KnownValue("name", "张三丰", "当事人"), KnownValue("name", "张卫东", "证人"), KnownValue("name", "李四海"))
    text = masked("张卫东看见张三丰，张三丰看见李四海。", known)
    assert text == "张某乙看见张某甲，张某甲看见李某。"


def test_a_sole_traders_business_keeps_its_name_and_its_operator_loses_hers() -> None:
    known = (KnownValue("name", "张秀兰", "经营者"),)
    text = masked("当事人张秀兰早点铺，经营者张秀兰。", known, ("张秀兰早点铺",))
    assert text == "当事人张秀兰早点铺，经营者张某。"
    assert leaks(text, known, keep=("张秀兰早点铺",)) == []
    assert leaks(text, known) != []


def test_suggestions_are_marked_as_such_and_known_values_win() -> None:
    text = "后由唐雪梅送至仓库。"
    assert found(text) == {("唐雪梅", "name", "suggestion")}
    assert found(text, (KnownValue("name", "唐雪梅"),)) == {("唐雪梅", "name", "known")}


def test_a_birth_date_is_found_in_every_way_of_writing_a_day() -> None:
    known = (KnownValue("birth_date", "1983-11-02"),)
    for written in ("1983年11月2日", "1983年11月02日", "1983-11-02", "1983.11.2", "19831102", "1983 年 11 月 2 日"):
        assert "1983" not in masked(f"其{written}入学", known)
        assert leaks(f"其{written}入学", known)
    assert leaks("1983年11月23日", known) == []


def test_a_birth_date_is_found_in_han_numbers() -> None:
    known = (KnownValue("birth_date", "1980-11-20"),)
    for written in ("一九八〇年十一月二十日", "一九八零年十一月二十日", "1980年\n11月20日"):
        assert leaks(masked(f"其{written}入学", known), known) == []
        assert leaks(f"其{written}入学", known)


@pytest.mark.parametrize(
    "written",
    [
        "槐柏西里7号楼3单元502室",
        "槐柏西里七号楼三单元五〇二室",
        "槐柏西里\n7号楼，3单元，502室",
        "槐柏西里7号楼的住户",
        "槐柏西里7 号楼",
    ],
)
def test_a_home_is_found_down_to_its_house_and_over_line_ends(written: str) -> None:
    known = (KnownValue("home_address", "北京市朝阳区槐柏西里7号楼3单元502室"),)
    assert leaks(f"送至{written}。", known)
    assert leaks(masked(f"送至{written}。", known), known) == []


def test_a_shop_in_the_same_house_as_the_home_may_be_named() -> None:
    known = (KnownValue("home_address", "北京市朝阳区槐柏西里7号楼3单元502室"),)
    shop = "北京市朝阳区槐柏西里7号楼1层商铺"
    assert leaks("在槐柏西里7号楼检查", known, keep=(shop,)) == []
    assert leaks("在槐柏西里7号楼3单元502室检查", known, keep=(shop,))


def test_a_name_in_traditional_characters_is_the_same_name() -> None:
    assert masked("證人張三豐稱，張三豐到場。") == "證人张某稱，张某到場。"
    known = (KnownValue("name", "陈丽华"),)
    assert masked("陳麗華簽字", known) == "陈某簽字"
    assert masked("位於陳麗華住所後院", known) == "位於陈某住所後院"


def test_the_place_of_an_authority_is_not_suggested_as_a_name_that_it_may_be_elsewhere() -> None:
    said = "向北京市明德区人民政府申请行政复议，或者向明德区人民法院起诉。"
    assert found("明德咖啡馆的店铺。" + said) == {("明德", "name", "suggestion")}
    shown = masked("明德咖啡馆的店铺。" + said)
    assert said in shown
    assert not shown.startswith("明德")
    assert "王强" not in masked("王强区别对待，王强说。")


def test_every_character_of_a_view_keeps_its_place_in_the_text() -> None:
    text = "".join(map(chr, range(0x3400, 0xA000)))
    view = plain_view(text)
    assert view.origin == tuple(range(len(text)))
    assert len(view.text) == len(text)


def test_a_given_name_alone_is_laid_before_a_person() -> None:
    known = (KnownValue("name", "魏长林", "经营者"),)
    assert found("长林先生到场", known) == {("长林", "name", "suggestion")}
    assert masked("长林先生到场", known) == "魏某先生到场"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("号码1101051978\n03142519在案", "id_no"),
        ("号码110105-19780314-2519在案", "id_no"),
        ("拨打139000\n01111联系", "contact"),
        ("收款6222020012\n345678901", "bank_account"),
    ],
)
def test_a_number_nobody_knew_is_found_over_a_line_end(text: str, category: str) -> None:
    assert category in {span.category for span in propose(text, ())}


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("110105197803142519", "110105780314251"),
        ("11010519780314251X", "110105 780314 251"),
        ("110105780314251", "110105197803142510"),
        ("110105780314251", "11010519780314251"),
    ],
)
def test_an_identity_number_is_the_same_with_fifteen_digits_and_with_eighteen(known: str, written: str) -> None:
    value = KnownValue("id_no", known, "当事人")
    text = f"持有编号{written}的证照"
    assert masked(text, (value,)) == "持有编号〔身份证号码已隐去〕的证照"
    assert [leak.category for leak in leaks(text, (value,))] == ["id_no"]
    assert leaks(f"持有编号{written.replace(' ', '')[:10]}的证照", (value,)) != []
    assert leaks("统一社会信用代码92110105780314251K", (KnownValue("id_no", "92110105MA0XXXXX0K"),)) == []


def test_an_address_is_found_without_the_city_it_begins_with() -> None:
    known = (KnownValue("home_address", "北京市丰台区青塔西路26号院9号楼1201室"),)
    text = "送达至青塔西路26号院9号楼1201室门口"
    assert leaks(text, known)
    assert leaks(masked(text, known), known) == []


@pytest.mark.parametrize(
    "hidden",
    [
        "魏长林",
        "魏 长 林",
        "魏\u200b长\u200b林",
        "魏\n长林",
        "<b>魏</b>长林",
        "魏&#38271;林",
        "&#x9B4F;&#x957F;&#x6797;",
        "\\u9b4f\\u957f\\u6797",
        "%E9%AD%8F%E9%95%BF%E6%9E%97",
        "１１０１０５１９７８０３１４２５１９",
        "1101 0519 7803 1425 19",
        "110105-19780314-2519",
        "1101051978031425**",
        "＊＊＊＊＊＊１９７８０３１４２５１９",
        "魏長林",
        "魏\n\n长林",
        "魏·长·林",
        "魏-长-林",
        "&amp;#39759;长林",
        "%26%2339759%3B长林",
        "\\u0026#39759;长林",
        "110105，19780314，2519",
        "1101 05/1978/0314/2519",
        "一一〇一〇五一九七八〇三一四二五一九",
        "110105\r\n\r\n197803142519",
    ],
)
def test_the_gate_reads_what_a_machine_could_read(hidden: str) -> None:
    known = (KnownValue("name", "魏长林"), KnownValue("id_no", "110105197803142519"))
    assert leaks(f"…{hidden}…".encode(), known)
    assert leaks("…魏某…〔身份证号码已隐去〕…".encode(), known) == []


def test_a_leak_says_where() -> None:
    leak = leaks('{"facts":"\\u9b4f\\u957f\\u6797到场"}', (KnownValue("name", "魏长林"),))[0]
    assert (leak.category, leak.where) == ("name", "JSON")
    assert "魏长林到场" in leak.excerpt


def test_a_value_of_one_character_does_not_hide_the_whole_decision() -> None:
    known = (
        KnownValue("other", "元"),
        KnownValue("name", "张"),
        KnownValue("name", "张某"),
        KnownValue("contact", "1"),
    )
    text = "罚款1000元，张某"
    assert propose(text, known) == []
    assert leaks(text, known) == []


def test_of_a_list_of_words_those_that_look_like_names_are_taken() -> None:
    assert names_in("张三丰（店长）、欧阳建国，当事人负责人") == ["张三丰", "欧阳建国"]
    assert names_in("当事人") == names_in("法定代表人") == names_in("单位负责人") == names_in("") == []


def test_spans_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply("张三丰", [Span(0, 2, "name", "person", "张某"), Span(1, 3, "name", "person", "张某")])


def test_every_category_says_what_it_hides() -> None:
    for key, category in RULES.categories.items():
        assert mask(key) == category.mask
        assert category.mask.endswith("已隐去〕")


NAMES = st.sampled_from(
    ["魏长林", "刘素琴", "何静怡", "欧阳建国", "唐雪梅", "张三丰", "张伟", "李卫东", "阿卜杜拉·买买提"]
)
NUMBERS = st.sampled_from(["110105197803142519", "11010619831102452X", "6222020012345678901", "13900001111"])
ADDRESSES = st.sampled_from(["北京市朝阳区槐柏西里7号楼3单元502室", "北京市丰台区青塔西路26号院9号楼1201室"])
FILLER = st.text(st.sampled_from("的在检查时发现，。：；（）“”\n 于与该店2026年号元ABCx<>&"), max_size=12)
GAPS = st.sampled_from(["", " ", "\u3000", "\u200b", "\n"])


@st.composite
def written(draw: st.DrawFn, value: str) -> str:
    """A value the way people write it: gaps between its characters, full-width digits, capitals or not."""
    gap = draw(GAPS)
    wide = draw(st.booleans())
    shape = value.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}) if wide else value
    return gap.join(draw(st.sampled_from([shape, shape.lower()])))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, tuple[KnownValue, ...]]:
    kinds = {"name": NAMES, "id_no": NUMBERS, "bank_account": NUMBERS, "contact": NUMBERS, "home_address": ADDRESSES}
    category = st.sampled_from(sorted(kinds))
    known = tuple(KnownValue(one, draw(kinds[one])) for one in draw(st.lists(category, min_size=1, max_size=6)))
    parts = [draw(FILLER)]
    for value in known:
        for _ in range(draw(st.integers(1, 3))):
            parts += [draw(written(value.value)), draw(FILLER)]
    return "".join(parts), known


@settings(max_examples=300, deadline=None)
@given(documents())
def test_nothing_masked_survives(document: tuple[str, tuple[KnownValue, ...]]) -> None:
    text, known = document
    final = masked(text, known)
    assert leaks(final, known) == []
    assert leaks(json.dumps({"text": final}).encode(), known) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived_and_left_as_it_is_outside_the_spans(text: str) -> None:
    spans = propose(text, samples.KNOWN)
    final = apply(text, spans)
    assert len(final) == len(text) + sum(len(span.replacement) - (span.end - span.start) for span in spans)
    assert apply(text, []) == text
