"""What is published is what was released: also where somebody with every right and the key rewrote all the rest."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from enforcement.ledger import RECORDED, chain_origin, digest_of_record, entry_hash
from enforcement.ledger.entries import canonical
from enforcement.replay import Replay
from enforcement.verify.publications import Said, went_out
from publish.document import from_bytes
from publish.release import row_of

if TYPE_CHECKING:
    from tests.verify.conftest import Told

TEXTS = ", ".join(name if name in {"data", "people", "wrote"} else f"{name}::text" for name in RECORDED)


def rewritten(told: Told, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Let `change` loose on every record of the case (its columns and what its entry tells), then make everything that
    leans on them agree: digests, entries, chain, tree, signatures and public proofs.
    """
    case, agency = str(told.ids["A"]), str(told.ids["market"])
    with told.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        previous = chain_origin(agency, case, "case")
        query = f"SELECT seq, body, salt FROM enforcement.ledger_entry WHERE chain_id = '{case}' ORDER BY seq"
        for seq, body, salt in connection.execute(query.encode()).fetchall():
            where = f"chain_id = '{case}' AND seq = {seq}"
            found = connection.execute(f"SELECT {TEXTS} FROM enforcement.process_record WHERE {where}".encode())
            record = dict(zip(RECORDED, found.fetchone() or (), strict=True))
            entry = json.loads(body)
            change(record, entry["data"])
            entry["digest"] = digest_of_record(record)
            text = canonical(entry)
            leaf = entry_hash(previous, bytes(salt), text)
            connection.execute(
                f"UPDATE enforcement.process_record SET data = %s, wrote = %s, digest = %s WHERE {where}".encode(),
                [json.dumps(record["data"]), json.dumps(record["wrote"]), entry["digest"]],
            )
            connection.execute(
                f"UPDATE enforcement.ledger_entry SET body = %s, prev_hash = %s, leaf_hash = %s WHERE {where}".encode(),
                [text, previous, leaf],
            )
            previous = leaf
        connection.execute("UPDATE enforcement.ledger_chain SET head_hash = %s WHERE id = %s", [previous, case])
        sign_everything_anew(connection)
    told.seal()


def sign_everything_anew(connection: psycopg.Connection[Any]) -> None:
    connection.execute("""
        WITH gone AS (DELETE FROM enforcement.ledger_leaf RETURNING chain_id, seq, position)
        INSERT INTO enforcement.ledger_pending (chain_id, seq)
        SELECT chain_id, seq FROM gone ORDER BY position
    """)
    for table in ("enforcement.ledger_node", "enforcement.ledger_checkpoint", "public_site.log_proof"):
        connection.execute(f"DELETE FROM {table}".encode())
    connection.execute("DELETE FROM public_site.checkpoint")


