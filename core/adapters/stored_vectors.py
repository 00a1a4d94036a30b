"""The embedded vector store: rows in the database, so that a crash leaves nothing to repair; search is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock, Thread

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from core.adapters import vector_records
from core.adapters.vector_indexes import Engine, VectorIndex
from core.adapters.vector_records import Change, VectorNamespace, mark_deleted, next_version, write
from core.database import Database, forbid_open_transaction
from core.errors import DatabaseError, ServiceUnavailable
from core.ports import Match, MetadataValue, Vector, VectorRecord

SWEEP_EVERY = 64
"""Writes after which old marks of deleted vectors are removed."""
MARKS_KEPT = 1024
"""Writes for which a mark is kept; a server that missed more compares its ids with those in the database."""


class _Space:
    """A namespace in memory, the version that it has seen, and the lock that guards both."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.index: VectorIndex | None = None
        self.seen = 0
        self.building: Thread | None = None


class StoredVectors:
    """Vectors in the product's own database, for any number of servers on it.

    Each write takes the namespace's row, so that versions are committed in order; each query first reads what was
    written since the version that it has seen.

    Parameters
    ----------
    engine : "exact" or "faiss"
        Who scans, NumPy or FAISS; both are exact.
    accelerate_above : int
        Vectors in a namespace above which partitions answer: nearly always what an exact scan would.
    """

    def __init__(self, database: Database, engine: Engine = "exact", accelerate_above: int = 8_000) -> None:
        self.name = "FAISS" if engine == "faiss" else "embedded vectors"
        self._database = database
        self._engine: Engine = engine
        self._accelerate_above = accelerate_above
        self._spaces: dict[str, _Space] = {}
        self._lock = Lock()

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        """Write all records in one transaction; see :class:`core.ports.VectorStore`."""
        if not records:
            return
        rows = {
            record.id: {
                "namespace": namespace,
                "id": record.id,
                "vector": np.asarray(record.vector, "<f4").tobytes(),
                "facts": dict(record.metadata),
                "deleted": False,
            }
            for record in records
        }

        def change(session: Session, row: VectorNamespace) -> None:
            write(session, [{**facts, "version": row.version} for facts in rows.values()])

        self._change(namespace, change)

    def delete(self, namespace: str, ids: Sequence[str]) -> None:
        """Remove records; see :class:`core.ports.VectorStore`."""
        if not ids:
            return

        def change(session: Session, row: VectorNamespace) -> None:
            mark_deleted(session, namespace, list(ids), row.version)

        self._change(namespace, change)

    def drop(self, namespace: str) -> None:
        """Remove a namespace; see :class:`core.ports.VectorStore`."""
        self._change(namespace, vector_records.forget_all)

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        """Return the nearest records; see :class:`core.ports.VectorStore`."""
        with self._caught_up(namespace) as space:
            if space.index is None:
                return []
            return space.index.search(np.asarray(vector, np.float32), limit, where)

    def ids(self, namespace: str) -> set[str]:
        """Return every id of a namespace."""
        with self._caught_up(namespace) as space:
            return space.index.ids if space.index is not None else set()

    def check(self) -> None:
        """Raise unless the database answers."""
        with self._translated():
            self._database.check()

    def settle(self) -> None:
        """Wait for partitions that are being built."""
        for space in list(self._spaces.values()):
            if space.building is not None:
                space.building.join()

    def close(self) -> None:
        """Give up partitions that are being built."""
        for space in list(self._spaces.values()):
            with space.lock:
                if space.index is not None:
                    space.index.stop()
        self.settle()

    def _change(self, namespace: str, change: Callable[[Session, VectorNamespace], None]) -> None:
        forbid_open_transaction()
        with self._translated():
            try:
                self._write(namespace, change)
            except IntegrityError:  # another server made the namespace at the same moment; now it is there
                self._write(namespace, change)

    def _write(self, namespace: str, change: Callable[[Session, VectorNamespace], None]) -> None:
        with self._database.begin() as session:
            row = next_version(session, namespace)
            change(session, row)
            if row.version % SWEEP_EVERY == 0:
                until = row.version - MARKS_KEPT
                vector_records.forget_marks(session, row, until - SWEEP_EVERY, until)

    @contextmanager
    def _caught_up(self, namespace: str) -> Iterator[_Space]:
        """Hold a namespace's lock with everything applied that was committed before."""
        forbid_open_transaction()
        with self._lock:
            space = self._spaces.setdefault(namespace, _Space())
        with space.lock:
            with self._translated():
                self._catch_up(namespace, space)
            yield space
            self._accelerate(space)

    def _catch_up(self, namespace: str, space: _Space) -> None:
        found = vector_records.versions(self._database, namespace)
        if found is None or found[0] == space.seen:
            return
        with self._database.read() as session:
            version, floor = vector_records.versions_in(session, namespace) or found
            if floor > space.seen:
                self._forget_missing(session, namespace, space)
            for rows in vector_records.changes(session, namespace, space.seen):
                self._apply(space, rows)
            space.seen = version

    def _forget_missing(self, session: Session, namespace: str, space: _Space) -> None:
        """Remove what was deleted without leaving a mark."""
        if space.index is None:
            return
        kept = vector_records.surviving(session, namespace, space.seen)
        if kept:
            space.index.remove([identity for identity in space.index.ids if identity not in kept])
        else:
            space.index.stop()
            space.index = None

    def _apply(self, space: _Space, rows: Sequence[Change]) -> None:
        written = [row for row in rows if not row[3]]
        if written:
            vectors = np.frombuffer(b"".join(raw for _, raw, _, _ in written), "<f4").reshape(len(written), -1)
            if space.index is None:
                space.index = VectorIndex(vectors.shape[1], self._engine, self._accelerate_above)
            space.index.put([row[0] for row in written], vectors, [row[2] for row in written])
        if space.index is not None:
            space.index.remove([identity for identity, _, _, deleted in rows if deleted])

    def _accelerate(self, space: _Space) -> None:
        if space.index is not None:
            space.building = space.index.accelerate(space.lock) or space.building

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise ServiceUnavailable(self.name, str(error)) from error
