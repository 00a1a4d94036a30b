"""Small queries that every question runs: put together once, and run by the database's driver without detours.

SQLAlchemy takes several times as long to run a statement of one row as SQLite takes to answer it. It still writes the
SQL, and converts what goes in and comes out, so that both databases run the same statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from core.database import Database

Row = tuple[Any, ...]
_Convert = Callable[[Any], Any]


@dataclass(slots=True)
class _Compiled:
    """A statement for one kind of database: its SQL, its constants, and what has to be converted on the way.

    ``out`` has the place of each column that is converted; it is known once the driver has named its types.
    """

    sql: str
    constants: Mapping[str, Any]
    into: Mapping[str, _Convert]
    kinds: Sequence[TypeEngine[Any]]
    out: Sequence[tuple[int, _Convert]] | None = None


class Prepared:
    """A statement that reads, with a value for each `bindparam` at each run; lists are none of them."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, database: Database, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows, read in a transaction of their own.

        Raises
        ------
        DatabaseError
            The database does not answer.
        """
        dialect = database.engine.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compiled(self._statement, dialect)
        try:
            return _run(database, compiled, values)
        except database.driver_errors:  # SQLAlchemy tries again, and knows what each error means
            with database.look() as connection:
                return [tuple(row) for row in connection.execute(self._statement, values)]


def _run(database: Database, compiled: _Compiled, values: Mapping[str, Any]) -> list[Row]:
    into = compiled.into
    parameters = {**compiled.constants, **values}
    for name in into.keys() & values.keys():
        parameters[name] = into[name](values[name])
    # Given back, a connection is rolled back, which ends the transaction that PostgreSQL's driver began.
    with closing(database.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute(compiled.sql, parameters)
            found = cursor.fetchall()
            if compiled.out is None:
                compiled.out = _reading(compiled.kinds, [column[1] for column in cursor.description], database)
            cursor.close()
        except database.driver_errors:
            connection.invalidate()
            raise
    return [_converted(row, compiled.out) for row in found] if compiled.out else list(found)


def _converted(row: Row, out: Sequence[tuple[int, _Convert]]) -> Row:
    values = list(row)
    for place, convert in out:
        values[place] = convert(values[place])
    return tuple(values)


def _compiled(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Compiled:
    # Parameters by name on every database; SQLite's driver takes both kinds.
    make: Callable[..., Dialect] = type(dialect)
    named = make(paramstyle="named") if dialect.positional else dialect
    compiled = statement.compile(dialect=named)
    into = {name: convert for name, bind in compiled.binds.items() if (convert := _binding(bind.type, dialect))}
    constants = {
        name: into[name](bind.effective_value) if name in into else bind.effective_value
        for name, bind in compiled.binds.items()
        if not bind.required
    }
    return _Compiled(compiled.string, constants, into, [column.type for column in statement.selected_columns])


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reading(kinds: Sequence[TypeEngine[Any]], codes: Sequence[Any], database: Database) -> list[tuple[int, _Convert]]:
    """Return the columns to convert, given the driver's own code of each column's type."""
    dialect = database.engine.dialect
    found = [
        kind.dialect_impl(dialect).result_processor(dialect, code) for kind, code in zip(kinds, codes, strict=True)
    ]
    return [(place, convert) for place, convert in enumerate(found) if convert is not None]
