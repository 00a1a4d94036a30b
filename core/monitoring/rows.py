"""Many rows at once, as the drivers read and write them: what SQLAlchemy makes of each takes longer than that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, cast

from psycopg import Connection, Cursor
from psycopg import Error as PostgresError
from psycopg.sql import SQL, Identifier
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core.database import PLAIN

Row = tuple[Any, ...]
_SENT = 1000
"""Rows that PostgreSQL's driver takes from its server together."""


def plain_rows(session: Session, query: Any) -> list[Row]:
    """Return the rows of a query as the driver gives them.

    Fit for columns that need no conversion: numbers, strings and bytes.
    """
    result = session.connection().execute(query, execution_options={PLAIN: True})
    rows = [*result.cursor.fetchall()]
    result.close()
    return rows


def chunks(session: Session, query: Any, size: int) -> Iterator[Sequence[Row]]:
    """Yield the rows of a query as :func:`plain_rows` returns them, so many together.

    PostgreSQL sends numbers as they are, not as text, and goes on reading while this process counts what came.
    """
    if is_postgresql(session):
        compiled = query.compile(dialect=session.get_bind().dialect, compile_kwargs={"render_postcompile": True})
        with _cursor(session) as cursor:
            rows = cursor.stream(str(compiled), compiled.params, binary=True, size=_SENT)
            yield from iter(lambda: list(islice(rows, size)), [])
        return
    result = session.connection().execute(query)
    yield from iter(lambda: result.cursor.fetchmany(size), [])
    result.close()


def copy(session: Session, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into a table of PostgreSQL in its quickest way.

    Raises
    ------
    IntegrityError
        A key is there already.
    """
    columns = SQL(", ").join(map(Identifier, names))
    with _cursor(session) as cursor:
        cursor.execute(SQL("SELECT {} FROM {} LIMIT 0").format(columns, Identifier(table)))
        types = [one.type_code for one in cursor.description or ()]
        statement = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(Identifier(table), columns)
        with cursor.copy(statement) as copying:
            copying.set_types(types)
            for row in rows:
                copying.write_row(row)


def put(
    session: Session,
    table: str,
    keys: Sequence[str],
    values: Sequence[str],
    rows: Iterable[Row],
    there: Collection[Row] | None = None,
) -> None:
    """Insert rows, or give those whose keys are there these values.

    Parameters
    ----------
    rows : iterable of tuple
        The values of `keys`, then those of `values`.
    there : collection of tuple, optional
        The keys that are there, where the caller knows and nobody else can add any; PostgreSQL then copies the rest.
    """
    given = list(rows)
    if there is not None and is_postgresql(session):
        copy(session, table, (*keys, *values), (row for row in given if row[: len(keys)] not in there))
        given = [row for row in given if row[: len(keys)] in there]
    if given:
        session.connection().exec_driver_sql(_upsert(session, table, keys, values), given)


def _upsert(session: Session, table: str, keys: Sequence[str], values: Sequence[str]) -> str:
    columns = (*keys, *values)
    changes = ", ".join(f"{one} = excluded.{one}" for one in values)
    sign = "%s" if is_postgresql(session) else "?"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - own names only; every value is a parameter
        f"VALUES ({', '.join(sign for _ in columns)}) "
        f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {changes}' if values else 'NOTHING'}"
    )


def is_postgresql(session: Session) -> bool:
    """Say which of the two databases a session is on."""
    return session.get_bind().dialect.name == "postgresql"


@contextmanager
def _cursor(session: Session) -> Iterator[Cursor[Any]]:
    """Open a cursor of PostgreSQL's driver, whose errors become those that SQLAlchemy raises."""
    connection = cast("Connection[Any]", session.connection().connection.driver_connection)
    try:
        with connection.cursor() as cursor:
            yield cursor
    except PostgresError as error:
        raise DBAPIError.instance(None, None, error, PostgresError) from error
