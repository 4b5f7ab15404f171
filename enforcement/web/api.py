"""The JSON API: one address for each act, lists to read, everything described in OpenAPI 3.1.

An act's body is its form; the version that was read comes in If-Match; an error is data (`errors.py`). Addresses are
made from the registry of acts, so that an act without an address cannot be forgotten.
"""

import http
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, request, url_for
from flask_smorest import Api, Blueprint
from marshmallow import Schema, missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from enforcement.actions.registry import Deed, Outcome, acts
from enforcement.law.clocks import Clock, running
from enforcement.law.facts import CaseFacts
from enforcement.law.next_step import next_step
from enforcement.law.reading import Seen, seen
from enforcement.queries import people
from enforcement.queries.cases import CaseFilter, case_row, list_cases
from enforcement.queries.disclosures import DisclosureFilter, find_disclosure, list_disclosures
from enforcement.queries.paging import Page, Place
from enforcement.queries.recordings import RecordingFilter, RecordingRow, find_recording, list_recordings
from enforcement.queries.work_list import Task, work_list
from enforcement.web import errors, here, recordings, subjects
from enforcement.web.answers import (
    CaseDetailSchema,
    CaseQuery,
    CaseSchema,
    ClockSchema,
    DisclosureSchema,
    ErrorSchema,
    ListQuery,
    OutcomeSchema,
    PageQuery,
    PersonSchema,
    RecordingSchema,
    RecordSchema,
    TaskSchema,
    WorkListSchema,
)
from enforcement.web.conditions import with_version
from enforcement.web.errors import breach_data
from enforcement.web.pages import address_with
from enforcement.web.schemas import schema_of

CONFIGURATION = {
    "API_TITLE": "明鉴 内部接口",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "一个法定行为一个地址。请求须带会话 cookie；写操作另带 X-CSRFToken"
            "（GET /api/session 取得），"
            '对案件和公示事项的行为须带 If-Match: "读到的版本"。'
        },
        "security": [{"session": []}],
        "components": {"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "mingjian_session"}}},
    },
}

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": '读到的版本，加引号，例如 "7"。缺少 428，已有变化 412。',
    "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
}


class Reader(FlaskParser):
    """Reads a body as everything else here does (`app.Json`), so that what is no JSON is a 400 whatever is wrong."""

    def _raw_load_json(self, req: Request) -> Any:
        return req.get_json() if req.get_data(cache=True) else missing


class ActBlueprint(Blueprint):  # type: ignore[misc]  # the library is not typed
    """The blueprint of acts and lists."""

    ARGUMENTS_PARSER = Reader()


class Interface(Api):  # type: ignore[misc]  # the library is not typed
    """The description of the API; errors are answered by `errors.py`, not by the library."""

    ERROR_SCHEMA = ErrorSchema

    def handle_http_exception(self, error: Exception) -> Response:
        """Answer as everywhere else."""
        return errors.respond(error)


def install(app: Flask) -> None:
    """Put every act and every list at its address."""
    interface = Interface(app)
    blueprint = ActBlueprint("api", __name__, url_prefix="/api", description="法定行为与查询")
    _lists(blueprint)
    for deed in acts().values():
        _act(blueprint, deed)
    interface.register_blueprint(blueprint)
    app.before_request(_json_only)


def _json_only() -> None:
    staged = request.endpoint is not None and request.endpoint == "api.take_in_recording"
    if (
        request.path.startswith("/api/")
        and request.method in {"POST", "PUT", "PATCH"}
        and not staged
        and not request.is_json
    ):
        raise UnsupportedMediaType


def _documented(
    blueprint: Blueprint, view: Callable[..., Any], statuses: tuple[int, ...], **doc: Any
) -> Callable[..., Any]:
    for status in statuses:
        view = blueprint.alt_response(status, schema=ErrorSchema, description=http.HTTPStatus(status).phrase)(view)
    return blueprint.doc(**doc)(view)  # type: ignore[no-any-return]


