"""From the ledger to a stranger's own computer: the proof a record offers holds, and no changed byte passes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from config.settings import ROOT
from enforcement.runtime.embedded import DatabaseUrls
from publish import verifier, verify
from publish.document import digest, to_bytes, written_digest
from tests.publish import samples
from tests.site.conftest import Hand

ORIGIN = "mingjian/test"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier.verifier_key(ORIGIN, PRIVATE.public_key().public_bytes_raw())


@dataclass
class Log:
    """A little transparency log of our own making: nine leaves, the publication's among them."""

    publication_id: UUID
    body: str
    salt: bytes
    prev: bytes
    leaf: bytes
    position: int
    path: list[bytes]
    root: bytes
    note: str


def _hash(level: list[bytes]) -> list[bytes]:
    pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
    return [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]


def make_log(
    publication_id: UUID, data: bytes, event: str = "publication_made", size: int = 9, position: int = 5
) -> Log:
    said = {"publication": str(publication_id), "digest": written_digest(digest(data))}
    body = json.dumps(
        {"at": "2026-10-12T02:00:00.000000Z", "data": said, "event": event}, sort_keys=True, separators=(",", ":")
    )
    salt, prev = b"s" * 32, b"p" * 32
    leaf = hashlib.sha256(b"\x00" + prev + salt + body.encode()).digest()
    level = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
    level[position] = leaf
    at, path = position, []
    while len(level) > 1:
        sibling = at ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, at = _hash(level), at // 2
    signed = f"{ORIGIN}\n{size}\n{b64encode(level[0]).decode()}\nsigned-at 2026-10-12T02:00:05Z\n"
    name = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + PRIVATE.public_key().public_bytes_raw()).digest()[:4]
    note = f"{signed}\n— {ORIGIN} {b64encode(name + PRIVATE.sign(signed.encode())).decode()}\n"
    return Log(publication_id, body, salt, prev, leaf, position, path, level[0], note)


def write_log(urls: DatabaseUrls, log: Log, event: str = "publication_made", size: int = 9) -> None:
    engine = create_engine(urls.sequencer)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO public_site.checkpoint (size, root, note, signed_at) VALUES (:size, :root, :note, now())"
            ),
            {"size": size, "root": log.root, "note": log.note},
        )
        connection.execute(
            text(
                "INSERT INTO public_site.log_proof VALUES (:chain, 1, :id, :event, :body, :salt, :prev, :leaf,"
                " :position, cast(:path AS bytea[]), :size)"
            ),
            {
                "chain": uuid4(),
                "id": log.publication_id,
                "event": event,
                "body": log.body,
                "salt": log.salt,
                "prev": log.prev,
                "leaf": log.leaf,
                "position": log.position,
                "path": log.path,
                "size": size,
            },
        )
    engine.dispose()


@pytest.fixture(scope="module")
def proven(urls: DatabaseUrls, hand: Hand, app: Flask) -> UUID:
    app.config["LOG_KEY"] = KEY
    publication_id = hand.put(samples.PENALTY)
    write_log(urls, make_log(publication_id, to_bytes(samples.PENALTY)))
    return publication_id


def test_the_page_names_the_number_in_the_log(client: FlaskClient, proven: UUID) -> None:
    shown = client.get(f"/records/{proven}").get_data(as_text=True)
    assert "存证台账第 <strong>6</strong> 号" in shown
    assert "共 9 条" in shown


def test_a_stranger_verifies_with_the_downloaded_files_alone(client: FlaskClient, proven: UUID, tmp_path: Path) -> None:
    for name, address in (
        ("record.json", f"/records/{proven}.json"),
        ("proof.json", f"/records/{proven}/proof.json"),
        ("verify.py", "/verify.py"),
        ("checkpoint.txt", "/checkpoint"),
    ):
        (tmp_path / name).write_bytes(client.get(address).data)
    command = [
        sys.executable,
        "-I",
        "verify.py",
        "record.json",
        "proof.json",
        "--key",
        KEY,
        "--checkpoint",
        "checkpoint.txt",
    ]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert "✓ 验证通过" in said.stdout
    assert "存证台账第 6 号：公示，2026年10月12日 10:00:00（北京时间）登记" in said.stdout
    assert "publication_made" not in said.stdout
    changed = (tmp_path / "record.json").read_bytes().replace("五万元".encode(), "五千元".encode())
    (tmp_path / "record.json").write_bytes(changed)
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "不一致" in said.stdout


@pytest.mark.parametrize("size", range(1, 18))
def test_every_place_in_a_tree_of_any_size_is_proved(size: int) -> None:
    publication_id, data = uuid4(), to_bytes(samples.PENALTY)
    for position in range(size):
        log = make_log(publication_id, data, size=size, position=position)
        assert verify.root_of(log.leaf, position, size, log.path) == log.root
        if size > 1:
            wrong = (position + 1) % size
            try:
                assert verify.root_of(log.leaf, wrong, size, log.path) != log.root
            except ValueError:
                continue


def proof_of(log: Log, event: str = "publication_made") -> dict[str, object]:
    checkpoint = {"size": "9", "root": log.root.hex(), "note": log.note}
    return {
        "format": verifier.PROOF_FORMAT,
        "publication": str(log.publication_id),
        "key": KEY,
        "entries": [
            {
                "event": event,
                "body": log.body,
                "salt": log.salt.hex(),
                "prev_hash": log.prev.hex(),
                "leaf_hash": log.leaf.hex(),
                "position": str(log.position),
                "path": [item.hex() for item in log.path],
                "checkpoint": checkpoint,
            }
        ],
    }


