"""The driver's own connection under a session: what runs inside every act goes past what wraps each statement."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.orm import Session


def driver_of(session: Session | Connection) -> psycopg.Connection[Any]:
    """The driver's connection, in the transaction of the session (begun if none is).

    Half of what a statement costs here is what wraps it. Its errors are the driver's own. Raises TypeError for a driver
    that is not psycopg.
    """
    connection = session.connection() if isinstance(session, Session) else session
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("acts are written through psycopg")
    return driver
