"""Every released schema leads to the newest: installations of then are upgraded, hold, go on, and take a step down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from config.settings import ROOT
from enforcement.replay import carries
from enforcement.runtime import schema
from enforcement.sweep import sweep
from enforcement.verify.recordings import changed_objects
from enforcement.verify.snapshot import snapshot
from media.file_store import FileStore
from tests import factories
from tests.migrations import dump
from tests.migrations.dump import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from enforcement.runtime.embedded import Server

RELEASED = sorted(dump.FOLDER.glob("*.tar.xz"))
EDITED = (
    "{} leads to a released schema and stays as it is: write a new migration (CONTRIBUTING, A change of the schema)"
)


def revision_of(archive: Path) -> str:
    return archive.name.split(".")[0]


@pytest.fixture(scope="module", params=RELEASED, ids=revision_of)
def installation(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """An installation as it was released, upgraded to the newest schema."""
    revision = revision_of(request.param)
    old = dump.restore(server, request.param, f"released_{revision}", tmp_path_factory.mktemp(revision))
    with server.connect(f"released_{revision}") as connection:
        at = connection.execute("SELECT version_num FROM enforcement.alembic_version").fetchone()
        written = connection.execute("SELECT DISTINCT schema FROM enforcement.process_record").fetchall()
        cases = connection.execute("SELECT count(*) FROM enforcement.case_file").fetchone()
    assert (at, written, cases) == ((revision,), [(revision,)], (dump.CASES + 4,))
    schema.upgrade(old.urls.owner)
    return old


def test_every_revision_that_was_released_has_its_installation_and_the_base_is_one() -> None:
    released = [revision_of(archive) for archive in RELEASED]
    assert released[:1] == [*carries()][:1]
    assert set(released) <= carries().keys()


def test_what_leads_to_a_released_schema_is_never_edited() -> None:
    newest = revision_of(RELEASED[-1])
    there = {str(path.relative_to(ROOT)): dump.digest(path) for path in dump.freezable(newest)}
    frozen = dump.frozen()
    for path in sorted(there.keys() | frozen.keys()):
        assert there.get(path) == frozen.get(path), EDITED.format(path)


def test_it_is_upgraded_and_everything_in_it_holds(installation: Installation) -> None:
    verdict = installation.verify(factories.book())
    assert (verdict.findings, verdict.waiting) == ((), 0)
    assert verdict.entries > 500
    engine = create_engine(installation.urls.verifier)
    with snapshot(engine, demo=True) as seen:
        read = list(changed_objects(seen, FileStore(installation.folder / "media")))
    engine.dispose()
    assert [one.zh for one in read] == [""]


def test_a_step_down_and_up_again_loses_nothing_that_is_recorded(installation: Installation) -> None:
    command.downgrade(schema.alembic_config(installation.urls.owner), "-1")
    engine = create_engine(installation.urls.owner)
    with engine.connect() as connection:
        at = connection.execute(text("SELECT version_num FROM enforcement.alembic_version")).scalar_one()
    engine.dispose()
    assert at == schema.revisions()[-2]
    schema.upgrade(installation.urls.owner)
    assert installation.verify(factories.book()).findings == ()


def test_its_clock_goes_on_by_the_law_of_today(installation: Installation) -> None:
    office = installation.office()
    factories.set_time(office.engine, office.now())
    assert sweep(office, fetch=None).said()
    office.engine.dispose()
    installation.seal()
    assert installation.verify(factories.book()).findings == ()
