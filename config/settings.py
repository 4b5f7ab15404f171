"""Settings of one process, read once from the environment. Law is not here: it is TOML beside this file.

| variable                            | meaning                                             | default               |
|-------------------------------------|-----------------------------------------------------|-----------------------|
| MINGJIAN_VAR                        | all that this installation writes                   | ./var                 |
| MINGJIAN_MEDIA                      | where recordings are kept                           | $MINGJIAN_VAR/media   |
| MINGJIAN_DATABASE_URL               | the internal application's database (mingjian_app)  | embedded server       |
| MINGJIAN_DATABASE_OWNER_URL         | migrations (mingjian_owner)                         | embedded server       |
| MINGJIAN_DATABASE_SEQUENCER_URL     | the ledger's sequencer (mingjian_sequencer)         | embedded server       |
| MINGJIAN_DATABASE_VERIFIER_URL      | verification (mingjian_verifier)                    | embedded server       |
| MINGJIAN_DATABASE_PUBLIC_URL        | the public site (mingjian_public)                   | embedded server       |
| MINGJIAN_SESSION_SECRET[_FILE]      | the internal application's secret, 32 bytes or more | $MINGJIAN_VAR/keys    |
| MINGJIAN_PUBLIC_SECRET[_FILE]       | the public site's secret, 32 bytes or more          | $MINGJIAN_VAR/keys    |
| MINGJIAN_LEDGER_KEY[_FILE]          | Ed25519 seed that signs checkpoints, 64 hex digits  | $MINGJIAN_VAR/keys    |
| MINGJIAN_LEDGER_PUBLIC_KEY[_FILE]   | its public half, 64 hex digits                      | $MINGJIAN_VAR/keys    |
| MINGJIAN_HIGH_WATER                 | how far the ledger has come, kept outside it        | $MINGJIAN_VAR/…       |
| MINGJIAN_LEDGER_ORIGIN              | the name checkpoints are signed under               | mingjian/<8 digits>   |
| MINGJIAN_INTERNAL_PORT              | port of the internal application                    | 8000                  |
| MINGJIAN_PUBLIC_PORT                | port of the public site                             | 8080                  |
| MINGJIAN_PUBLIC_ADDRESS             | the public site's address as the public sees it     | http://127.0.0.1:8080 |
| MINGJIAN_SECURE                     | 1: reached by https only, cookies marked Secure     | 0                     |
| MINGJIAN_TRUSTED_PROXIES            | how many reverse proxies stand before it            | 0                     |
| MINGJIAN_PAGES                      | requests worked for at once by each web application | 4                     |
| MINGJIAN_TRANSFERS                  | uploads and long downloads at once, beside them     | 16                    |
| MINGJIAN_DEMO                       | 1: sample agencies and a movable clock              | 0 (make run: 1)       |
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent

Process = Literal["internal", "public", "scheduler", "command"]
DATABASES = {
    "database_url": "MINGJIAN_DATABASE_URL",
    "database_owner_url": "MINGJIAN_DATABASE_OWNER_URL",
    "database_sequencer_url": "MINGJIAN_DATABASE_SEQUENCER_URL",
    "database_verifier_url": "MINGJIAN_DATABASE_VERIFIER_URL",
    "database_public_url": "MINGJIAN_DATABASE_PUBLIC_URL",
}
KEY_FILES = {
    "session.secret": "MINGJIAN_SESSION_SECRET",
    "public.secret": "MINGJIAN_PUBLIC_SECRET",
    "ledger.key": "MINGJIAN_LEDGER_KEY",
    "ledger.pub": "MINGJIAN_LEDGER_PUBLIC_KEY",
}
# What each process may hold: nothing more is even read, so that one that is broken into has nothing more to give.
HOLDS: dict[Process, frozenset[str]] = {
    "internal": frozenset({"database_url", "session.secret", "ledger.pub"}),
    "public": frozenset({"database_public_url", "public.secret", "ledger.pub"}),
    "scheduler": frozenset(
        {"database_url", "database_sequencer_url", "database_verifier_url", "ledger.key", "ledger.pub"}
    ),
    "command": frozenset(DATABASES) | frozenset(KEY_FILES),
}
SECRET_BYTES = 32
LONGEST_PORT = 65535
MOST_AT_ONCE = 64


class Unfit(Exception):
    """This installation must not start; the text tells the operator in Chinese what is wrong and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one process knows about its deployment. What the process may not hold is None, even if it is set."""

    process: Process
    var: Path
    media: Path
    root: Path = ROOT
    config_root: Path = ROOT / "config"
    embedded: bool
    database_url: str | None = field(default=None, repr=False)
    database_owner_url: str | None = field(default=None, repr=False)
    database_sequencer_url: str | None = field(default=None, repr=False)
    database_verifier_url: str | None = field(default=None, repr=False)
    database_public_url: str | None = field(default=None, repr=False)
    session_secret: str | None = field(default=None, repr=False)
    public_secret: str | None = field(default=None, repr=False)
    ledger_key: bytes | None = field(default=None, repr=False)
    ledger_public_key: bytes | None = None
    ledger_origin: str
    high_water: Path
    """The file that keeps how far the ledger has come, outside the database."""
    internal_port: int
    public_port: int
    public_address: str
    secure: bool
    trusted_proxies: int
    """How many proxies of ours add to X-Forwarded-For: one too many, and a visitor writes the own address."""
    pages: int
    """Requests a web application works for at once; more wait at the door."""
    transfers: int
    """Uploads, players and long downloads at once, in places of their own."""
    demo: bool

    @property
    def connections(self) -> int:
        """Database connections a process may hold: one for whatever may be worked for, so that nobody waits for one."""
        return self.pages + self.transfers

    @classmethod
    def read(cls, process: Process, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment for `process`. Raises Unfit for a value that cannot be meant; checks nothing else.

        `embedded` is True where no database URL at all is given: then the URLs come from the embedded server
        (enforcement.runtime.embedded.running), and are None here.
        """
        env = os.environ if environ is None else environ
        holds = HOLDS[process]
        var = Path(env.get("MINGJIAN_VAR") or ROOT / "var").absolute()
        given = {name: env.get(variable) or None for name, variable in DATABASES.items()}
        urls = {name: url if name in holds else None for name, url in given.items()}
        keys = {name: _key(env, var, name) if name in holds else None for name in KEY_FILES}
        public_key = _hexadecimal("MINGJIAN_LEDGER_PUBLIC_KEY", keys["ledger.pub"])
        port = _port(env, "MINGJIAN_PUBLIC_PORT", 8080)
        return cls(
            process=process,
            var=var,
            media=Path(env.get("MINGJIAN_MEDIA") or var / "media").absolute(),
            embedded=not any(given.values()),
            database_url=urls["database_url"],
            database_owner_url=urls["database_owner_url"],
            database_sequencer_url=urls["database_sequencer_url"],
            database_verifier_url=urls["database_verifier_url"],
            database_public_url=urls["database_public_url"],
            session_secret=keys["session.secret"],
            public_secret=keys["public.secret"],
            ledger_key=_hexadecimal("MINGJIAN_LEDGER_KEY", keys["ledger.key"]),
            ledger_public_key=public_key,
            ledger_origin=env.get("MINGJIAN_LEDGER_ORIGIN") or f"mingjian/{(public_key or b'').hex()[:8]}",
            high_water=Path(env.get("MINGJIAN_HIGH_WATER") or var / "high-water").absolute(),
            internal_port=_port(env, "MINGJIAN_INTERNAL_PORT", 8000),
            public_port=port,
            public_address=(env.get("MINGJIAN_PUBLIC_ADDRESS") or f"http://127.0.0.1:{port}").rstrip("/"),
            secure=_yes_no(env, "MINGJIAN_SECURE"),
            trusted_proxies=_proxies(env),
            pages=_count(env, "MINGJIAN_PAGES", 4),
            transfers=_count(env, "MINGJIAN_TRANSFERS", 16),
            demo=_yes_no(env, "MINGJIAN_DEMO"),
        )

    def with_urls(self, urls: Mapping[str, str]) -> Settings:
        """These settings with the database URLs of `urls` (keys as in DATABASES) that the process may hold."""
        mine: dict[str, Any] = {name: url for name, url in urls.items() if name in HOLDS[self.process]}
        return replace(self, **mine)