def _act(blueprint: Blueprint, deed: Deed) -> None:
    zh, summary = deed.name, ((deed.body or deed.form).__doc__ or "").strip().partition("\n")[0]
    rules = {
        "start": f"/cases/{deed.address}",
        "case": f"/cases/<uuid:subject_id>/{deed.address}",
        "disclosure": f"/disclosures/<uuid:subject_id>/{deed.address}",
        "agency": f"/agency/{deed.address}",
    }
    conditional = deed.scope in {"case", "disclosure"}
    doc: dict[str, Any] = {"operationId": zh, "summary": summary}
    refusals: tuple[int, ...] = (400, 401, 403, 404, 409, 415, 422)
    if conditional:
        doc["parameters"] = [IF_MATCH]
        refusals = (*refusals, 412, 428)
    if deed.staged:
        view = _staged_view()
        doc["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object"}}}}
    else:
        view = blueprint.arguments(schema_of(deed.form)())(_view(deed))  # one for all requests: making one is dear
    view = blueprint.response(200, OutcomeSchema)(with_version(view) if conditional else view)
    view = _documented(blueprint, view, refusals, **doc)
    blueprint.route(rules[deed.scope], methods=["POST"], endpoint=deed.name)(view)


def _view(deed: Deed) -> Callable[..., Any]:
    def act(form: Any, subject_id: uuid.UUID | None = None, version: int | None = None) -> Any:
        outcome = subjects.do(subject_id, deed.name, form, version)
        return outcome, 200, _headers(deed, outcome)

    return act


def _headers(deed: Deed, outcome: Outcome) -> dict[str, str]:
    headers = {"ETag": f'"{outcome.version}"'}
    if deed.scope == "start":
        headers["Location"] = url_for("api.get_case", case_id=outcome.subject_id)
    return headers


def _staged_view() -> Callable[..., Any]:
    def take_in(subject_id: uuid.UUID, version: int) -> Any:
        return recordings.api_take_in(subject_id, version)

    return take_in


def _lists(blueprint: Blueprint) -> None:
    def listed(rule: str, name: str, row: type[Schema], query: type[Schema], read: Callable[..., Any]) -> None:
        def view(given: dict[str, Any], **path: Any) -> Any:
            after, size = given.pop("after"), given.pop("page_size")
            place = Place("after" if after else "first", after, size)
            with here.reading() as work:
                page = read(work, given, place, **path)
            return page.rows, 200, _leading_on(page)

        made = blueprint.response(200, row(many=True))(blueprint.arguments(query, location="query")(view))
        made = _documented(blueprint, made, (401, 404, 422), operationId=name, summary=row.__doc__)
        blueprint.route(rule, methods=["GET"], endpoint=name)(made)

    def cases(work: Any, given: dict[str, Any], place: Place) -> Page[Any]:
        return list_cases(work, CaseFilter(**given), place)

    def records(work: Any, _: dict[str, Any], place: Place, case_id: uuid.UUID) -> Page[Any]:
        behind = int(place.key) if place.key.isascii() and place.key.isdigit() else 0
        found = [one for one in seen(_facts(work, case_id), here.book().powers) if one.seq > behind]
        rows = [record_data(one) for one in found[: place.size]]
        return Page(rows, after=str(rows[-1]["seq"]) if len(found) > place.size else "")

    def persons(work: Any, _: dict[str, Any], place: Place) -> Page[Any]:
        return people.list_people(work, place)

    def found_recordings(work: Any, given: dict[str, Any], place: Place) -> Page[Any]:
        page = list_recordings(work, RecordingFilter(**given), place)
        return Page([_recording_data(row) for row in page.rows], page.before, page.after)

    def disclosures(work: Any, given: dict[str, Any], place: Place) -> Page[Any]:
        return list_disclosures(work, DisclosureFilter(**given), place)

    listed("/cases", "list_cases", CaseSchema, CaseQuery, cases)
    listed("/cases/<uuid:case_id>/records", "list_records", RecordSchema, PageQuery, records)
    listed("/disclosures", "list_disclosures", DisclosureSchema, ListQuery, disclosures)
    listed("/recordings", "list_recordings", RecordingSchema, ListQuery, found_recordings)
    listed("/people", "list_people", PersonSchema, PageQuery, persons)
    _single(blueprint)


def _leading_on(page: Page[Any]) -> dict[str, str]:
    """The address of the page behind this one, as RFC 8288 writes it; nothing on the last."""
    if not page.after:
        return {}
    return {"Link": f'<{address_with(after=page.after)}>; rel="next"'}


def _recording_data(row: RecordingRow) -> dict[str, Any]:
    """A recording with its beginning and end as put right."""
    kept = {name: getattr(row.recording, name) for name in RecordingSchema().fields}
    return kept | {"started_at": row.seen.started_at, "ended_at": row.seen.ended_at}


