"""`flask ledger verify`: is everything as it was written? `flask ledger restored`: it was set back, and lawfully."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click
from sqlalchemy import create_engine

from config.settings import Settings
from enforcement import high_water, sequencer
from enforcement.actions import restoring
from enforcement.actions.program import program
from enforcement.commands.house import answer, as_json, database
from enforcement.law.book import Book
from enforcement.law.errors import Invalid
from enforcement.ledger import digest_of
from enforcement.ledger.notes import VerifierKey
from enforcement.office import open_office
from enforcement.sweep.calendars import written
from enforcement.verify import CHECKS, Finding, verify_ledger
from enforcement.verify.running_clocks import running_clocks


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
        book = Book.load(settings.config_root)
        engine = create_engine(verifier_url(settings))
        try:
            verdict = verify_ledger(
                engine,
                keys=[_key(settings)],
                kept_notes=[path.read_text(encoding="utf-8", errors="replace") for path in checkpoints],
                high_water=high_water.of(settings),
                checks=(*CHECKS, running_clocks(book, digest_of(written(book.calendar)))),
                demo=settings.demo,
            )
        finally:
            engine.dispose()
    if as_json:
        answer({"holds": verdict.holds, **dataclasses.asdict(verdict)})
    else:
        click.echo(f"已核验 {verdict.chains} 条链、{verdict.entries} 条记录、{verdict.checkpoints} 个检查点。")
        if verdict.waiting:
            click.echo(f"其中 {verdict.waiting} 条尚在等候进入树、未被签署：定时任务或 flask sweep 会为其安排位置。")
        if verdict.set_clock:
            click.echo(f"其中 {verdict.set_clock} 条记在调整过的时钟上（演示、样例数据），时间只按先后核对。")
        for zh in verdict.restores:
            click.echo(f"恢复登记：{zh}")
        for finding in verdict.findings:
            click.echo(f"不符：{_said(finding)}", err=True)
        if verdict.holds:
            kept = "" if checkpoints else "（未与外部留存的检查点比对）"
            click.echo(f"全部相符{kept}。")
    raise SystemExit(0 if verdict.holds else 1)


def _said(finding: Finding) -> str:
    where = f"，链 {finding.chain_id} 第 {finding.seq} 条" if finding.chain_id and finding.seq is not None else ""
    return f"{finding.zh}（{finding.table}{where}）"


@ledger.command("restored")
@click.option("--operator", required=True, help="Who restored the database.")
@click.option("--reason", required=True, help="Why, and from which backup.")
def restored(operator: str, reason: str) -> None:
    """Register that the database was lawfully restored from a backup: recorded in the chains of the agencies concerned.

    Without it nothing is signed and nothing starts once the ledger is shorter than it is known to have been.
    """
    with database() as settings:
        mark, key = high_water.of(settings), settings.ledger_key
        if mark is None or key is None or not settings.database_sequencer_url:
            raise click.ClickException("登记恢复需要 MINGJIAN_LEDGER_KEY 和 MINGJIAN_DATABASE_SEQUENCER_URL。")
        office = open_office(settings, program())
        sequencing = create_engine(settings.database_sequencer_url)
        try:
            with sequencing.connect() as connection:
                said = restoring.register(office, mark, connection, operator=operator, reason=reason)
                mark.set_back(connection, sequencer.empty_note(key, settings.ledger_origin, connection))
            sequencer.run_once(sequencing, key, settings.ledger_origin, settings.high_water)
        except restoring.NothingLost:
            raise click.ClickException("台账与高水位文件相符，没有需要登记的恢复。") from None
        except restoring.NoAgencies:
            raise click.ClickException("数据库里没有任何机关：请先从备份恢复数据库，再登记。") from None
        except Invalid as refusal:
            raise click.ClickException("；".join("，".join(words) for words in refusal.fields.values())) from None
        finally:
            office.engine.dispose()
            sequencing.dispose()
    for zh in said:
        click.echo(zh)


def verifier_url(settings: Settings) -> str:
    """The address at which this process verifies; a sentence where it is not set."""
    if not settings.database_verifier_url:
        raise click.ClickException(
            "缺少 MINGJIAN_DATABASE_VERIFIER_URL：核验以 mingjian_verifier 身份读取全部机关的数据。"
        )
    return settings.database_verifier_url


def _key(settings: Settings) -> str:
    if settings.ledger_public_key is None:
        raise click.ClickException("缺少 MINGJIAN_LEDGER_PUBLIC_KEY：没有公钥，检查点无法核验。")
    return str(VerifierKey(settings.ledger_origin, settings.ledger_public_key))
