"""`flask ledger verify` and `flask recordings verify`: is everything as it was written?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click
from sqlalchemy import Connection, create_engine, text

from config.settings import Settings
from enforcement.commands.house import answer, as_json, database
from enforcement.ledger.notes import VerifierKey
from enforcement.verify import Finding, verify_ledger
from enforcement.verify.against_rows import CHECKS
from media.errors import StoreUnfit
from media.store import Address
from media.stores import open_store


@click.group("ledger")
def ledger() -> None:
    """The ledger of every act."""


@ledger.command("verify")
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept outside the house (a file as the public site's /checkpoint gives it); may be repeated.",
)
@as_json
def verify(checkpoints: tuple[Path, ...], as_json: bool) -> None:
    """Replay everything and name what does not hold: exit 1 then, 0 when all is as it was written.

    Without a checkpoint that was kept outside, whoever holds database and signing key together goes undetected.
    """
    with database() as settings:
        engine = create_engine(_verifier_url(settings))
        try:
            verdict = verify_ledger(
                engine,
                keys=[_key(settings)],
                kept_notes=[path.read_text(encoding="utf-8", errors="replace") for path in checkpoints],
                extra_checks=CHECKS,
            )
        finally:
            engine.dispose()
    if as_json:
        answer({"holds": verdict.holds, **dataclasses.asdict(verdict)})
    else:
        click.echo(f"已核验 {verdict.chains} 条链、{verdict.entries} 条记录、{verdict.checkpoints} 个检查点。")
        for finding in verdict.findings:
            click.echo(f"不符：{_said(finding)}", err=True)
        if verdict.holds:
            kept = "" if checkpoints else "（未与外部留存的检查点比对）"
            click.echo(f"全部相符{kept}。")
    raise SystemExit(0 if verdict.holds else 1)


def _said(finding: Finding) -> str:
    where = f"，链 {finding.chain_id} 第 {finding.seq} 条" if finding.chain_id and finding.seq is not None else ""
    return f"{finding.zh}（{finding.table}{where}）"


@click.group("recordings")
def recordings() -> None:
    """The recordings in the store."""


_RECORDINGS = (
    "SELECT id::text, case_id::text, store, store_key, sha256, sm3, size"
    " FROM enforcement.recording ORDER BY taken_in_at"
)


@recordings.command("verify")
@as_json
def verify_recordings(as_json: bool) -> None:
    """Read every recording again and compare both digests: exit 1 and every one that is gone or changed."""
    damaged: list[dict[str, str]] = []
    count = 0
    with database() as settings:
        engine = create_engine(_verifier_url(settings))
        try:
            store = open_store(settings)
            with engine.connect() as connection:
                rows = connection.execution_options(stream_results=True, yield_per=100).execute(text(_RECORDINGS))
                for recording_id, case_id, store_name, key, sha256, sm3, size in rows:
                    count += 1
                    found = store.verify(Address(store_name, key), sha256, sm3)
                    if not found.intact:
                        lost = (
                            "缺失" if found.found is None else f"内容已变（现为{found.found.size}字节，应为{size}字节）"
                        )
                        damaged.append({"recording": recording_id, "case": case_id, "zh": lost})
            disagreeing = _against_records(engine.connect())
        except StoreUnfit as unfit:
            raise click.ClickException(f"音像记录目录不可用：{unfit}") from unfit
        finally:
            engine.dispose()
    if as_json:
        answer({"holds": not damaged and not disagreeing, "recordings": count, "damaged": damaged, "rows": disagreeing})
    else:
        click.echo(f"已重读 {count} 份音像记录。")
        for one in damaged:
            click.echo(f"不符：音像记录 {one['recording']}（案件 {one['case']}）{one['zh']}", err=True)
        for zh in disagreeing:
            click.echo(f"不符：{zh}", err=True)
        if not damaged and not disagreeing:
            click.echo("全部相符。")
    raise SystemExit(1 if damaged or disagreeing else 0)


def _against_records(connection: Connection) -> list[str]:
    from enforcement.verify.against_rows import recordings as check

    with connection:
        return [finding.zh for finding in check(connection)]


def _verifier_url(settings: Settings) -> str:
    if not settings.database_verifier_url:
        raise click.ClickException(
            "缺少 MINGJIAN_DATABASE_VERIFIER_URL：核验以 mingjian_verifier 身份读取全部机关的数据。"
        )
    return settings.database_verifier_url


def _key(settings: Settings) -> str:
    if settings.ledger_public_key is None:
        raise click.ClickException("缺少 MINGJIAN_LEDGER_PUBLIC_KEY：没有公钥，检查点无法核验。")
    return str(VerifierKey(settings.ledger_origin, settings.ledger_public_key))
