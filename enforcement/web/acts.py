"""One page for every act: its form, what stands in its way with the articles, and what was typed, never lost.

The button carries what it does (`_do`): the act itself, saving the form, a row of a group more or less, a preview.
"""

import dataclasses
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from enforcement.actions import registry, saved_forms
from enforcement.actions.forms import specs
from enforcement.actions.registry import Deed, Outcome
from enforcement.law.errors import Breach, Forbidden, Invalid, RuleViolation, Stale
from enforcement.law.reading import seen
from enforcement.models.cases import SavedForm
from enforcement.queries import people
from enforcement.web import casefile, desks, fields, here, offers, subjects
from enforcement.web.fields import Typed
from enforcement.web.subjects import Subject
from enforcement.work import Work

blueprint = Blueprint("acts", __name__)

NOT_TYPED = frozenset({"csrf_token", "version", "_do"})
NOT_YOURS = "不由您办理"


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Why the act was not done: by field, by the law, or because the case moved on."""

    status: int = 200
    errors: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    breaches: tuple[Breach, ...] = ()
    heading: str = ""
    stale: bool = False


@blueprint.route("/cases/new/<act>", methods=["GET", "POST"])
def start(act: str) -> Response | str | tuple[str, int]:
    """Begin a case."""
    return _page("start", None, act)


@blueprint.route("/cases/<uuid:subject_id>/acts/<act>", methods=["GET", "POST"])
def on_case(subject_id: uuid.UUID, act: str) -> Response | str | tuple[str, int]:
    """Act in a case."""
    return _page("case", subject_id, act)


@blueprint.route("/disclosures/<uuid:subject_id>/acts/<act>", methods=["GET", "POST"])
def on_disclosure(subject_id: uuid.UUID, act: str) -> Response | str | tuple[str, int]:
    """Act on a disclosure."""
    return _page("disclosure", subject_id, act)


@blueprint.route("/agency/acts/<act>", methods=["GET", "POST"])
def agency(act: str) -> Response | str | tuple[str, int]:
    """Act for the agency."""
    return _page("agency", None, act)


def _page(scope: registry.Scope, subject_id: uuid.UUID | None, address: str) -> Response | str | tuple[str, int]:
    deed = subjects.find_act(address, scope)
    if request.method == "GET":
        return _fresh(deed, scope, subject_id)
    typed = sent()
    do, _, what = request.form.get("_do", "act").partition(":")
    match do:
        case "save":
            return _save(deed, scope, subject_id, typed)
        case "add":
            return _shown(deed, scope, subject_id, _one_more_row(typed, what, deed))
        case "remove":
            return _shown(deed, scope, subject_id, fields.without_row(typed, what))
        case "preview":
            return _shown(deed, scope, subject_id, typed, preview=True)
        case "act":
            return _act(deed, scope, subject_id, typed)
        case _:
            raise BadRequest


def sent() -> Typed:
    """What the browser sent, without what is not the form's."""
    return {name: texts for name, texts in request.form.to_dict(flat=False).items() if name not in NOT_TYPED}


def _one_more_row(typed: Typed, group: str, deed: Deed) -> Typed:
    spec = specs(deed.form).get(group)
    if spec is None or spec.form is None:
        raise BadRequest
    index = max(fields.row_count(typed, group), 1 if spec.required else 0)
    return typed | {f"{group}.{index}.{name}": [""] for name in specs(spec.form)}


@contextmanager
def _reading(scope: registry.Scope, subject_id: uuid.UUID | None, deed: Deed) -> Iterator[tuple[Work, Subject]]:
    with here.reading() as work:
        if scope == "start":
            yield work, subjects.a_new_case(deed)
        elif scope == "agency":
            yield work, subjects.the_agency(deed)
        elif subject_id is None:
            raise BadRequest
        else:
            yield work, (subjects.a_case if scope == "case" else subjects.a_disclosure)(work, subject_id)


def _fresh(deed: Deed, scope: registry.Scope, subject_id: uuid.UUID | None) -> Response | str | tuple[str, int]:
    with _reading(scope, subject_id, deed) as (work, subject):
        if subject.procedure and deed.name not in here.book().procedures[subject.procedure].acts:
            return redirect(subject.back)
        key = {"person_id": work.actor.person_id, "subject": subject.key, "act": deed.name}
        saved = work.session.get(SavedForm, key)
        typed: Typed = dict(saved.data) if saved else desks.first_typed(deed, subject, work)
        typed |= {name: texts for name, texts in request.args.to_dict(flat=False).items() if name in specs(deed.form)}
        not_yours = subject.not_yours(deed)
        refusal = Refusal(403, breaches=not_yours, heading=NOT_YOURS) if not_yours else Refusal()
        return _render(work, deed, subject, typed, refusal, saved=saved, closed=bool(not_yours))


