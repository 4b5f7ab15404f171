"""The canonical text of an entry, and checkpoints in their signed form."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from enforcement import ledger
from enforcement.ledger import entries, notes
from enforcement.ledger.entries import moment_text

AT = datetime(2026, 10, 15, 8, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = notes.VerifierKey("ledger.example/test", PRIVATE.public_key().public_bytes_raw())
CHECKPOINT = notes.Checkpoint(KEY.origin, 13, bytes(range(32)), AT)
# The example key and note of Go's golang.org/x/mod/sumdb/note, which the C2SP form was taken from.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SAID = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NEUMANN_SIGNED = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="

texts = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


def holds(public: bytes, signature: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def read(note: str, key: notes.VerifierKey = KEY) -> notes.Checkpoint:
    return notes.read_note(note, key, partial(holds, key.public_key))


@given(texts)
def test_canonical_text_reads_back_as_what_was_written_and_is_written_the_same_again(value: ledger.Text) -> None:
    text = ledger.canonical(value)
    assert json.loads(text) == value
    assert ledger.canonical(json.loads(text)) == text


def test_canonical_text_has_sorted_keys_no_spaces_and_chinese_as_it_is() -> None:
    assert (
        ledger.canonical({"b": ["甲", {"d": "", "c": "\n"}], "a": "“”"}) == '{"a":"“”","b":["甲",{"c":"\\n","d":""}]}'
    )


@pytest.mark.parametrize("value", [1, 1.5, True, None, b"", ["x", 1], {"a": {"b": None}}, {1: "a"}, {"a": {"b"}}])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        ledger.canonical(value)  # type: ignore[arg-type]


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        ledger.canonical({"a": "\ud800"})


def opening(**differences: object) -> str:
    given = {
        "chain": "c", "agency": "g", "act": "open_case", "event": "case_opened", "actor": "p", "at": AT, "case": "c",
        "data": {"stage": "立案"}, "digest": "d",
    } | differences  # fmt: skip
    return ledger.entry_opening(**given)  # type: ignore[arg-type]


def test_a_body_is_the_canonical_text_of_its_fields() -> None:
    body = ledger.entry_body(opening(), 7)
    assert body == (
        '{"act":"open_case","actor":"p","agency":"g","at":"2026-10-15T08:00:00.000000Z","case":"c","chain":"c",'
        '"data":{"stage":"立案"},"digest":"d","event":"case_opened","seq":"7"}'
    )
    assert ledger.canonical(json.loads(body)) == body
    assert "case" not in json.loads(ledger.entry_body(opening(case=None), 7))


def test_moments_are_written_in_utc_whatever_zone_they_came_in() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert moment_text(datetime(2026, 10, 15, 16, tzinfo=shanghai)) == moment_text(AT)
    with pytest.raises(ValueError, match="aware"):
        opening(at=datetime(2026, 10, 15, 16))  # noqa: DTZ001  (refused is what it is to be)


def test_a_chains_origin_tells_agency_chain_and_kind_apart() -> None:
    origins = {ledger.chain_origin(*parts) for parts in (("a", "c", "case"), ("b", "c", "case"), ("a", "d", "case"))}
    assert len(origins | {ledger.chain_origin("a", "c", "agency")}) == 4


def test_a_key_of_the_reference_implementation_is_read_and_written_the_same() -> None:
    key = notes.VerifierKey.parse(NEUMANN)
    assert str(key) == NEUMANN
    raw = base64.b64decode(NEUMANN_SIGNED)
    assert raw[:4] == key.key_hash
    assert holds(key.public_key, raw[4:], NEUMANN_SAID.encode())


@pytest.mark.parametrize("text", ["", "a+b", NEUMANN.replace("c7", "c8"), NEUMANN[:-4], NEUMANN.replace("+AR", "+BR")])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(notes.NoteError):
        notes.VerifierKey.parse(text)


def test_a_checkpoint_is_signed_in_the_form_everybody_reads() -> None:
    note = notes.signed_note(CHECKPOINT, KEY, PRIVATE.sign)
    said, signed = note.split("\n\n")
    assert said.split("\n") == [
        "ledger.example/test", "13", base64.b64encode(bytes(range(32))).decode(), "signed-at 2026-10-15T08:00:00Z",
    ]  # fmt: skip
    dash, name, signature = signed.removesuffix("\n").split(" ")
    assert (dash, name) == ("—", "ledger.example/test")
    raw = base64.b64decode(signature)
    assert raw[:4] == KEY.key_hash
    assert holds(KEY.public_key, raw[4:], f"{said}\n".encode())
    assert read(note) == CHECKPOINT


@given(st.data())
def test_a_note_with_any_one_character_changed_is_refused(data: st.DataObject) -> None:
    note = notes.signed_note(CHECKPOINT, KEY, PRIVATE.sign)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != note[place]))
    with pytest.raises(notes.NoteError):
        read(note[:place] + other + note[place + 1 :])


def test_a_note_of_another_key_or_log_is_refused() -> None:
    note = notes.signed_note(CHECKPOINT, KEY, PRIVATE.sign)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    for key in (notes.VerifierKey(KEY.origin, other), notes.VerifierKey("elsewhere", KEY.public_key)):
        with pytest.raises(notes.NoteError, match="another log or key"):
            read(note, key)
    with pytest.raises(notes.NoteError, match="does not hold"):
        notes.read_note(note, KEY, lambda _signature, _text: False)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
def test_an_origin_that_the_form_cannot_hold_is_refused(origin: str) -> None:
    with pytest.raises(notes.NoteError, match="cannot name a log"):
        notes.require_origin(origin)


def test_what_later_records_hold_besides_leaves_the_digests_of_earlier_ones_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = dict.fromkeys(entries.RECORDED, "x") | {"schema": "0006"}
    before = entries.digest_of_record(row)
    monkeypatch.setattr(entries, "RECORDED", {**entries.RECORDED, "party": "0007"})
    assert entries.digest_of_record(row | {"party": "y"}) == entries.digest_of_record(row | {"party": "z"}) == before
    later = row | {"schema": "0007"}
    assert entries.digest_of_record(later | {"party": "y"}) != entries.digest_of_record(later | {"party": "z"})
