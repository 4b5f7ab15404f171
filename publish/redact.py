"""Find what must not be published, mask what a person decided to mask, refuse what leaks.

Three sources, in this order of trust: values the case knows (`known`), labelled patterns (`label`: 身份证号 …) and
guesses (`suggestion`: surnames and a segmentation). All of them only propose: a person confirms, rejects or adds every
span (G14.2). `leaks` is the gate over the final bytes and trusts nobody.

Everything matches on a view of the text (`publish.readings`): 张 三, 張三, １３８ and zero-width spaces hide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from stdnum.cn.ric import calc_check_digit

from publish import names
from publish.readings import View, Views, loose, names_view, numbers_view, plain_view, readings, views
from publish.redaction_rules import Category, Rules

Place: TypeAlias = tuple[int, int, int, str, str]  # start, end, rank, category, mask ('' for what the category says)

SOURCES = ("known", "label", "suggestion")
_NUMBERS = frozenset({"id_no", "contact", "bank_account", "title_certificate"})
_FRAGMENT = {"id_no": 10, "bank_account": 8, "contact": 8}
_SHORTEST = 2
_SHORTEST_ADDRESS = 6
_HOUSE = re.compile("[0-9](?:号楼|号院|号|楼|栋|幢|座|排)")
_REGION = re.compile(
    r"^(?:中国)?(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,7}?市)?(?:[\u4e00-\u9fff]{1,7}?[区县旗])?"
)
_ISO_DAY = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_MASKED_ALREADY = re.compile("〔[^〔〕\n]{1,12}已隐去〕")
_HAN_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class KnownValue:
    """Something the case knows about a person: its category, the value as registered, whose it is (当事人, 证人 …).

    For `birth_date` the value is YYYY-MM-DD, for `age` the number of years.
    """

    category: str
    value: str
    label: str = ""


@dataclass(frozen=True)
class Span:
    """A place to mask: half-open character positions of the original text."""

    start: int
    end: int
    category: str
    source: str  # known | label | suggestion | person
    replacement: str


@dataclass(frozen=True)
class Leak:
    """A known value found in final bytes: in which reading of them (`where`), and what stands around it."""

    category: str
    where: str
    excerpt: str


def propose(text: str, known: Iterable[KnownValue], *, rules: Rules, keep: Iterable[str] = ()) -> list[Span]:
    """Every span to look at, in order, none overlapping.

    `keep` are strings that stay as they are: officers' names (public, G#6.1(3)), names of organizations and of sole
    traders' businesses. Whatever a label finds once is masked wherever it stands again, so a name masked in the header
    does not survive in the list of evidence.
    """
    values = _usable(known)
    seen = views(text)
    keep = [string for string in keep if string]
    kept = [found for string in keep for found in _occurrences(seen.plain, plain_view(string).text)]
    kept += [seen.plain.span(*masked.span()) for masked in _MASKED_ALREADY.finditer(seen.plain.text)]
    found = [place for value in values for place in _of_known(value, seen, keep, rules)]
    found += _of_words(seen.plain, rules)
    return _resolve(text, found, kept, values, rules)


def _of_known(value: KnownValue, seen: Views, keep: Sequence[str], rules: Rules) -> Iterator[Place]:
    """Where a known value stands; a given name alone (长林先生) is a suggestion only, 建国 being a word too."""
    at = _look_in(seen, value.category)
    for regex in _expressions(value, keep):
        for match in regex.finditer(at.text):
            yield *at.span(*match.span("v")), 0, value.category, ""
    if given := _given_name(value, rules):
        masked = mask_name(value.value, rules=rules)
        for start, end in _occurrences(seen.plain, given):
            yield start, end, 2, "name", masked


def _of_words(view: View, rules: Rules) -> list[Place]:
    """What labels and likely names find; and whatever a label finds once, wherever it stands again."""
    found: list[Place] = []
    echoes: dict[str, tuple[int, str, str]] = {}
    for pattern in rules.patterns:
        for match in pattern.regex.finditer(view.text):
            group = "value" if "value" in pattern.regex.groupindex else 0
            if match.group(group):
                rank = 2 if pattern.suggestion else 1
                found.append((*view.span(*match.span(group)), rank, pattern.category, pattern.mask))
                if pattern.category not in {"age", "property"}:
                    echoes.setdefault(match.group(group), (rank, pattern.category, pattern.mask))
    for rank, places in ((1, names.announced(view.text, rules.names)), (2, names.suspected(view.text, rules.names))):
        for start, end in sorted(places):
            echoes.setdefault(view.text[start:end], (rank, "name", ""))
    for string, (rank, category, mask) in echoes.items():
        # Only a guess gives way to a place: 明德 in 明德区人民政府, though it may name somebody elsewhere.
        place = rules.names.place if rank == len(SOURCES) - 1 and category == "name" else None
        found += [(start, end, rank, category, mask) for start, end in _occurrences(view, string, before=place)]
    return found


def apply(text: str, spans: Sequence[Span]) -> str:
    """The text with every span replaced; raises ValueError when spans overlap or lie outside the text."""
    parts: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda item: item.start):
        if span.start < at or span.end <= span.start or span.end > len(text):
            raise ValueError(f"span {span.start} to {span.end} overlaps another or lies outside the text")
        parts += [text[at : span.start], span.replacement]
        at = span.end
    return "".join([*parts, text[at:]])


def mask_name(name: str, *, rules: Rules, ordinal: str = "") -> str:
    """张三丰 → 张某, 欧阳锋 → 欧阳某, with an ordinal 张某甲; no surname: the category. Never tells the length."""
    squeezed = plain_view(name).text
    surname = names.surname_at(rules.names, squeezed)
    if not surname:
        return rules.categories["name"].mask
    return f"{surname}某{ordinal}"


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: 張 三 and 张三."""
    return bool(one.strip()) and names_view(one).text == names_view(other).text


