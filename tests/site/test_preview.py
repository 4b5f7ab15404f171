"""What is previewed inside is what stands outside: the same template over the same content."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

from flask.testing import FlaskClient

from publish import preview
from publish.document import Content
from tests.publish import samples
from tests.site.conftest import Hand


def main_column(page: str) -> str:
    """The publication itself: from its summary to the boxes beside it, without the agency's address."""
    [found] = re.findall(r"<article.*?(?=<aside>)", page, re.DOTALL)
    return re.sub(r'/agencies/[\w-]*"', '/agencies/"', found)


def test_the_preview_is_the_page_the_public_reads(client: FlaskClient, hand: Hand) -> None:
    contents: tuple[Content, ...] = (
        replace(samples.PENALTY, document_no="京朝市监处罚〔2026〕2001号"),
        samples.penalty(
            form="full_text", full_text="当事人：张某，〔家庭住址已隐去〕", document_no="京朝市监处罚〔2026〕2002号"
        ),
        replace(samples.INSPECTION, document_no="检查单2003"),
    )
    for content in contents:
        publication_id = hand.put(content)
        public = client.get(f"/records/{publication_id}").get_data(as_text=True)
        previewed = preview.page(content, publication_id, stylesheet="/site.css")
        assert main_column(previewed) == main_column(public)


def test_a_preview_escapes_what_it_shows() -> None:
    content = replace(samples.PENALTY, title="<script>alert(1)</script>")
    page = preview.page(content, uuid4(), stylesheet="/site.css")
    assert "<script>" not in page
