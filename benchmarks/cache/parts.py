"""The cache as it is shipped, around parts that a benchmark holds in its hands."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np

from core.access.model import Actor, Role
from core.adapters.clock import SystemClock
from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.onnx_verifier import OnnxVerifier
from core.adapters.stored_vectors import StoredVectors
from core.bootstrap import cache_policy
from core.database import Database
from core.knowledge.loading import load_folders
from core.ports import Embedder, Vector
from core.semantic_cache.model import Scope, answer_key
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.veto import Veto
from core.settings import Settings

TENANT = "measured"


def somebody(name: str) -> Actor:
    """Return a user."""
    return Actor(name, TENANT, name, Role.TRAINER)


class Remembering:
    """An embedder that computes the vector of a text once, and hands it out from then on."""

    def __init__(self, inner: Embedder) -> None:
        self.name, self.dimension = inner.name, inner.dimension
        self._inner = inner
        self._known: dict[str, Vector] = {}

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return what the embedder within returns."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= zip(new, self._inner.embed(new), strict=True)
        return np.array([self._known[text] for text in texts], np.float32).reshape(-1, self.dimension)


class RememberingVerifier:
    """A verifier that compares two questions once."""

    def __init__(self, inner: OnnxVerifier) -> None:
        self.name = inner.name
        self._inner = inner
        self._known: dict[tuple[str, str], float] = {}

    def compare(self, asked: str, known: Sequence[str]) -> Any:
        """Return what the verifier within returns."""
        for one in known:
            if (asked, one) not in self._known:
                self._known[asked, one] = self._known[one, asked] = float(self._inner.compare(asked, [one])[0])
        return np.array([self._known[asked, one] for one in known])


class Bench(AbstractContextManager["Bench"]):
    """An empty database in a folder of its own, and the shipped cache on it, with the default policy."""

    def __init__(self, embedder: Embedder, verifier: RememberingVerifier, veto: Veto) -> None:
        self._folder = TemporaryDirectory()
        self.embedder = embedder
        self.database = Database(f"sqlite:///{Path(self._folder.name) / 'cache.db'}")
        self.database.migrate()
        self.clock = SystemClock()
        self.policy = cache_policy(Settings(_env_file=None))
        self.store = StoredVectors(self.database, "exact")
        self.cache = SemanticCache(
            self.database, embedder, self.store, self.clock, lambda: veto, policy=self.policy, verifier=verifier
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self.database.close()
        self._folder.cleanup()

    def admit(self, scope: Scope, question: str, answer: str) -> str:
        """Keep an answer that is agreed on; return the entry's id."""
        vector = self.embedder.embed([question])[0]
        entry = self.cache.admit(
            scope, question, vector, answer, [], key=answer_key(answer), by=somebody("first"), vouched=True
        )
        assert entry is not None
        return entry


class Models:
    """The embedded models and the rules on the bundled library, loaded once, remembering what they were asked."""

    def __init__(self) -> None:
        self.embedder = Remembering(OnnxEmbedder())
        self.verifier = RememberingVerifier(OnnxVerifier())
        documents = load_folders(Settings(_env_file=None).knowledge_dirs).documents
        self.exercises = [document.names for document in documents if document.names]
        self.veto = Veto(self.exercises)

    def bench(self) -> Bench:
        """Return an empty cache."""
        return Bench(self.embedder, self.verifier, self.veto)
