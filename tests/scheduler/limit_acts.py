"""Acts of the product that set limits and that stop them, each one way of the many."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import urllib.error
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from enforcement.actions import agency_limits as own
from enforcement.actions import evidence, licenses, notice, other_places, penalties, serving, transfers
from enforcement.actions.agency import DirectoryForm, SetDirectory, SetParameter
from enforcement.actions.cases import Reason
from enforcement.actions.corrections import SettleCorrection
from enforcement.actions.recordings import DescribeRecording
from enforcement.actions.registry import perform
from enforcement.demo.walk import Walk
from enforcement.sweep import sweep
from media import demo
from tests import factories
from tests.actions.filled import SUBMISSION, prior_notice
from tests.actions.measuring import ending, key_of, measure, preservation
from tests.factories import House
from tests.scheduler.test_sweep import overturn, send_request

Started = Any
"""What a start hands on to its stop: mostly the walk."""


ELSEWHERE = dataclasses.replace(factories.COMPANY, id_no="91310115MA1K4B2C3X")
UNAPPROVED = {"approved_before": False, "approved_by": "", "approved_at": None}
NOTHING = {"outcome": "no_penalty", "penalties": (), "fine_fen": 0, "leniency": ""}


def do(house: House, login: str, act: str, form: Any) -> None:
    perform(house.office, house.market.actors[login], act, form)


def decided(**differences: Any) -> Callable[[House], Walk]:
    return lambda house: factories.penalty(house.market, **differences)


def by_rule(house: House, **differences: Any) -> Walk:
    """A penalty of an agency under the market regulators' rule."""
    form = SetParameter(
        name="penalty_disclosure_by_rule_days",
        value=20,
        from_on=factories.START.date(),
        cite="MR45#9",
        quote="二十个工作日",
    )  # fmt: skip
    do(house, "head", "set_parameter", form)
    return factories.penalty(house.market, **differences)


def without_penalty(house: House) -> Walk:
    walk = factories.penalty(house.market, until="investigation")
    form = factories.conclusion(walk.today, **NOTHING)
    walk.do("officer1", "conclude_investigation", form)
    walk.examine()
    walk.decide(form)
    return walk


def drawn(house: House) -> Walk:
    """An inspection from a random draw."""
    walk = Walk(house.market)
    begin = walk.begin

    def at_random(login: str, act: str, form: Any) -> Any:
        return begin(login, act, dataclasses.replace(form, method="random"))

    walk.begin = at_random  # type: ignore[method-assign]
    walk.inspect(factories.COMPANY, matter_code="JC-301", title="抽查", gist="未发现问题。")
    return walk


def overturned(house: House) -> Walk:
    walk = factories.released(factories.penalty(house.market, until="case_closed"))
    sweep(house.office, fetch=None)
    overturn(walk)
    return walk


def seen_gone(house: House, _: Walk) -> None:
    def fetch(address: str) -> bytes:
        raise urllib.error.HTTPError(
            address, 410, "", Message(), io.BytesIO('{"withdrawn":"true","reason":"撤回"}'.encode())
        )

    sweep(house.office, fetch=fetch)


def asked(kind: str) -> Callable[[House], tuple[Walk, str]]:
    def start(house: House) -> tuple[Walk, str]:
        walk = factories.released(factories.penalty(house.market))
        sweep(house.office, fetch=None)
        request = send_request(house, walk, kind)
        sweep(house.office, fetch=None)
        return walk, request

    return start


def settle(house: House, started: tuple[Walk, str]) -> None:
    walk, request = started
    form = SettleCorrection(request=request, corrected=False, reason="经核实无误。", told_on=walk.today)
    releaser = house.market.actors["releaser"]
    perform(house.office, releaser, "settle_correction", form, walk.disclosure_id())


def next_year(house: House) -> None:
    house.at(2027, 1, 1, 0, 1)
    sweep(house.office, fetch=None)


def published(act: str, login: str) -> Callable[[House, Started], object]:
    form = own.PublishedInYear(year=2027, title="示例", address="https://example.invalid/2027")
    return lambda house, _: do(house, login, act, form)


