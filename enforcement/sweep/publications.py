"""Fetching back from the public site: what is published counts once it is there, what is withdrawn once it is gone.

Until then their clocks run (G4.2, G#13, G#18.2).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
import urllib.error
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select

from enforcement.actions.disclosures import Note
from enforcement.actions.notifications import Kind, Notice
from enforcement.models.disclosures import Disclosure
from enforcement.sweep import claim, notices
from enforcement.sweep.tally import Tally
from enforcement.work import Actor, Office, Work
from publish.tables import publication

Fetch = Callable[[str], bytes]

ANSWER_SECONDS = 5
"""The longest one answer may take, from the first word to its last byte."""
HOST_SECONDS = 20
"""The longest all answers of one host may take in one pass; after that it counts as not answering until the next."""
PAGES_A_PASS = 100
LARGEST_BYTES = 16 * 1024 * 1024
_PART = 64 * 1024
ACTS = {False: "verify_publication", True: "verify_withdrawal"}
"""By whether it is down: what is noted once the public site was seen to answer so."""
SEEN = {False: "verified", True: "withdrawal_verified"}
UNSEEN: Mapping[bool, Kind] = {False: "unreachable", True: "still_public"}


@dataclasses.dataclass(frozen=True, slots=True)
class Unverified:
    """What was put up or taken down and not seen outside yet, and the digest that what is up must have."""

    disclosure_id: uuid.UUID
    case_id: uuid.UUID
    down: bool
    digest: bytes


def fetch(address: str) -> bytes:
    """The bytes at a public address, as anybody gets them. Raises OSError where there are none, too late, or too many.

    However slowly a site answers, nobody waits longer than ANSWER_SECONDS for it, give or take one part.
    """
    until = time.monotonic() + ANSWER_SECONDS
    request = urllib.request.Request(address, headers={"Cache-Control": "no-cache"})  # noqa: S310  (ours, from settings)
    data = bytearray()
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310
        while part := response.read1(_PART):
            data += part
            if len(data) > LARGEST_BYTES:
                raise OSError("more than a publication can be")
            if time.monotonic() > until:
                raise TimeoutError("slower than a page may be")
    return bytes(data)


class Patience:
    """A way of fetching that gives each host HOST_SECONDS in all: who hangs holds up its own pages and nobody else's.

    A host that has used them up counts as unreachable for as long as this lives, which is one pass.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._spent: defaultdict[str, float] = defaultdict(float)

    def __call__(self, address: str) -> bytes:
        """The bytes at an address. Raises OSError, at once where the host has been waited for long enough."""
        host = urlsplit(address).netloc
        if self._spent[host] >= HOST_SECONDS:
            raise TimeoutError("this host was waited for long enough")
        begun = time.monotonic()
        try:
            return self._fetch(address)
        finally:
            self._spent[host] += time.monotonic() - begun


def fetch_back(office: Office, fetch: Fetch, actor: Actor, tally: Tally) -> None:
    """Fetch back what this agency published or withdrew and nobody has seen outside; PAGES_A_PASS at most.

    Seen, it is noted in the case; not seen, the releaser is notified, once a day.
    """
    seen: dict[uuid.UUID, Unverified] = {}
    unseen: dict[uuid.UUID, Unverified] = {}
    for one in _unverified_of(office, actor):
        (seen if _seen(office, one, fetch) else unseen)[one.disclosure_id] = one
    tally.each("publication", seen, lambda disclosure_id: _note(office, actor, seen[disclosure_id], tally))
    if not unseen:
        return
    for one in unseen.values():
        tally.did(UNSEEN[one.down])
    with office.begin(actor) as work:
        new = notices.unknown(work, [_notice(work, one) for one in unseen.values()])
    due = {one.disclosure_id: one for one in new}
    tally.each("publication", due, lambda disclosure_id: _say(office, actor, due[disclosure_id], tally))


def _unverified_of(office: Office, actor: Actor) -> list[Unverified]:
    """Drawn at random, so that pages which fail again and again keep none of the others from being looked at."""
    with office.reading(actor.agency_id) as session:  # one by one: each has its index
        return [
            Unverified(*row)
            for one in (
                (Disclosure.agency_id == actor.agency_id) & (Disclosure.stage == "published"),
                (publication.c.agency_id == actor.agency_id) & publication.c.withdrawn_on.is_not(None),
            )
            for row in session.execute(_unverified().where(one).order_by(func.random()).limit(PAGES_A_PASS // 2))
        ]


def _unverified() -> Select[Any]:
    return (
        select(Disclosure.id, Disclosure.case_id, publication.c.withdrawn_on.is_not(None), publication.c.digest)
        .join(publication, publication.c.id == Disclosure.id)
        .where(Disclosure.verified_at.is_(None))
    )


def _seen(office: Office, one: Unverified, fetch: Fetch) -> bool:
    address = f"{office.public_address}/records/{one.disclosure_id}"
    return _is_gone(address, fetch) if one.down else _is_there(address, one.digest, fetch)


def _say(office: Office, actor: Actor, one: Notice, tally: Tally) -> None:
    """Notify in the case of what was not seen outside, unless somebody else has it just now."""
    with office.begin(actor) as work:
        case = claim.case(work, one.case_id) if one.case_id else None
        if case is not None:
            claim.Look(work, case, tally, [one]).notify()


def _notice(work: Work, one: Unverified) -> Notice:
    return Notice(
        kind=UNSEEN[one.down],
        about_on=work.today,
        to_role=notices.RELEASER,
        case_id=one.case_id,
        disclosure_id=one.disclosure_id,
    )


def _note(office: Office, actor: Actor, one: Unverified, tally: Tally) -> None:
    """Note that the public gets what it should, unless somebody else has the case just now."""
    with office.begin(actor) as work:
        case = claim.case(work, one.case_id)
        if case is None:
            return
        look = claim.Look(work, case, tally)
        for disclosure in claim.disclosures(work, one.case_id):
            # Looked at again under the lock: another pass may have noted it, or it may have come down, or back.
            if disclosure.id == one.disclosure_id and (disclosure.stage == "published" or one.down):
                row = work.session.execute(_unverified().where(Disclosure.id == one.disclosure_id)).one_or_none()
                if row is not None and Unverified(*row) == one:
                    look.attempt(ACTS[one.down], disclosure, Note(), SEEN[one.down])
        look.notify()


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