def names_in(text: str, *, rules: Rules) -> list[str]:
    """The pieces of a list of names (张三、李四（店长）) that look like names; words like 负责人 do not."""
    pieces = [piece.strip() for piece in re.split(r"[、，,;；/\n（）()\s]", text)]
    return [piece for piece in pieces if names.looks_like_one(piece, rules.names)]


def mask(category: str, *, rules: Rules) -> str:
    """What stands where a value of this category stood, for a span that a person adds: 〔家庭住址已隐去〕."""
    return _category(category, rules).mask


def leaks(final: bytes | str, known: Iterable[KnownValue], *, rules: Rules, keep: Iterable[str] = ()) -> list[Leak]:
    """Every known value that the final bytes still tell, in any reading a machine could give them.

    Read as they are, as HTML (entities, tags taken out), as JSON escapes and as percent-encoding, each with full-width
    folded and blanks and zero-width signs removed. Long numbers count from a fragment on. Empty means: may go out.
    """
    text = final.decode("utf-8", "replace") if isinstance(final, bytes) else final
    keep = [string for string in keep if string]
    stays = [*keep, *(category.mask for category in rules.categories.values())]
    values = _usable(known)
    found: dict[tuple[str, str], Leak] = {}
    for where, reading in readings(text):
        seen = views(reading)
        shown = {
            id(seen.plain): _blank(seen.plain.text, [plain_view(string).text for string in stays]),
            id(seen.names): _blank(seen.names.text, [names_view(string).text for string in stays]),
            id(seen.numbers): _blank(seen.numbers.text, [numbers_view(string).text for string in stays]),
        }
        for value in values:
            view = _look_in(seen, value.category)
            for regex in _expressions(value, keep, fragments=True):
                match = regex.search(shown[id(view)])
                if match:
                    start, end = view.span(*match.span("v"))
                    excerpt = reading[max(0, start - 12) : end + 12]
                    found.setdefault((value.category, value.value), Leak(value.category, where, excerpt))
    return list(found.values())