def broke_off(house: House) -> Walk:
    walk = factories.open_case(house.market)
    described = DescribeRecording(
        activity="on_site", started_at=walk.now - dt.timedelta(minutes=10), place="经营场所", officers=walk.two,
        target="当事人", device_kind="body_camera", broke_off=True,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        demo.make_video(path, 2, text="现场检查", taken_at=described.started_at)
        walk.film(described, path)
    return walk


def interruption(walk: Walk) -> evidence.StateInterruption:
    return evidence.StateInterruption(
        activity="on_site",
        from_at=factories.START,
        to_at=factories.START + dt.timedelta(minutes=1),
        reason="设备损坏。",
    )


def lead(house: House) -> Walk:
    walk = Walk(house.market)
    walk.begin(
        "officer1",
        "register_lead",
        penalties.RegisterLead(
            matter_code="CF-101", title="线索", source="report", received_at=walk.now - dt.timedelta(hours=1),
            content="举报。", act_on=walk.today - dt.timedelta(days=10), parties=(factories.COMPANY,),
        ),
    )  # fmt: skip
    return walk


def preserved(house: House) -> tuple[Walk, str]:
    walk = factories.penalty(house.market, until="investigation")
    kept = walk.do("officer1", "preserve_evidence", preservation(walk))
    return walk, str(walk.data(kept)["preservation"])


def noticed(house: House) -> Walk:
    walk = factories.penalty(house.market, until="investigation", **factories.MAJOR)
    walk.do("officer1", "conclude_investigation", factories.conclusion(walk.today, **factories.MAJOR))
    form = prior_notice(walk, fine_fen=factories.MAJOR["fine_fen"], hearing_right_told=True)
    walk.do("officer1", "give_prior_notice", form)
    return walk


def hearing_notified(house: House) -> Walk:
    walk = noticed(house)
    walk.do("officer1", "request_hearing", notice.RequestHearing(requested_on=walk.today))
    at = walk.now + dt.timedelta(days=20)
    form = notice.NotifyHearing(
        hearing_at=at, place="听证室", presider=walk.staff.id("reviewer"), notified_on=walk.today, public=True
    )
    walk.do("officer1", "notify_hearing", form)
    return walk


def served_by_notice(house: House) -> Walk:
    walk = factories.penalty(house.market)
    walk.unfilmed("service_by_notice")
    receipt = serving.ServeDocument(method="by_notice", served_on=walk.today, notice_from=walk.today, receipt="公告1号")
    walk.do("officer1", "serve_decision", receipt)
    return walk


def executed(kind: str) -> Callable[[House, Walk], object]:
    def stop(_: House, walk: Walk) -> object:
        form = serving.RecordExecution(kind=kind, performed_on=walk.today, amount_fen=200_000)
        return walk.do("officer1", "record_execution", form)

    return stop


def collected(house: House) -> Walk:
    walk = factories.penalty(house.market, until="served")
    executed("collected_on_the_spot")(house, walk)
    return walk


def measured(kind: str, **differences: Any) -> Callable[[House], tuple[Walk, str]]:
    def start(house: House) -> tuple[Walk, str]:
        walk = factories.penalty(house.market, until="investigation")
        taken = walk.do("officer1", "take_measure", measure(walk, began(walk), kind=kind, **differences))
        return walk, key_of(walk, taken)

    return start


def began(walk: Walk) -> dt.datetime:
    return (walk.now - dt.timedelta(minutes=10)).replace(microsecond=0)


def approve(house: House, started: tuple[Walk, str]) -> None:
    walk, key = started
    form = evidence.ApproveMeasure(
        measure=key, reported_at=walk.now - dt.timedelta(minutes=2), approved_at=walk.now - dt.timedelta(minutes=1),
        opinion="同意。",
    )  # fmt: skip
    walk.do("head", "approve_measure", form)


def lift(_: House, started: tuple[Walk, str]) -> None:
    walk, key = started
    taken = next(row for row in factories.records(walk) if row.event == "measure_taken")
    spell = {name: dt.datetime.fromisoformat(taken.data[name]) for name in ("started_at", "finished_at")}
    form = evidence.StateInterruption(
        activity="seizure", measure=key, from_at=spell["started_at"], to_at=spell["finished_at"], reason="设备故障"
    )
    walk.do("officer1", "state_interruption", form)
    walk.do("officer1", "end_measure", ending(walk, key))


def accepted(**differences: Any) -> Callable[[House], Walk]:
    def start(house: House) -> Walk:
        walk = factories.application(house.market)
        walk.do("officer1", "accept_application", licenses.AcceptApplication(receipt_no="受1号", **differences))
        return walk

    return start


def told(house: House) -> Walk:
    walk = accepted()(house)
    walk.do("officer1", "tell_hearing_right", licenses.TellHearingRight(told_on=walk.today, told_to=("申请人",)))
    return walk


def hearing_asked(house: House) -> Walk:
    walk = told(house)
    walk.do("officer1", "request_hearing", notice.RequestHearing(requested_on=walk.today))
    return walk


def license_hearing_notified(house: House) -> Walk:
    walk = hearing_asked(house)
    form = notice.NotifyHearing(
        hearing_at=walk.now + dt.timedelta(days=20), place="听证室", presider=walk.staff.id("reviewer"),
        notified_on=walk.today, public=True,
    )  # fmt: skip
    walk.do("officer1", "notify_hearing", form)
    return walk


def crime(house: House) -> Walk:
    walk = factories.penalty(house.market, until="investigation")
    walk.do("officer1", "conclude_investigation", crime_form(walk))
    return walk


def crime_form(walk: Walk) -> penalties.ConcludeInvestigation:
    return factories.conclusion(walk.today, suspected_crime=True, outcome="judicial_transfer", penalties=(), fine_fen=0)


def to_be_transferred(house: House, walk: Walk | None = None) -> Walk:
    walk = walk or crime(house)
    form = crime_form(walk)
    walk.review("拟移送公安机关。", form.basis)
    walk.decide(form)
    return walk


def transfer(_: House, walk: Walk) -> Walk:
    form = penalties.Transfer(
        to="公安机关", document_no="移1号", items=("卷宗一册",), reason="涉嫌犯罪", officers=walk.two
    )
    walk.do("head", "transfer_to_judiciary", form)
    return walk


def transferred(house: House) -> Walk:
    return transfer(house, to_be_transferred(house))


def answered(answer: str) -> Callable[[House], Walk]:
    def start(house: House) -> Walk:
        walk = transferred(house)
        answer_of_police(house, walk, answer)
        return walk

    return start


def answer_of_police(_: House, walk: Walk, answer: str = "police_refused") -> None:
    form = transfers.PoliceAnswer(answer=answer, document_no="公1号", received_on=walk.today)
    walk.do("officer1", "record_police_answer", form)


def reconsidered(house: House) -> Walk:
    walk = answered("police_refused")(house)
    walk.do("officer1", "ask_police_again", ASKED)
    form = transfers.PoliceReconsideration(answer="refusal_upheld", document_no="公2号", received_on=walk.today)
    walk.do("officer1", "record_police_reconsideration", form)
    return walk


ASKED = transfers.WrittenRequest(to="公安机关", document_no="函1号", reason="证据充分。")


def act(login: str, name: str, form: Any) -> Callable[[House, Walk], object]:
    return lambda _, walk: walk.do(login, name, form)


def drop(_: House, walk: Walk) -> object:
    return walk.do("head", "drop_case", Reason(reason="申请人撤回。"))


def overturn_now(_: House, walk: Walk) -> None:
    overturn(walk)


def open_it(_: House, walk: Walk) -> object:
    walk.do("officer1", "accept_lead", penalties.Opinion(opinion="属于管辖。"))
    return walk.do("head", "open_case", penalties.OpenCase(facts="举报。", basis="第五十四条", officers=walk.two))


def waive(name: str, form: Callable[[Walk], Any]) -> Callable[[House, Walk], object]:
    return lambda _, walk: walk.do("officer1", name, form(walk))


def from_elsewhere(house: House) -> None:
    form = other_places.ReceivePenalty(document_no="沪1号", from_agency="外地机关", received_on=house_day(house))
    do(house, "clerk", "receive_penalty_from_elsewhere", form)


def house_day(house: House) -> dt.date:
    return Walk(house.market).today


def changed_section(house: House) -> None:
    form = own.NoteInformationChange(section="office_place", changed_on=house_day(house), reason="搬迁。")
    do(house, "clerk", "note_information_change", form)


def changed_law(house: House) -> None:
    do(
        house,
        "reviewer",
        "note_directory_change",
        own.NoteDirectoryChange(changed_on=house_day(house), reason="修法。"),
    )


def new_directory(house: House, _: Started) -> None:
    line = DirectoryForm(matter_code="CF-101", is_major=False)
    do(house, "head", "set_directory", SetDirectory(from_on=house_day(house), reason="修订。", entries=(line,)))


def submitted(house: House) -> Walk:
    walk = factories.penalty(house.market, until="prior_notice_given", **factories.MAJOR)
    walk.do("officer1", "submit_for_review", SUBMISSION)
    return walk
