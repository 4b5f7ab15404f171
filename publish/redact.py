"""Find what must not be published, mask what a person decided to mask, refuse what leaks.

Three sources, in this order of trust: values the case knows (`known`), labelled patterns (`label`: 身份证号 …) and
guesses (`suggestion`: surnames and a segmentation). All of them only propose: a person confirms, rejects or adds every
span (G14.2). `leaks` is the gate over the final bytes and trusts nobody.


Everything matches on a *view* of the text: full-width signs folded, blanks and zero-width signs taken out, each
character remembering where it came from. So 张 三, １３８ and zero-width spaces hide nothing.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from publish import names
from publish.redaction_rules import Category, Rules, default_rules

SOURCES = ("known", "label", "suggestion")
_DOTS_AND_DASHES = frozenset("-‐‑‒–—―−·•・‧∙.。_")
_NUMBERS = frozenset({"id_no", "contact", "bank_account", "title_certificate"})
_FRAGMENT = {"id_no": 10, "bank_account": 8, "contact": 8}
_SHORTEST = 2
_SHORTEST_ADDRESS = 6
_TAG = re.compile(r"<[^<>]{0,400}>")
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


@dataclass(frozen=True)
class _View:
    """A text without what can hide in it; `origin[i]` is where character i came from."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.origin[start], self.origin[end - 1] + 1


def propose(
    text: str, known: Iterable[KnownValue], *, keep: Iterable[str] = (), rules: Rules | None = None
) -> list[Span]:
    """Every span to look at, in order, none overlapping.

    `keep` are strings that stay as they are: officers' names (public, G#6.1(3)), names of organizations and of sole
    traders' businesses. Whatever a label finds once is masked wherever it stands again, so a name masked in the header
    does not survive in the list of evidence.
    """
    rules = rules or default_rules()
    values = _usable(known)
    view = _view(text)
    tight = _view(text, without=_DOTS_AND_DASHES)
    kept = [found for string in keep if string for found in _occurrences(view, _view(string).text)]
    kept += [view.span(*masked.span()) for masked in _MASKED_ALREADY.finditer(view.text)]
    found: list[tuple[int, int, int, str, str]] = []  # start, end, rank, category, mask ('' for names)

    for value in values:
        at = tight if value.category in _NUMBERS else view
        for regex in _expressions(value):
            found += [(*at.span(*m.span("v")), 0, value.category, "") for m in regex.finditer(at.text)]
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
        found += [(start, end, rank, category, mask) for start, end in _occurrences(view, string)]
    return _resolve(text, found, kept, values, rules)


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


def mask_name(name: str, *, ordinal: str = "", rules: Rules | None = None) -> str:
    """张三丰 → 张某, 欧阳锋 → 欧阳某, with an ordinal 张某甲; no surname: the category. Never tells the length."""
    rules = rules or default_rules()
    squeezed = _view(name).text
    surname = rules.names.surname(squeezed)
    if not surname:
        return rules.categories["name"].mask
    return f"{surname}某{ordinal}"


def mask(category: str, rules: Rules | None = None) -> str:
    """What stands where a value of this category stood, for a span that a person adds: 〔家庭住址已隐去〕."""
    return _category(category, rules or default_rules()).mask


def leaks(
    final: bytes | str, known: Iterable[KnownValue], *, keep: Iterable[str] = (), rules: Rules | None = None
) -> list[Leak]:
    """Every known value that the final bytes still tell, in any reading a machine could give them.

    Read as they are, as HTML (entities, tags taken out), as JSON escapes and as percent-encoding, each with full-width
    folded and blanks and zero-width signs removed. Long numbers count from a fragment on. Empty means: may go out.
    """
    rules = rules or default_rules()
    text = final.decode("utf-8", "replace") if isinstance(final, bytes) else final
    unmasked = {category.mask for category in rules.categories.values()}
    found: dict[tuple[str, str], Leak] = {}
    kept = [_view(string).text for string in keep if string]
    for where, reading in _readings(text):
        for tight, view in ((False, _view(reading)), (True, _view(reading, without=_DOTS_AND_DASHES))):
            blanked = _blank(view.text, [_strip(string, tight=tight) for string in (*kept, *unmasked)])
            for value in _usable(known):
                if tight and value.category not in _NUMBERS:
                    continue
                for regex in _expressions(value, fragments=True):
                    match = regex.search(blanked)
                    if match:
                        start, end = view.span(*match.span("v"))
                        excerpt = reading[max(0, start - 12) : end + 12]
                        found.setdefault((value.category, value.value), Leak(value.category, where, excerpt))
    return list(found.values())


def _view(text: str, without: frozenset[str] = frozenset()) -> _View:
    chars: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        for folded in unicodedata.normalize("NFKC", char):
            if folded != "\n" and (folded.isspace() or unicodedata.category(folded) in {"Cf", "Cc", "Mn"}):
                continue
            if folded in without:
                continue
            chars.append(folded)
            origin.append(at)
    return _View("".join(chars), tuple(origin))


def _strip(string: str, *, tight: bool) -> str:
    return _view(string, without=_DOTS_AND_DASHES).text if tight else string


