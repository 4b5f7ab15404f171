"""Entries, their walls, and the tree that the sequencer makes of them; on real PostgreSQL."""

from __future__ import annotations

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from enforcement import sequencer
from enforcement.ledger import chain_origin, digest_of, entry_hash, notes, tree
from enforcement.models.ledger import append_entry, open_chain, read_hashes
from tests.ledger.conftest import AT, Ledger

if TYPE_CHECKING:
    from enforcement.runtime.embedded import DatabaseUrls


def rows(ledger: Ledger, statement: str) -> list[tuple[Any, ...]]:
    with ledger.superuser() as connection:
        return connection.execute(statement.encode()).fetchall()


def holds(ledger: Ledger, signature: bytes, signed: bytes) -> bool:
    Ed25519PublicKey.from_public_bytes(ledger.key.public_key).verify(signature, signed)
    return True


def test_entries_number_themselves_and_each_names_the_one_before(ledger: Ledger) -> None:
    chain = ledger.chain()
    assert [ledger.append(chain, 说明=f"第{number}条") for number in (1, 2, 3)] == [1, 2, 3]
    previous = chain_origin(str(ledger.agency), str(chain), "case")
    for seq, body, salt, leaf, prev in rows(
        ledger, "SELECT seq, body, salt, leaf_hash, prev_hash FROM enforcement.ledger_entry ORDER BY seq"
    ):
        assert prev == previous
        assert leaf == entry_hash(prev, salt, body)
        said = json.loads(body)
        assert said["seq"] == str(seq)
        assert said["at"] == "2026-10-15T08:00:00.000000Z"
        assert said["case"] == said["chain"] == str(chain)
        previous = leaf
    assert rows(ledger, "SELECT head_seq, head_hash FROM enforcement.ledger_chain") == [(3, previous)]


def test_two_entries_of_the_same_words_have_different_hashes(ledger: Ledger) -> None:
    first, second = ledger.chain(), ledger.chain()
    ledger.append(first)
    ledger.append(second)
    assert len(set(rows(ledger, "SELECT salt, leaf_hash FROM enforcement.ledger_entry"))) == 2


def test_a_number_in_the_data_is_refused_and_nothing_is_written(ledger: Ledger) -> None:
    chain = ledger.chain()
    with pytest.raises(TypeError, match="text only"):
        ledger.append(chain, fine=5)  # type: ignore[arg-type]
    assert rows(ledger, "SELECT count(*) FROM enforcement.ledger_entry") == [(0,)]


def test_another_agencys_chain_is_as_if_it_were_not_there(ledger: Ledger) -> None:
    chain = ledger.chain()
    other = Ledger(ledger.app, ledger.sequencing, ledger.verifying, ledger.superuser)
    with pytest.raises(LookupError, match="no ledger chain"):
        other.append(chain)
    with other.as_app() as connection:
        assert connection.execute(text("SELECT count(*) FROM enforcement.ledger_chain")).scalar_one() == 0
    with other.as_app() as connection, pytest.raises(DBAPIError, match="row-level security"):
        open_chain(connection, chain_id=uuid.uuid4(), agency_id=ledger.agency, kind="case")


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE enforcement.ledger_{table} SET {column}" for table, column in (
            ("entry", "body = 'x'"), ("chain", "head_seq = 0"), ("leaf", "position = 9"), ("node", "idx = 9"),
            ("checkpoint", "size = 9"), ("pending", "seq = 9"),
        )),
        *(f"DELETE FROM enforcement.ledger_{table}" for table in (
            "entry", "chain", "leaf", "node", "checkpoint", "pending",
        )),
        *(f"TRUNCATE enforcement.ledger_{table}" for table in ("entry", "leaf", "node", "checkpoint", "pending")),
        "TRUNCATE enforcement.ledger_chain CASCADE",
        ("INSERT INTO enforcement.ledger_chain (id, agency_id, kind, head_seq, head_hash)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), 'case', 7, '')"),
        "INSERT INTO enforcement.ledger_leaf VALUES (9, gen_random_uuid(), 1, '')",
        "INSERT INTO enforcement.ledger_pending (chain_id, seq) VALUES (gen_random_uuid(), 1)",
        "ALTER TABLE enforcement.ledger_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SELECT enforcement.ledger_append()",
    ],
)  # fmt: skip
def test_the_applications_role_can_change_nothing_that_is_written(ledger: Ledger, statement: str) -> None:
    ledger.append(ledger.chain())
    ledger.seal()
    with ledger.as_app() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE enforcement.ledger_{table} SET {column} = {column}" for table, column in (
            ("entry", "body"), ("chain", "head_seq"), ("leaf", "position"), ("node", "idx"), ("checkpoint", "size"),
        )),
        *(f"DELETE FROM enforcement.ledger_{table}" for table in ("entry", "leaf", "node", "checkpoint")),
        *(f"TRUNCATE enforcement.ledger_{table} CASCADE" for table in ("entry", "chain", "leaf", "node", "checkpoint")),
    ],
)  # fmt: skip
def test_even_the_owner_changes_nothing_while_the_triggers_stand(
    ledger: Ledger, database: DatabaseUrls, statement: str
) -> None:
    chain = ledger.chain()
    ledger.append(chain)
    ledger.append(chain)
    ledger.seal()
    owner = create_engine(database.owner)
    with pytest.raises(ProgrammingError, match="what is written stays"), owner.begin() as connection:
        connection.exec_driver_sql(statement)
    owner.dispose()


