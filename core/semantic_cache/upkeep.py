"""Keeps index, database and limits in agreement, whatever a crash or a restore has left."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlmodel import Session, col, delete, select, update

from core.database import Database
from core.errors import ServiceError
from core.ports import Clock, Embedder, Vector, VectorRecord, VectorStore
from core.semantic_cache.eviction import excess, least_useful
from core.semantic_cache.model import CachePolicy
from core.semantic_cache.queries import expired, remove, unindexed
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheQuestion
from core.semantic_cache.surplus import drop_empty, surplus

log = logging.getLogger(__name__)
BATCH = 100
REMEMBERED = timedelta(days=180)
"""How long a decision is kept."""
ROWS = 500


class Upkeep:
    """Indexes what is not indexed, drops what is past its time or too much, removes what nobody owns."""

    def __init__(
        self, database: Database, embedder: Embedder, store: VectorStore, clock: Clock, policy: CachePolicy
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._store = store
        self._clock = clock
        self._policy = policy

    def start(self) -> None:
        """Repair what a crash left, before the first question."""
        try:
            for namespace in namespaces(self._database):
                agree(self._database, self._store, namespace)
        except ServiceError as error:
            log.warning("cache_not_reconciled", extra={"reason": str(error)})
            return
        while self.reconcile():
            pass

    def reconcile(self) -> int:
        """Make index and database agree; return how many rows changed. Safe to run twice and at any moment."""
        return self._drop_expired() + self._evict() + self._index_missing() + self._forget()

    def index(self, rows: Sequence[tuple[CacheQuestion, CacheEntry, Vector]]) -> bool:
        """Put vectors of questions into the store and note it; False if the store does not answer."""
        by_namespace: dict[str, list[VectorRecord]] = {}
        for row, entry, vector in rows:
            metadata = {"tenant": entry.tenant, "release": entry.release, "locale": entry.locale, "entry": entry.id}
            by_namespace.setdefault(row.namespace, []).append(VectorRecord(row.id, vector, metadata))
        try:
            for namespace, records in by_namespace.items():
                self._store.upsert(namespace, records)
        except ServiceError as error:
            log.warning("cache_not_indexed", extra={"reason": str(error)})
            return False
        with self._database.begin() as session:
            ids = [row.id for row, _, _ in rows]
            session.exec(update(CacheQuestion).where(col(CacheQuestion.id).in_(ids)).values(indexed=True))
        return True

    def _drop_expired(self) -> int:
        with self._database.read() as session:
            gone = expired(session, self._clock.now(), BATCH)
        return self._drop(gone)

    def _evict(self) -> int:
        with self._database.read() as session:
            over = excess(session, self._policy.most_entries)
            gone = [
                question
                for tenant, count in over.items()
                for question in least_useful(session, tenant, min(count, BATCH), self._clock.now())
            ]
        return self._drop(gone)

    def _forget(self) -> int:
        """Drop surplus questions, entries without any, and what was decided long ago."""
        now = self._clock.now()
        with self._database.read() as session:
            gone = surplus(session, BATCH)
        dropped = self._drop(gone)
        with self._database.begin() as session:
            old = col(CacheDecision.id).in_(
                select(CacheDecision.id).where(CacheDecision.at < now - REMEMBERED).limit(BATCH)
            )
            return dropped + drop_empty(session, now) + session.exec(delete(CacheDecision).where(old)).rowcount

    def _drop(self, gone: list[CacheQuestion]) -> int:
        try:
            for namespace in {row.namespace for row in gone}:
                self._store.delete(namespace, [row.id for row in gone if row.namespace == namespace])
        except ServiceError as error:
            log.warning("cache_not_reconciled", extra={"reason": str(error)})
            return 0
        if gone:
            with self._database.begin() as session:
                remove(session, gone)
        return len(gone)

    def _index_missing(self) -> int:
        with self._database.read() as session:
            missing = unindexed(session, self._clock.now(), BATCH)
        if not missing:
            return 0
        try:
            vectors = self._embedder.embed([row.question for row, _ in missing])
        except ServiceError as error:
            log.warning("cache_not_reconciled", extra={"reason": str(error)})
            return 0
        rows = [(row, entry, vector) for (row, entry), vector in zip(missing, vectors, strict=True)]
        return len(rows) if self.index(rows) else 0


def namespaces(database: Database) -> list[str]:
    """Return every namespace that holds a question."""
    with database.read() as session:
        return list(session.exec(select(CacheQuestion.namespace).distinct()))


def agree(database: Database, store: VectorStore, namespace: str) -> int:
    """Remove vectors whose question is gone, and note which questions lost theirs; return how many of both.

    Safe to run twice and beside servers that write: a question's row is there before its vector and leaves after it,
    and the store is read first. A question that is indexed in between is indexed once more. Those that are noted are
    unindexed questions like any other, for :meth:`Upkeep.reconcile` to index.

    Raises
    ------
    ServiceError
        The store does not answer.
    """
    stored = store.ids(namespace)
    with database.read() as session:
        indexed = dict(_questions(session, namespace))
    orphans = stored - indexed.keys()
    lost = [identity for identity, known in indexed.items() if known and identity not in stored]
    store.delete(namespace, sorted(orphans))
    for batch in _batches(lost):
        with database.begin() as session:
            session.exec(update(CacheQuestion).where(col(CacheQuestion.id).in_(batch)).values(indexed=False))
    return len(orphans) + len(lost)


def _questions(session: Session, namespace: str) -> Iterable[tuple[str, bool]]:
    """Return (id, whether it is indexed) of every question of a namespace."""
    query = select(CacheQuestion.id, CacheQuestion.indexed).where(CacheQuestion.namespace == namespace)
    return session.exec(query).all()


def _batches(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + ROWS] for start in range(0, len(ids), ROWS))
