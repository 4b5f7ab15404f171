"""What a record holds, and what must have been filmed (J#4, J#7, J#9, J#10, G#8, APL#55)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from enforcement.law import recording
from enforcement.law.events import SHANGHAI
from enforcement.law.facts import CaseFacts, Fields
from enforcement.law.guards.registry import Answer, Gap, Law, guard

FACE_TO_FACE = ("interview_record", "on_site_record", "survey_record")
IN_PERSON = ("direct", "by_leaving")
FIVE = {
    "told_reason": "执法事由",
    "told_basis": "执法依据",
    "told_rights": "权利义务",
    "told_remedy_manner": "救济方式",
    "told_remedy_channel": "救济渠道",
}
TELLING = ("process_recorded", "on_site_checked", "prior_notice_given", "served")


def _activity(fields: Fields) -> str:
    """Which activity of G#8.2 a form or record is, "" where nobody is met: post, wire and public notice meet nobody."""
    if method := fields.text("method"):
        return "service" if method in IN_PERSON else ""
    return "inquiry" if fields.text("kind") in ("", *FACE_TO_FACE) else ""


@guard(row="J7.1b", cite="J#7.1", zh="过程记录缺少要素", of_form=True)
def five_elements(facts: CaseFacts, _: Law) -> Answer:
    """J#7.1: 「过程记录的要素应当包括时间、地点、执法人员、执法对象、执法事项」."""
    named = {"started_at": "时间", "place": "地点", "officers": "执法人员", "target": "执法对象", "matter": "执法事项"}
    return tuple(Gap(f"过程记录缺少“{named[name]}”") for name in facts.asked.missing(*named))


@guard(row="J3", cite="J#3", zh="记录的起止时间有误", basis="design", of_form=True)
def record_times_are_in_order(facts: CaseFacts, _: Law) -> Answer:
    """A record begins before it ends, and neither lies ahead."""
    started, ended = facts.asked.moment("started_at"), facts.asked.moment("ended_at")
    if started is None or ended is None:
        return True
    if ended < started:
        return (Gap("记录的结束时间早于开始时间"),)
    return ended <= facts.now or (Gap("记录的结束时间晚于现在"),)


@guard(row="G8.2b", cite="G#8.2", zh="应当主动出示执法证件、表明身份", of_form=True)
def credentials_shown(facts: CaseFacts, _: Law) -> Answer:
    """G#8.2 「应当主动出示执法证件、表明身份」, each time and by somebody; for penalties also APL#55.1."""
    if not _activity(facts.asked):
        return True
    if "method" in facts.form and not facts.asked.lines("officers"):
        return (Gap("未写明由哪些执法人员送达并出示执法证件"),)
    return facts.asked.yes("credentials_shown")


@guard(row="G8.2c", cite="G#8.2", zh="应当主动告知当事人五项内容", of_form=True)
def five_point_notification(facts: CaseFacts, _: Law) -> Answer:
    """G#8.2: 「主动告知当事人执法事由、执法依据、权利义务、救济方式和救济渠道等内容」.

    At each activity or once in a case the article does not say. Our reading: once for a kind of activity, and again
    when an officer comes who has not told it.
    """
    asked = facts.asked
    if not _activity(asked):
        return True
    told = {*asked.lines("told"), *_told_before(facts)}
    return tuple(Gap(f"未记录已告知当事人“{zh}”") for name, zh in FIVE.items() if name not in told)


def _told_before(facts: CaseFacts) -> set[str]:
    """What these officers told in an earlier activity of the same kind; going back does not make it untold."""
    activity, officers = _activity(facts.asked), set(facts.asked.lines("officers"))
    earlier = (Fields(record.data) for record in facts.records if record.event in TELLING)
    same = (one for one in earlier if _activity(one) == activity and officers <= set(one.lines("officers")))
    return {point for one in same for point in one.lines("told")}


@guard(row="J4.1b", cite="J#5", zh="本环节没有文字记录，不得进入下一环节", basis="default")
def stage_has_a_text_record(facts: CaseFacts, _: Law) -> Answer:
    """Every stage that J#4 names leaves at least one record."""
    return any(record.seq >= facts.entered_at_seq for record in facts.standing)


