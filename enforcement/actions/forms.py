"""The form of an act: a frozen dataclass whose fields say what they hold, in words a person reads.

One declaration serves the page, the JSON API, the command line and the record: nothing about a field is said twice.
Values are typed Python values (``date``, aware ``datetime``, ``int`` of fen, ``bool``, tuples); shape is checked by
:func:`check`, meaning by the law.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal

from enforcement.law.errors import Invalid

Kind = Literal[
    "text",
    "long",
    "day",
    "moment",
    "yes_no",
    "choice",
    "choices",
    "money",
    "number",
    "people",
    "lines",
    "pick",
    "group",
]


Begins = Literal["parties", "party_names", "matter", "problems", "points"]
"""What of the case, or of the book, a fresh form holds in a field: its parties, their names, the words of its matter;
the problems a review found, the points of a review.
"""
DECADE = 3_653
"""Days nobody means: what is longer than any period of any law here."""


@dataclasses.dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field holds and how it is asked for.

    ``options`` are term identifiers (``choice``, ``choices``); ``source`` names a list the page offers (``people``:
    a role; ``pick``: ``matters``, ``recordings``, ``persons`` …); ``form`` is the dataclass of a ``group``.
    """

    kind: Kind
    zh: str
    required: bool = True
    max_length: int = 200
    options: tuple[str, ...] = ()
    source: str = ""
    note: str = ""
    cite: str = ""
    form: type | None = None
    begins: Begins | None = None
    shown: bool = True
    most: int = 10**15
    """Of a ``number`` or ``money``: it stays below."""
    leads: bool = False
    """Asked for before what the form inherits: the answer decides how the rest is filled in."""
    long_past: bool = False
    """A ``day`` that is never today: nobody is offered to fill in today."""
    ahead: bool = False
    """A ``day`` or ``moment`` that may lie ahead: a period's end, a date that is set. The others have happened."""
    to_the_minute: bool = False
    """A ``moment`` that nobody takes to the second: a meeting. What recordings must cover is counted in seconds."""


def _field(spec: FieldSpec, empty: Any) -> Any:
    # Every field has a default so that keyword construction stays open; `check` refuses the empty required ones, all
    # at once.
    return dataclasses.field(default=empty, metadata={"spec": spec})


def text(
    zh: str,
    *,
    required: bool = True,
    max_length: int = 200,
    note: str = "",
    cite: str = "",
    shown: bool = True,
    begins: Begins | None = None,
) -> Any:
    """One line of text."""
    return _field(FieldSpec("text", zh, required, max_length, note=note, cite=cite, shown=shown, begins=begins), "")


def long_text(zh: str, *, required: bool = True, max_length: int = 20_000, note: str = "", cite: str = "") -> Any:
    """Several lines of text."""
    return _field(FieldSpec("long", zh, required, max_length, note=note, cite=cite), "")


def day(
    zh: str, *, required: bool = True, ahead: bool = False, long_past: bool = False, note: str = "", cite: str = ""
) -> Any:
    """A ``date`` (a day in Asia/Shanghai); not after today unless it may lie ``ahead``."""
    return _field(FieldSpec("day", zh, required, note=note, cite=cite, ahead=ahead, long_past=long_past), None)


def moment(
    zh: str, *, required: bool = True, ahead: bool = False, to_the_minute: bool = False, note: str = "", cite: str = ""
) -> Any:
    """An aware ``datetime``; not after now unless it may lie ``ahead``; pages ask for seconds or ``to_the_minute``."""
    spec = FieldSpec("moment", zh, required, note=note, cite=cite, ahead=ahead, to_the_minute=to_the_minute)
    return _field(spec, None)


def yes_no(zh: str, *, default: bool = False, note: str = "", cite: str = "") -> Any:
    """A ``bool``; never required, because no answer is the default."""
    return _field(FieldSpec("yes_no", zh, required=False, note=note, cite=cite), default)


