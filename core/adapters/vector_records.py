"""The embedded vector store in the database: every vector is a row, and versions say what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, delete, func, select, update

BATCH = 500


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


def forget(session: Session, row: VectorNamespace, *, only_marks: bool) -> None:
    """Remove a namespace's marks, or all of its rows; every server reads it anew."""
    gone = delete(StoredVector).where(col(StoredVector.namespace) == row.name)
    session.exec(gone.where(col(StoredVector.deleted).is_(True)) if only_marks else gone)
    row.floor = row.version


def marks(session: Session, namespace: str) -> int:
    """Return how many marks of deleted vectors a namespace holds."""
    query = select(func.count()).select_from(StoredVector).where(StoredVector.namespace == namespace)
    return session.exec(query.where(col(StoredVector.deleted).is_(True))).one()


def changes(session: Session, namespace: str, after: int) -> Iterator[tuple[str, bytes, Mapping[str, Any], bool]]:
    """Yield (id, vector, facts, deleted) of what was written after a version."""
    query = select(StoredVector.id, StoredVector.vector, StoredVector.facts, StoredVector.deleted)
    query = query.where(StoredVector.namespace == namespace, StoredVector.version > after)
    yield from session.exec(query.execution_options(yield_per=1000))
