"""The order in which rows were committed, so that each can be read exactly once.

SQLite has one writer at a time: there a row's number (`seq`) says it all. PostgreSQL gives numbers before it commits,
so that a lower one can come to light later; there a row also keeps the number of its transaction (`xid`), and only rows
of transactions below the oldest one still running are read: nothing can come to light among them any more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnClause, Identity, Index, Integer, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session

NUMBER = BigInteger().with_variant(Integer, "sqlite")


class _TransactionNumber(FunctionElement[int]):
    inherit_cache = True
    type = BigInteger()


@compiles(_TransactionNumber)
def _none(_element: _TransactionNumber, _compiler: SQLCompiler, **_options: Any) -> str:
    return "0"


@compiles(_TransactionNumber, "postgresql")
def _current(_element: _TransactionNumber, _compiler: SQLCompiler, **_options: Any) -> str:
    return "(pg_current_xact_id()::text::bigint)"


def seq_column() -> Column[int]:
    """Return the primary key that counts rows up; never given twice, not even after a deletion."""
    return Column(NUMBER, Identity(), primary_key=True)


def xid_column() -> Column[int]:
    """Return the column with the number of the writing transaction."""
    return Column(BigInteger, server_default=_TransactionNumber(), nullable=False)


def commit_index(table: str) -> Index:
    """Return the index that PostgreSQL reads rows in order of commit by."""
    return Index(f"ix_{table}_commit", "xid", "seq").ddl_if(dialect="postgresql")


def settled_below(session: Session) -> int:
    """Return the number of a transaction below which all have ended."""
    if session.get_bind().dialect.name != "postgresql":
        return 1
    bound: ColumnClause[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return int(session.execute(select(bound)).scalar_one())
