"""The record page, its exact bytes, its proof, and what stands in its place once it is withdrawn."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request, url_for

from publish import verifier
from publish.document import from_bytes, labels, written_digest
from publish.site.pages import site
from publish.site.reading import Row
from publish.site.words import WITHDRAWAL_ZH

blueprint = Blueprint("records", __name__)


def _json(value: dict[str, Any], code: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, indent=1) + "\n", code, mimetype="application/json")


def _unchanged(tag: str) -> bool:
    return tag in request.if_none_match


def _gone_headers(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/records/<uuid:publication_id>")
def record(publication_id: UUID) -> Response:
    """The publication as a page; 410 with number, agency, day and reason once withdrawn (G#18.2)."""
    row = site().record(publication_id) or abort(404)
    if row.withdrawn_on is not None:
        return _gone_headers(make_response(render_template("withdrawn.html", record=row), 410))
    tag = f"{row.digest.hex()[:20]}.{row.position}.{current_app.config['PAGES_VERSION']}"
    if _unchanged(tag):
        response = Response(status=304)
    else:
        content = from_bytes(row.content)
        response = make_response(
            render_template(
                "record.html",
                record=row,
                content=content,
                labels=labels(content.kind),
                digest=written_digest(row.digest),
                address=f"{current_app.config['SITE_ADDRESS']}{request.path}",
            )
        )
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"  # a withdrawal must show at once
    return response


@blueprint.get("/records/<uuid:publication_id>.json")
def record_json(publication_id: UUID) -> Response:
    """The exact published bytes, whose SHA-256 is in the ledger; 410 with the same facts as the page once withdrawn."""
    row = site().record(publication_id) or abort(404)
    if row.withdrawn_on is not None:
        return _gone_headers(_json(_withdrawal(row), 410))
    tag = row.digest.hex()
    response = Response(status=304) if _unchanged(tag) else Response(row.content, mimetype="application/json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _withdrawal(row: Row) -> dict[str, Any]:
    replaced = None
    if row.replaced_by is not None:  # most withdrawals are replaced by nothing
        path = url_for("records.record", publication_id=row.replaced_by)
        replaced = f"{current_app.config['SITE_ADDRESS']}{path}"
    return {
        "withdrawn": "true",
        "id": str(row.id),
        "document_no": row.document_no,
        "agency": row.agency_name,
        "withdrawn_on": row.withdrawn_on.isoformat(),
        "kind": row.withdrawal_kind,
        "kind_zh": WITHDRAWAL_ZH[row.withdrawal_kind],
        "reason": row.withdrawal_reason,
        "replaced_by": replaced,
    }


@blueprint.get("/records/<uuid:publication_id>/proof.json")
def proof(publication_id: UUID) -> Response:
    """Every ledger entry about this publication, each with its inclusion proof; a withdrawn one keeps its proofs."""
    row = site().record(publication_id) or abort(404)
    entries = [
        {
            "event": entry.event,
            "chain": str(entry.chain_id),
            "seq": str(entry.seq),
            "body": entry.body,
            "salt": entry.salt.hex(),
            "prev_hash": entry.prev_hash.hex(),
            "leaf_hash": entry.leaf_hash.hex(),
            "position": str(entry.position),
            "path": [sibling.hex() for sibling in entry.path],
            "checkpoint": {"size": str(entry.checkpoint_size), "root": entry.root.hex(), "note": entry.note},
        }
        for entry in site().proofs(publication_id)
    ]
    return _json(
        {
            "format": verifier.PROOF_FORMAT,
            "publication": str(publication_id),
            "digest": None if row.withdrawn_on is not None else written_digest(row.digest),
            "withdrawn": "true" if row.withdrawn_on is not None else "false",
            "key": current_app.config["LOG_KEY"],
            "entries": entries,
        }
    )


@blueprint.get("/checkpoint", defaults={"size": None})
@blueprint.get("/checkpoint/<int:size>")
def checkpoint(size: int | None) -> Response:
    """The newest signed checkpoint of the ledger, or the one of a size."""
    found = site().checkpoint(size) or abort(404)
    return Response(found.note, mimetype="text/plain")


@blueprint.get("/verify.py")
def verify_script() -> Response:
    """The verifier: one file, Python's standard library alone, to be read before it is run."""
    response = Response(verifier.SOURCE.read_bytes(), mimetype="text/x-python")
    response.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response