# ----------------------------------------------------------------------------------------------------- what was to be
# filmed


def _took_place(facts: CaseFacts) -> Iterable[str]:
    """Which of the five kinds of J#9.2 took place, by what the records say."""
    for record in facts.standing:
        fields = Fields(record.data)
        kind, method = fields.text("kind"), fields.text("method")
        match record.event:
            case "process_recorded" if kind in {"on_site_record", "survey_record"}:
                yield "on_site"
            case "process_recorded" if kind == "interview_record":
                yield "investigation"
            case "on_site_checked" | "site_surveyed" | "sampled":
                yield "on_site"
            case "hearing_held":
                yield "hearing"
            case "served" | "prior_notice_given" if method in {"by_leaving", "by_notice"}:
                yield f"service_{method}"


@guard(
    row="J9.2",
    cite="J#9.2",
    zh="没有音像记录，也未说明理由",
    basis="default",
    mend="take_in_recording",
    or_else="state_no_recording",
)
def disputed_activities_recorded_or_reasoned(facts: CaseFacts, law: Law) -> Answer:
    """J#9.2 「要根据实际情况进行音像记录」: a recording, or the circumstances that speak against one, in writing."""
    filmed = {one.activity for one in facts.recordings}
    stated = {Fields(one.data).text("activity") for one in facts.all("no_recording_stated", "interruption_stated")}
    duties = law.recording.duties
    missing = (one for one in dict.fromkeys(_took_place(facts)) if one in duties and one not in filmed | stated)
    return tuple(
        Gap(f"“{duties[one][0].words}”没有音像记录，也未说明理由", fill=(("activity", one),)) for one in missing
    )


@guard(
    row="J9.1",
    cite="J#9.1",
    zh="没有全程音像记录",
    basis="default",
    mend="take_in_recording",
    or_else="state_interruption",
)
def compulsory_measures_recorded(facts: CaseFacts, law: Law) -> Answer:
    """J#9.1 「要推行全程音像记录」, or the written statement of J#10.3. That it is mandatory is our reading."""
    wanted = facts.asked.text("measure")
    measures = (Fields(one.data) for one in facts.all("measure_taken"))
    chosen = (one for one in measures if not wanted or one.text("measure") == wanted)
    return tuple(gap for one in chosen if (gap := _unrecorded(facts, law, one)))


def _unrecorded(facts: CaseFacts, law: Law, measure: Fields) -> Gap | None:
    kind, begun = measure.text("kind"), measure.moment("started_at")
    if begun is None or recording.duty(kind, law.recording) != "must":
        return None
    pieces = [one for one in facts.recordings if one.activity == kind]
    # Where the end on the spot is not written, the very beginning must at least be covered: an instant has no gaps.
    ended = measure.moment("finished_at") or begun + timedelta(seconds=1)
    joins = law.recording.joins_within
    gaps = recording.coverage(begun, ended, pieces, explained=_explained(facts, measure), joins_within=joins)
    if not gaps:
        return None
    name = f"{law.recording.duties[kind][0].words}（{measure.text('document_no') or measure.text('measure')}）"
    fill = (("activity", kind), ("measure", measure.text("measure")))
    spans = [(one.start.astimezone(SHANGHAI), one.end.astimezone(SHANGHAI)) for one in gaps]
    missing = "、".join(f"{since:%H:%M:%S}至{until:%H:%M:%S}" for since, until in spans)
    lacks = f"：缺{missing}" if pieces else ""  # to an officer who filmed, the whole stretch would explain nothing
    return Gap(f"{name}没有覆盖全程的音像记录，也没有中断情况的书面说明{lacks}", fill=fill)


def _explained(facts: CaseFacts, measure: Fields) -> list[tuple[datetime, datetime]]:
    """The stretches stated in writing for this very measure, or for its kind where none is named (J#10.3)."""
    spans: list[tuple[datetime, datetime]] = []
    for record in facts.all("interruption_stated"):
        stated = Fields(record.data)
        begun, ended = stated.moment("from_at"), stated.moment("to_at")
        named = stated.text("measure") or measure.text("measure")
        if begun and ended and named == measure.text("measure") and stated.text("activity") == measure.text("kind"):
            spans.append((begun, ended))
    return spans
