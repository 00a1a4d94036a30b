"""An embedder whose texts lie on islands: the first word says on which, the rest moves them a little."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from core.errors import ServiceUnavailable
from core.ports import Vector

DIMENSION = 48


class Islands:
    """Stands in for a model of language where only the geometry matters."""

    name = "islands"
    dimension = DIMENSION

    def __init__(self, spread: float = 0.06) -> None:
        self.spread = spread
        self.asked = 0
        self.down = False

    def embed(self, texts: Sequence[str]) -> Vector:
        if self.down:
            raise ServiceUnavailable("islands", "The islands do not answer.")
        self.asked += len(texts)
        rows = [self._row(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSION), dtype=np.float32)

    def _row(self, text: str) -> Vector:
        centre = _random(text.split()[0].lower()).normal(size=DIMENSION)
        vector = centre / np.linalg.norm(centre) + self.spread * _random(text).normal(size=DIMENSION)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _random(text: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(text.encode()))


def questions_on(island: str, count: int, first: int = 0, users: int = 7) -> list[tuple[str, str]]:
    """Return different questions on an island, each with who asked."""
    return [(f"{island} question number {first + place} please", f"user {place % users}") for place in range(count)]
