"""What the tests share: a real PostgreSQL, with roles and migrations at head, one per worker.

`urls` is a database of the test module's own; `database` is a database of the single test's own. Both are copies of a
template at migrations/HEAD (about a tenth of a second), so nothing a test writes can reach another.
"""

from __future__ import annotations

import itertools
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import hypothesis
import pytest

from enforcement.runtime import schema
from enforcement.runtime.embedded import DatabaseUrls, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.factories import House

# A shared machine is no measure of speed, so no example has a deadline; `make proof` tries many more.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.register_profile("proof", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

TEMPLATE = "mingjian_template"
AGENCIES = "mingjian_agencies"
# Nothing here has to survive a power cut.
FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")

_numbers = itertools.count(1)


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for a server. Not under pytest's: another run of pytest closes that to the server's system user."""
    with TemporaryDirectory(prefix="mingjian-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder where the test may start a server of its own."""
    with own_folder() as folder:
        yield folder


@contextmanager
def running_server() -> Iterator[Server]:
    """A running embedded server that holds an empty database at migrations/HEAD, named TEMPLATE."""
    with own_folder() as folder:
        server = Server(folder, arguments=FAST)
        server.start()
        try:
            schema.upgrade(server.prepare(TEMPLATE).owner)
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of these tests; whoever runs pytest very often lends one, `MINGJIAN_TEST_SERVER` names its folder."""
    if lent := os.environ.get("MINGJIAN_TEST_SERVER"):
        yield Server(Path(lent))
        return
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(server: Server) -> Callable[[], DatabaseUrls]:
    """Make one more database at migrations/HEAD and return its URLs; it goes with the server."""

    def make() -> DatabaseUrls:
        name = f"test_{next(_numbers)}"
        with server.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
        return server.prepare(name)

    return make


@pytest.fixture(scope="module")
def urls(new_database: Callable[[], DatabaseUrls]) -> DatabaseUrls:
    """The URLs (app, owner, sequencer, public) of a database shared by the tests of one module."""
    return new_database()


@pytest.fixture
def database(new_database: Callable[[], DatabaseUrls]) -> DatabaseUrls:
    """The URLs of a database that no other test has seen."""
    return new_database()


def make_agencies(server: Server, media: Path) -> None:
    """Make the database AGENCIES: the two sample agencies and nothing else."""
    from tests import factories

    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {AGENCIES} TEMPLATE {TEMPLATE}".encode())
    office = factories.open_office(server.prepare(AGENCIES), media)
    factories.found_agencies(office)
    office.engine.dispose()  # nobody may be connected to a database that is copied


@pytest.fixture(scope="session")
def _agencies_template(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database that holds the two sample agencies and nothing else."""
    with server.connect() as connection:
        made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [AGENCIES]).fetchone()
    if made is None:
        make_agencies(server, tmp_path_factory.mktemp("media"))
    return AGENCIES


@pytest.fixture
def house(server: Server, _agencies_template: str, tmp_path: Path) -> Iterator[House]:
    """Two agencies with everybody a case needs, in a database no other test has seen (tests/factories.py)."""
    from tests import factories

    name = f"house_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_agencies_template}".encode())
    house = factories.open_house(server.prepare(name), tmp_path / "media")
    yield house
    house.office.engine.dispose()
