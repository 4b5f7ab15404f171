"""`flask demo …`: sample agencies, one told story, believable volume. Only in a demonstration's own database."""

from __future__ import annotations

import click

from enforcement.commands.house import open_house

NOT_A_DEMO = "样例数据只能载入演示环境（MINGJIAN_DEMO=1）：正式环境的台账不接受样例。"


@click.group("demo")
def demo() -> None:
    """Sample data; refused where MINGJIAN_DEMO is not 1."""


@demo.command("load")
def load() -> None:
    """Found the two sample agencies, if there is no agency yet, and print who may sign in."""
    from enforcement.demo import agencies

    with open_house() as office:
        _only_in_a_demo(demo=office.demo)
        click.echo(agencies.load(office))


@demo.command("story")
@click.option("--megabytes", type=click.IntRange(min=1, max=4_000), default=20, help="Size of the recording it makes.")
def story(megabytes: int) -> None:
    """Walk one case of each procedure to its public page, telling every act with its article and due days."""
    from enforcement.demo import agencies
    from enforcement.demo import story as storytelling

    with open_house() as office:
        _only_in_a_demo(demo=office.demo)
        agencies.load(office)
        storytelling.tell(office, click.echo, megabytes=megabytes)


@demo.command("seed")
@click.option("--cases", type=click.IntRange(min=1, max=1_000_000), default=300, help="How many cases.")
@click.option("--seed", type=int, default=1, help="The same number makes the same cases.")
def seed(cases: int, seed: int) -> None:
    """Fill the sample agencies with cases in every state, deterministic by seed."""
    from enforcement.demo import agencies
    from enforcement.demo import seed as seeding

    with open_house() as office:
        _only_in_a_demo(demo=office.demo)
        agencies.load(office)
        seeding.seed(office, cases, seed, click.echo)


def _only_in_a_demo(*, demo: bool) -> None:
    if not demo:
        raise click.ClickException(NOT_A_DEMO)
