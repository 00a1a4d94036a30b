"""Sums of whole days beside the hours of the rollups."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

COUNTS = np.dtype([("at", "<u2"), ("n", "<i8")])
LATENCIES = np.dtype([("at", "<u2"), ("n", "<i4")])
MEASURES, BUCKETS = 16, 400
KEY = ("tenant", "cube", "day", "release", "channel", "topic", "language", "outcome")


def upgrade() -> None:
    """Make the table anew, as the sum stands before the hours, and add the hours up that are there."""
    op.rename_table("rollups", "rollups_before")
    _make("rollups", "day_latency", "counts", "latency")
    _make("rollup_days", "counts")
    bind, metadata = op.get_bind(), sa.MetaData()
    old, new, days = (
        sa.Table(name, metadata, autoload_with=bind) for name in ("rollups_before", "rollups", "rollup_days")
    )
    # A server-side cursor on PostgreSQL, which would else send all of them at once.
    for rows in bind.execute(sa.select(old).execution_options(yield_per=1000)).partitions():
        given = [row._asdict() for row in rows]
        latencies = [{"day_latency": _day(row["latency"], LATENCIES, BUCKETS)} for row in given]
        bind.execute(new.insert(), [row | latency for row, latency in zip(given, latencies, strict=True)])
        keys = [{name: row[name] for name in KEY} for row in given]
        counts = [{"counts": _day(row["counts"], COUNTS, MEASURES)} for row in given]
        bind.execute(days.insert(), [key | count for key, count in zip(keys, counts, strict=True)])
    op.drop_table("rollups_before")


def downgrade() -> None:
    """Drop the sums."""
    op.drop_table("rollup_days")
    op.drop_column("rollups", "day_latency")


def _make(table: str, *values: str) -> None:
    op.create_table(
        table,
        *(sa.Column(name, sa.Integer() if name == "day" else sa.String(), nullable=False) for name in KEY),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in values),
        sa.PrimaryKeyConstraint(*KEY),
        sqlite_with_rowid=False,
    )


def _day(hours: bytes, kind: np.dtype[Any], width: int) -> bytes:
    """Add a vector up over its hours; places and numbers are written as in the hours."""
    entries = np.frombuffer(hours, kind)
    sums = np.zeros(width, np.int64)
    np.add.at(sums, entries["at"] % width, entries["n"])
    kept = np.flatnonzero(sums)
    day = np.empty(len(kept), kind)
    day["at"], day["n"] = kept, sums[kept]
    return day.tobytes()
