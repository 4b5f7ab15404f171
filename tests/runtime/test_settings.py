"""An unfit configuration does not start, and says in one sentence what is wrong and what to do."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config import fitness
from config.settings import ROOT, Settings, Unfit
from enforcement.runtime import keys

if TYPE_CHECKING:
    from pathlib import Path

    from enforcement.runtime.embedded import DatabaseUrls

SECRET = "0" * 32


def read(tmp_path: Path, process: str = "internal", **environ: str) -> Settings:
    return Settings.read(process, {"MINGJIAN_VAR": str(tmp_path / "var"), **environ})  # type: ignore[arg-type]


def refusal(settings: Settings) -> str:
    with pytest.raises(Unfit) as unfit:
        fitness.check(settings)
    return str(unfit.value)


def test_a_fit_installation_starts(tmp_path: Path, urls: DatabaseUrls) -> None:
    keys.ensure(tmp_path / "var", {})
    fitness.check(read(tmp_path, MINGJIAN_DATABASE_URL=urls.app))
    fitness.check(read(tmp_path, "public", MINGJIAN_DATABASE_PUBLIC_URL=urls.public))
    given = {
        "MINGJIAN_DATABASE_URL": urls.app,
        "MINGJIAN_DATABASE_SEQUENCER_URL": urls.sequencer,
        "MINGJIAN_DATABASE_VERIFIER_URL": urls.verifier,
    }
    fitness.check(read(tmp_path, "scheduler", **given))


def test_a_missing_secret_is_refused(tmp_path: Path) -> None:
    assert "缺少 MINGJIAN_SESSION_SECRET" in refusal(read(tmp_path))
    assert "缺少 MINGJIAN_PUBLIC_SECRET" in refusal(read(tmp_path, "public"))
    assert "缺少 MINGJIAN_LEDGER_KEY" in refusal(read(tmp_path, "scheduler"))


def test_a_secret_of_31_bytes_is_refused(tmp_path: Path) -> None:
    assert "MINGJIAN_SESSION_SECRET 过短" in refusal(read(tmp_path, MINGJIAN_SESSION_SECRET="0" * 31))


def test_a_secret_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="读不到密钥文件"):
        read(tmp_path, MINGJIAN_SESSION_SECRET_FILE=str(tmp_path / "nowhere"))


def test_a_ledger_key_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="MINGJIAN_LEDGER_KEY 应为 64 位十六进制数字"):
        read(tmp_path, "scheduler", MINGJIAN_LEDGER_KEY="ab" * 31)


def test_a_media_folder_inside_a_served_folder_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "harmless"
    link.symlink_to(fitness.STATIC_FOLDERS[0])
    settings = read(tmp_path, MINGJIAN_SESSION_SECRET=SECRET, MINGJIAN_MEDIA=str(link / "media"))
    assert "位于对外提供的静态目录" in refusal(settings)


def test_a_media_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("这里不是目录")
    settings = read(tmp_path, MINGJIAN_SESSION_SECRET=SECRET, MINGJIAN_MEDIA=str(tmp_path / "file" / "media"))
    assert "不可写" in refusal(settings)


def test_the_media_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir(mode=0o755)
    fitness.check_media(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_ffmpeg_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("不可执行")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    assert "ffmpeg" in refusal(read(tmp_path, MINGJIAN_SESSION_SECRET=SECRET))


def test_a_database_behind_the_program_is_refused_and_the_command_is_named(
    tmp_path: Path, database: DatabaseUrls
) -> None:
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        owner.execute("UPDATE enforcement.alembic_version SET version_num = '0000'")
    settings = read(tmp_path, MINGJIAN_SESSION_SECRET=SECRET, MINGJIAN_DATABASE_URL=database.app)
    assert "flask database upgrade" in refusal(settings)


def test_a_database_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://mingjian_app:x@/mingjian?host={tmp_path}"
    settings = read(tmp_path, MINGJIAN_SESSION_SECRET=SECRET, MINGJIAN_DATABASE_URL=nowhere)
    assert "连接不上数据库" in refusal(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MINGJIAN_INTERNAL_PORT", "0"),
        ("MINGJIAN_PUBLIC_PORT", "八千"),
        ("MINGJIAN_DEMO", "yes"),
        ("MINGJIAN_TRUSTED_PROXIES", "-1"),
        ("MINGJIAN_TRUSTED_PROXIES", "一"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(Unfit, match=variable):
        read(tmp_path, **{variable: value})


def test_a_process_does_not_even_read_what_it_may_not_hold(tmp_path: Path) -> None:
    keys.ensure(tmp_path / "var", {})
    everything = {
        "MINGJIAN_DATABASE_URL": "app",
        "MINGJIAN_DATABASE_OWNER_URL": "owner",
        "MINGJIAN_DATABASE_SEQUENCER_URL": "sequencer",
        "MINGJIAN_DATABASE_VERIFIER_URL": "verifier",
        "MINGJIAN_DATABASE_PUBLIC_URL": "public",
    }
    public = read(tmp_path, "public", **everything)
    assert (public.database_url, public.database_owner_url, public.database_sequencer_url) == (None, None, None)
    assert (public.session_secret, public.ledger_key) == (None, None)
    assert public.database_public_url == "public"
    internal = read(tmp_path, "internal", **everything)
    assert (internal.database_sequencer_url, internal.database_verifier_url) == (None, None)
    assert (internal.ledger_key, internal.database_owner_url, internal.database_public_url) == (None, None, None)


def test_settings_do_not_print_their_secrets(tmp_path: Path) -> None:
    keys.ensure(tmp_path / "var", {})
    settings = read(tmp_path, "command", MINGJIAN_DATABASE_URL="postgresql+psycopg://mingjian_app:open-sesame@/x")
    assert settings.session_secret is not None
    assert settings.ledger_key is not None
    printed = repr(settings)
    assert "open-sesame" not in printed
    assert settings.session_secret not in printed
    assert repr(settings.ledger_key) not in printed


def test_a_key_that_is_there_is_never_replaced_and_the_halves_belong_together(tmp_path: Path) -> None:
    folder = keys.ensure(tmp_path, {})
    before = {path.name: path.read_text() for path in folder.iterdir()}
    keys.ensure(tmp_path, {})
    assert {path.name: path.read_text() for path in folder.iterdir()} == before
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(before["ledger.key"]))
    assert private.public_key().public_bytes_raw().hex() == before["ledger.pub"]


def test_a_key_others_may_read_is_refused(tmp_path: Path) -> None:
    folder = keys.ensure(tmp_path, {})
    (folder / "ledger.key").chmod(0o644)
    with pytest.raises(Unfit, match="chmod 600"):
        keys.ensure(tmp_path, {})


def test_a_supplied_key_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    folder = keys.ensure(tmp_path / "var", {"MINGJIAN_SESSION_SECRET": SECRET})
    assert not (folder / "session.secret").exists()
    assert read(tmp_path, MINGJIAN_SESSION_SECRET=SECRET).session_secret == SECRET


def started(factory: str, environ: dict[str, str], then: str = "") -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MINGJIAN_")}
    return subprocess.run(
        [sys.executable, "-c", f"import wsgi; app = wsgi.{factory}(); {then}"],
        cwd=ROOT,
        env=inherited | environ,
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_public_application_loads_nothing_of_the_inside(tmp_path: Path, urls: DatabaseUrls) -> None:
    var = tmp_path / "var"
    keys.ensure(var, {})
    inside = "('enforcement', 'media', 'opencc')"
    then = f"import sys; print(sorted(name for name in sys.modules if name.split('.')[0] in {inside}))"
    done = started("public", {"MINGJIAN_VAR": str(var), "MINGJIAN_DATABASE_PUBLIC_URL": urls.public}, then)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.mark.parametrize(("proxies", "address"), [("0", "127.0.0.1"), ("1", "192.0.2.7"), ("2", "203.0.113.9")])
@pytest.mark.parametrize("factory", ["internal", "public"])
def test_a_visitors_address_is_believed_of_the_proxies_told_of_and_of_nobody_else(
    tmp_path: Path, urls: DatabaseUrls, factory: str, proxies: str, address: str
) -> None:
    keys.ensure(tmp_path / "var", {})
    environ = {
        "MINGJIAN_VAR": str(tmp_path / "var"), "MINGJIAN_DATABASE_URL": urls.app,
        "MINGJIAN_DATABASE_PUBLIC_URL": urls.public, "MINGJIAN_TRUSTED_PROXIES": proxies,
    }  # fmt: skip
    then = (
        "from flask import request; seen = []; app.before_request(lambda: seen.append(request.remote_addr));"
        " app.test_client().get('/health', headers={'X-Forwarded-For': '198.51.100.1, 203.0.113.9, 192.0.2.7'});"
        " print(seen[0])"
    )
    done = started(factory, environ, then)
    assert (done.returncode, done.stdout.strip().splitlines()[-1:]) == (0, [address]), done.stderr


@pytest.mark.parametrize("factory", ["internal", "public"])
def test_an_unfit_application_ends_with_one_sentence(tmp_path: Path, factory: str) -> None:
    done = started(factory, {"MINGJIAN_VAR": str(tmp_path)})
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("缺少 MINGJIAN_")
