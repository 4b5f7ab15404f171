"""What the public process cannot do, whatever it is made to run; and what its pages may not carry."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from config.settings import ROOT
from enforcement.runtime.embedded import DatabaseUrls
from tests.publish import samples
from tests.site.conftest import OTHER_AGENCY_ID, Hand

REFUSED = "42501"  # insufficient_privilege


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE public_site.publication SET title = 'x'",
        "DELETE FROM public_site.publication",
        "TRUNCATE public_site.publication CASCADE",
        "INSERT INTO public_site.agency (id, code, name, initial, kind) VALUES (gen_random_uuid(), 'x', 'x', 'X', 'x')",
        "INSERT INTO public_site.checkpoint (size, root, note, signed_at) VALUES (1, '', '', now())",
        "SELECT content FROM public_site.publication_version",
        "SELECT * FROM public_site.correction_request",
        "UPDATE public_site.correction_request SET wish = 'x'",
        "SELECT * FROM enforcement.ledger_entry",
        "SELECT * FROM enforcement.alembic_version",
        "CREATE TABLE public_site.mine (id int)",
        "CREATE TABLE public.mine (id int)",
    ],
)
def test_the_public_role_is_refused(urls: DatabaseUrls, statement: str) -> None:
    engine = create_engine(urls.public)
    with engine.connect() as connection, pytest.raises(ProgrammingError) as refused:
        connection.execute(text(statement))
    engine.dispose()
    assert refused.value.orig is not None
    assert getattr(refused.value.orig, "sqlstate", "") == REFUSED


def test_the_public_role_may_read_when_a_version_changed_and_not_what_it_said(urls: DatabaseUrls, hand: Hand) -> None:
    hand.put(samples.PENALTY)
    engine = create_engine(urls.public)
    with engine.connect() as connection:
        statement = text("SELECT version, reason, digest FROM public_site.publication_version")
        assert connection.execute(statement).one().version == 1
    engine.dispose()


def test_nobody_publishes_for_another_agency(hand: Hand) -> None:
    content = samples.penalty(document_no="京朝市监处罚〔2026〕1号")
    with pytest.raises(ProgrammingError, match="row-level security"):
        hand.transact(lambda session: _put_as(session, content), OTHER_AGENCY_ID)


def _put_as(session: object, content: object) -> None:
    from uuid import uuid4

    from publish import release
    from tests.site.conftest import AGENCY_ID, AT

    release.put(session, uuid4(), AGENCY_ID, content, at=AT)  # type: ignore[arg-type] # a Session and a Content


def test_the_public_process_loads_nothing_of_the_inside() -> None:
    script = (
        "import sys; import publish.site, publish.release, publish.redact, publish.integrity; "
        "print([name for name in sys.modules if name.split('.')[0] in ('enforcement', 'media')])"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


PATHS = ("/", "/search", "/search?q=食品", "/agencies", "/about", "/notices/inspection_plan", "/nothing")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_carries_the_headers_and_loads_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-cache"
    shown = page.get_data(as_text=True)
    assert "style=" not in shown
    assert "<script" not in shown
    assert "http://" not in shown.replace("http://www.w3.org", "")
    assert "https://" not in shown
    assert len(page.data) < 100_000


def test_only_the_correction_form_accepts_anything_but_reading(app: Flask) -> None:
    writing = {
        (str(rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert writing == {("/corrections/new", "POST")}


def test_robots_health_and_agency_pages_answer(client: FlaskClient) -> None:
    assert "Disallow: /search" in client.get("/robots.txt").get_data(as_text=True)
    assert client.get("/health").get_json() == {"ok": True}
    shown = client.get("/agencies/cy-scjg").get_data(as_text=True)
    assert samples.AGENCY in shown
    assert "尚未公示执法人员名单" in shown
