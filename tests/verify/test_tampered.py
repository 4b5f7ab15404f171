"""A sample of the long proof of tampering: it names what it should, and would say so if it were not named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.proofs import tamper
from tests.proofs.tampering import installation, whole
from tests.proofs.tampering.changes import Change, changes, tables
from tests.proofs.tampering.installation import Installation, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from enforcement.runtime.embedded import DatabaseUrls, Server

CASES, SAMPLED, SEED = 3, 12, 1
ALWAYS = (
    "enforcement.ledger_pending row gone", "enforcement.ledger_pending row more",
    "enforcement.ledger_pending.chain_id changed",
)  # fmt: skip
"""What only an installation with something that waits shows."""
WHOLE = ("set back", "signed with another key", "rewritten, signed anew and its mark set back", "deep nesting")


@pytest.fixture(scope="module")
def sound(
    server: Server, new_database: Callable[[], DatabaseUrls], tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    made = Installation(server, new_database(), tmp_path_factory.mktemp("sound"))
    build(made, CASES)
    return made


def every_change(sound: Installation) -> list[Change]:
    with sound.superuser() as connection:
        return changes(tables(connection), SEED)


def change(sound: Installation, name: str) -> Change:
    return next(one for one in every_change(sound) if str(one) == name)


def test_what_nobody_has_touched_holds(sound: Installation) -> None:
    assert sound.verify().findings == ()


def test_a_sample_of_changes_is_named_and_nothing_else_is(sound: Installation) -> None:
    sample = [*every_change(sound)[:SAMPLED], *(change(sound, name) for name in ALWAYS)]
    assert [fault for one in sample if (fault := tamper.fault(sound, one))] == []


def test_damage_to_the_whole_is_named_and_nothing_else_is(sound: Installation) -> None:
    assert [fault for what in WHOLE if (fault := whole.trials(sound, SEED)[what]())] == []


def test_a_change_that_nobody_names_would_be_told(sound: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "every_check", tuple)
    unnamed = tamper.fault(sound, change(sound, "enforcement.party.birth_on changed"))
    assert unnamed == "enforcement.party.birth_on changed: not named"


def test_a_finding_about_anything_else_would_be_told(sound: Installation) -> None:
    born = change(sound, "enforcement.party.birth_on changed")
    with sound.undone() as connection:
        made = born.make(connection)
        connection.execute("UPDATE enforcement.unit SET name = name || '改'")
        found = sound.said_within(connection).findings
    about = [one for one in found if tamper.is_about(one, born, made, {})]
    assert {one.table for one in about} == {"party"}
    assert {one.table for one in found if one not in about} == {"unit"}
