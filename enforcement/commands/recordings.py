"""`flask recordings verify`: are the recordings in the store the bytes that were taken in?"""

from __future__ import annotations

import click
from sqlalchemy import create_engine

from enforcement.commands.house import answer, as_json, database
from enforcement.commands.ledger import verifier_url
from enforcement.verify.recordings import changed_objects
from enforcement.verify.recordings import recordings as rows_of_recordings
from enforcement.verify.snapshot import snapshot
from media.errors import StoreUnfit
from media.stores import open_store


@click.group("recordings")
def recordings() -> None:
    """The recordings in the store."""


@recordings.command("verify")
@as_json
def verify_recordings(as_json: bool) -> None:
    """Read every recording again and compare both digests: exit 1 and every one that is gone or changed."""
    damaged: list[dict[str, str]] = []
    count = 0
    with database() as settings:
        engine = create_engine(verifier_url(settings))
        try:
            store = open_store(settings)
            with snapshot(engine) as seen:
                for one in changed_objects(seen, store):
                    count += 1
                    if one.zh:
                        damaged.append({"recording": one.recording, "case": one.case, "zh": one.zh})
                seen.check(rows_of_recordings)
                disagreeing = [finding.zh for finding in seen.report.findings()]
        except StoreUnfit as unfit:
            raise click.ClickException(f"音像记录目录不可用：{unfit}") from unfit
        finally:
            engine.dispose()
    if as_json:
        answer({"holds": not damaged and not disagreeing, "recordings": count, "damaged": damaged, "rows": disagreeing})
    else:
        click.echo(f"已重读 {count} 份音像记录。")
        for found in damaged:
            click.echo(f"不符：音像记录 {found['recording']}（案件 {found['case']}）{found['zh']}", err=True)
        for zh in disagreeing:
            click.echo(f"不符：{zh}", err=True)
        if not damaged and not disagreeing:
            click.echo("全部相符。")
    raise SystemExit(1 if damaged or disagreeing else 0)
