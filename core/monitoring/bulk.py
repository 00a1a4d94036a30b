"""Writes events in batches, for imports, demo data and benchmarks: the same rows as one by one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

from core.database import Database
from core.monitoring.records import ModelCall, TurnEvent, VerdictEvent, VoteEvent
from core.monitoring.rows import copy, is_postgresql

AT_ONCE = 20_000
"""Rows in a transaction: a second's work or less, so that nobody who writes one row waits long."""
Row = Mapping[str, Any]
"""Values by column, as the table's class names them; what has a default may be left out."""


def write(
    database: Database,
    *,
    turns: Sequence[Row] = (),
    votes: Sequence[Row] = (),
    verdicts: Sequence[Row] = (),
    calls: Sequence[Row] = (),
) -> int:
    """Write the rows of turn, vote and verdict events and of model calls, 20,000 in a transaction; return how many.

    Turns are written first. A turn must not be there yet.

    Raises
    ------
    IntegrityError
        A row is there already; the transactions before it are kept.
    """
    kinds: tuple[tuple[type[SQLModel], Sequence[Row]], ...] = (
        (TurnEvent, turns), (VoteEvent, votes), (VerdictEvent, verdicts), (ModelCall, calls),
    )  # fmt: skip
    for table, rows in kinds:
        for start in range(0, len(rows), AT_ONCE):
            with database.begin() as session:
                insert_rows(session, table, rows[start : start + AT_ONCE])
    return sum(len(rows) for _, rows in kinds)


def settle(database: Database) -> None:
    """Tell PostgreSQL's planner of what was loaded, which it would find out by itself only minutes later.

    Its documentation asks for this after any large load. SQLite keeps no such statistics here.
    """
    if database.is_sqlite:
        return
    tables = ", ".join(sorted(SQLModel.metadata.tables))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM (ANALYZE) {tables}"))


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows with what is not given as its default, and `seq` and `xid` as the database gives them."""
    names = [column.name for column in _table(table).columns if column.name not in ("seq", "xid")]
    defaults = {name: field.default for name, field in table.model_fields.items() if not field.is_required()}
    rows = [{**defaults, **row} for row in rows]
    if is_postgresql(session):
        copy(session, str(table.__tablename__), names, ([row[name] for name in names] for row in rows))
        return
    statement = str(insert(_table(table)).values(dict.fromkeys(names)).compile(session.get_bind()))
    session.connection().exec_driver_sql(statement, [_plain(row, names) for row in rows])


def _plain(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    """Return values as the driver of SQLite takes them and as SQLAlchemy would have written them."""
    return tuple(
        _time(value) if type(value := row[name]) is datetime else json.dumps(value) if type(value) is dict else value
        for name in names
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _table(table: type[SQLModel]) -> Any:
    return SQLModel.metadata.tables[str(table.__tablename__)]
