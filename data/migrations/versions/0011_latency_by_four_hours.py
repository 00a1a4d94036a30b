"""The latencies of a day by four hours: a page that needs two of them reads no more than it must."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ENTRY = np.dtype([("at", "<u2"), ("n", "<i4")])
PLACES = 4 * 400
"""Of four hours, of 400 buckets each."""
PARTS = tuple(f"latency_{hour:02}" for hour in range(0, 24, 4))
KEY = ("tenant", "cube", "day", "release", "channel", "topic", "language", "outcome")


def upgrade() -> None:
    """Cut what is there."""
    _copied(PARTS, lambda row: _cut(row["latency"]))


def downgrade() -> None:
    """Put it together again."""
    _copied(("latency",), lambda row: {"latency": b"".join(row[part] for part in PARTS)})


def _cut(day: bytes) -> dict[str, bytes]:
    entries = np.frombuffer(day, ENTRY)
    part = entries["at"] // PLACES
    return {name: entries[part == place].tobytes() for place, name in enumerate(PARTS)}


def _copied(columns: Sequence[str], changed: Callable[[dict[str, Any]], dict[str, bytes]]) -> None:
    """Make the table anew with these columns last: its key is all of its rows, which SQLite cannot alter in place."""
    op.rename_table("rollups", "rollups_before")
    values = ("day_latency", "counts", *columns)
    op.create_table(
        "rollups",
        *(sa.Column(name, sa.Integer() if name == "day" else sa.String(), nullable=False) for name in KEY),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in values),
        sa.PrimaryKeyConstraint(*KEY),
        sqlite_with_rowid=False,
    )
    bind, metadata = op.get_bind(), sa.MetaData()
    if bind.dialect.name == "postgresql":
        for name in values:
            op.execute(f"ALTER TABLE rollups ALTER COLUMN {name} SET STORAGE EXTERNAL")
    old, new = (sa.Table(name, metadata, autoload_with=bind) for name in ("rollups_before", "rollups"))
    # A server-side cursor on PostgreSQL, which would else send all of them at once.
    for rows in bind.execute(sa.select(old).execution_options(yield_per=1000)).partitions():
        given = [(both := row._asdict()) | changed(both) for row in rows]
        bind.execute(new.insert(), [{name: row[name] for name in (*KEY, *values)} for row in given])
    op.drop_table("rollups_before")
