"""Lookup and admission. One contract: a lookup ends in a `Hit` or a `Miss`, and both carry their evidence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, update

from core.access.model import Actor
from core.database import Database, new_id
from core.errors import ServiceError
from core.ports import Clock, Embedder, Match, Vector, VectorRecord, VectorStore
from core.semantic_cache.model import Evidence, Hidden, Hit, Miss, Scope, opening_of, question_key
from core.semantic_cache.records import (
    CacheEntry,
    CacheQuestion,
    HiddenAnswer,
    all_hidden,
    by_questions,
    exact,
    expired,
    hidden,
    remove,
    unindexed,
)
from core.semantic_cache.veto import Veto

log = logging.getLogger(__name__)
NEAREST = 8
BATCH = 100


class SemanticCache:
    """Answers that may be shared, found by what a question means.

    Parameters
    ----------
    threshold : float
        Least cosine similarity of a semantic hit, in [0.5, 1].
    time_to_live : timedelta
        How long an entry is served after it was made; a hit never extends it.
    veto : callable
        Returns the rules in force; asked at each lookup, because the knowledge can change.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        store: VectorStore,
        clock: Clock,
        veto: Callable[[], Veto],
        *,
        threshold: float,
        time_to_live: timedelta,
        enabled: bool = True,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._store = store
        self._clock = clock
        self._veto = veto
        self._threshold = threshold
        self._time_to_live = time_to_live
        self._enabled = enabled

    def lookup(self, scope: Scope, question: str, actor: Actor) -> Hit | Miss:
        """Find an answer to `question` in `scope` that `actor` may see."""
        if not self._enabled:
            return Miss(None, Evidence("off"))
        found = self._exact(scope, question, actor)
        if found is not None:
            return found
        try:
            vector = self._embedder.embed([question])[0]
        except ServiceError as error:
            log.warning("cache_without_embedding", extra={"reason": str(error)})
            return Miss(None, Evidence("none", degraded=True))
        return self._semantic(scope, question, actor, vector)

    def _exact(self, scope: Scope, question: str, actor: Actor) -> Hit | None:
        with self._database.read() as session:
            entries = exact(session, scope, question_key(question), self._clock.now())
            unseen = hidden(session, actor.tenant, actor.id, [entry.answer_key for entry in entries])
        for entry in entries:
            if entry.answer_key not in unseen:
                return _hit(entry, Evidence("exact", 1.0, question))
        return None

    def _semantic(self, scope: Scope, question: str, actor: Actor, vector: Vector) -> Hit | Miss:
        try:
            where = {"tenant": scope.tenant, "release": scope.release, "locale": scope.locale}
            matches = self._store.query(scope.namespace, vector, limit=NEAREST, where=where)
        except ServiceError as error:
            log.warning("cache_without_index", extra={"reason": str(error)})
            return Miss(vector, Evidence("none", degraded=True))
        near = [match for match in matches if match.score >= self._threshold]
        if not near:
            return Miss(vector, Evidence("none", matches[0].score if matches else None))
        return self._decide(scope, question, actor, near) or self._refused(question, near, vector)

    def _decide(self, scope: Scope, question: str, actor: Actor, near: list[Match]) -> Hit | None:
        with self._database.read() as session:
            known = by_questions(session, [match.id for match in near], self._clock.now())
            keys = [entry.answer_key for _, entry in known.values()]
            unseen = hidden(session, actor.tenant, actor.id, keys)
        veto = self._veto()
        for match in near:
            if match.id not in known:
                continue
            row, entry = known[match.id]
            in_scope = (entry.tenant, entry.release, entry.locale) == (scope.tenant, scope.release, scope.locale)
            if in_scope and entry.answer_key not in unseen and veto.reason(question, row.question) is None:
                return _hit(entry, Evidence("semantic", match.score, row.question))
        return None

    def _refused(self, question: str, near: list[Match], vector: Vector) -> Miss:
        with self._database.read() as session:
            row = session.get(CacheQuestion, near[0].id)
        if row is None:
            return Miss(vector, Evidence("none", near[0].score))
        reason = self._veto().reason(question, row.question) or "hidden or expired"
        return Miss(vector, Evidence("none", near[0].score, row.question, reason))

    def admit(
        self,
        scope: Scope,
        question: str,
        vector: Vector | None,
        answer: str,
        sources: Sequence[Mapping[str, Any]],
        *,
        key: str,
    ) -> str | None:
        """Keep an answer for others under its `key`; return the entry's id, or None when the cache is off.

        The row is written first: if the store fails or the process dies, :meth:`reconcile` catches up.
        """
        if not self._enabled:
            return None
        now = self._clock.now()
        entry = CacheEntry(
            id=new_id(),
            tenant=scope.tenant,
            release=scope.release,
            locale=scope.locale,
            answer=answer,
            answer_key=key,
            sources=[dict(source) for source in sources],
            created_at=now,
            expires_at=now + self._time_to_live,
        )
        row = CacheQuestion(
            id=new_id(),
            entry_id=entry.id,
            namespace=scope.namespace,
            key=question_key(question),
            question=question,
            indexed=False,
        )
        with self._database.begin() as session:
            session.add(entry)
            session.flush()
            session.add(row)
        if vector is not None:
            self._index([(row, entry, vector)])
        return entry.id

    def _index(self, rows: Sequence[tuple[CacheQuestion, CacheEntry, Vector]]) -> bool:
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

    def reconcile(self) -> int:
        """Make index and database agree: index what is not, drop what is past its time. Return how many changed.

        Safe to run twice and at any moment; the scheduler does so every minute.
        """
        return self._drop_expired() + self._index_missing()

    def _drop_expired(self) -> int:
        with self._database.read() as session:
            gone = expired(session, self._clock.now(), BATCH)
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
        return len(rows) if self._index(rows) else 0

    def hidden_from(self, actor: Actor) -> Hidden:
        """Return what this user must not be shown again."""
        with self._database.read() as session:
            rows = all_hidden(session, actor.tenant, actor.id)
        return Hidden(frozenset(row.answer_key for row in rows), tuple(row.opening for row in rows))


def hide(session: Session, actor: Actor, key: str, answer: str) -> None:
    """Never show the answer of this key to this user again; in the transaction of the vote that says so."""
    session.merge(HiddenAnswer(tenant=actor.tenant, actor_id=actor.id, answer_key=key, opening=opening_of(answer)))


def unhide(session: Session, actor: Actor, key: str) -> None:
    """Take :func:`hide` back, when the vote is changed or withdrawn."""
    row = session.get(HiddenAnswer, (actor.tenant, actor.id, key))
    if row is not None:
        session.delete(row)


def _hit(entry: CacheEntry, evidence: Evidence) -> Hit:
    return Hit(entry.id, entry.answer, entry.answer_key, tuple(entry.sources), entry.created_at, evidence)
