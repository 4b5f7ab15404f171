"""One house for the scenarios of a module: every case is new, and it is START when a test begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media.demo import make_video
from tests.actions.measuring import SECONDS

if TYPE_CHECKING:
    from enforcement.runtime.embedded import Server
    from tests.factories import House

_numbers = itertools.count(1)


def _another_house(server: Server, template: str, media: Path) -> Iterator[House]:
    from tests import factories

    name = f"scenarios_{next(_numbers)}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    house = factories.open_house(server.prepare(name), media / "store")
    yield house
    house.office.engine.dispose()


@pytest.fixture(scope="module")
def shared_house(server: Server, _agencies_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two agencies with everybody a case needs, shared by the tests of a module."""
    yield from _another_house(server, _agencies_template, tmp_path_factory.mktemp("media"))


@pytest.fixture
def house(shared_house: House) -> House:
    """The shared house; it is START."""
    from tests import factories

    shared_house.set_time(factories.START)
    return shared_house


@pytest.fixture
def own_house(server: Server, _agencies_template: str, tmp_path: Path) -> Iterator[House]:
    """A house of the test's own, where it changes people, certificates or the agency's numbers."""
    yield from _another_house(server, _agencies_template, tmp_path)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real film of four seconds."""
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", SECONDS, size="160x120")
