"""The ledger's arithmetic, pure and of the standard library alone: entries, the Merkle tree, signed checkpoints.

An entry's place in its chain is fixed by hashes (`entries`), its place among all entries by an RFC 6962 tree (`tree`),
and the tree at one size by a signed note that may leave the house (`notes`). Nothing here knows a database.
"""

from enforcement.ledger.entries import (
    CHAIN_KINDS,
    ENDING,
    HASH_BYTES,
    RECORDED,
    SALT_BYTES,
    Text,
    canonical,
    chain_origin,
    digest_of,
    digest_of_record,
    entry_body,
    entry_hash,
    entry_opening,
)

__all__ = [
    "CHAIN_KINDS",
    "ENDING",
    "HASH_BYTES",
    "RECORDED",
    "SALT_BYTES",
    "Text",
    "canonical",
    "chain_origin",
    "digest_of",
    "digest_of_record",
    "entry_body",
    "entry_hash",
    "entry_opening",
]
