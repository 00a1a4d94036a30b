"""Parts that never answer, behind their ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.ports import Match, MetadataValue, Vector, VectorRecord
from tests.house import down


class BrokenEmbedder:
    """An embedder that is down. Under the name of another it finds that one's index."""

    def __init__(self, name: str = "broken", dimension: int = 384) -> None:
        self.name = name
        self.dimension = dimension

    def embed(self, texts: Sequence[str]) -> Vector:
        raise down("embedder")


class BrokenStore:
    """A vector store that is down."""

    name = "broken store"

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        raise down("vector store")

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        raise down("vector store")

    def delete(self, namespace: str, ids: Sequence[str]) -> None:
        raise down("vector store")

    def drop(self, namespace: str) -> None:
        raise down("vector store")

    def ids(self, namespace: str) -> set[str]:
        raise down("vector store")

    def check(self) -> None:
        raise down("vector store")
