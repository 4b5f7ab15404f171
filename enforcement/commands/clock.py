"""`flask sweep` and `flask clock …`: one pass of the clock, and in a demonstration the clock itself."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy import create_engine

from config.settings import Settings
from enforcement import sequencer
from enforcement.actions.program import program
from enforcement.commands.house import answer, as_json, database, open_house, site_answers
from enforcement.demo import clock as demo_clock
from enforcement.law.events import SHANGHAI
from enforcement.office import open_office
from enforcement.sweep import publications, sweep
from enforcement.work import Office

TOO_FAR = f"演示时钟最多领先本机时间 {demo_clock.FARTHEST_YEARS} 年：时钟调整后不能返回。"
NOT_A_DEMO = "只有演示环境的时钟可以调整：正式环境使用本机时间。"


@click.command("sweep")
@as_json
def sweep_once(as_json: bool) -> None:
    """Do everything that is due now, once; the scheduler does the same every few seconds. Exit 1 if an item failed.

    Where the sequencer's address and key are at hand, what was written gets its place in the tree as well.
    """
    with database() as settings:
        office = open_office(settings, program())
        try:
            tally = sweep(office, fetch=_fetch(office))
        finally:
            office.engine.dispose()
        placed = _place(settings)
    if as_json:
        answer(tally.data())
    else:
        click.echo(f"{tally.said()}。" + (f"{placed}条记录进入存证树。" if placed else ""))
    raise SystemExit(1 if tally.failed else 0)


def _place(settings: Settings) -> int:
    """Place and sign what waits, if this process may; how many entries."""
    if not settings.database_sequencer_url or settings.ledger_key is None:
        return 0
    engine = create_engine(settings.database_sequencer_url)
    try:
        return sequencer.run_once(engine, settings.ledger_key, settings.ledger_origin, settings.high_water)
    except sequencer.RolledBackError as error:
        raise click.ClickException(f"{error}。") from None
    except sequencer.BrokenTreeError:
        raise click.ClickException(
            "存证树与最后签署的检查点不符，没有继续签署：请执行 flask ledger verify 查明。"
        ) from None
    finally:
        engine.dispose()


@click.group("clock")
def clock() -> None:
    """The clock of a demonstration; refused everywhere else."""


@clock.command("show")
@as_json
def show(as_json: bool) -> None:
    """What time it is here."""
    with open_house() as office:
        _demo(office)
        _tell(office, as_json=as_json)


@clock.command("set")
@click.argument("moment", type=click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]))
@as_json
def set_(moment: datetime, as_json: bool) -> None:
    """Move the clock forward to MOMENT (Asia/Shanghai). It never goes back: the ledger is in order of time."""
    with open_house() as office:
        _demo(office)
        try:
            demo_clock.set_to(office, moment.replace(tzinfo=SHANGHAI))
        except demo_clock.NotForward:
            raise click.ClickException("时钟只能向前调整：台账按时间先后记录。") from None
        except demo_clock.TooFar:
            raise click.ClickException(TOO_FAR) from None
        _tell(office, as_json=as_json)


@clock.command("advance")
@click.option("--working-days", type=click.IntRange(min=1, max=400), required=True, help="How many working days.")
@as_json
def advance(working_days: int, as_json: bool) -> None:
    """Let working days pass one by one, doing on each what is due on it."""
    with open_house() as office:
        _demo(office)
        try:
            passed = demo_clock.advance(office, working_days, fetch=_fetch(office))
        except demo_clock.TooFar:
            raise click.ClickException(TOO_FAR) from None
        if as_json:
            answer({"now": _now(office), "days": [{"day": day, **tally.data()} for day, tally in passed]})
            return
        for day, tally in passed:
            click.echo(f"{day}  {tally.said()}")
        _tell(office, as_json=False)


def _demo(office: Office) -> None:
    if not office.demo:
        raise click.ClickException(NOT_A_DEMO)


def _fetch(office: Office) -> publications.Fetch | None:
    if site_answers(office):
        return publications.fetch
    click.echo(f"公示平台 {office.public_address} 没有应答，本次不核验公示页面。", err=True)
    return None


def _now(office: Office) -> str:
    return office.now().astimezone(SHANGHAI).isoformat(timespec="minutes")


def _tell(office: Office, *, as_json: bool) -> None:
    if as_json:
        answer({"now": _now(office)})
    else:
        click.echo(f"现在是 {_now(office).replace('T', ' ')[:16]}（北京时间，演示时钟）。")
