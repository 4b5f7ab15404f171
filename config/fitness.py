"""Whether a process may start here. Every check raises Unfit with one sentence: what is wrong and what to do."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import imageio_ffmpeg
import psycopg

from config.settings import ROOT, SECRET_BYTES, Settings, Unfit

STATIC_FOLDERS = (ROOT / "enforcement" / "web" / "static", ROOT / "publish" / "static")
HEAD_FILE = ROOT / "migrations" / "HEAD"


def check(settings: Settings) -> None:
    """Everything `settings.process` needs, apart from the law book (which refuses by itself)."""
    if settings.process == "internal":
        check_secret("MINGJIAN_SESSION_SECRET", settings.session_secret)
        check_media(settings.media)
        check_ffmpeg()
        check_database(_given("MINGJIAN_DATABASE_URL", settings.database_url))
    elif settings.process == "public":
        check_secret("MINGJIAN_PUBLIC_SECRET", settings.public_secret)
        check_database(_given("MINGJIAN_DATABASE_PUBLIC_URL", settings.database_public_url), head=False)
    elif settings.process == "scheduler":
        if settings.ledger_key is None:
            raise Unfit("缺少 MINGJIAN_LEDGER_KEY：没有签名密钥，存证检查点无法签署。")
        check_media(settings.media)
        check_ffmpeg()
        check_database(_given("MINGJIAN_DATABASE_URL", settings.database_url))
        check_database(_given("MINGJIAN_DATABASE_SEQUENCER_URL", settings.database_sequencer_url), head=False)
        check_database(_given("MINGJIAN_DATABASE_VERIFIER_URL", settings.database_verifier_url))


def check_secret(variable: str, secret: str | None) -> None:
    """A secret must be there and hold at least 32 bytes."""
    if secret is None:
        raise Unfit(f"缺少 {variable}：请设置至少 {SECRET_BYTES} 字节的随机密钥。")
    if len(secret.encode()) < SECRET_BYTES:
        raise Unfit(f"{variable} 过短：至少需要 {SECRET_BYTES} 字节。")


def check_media(folder: Path) -> None:
    """Recordings must be writable, closed to other users, and outside every folder that is served."""
    real = folder.resolve()
    for served in STATIC_FOLDERS:
        if real.is_relative_to(served.resolve()):
            raise Unfit(f"录音录像目录 {folder} 位于对外提供的静态目录 {served} 之内，请设置 MINGJIAN_MEDIA。")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Unfit(f"录音录像目录 {folder} 不可写（{error.strerror}）。") from error


def check_ffmpeg() -> None:
    """Recordings are probed and their pictures drawn by ffmpeg; the wheel brings it."""
    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise Unfit("找不到 ffmpeg：请执行 make install，或用 IMAGEIO_FFMPEG_EXE 指明其位置。") from error
    if not os.access(program, os.X_OK):
        raise Unfit(f"ffmpeg（{program}）不可执行。")


def check_database(url: str, *, head: bool = True) -> None:
    """The database answers and, where the role may see it, stands at migrations/HEAD."""
    try:
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), connect_timeout=5) as connection:
            if not head:
                return
            found = connection.execute("SELECT version_num FROM enforcement.alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        found = None
    except psycopg.errors.InvalidSchemaName:
        found = None
    except psycopg.Error as error:
        raise Unfit(f"连接不上数据库：{str(error).strip()}") from error
    newest = HEAD_FILE.read_text(encoding="utf-8").strip()
    at = found[0] if found else "空库"
    if at != newest:
        raise Unfit(f"数据库结构为 {at}，程序需要 {newest}：请先执行 flask database upgrade。")


def _given(variable: str, url: str | None) -> str:
    if not url:
        raise Unfit(f"缺少 {variable}：请用 make run 启动，或设置数据库连接地址。")
    return url
