"""The database: SQLite in WAL mode, or PostgreSQL by URL. Both run the same code.

A transaction is short and local: :func:`forbid_open_transaction` lets every adapter of an outside service refuse to
work while one is open in its thread, so that a slow vendor never holds a lock here.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg.pq import Format
from sqlalchemy import Connection, DateTime, event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, create_engine, text

from core.checkpoints import BACKSTOP_PAGES, Checkpoints
from core.database_errors import explained
from core.errors import DatabaseError, SettingsError
from core.line import Line

BUSY_SECONDS = 10
"""Longest wait for another writer of a SQLite file."""
CONNECT_SECONDS = 10
"""Longest wait for a PostgreSQL server that says nothing."""
PLAIN = "plain"
"""The execution option of a statement whose rows PostgreSQL sends as they are stored, not as text."""
MIGRATIONS = Path(__file__).resolve().parent.parent / "data" / "migrations"
MIGRATION_LOCK = 20260501
"""Any number that nothing else locks in the same PostgreSQL database."""
_migrating = Lock()  # Alembic has one migration a process in mind
_transaction_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database (SQLite drops time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """Return 32 hexadecimal digits that sort by creation time: 12 of milliseconds, 20 random."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def forbid_open_transaction() -> None:
    """Raise if this thread has a transaction open: a remote call must not hold it up."""
    if _transaction_open.get():
        raise RuntimeError("a remote call was about to be made inside a database transaction")


class Database:
    """An engine and its transactions.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql+psycopg://…``.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url: URL = make_url(url)
            if self.url.drivername in ("postgresql", "postgres"):
                self.url = self.url.set(drivername="postgresql+psycopg")
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            patience = {} if self.is_sqlite else {"connect_timeout": CONNECT_SECONDS}
            self.engine = create_engine(
                self.url, pool_pre_ping=not self.is_sqlite, pool_size=20, max_overflow=40, connect_args=patience,
                pool_use_lifo=True,  # a connection that was just used knows its statements: the next one is faster
            )  # fmt: skip
        except (SQLAlchemyError, ImportError, TypeError, ValueError) as error:  # SQLite in memory is a TypeError
            raise SettingsError("DATABASE_URL cannot be read; write sqlite:///file.db or postgresql://…") from error
        if self.is_sqlite:
            self._make_folder()
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_immediate)
        else:
            event.listen(self.engine, "before_cursor_execute", _ask_for_bytes)
        self._line = Line()
        self._checkpoints = Checkpoints(self.url.database or "") if self.is_sqlite else None
        # All statements of a reading transaction see one moment, as they do on SQLite.
        alike = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(read_only=True, **alike)
        self.driver_errors: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        """What the driver raises, for the few that ask it without SQLAlchemy."""

    def _make_folder(self) -> None:
        try:
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"The database's folder cannot be made ({error}); check DATABASE_URL.") from error

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction for writing: committed at the end, rolled back on any error."""
        # SQLite lets whoever asks at the right moment go first, so that among many threads some would wait too long:
        # its own patience is for other processes.
        first = self._line.place(BUSY_SECONDS) if self.is_sqlite else nullcontext()
        with first, self._session(read_only=False) as session:
            yield session
            session.commit()
        if self._checkpoints:
            self._checkpoints.committed()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction for reading; nothing it does is kept."""
        with self._session(read_only=True) as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Open a transaction for reading without a session, which costs more than a few small statements do."""
        with _open_transaction(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _session(self, *, read_only: bool) -> Iterator[Session]:
        engine = self._reading if read_only else self.engine
        with _open_transaction(), Session(engine, expire_on_commit=False) as session:
            yield session

    def migrate(self) -> None:
        """Bring the schema to the newest version; safe to call at every start."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with _migrating, self.engine.connect() as connection:
                if not self.is_sqlite:  # of several servers that start at once, one migrates and the others wait
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
        except CommandError as error:
            raise DatabaseError("A newer version of this product wrote the database; start that version.") from error
        except DBAPIError as error:
            raise explained(error) from error

    def check(self) -> None:
        """Raise :class:`DatabaseError` unless the database answers."""
        # Of SQLite a bare SELECT 1 would not touch the file, and pass on a damaged one.
        with self.read() as session:
            session.execute(text("SELECT 1 FROM sqlite_schema LIMIT 1" if self.is_sqlite else "SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        if self._checkpoints:
            self._checkpoints.close()
        self.engine.dispose()


@contextmanager
def _open_transaction() -> Iterator[None]:
    token = _transaction_open.set(True)
    try:
        yield
    except IntegrityError:
        raise  # a broken rule of the schema is the caller's to answer
    except DBAPIError as error:
        raise explained(error) from error
    finally:
        _transaction_open.reset(token)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling is off: `_begin_immediate` says when one begins.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        f"wal_autocheckpoint={BACKSTOP_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    # A writer takes its lock at once: a reader that turns writer half way could not wait for it.
    if connection.get_execution_options().get("read_only", False):
        connection.connection.execute("BEGIN")  # takes no lock and cannot fail: the driver is asked without detours
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _ask_for_bytes(_connection: Any, cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
    if context.execution_options.get(PLAIN):
        cursor.format = Format.BINARY
