"""The commands, run against a house of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import Result

import wsgi
from tests import factories
from tests.cli.running import ORIGIN, PUBLIC_KEY, SEED, Flask
from tests.factories import House


@pytest.fixture
def flask(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Run a command against the house: `flask("ledger", "verify")`."""
    for name in [name for name in os.environ if name.startswith("MINGJIAN_")]:
        monkeypatch.delenv(name)
    environ = {
        "MINGJIAN_VAR": str(tmp_path / "var"),
        "MINGJIAN_MEDIA": str(tmp_path / "media"),
        "FLASK_RUN_FROM_CLI": "true",  # as the `flask` command does
        "MINGJIAN_DEMO": "1",
        "MINGJIAN_PUBLIC_ADDRESS": factories.PUBLIC_ADDRESS,
        "MINGJIAN_DATABASE_URL": house.urls.app,
        "MINGJIAN_DATABASE_SEQUENCER_URL": house.urls.sequencer,
        "MINGJIAN_DATABASE_VERIFIER_URL": house.urls.verifier,
        "MINGJIAN_DATABASE_OWNER_URL": house.urls.owner,
        "MINGJIAN_DATABASE_PUBLIC_URL": house.urls.public,
        "MINGJIAN_LEDGER_KEY": SEED.hex(),
        "MINGJIAN_LEDGER_PUBLIC_KEY": PUBLIC_KEY.hex(),
        "MINGJIAN_LEDGER_ORIGIN": ORIGIN,
    }

    def run(*arguments: str, **more: str) -> Result:
        for name, value in (environ | more).items():
            monkeypatch.setenv(name, value)
        app = wsgi.create_app()
        return app.test_cli_runner().invoke(args=list(arguments))

    return run
