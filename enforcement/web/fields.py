"""A form as a page shows it and as a browser sends it back: names and texts, exactly as typed.

`typed` maps a field's name to the texts sent for it; a field inside a group is `parties.0.name`. What was typed is what
is shown again, saved as it is, and turned into values only on the way to the act.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from enforcement.actions.forms import FieldSpec, specs
from enforcement.law.errors import Invalid
from enforcement.law.events import SHANGHAI
from enforcement.law.money import FEN_PER_YUAN, yuan
from enforcement.web import schemas

Typed = dict[str, list[str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: its value, its words, and what tells it from its neighbours."""

    value: str
    zh: str
    note: str = ""


Options = Callable[[FieldSpec], Sequence[Option]]
"""What a field offers: terms, people, recordings …"""


@dataclasses.dataclass(frozen=True, slots=True)
class FieldView:
    """One field on a page. `rows` are the rows of a group, each again fields."""

    name: str
    spec: FieldSpec
    values: list[str]
    errors: list[str]
    options: Sequence[Option] = ()
    rows: Sequence[Sequence["FieldView"]] = ()

    @property
    def id(self) -> str:
        """The element's id; the error summary links to it."""
        return "f-" + self.name.replace(".", "-")

    @property
    def value(self) -> str:
        """The one text of a field that has one."""
        return self.values[0] if self.values else ""

    @property
    def anything_wrong(self) -> bool:
        """Whether this field or one inside it has an error."""
        return bool(self.errors) or any(field.anything_wrong for row in self.rows for field in row)


def views(
    form: type,
    typed: Mapping[str, list[str]],
    options: Options,
    errors: Mapping[str, list[str]] | None = None,
    prefix: str = "",
    called: Mapping[str, str] | None = None,
) -> list[FieldView]:
    """The fields of a form in order, filled with what was typed; `called` names some by other words."""
    errors, called = errors or {}, called or {}
    return [
        _view(dataclasses.replace(spec, zh=called.get(name, spec.zh)), typed, options, errors, prefix + name)
        for name, spec in specs(form).items()
        if spec.shown
    ]


def _view(
    spec: FieldSpec,
    typed: Mapping[str, list[str]],
    options: Options,
    errors: Mapping[str, list[str]],
    full: str,
) -> FieldView:
    rows: list[list[FieldView]] = []
    if spec.kind == "group" and spec.form is not None:
        count = max(row_count(typed, full), 1 if spec.required else 0)
        rows = [views(spec.form, typed, options, errors, f"{full}.{index}.") for index in range(count)]
    offered = options(spec) if spec.kind in {"choice", "choices", "people", "pick"} else ()
    return FieldView(full, spec, list(typed.get(full, ())), _errors(full, spec, errors), offered, rows)


def _errors(full: str, spec: FieldSpec, errors: Mapping[str, list[str]]) -> list[str]:
    found = list(errors.get(full, ()))
    if spec.kind in {"lines", "people", "choices"}:  # a fault of one line is shown beside the field that holds it
        found += [message for name, messages in errors.items() if name.startswith(f"{full}.") for message in messages]
    return list(dict.fromkeys(found))


def row_count(typed: Mapping[str, list[str]], group: str) -> int:
    """How many rows of a group were sent."""
    return max((_index(name, group) + 1 for name in typed if name.startswith(f"{group}.")), default=0)


def _index(name: str, group: str) -> int:
    index = name.removeprefix(f"{group}.").partition(".")[0]
    return int(index) if index.isascii() and index.isdigit() and len(index) < 4 else -1  # noqa: PLR2004  no page has a thousand rows


def without_empty_rows(form: type, typed: Mapping[str, list[str]]) -> Typed:
    """What was typed, rows that hold nothing left out and the others numbered again."""
    kept: Typed = {name: list(texts) for name, texts in typed.items()}
    for name, spec in specs(form).items():
        if spec.kind != "group":
            continue
        rows = [
            {inner: kept.pop(inner) for inner in list(kept) if inner.startswith(f"{name}.{index}.")}
            for index in range(row_count(typed, name))
        ]
        full = [row for row in rows if any(text.strip() for texts in row.values() for text in texts)]
        for index, row in enumerate(full):
            kept |= {f"{name}.{index}.{inner.split('.', 2)[2]}": texts for inner, texts in row.items()}
    return kept