@pytest.mark.parametrize("field", ["body", "salt", "prev_hash", "leaf_hash", "path", "position", "note", "publication"])
def test_no_changed_part_of_a_proof_passes(field: str) -> None:
    data = to_bytes(samples.PENALTY)
    proof = json.loads(json.dumps(proof_of(make_log(uuid4(), data))))
    assert verify.verify(data, proof, KEY)
    entry = proof["entries"][0]
    if field == "note":
        entry["checkpoint"]["note"] = entry["checkpoint"]["note"].replace("\n9\n", "\n8\n")
    elif field == "publication":
        proof["publication"] = str(uuid4())
    elif field == "path":
        entry["path"][0] = "00" * 32
    elif field == "position":
        entry["position"] = "4"
    elif field == "body":
        entry["body"] = entry["body"].replace("2026", "2025")
    else:
        entry[field] = "00" * 32
    with pytest.raises((ValueError, KeyError)):
        verify.verify(data, proof, KEY)


def test_another_key_is_refused() -> None:
    other = verifier.verifier_key(ORIGIN, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    data = to_bytes(samples.PENALTY)
    with pytest.raises(ValueError, match="公钥"):
        verify.verify(data, proof_of(make_log(uuid4(), data)), other)


def test_a_withdrawal_is_proved_without_the_content() -> None:
    data = to_bytes(samples.PENALTY)
    log = make_log(uuid4(), data, event="publication_withdrawn")
    assert "这条公示信息已经撤回" in verify.verify(None, proof_of(log, "publication_withdrawn"), KEY)
    with pytest.raises(ValueError, match="没有撤回"):
        verify.verify(None, proof_of(make_log(uuid4(), data)), KEY)


@pytest.mark.parametrize(
    ("event", "version", "told"),
    [
        ("publication_made", "1", "：公示，"),
        ("publication_made", "2", "：更正后重新公示，"),
        ("publication_taken_down", "", "：因公示有误撤下，"),
        ("publication_withdrawn", "", "：撤回公示，"),
    ],
)
def test_each_entry_is_told_in_plain_words_and_by_beijings_clock(event: str, version: str, told: str) -> None:
    data = {"publication": "one"} | ({"version": version} if version else {})
    said = verify.said_of(0, {"event": event, "at": "2026-12-31T16:00:00.000000Z", "data": data})
    assert told in said
    assert "2027年1月1日 00:00:00（北京时间）" in said


def test_the_signature_check_agrees_with_a_well_known_library() -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    for message in (b"", b"x", "检查点".encode() * 50):
        signature = private.sign(message)
        assert verify.signature_holds(public, message, signature)
        assert not verify.signature_holds(public, message + b".", signature)
        assert not verify.signature_holds(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert not verify.signature_holds(public, message, signature[:40])


def test_before_the_first_checkpoint_nothing_is_promised(client: FlaskClient, hand: Hand) -> None:
    publication_id = hand.put(samples.penalty(document_no="京朝市监处罚〔2026〕2号"))
    shown = client.get(f"/records/{publication_id}").get_data(as_text=True)
    assert "正在登记入存证台账" in shown
    proof = client.get(f"/records/{publication_id}/proof.json").get_json()
    with pytest.raises(ValueError, match="还没有可以验证的证明"):
        verify.verify(b"", proof, KEY)


def test_points_are_counted_as_the_standard_counts_them() -> None:
    """RFC 8032: so many times the base is the neutral point as the order says, and one time is itself."""

    def plain(point: verify.Point) -> tuple[int, int]:
        inverse = pow(point[2], verify.P - 2, verify.P)
        return point[0] * inverse % verify.P, point[1] * inverse % verify.P

    base = verify.BASE
    assert plain(verify._times(1, base)) == plain(base)
    assert plain(verify._times(3, base)) == plain(verify._add(base, verify._add(base, base)))
    assert plain(verify._times(verify.ORDER, base)) == (0, 1)
    assert plain(verify._times(0, base)) == (0, 1)


def test_the_program_says_what_it_checked_and_by_whose_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = to_bytes(samples.PENALTY)
    log = make_log(uuid4(), data)
    record, proof, checkpoint = (tmp_path / name for name in ("record.json", "proof.json", "checkpoint.txt"))
    record.write_bytes(data)
    proof.write_text(json.dumps(proof_of(log)), "utf-8")
    checkpoint.write_text(log.note, "utf-8")

    def run(*arguments: str | Path) -> tuple[int, str]:
        code = verify.main([str(one) for one in arguments])
        return code, capsys.readouterr().out

    code, said = run(record, proof)
    assert (code, "✓ 验证通过" in said, "自带的公钥" in said, "另行保存" in said) == (0, True, True, False)
    code, said = run(record, proof, "--key", KEY, "--checkpoint", checkpoint)
    assert (code, "自带的公钥" in said, "另行保存的检查点（9 条记录）" in said) == (0, False, True)
    code, said = run(proof)
    assert (code, "请同时给出 record.json" in said) == (1, True)
    assert run(tmp_path / "none.json", proof)[0] == 1
    assert run(record, proof, "--key", KEY.replace("mingjian", "another"))[0] == 1
    assert [run(*files)[0] for files in ((), (record, proof, proof))] == [2, 2]


def test_verify_runs_from_the_source_tree() -> None:
    said = subprocess.run(
        [sys.executable, str(ROOT / "publish" / "verify.py")], capture_output=True, text=True, check=False
    )
    assert said.returncode == 2
    assert "只用 Python 3 标准库" in said.stdout
