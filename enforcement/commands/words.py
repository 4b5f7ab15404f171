"""`flask words rebuild`: cut the words that people search by anew, where they are not as they should be."""

from __future__ import annotations

import click
from sqlalchemy import text

from enforcement.commands.house import answer, as_json, open_house
from enforcement.queries.words import kept_right
from enforcement.work import Actor


@click.group("words")
def words() -> None:
    """The words that cases, recordings and people are found by; derived, and made anew at any time."""


@words.command("rebuild")
@as_json
def rebuild(as_json: bool) -> None:
    """Cut anew what is not as it would be cut today; say how many there were. Where all is well, none."""
    made = 0
    with open_house() as office:
        with office.engine.connect() as connection:
            agencies = list(connection.execute(text("SELECT agency_id FROM enforcement.agencies()")).scalars())
        for agency_id in agencies:
            with office.begin(Actor.clock(agency_id)) as work:
                made += kept_right(work)
    if as_json:
        answer({"rebuilt": made})
    else:
        click.echo(f"重新生成检索词 {made} 条。")
