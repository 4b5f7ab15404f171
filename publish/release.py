"""Put a publication up, correct it, withdraw it: writes of the public tables in the caller's session.

Nothing here commits and nothing reads the clock: the act that publishes, its ledger entry and these rows are one
transaction of the core. The caller makes the id and the digest first, so that the ledger entry can hold both:

    data = document.to_bytes(content)
    work.record(chain, "publication_made", {"publication": str(id), "digest": written_digest(digest(data))})
    release.put(session, id, agency_id, content, at=work.moment)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from publish import rows
from publish.document import Content, Missing, PastVersion, digest, from_bytes, missing_fields, to_bytes, written_digest
from publish.initials import initial_of
from publish.search import normalise, terms_of_normalised
from publish.tables import (
    WITHDRAWAL_KINDS,
    agency,
    basic_information,
    notice,
    officer,
    publication,
    publication_version,
)

_LIVE = publication.c.withdrawn_on.is_(None)
_IN_ERROR = "published_in_error"
# Taken down as an error, a page may come back, or say at last that its decision fell; withdrawn, it stays so.
_OPEN = _LIVE | (publication.c.withdrawal_kind == _IN_ERROR)


class Unpublishable(ValueError):
    """The content lacks what the measures demand. `missing` names every field with its article."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__("、".join(item.zh for item in missing))
        self.missing = missing


class NotPublished(LookupError):
    """No publication has this id that could be changed so: never put up, or withdrawn already."""


def row_of(content: Content, data: bytes) -> dict[str, Any]:
    """The columns that follow from a content and its bytes; `integrity.check` derives them again to compare."""
    searchable = normalise("\n".join(_searched(content)))
    return {
        "kind": content.kind,
        "form": content.form,
        "document_no": content.document_no,
        "decided_on": content.decided_on,
        "due_on": content.due_on,
        "published_on": content.published_on,
        "title": content.title,
        "party_label": content.party_label,
        "decision_kind": content.decision_kind,
        "gist": content.listed_gist,
        "version": content.version,
        "content": data,
        "digest": digest(data),
        "searchable": searchable,
        "terms": terms_of_normalised(searchable),
    }


def _searched(content: Content) -> tuple[str, ...]:
    return (
        content.document_no,
        content.title,
        content.party_label,
        content.agency,
        content.operator,
        content.decision_kind,
        content.method,
        content.gist,
        content.main_content,
        content.facts,
        *content.basis,
        content.full_text,
    )


def put(session: Session, publication_id: UUID, agency_id: UUID, content: Content, *, at: datetime) -> bytes:
    """Put a first version up and return its bytes; raises `Unpublishable` with every missing field."""
    data = _checked_bytes(content)
    published = {"withdrawn_on": None, "withdrawal_kind": None, "withdrawal_reason": None, "replaced_by": None}
    row = {"id": publication_id, "agency_id": agency_id, "changed_at": at, **published, **row_of(content, data)}
    rows.add(session, publication, row)
    _keep_version(session, publication_id, agency_id, content, data, reason="")
    return data


def next_version(session: Session, publication_id: UUID, content: Content, *, reason: str) -> Content:
    """`content` with the number and history of the version that would follow the last one, live or taken down as an
    error; raises `NotPublished`.
    """
    found = session.execute(
        select(publication_version.c.content, publication.c.withdrawn_on)
        .join(publication, publication.c.id == publication_version.c.publication_id)
        .where(publication.c.id == publication_id, publication.c.version == publication_version.c.version, _OPEN)
    ).one_or_none()
    if found is None:
        raise NotPublished(publication_id)
    before = from_bytes(found.content)
    past = PastVersion(
        before.version, written_digest(digest(found.content)), before.published_on, reason, found.withdrawn_on
    )
    return replace(content, version=before.version + 1, earlier=(*before.earlier, past))


