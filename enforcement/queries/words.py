"""Finding by words inside, as the public finds outside: every word must be there, two Han characters are a word."""

from collections.abc import Iterator

from sqlalchemy import ARRAY, Column, ColumnElement, DateTime, MetaData, Table, Text, Uuid, cast, false, func

from enforcement.work import Work
from publish import search

# A view, and so no table of the models: the words of the transaction's own agency (see the migration).
here = Table(
    "words_here",
    MetaData(schema="enforcement"),
    Column("id", Uuid),
    Column("kind", Text),
    Column("at", DateTime(timezone=True)),
    Column("searchable", Text),
    Column("terms", ARRAY(Text)),
)


def too_short(q: str) -> bool:
    """Whether nothing can be looked for by it: one Han character, or signs alone, are in no index."""
    return bool(q.strip()) and not search.words(q).terms


def holding(work: Work, kind: str, q: str) -> Iterator[ColumnElement[bool]]:
    """Conditions on `here` that every word of `q` is in what a row of this kind says; nothing for no words.

    Makes the transaction plan each statement for its own words: how common they are decides which way is short.
    """
    wanted = search.words(q)
    if not wanted.wholes:
        return
    work.session.connection().exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    yield here.c.kind == kind
    if not wanted.terms:
        yield false()
        return
    yield here.c.terms.bool_op("@>")(cast([*wanted.terms, f"@{work.actor.agency_id}"], ARRAY(Text)))
    for whole in wanted.undecided:
        yield func.strpos(here.c.searchable, whole) > 0


def kept_right(work: Work) -> int:
    """Cut anew whatever words of the agency are not as they should be; how many there were."""
    count: int = work.session.connection().exec_driver_sql("SELECT enforcement.rebuild_words()").scalar_one()
    return count
