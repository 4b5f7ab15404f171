"""Fetching every publication back from the public site: only then it counts as made and its clock stops (G4.2)."""

from __future__ import annotations

import dataclasses
import hashlib
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable

from sqlalchemy import select

from enforcement.actions.disclosures import Note
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import claim, notices
from enforcement.sweep.report import Report
from enforcement.work import Actor, Office
from publish.tables import publication

Fetch = Callable[[str], bytes]

TIMEOUT_SECONDS = 10
LARGEST_BYTES = 16 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Unverified:
    """A publication that has not been seen on the public site yet, and the digest its bytes must have."""

    disclosure_id: uuid.UUID
    case_id: uuid.UUID
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
    """What was published and not yet fetched back."""
    stages = office.book.procedures["disclosure"].acts["verify_publication"].stages
    query = (
        select(Disclosure.id, Disclosure.case_id, publication.c.digest)
        .join(publication, publication.c.id == Disclosure.id)
        .where(Disclosure.stage.in_(stages), Disclosure.verified_at.is_(None), publication.c.withdrawn_on.is_(None))
        .order_by(Disclosure.anchor_on)
    )
    with office.reading(actor.agency_id) as session:
        return [Unverified(*row) for row in session.execute(query)]


def verify(office: Office, actor: Actor, one: Unverified, fetch: Fetch, report: Report) -> None:
    """Fetch one publication and note that the public gets what was published; else tell the releaser, once a day."""
    try:
        same = hashlib.sha256(fetch(f"{office.public_address}/records/{one.disclosure_id}.json")).digest() == one.digest
    except (OSError, ValueError):  # unreachable, refused, or not HTTP at all
        same = False
    with office.begin(actor) as work:
        if not same:
            told = notices.tell(
                work,
                "unreachable",
                work.today,
                notices.RELEASER,
                case_id=one.case_id,
                disclosure_id=one.disclosure_id,
            )
            report.did("told", int(told))
            report.did("unreachable")
            return
        if claim.case(work, one.case_id) is None:
            return
        for disclosure in claim.disclosures(work, one.case_id):
            # Looked at again under the lock: another pass may have noted it, or it may have been taken down.
            if (
                disclosure.id == one.disclosure_id
                and disclosure.verified_at is None
                and disclosure.stage == "published"
            ):
                claim.attempt(work, "verify_publication", disclosure, Note(), "verified", report)
