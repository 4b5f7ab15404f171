"""The first page: what is newest, and how much this month."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask.testing import FlaskClient

from publish import release
from publish.site.reading import today
from tests.publish import samples
from tests.site.conftest import AT, Hand


def _counts(client: FlaskClient) -> tuple[str, int]:
    page = client.get("/").get_data(as_text=True)
    found = re.search(r'kind=penalty_decision">行政处罚决定</a></th><td>(\d+)</td>', page)
    month = re.search(r'<h2 id="counts">(.*)公示</h2>', page)
    assert found is not None
    assert month is not None
    return month.group(1), int(found.group(1))


def test_the_counts_of_the_month_keep_step_with_what_is_put_up_and_withdrawn(client: FlaskClient, hand: Hand) -> None:
    now = today()
    hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕101号", decided_on=now, published_on=now))
    assert _counts(client) == (f"{now.month}月", 1)
    second = samples.penalty(document_no="京朝市监处罚〔2026〕102号", decided_on=now, published_on=now)
    publication_id = hand.put(second)
    assert _counts(client)[1] == 2
    hand.transact(
        lambda session: release.withdraw(session, publication_id, kind="annulled", reason="已撤销。", on=now, at=AT)
    )
    assert _counts(client)[1] == 1


def test_where_a_demonstrations_clock_runs_ahead_the_month_is_that_of_the_newest(
    client: FlaskClient, hand: Hand
) -> None:
    ahead = today().replace(day=1) + timedelta(days=62)
    on = date(ahead.year, ahead.month, 3)
    hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕103号", decided_on=on, published_on=on))
    assert _counts(client) == (f"{on.month}月", 1)
