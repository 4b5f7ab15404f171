"""Fetching back from the public site: what is published counts once it is there, what is withdrawn once it is gone.

Until then their clocks run (G4.2, G#13, G#18.2).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sqlalchemy import Select, select

from enforcement.actions.disclosures import Note
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import claim, notices
from enforcement.sweep.report import Report
from enforcement.work import Actor, Office
from publish.tables import publication

Fetch = Callable[[str], bytes]

TIMEOUT_SECONDS = 10
LARGEST_BYTES = 16 * 1024 * 1024
ACTS = {False: "verify_publication", True: "verify_withdrawal"}
"""By whether it is down: what is noted once the public site was seen to answer so."""
SEEN = {False: "verified", True: "withdrawal_verified"}
UNSEEN = {False: "unreachable", True: "still_public"}


@dataclasses.dataclass(frozen=True, slots=True)
class Unverified:
    """What was put up or taken down and not seen outside yet, and the digest that what is up must have."""

    disclosure_id: uuid.UUID
    case_id: uuid.UUID
    down: bool
    digest: bytes

    def __str__(self) -> str:
        return str(self.disclosure_id)


def fetch(address: str) -> bytes:
    """The bytes at a public address, as anybody gets them. Raises OSError where there are none, or far too many."""
    request = urllib.request.Request(address, headers={"Cache-Control": "no-cache"})  # noqa: S310  (ours, from settings)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
        data: bytes = response.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise OSError("more than a publication can be")
    return data


def unverified(office: Office, actor: Actor) -> list[Unverified]:
    """What was published or withdrawn and not yet fetched back."""
    with office.reading(actor.agency_id) as session:  # one by one: each has its index
        return [
            Unverified(*row)
            for one in (Disclosure.stage == "published", publication.c.withdrawn_on.is_not(None))
            for row in session.execute(_unverified().where(one).order_by(Disclosure.anchor_on))
        ]


def _unverified() -> Select[Any]:
    return (
        select(Disclosure.id, Disclosure.case_id, publication.c.withdrawn_on.is_not(None), publication.c.digest)
        .join(publication, publication.c.id == Disclosure.id)
        .where(Disclosure.verified_at.is_(None))
    )


def verify(office: Office, actor: Actor, one: Unverified, fetch: Fetch, report: Report) -> None:
    """Fetch one back and note that the public gets what it should; else tell the releaser, once a day."""
    address = f"{office.public_address}/records/{one.disclosure_id}"
    seen = _is_gone(address, fetch) if one.down else _is_there(address, one.digest, fetch)
    with office.begin(actor) as work:
        if not seen:
            told = notices.tell(
                work,
                UNSEEN[one.down],
                work.today,
                notices.RELEASER,
                case_id=one.case_id,
                disclosure_id=one.disclosure_id,
            )
            report.did("told", int(told))
            report.did(UNSEEN[one.down])
            return
        if claim.case(work, one.case_id) is None:
            return
        for disclosure in claim.disclosures(work, one.case_id):
            # Looked at again under the lock: another pass may have noted it, or it may have come down, or back.
            if disclosure.id == one.disclosure_id and (disclosure.stage == "published" or one.down):
                row = work.session.execute(_unverified().where(Disclosure.id == one.disclosure_id)).one_or_none()
                if row is not None and Unverified(*row) == one:
                    claim.attempt(work, ACTS[one.down], disclosure, Note(), SEEN[one.down], report)


def _is_there(address: str, digest: bytes, fetch: Fetch) -> bool:
    """Whether the published bytes are what anybody gets."""
    try:
        return hashlib.sha256(fetch(f"{address}.json")).digest() == digest
    except (OSError, ValueError):  # unreachable, refused, or not HTTP at all
        return False


def _is_gone(address: str, fetch: Fetch) -> bool:
    """Whether page and bytes both answer 410, and the site itself says so: a proxy's 410 would tell no reason."""
    for path in (address, f"{address}.json"):
        try:
            fetch(path)
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.GONE:
                return False
            if path.endswith(".json") and not _says_withdrawn(error.read(LARGEST_BYTES)):
                return False
        except (OSError, ValueError):
            return False
        else:
            return False
    return True


def _says_withdrawn(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("withdrawn") == "true" and bool(said.get("reason"))