def correct(session: Session, publication_id: UUID, content: Content, *, reason: str, at: datetime) -> bytes:
    """Put up the version that `next_version` made (G#19): same address, new bytes, the old ones unreadable.

    What was taken down as an error lives again. `reason` is public. Returns the new bytes. Raises `NotPublished`,
    `Unpublishable`, or ValueError when `content` does not follow the last version.
    """
    if not reason.strip():
        raise ValueError("a correction needs its reason")
    data = _checked_bytes(content)
    live = session.execute(
        select(publication.c.version, publication.c.agency_id)
        .where(publication.c.id == publication_id, _OPEN)
        .with_for_update(),
    ).one_or_none()
    if live is None:
        raise NotPublished(publication_id)
    if content.version != live.version + 1:
        raise ValueError(f"version {content.version} does not follow version {live.version}")
    published = {"withdrawn_on": None, "withdrawal_kind": None, "withdrawal_reason": None, "replaced_by": None}
    row = {"changed_at": at, **published, **row_of(content, data)}
    rows.change(session, publication, {"id": publication_id}, row)
    _keep_version(session, publication_id, live.agency_id, content, data, reason=reason)
    return data


def withdraw(
    session: Session,
    publication_id: UUID,
    *,
    kind: str,
    reason: str,
    on: date,
    at: datetime,
    replaced_by: UUID | None = None,
) -> None:
    """Take a publication down (G#18.2): number, agency, day and public reason stay, nothing of the content does.

    `kind` is one of `tables.WITHDRAWAL_KINDS`; `replaced_by` may be put up later in the same transaction. Raises
    `NotPublished`, or ValueError for an unknown kind or an empty reason.
    """
    if kind not in WITHDRAWAL_KINDS or not reason.strip():
        raise ValueError("a withdrawal needs a known kind and a public reason")
    emptied: dict[str, Any] = {
        "title": "",
        "party_label": "",
        "decision_kind": "",
        "gist": "",
        "content": None,
        "searchable": "",
        "terms": [],
    }
    open_ones = select(publication.c.id).where(
        publication.c.id == publication_id, _LIVE if kind == _IN_ERROR else _OPEN
    )
    if session.execute(open_ones.with_for_update()).one_or_none() is None:
        raise NotPublished(publication_id)
    withdrawn = {
        "changed_at": at,
        "withdrawn_on": on,
        "withdrawal_kind": kind,
        "withdrawal_reason": reason,
        "replaced_by": replaced_by,
    }
    rows.change(session, publication, {"id": publication_id}, withdrawn | emptied)


def put_agency(session: Session, agency_id: UUID, *, on: date, **values: str) -> None:
    """Create or update an agency: code, name, kind (Chinese label, G2), address, phone, supervision_phone."""
    row = {"initial": initial_of(values["name"]), "updated_on": on, **values}
    rows.put(session, agency, {"id": agency_id}, row)


def put_officer(session: Session, officer_id: UUID, agency_id: UUID, *, on: date, **values: str) -> None:
    """Publish an officer (G#6.1(3)): name, unit, certificate_no, certificate_style; published again after a removal."""
    row = {"agency_id": agency_id, "published_on": on, "removed_on": None, **values}
    rows.put(session, officer, {"id": officer_id}, row)


def remove_officer(session: Session, officer_id: UUID, *, on: date) -> None:
    """Take an officer off the published list; the row stays, no longer shown."""
    shown = select(officer.c.id).where(officer.c.id == officer_id, officer.c.removed_on.is_(None))
    if session.execute(shown).one_or_none() is not None:
        rows.change(session, officer, {"id": officer_id}, {"removed_on": on})


def put_information(
    session: Session, information_id: UUID, agency_id: UUID, *, on: date, position: int, **values: str
) -> None:
    """Publish one item of basic information (G#6): item, section, title, cite, content. One row for each item."""
    row = {"agency_id": agency_id, "position": position, "updated_on": on, **values}
    rows.put(session, basic_information, {"id": information_id}, row)


def put_notice(session: Session, notice_id: UUID, agency_id: UUID, *, on: date, **values: str) -> None:
    """Publish a notice: kind (one of `tables.NOTICE_KINDS`), title, content (plain text, paragraphs by line)."""
    row = {"agency_id": agency_id, "published_on": on, "removed_on": None, **values}
    rows.put(session, notice, {"id": notice_id}, row)


def _checked_bytes(content: Content) -> bytes:
    missing = missing_fields(content)
    if missing:
        raise Unpublishable(missing)
    return to_bytes(content)


def _keep_version(
    session: Session, publication_id: UUID, agency_id: UUID, content: Content, data: bytes, *, reason: str
) -> None:
    row = {
        "publication_id": publication_id,
        "version": content.version,
        "agency_id": agency_id,
        "published_on": content.published_on,
        "reason": reason,
        "digest": digest(data),
        "content": data,
    }
    rows.add(session, publication_version, row)