def _key(env: Mapping[str, str], var: Path, name: str) -> str | None:
    variable = KEY_FILES[name]
    if given := env.get(variable):
        return given
    elsewhere = env.get(f"{variable}_FILE")
    path = Path(elsewhere) if elsewhere else var / "keys" / name
    if not elsewhere and not path.exists():
        return None
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unfit(f"读不到密钥文件 {path}（{error.strerror}）。") from error


def _hexadecimal(variable: str, text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != SECRET_BYTES:
        raise Unfit(f"{variable} 应为 64 位十六进制数字。")
    return value


def _port(env: Mapping[str, str], variable: str, default: int) -> int:
    text = env.get(variable) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LONGEST_PORT:
        raise Unfit(f"{variable} 应为 1 至 65535 之间的端口号，现为“{text}”。")
    return int(text)


def _count(env: Mapping[str, str], variable: str, default: int) -> int:
    text = env.get(variable) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_AT_ONCE:
        raise Unfit(f"{variable} 应为 1 至 {MOST_AT_ONCE} 之间的数，现为“{text}”。")
    return int(text)


def _proxies(env: Mapping[str, str]) -> int:
    text = env.get("MINGJIAN_TRUSTED_PROXIES") or "0"
    if len(text) != 1 or text not in "0123456789":
        raise Unfit(f"MINGJIAN_TRUSTED_PROXIES 应为 0 至 9 之间的反向代理层数，现为“{text}”。")
    return int(text)


def _yes_no(env: Mapping[str, str], variable: str) -> bool:
    text = env.get(variable) or "0"
    if text not in {"0", "1"}:
        raise Unfit(f"{variable} 应为 0 或 1，现为“{text}”。")
    return text == "1"
