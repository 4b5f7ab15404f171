"""The API attacked with what its own description allows and forbids: no answer is ever a fault of ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests import factories

if TYPE_CHECKING:
    from tests.factories import House
    from tests.web.conftest import Visitor

EXAMPLES = 4
"""For each of about a hundred operations."""


def operations(described: dict[str, Any], mode: str) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own
        import schemathesis
        from schemathesis import GenerationMode

        schema = schemathesis.openapi.from_dict(described)
        return [
            cast(Any, found).ok().as_strategy(generation_mode=GenerationMode(mode))
            for found in schema.get_all_operations()
        ]


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_nothing_the_description_allows_or_forbids_breaks_the_api(
    shop: House, signed_in: Callable[[str], Visitor], mode: str
) -> None:
    """Bodies and queries come from the description; ids are those of a case and of a disclosure that exist."""
    walk = factories.penalty(shop.market, until="decision_made")
    ids = {"cases": str(walk.case_id), "disclosures": str(walk.disclosure_id())}
    head = signed_in("scjg-head")
    described = head.api("GET", "/api/openapi.json").get_json()
    headers = {"X-CSRFToken": head.session_token, "If-Match": '"1"'}
    seen: set[int] = set()

    def attack(case: Any) -> None:
        path = case.operation.path
        for name in case.operation.path_parameters:
            path = path.replace(f"{{{name.name}}}", ids.get(path.split("/")[2], ids["cases"]))
        body: dict[str, Any] = (
            {"json": case.body} if isinstance(case.body, dict | list | str | int | float | bool) else {}
        )
        answer = head.client.open(
            path, method=case.method, headers=headers, query_string=dict(case.query or {}), **body
        )
        seen.add(answer.status_code)
        assert answer.status_code < 500, (case.operation.label, case.body)
        responses = case.operation.definition.raw["responses"]
        assert str(answer.status_code) in responses, (case.operation.label, answer.status_code, answer.text[:300])

    few = settings(
        max_examples=EXAMPLES, phases=[Phase.generate], database=None, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for strategy in operations(described, mode):
        few(given(case=strategy)(attack))()
    assert 422 in seen