def choice(zh: str, *options: str, required: bool = True, note: str = "", cite: str = "", leads: bool = False) -> Any:
    """One term identifier among ``options``."""
    return _field(FieldSpec("choice", zh, required, options=options, note=note, cite=cite, leads=leads), "")


def choices(zh: str, *options: str, required: bool = True, note: str = "", cite: str = "") -> Any:
    """Any number of term identifiers among ``options``."""
    return _field(FieldSpec("choices", zh, required, options=options, note=note, cite=cite), ())


def money(zh: str, *, required: bool = False, note: str = "", cite: str = "") -> Any:
    """An ``int`` of fen, not negative; pages ask for yuan."""
    return _field(FieldSpec("money", zh, required, note=note, cite=cite), 0)


def number(zh: str, *, required: bool = True, note: str = "", cite: str = "") -> Any:
    """A whole number, not negative."""
    return _field(FieldSpec("number", zh, required, note=note, cite=cite), None)


def duration(zh: str, *, note: str = "", cite: str = "") -> Any:
    """A number of days; a decade of them is a slip of the keyboard, and no clock counts them."""
    return _field(FieldSpec("number", zh, note=note, cite=cite, most=DECADE), None)


def people(zh: str, role: str, *, required: bool = True, note: str = "", cite: str = "") -> Any:
    """A tuple of person ids (``str``), offered among the holders of ``role``."""
    return _field(FieldSpec("people", zh, required, source=role, note=note, cite=cite), ())


def lines(zh: str, *, required: bool = True, note: str = "", cite: str = "") -> Any:
    """A tuple of lines of text."""
    return _field(FieldSpec("lines", zh, required, max_length=2_000, note=note, cite=cite), ())


def pick(zh: str, source: str, *, required: bool = True, note: str = "", cite: str = "") -> Any:
    """One id or code (``str``) among what ``source`` offers."""
    return _field(FieldSpec("pick", zh, required, source=source, note=note, cite=cite), "")


def group(
    zh: str, form: type, *, required: bool = True, note: str = "", cite: str = "", begins: Begins | None = None
) -> Any:
    """A tuple of instances of another form."""
    return _field(FieldSpec("group", zh, required, form=form, note=note, cite=cite, begins=begins), ())


_SPECS: dict[type, Mapping[str, FieldSpec]] = {}


def specs(form: type) -> Mapping[str, FieldSpec]:
    """Field name to :class:`FieldSpec`, in the order of declaration, what leads first."""
    if form not in _SPECS:
        declared = {field.name: field.metadata["spec"] for field in dataclasses.fields(form)}
        _SPECS[form] = dict(sorted(declared.items(), key=lambda item: not item[1].leads))
    return _SPECS[form]


def check(form: Any) -> None:
    """Raise :class:`Invalid` with every field that is missing, too long or not among its options."""
    if faults := _faults(form, ""):
        raise Invalid(faults)


def _faults(form: Any, prefix: str) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    for name, spec in specs(type(form)).items():
        value = getattr(form, name)
        if problem := _problem(spec, value):
            faults[prefix + name] = [problem]
        elif spec.kind == "group":
            for index, item in enumerate(value):
                faults |= _faults(item, f"{prefix}{name}.{index}.")
    return faults


_SHAPES: Mapping[str, type | tuple[type, ...]] = {
    "text": str, "long": str, "choice": str, "pick": str, "day": dt.date, "moment": dt.datetime, "yes_no": bool,
    "money": int, "number": int, "people": tuple, "lines": tuple, "choices": tuple, "group": tuple,
}  # fmt: skip


_NOT: Mapping[str, type] = {"money": bool, "number": bool, "day": dt.datetime}
"""What Python takes for the shape and is none."""


def asked_for(spec: FieldSpec) -> str:
    """What to do about a field left empty: some are chosen from a list, others typed."""
    return f"{'请选择' if spec.kind in {'choice', 'choices', 'people', 'pick'} else '请填写'}{spec.zh}"


