"""Tables of schema `public_site`: everything the public process can see, and nothing it cannot be shown.

The core writes them in its own session (`publish.release`); the public site reads them as role `mingjian_public`,
which may only SELECT, and INSERT one table: `correction_request`. Tables decide nothing.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase

SCHEMA = "public_site"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)


class Base(DeclarativeBase):
    """The declarative base over these tables: what Flask-SQLAlchemy asks for. Nothing is mapped to it."""

    metadata = metadata


KINDS = ("license_decision", "penalty_decision", "other_decision", "inspection_result")
FORMS = ("full_text", "summary")
# APL#48.2 and G#18.2 name four ways to be overturned; `published_in_error` is ours: a publication that should never
# have been made (a minor's case, G#16(1)) must be able to come down too.
WITHDRAWAL_KINDS = ("altered", "annulled", "held_unlawful", "held_void", "published_in_error")
NOTICE_KINDS = ("inspection_plan", "hearing_notice", "annual_report")
REQUEST_KINDS = ("suggestion", "correction")

_IN_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)
_IN_FORMS = ", ".join(f"'{form}'" for form in FORMS)
_IN_WITHDRAWALS = ", ".join(f"'{kind}'" for kind in WITHDRAWAL_KINDS)
_IN_NOTICES = ", ".join(f"'{kind}'" for kind in NOTICE_KINDS)
_IN_REQUESTS = ", ".join(f"'{kind}'" for kind in REQUEST_KINDS)
_LIVE = text("withdrawn_on IS NULL")

agency = Table(
    "agency",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    # First letter of the name in pinyin without the city's name, for the list A to Z; '#' where it has none.
    Column("initial", Text, nullable=False),
    Column("kind", Text, nullable=False),  # Chinese label of one of the three subject types of G#2
    Column("address", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("supervision_phone", Text, nullable=False, server_default=""),
    Column("updated_on", Date, nullable=False),
)

officer = Table(
    "officer",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agency_id", ForeignKey(agency.c.id), nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("certificate_no", Text, nullable=False),
    Column(
        "certificate_style", Text, nullable=False
    ),  # G#6.1(3): the style of the certificate, never the person's photograph
    Column("published_on", Date, nullable=False),
    Column("removed_on", Date),
    # Of one agency: who moved is listed by both under one number, and no agency keeps another's officer off the page.
    UniqueConstraint("agency_id", "certificate_no"),
    Index("ix_officer_agency_id_unit_name", "agency_id", "unit", "name", postgresql_where=text("removed_on IS NULL")),
)

basic_information = Table(
    "basic_information",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agency_id", ForeignKey(agency.c.id), nullable=False),
    Column("item", Text, nullable=False),  # identifier of the catalogue (config/law/basic_information.toml)
    Column("section", Text, nullable=False),  # Chinese heading it stands under
    Column("title", Text, nullable=False),
    Column("cite", Text, nullable=False),  # e.g. 第六条第一款第（一）项
    Column("content", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("updated_on", Date, nullable=False),
    UniqueConstraint("agency_id", "item"),
)

# Dynamic information that is no decision: the year's inspection plan (G#11), a public hearing's notice (G#12(4)), the
# annual statistics report (G#17).
notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("agency_id", ForeignKey(agency.c.id), nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("published_on", Date, nullable=False),
    Column("removed_on", Date),
    CheckConstraint(f"kind IN ({_IN_NOTICES})", name="kind_known"),
    Index("ix_notice_kind_published", "kind", "published_on", postgresql_where=text("removed_on IS NULL")),
    Index("ix_notice_agency_kind", "agency_id", "kind", postgresql_where=text("removed_on IS NULL")),
)

publication = Table(
    "publication",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ordinal", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("agency_id", ForeignKey(agency.c.id), nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("document_no", Text, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("due_on", Date),
    Column("published_on", Date, nullable=False),
    # The four below, the content and the terms are emptied by a withdrawal: nothing of the content stays readable.
    Column("title", Text, nullable=False),
    Column("party_label", Text, nullable=False),
    Column("decision_kind", Text, nullable=False),
    Column("gist", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary),  # the exact published bytes; NULL once withdrawn
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the bytes of this version, also in the ledger
    Column("searchable", Text, nullable=False),  # normalised text for the LIKE recheck
    Column("terms", ARRAY(Text), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("withdrawn_on", Date),
    Column("withdrawal_kind", Text),
    Column("withdrawal_reason", Text),
    # Deferred: what replaces it is often put up after it in the same transaction, under the same number.
    Column("replaced_by", ForeignKey("public_site.publication.id", deferrable=True, initially="DEFERRED")),
    CheckConstraint(f"kind IN ({_IN_KINDS})", name="kind_known"),
    CheckConstraint(f"form IN ({_IN_FORMS})", name="form_known"),
    # G#15: an inspection's result is published as a summary only.
    CheckConstraint("kind <> 'inspection_result' OR form = 'summary'", name="inspection_is_summary"),
    CheckConstraint("published_on >= decided_on", name="published_after_decision"),
    CheckConstraint("octet_length(digest) = 32", name="digest_is_sha256"),
    CheckConstraint(f"withdrawal_kind IN ({_IN_WITHDRAWALS})", name="withdrawal_kind_known"),
    # G#18.2: withdrawn means gone, and with a reason; live means with content.
    CheckConstraint(
        "CASE WHEN withdrawn_on IS NULL THEN content IS NOT NULL AND withdrawal_kind IS NULL"
        " AND withdrawal_reason IS NULL AND replaced_by IS NULL ELSE content IS NULL AND searchable = ''"
        " AND cardinality(terms) = 0 AND title = '' AND party_label = '' AND decision_kind = '' AND gist = ''"
        " AND withdrawal_kind IS NOT NULL AND length(withdrawal_reason) > 0 END",
        name="withdrawn_is_empty_and_reasoned",
    ),
    Index("ix_publication_terms", "terms", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("ix_publication_published", "published_on", "ordinal", postgresql_where=_LIVE),
    Index("ix_publication_decided", "decided_on", "ordinal", postgresql_where=_LIVE),
    Index("ix_publication_agency_published", "agency_id", "published_on", "ordinal", postgresql_where=_LIVE),
    Index("ix_publication_agency_decided", "agency_id", "decided_on", "ordinal", postgresql_where=_LIVE),
    Index("ix_publication_kind_published", "kind", "published_on", "ordinal", postgresql_where=_LIVE),
    Index("ix_publication_kind_decided", "kind", "decided_on", "ordinal", postgresql_where=_LIVE),
    Index(
        "ix_publication_withdrawn",
        "changed_at",
        "ordinal",
        postgresql_where=text("withdrawn_on IS NOT NULL"),
    ),
    # One live publication per document number of an agency (G14.3e); a withdrawn one may be replaced under its number.
    Index("ix_publication_agency_withdrawn", "agency_id", postgresql_where=text("withdrawn_on IS NOT NULL")),
    Index("uq_publication_document_no", "agency_id", "document_no", unique=True, postgresql_where=_LIVE),
)

# Every version ever put up. The public role may read when and why it changed and its digest, never its content:
# a correction exists because something in the earlier bytes should not have been readable.
publication_version = Table(
    "publication_version",
    metadata,
    Column("publication_id", ForeignKey(publication.c.id), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("agency_id", ForeignKey(agency.c.id), nullable=False),
    Column("published_on", Date, nullable=False),
    Column("reason", Text, nullable=False),  # '' for the first
    Column("digest", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
)

# One row for each ledger entry about a publication (put up, corrected, withdrawn), written by the sequencer with a
# proof towards one checkpoint: that proof stays valid as the tree grows, so it is never rewritten.
log_proof = Table(
    "log_proof",
    metadata,
    Column("chain_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("publication_id", Uuid, nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("path", ARRAY(LargeBinary), nullable=False),
    Column("checkpoint_size", ForeignKey(checkpoint.c.size), nullable=False),
)

correction_request = Table(
    "correction_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("receipt_no", Text, nullable=False, unique=True),
    Column("publication_id", ForeignKey(publication.c.id)),
    Column("agency_id", ForeignKey(agency.c.id), nullable=False),
    Column("kind", Text, nullable=False),  # suggestion: anybody, G#19.1; correction: the party, G#19.2
    Column("statement", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # With the digest of what was sent in: nothing can be tried against it once the row is gone.
    Column(
        "salt",
        LargeBinary,
        nullable=False,
        server_default=text("sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))"),
    ),
    Column("taken_up_at", DateTime(timezone=True)),  # set by the core once it is on somebody's list
    Column("digest", Text),  # of what was sent in, as it was taken up (enforcement.models.requests)
    Column("settled_at", DateTime(timezone=True)),  # set by the act that answers it
    Column("asked_after_on", Date),  # the last day on which the clock asked whether it is answered
    CheckConstraint(f"kind IN ({_IN_REQUESTS})", name="kind_known"),
    CheckConstraint("(taken_up_at IS NULL) = (digest IS NULL)", name="taken_up_with_digest"),
    Index("ix_correction_request_waiting", "agency_id", "submitted_at", postgresql_where=text("taken_up_at IS NULL")),
    Index(
        "ix_correction_request_open",
        "agency_id",
        "submitted_at",
        postgresql_where=text("taken_up_at IS NOT NULL AND settled_at IS NULL"),
    ),
)