def _look_in(seen: Views, category: str) -> View:
    """The view in which values of a category are looked for."""
    if category == "name":
        return seen.names
    return seen.numbers if category in _NUMBERS or category == "home_address" else seen.plain


def _blank(text: str, strings: Iterable[str]) -> str:
    for string in sorted(strings, key=len, reverse=True):
        if string:
            text = text.replace(string, "\n" * len(string))
    return text


def _occurrences(view: View, string: str, *, before: re.Pattern[str] | None = None) -> list[tuple[int, int]]:
    """Where the string stands in the original text, but not right before what `before` matches."""
    string = string.replace("\n", "")
    if len(string) < _SHORTEST:
        return []
    places = view.places(string)
    return [view.span(start, end) for start, end in places if not (before and before.match(view.text, end))]


def _usable(known: Iterable[KnownValue]) -> list[KnownValue]:
    """Known values worth looking for: a single character finds everything, a name that is a mask already nothing."""
    usable = []
    for value in known:
        squeezed = plain_view(value.value).text
        if len(squeezed) < _SHORTEST and value.category != "age":
            continue
        if not squeezed or (value.category == "name" and "某" in squeezed):
            continue
        usable.append(replace(value, value=squeezed))
    return usable


def _expressions(value: KnownValue, keep: Sequence[str] = (), *, fragments: bool = False) -> list[re.Pattern[str]]:
    """How a known value may be written, in the view of its category. Group `v` is what to mask."""
    if value.category == "age":
        years = int(value.value) if value.value.isdecimal() else 0
        written = {value.value, _han_number(years)} if years else {value.value}
        return [re.compile(f"(?P<v>(?<![0-9一二三四五六七八九十百])(?:{'|'.join(written)}))(?=周?岁)")]
    day = _ISO_DAY.match(value.value) if value.category == "birth_date" else None
    if day:
        return _of_day(day.group(1), int(day.group(2)), int(day.group(3)))
    if value.category in _NUMBERS:
        plain = numbers_view(value.value).text
        forms = _of_id_no(plain) if value.category == "id_no" else [plain]
        size = _FRAGMENT.get(value.category, 0)
        if fragments and size and len(plain) > size:
            forms = sorted({form[at : at + size] for form in forms for at in range(len(form) - size + 1)})
        return [re.compile(f"(?P<v>{'|'.join(map(loose, forms))})", re.IGNORECASE)]
    if value.category == "home_address":
        return [re.compile(f"(?P<v>{loose(form)})", re.IGNORECASE) for form in _of_address(value.value, keep)]
    plain = names_view(value.value).text if value.category == "name" else value.value
    return [re.compile(f"(?P<v>{loose(plain)})", re.IGNORECASE)]


def _of_day(year: str, month: int, date: int) -> list[re.Pattern[str]]:
    """A day in digits with any sign between, and in Han numbers: 一九八三年十一月二日."""
    sign = "\n*[-./年]?\n*"
    han_year = "".join("[〇零○]" if digit == "0" else _HAN_DIGITS[int(digit)] for digit in year)
    return [
        re.compile(f"(?P<v>{year}{sign}0?{month}\n*[-./月]?\n*0?{date}日?)(?![0-9])"),
        re.compile(f"(?P<v>{han_year}年{_han_number(month)}月{_han_number(date)}[日号]?)"),
    ]


def _of_id_no(plain: str) -> list[str]:
    """An identity number and its other form: fifteen digits once, eighteen now, with the century and a check digit."""
    if re.fullmatch("[0-9]{6}19[0-9]{9}[0-9Xx]", plain):
        return [plain, plain[:6] + plain[8:17]]
    if re.fullmatch("[0-9]{15}", plain):
        long = f"{plain[:6]}19{plain[6:]}"
        return [long + calc_check_digit(long), long, plain]
    return [plain]


