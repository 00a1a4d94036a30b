"""The embedded vector store: rows in the database, so that a crash leaves nothing to repair; search is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock, Thread

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from core.adapters.vector_indexes import Engine, VectorIndex
from core.adapters.vector_records import VectorNamespace, changes, forget, mark_deleted, marks, next_version, write
from core.database import Database, forbid_open_transaction
from core.errors import DatabaseError, ServiceUnavailable
from core.ports import Match, MetadataValue, Vector, VectorRecord

COMPACT_EVERY = 64
"""Versions after which a delete counts the marks of deleted vectors and, above `COMPACT_ABOVE`, removes them."""
COMPACT_ABOVE = 1000


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
        Vectors in a namespace above which a graph answers (approximately).
    """

    def __init__(self, database: Database, engine: Engine = "exact", accelerate_above: int = 50_000) -> None:
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
            if row.version % COMPACT_EVERY == 0 and marks(session, namespace) > COMPACT_ABOVE:
                forget(session, row, only_marks=True)

        self._change(namespace, change)

    def drop(self, namespace: str) -> None:
        """Remove a namespace; see :class:`core.ports.VectorStore`."""
        self._change(namespace, lambda session, row: forget(session, row, only_marks=False))

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

    def close(self) -> None:
        """Wait for graphs that are being built."""
        for space in list(self._spaces.values()):
            if space.building is not None:
                space.building.join()

    def _change(self, namespace: str, change: Callable[[Session, VectorNamespace], None]) -> None:
        forbid_open_transaction()
        with self._translated():
            try:
                with self._database.begin() as session:
                    change(session, next_version(session, namespace))
            except IntegrityError:  # another server made the namespace at the same moment; now it is there
                with self._database.begin() as session:
                    change(session, next_version(session, namespace))

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
        with self._database.read() as session:
            row = session.get(VectorNamespace, namespace)
            if row is None or row.version == space.seen:
                return
            if row.floor > space.seen:
                space.index, space.seen = None, 0
            for identity, raw, facts, deleted in changes(session, namespace, space.seen):
                if deleted:
                    if space.index is not None:
                        space.index.remove(identity)
                    continue
                vector = np.frombuffer(raw, "<f4").astype(np.float32)
                if space.index is None:
                    space.index = VectorIndex(len(vector), self._engine, self._accelerate_above)
                space.index.put(identity, vector, facts)
            space.seen = row.version

    def _accelerate(self, space: _Space) -> None:
        if space.index is None:
            return

        def swap(finish: Callable[[], None]) -> None:
            with space.lock:
                finish()

        space.building = space.index.accelerate(swap) or space.building

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise ServiceUnavailable(self.name, str(error)) from error