def _problem(spec: FieldSpec, value: Any) -> str | None:
    if value is None or value in ("", (), 0) or _is_blank(value):
        # Nought of a number is an answer; nought fen is none.
        missing = spec.required and not (spec.kind == "number" and value == 0 and value is not None)
        return asked_for(spec) if missing else None
    if not isinstance(value, _SHAPES[spec.kind]) or isinstance(value, _NOT.get(spec.kind, ())):
        return f"{spec.zh}格式不正确"
    return next((f"{spec.zh}{words}" for holds, words in _RULES.get(spec.kind, ()) if not holds(spec, value)), None)


def _is_blank(value: object) -> bool:
    """A text, or lines every one of which holds nothing but space."""
    lines = value if isinstance(value, tuple) else (value,)
    return all(isinstance(line, str) and not line.strip() for line in lines)


def id_of(written: object) -> uuid.UUID | None:
    """The id in the one spelling that ids have here; None for anything else.

    Who is named is compared as text: a second spelling of the same id would be a second person to every rule.
    """
    try:
        found = uuid.UUID(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return found if str(found) == written else None


def can_be_kept(written: str) -> bool:
    """PostgreSQL keeps no NUL, UTF-8 no lone surrogate."""
    return "\x00" not in written and not any("\ud800" <= character <= "\udfff" for character in written)


_Rule = tuple[Callable[[FieldSpec, Any], bool], str]
_KEPT: _Rule = (lambda _, value: can_be_kept(value), "含有不能保存的字符")
_LENGTH: _Rule = (lambda spec, value: len(value) <= spec.max_length, "过长")
_LINES: _Rule = (
    lambda spec, value: all(
        isinstance(line, str) and len(line) <= spec.max_length and can_be_kept(line) for line in value
    ),
    "有过长或者不能保存的行",
)
_OPTION: _Rule = (lambda spec, value: value in spec.options, "不在可选范围内")
_OPTIONS: _Rule = (lambda spec, value: set(value) <= set(spec.options), "不在可选范围内")
_ONCE: _Rule = (lambda _, value: len(set(value)) == len(value), "有重复")
_IDS: _Rule = (lambda _, value: all(id_of(item) for item in value), "格式不正确")
_RANGE: _Rule = (lambda spec, value: 0 <= value < spec.most, "应为非负数且不超过上限")
_FORMS: _Rule = (lambda spec, value: all(isinstance(item, spec.form or ()) for item in value), "格式不正确")
_AWARE: _Rule = (lambda _, value: value.tzinfo is not None, "缺少时区")

_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "text": (_LENGTH, _KEPT),
    "long": (_LENGTH, _KEPT),
    "pick": (_KEPT,),
    "lines": (_LINES,),
    "choice": (_OPTION,),
    "choices": (_OPTIONS, _ONCE),
    "money": (_RANGE,),
    "number": (_RANGE,),
    "moment": (_AWARE,),
    "people": (_IDS, _ONCE),
    "group": (_FORMS,),
}


def to_data(form: Any) -> dict[str, Any]:
    """The record of a form: JSON values only, empty optional fields left out; moments in UTC."""
    data: dict[str, Any] = {}
    for name, spec in specs(type(form)).items():
        value = getattr(form, name)
        if value is None or value in ("", ()):
            continue
        if spec.kind == "group":
            data[name] = [to_data(item) for item in value]
        elif spec.kind == "moment":
            data[name] = value.astimezone(dt.UTC).isoformat(timespec="seconds")
        elif spec.kind == "day":
            data[name] = value.isoformat()
        elif isinstance(value, tuple):
            data[name] = list(value)
        else:
            data[name] = value
    return data


def to_values(form: Any) -> dict[str, Any]:
    """The form as the law reads it: field name to typed value, groups as mappings."""
    return {
        name: tuple(to_values(item) for item in getattr(form, name)) if spec.kind == "group" else getattr(form, name)
        for name, spec in specs(type(form)).items()
    }
