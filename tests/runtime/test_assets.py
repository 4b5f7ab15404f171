"""The page files arrive on a machine that has no node, and arrive once."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Unfit
from enforcement.runtime import assets


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fetch into and serve from a folder of the test's own, and hide the machine's node and npm."""
    monkeypatch.setattr(assets, "FETCHED", tmp_path / "fetched")
    monkeypatch.setattr(assets, "INSIDE", tmp_path / "inside")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_without_node_on_the_machine_every_page_file_is_fetched_once(elsewhere: Path) -> None:
    assert assets.install()
    assert {path.name for path in (elsewhere / "inside").iterdir()} == {Path(name).name for name in assets.PAGE_FILES}
    assert not assets.install()
    (elsewhere / "inside" / "tabler.min.css").unlink()
    assert assets.install()
    assert (elsewhere / "inside" / "tabler.min.css").stat().st_size > 10_000


def test_a_registry_that_cannot_be_reached_is_one_sentence(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(Unfit, match="无法从 npm 取得页面所需文件"):
        assets.install()
    assert not (elsewhere / "inside").exists()


def test_the_certificates_an_environment_trusts_reach_node(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in assets.CERTIFICATES:
        monkeypatch.delenv(name, raising=False)
    assert "NODE_EXTRA_CA_CERTS" not in assets.environment(Path("/programs"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/agency.pem")
    assert assets.environment(Path("/programs"))["NODE_EXTRA_CA_CERTS"] == "/agency.pem"
