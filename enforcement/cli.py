"""`flask --app wsgi …`: what a person does at the console.

A command that needs the database wraps its work in `with running(Settings.read("command")) as settings:`
(enforcement.runtime.embedded), which starts the embedded server where none runs and leaves it as it found it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from enforcement.commands.agency import agency
from enforcement.commands.clock import clock, sweep_once
from enforcement.commands.clocks import clocks
from enforcement.commands.demo import demo
from enforcement.commands.law import law
from enforcement.commands.ledger import ledger
from enforcement.commands.recordings import recordings
from enforcement.commands.words import words
from enforcement.runtime.commands import database

if TYPE_CHECKING:
    from flask import Flask

COMMANDS = (agency, clock, clocks, database, demo, law, ledger, recordings, sweep_once, words)
"""Every command or group of commands; a subject with commands of its own adds its group here."""


def register(app: Flask) -> None:
    """Give `app` its commands."""
    for command in COMMANDS:
        app.cli.add_command(command)
