"""What an error of a database's driver means, and what to do about it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from core.errors import DatabaseError


def explained(error: DBAPIError) -> DatabaseError:
    """Return the error that is shown; the text of a statement, which may hold what a user wrote, is not in it."""
    cause = str(error.orig).lower()
    if "locked" in cause or "busy" in cause:
        return DatabaseError("The database is busy with another program; try again in a moment.")
    if "full" in cause or "no space" in cause or "disk i/o" in cause:
        return DatabaseError("The disk is full or cannot be written; free some space and try again.")
    if "malformed" in cause or "not a database" in cause or "corrupt" in cause:
        return DatabaseError("The database file is damaged; restore a backup or move the file away and start again.")
    if "readonly" in cause or "unable to open" in cause:
        return DatabaseError("The database file cannot be opened for writing; check its path and permissions.")
    if error.connection_invalidated or "connection" in cause or "resolve host" in cause:
        return DatabaseError("The database does not answer; check that it runs and that DATABASE_URL is right.")
    return DatabaseError(f"The database refused a statement ({type(error.orig).__name__}); see the log.")