def _single(blueprint: Blueprint) -> None:
    def one(rule: str, name: str, schema: type[Schema] | Schema, read: Callable[..., Any]) -> None:
        def view(**path: Any) -> Any:
            with here.reading() as work:
                found = read(work, **path)
            version = found.get("version") if isinstance(found, dict) else None
            return found, 200, {"ETag": f'"{version}"'} if version is not None else {}

        doc = schema.__doc__ if isinstance(schema, type) else type(schema).__doc__
        made = _documented(blueprint, blueprint.response(200, schema)(view), (401, 404), operationId=name, summary=doc)
        blueprint.route(rule, methods=["GET"], endpoint=name)(made)

    def case(work: Any, case_id: uuid.UUID) -> dict[str, Any]:
        row = case_row(work, case_id)
        facts = _facts(work, case_id)
        book = here.book()
        procedure = book.procedures[row.procedure]
        offered = procedure.next_acts(facts, book)
        mine = next_step(procedure, offered, facts.stage, book.powers, here.actor().roles).mine
        data = {name: getattr(row, name) for name in row.__dataclass_fields__}
        return data | {
            "clocks": [clock_data(one) for one in running(facts, book)],
            "next_acts": [
                {
                    "act": each.act.replace("_", "-"), "zh": each.zh, "allowed": each.allowed, "primary": each in mine,
                    "who": list(each.who), "breaches": [breach_data(breach) for breach in each.breaches],
                }
                for each in offered
            ],
        }  # fmt: skip

    def clocks(work: Any, case_id: uuid.UUID) -> list[dict[str, Any]]:
        return [clock_data(one) for one in running(_facts(work, case_id), here.book())]

    def disclosure(work: Any, disclosure_id: uuid.UUID) -> dict[str, Any]:
        found, _ = find_disclosure(work, disclosure_id)
        of_case = list_disclosures(work, DisclosureFilter(case_id=found.case_id), Place(size=200))
        row = next(one for one in of_case.rows if one.id == disclosure_id)
        return {name: getattr(row, name) for name in row.__dataclass_fields__}

    def recording(work: Any, recording_id: uuid.UUID) -> Any:
        return _recording_data(find_recording(work, recording_id))

    def mine(work: Any) -> dict[str, Any]:
        found = work_list(work)
        return {
            "mine": [_task_data(task) for task in found.mine],
            "mine_count": found.mine_count,
            "waiting": [_task_data(task) for task in found.waiting],
            "waiting_count": found.waiting_count,
            "agency": [clock_data(clock) for clock in found.agency],
        }

    one("/work", "get_work_list", WorkListSchema, mine)
    one("/cases/<uuid:case_id>", "get_case", CaseDetailSchema, case)
    one("/cases/<uuid:case_id>/clocks", "list_clocks", ClockSchema(many=True), clocks)
    one("/disclosures/<uuid:disclosure_id>", "get_disclosure", DisclosureSchema, disclosure)
    one("/recordings/<uuid:recording_id>", "get_recording", RecordingSchema, recording)


def _task_data(task: Task) -> dict[str, Any]:
    data = {name: getattr(task, name) for name in TaskSchema().fields}
    return data | {"act": task.act.replace("_", "-"), "clock": clock_data(task.clock) if task.clock else None}


def _facts(work: Any, case_id: uuid.UUID) -> CaseFacts:
    facts = subjects.a_case(work, case_id).facts
    if facts is None:
        raise TypeError("a case has facts")
    return facts


def record_data(record: Seen) -> dict[str, Any]:
    """One record as JSON: what it holds or, where that is not the reader's, why not."""
    names = ("seq", "event", "act", "stage", "at", "on", "actor_id")
    data = {name: getattr(record, name) for name in names}
    if record.withheld:
        return data | {"withheld": breach_data(record.withheld)}
    return data | {"data": record.data, "withheld": None}


def clock_data(clock: Clock) -> dict[str, Any]:
    """One clock as JSON."""
    left = here.words().time_left(clock)
    return {
        "limit": clock.limit.key,
        "zh": clock.limit.zh,
        "state": clock.state,
        "left_zh": left.zh,
        "started_on": clock.due.started_on,
        "due_on": clock.due.due_on,
        "target_on": clock.due.target_on,
        "provisional": clock.due.provisional,
        "cite": clock.due.cite,
        "basis": clock.due.basis,
    }