def _blank(text: str, strings: Iterable[str]) -> str:
    for string in sorted(strings, key=len, reverse=True):
        if string:
            text = text.replace(string, "\n" * len(string))
    return text


def _occurrences(view: _View, string: str) -> list[tuple[int, int]]:
    if len(string) < _SHORTEST:
        return []
    return [view.span(*match.span()) for match in re.finditer(_loose(string), view.text)]


def _loose(string: str) -> str:
    """A pattern for a string that a line end may break."""
    return "\n?".join(re.escape(char) for char in string)


def _usable(known: Iterable[KnownValue]) -> list[KnownValue]:
    """Known values worth looking for: a single character finds everything, a name that is a mask already nothing."""
    usable = []
    for value in known:
        squeezed = _view(value.value).text
        if len(squeezed) < _SHORTEST and value.category != "age":
            continue
        if not squeezed or (value.category == "name" and "某" in squeezed):
            continue
        usable.append(replace(value, value=squeezed))
    return usable


def _expressions(value: KnownValue, *, fragments: bool = False) -> list[re.Pattern[str]]:
    """How a known value may be written. Group `v` is what to mask."""
    if value.category == "age":
        years = int(value.value) if value.value.isdecimal() else 0
        written = {value.value, _han_number(years)} if years else {value.value}
        return [re.compile(f"(?P<v>(?<![0-9一二三四五六七八九十百])(?:{'|'.join(written)}))(?=周?岁)")]
    day = _ISO_DAY.match(value.value) if value.category == "birth_date" else None
    if day:
        year, month, date = day.group(1), int(day.group(2)), int(day.group(3))
        sign = "[-./年]?"
        return [re.compile(f"(?P<v>{year}{sign}0?{month}[-./月]?0?{date}日?)(?![0-9])")]
    if value.category in _NUMBERS:
        plain = _view(value.value, without=_DOTS_AND_DASHES).text
        size = _FRAGMENT.get(value.category, 0)
        if fragments and size and len(plain) > size:
            pieces = {plain[at : at + size] for at in range(len(plain) - size + 1)}
            return [re.compile(f"(?P<v>{'|'.join(map(_loose, sorted(pieces)))})", re.IGNORECASE)]
        return [re.compile(f"(?P<v>{_loose(plain)})", re.IGNORECASE)]
    if value.category == "home_address":
        core = _REGION.sub("", value.value)
        forms = [value.value] + ([core] if len(core) >= _SHORTEST_ADDRESS else [])
        return [re.compile(f"(?P<v>{_loose(form)})") for form in forms]
    return [re.compile(f"(?P<v>{_loose(value.value)})", re.IGNORECASE)]


def _han_number(number: int) -> str:
    """Arabic to Han below one hundred: 42 → 四十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _HAN_DIGITS[tens % 10] + "十")
    return head + (_HAN_DIGITS[ones] if ones or not tens else "")


def _resolve(
    text: str,
    found: list[tuple[int, int, int, str, str]],
    kept: list[tuple[int, int]],
    known: list[KnownValue],
    rules: Rules,
) -> list[Span]:
    """Merge what overlaps: the more trusted source wins, a longer span swallows a shorter, nothing trusted is lost."""
    chosen: list[tuple[int, int, int, str, str]] = []
    for item in sorted(found, key=lambda one: (one[2], one[0] - one[1], one[0])):
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
    if category == "name":
        squeezed = _view(value).text.replace("\n", "")
        return mask_name(squeezed, ordinal=ordinals.get(squeezed, ""), rules=rules)
    return masked or _category(category, rules).mask


def _category(key: str, rules: Rules) -> Category:
    return rules.categories.get(key, rules.categories["other"])


def _ordinals(
    known: list[str], text: str, chosen: list[tuple[int, int, int, str, str]], rules: Rules
) -> dict[str, str]:
    """甲, 乙 … for persons who share a surname, in the order of the case and then of the text; none for one alone."""
    by_surname: dict[str, list[str]] = {}
    met = [_view(text[start:end]).text.replace("\n", "") for start, end, _, category, _ in chosen if category == "name"]
    for name in dict.fromkeys([name for name in known if name in met] + met):
        by_surname.setdefault(rules.names.surname(name), []).append(name)
    signs = rules.names.ordinals
    return {
        name: signs[min(at, len(signs) - 1)]
        for surname, persons in by_surname.items()
        if surname and len(persons) > 1
        for at, name in enumerate(persons)
    }


def _readings(text: str) -> list[tuple[str, str]]:
    """The text as it is, and as HTML, JSON or an address would be read by a machine."""
    plain = html.unescape(html.unescape(text))
    readings = [("原文", text)]
    for where, other in (
        ("HTML", _TAG.sub("", plain)),
        ("JSON", _unescape_json(text)),
        ("URL", unquote(text)),
    ):
        if other != text:
            readings.append((where, other))
    return readings


def _unescape_json(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        decoded = json.loads(f'"{match.group()}"')
        return str(decoded).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    return re.sub(r"(?:\\u[0-9A-Fa-f]{4})+|\\[bfnrt]", one, text)
