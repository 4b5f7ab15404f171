"""The keys of this installation: made at the first start, kept in `var/keys`, readable by nobody else.

An operator who keeps keys elsewhere sets the environment variables named in config/settings.py instead; then no file
is made here. A key that is there is never replaced: the ledger's key signs checkpoints that have left the house.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.settings import KEY_FILES, Unfit


def ensure(var: Path, environ: os._Environ[str] | dict[str, str] | None = None) -> Path:
    """Make every key that is neither supplied by the environment nor there yet; return the folder (mode 0700).

    Raises Unfit if the folder or a key may be read by others.
    """
    supplied = os.environ if environ is None else environ
    folder = private_folder(var / "keys")
    for name, variable in KEY_FILES.items():
        if name != "ledger.pub" and not supplied.get(variable) and not supplied.get(f"{variable}_FILE"):
            private_file(folder / name, secrets.token_hex(32))
    private = folder / "ledger.key"
    public = folder / "ledger.pub"
    if private.exists() and not public.exists():
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private.read_text(encoding="ascii")))
        private_file(public, key.public_key().public_bytes_raw().hex())
    return folder


def private_folder(folder: Path) -> Path:
    """Make `folder` for its owner only (0700). Raises Unfit if it is there and belongs to somebody else."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise Unfit(f"目录 {folder} 属于其他系统用户，不能存放密钥。")
    folder.chmod(0o700)
    return folder


def private_file(path: Path, text: str) -> str:
    """Write `text` to `path` (0600) unless it is there already; return what it holds.

    The file appears whole or not at all: a start that is killed half-way leaves no empty key behind.
    """
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # fails if another start was quicker; its key stands
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Unfit(f"密钥文件 {path} 可被其他用户读取，请先执行 chmod 600 {path}。")
    return path.read_text(encoding="ascii").strip()