def without_row(typed: Mapping[str, list[str]], row: str) -> Typed:
    """What was typed without one row, named `parties.1`; the rows after it move up."""
    group, _, index = row.rpartition(".")
    gone = _index(row, group)
    kept: Typed = {}
    for name, texts in typed.items():
        if not name.startswith(f"{group}."):
            kept[name] = list(texts)
        elif (here := _index(name, group)) != gone:
            rest = name.split(".", 2)[2]
            kept[f"{group}.{here - (here > gone)}.{rest}"] = list(texts)
    return kept if index else dict(typed)


def load(form: type, typed: Mapping[str, list[str]]) -> Any:
    """The form made of what was typed. Raises Invalid with every fault."""
    faults: dict[str, list[str]] = {}
    raw = _raw(form, typed, "", faults)
    try:
        made = schemas.load(form, raw)
    except Invalid as error:
        raise Invalid({**error.fields, **faults}) from None
    if faults:
        raise Invalid(faults)
    return made


def _raw(form: type, typed: Mapping[str, list[str]], prefix: str, faults: dict[str, list[str]]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for name, spec in specs(form).items():
        full = prefix + name
        if spec.kind == "group" and spec.form is not None:
            rows = [_raw(spec.form, typed, f"{full}.{index}.", faults) for index in range(row_count(typed, full))]
            if rows:
                raw[name] = rows
        elif (value := _value(spec, typed.get(full, []), full, faults)) is not None:
            raw[name] = value
    return raw


def _value(spec: FieldSpec, texts: list[str], full: str, faults: dict[str, list[str]]) -> Any:
    text = texts[0] if texts else ""
    if spec.kind == "yes_no":
        return bool(texts) and text not in {"", "0", "false"}
    if spec.kind in {"people", "choices"}:
        return [one for one in texts if one] or None
    if spec.kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    if not text.strip():
        return None
    try:
        return _READ.get(spec.kind, _text)(text)
    except (ValueError, InvalidOperation):
        faults[full] = [f"{spec.zh}{_EXPECTED.get(spec.kind, '格式不正确')}"]
        return None


def _text(text: str) -> str:
    return text.replace("\r\n", "\n")


def _moment(text: str) -> str:
    moment = dt.datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat()


def fen(text: str) -> int:
    """Fen of an amount in yuan: "12,345.60", "5000元". Raises ValueError or InvalidOperation."""
    amount = Decimal(text.strip().replace(",", "").replace("，", "").removesuffix("元")) * FEN_PER_YUAN
    if not amount.is_finite() or amount != amount.to_integral_value():
        raise ValueError(text)
    return int(amount)


_READ: Mapping[str, Callable[[str], Any]] = {
    "money": fen,
    "number": lambda text: int(text.strip()),
    "moment": _moment,
    "day": lambda text: dt.date.fromisoformat(text.strip()).isoformat(),
}
_EXPECTED = {
    "money": "应为金额，例如 5000 或者 5000.00",
    "number": "应为整数",
    "moment": "应为日期和时间，例如 2026-09-28T14:30",
    "day": "应为日期，例如 2026-09-28",
}


def typed_of(form: type, values: Mapping[str, Any], prefix: str = "") -> Typed:
    """What somebody would have typed to say these values (Python's or a record's)."""
    typed: Typed = {}
    for name, spec in specs(form).items():
        value = values.get(name)
        if value is None or value in ("", ()):
            continue
        full = prefix + name
        if spec.kind == "group" and spec.form is not None:
            for index, row in enumerate(value):
                typed |= typed_of(spec.form, row, f"{full}.{index}.")
        elif spec.kind in {"people", "choices"}:
            typed[full] = [str(one) for one in value]
        elif spec.kind == "lines":
            typed[full] = ["\n".join(str(line) for line in value)]
        elif spec.kind == "yes_no":
            typed[full] = ["1"] if value in (True, "true", "1") else []
        elif spec.kind == "money":
            typed[full] = [yuan(int(value)).removesuffix("元")] if int(value) else []
        elif spec.kind == "moment":
            moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
            exact = "minutes" if spec.to_the_minute else "seconds"
            typed[full] = [moment.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(timespec=exact)]
        else:
            typed[full] = [value.isoformat() if isinstance(value, dt.date) else str(value)]
    return typed
