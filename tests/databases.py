"""Databases for tests, of both kinds: migrated, and empty or with the library in them; each as good as a new one.

SQLite's is a copy of a file. Of PostgreSQL's, one that a test gave back is lent again under another name once what the
test wrote is out of it, which takes a tenth of the time of a new copy.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import LiteralString, Protocol

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from core.database import Database

_numbers = itertools.count()
Fill = Callable[[Database], None]
CATALOGS = "pg_class pg_attribute pg_constraint pg_trigger pg_proc pg_rewrite pg_namespace pg_type".split()
"""Where a change of the schema shows."""


class Databases(Protocol):
    """Lends the URL of a database for one test."""

    def lend(self, folder: Path, *, filled: bool) -> AbstractContextManager[str]:
        """Lend the URL of a database, with the library in it or empty; SQLite's file lies in the folder."""
        ...


class SqliteFiles:
    """Copies of one empty file, and of one with the library in it."""

    def __init__(self, folder: Path, filled: Callable[[], Path]) -> None:
        self._empty = folder / "empty.db"
        self._filled = filled
        with closing(Database(f"sqlite:///{self._empty}")) as database:
            database.migrate()

    @contextmanager
    def lend(self, folder: Path, *, filled: bool) -> Iterator[str]:
        target = folder / f"test-{next(_numbers)}.db"
        shutil.copy(self._filled() if filled else self._empty, target)
        yield f"sqlite:///{target}"


class PostgresPool:
    """Databases of one server, each copied from a template and used again as long as it can be made like it.

    Parameters
    ----------
    url : str
        The server's own database, as `postgresql+psycopg://…`.
    fill : callable
        Brings the library into a database.
    """

    def __init__(self, url: str, fill: Fill) -> None:
        self._url = make_url(url)
        self._fill = fill
        self._admin = psycopg.connect(self._conninfo("postgres"), autocommit=True)
        self._templates: dict[bool, _Template] = {}
        self._free: dict[bool, list[str]] = {False: [], True: []}

    def close(self) -> None:
        """Leave the server."""
        self._admin.close()

    @contextmanager
    def lend(self, folder: Path, *, filled: bool) -> Iterator[str]:
        name = self._take(filled)
        try:
            yield self._url.set(database=name).render_as_string(hide_password=False)
        finally:
            self._give_back(name, filled)

    def _take(self, filled: bool) -> str:
        template, name = self._template(filled), f"test_{next(_numbers)}"
        if free := self._free[filled]:
            # Under another name nobody whom an earlier test left behind finds it again.
            used = free.pop()
            try:
                self._run("ALTER DATABASE {} RENAME TO {}", used, name)
            except psycopg.errors.ObjectInUse:
                self._run("DROP DATABASE {} WITH (FORCE)", used)
            else:
                return name
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template.name)
        return name

    def _give_back(self, name: str, filled: bool) -> None:
        self._admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            with psycopg.connect(self._conninfo(name), autocommit=True) as connection:
                like_new = self._template(filled).restore(connection)
        except psycopg.Error:
            like_new = False  # a table is gone, or the test took the whole database with it
        if like_new:
            self._free[filled].append(name)
        else:
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _template(self, filled: bool) -> _Template:
        if filled not in self._templates:
            name = "template_filled" if filled else "template_empty"
            self._run("CREATE DATABASE {}", name)
            url = self._url.set(database=name).render_as_string(hide_password=False)
            with closing(Database(url)) as database:
                database.migrate()
                if filled:
                    self._fill(database)
            with psycopg.connect(self._conninfo(name), autocommit=True) as connection:
                self._templates[filled] = _Template(name, connection)
        return self._templates[filled]

    def _run(self, statement: LiteralString, *names: str) -> None:
        self._admin.execute(SQL(statement).format(*map(Identifier, names)))

    def _conninfo(self, database: str) -> str:
        return self._url.set(drivername="postgresql", database=database).render_as_string(hide_password=False)


class _Template:
    """What a database is like before a test: its rows are older than `_age`, a transaction number, and counted.

    PostgreSQL keeps with each row the number of the transaction that wrote it (`xmin`); a change writes a new row.
    """

    def __init__(self, name: str, connection: psycopg.Connection) -> None:
        self.name = name
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        self._tables: Sequence[str] = [table for (table,) in found]
        sequences = (
            "SELECT schemaname || '.' || sequencename, coalesce(last_value, start_value), last_value IS NOT NULL"
        )
        self._sequences = connection.execute(f"{sequences} FROM pg_sequences WHERE schemaname = 'public'").fetchall()
        (self._age,) = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone() or (0,)
        self._counts = self._count(connection)

    def restore(self, connection: psycopg.Connection) -> bool:
        """Delete what a test wrote; False if that does not bring back the template's rows and schema."""
        connection.execute("SET session_replication_role = replica")  # in any order: no foreign key is looked at
        delete = "DELETE FROM {} WHERE xmin::text::bigint > {}"
        connection.execute(SQL("; ").join(SQL(delete).format(Identifier(one), self._age) for one in self._tables))
        for sequence in self._sequences:
            connection.execute("SELECT setval(%s::regclass, %s, %s)", sequence)
        return self._count(connection) == self._counts

    def _count(self, connection: psycopg.Connection) -> list[tuple[int, int]]:
        """Return the rows of each table and catalog: all, and those that are newer than the template."""
        return [(int(rows), int(new)) for _, rows, new in sorted(connection.execute(self._counting()))]

    def _counting(self) -> Composed:
        one = "SELECT {name}, count(*), count(*) FILTER (WHERE xmin::text::bigint > {age}) FROM {table}"
        names = [Identifier(table) for table in self._tables] + [Identifier("pg_catalog", name) for name in CATALOGS]
        return SQL(" UNION ALL ").join(
            SQL(one).format(name=number, age=self._age, table=name) for number, name in enumerate(names)
        )


def copy_rows(file: Path, database: Database) -> None:
    """Copy every row of a SQLite file into a migrated database."""
    with closing(Database(f"sqlite:///{file}")) as source, source.read() as reading, database.begin() as writing:
        for table in SQLModel.metadata.sorted_tables:
            if rows := [row._asdict() for row in reading.execute(select(table))]:
                writing.execute(insert(table), rows)
