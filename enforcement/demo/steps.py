"""What a walk through any sample case is made of: acts by the people whose acts they are, and what they fill in."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from enforcement.actions import disclosures, evidence, redaction, serving
from enforcement.actions.meeting import FIVE
from enforcement.actions.recordings import DescribeRecording, take_in
from enforcement.actions.registry import Outcome, perform
from enforcement.actions.subjects import lock_disclosure
from enforcement.demo.staff import Staff
from enforcement.law.events import shanghai_day
from enforcement.models.cases import Case, ProcessRecord
from enforcement.models.disclosures import Disclosure

Said = Callable[[str, Outcome], None]


class Steps:
    """One case on its way. Every step is an act by the person whose act it is; `said` hears of each."""

    def __init__(self, staff: Staff, said: Said = lambda _act, _outcome: None) -> None:
        self.staff = staff
        self.office = staff.office
        self.said = said
        self.case_id: uuid.UUID | None = None

    def begin(self, login: str, act: str, form: Any) -> Outcome:
        """Do a starting act."""
        outcome = perform(self.office, self.staff.actors[login], act, form)
        self.case_id = outcome.subject_id
        self.said(act, outcome)
        return outcome

    def do(self, login: str, act: str, form: Any) -> Outcome:
        """Do an act in the case."""
        assert self.case_id is not None  # noqa: S101  (a walk begins with `begin`)
        outcome = perform(self.office, self.staff.actors[login], act, form, self.case_id, version=None)
        self.said(act, outcome)
        return outcome

    def film(self, described: DescribeRecording, path: Path) -> Outcome:
        """Take a recording in."""
        assert self.case_id is not None  # noqa: S101  (as above)
        with path.open("rb") as stream:
            outcome = take_in(self.office, self.staff.actors["officer1"], self.case_id, described, stream)
        self.said("take_in_recording", outcome)
        return outcome

    def data(self, outcome: Outcome) -> dict[str, Any]:
        """What an act's record holds."""
        with self.office.reading(self.staff.agency_id) as session:
            return session.get_one(ProcessRecord, (outcome.chain_id, outcome.seq)).data

    @property
    def now(self) -> dt.datetime:
        """The office's moment."""
        return self.office.now()

    @property
    def today(self) -> dt.date:
        """The office's day in Asia/Shanghai."""
        return shanghai_day(self.now)

    @property
    def two(self) -> tuple[str, str]:
        """The two officers of every sample case."""
        return self.staff.id("officer1"), self.staff.id("officer2")

    def disclosure_id(self) -> uuid.UUID:
        """The disclosure the case has brought about."""
        with self.office.reading(self.staff.agency_id) as session:
            return session.scalars(select(Disclosure.id).where(Disclosure.case_id == self.case_id)).one()

    def case_no(self) -> str:
        """The case's number."""
        with self.office.reading(self.staff.agency_id) as session:
            return session.scalars(select(Case.case_no).where(Case.id == self.case_id)).one()

    # ---------------------------------------------------------------------------------------------------- in every case

    def site_record(self, kind: str, target: str, matter: str, place: str) -> evidence.AddProcessRecord:
        """A complete record of half an hour that ended a minute ago."""
        ended = self.now - dt.timedelta(minutes=1)
        return evidence.AddProcessRecord(
            kind=kind,
            started_at=ended - dt.timedelta(minutes=30),
            ended_at=ended,
            place=place,
            officers=self.two,
            target=target,
            matter=matter,
            credentials_shown=True,
            told=FIVE,
            content="经出示执法证件并告知权利义务，执法人员依法进行检查、询问，当事人予以配合，所述与现场情况一致。",
            signed_by="当事人",
        )

    def unfilmed(self, *activities: str) -> None:
        """State why activities were not filmed (J#9.2)."""
        for activity in activities:
            self.do(
                "officer1",
                "state_no_recording",
                evidence.StateNoRecording(
                    activity=activity, reason="现场为居民住所内部通道，条件不具备，已以文字全程记录。"
                ),
            )

    @property
    def handed_over(self) -> dict[str, Any]:
        """How a document was handed over today, with what is shown and told then."""
        return {
            "method": "direct", "served_on": self.today, "receiver": "当事人", "officers": self.two,
            "credentials_shown": True, "told": FIVE,
        }  # fmt: skip

    def receipt(self) -> serving.ServeDocument:
        """A service receipt of today."""
        return serving.ServeDocument(
            **self.handed_over,
            receipt=f"送{self.case_no()}",
        )

    def serve(self) -> Outcome:
        """Serve directly, today."""
        return self.do("officer1", "serve_decision", self.receipt())

    # ------------------------------------------------------------------------------------------------------- disclosure

    def prepare(self, **differences: Any) -> Outcome:
        """The clerk hides what is known or labelled, rejects mere suggestions, and prepares."""
        clerk, disclosure_id = self.staff.actors["clerk"], self.disclosure_id()
        with self.office.begin(clerk) as work:
            disclosure = lock_disclosure(work, disclosure_id, None)
            form = dataclasses.replace(disclosures.suggested(work, disclosure), **differences)
            spans = redaction.spans_of(work, disclosure)
            decided = [
                redaction.SpanDecision(span=str(span.id), accepted=span.source != "suggestion") for span in spans
            ]
            redaction.decide(work, disclosure, decided)
        return self.on_disclosure("clerk", "prepare_disclosure", form)

    def release(self) -> Outcome:
        """The second person releases."""
        return self.on_disclosure("releaser", "release_disclosure", disclosures.Note())

    def on_disclosure(self, login: str, act: str, form: Any) -> Outcome:
        """Do an act on the case's disclosure."""
        outcome = perform(self.office, self.staff.actors[login], act, form, self.disclosure_id(), version=None)
        self.said(act, outcome)
        return outcome
