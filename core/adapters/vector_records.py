"""The embedded vector store in the database: every vector is a row, and versions say what changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, Text, bindparam, cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, delete, select, update

from core.database import Database
from core.prepared import Prepared

BATCH = 500
READ = 4096
Change = tuple[str, bytes, dict[str, Any], bool]
"""Id, vector, facts, and whether it was deleted."""


class VectorNamespace(SQLModel, table=True):
    """`version` grows with each write; whoever has seen less than `floor` must read everything anew."""

    __tablename__ = "vector_namespaces"

    name: str = Field(primary_key=True)
    version: int
    floor: int


class StoredVector(SQLModel, table=True):
    """A vector as little-endian float32; a deleted one stays as a mark, so that other servers learn of it."""

    __tablename__ = "vectors"
    __table_args__ = (Index("ix_vectors_version", "namespace", "version"),)

    namespace: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    version: int
    deleted: bool


# Every query runs these two: built once, they cost half.
_VERSIONS = Prepared(
    select(VectorNamespace.version, VectorNamespace.floor).where(VectorNamespace.name == bindparam("namespace"))
)
_CHANGES = select(
    StoredVector.id, StoredVector.vector, cast(col(StoredVector.facts), Text).label("facts"), StoredVector.deleted
).where(StoredVector.namespace == bindparam("namespace"), StoredVector.version > bindparam("after"))


def next_version(session: Session, namespace: str) -> VectorNamespace:
    """Return the namespace's row, locked, with its next version: writes of one namespace commit in their order."""
    row = session.get(VectorNamespace, namespace, with_for_update=True)
    if row is None:
        row = VectorNamespace(name=namespace, version=0, floor=0)
    row.version += 1
    session.add(row)
    session.flush()
    return row


def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those with the same namespace and id."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for start in range(0, len(rows), BATCH):
        statement = dialect.insert(StoredVector)
        changed = {name: statement.excluded[name] for name in ("vector", "facts", "version", "deleted")}
        replacing = statement.on_conflict_do_update(index_elements=["namespace", "id"], set_=changed)
        session.execute(replacing, [dict(row) for row in rows[start : start + BATCH]])


def mark_deleted(session: Session, namespace: str, ids: Sequence[str], version: int) -> None:
    """Leave a mark in place of these vectors."""
    for start in range(0, len(ids), BATCH):
        session.exec(
            update(StoredVector)
            .where(col(StoredVector.namespace) == namespace, col(StoredVector.id).in_(ids[start : start + BATCH]))
            .values(vector=b"", facts={}, version=version, deleted=True)
        )


def forget_all(session: Session, row: VectorNamespace) -> None:
    """Remove a namespace's rows."""
    session.exec(delete(StoredVector).where(col(StoredVector.namespace) == row.name))
    row.floor = row.version


def forget_marks(session: Session, row: VectorNamespace, after: int, until: int) -> None:
    """Remove the marks that were left after one version and until another."""
    marks = delete(StoredVector).where(
        col(StoredVector.namespace) == row.name,
        col(StoredVector.version) > after,
        col(StoredVector.version) <= until,
        col(StoredVector.deleted).is_(True),
    )
    if session.exec(marks).rowcount:
        row.floor = max(row.floor, until)


def versions(database: Database, namespace: str) -> tuple[int, int] | None:
    """Return (version, floor) of a namespace; None where nothing was ever written."""
    for version, floor in _VERSIONS.rows(database, {"namespace": namespace}):
        return version, floor
    return None


def versions_in(session: Session, namespace: str) -> tuple[int, int] | None:
    """Return :func:`versions` as a transaction sees them."""
    row = session.get(VectorNamespace, namespace)
    return None if row is None else (row.version, row.floor)


def surviving(session: Session, namespace: str, until: int) -> set[str]:
    """Return the ids that were last written at or before a version, and not deleted since."""
    query = select(StoredVector.id).where(
        StoredVector.namespace == namespace, StoredVector.version <= until, col(StoredVector.deleted).is_(False)
    )
    return set(session.exec(query))


def changes(
    session: Session, namespace: str, after: int
) -> Iterator[Sequence[tuple[str, bytes, dict[str, Any], bool]]]:
    """Yield (id, vector, facts, deleted) of what was written after a version, many at a time."""
    found = session.execute(_CHANGES, {"namespace": namespace, "after": after}, execution_options={"yield_per": READ})
    for rows in found.partitions():
        facts = json.loads(f"[{','.join(row.facts for row in rows)}]")  # one by one they would take most of a start
        yield [(row.id, row.vector, one, row.deleted) for row, one in zip(rows, facts, strict=True)]
