"""What the acts know by name, told to the law book when it is loaded: the law itself imports no act."""

import functools

from enforcement.actions.forms import specs
from enforcement.actions.registry import acts
from enforcement.law.form_check import Field, Program
from publish.tables import KINDS

_OF_SCOPE = {"disclosure": {"disclosure": Field()}}
"""What every record of an act of that scope holds."""


_BESIDE: dict[str, dict[str, Field]] = {"found_agency": {}, "set_password": {}}
"""Acts of no form: the operator's, before there is anybody to ask one, and what no record may keep the form of."""


@functools.cache
def program() -> Program:
    """Every act with the fields of its record, and what a result can be published as."""
    return Program(
        acts=_BESIDE | {name: _fields(deed.form) | _OF_SCOPE.get(deed.scope, {}) for name, deed in acts().items()},
        publication_kinds=frozenset(KINDS),
        matter_kinds=_fields(acts()["set_matters"].form)["matters.kind"].options,
    )


def _fields(form: type) -> dict[str, Field]:
    """The fields of a form, those inside its groups as group.field, and what its act adds to the record."""
    fields: dict[str, Field] = {}
    for name, spec in specs(form).items():
        fields[name] = Field(spec.zh, frozenset(spec.options), yes_no=spec.kind == "yes_no")
        if spec.form is not None:
            fields |= {f"{name}.{inner}": one for inner, one in _fields(spec.form).items()}
    return fields | {name: Field() for name in getattr(form, "adds", ())}
