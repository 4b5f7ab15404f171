"""The shapes of the API's answers and of the questions to its lists, as OpenAPI describes them."""

from marshmallow import Schema, fields, validate


class BreachSchema(Schema):
    """One unmet condition: its sentence, its article, and the act that would mend it."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    cite = fields.String(required=True, allow_none=True)
    cite_zh = fields.String(required=True)
    basis = fields.String(required=True, validate=validate.OneOf(["law", "default", "design"]))
    mend = fields.String(required=True, allow_none=True)


class ErrorSchema(Schema):
    """Every error answer."""

    error = fields.String(required=True)
    zh = fields.String(required=True)
    breaches = fields.List(fields.Nested(BreachSchema))
    fields_ = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), data_key="fields")
    expected = fields.Integer()
    actual = fields.Integer()
    reference = fields.String()
    reason = fields.String()


class OutcomeSchema(Schema):
    """What an act left behind. `subject_id` is the case, the disclosure or the agency."""

    chain_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    seq = fields.Integer(required=True)
    event = fields.String(required=True)
    stage = fields.String(required=True)
    version = fields.Integer(required=True)


class OfACaseSchema(Schema):
    """What a case is known by, in every list that something of it stands in."""

    case_no = fields.String(required=True)
    title = fields.String(required=True)
    document_no = fields.String(required=True)
    party = fields.String(required=True)


class CaseSchema(OfACaseSchema):
    """One case in a list."""

    id = fields.UUID(required=True)
    procedure = fields.String(required=True)
    stage = fields.String(required=True)
    version = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    closed_on = fields.Date(required=True, allow_none=True)
    officers = fields.String(required=True)


class ClockSchema(Schema):
    """One running limit."""

    limit = fields.String(required=True)
    zh = fields.String(required=True)
    state = fields.String(required=True)
    left_zh = fields.String(required=True)
    started_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    target_on = fields.Date(required=True)
    provisional = fields.Boolean(required=True)
    cite = fields.String(required=True)
    basis = fields.String(required=True)


class TaskSchema(OfACaseSchema):
    """One thing to do, or to wait for; `clock` is the limit that presses first."""

    act = fields.String(required=True)
    zh = fields.String(required=True)
    case_id = fields.UUID(required=True)
    procedure = fields.String(required=True)
    disclosure_id = fields.UUID(required=True, allow_none=True)
    who = fields.List(fields.String(), required=True)
    others = fields.Integer(required=True)
    clock = fields.Nested(ClockSchema, required=True, allow_none=True)


class WorkListSchema(Schema):
    """What the person asking must do and what of theirs others hold: the first of each, and how many there are."""

    mine = fields.List(fields.Nested(TaskSchema), required=True)
    mine_count = fields.Integer(required=True)
    waiting = fields.List(fields.Nested(TaskSchema), required=True)
    waiting_count = fields.Integer(required=True)
    agency = fields.List(fields.Nested(ClockSchema), required=True)


class NextActSchema(Schema):
    """One act of the present stage. `primary`: what its page leads the person who asks to."""

    act = fields.String(required=True)
    zh = fields.String(required=True)
    allowed = fields.Boolean(required=True)
    primary = fields.Boolean(required=True)
    who = fields.List(fields.String(), required=True)
    breaches = fields.List(fields.Nested(BreachSchema), required=True)


class CaseDetailSchema(CaseSchema):
    """One case with its clocks and what may be done next."""

    clocks = fields.List(fields.Nested(ClockSchema), required=True)
    next_acts = fields.List(fields.Nested(NextActSchema), required=True)


class RecordSchema(Schema):
    """One process record. What is not yours to read has no `data` and says so in `withheld`."""

    seq = fields.Integer(required=True)
    event = fields.String(required=True)
    act = fields.String(required=True)
    stage = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    on = fields.Date(required=True)
    actor_id = fields.String(required=True, allow_none=True)
    data = fields.Dict(metadata={"description": "行为的表单内容。无权查阅的记录没有这一项，见 withheld。"})
    withheld = fields.Nested(
        BreachSchema,
        required=True,
        allow_none=True,
        metadata={"description": "不提供 data 的原因和依据；null 表示 data 完整。"},
    )


class DisclosureSchema(OfACaseSchema):
    """One duty to disclose."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    stage = fields.String(required=True)
    version = fields.Integer(required=True)
    anchor_on = fields.Date(required=True)
    limit_key = fields.String(required=True)
    review_on = fields.Date(required=True, allow_none=True)


class RecordingSchema(Schema):
    """One recording, without its bytes."""

    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    activity = fields.String(required=True)
    kind = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    place = fields.String(required=True)
    target = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    sm3 = fields.String(required=True)
    taken_in_at = fields.AwareDateTime(required=True)


class PersonSchema(Schema):
    """One person with the roles held today."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    post = fields.String(required=True)
    auxiliary = fields.Boolean(required=True)
    roles = fields.List(fields.String(), required=True)


def _text(longest: int = 100) -> fields.String:
    return fields.String(load_default="", validate=[validate.Length(max=longest), validate.ContainsNoneOf("\x00")])


class PageQuery(Schema):
    """Which page: `after` is what the address of the next page, given in Link, says."""

    after = _text(300)
    page_size = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class CaseQuery(PageQuery):
    """What a list of cases is narrowed to."""

    q = _text()
    procedure = _text(40)
    stage = _text(60)
    scope = fields.String(load_default="open", validate=validate.OneOf(["open", "closed", "all"]))


class ListQuery(PageQuery):
    """Words that every row must hold."""

    q = _text()
