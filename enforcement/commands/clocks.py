"""`flask clocks rebuild`: throw away what is derived of the clocks, and make it again from the records."""

from __future__ import annotations

import click
from sqlalchemy import text

from enforcement import projection
from enforcement.commands.house import answer, as_json, open_house


@click.group("clocks")
def clocks() -> None:
    """What runs in cases and agencies, and whose turn it is."""


@clocks.command("rebuild")
@as_json
def rebuild(as_json: bool) -> None:
    """Make every running clock and every turn again. Nothing recorded is touched; people may go on working."""
    with open_house() as office:
        with office.engine.connect() as connection:
            agencies = list(connection.scalars(text("SELECT agency_id FROM enforcement.agencies()")))
        cases = sum(projection.rebuild(office, agency_id) for agency_id in agencies)
    if as_json:
        answer({"agencies": len(agencies), "cases": cases})
    else:
        click.echo(f"已重新推算 {len(agencies)} 个机关、{cases} 个案件的期限和待办。")
