"""What the charts read: aggregates by day of UTC, each a sparse vector over its hours and what is counted in them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from core.database import UtcDateTime
from core.monitoring.commits import NUMBER

ALL = "all"
"""The cube that tells nothing apart, and the row of the state that every change raises."""
EACH = "each"
"""The cube that tells everything apart."""


class _Cell(SQLModel):
    """One day (counted from 1970, UTC) of one cell of one cube.

    ``cube`` names what the cells of it are told apart by: ``all`` (nothing), one dimension, or ``each`` (every one);
    the other columns are "" then. The outcome always counts.
    """

    tenant: str = Field(primary_key=True)
    cube: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    release: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)


class Rollup(_Cell, table=True):
    """What happened on a day to the turns of a cell.

    ``counts`` and the latencies are as :mod:`core.monitoring.sparse` writes them. Latencies of the hours are by far the
    most of a row, and a page needs the few around midnight: they are kept by four hours, the first of which the name
    says. ``day_latency`` is the sum over the hours, and stands before them because what comes first in a row of SQLite
    is read without the rest.
    """

    __tablename__ = "rollups"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day_latency: bytes
    counts: bytes
    latency_00: bytes
    latency_04: bytes
    latency_08: bytes
    latency_12: bytes
    latency_16: bytes
    latency_20: bytes


LATENCY = tuple(f"latency_{hour:02}" for hour in range(0, 24, 4))
"""The columns with the latencies of the hours, in order."""


class RollupDay(_Cell, table=True):
    """The counts of a cell added up over the hours: a narrow table, as most of what a page shows reads nothing else."""

    __tablename__ = "rollup_days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    counts: bytes


class RollupUsers(SQLModel, table=True):
    """Who asked on one day: a HyperLogLog sketch for each value of a dimension, and for ``all``."""

    __tablename__ = "rollup_users"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tenant: str = Field(primary_key=True)
    cube: str = Field(primary_key=True)
    day: int = Field(primary_key=True)
    value: str = Field(primary_key=True)
    sketch: bytes


class RollupValue(SQLModel, table=True):
    """A value that a dimension had."""

    __tablename__ = "rollup_values"

    tenant: str = Field(primary_key=True)
    dimension: str = Field(primary_key=True)
    value: str = Field(primary_key=True)


class RollupState(SQLModel, table=True):
    """How far each kind of event was read: a row a source, and one, ``all``, whose `generation` every change raises."""

    __tablename__ = "rollup_state"

    source: str = Field(primary_key=True)
    xid: int = Field(default=0, sa_type=NUMBER)
    seq: int = Field(default=0, sa_type=NUMBER)
    generation: int = Field(default=0, sa_type=NUMBER)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
