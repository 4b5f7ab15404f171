"""What commands share: settings, the database they need, the office, and how they answer."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from config.settings import Settings, Unfit
from enforcement.actions.program import program
from enforcement.office import open_office
from enforcement.runtime.embedded import running
from enforcement.runtime.samples import Samples

if TYPE_CHECKING:
    from enforcement.work import Office

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def settings_of_command() -> Settings:
    """The settings, knowing whether this installation is a demonstration, as `make run` knows it."""
    settings = Settings.read("command")
    return replace(settings, demo=settings.demo or (settings.embedded and Samples(settings.var).shown))


@contextmanager
def database() -> Iterator[Settings]:
    """Settings with a database behind them; an unfit installation ends the command with one sentence."""
    try:
        with running(settings_of_command()) as settings:
            yield settings
    except Unfit as unfit:
        raise click.ClickException(str(unfit)) from unfit


@contextmanager
def open_house() -> Iterator[Office]:
    """The office, as the application's role."""
    with database() as settings:
        office = open_office(settings, program())
        try:
            yield office
        finally:
            office.engine.dispose()


def site_answers(office: Office) -> bool:
    """Whether the public site answers at all, so that there is a point in fetching pages back from it."""
    try:
        with urllib.request.urlopen(f"{office.public_address}/health", timeout=3):  # noqa: S310  (ours, from settings)
            return True
    except urllib.error.HTTPError:
        return True  # whatever it says of itself, it is there
    except (OSError, ValueError):
        return False


def answer(value: Any) -> None:
    """Print an answer for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