@pytest.mark.parametrize("wrong", ["seq", "prev", "leaf", "salt"])
def test_an_entry_that_does_not_follow_is_refused_by_the_database_itself(ledger: Ledger, wrong: str) -> None:
    chain = ledger.chain()
    ledger.append(chain)
    body = "{}"
    (((prev,),)) = rows(ledger, "SELECT head_hash FROM enforcement.ledger_chain")
    given = {"seq": 2, "prev": prev, "salt": bytes(32)}
    if wrong in {"prev", "salt"}:
        given[wrong] = bytes(31) if wrong == "salt" else bytes(32)
    if wrong == "seq":
        given["seq"] = 3
    given["leaf"] = bytes(32) if wrong == "leaf" else entry_hash(given["prev"], given["salt"], body)
    with ledger.as_app() as connection, pytest.raises(IntegrityError, match="ledger: "):
        connection.exec_driver_sql(
            "INSERT INTO enforcement.ledger_entry (chain_id, seq, agency_id, body, salt, leaf_hash, prev_hash)"
            " VALUES (%(chain)s, %(seq)s, %(agency)s, %(body)s, %(salt)s, %(leaf)s, %(prev)s)",
            {"chain": chain, "agency": ledger.agency, "body": body, **given},
        )


def test_writers_of_one_chain_wait_for_each_other_and_all_get_in(ledger: Ledger) -> None:
    chain = ledger.chain("agency")
    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(lambda _: ledger.append(chain), range(30)))
    assert sorted(numbers) == list(range(1, 31))


def test_an_act_that_rolls_back_leaves_no_entry_and_no_moved_head(ledger: Ledger) -> None:
    chain = ledger.chain()
    with ledger.as_app() as connection:
        append_entry(
            connection, chain_id=chain, agency_id=ledger.agency, act="a", event="e", actor="x", at=AT, case_id=None,
            data={}, digest="",
        )  # fmt: skip
        connection.rollback()
    assert rows(ledger, "SELECT head_seq FROM enforcement.ledger_chain") == [(0,)]
    assert ledger.seal() == 0


def test_the_sequencer_places_what_waits_and_signs_the_tree(ledger: Ledger) -> None:
    chains = [ledger.chain() for _ in range(3)]
    for number in range(7):
        ledger.append(chains[number % 3])
    assert ledger.seal() == 7
    assert ledger.seal() == 0
    ledger.append(chains[0])
    assert ledger.seal() == 1
    leaves = [row[0] for row in rows(ledger, "SELECT leaf_hash FROM enforcement.ledger_leaf ORDER BY position")]
    checkpoints = rows(ledger, "SELECT size, root, note, signed_at FROM enforcement.ledger_checkpoint ORDER BY size")
    assert checkpoints == rows(ledger, "SELECT size, root, note, signed_at FROM public_site.checkpoint ORDER BY size")
    assert [row[0] for row in checkpoints] == [7, 8]
    for size, root, note, signed_at in checkpoints:
        growing = tree.Growing()
        growing.extend(leaves[:size])
        read = notes.read_note(note, ledger.key, lambda signature, signed: holds(ledger, signature, signed))
        assert (read.size, read.root, read.signed_at) == (size, growing.root(), signed_at)
        assert read.root == root
    stored = {(level, idx): value for level, idx, value in rows(ledger, "SELECT * FROM enforcement.ledger_node")}
    assert stored == dict(tree.Growing().extend(leaves))
    assert rows(ledger, "SELECT * FROM enforcement.ledger_pending") == []


def test_sequencers_in_parallel_do_no_harm(ledger: Ledger) -> None:
    chains = [ledger.chain() for _ in range(4)]
    stop = threading.Event()

    def sequence() -> int:
        placed = 0
        while not stop.is_set():
            placed += ledger.seal()
        return placed + ledger.seal()

    with ThreadPoolExecutor(7) as pool:
        sequencers = [pool.submit(sequence) for _ in range(3)]
        list(pool.map(ledger.append, chains * 15))
        stop.set()
        assert sum(task.result() for task in sequencers) + ledger.seal() == 60
    positions = [row[0] for row in rows(ledger, "SELECT position FROM enforcement.ledger_leaf ORDER BY 1")]
    assert positions == list(range(60))