def _shown(
    deed: Deed, scope: registry.Scope, subject_id: uuid.UUID | None, typed: Typed, *, preview: bool = False
) -> str | tuple[str, int]:
    with _reading(scope, subject_id, deed) as (work, subject):
        if not_yours := subject.not_yours(deed):
            return _render(work, deed, subject, typed, Refusal(403, breaches=not_yours, heading=NOT_YOURS), closed=True)
        return _render(work, deed, subject, typed, Refusal(), preview=preview)


def _save(deed: Deed, scope: registry.Scope, subject_id: uuid.UUID | None, typed: Typed) -> Response:
    with _reading(scope, subject_id, deed) as (_, subject):
        key, address = subject.key, subject.address(deed)
    saved_forms.save(here.office(), here.actor(), key, deed.name, typed)
    flash("已暂存，可稍后继续填写。")
    return redirect(address)


def _act(
    deed: Deed, scope: registry.Scope, subject_id: uuid.UUID | None, typed: Typed
) -> Response | tuple[str, int] | str:
    typed = fields.without_empty_rows(deed.form, typed)
    try:
        form = fields.load(deed.form, typed)
        outcome = subjects.do(subject_id, deed.name, form, _version(scope))
    except Invalid as error:
        refusal = Refusal(422, errors=error.fields, heading="填写有误")
    except RuleViolation as error:
        refusal = Refusal(409, breaches=error.breaches, heading="尚不能办理")
    except Forbidden as error:
        refusal = Refusal(403, breaches=(error.breach,), heading="没有办理权限")
    except Stale:
        refusal = Refusal(412, heading="案件已有新的变化", stale=True)
    else:
        saved_forms.drop(here.office(), here.actor(), str(subject_id or deed.name), deed.name)
        flash(f"已办理：{here.words().act(deed.name)}。", f"done:{outcome.subject_id}")
        return redirect(_afterwards(deed, outcome))
    with _reading(scope, subject_id, deed) as (work, subject):
        return _render(work, deed, subject, typed, refusal)


def _version(scope: registry.Scope) -> int | None:
    if scope in {"start", "agency"}:
        return None
    try:
        return int(request.form["version"])
    except ValueError:
        raise BadRequest from None


def _afterwards(deed: Deed, outcome: Outcome) -> str:
    if deed.scope == "disclosure":
        return url_for("disclosures.show", disclosure_id=outcome.subject_id)
    if deed.scope == "agency":
        return url_for("agency.index")
    return url_for("cases.show", case_id=outcome.subject_id)


def _render(
    work: Work,
    deed: Deed,
    subject: Subject,
    typed: Typed,
    refusal: Refusal,
    *,
    saved: SavedForm | None = None,
    preview: bool = False,
    closed: bool = False,
) -> str | tuple[str, int]:
    words = here.words()
    desk = desks.desk_of(deed)
    page = render_template(
        desk.template,
        deed=deed,
        zh=words.act(deed.name),
        subject=subject,
        views=fields.views(
            deed.form,
            typed,
            offers.options_of(work, subject.facts, words),
            refusal.errors,
            called={"parties": words.party(subject.procedure)},
        ),
        typed=typed,
        refusal=refusal,
        step=None if refusal.breaches else subject.step(deed),
        moved_by=_moved_by(work, subject) if refusal.stale else None,
        saved=saved,
        preview=preview,
        closed=closed,
        **desk.context(work, subject, deed, typed, preview),
    )
    return page if refusal.status == 200 else (page, refusal.status)  # noqa: PLR2004


def _moved_by(work: Work, subject: Subject) -> dict[str, object] | None:
    """Who acted last, for a person whose page is older than that."""
    records = seen(subject.facts, here.book().powers) if subject.facts else ()
    if not records:
        return None
    last = records[-1]
    name = people.names(work, [last.actor_id]).get(last.actor_id or "", casefile.NOBODY)
    return {"who": name, "act": here.words().act(last.act), "at": last.at}


def keep_typed_after_csrf(error: CSRFError) -> tuple[str, int] | None:
    """A form whose token died (signed in again meanwhile) is shown again with what was typed and a new token."""
    args = request.view_args or {}
    scope = {
        "acts.start": "start",
        "acts.on_case": "case",
        "acts.on_disclosure": "disclosure",
        "acts.agency": "agency",
    }.get(request.endpoint or "")
    if scope is None or error.code is None:
        return None
    deed = subjects.find_act(str(args["act"]), scope)  # type: ignore[arg-type]  # the four values above
    with _reading(scope, args.get("subject_id"), deed) as (work, subject):  # type: ignore[arg-type]
        refusal = Refusal(error.code, heading="登录状态已更新，请核对后再次提交")
        shown = _render(work, deed, subject, sent(), refusal)
        return shown if isinstance(shown, tuple) else (shown, error.code)