def _of_address(value: str, keep: Sequence[str]) -> list[str]:
    """An address, the same without the city it begins with, and down to the house: the flat alone hides no home.

    A house that what stays readable names too (a shop below the flat) is found with its flat only.
    """
    whole, core = numbers_view(value).text, numbers_view(_REGION.sub("", value)).text
    houses = [core[: end.end()] for end in _HOUSE.finditer(core)]
    shown = [numbers_view(string).text for string in keep]
    forms = [core, *(house for house in houses if not any(house in string for string in shown))]
    return [whole, *dict.fromkeys(form for form in forms if len(form) >= _SHORTEST_ADDRESS)]


def _given_name(value: KnownValue, rules: Rules) -> str:
    """The given name, where it has two characters: 长林 of 魏长林 is often all that is written (长林先生)."""
    surname = names.surname_at(rules.names, value.value) if value.category == "name" else ""
    given = value.value[len(surname) :]
    return given if surname and len(given) == 2 else ""  # noqa: PLR2004


def _han_number(number: int) -> str:
    """Arabic to Han below one hundred: 42 → 四十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _HAN_DIGITS[tens % 10] + "十")
    return head + (_HAN_DIGITS[ones] if ones or not tens else "")


def _resolve(
    text: str,
    found: list[Place],
    kept: list[tuple[int, int]],
    known: list[KnownValue],
    rules: Rules,
) -> list[Span]:
    """Merge what overlaps: the more trusted source wins, a longer span swallows a shorter, nothing trusted is lost."""
    chosen: list[Place] = []
    # Of two guesses the given name of somebody the case knows, which brings its mask, before what only looks like one.
    for item in sorted(found, key=lambda one: (one[2], not (one[3] == "name" and one[4]), one[0] - one[1], one[0])):
        start, end, rank, category, masked = item
        guess = rank == len(SOURCES) - 1
        if any((first <= start and end <= last) or (guess and start < last and first < end) for first, last in kept):
            continue
        over = [other for other in chosen if start < other[1] and other[0] < end]
        if over and (guess or any(other[0] <= start and end <= other[1] for other in over)):
            continue
        for other in over:
            chosen.remove(other)
            start, end, rank = min(start, other[0]), max(end, other[1]), min(rank, other[2])
        chosen.append((start, end, rank, category, masked))
    chosen.sort()
    ordinals = _ordinals([value.value for value in known if value.category == "name"], text, chosen, rules)
    return [
        Span(start, end, category, SOURCES[rank], _replacement(text[start:end], category, masked, ordinals, rules))
        for start, end, rank, category, masked in chosen
    ]


def _replacement(value: str, category: str, masked: str, ordinals: dict[str, str], rules: Rules) -> str:
    if category == "name" and not masked:
        squeezed = plain_view(value).text.replace("\n", "")
        return mask_name(squeezed, ordinal=ordinals.get(squeezed, ""), rules=rules)
    return masked or _category(category, rules).mask


def _category(key: str, rules: Rules) -> Category:
    return rules.categories.get(key, rules.categories["other"])


def _ordinals(known: list[str], text: str, chosen: list[Place], rules: Rules) -> dict[str, str]:
    """甲, 乙 … for persons who share a surname, in the order of the case and then of the text; none for one alone."""
    by_surname: dict[str, list[str]] = {}
    met = [
        plain_view(text[start:end]).text.replace("\n", "")
        for start, end, _, category, _ in chosen
        if category == "name"
    ]
    for name in dict.fromkeys([name for name in known if name in met] + met):
        by_surname.setdefault(names.surname_at(rules.names, name), []).append(name)
    signs = rules.names.ordinals
    return {
        name: signs[min(at, len(signs) - 1)]
        for surname, persons in by_surname.items()
        if surname and len(persons) > 1
        for at, name in enumerate(persons)
    }