def test_any_entry_is_proved_to_whoever_has_its_text_and_the_note(ledger: Ledger) -> None:
    chain = ledger.chain()
    for _ in range(5):
        ledger.append(chain)
    ledger.seal()
    ((leaf,),) = rows(ledger, "SELECT leaf_hash FROM enforcement.ledger_entry WHERE seq = 2")
    ((position,),) = rows(ledger, "SELECT position FROM enforcement.ledger_leaf WHERE seq = 2")
    ((note,),) = rows(ledger, "SELECT note FROM enforcement.ledger_checkpoint")
    read = notes.read_note(note, ledger.key, lambda signature, signed: holds(ledger, signature, signed))
    ranges = tree.inclusion_ranges(position, read.size)
    with ledger.sequencing.connect() as connection:
        path = tree.proof(ranges, read_hashes(connection, tree.needed(ranges)).__getitem__)
    assert tree.root_by_inclusion(leaf, position, read.size, path) == read.root


def test_only_entries_made_for_the_public_get_a_public_proof(ledger: Ledger) -> None:
    chain = ledger.chain()
    publication = uuid.uuid4()
    ledger.append(chain, "case_opened", publication=str(publication))
    ledger.append(chain, "publication_made", publication=str(publication), content_sha256="ab")
    ledger.append(chain, "publication_verified", actor="clock", publication=str(publication))
    ledger.append(chain, "publication_withdrawn", publication=str(publication))
    ledger.append(chain, "publication_made", publication="not an id")
    ledger.seal()
    proofs = rows(
        ledger,
        "SELECT publication_id, event, body, salt, prev_hash, leaf_hash, position, path, checkpoint_size"
        " FROM public_site.log_proof ORDER BY position",
    )
    assert [(row[0], row[1]) for row in proofs] == [
        (publication, "publication_made"),
        (publication, "publication_withdrawn"),
    ]
    roots = dict(rows(ledger, "SELECT size, root FROM public_site.checkpoint"))
    for _, _, body, salt, prev, leaf, position, path, size in proofs:
        assert entry_hash(prev, salt, body) == leaf
        assert tree.root_by_inclusion(leaf, position, size, path) == roots[size]


def test_an_entry_that_names_a_person_is_not_published_with_its_proof(ledger: Ledger) -> None:
    chain = ledger.chain()
    with ledger.as_app() as connection:
        append_entry(
            connection, chain_id=chain, agency_id=ledger.agency, act="a", event="publication_made",
            actor=str(uuid.uuid4()), at=AT, case_id=None, data={"publication": str(uuid.uuid4())}, digest="",
        )  # fmt: skip
    assert ledger.seal() == 1
    assert rows(ledger, "SELECT count(*) FROM public_site.log_proof") == [(0,)]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE enforcement.ledger_leaf SET leaf_hash = sha256('x') WHERE position = 2",
        "UPDATE enforcement.ledger_node SET hash = sha256('x')",
        "DELETE FROM enforcement.ledger_leaf WHERE position = 2",
        "DELETE FROM enforcement.ledger_checkpoint",
        "UPDATE enforcement.ledger_checkpoint SET root = sha256('x')",
    ],
)
def test_a_tree_changed_under_the_sequencer_is_never_signed_again(ledger: Ledger, attack: str) -> None:
    chain = ledger.chain()
    for _ in range(3):
        ledger.append(chain)
    ledger.seal()
    ledger.attack(attack)
    ledger.append(chain)
    with pytest.raises(sequencer.BrokenTreeError):
        ledger.seal()
    assert rows(ledger, "SELECT count(*) FROM enforcement.ledger_pending") == [(1,)]


def test_the_sequencers_role_can_write_no_entry_and_move_no_head(ledger: Ledger) -> None:
    chain = ledger.chain()
    ledger.append(chain)
    for statement in (
        "UPDATE enforcement.ledger_chain SET head_seq = 0",
        "DELETE FROM enforcement.ledger_entry",
        "DELETE FROM enforcement.ledger_leaf",
        "UPDATE enforcement.ledger_checkpoint SET size = 0",
        "INSERT INTO enforcement.ledger_entry SELECT * FROM enforcement.ledger_entry",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), ledger.sequencing.begin() as connection:
            connection.exec_driver_sql(statement)


def test_the_publics_role_sees_checkpoints_and_proofs_and_nothing_inside(
    ledger: Ledger, database: DatabaseUrls
) -> None:
    ledger.append(ledger.chain())
    ledger.seal()
    public = create_engine(database.public)
    with public.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM public_site.checkpoint")).scalar_one() == 1
        connection.execute(text("SELECT * FROM public_site.log_proof"))
        for table in ("entry", "chain", "leaf", "checkpoint"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(f"SELECT * FROM enforcement.ledger_{table}"))
            connection.rollback()
    public.dispose()


def test_the_digest_of_a_record_is_that_of_its_values_and_not_of_their_order() -> None:
    assert digest_of({"b": 1, "a": [True, None, "甲"]}) == digest_of({"a": [True, None, "甲"], "b": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"})
    with pytest.raises(TypeError, match="float"):
        digest_of({"a": [{"b": 1.5}]})
