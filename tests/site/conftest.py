"""The public site over a real database: an application, and a hand that publishes the way the core does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from config.settings import Settings
from enforcement.runtime.embedded import DatabaseUrls
from publish import release
from publish.document import Content
from publish.site import create_site
from publish.site.reading import KEY
from tests.publish import samples

AGENCY_ID = UUID("6a1c5a52-0000-4000-8000-000000000001")
OTHER_AGENCY_ID = UUID("6a1c5a52-0000-4000-8000-000000000002")
AT = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
CODES = {AGENCY_ID: ("cy-scjg", samples.AGENCY), OTHER_AGENCY_ID: ("hd-cgw", samples.LICENSE.agency)}


class Hand:
    """Publishes as `mingjian_app` with the agency set for the transaction, as the core's `work.begin` does."""

    def __init__(self, urls: DatabaseUrls) -> None:
        self.engine = create_engine(urls.app)

    def transact(self, write: Callable[[Session], object], agency_id: UUID = AGENCY_ID) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(text("SELECT set_config('mingjian.agency_id', :id, true)"), {"id": str(agency_id)})
            write(session)

    def put(self, content: Content, agency_id: UUID = AGENCY_ID) -> UUID:
        publication_id = uuid4()
        self.transact(lambda session: release.put(session, publication_id, agency_id, content, at=AT), agency_id)
        return publication_id

    def put_agencies(self) -> None:
        for agency_id, (code, name) in CODES.items():
            self.transact(
                lambda session, agency_id=agency_id, code=code, name=name: release.put_agency(  # type: ignore[misc] # bound now
                    session,
                    agency_id,
                    on=date(2026, 9, 1),
                    code=code,
                    name=name,
                    kind="行政机关",
                    address="北京市朝阳区霞光里9号",
                    phone="010-65551234",
                    supervision_phone="010-65559876",
                ),
                agency_id,
            )


@pytest.fixture(scope="module")
def hand(urls: DatabaseUrls) -> Iterator[Hand]:
    hand = Hand(urls)
    hand.put_agencies()
    yield hand
    hand.engine.dispose()


@pytest.fixture(scope="module")
def settings(urls: DatabaseUrls) -> Settings:
    environ = {
        "MINGJIAN_DATABASE_PUBLIC_URL": urls.public,
        "MINGJIAN_PUBLIC_SECRET": "for tests only: thirty-two bytes and more",
        "MINGJIAN_PUBLIC_ADDRESS": "https://gongshi.example",
    }
    return Settings.read("public", environ)


@pytest.fixture(scope="module")
def app(settings: Settings, hand: Hand) -> Iterator[Flask]:
    app = create_site(settings)
    yield app
    app.extensions[KEY].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
