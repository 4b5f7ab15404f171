"""A page of a chain's entries, by number: they are counted from 1 without gaps, so a number is a place."""

import uuid

from enforcement.queries.ledger_entries import EntryRow, count_of_chain, entries_of
from enforcement.web.pages import Numbered, wanted_page
from enforcement.work import Work

ENTRIES_A_PAGE = 100


def ledger_page(work: Work, chain_id: uuid.UUID) -> tuple[list[EntryRow], Numbered, bool]:
    """The entries of the page asked for (the newest unasked), where it stands, and whether the chain's end fits."""
    total = count_of_chain(work, chain_id)
    pages = Numbered(1, total, ENTRIES_A_PAGE)
    pages = Numbered(min(wanted_page() or pages.count, pages.count), total, ENTRIES_A_PAGE)
    entries, whole = entries_of(work, chain_id, total, after=pages.offset, limit=pages.size)
    return entries, pages, whole
