"""PostgreSQL keeps the rollups as they are: packing them made writing twice as slow, for a quarter of the space."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
PACKED = ("day_latency", "counts", "latency")


def upgrade() -> None:
    """Keep what is written from now on unpacked."""
    _store("EXTERNAL")


def downgrade() -> None:
    """Let PostgreSQL pack again."""
    _store("EXTENDED")


def _store(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in PACKED:
            op.execute(f"ALTER TABLE rollups ALTER COLUMN {column} SET STORAGE {how}")
