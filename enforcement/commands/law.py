"""`flask law …`: ask the law book. Needs no database."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from config.settings import Settings
from enforcement.actions.program import program
from enforcement.commands.house import answer, as_json
from enforcement.commands.places import Places
from enforcement.law import answers, book
from enforcement.law.book import Book
from enforcement.law.errors import LawBookError, NotFound

BEYOND = "日期超出可以推算的范围。"


class Day(click.DateTime):
    """A day written YYYY-MM-DD."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Shown in the usage line."""
        del param, ctx
        return "YYYY-MM-DD"


DAY = Day()


@click.group("law")
def law() -> None:
    """Ask the law book: is it sound, when is something due."""


@law.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@as_json
def check(folder: Path | None, as_json: bool) -> None:
    """Load the law book (of another config FOLDER: before it is used) and sum it up; exit 1 and every fault where it
    does not load.
    """
    try:
        report = answers.check(_load(folder))
    except LawBookError as error:
        if as_json:
            answer({"sound": False, "problems": error.problems})
        else:
            click.echo("法律数据有误：", err=True)
            for problem in error.problems:
                click.echo(f"  {problem}", err=True)
        raise SystemExit(1) from None
    if as_json:
        answer({"sound": True, **dataclasses.asdict(report)})
        return
    click.echo(f"法律数据可用，版本 {report.version[:12]}")
    for name, count in report.counts.items():
        click.echo(f"  {COUNTED.get(name, name)} {count}")
    status = report.row_status
    partly = len(report.in_part)
    click.echo(
        f"  要求：已强制 {status['enforced']}，已记录 {status['recorded']}（两项中部分实现 {partly}），"
        f"尚未实现 {status['not_yet']}"
    )
    click.echo(f"  放假安排已载入至 {report.last_year} 年；其后的届满日为暂定")


COUNTED = {
    "sources": "法律文件", "limits": "期限", "thresholds": "数额", "procedures": "程序", "stages": "环节",
    "acts": "行为", "terms": "术语", "rows": "要求", "calendar_years": "日历年度",
}  # fmt: skip


@law.command("schema")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
def schema(folder: Path | None) -> None:
    """Write a JSON Schema for each file of the law into FOLDER (var/schema), for editors."""
    settings = Settings.read("command")
    folder = folder or settings.var / "schema"
    schemas = book.schemas(book.read(settings.config_root), program())
    for name, content in schemas.items():
        path = folder / f"{name}.schema.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    click.echo(f"已写入 {len(schemas)} 个文件：{folder}")


@law.command("due")
@click.argument("limit")
@click.argument("started", type=DAY)
@as_json
def due(limit: str, started: datetime, as_json: bool) -> None:
    """When LIMIT (a key of config/law/deadlines.toml), started on DAY (YYYY-MM-DD), falls due."""
    try:
        found = answers.due_answer(_book(), limit, started.date())
    except OverflowError:
        raise click.ClickException(BEYOND) from None
    except NotFound:
        raise click.ClickException(
            f"没有期限“{limit}”，或者当日尚无规定。全部期限见 config/law/deadlines.toml。"
        ) from None
    if as_json:
        answer(found)
        return
    basis = found["article_zh"] if found["basis"] == "law" else f"系统内控要求，为落实{found['article_zh']}"
    provisional = "（暂定：所涉年度的放假安排尚未公布）" if found["provisional"] else ""
    click.echo(f"{found['zh']}：{found['value_zh']}，自 {found['started']} 起算")
    click.echo(f"  目标日 {found['target']}，届满日 {found['due']}{provisional}")
    quoted = f"：“{found['quote']}”" if found["quote"] else ""
    click.echo(f"  依据 {basis}{quoted}")


@law.command("add-working-days")
@click.argument("start", type=DAY)
@click.argument("count", type=click.IntRange(min=1))
@as_json
def add_working_days(start: datetime, count: int, as_json: bool) -> None:
    """The day COUNT working days after START (YYYY-MM-DD), START not counted."""
    try:
        found = answers.add_working_days_answer(_book().calendar, start.date(), count)
    except OverflowError:
        raise click.ClickException(BEYOND) from None
    if as_json:
        answer(found)
        return
    click.echo(f"{found['date']}{_weekday(found['date'])}{'（暂定）' if found['provisional'] else ''}")


def _weekday(day: date) -> str:
    return f"（星期{'一二三四五六日'[day.weekday()]}）"


def _load(folder: Path | None = None) -> Book:
    return Book.load(folder or Settings.read("command").config_root, replace(program(), places=Places()))


def _book() -> Book:
    try:
        return _load()
    except LawBookError as error:
        raise click.ClickException(f"法律数据有误，详见 flask law check：{error.problems[0]}") from None
