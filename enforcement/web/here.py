"""What every view needs of its application and its request: the office, the words, who is signed in."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import current_app, g

from enforcement.actions.access import SignedIn
from enforcement.law.book import Book
from enforcement.web.database import database
from enforcement.web.words import Words
from enforcement.work import Actor, Office, Work

KEY = "mingjian"


def office() -> Office:
    """The office this application works for."""
    found: Office = current_app.extensions[KEY]
    return found


def book() -> Book:
    """The law in force here."""
    return office().book


def words() -> Words:
    """The words of that law."""
    return Words(book())


def signed_in() -> SignedIn:
    """Who is signed in. Only for views that are closed to everybody else."""
    found: SignedIn = g.signed_in
    return found


def actor() -> Actor:
    """Who acts."""
    return signed_in().actor


@contextmanager
def reading() -> Iterator[Work]:
    """Read as the person signed in, within their agency; writes nothing and is always rolled back.

    What was read stays readable afterwards, for the template. A reading within a reading is the same one.
    """
    if (under_way := g.get("reading")) is not None:
        yield under_way
        return
    with office().looking(actor(), database.session()) as work:
        g.reading = work
        try:
            yield work
        finally:
            g.reading = None


def waited_for(who: Iterable[str]) -> str:
    """Who is waited for, by role: of one's own role it is another person, because oneself may not do this act here."""
    mine = actor().roles
    named = [("另一位" if role in mine else "") + words().term(role) for role in who if role != "clock"]
    return "、".join(named) or "系统"
