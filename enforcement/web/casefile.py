"""A case's records as a page tells them: in words, grouped by stage and by tab."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping

from enforcement.law.acts import Tab
from enforcement.law.facts import CaseFacts
from enforcement.law.procedure import Procedure
from enforcement.law.reading import Seen
from enforcement.web.words import Line, Words

TABS: Mapping[Tab, str] = {"evidence": "证据与音像", "documents": "文书", "review": "审核", "execution": "送达执行"}
"""Tabs of a case that show a part of its records; an act says on which its record stands."""


TELLING = frozenset({"kind", "activity", "title", "outcome", "overall", "proposed", "conclusion"})
"""Fields by which two records of one act are told apart."""
LONGEST_GIST = 40
NOBODY = "系统"
"""Who did what no person did: the clock, or the operator who set the system up."""


@dataclasses.dataclass(frozen=True, slots=True)
class RecordView:
    """One record in words, as its reader sees it."""

    record: Seen
    zh: str
    who: str
    lines: list[Line]

    @property
    def on(self) -> dt.date:
        """The day the thing happened."""
        return self.record.on

    @property
    def gist(self) -> str:
        """What tells this record from others of the same act: the kind, the title, the outcome."""
        if self.record.seq == 1:
            return ""
        shown = "，".join(one.text for one in self.lines if one.name in TELLING and not one.long)
        return shown if len(shown) <= LONGEST_GIST else f"{shown[:LONGEST_GIST]}……"

    @property
    def text(self) -> str:
        """The document, where the record holds one."""
        return str(self.record.data.get("text", ""))


@dataclasses.dataclass(frozen=True, slots=True)
class StageLine:
    """One stage on the timeline: done, the present one, or still to come."""

    key: str
    zh: str
    state: str
    records: list[RecordView]


def timeline(words: Words, records: Iterable[Seen], names: Mapping[str, str]) -> list[RecordView]:
    """Records in words, in order."""
    return [
        RecordView(
            record,
            words.act(record.act),
            names.get(record.actor_id or "", NOBODY),
            words.described(record.act, record.data, names),
        )
        for record in records
    ]


def stages(procedure: Procedure, facts: CaseFacts, shown: list[RecordView]) -> list[StageLine]:
    """The stages of the case: those passed with what was done in each, the present one, and those still ahead."""
    passed: list[StageLine] = []
    for one in shown:
        if not passed or passed[-1].key != one.record.stage:
            passed.append(StageLine(one.record.stage, _zh(procedure, one.record.stage), "done", []))
        passed[-1].records.append(one)
    if passed and not procedure.stages[facts.stage].ends:
        last = passed.pop()
        passed.append(dataclasses.replace(last, state="now"))
    return [*passed, *(StageLine(key, _zh(procedure, key), "ahead", []) for key in ahead(procedure, facts.stage))]


def ahead(procedure: Procedure, stage: str) -> list[str]:
    """The stages on the plain way to the end: each time the first one that leads on."""
    found: list[str] = []
    here = procedure.stages.get(stage)
    while here is not None and here.next:
        following = next((key for key in here.next if key not in found and key != stage), None)
        if following is None:
            break
        found.append(following)
        here = procedure.stages.get(following)
    return found


def _zh(procedure: Procedure, key: str) -> str:
    stage = procedure.stages.get(key)
    return stage.zh if stage else key
