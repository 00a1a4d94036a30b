"""A cache whose similarities a test sets by hand, on a real database with the real embedded vector store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from math import cos, radians, sin

import numpy as np
import numpy.typing as npt

from core.access.model import Actor
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import Embedder, Match, MetadataValue, Vector, VectorRecord, VectorStore
from core.semantic_cache.model import CachePolicy, Evidence, Hit, Scope, answer_key
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.veto import Veto
from tests.house import MovableClock, person

ANA, BEN = person("Ana"), person("Ben")
SCOPE = Scope("default", "release", "en")
VETO = Veto([("Push-up",), ("Pull-up",)])
SOURCES = ({"title": "Push-up", "text": "Put both hands down."},)


class Plane:
    """An embedder that puts each question at an angle (in degrees) that a test has chosen."""

    name = "plane"
    dimension = 2

    def __init__(self, **degrees: float) -> None:
        self.degrees = {name.replace("_", " "): angle for name, angle in degrees.items()}
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vector:
        self.asked += texts
        angles = [radians(self.degrees[text]) for text in texts]
        return np.array([(cos(angle), sin(angle)) for angle in angles], np.float32).reshape(-1, 2)


class Angles:
    """A verifier that is sure from a cosine on, and sure of the contrary below it."""

    name = "angles"

    def __init__(self, embedder: Embedder, threshold: float) -> None:
        self._embedder = embedder
        self._threshold = threshold

    def compare(self, asked: str, known: Sequence[str]) -> npt.NDArray[np.float64]:
        vectors = self._embedder.embed([asked, *known])
        return np.where(vectors[1:] @ vectors[0] >= self._threshold, 0.9999, 0.0001)


class PassingOn:
    """A vector store in front of another, for tests that break one of its calls."""

    name = "store"

    def __init__(self, inner: VectorStore) -> None:
        self.inner = inner

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        self.inner.upsert(namespace, records)

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        return self.inner.query(namespace, vector, limit=limit, where=where)

    def delete(self, namespace: str, ids: Sequence[str]) -> None:
        self.inner.delete(namespace, ids)

    def drop(self, namespace: str) -> None:
        self.inner.drop(namespace)

    def ids(self, namespace: str) -> set[str]:
        return self.inner.ids(namespace)

    def check(self) -> None:
        self.inner.check()


def cache_of(
    database: Database,
    embedder: Embedder,
    clock: MovableClock,
    *,
    store: VectorStore | None = None,
    threshold: float = 0.9,
    policy: CachePolicy | None = None,
    digests: Callable[[], Mapping[str, str]] = dict,
) -> SemanticCache:
    """Return a cache that keeps answers for 30 days, with a verifier that is sure from a cosine on."""
    return SemanticCache(
        database, embedder, store or StoredVectors(database), clock, lambda: VETO,
        policy=policy or CachePolicy(time_to_live=timedelta(days=30)), verifier=Angles(embedder, threshold),
        digests=digests,
    )  # fmt: skip


def admit(
    cache: SemanticCache, embedder: Embedder, question: str, answer: str, scope: Scope = SCOPE, *,
    by: Actor = ANA, vouched: bool = True,
) -> str:  # fmt: skip
    """Keep an answer, vouched for if not said otherwise, and return its entry's id."""
    entry = cache.admit(
        scope, question, embedder.embed([question])[0], answer, SOURCES, key=answer_key(answer), by=by, vouched=vouched
    )
    assert entry is not None
    return entry


def served(cache: SemanticCache, question: str, scope: Scope = SCOPE, actor: Actor = ANA) -> str | None:
    """Return the answer that is served, or None."""
    found = cache.lookup(scope, question, actor)
    return found.answer if isinstance(found, Hit) else None


def evidence(cache: SemanticCache, question: str) -> Evidence:
    """Return why a lookup ended as it did."""
    return cache.lookup(SCOPE, question, ANA).evidence
