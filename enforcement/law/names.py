"""What the law's data name, one type each: a field of such a type holds a name, every other string is text for people.

`decode.py` notes each name it reads, `cross_check.py` asks that it exists.
"""

from __future__ import annotations

import re
from typing import Annotated

from enforcement.law.decode import Names, Reads

SourceKey = Annotated[str, Names("source", defines=True)]
Article = Annotated[str, Names("article")]
"""An article in short form: APL#42.1."""

NewRow = Annotated[str, Names("row", defines=True)]
RowKey = Annotated[str, Names("row")]

NewTerm = Annotated[str, Names("term", defines=True)]
EventName = Annotated[str, Names("event")]
"""What a process record may say has happened: a term with `event = true`."""

NewLimit = Annotated[str, Names("limit", defines=True)]
LimitKey = Annotated[str, Names("limit")]
Condition = Annotated[str, Names("condition")]
"""A named condition of the clocks."""

NewThreshold = Annotated[str, Names("threshold", defines=True)]
NewParameter = Annotated[str, Names("parameter", defines=True)]
ParameterName = Annotated[str, Names("parameter")]
"""A number that the law leaves to the agency."""

NewClass = Annotated[str, Names("class", defines=True)]
"""One class of major decisions."""
NewResult = Annotated[str, Names("result", defines=True)]
"""One kind of result that is disclosed."""
NewRole = Annotated[str, Names("role", defines=True)]
NewApart = Annotated[str, Names("apart", defines=True)]
"""Two capacities kept apart; its key is the code of the refusal."""
NewReading = Annotated[str, Names("reading", defines=True)]
"""Records not everybody may read; its key is the code of the refusal."""
NewStage = Annotated[str, Names("stage", defines=True, local=True)]
StageName = Annotated[str, Names("stage", local=True)]
NewMatter = Annotated[str, Names("matter_kind", defines=True)]
"""A kind of matter, as the procedure that is for it says."""
NewItem = Annotated[str, Names("item", defines=True)]
"""One piece of basic information."""

ProcedureKey = Annotated[str, Names("procedure")]
MatterKind = Annotated[str, Names("matter_kind")]
NewAct = Annotated[str, Names("act", defines=True)]
ActName = Annotated[str, Names("act")]
RoleName = Annotated[str, Names("role")]
GuardName = Annotated[str, Names("guard")]
MajorTest = Annotated[str, Names("test")]
"""A question put to a case to learn whether it is major."""
Shown = Annotated[str, Names("shown")]
"""A kind of fact put beside a point of review."""

FieldName = Annotated[str, Names("field")]
"""A field of the form or record of an act."""
Choice = Annotated[str, Names("choice")]
"""What a form offers to choose."""
Activity = Annotated[str, Names("term")]
"""What may have to be filmed; its word is a term."""
PublicationKind = Annotated[str, Names("publication_kind")]

NewCategory = Annotated[str, Names("category", defines=True)]
CategoryKey = Annotated[str, Names("category")]
"""A kind of thing that is hidden before publication."""


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no pattern: {error}") from None
    return text


Pattern = Annotated[str, Reads(_pattern, "")]
"""A regular expression."""

Place = Annotated[str, Names("place")]
"""Where a rule is built: "module:name" or "config/file.toml:key"."""
TestPlace = Annotated[str, Names("test_place")]
"""Which test shows it: "tests/….py::name"."""


def _mask(text: str) -> str:
    if not re.fullmatch("〔.+已隐去〕", text):
        raise ValueError(f"“{text}” is no mask: write 〔…已隐去〕")
    return text


Mask = Annotated[str, Reads(_mask, "^〔.+已隐去〕$")]
"""What stands in the place of what is hidden."""
