"""One holder at a time: of several servers on one database, only the one that holds the lease runs the jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from core.database import Database, UtcDateTime
from core.ports import Clock


class LeaseRow(SQLModel, table=True):
    """Who holds a lease, and until when."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    owner: str
    until: datetime = Field(sa_type=UtcDateTime)


class Lease:
    """A named lease that `owner` takes and renews.

    Parameters
    ----------
    lasts : timedelta
        After this without renewal (a crash) another may take it.
    """

    def __init__(self, database: Database, clock: Clock, name: str, owner: str, lasts: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._owner = owner
        self._lasts = lasts

    def take(self) -> bool:
        """Take or renew the lease; False while another holds it."""
        now = self._clock.now()
        try:
            with self._database.begin() as session:
                row = session.get(LeaseRow, self._name, with_for_update=True)
                if row is None:
                    row = LeaseRow(name=self._name, owner=self._owner, until=now)
                elif row.owner != self._owner and row.until > now:
                    return False
                row.owner, row.until = self._owner, now + self._lasts
                session.add(row)
        except IntegrityError:  # two came first at the same moment, and the other was faster
            return False
        return True

    def release(self) -> None:
        """Give the lease back, if it is ours."""
        with self._database.begin() as session:
            row = session.get(LeaseRow, self._name, with_for_update=True)
            if row is not None and row.owner == self._owner:
                session.delete(row)
