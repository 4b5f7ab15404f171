"""The shape of a form, for JSON and for pages: built from the dataclass that declares it, nothing said twice.

Shape only: what must be there, of which type, how long. What it means is judged by the law (409), never here (422).
"""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from enforcement.actions.forms import FieldSpec, asked_for, id_of, specs
from enforcement.law.errors import Invalid
from enforcement.law.events import SHANGHAI

EARLIEST = dt.date(1900, 1, 1)
LATEST = dt.date(9998, 12, 31)
"""A day before or after these is a slip of the keyboard, and one that calendars cannot count from."""
KEYED_BY_UUID = frozenset({"recordings", "heads", "officers", "persons", "units", "corrections"})
"""Sources of `pick` whose values are database keys: anything else would fail in the database instead of on the form."""


class FormSchema(Schema):
    """A schema that loads into the dataclass of its form."""

    made_of: type

    class Meta:
        """Unknown fields are named, not dropped: a misspelt field must not vanish."""

        unknown = RAISE

    error_messages = {"unknown": "没有这一项", "type": "应为一组字段", "invalid": "格式不正确"}  # noqa: RUF012  (marshmallow's own name)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Any:
        """The form itself, sequences as tuples."""
        return self.made_of(
            **{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
        )


@functools.cache
def schema_of(form: type) -> type[FormSchema]:
    """The schema of a form: one class per dataclass, so that OpenAPI names it once."""
    made: dict[str, Any] = {name: _field(form, name, spec) for name, spec in specs(form).items()}
    return type(f"{form.__name__}Schema", (FormSchema,), {**made, "made_of": form, "__doc__": form.__doc__})


def _field(form: type, name: str, spec: FieldSpec) -> fields.Field[Any]:
    default = {field.name: field.default for field in dataclasses.fields(form)}[name]
    note = "；".join(part for part in (spec.note, spec.cite) if part)
    asked = asked_for(spec)
    given: dict[str, Any] = {
        "required": spec.required,
        "allow_none": False,
        "metadata": {"title": spec.zh} | ({"description": note} if note else {}),
        "error_messages": {
            "required": asked,
            "null": asked,
            "invalid": f"{spec.zh}格式不正确",
            "invalid_utf8": f"{spec.zh}格式不正确",
            "too_large": f"{spec.zh}超过上限",
        },
    }
    if not spec.required:
        given |= {"load_default": default}
    return _made(spec, given)


def _made(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    return _FIELDS[spec.kind](spec, given)


def _words(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    length = validate.Length(max=spec.max_length, error=f"{spec.zh}不能超过{spec.max_length}字")
    return fields.String(validate=[length, _printable(spec)], **given)


def _day(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    inside = validate.Range(min=EARLIEST, max=LATEST, error=f"{spec.zh}不是可用的日期")
    return fields.Date(validate=inside, **given)


def _moment(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    return fields.AwareDateTime(default_timezone=SHANGHAI, validate=_in_range(spec), **given)


def _choices(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    given["error_messages"]["invalid"] = f"{spec.zh}应为一组选项"
    return fields.List(fields.String(validate=_one_of(spec)), **given)


def _number(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    inside = validate.Range(min=0, max=spec.most, max_inclusive=False, error=f"{spec.zh}应为非负数且不超过上限")
    return fields.Integer(strict=True, validate=inside, **given)


def _lines(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    length = validate.Length(max=spec.max_length, error=f"{spec.zh}的每一行不能超过{spec.max_length}字")
    return fields.List(fields.String(validate=[length, _printable(spec)]), **given)


def _group(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    if spec.form is None:
        raise TypeError(f"the group {spec.zh} names no form")
    return fields.List(fields.Nested(schema_of(spec.form)), **given)


def _pick(spec: FieldSpec, given: dict[str, Any]) -> fields.Field[Any]:
    checks = [_printable(spec), *([_a_uuid(spec)] if spec.source in KEYED_BY_UUID else [])]
    return fields.String(validate=checks, **given)


_FIELDS: Mapping[str, Callable[[FieldSpec, dict[str, Any]], fields.Field[Any]]] = {
    "text": _words,
    "long": _words,
    "day": _day,
    "moment": _moment,
    "yes_no": lambda _, given: fields.Boolean(truthy={True}, falsy={False}, **given),
    "choice": lambda spec, given: fields.String(validate=_one_of(spec), **given),
    "choices": _choices,
    "money": _number,
    "number": _number,
    "people": lambda spec, given: fields.List(fields.String(validate=_a_uuid(spec)), **given),
    "lines": _lines,
    "group": _group,
    "pick": _pick,
}


def _one_of(spec: FieldSpec) -> validate.Validator:
    options = spec.options if spec.required or spec.kind == "choices" else ("", *spec.options)
    return validate.OneOf(options, error=f"{spec.zh}不在可选范围内")


def _printable(spec: FieldSpec) -> Any:
    def check(value: str) -> None:
        # PostgreSQL keeps no NUL and no lone surrogate; JSON may carry both.
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValidationError(f"{spec.zh}含有不能保存的字符")

    return check


def _a_uuid(spec: FieldSpec) -> Any:
    def check(value: str) -> None:
        if value == "" and not spec.required:
            return
        if id_of(value) is None:
            raise ValidationError(f"{spec.zh}格式不正确")

    return check


def _in_range(spec: FieldSpec) -> Any:
    def check(value: dt.datetime) -> None:
        if not EARLIEST <= value.date() <= LATEST:
            raise ValidationError(f"{spec.zh}不是可用的时间")

    return check


def load(form: type, raw: Mapping[str, Any]) -> Any:
    """The form made of raw values (JSON types). Raises Invalid with every fault, groups as `parties.0.name`."""
    try:
        return schema_of(form)().load(raw)
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None


def flat(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested messages of marshmallow as dotted names."""
    return dict(_flat(messages, prefix))


def _flat(messages: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _flat(inner, f"{prefix}.{name}" if prefix and name != "_schema" else prefix or str(name))
    else:
        yield prefix, [str(message) for message in ([messages] if isinstance(messages, str) else messages)]
