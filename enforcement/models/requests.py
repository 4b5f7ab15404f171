"""What the public sent in, as our records hold it: by a digest of every word, and by none of the words.

Nobody of ours wrote it, so until it is taken up it stands in no chain; from then on its digest does. The salt is the
row's own and in no chain: once the row has lawfully gone, nothing can be tried against the digest.
"""

import base64
import datetime as dt
from typing import Any, Protocol

from enforcement.ledger import digest_of
from enforcement.ledger.entries import moment_text

SENT = (
    "receipt_no", "publication_id", "agency_id", "kind", "statement", "wish", "name", "contact", "submitted_at",
)  # fmt: skip
"""The columns of public_site.correction_request that the public fills, or the database for it."""
DIGESTED = ("id", *SENT, "salt")


class Row(Protocol):
    """A row that has its columns by name."""

    def __getitem__(self, name: str, /) -> Any: ...


def digest_of_request(row: Row) -> str:
    """SHA-256, hex, of a request as it was sent in: of the columns DIGESTED, as values or as the text of them."""
    return digest_of({name: _text(row[name]) for name in DIGESTED})


def _text(value: object) -> str | None:
    if isinstance(value, dt.datetime):
        return moment_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return None if value is None else str(value)