def other_words(told: Told, *tables: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    """Other words on the page, in its version (or in `tables` alone), its record and its entry; not the release."""
    tables = tables or ("public_site.publication", "public_site.publication_version")
    with told.superuser() as connection:
        found = connection.execute("SELECT content FROM public_site.publication_version").fetchone()
    assert found is not None
    plain = json.loads(found[0])
    plain["main_content"] = f"{plain['main_content']}另行减轻处罚。"
    data = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(data).digest()
    row = row_of(from_bytes(data), data)
    with told.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        if "public_site.publication_version" in tables:
            connection.execute("UPDATE public_site.publication_version SET content = %s, digest = %s", [data, digest])
        connection.execute(
            "UPDATE public_site.publication SET content = %s, digest = %s, gist = %s, searchable = %s, terms = %s",
            [data, digest, row["gist"], row["searchable"], row["terms"]],
        )
    written = {"content": data, "digest": digest}

    def change(record: dict[str, Any], entry: dict[str, Any]) -> None:
        for one in record["wrote"]:
            if one["table"] in tables and one.get("set", {}).get("content"):
                one["set"] |= {name: base64.b64encode(value).decode() for name, value in written.items()}
                one["set"] |= {"gist": row["gist"]} if "gist" in one["set"] else {}
                record["data"]["publication_digest"] = entry["digest"] = f"sha256:{digest.hex()}"

    return change


def test_a_ledger_written_anew_by_who_holds_the_key_and_changes_nothing_holds(told: Told) -> None:
    rewritten(told, lambda _record, _entry: None)
    assert told.verify().findings == ()


def test_other_words_than_were_released_are_named_however_well_all_the_rest_agrees(told: Told) -> None:
    rewritten(told, other_words(told))
    (finding,) = told.verify().findings
    assert (finding.table, finding.chain_id) == ("public_site.publication_version", str(told.ids["A"]))
    assert finding.zh.endswith("与审核放行的不符")


def test_what_nobody_released_is_named(told: Told) -> None:
    def change(record: dict[str, Any], _entry: dict[str, Any]) -> None:
        if "seen" in record["data"]:
            record["data"] |= {"disclosure": str(told.ids["B"])}

    rewritten(told, change)
    (finding,) = told.verify().findings
    assert finding.zh.endswith("没有经过审核放行")


def test_a_version_its_public_entry_does_not_speak_of_is_named(told: Told) -> None:
    def change(_record: dict[str, Any], entry: dict[str, Any]) -> None:
        if "digest" in entry:
            entry["digest"] = f"sha256:{'0' * 64}"

    rewritten(told, change)
    (finding,) = told.verify().findings
    assert finding.zh.endswith("与台账记录所载的不符")


def test_a_page_that_shows_another_title_than_its_bytes_is_named_although_its_record_agrees(told: Told) -> None:
    told.hit("UPDATE public_site.publication SET title = '另一标题'")

    def change(record: dict[str, Any], _entry: dict[str, Any]) -> None:
        for one in record["wrote"]:
            if one["table"] == "public_site.publication":
                one["set"]["title"] = "另一标题"

    rewritten(told, change)
    (finding,) = told.verify().findings
    assert finding.table == "public_site.publication"
    assert finding.zh.endswith("的title与公示原文不符")


def test_a_page_of_other_bytes_than_its_version_is_named_although_its_record_agrees(told: Told) -> None:
    change = other_words(told, "public_site.publication")
    rewritten(told, lambda record, entry: change(record, dict(entry)))
    (finding,) = told.verify().findings
    assert finding.zh.endswith("的公示原文与第1版不符")


def test_a_page_is_down_where_its_last_entry_says_so_and_of_the_agency_whose_chain_it_is() -> None:
    made, said = Replay({"1": None}), Said()
    page = {"table": "public_site.publication", "key": {"id": "p"}}
    made.record("1", 1, [page | {"set": {"content": None, "withdrawn_on": "2026-09-01", "agency_id": "a"}}])
    said.read(1, {"agency": "a", "event": "publication_withdrawn", "data": {"publication": "p"}}, None)
    assert list(went_out("c", made, said)) == []
    said.agency = "b"
    assert [one.zh for one in went_out("c", made, said)] == ["公示p的发布机关与台账不符"]
    said.read(2, {"agency": "a", "event": "publication_made", "data": {"publication": "p"}}, None)
    assert [(one.zh, one.seq) for one in went_out("c", made, said)] == [("公示p的撤回情况与台账不符", 1)]
    said.doubt()
    assert list(went_out("c", made, said)) == []


@pytest.mark.parametrize(
    "content",
    ["eyJ4Ijp9", "e30=", base64.b64encode(b'{"format":"mingjian-publication-1","version":"1"}').decode(), "-"],
)
def test_bytes_that_are_no_publication_are_named_and_end_nothing(content: str) -> None:
    made, said = Replay({"1": None}), Said()
    version = {"table": "public_site.publication_version", "key": {"publication_id": "p", "version": "1"}}
    page = {"table": "public_site.publication", "key": {"id": "p"}}
    made.record("1", 1, [one | {"set": {"content": content}} for one in (version, page)])
    said.read(1, {"agency": "a", "event": "publication_made", "data": {"publication": ["p"], "digest": 1}}, "[]")
    assert [one.table for one in went_out("c", made, said)] == [version["table"], page["table"]]


def test_a_record_that_cannot_be_trusted_hides_no_change_of_what_was_written_after_it(told: Told) -> None:
    told.hit("UPDATE enforcement.process_record SET data = data || '{\"x\": 1}' WHERE chain_id = {A} AND seq = 3")
    assert told.named() == {("process_record", "A", 3)}
    told.hit("UPDATE public_site.publication SET title = '另一标题'")
    assert {finding.table for finding in told.verify().findings} == {"process_record", "public_site.publication"}
