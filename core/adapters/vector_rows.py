"""The vectors of a namespace in memory, in blocks: adding one never copies the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from core.ports import Vector

Places = npt.NDArray[np.int64]
BLOCK = 16_384
"""Rows of a block. The system gives memory to the part of it that is used."""


class VectorRows:
    """Rows that are numbered from 0 without gaps: the last one fills the place of one that is removed."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.ids: list[str] = []
        self.places: dict[str, int] = {}
        self._blocks: list[Vector] = []

    def __len__(self) -> int:
        return len(self.ids)

    def put(self, ids: Sequence[str], vectors: Vector) -> list[int]:
        """Add rows, or replace those with these (distinct) ids; return their places."""
        for identity in ids:
            if identity not in self.places:
                self.places[identity] = len(self.ids)
                self.ids.append(identity)
        while len(self._blocks) * BLOCK < len(self.ids):
            self._blocks.append(np.zeros((BLOCK, self.dimension), np.float32))
        places = [self.places[identity] for identity in ids]
        for block, rows, within in self._by_block(np.array(places, np.int64)):
            block[within] = vectors[rows]
        return places

    def remove(self, identity: str) -> tuple[int, int] | None:
        """Remove a row; return its place and the place of the row that now fills it. None: there is no such row."""
        place = self.places.pop(identity, None)
        if place is None:
            return None
        last, filler = len(self.ids) - 1, self.ids.pop()
        if last != place:
            self.ids[place], self.places[filler] = filler, place
            self._blocks[place // BLOCK][place % BLOCK] = self._blocks[last // BLOCK][last % BLOCK]
        if len(self._blocks) > last // BLOCK + 1:
            self._blocks.pop()
        return place, last

    def at(self, places: Places) -> Vector:
        """Return a copy of these rows, shape (len(places), dimension)."""
        found = np.empty((len(places), self.dimension), np.float32)
        for block, rows, within in self._by_block(places):
            found[rows] = block[within]
        return found

    def blocks(self) -> Iterator[tuple[int, Vector]]:
        """Yield the place of its first row and a view of each block."""
        for number, block in enumerate(self._blocks):
            start = number * BLOCK
            if start < len(self):
                yield start, block[: len(self) - start]

    def _by_block(self, places: Places) -> Iterator[tuple[Vector, Places, Places]]:
        """Yield each block that holds some of the places, where in `places` these are, and where in the block."""
        numbers, within = places // BLOCK, places % BLOCK
        for number in np.unique(numbers).tolist():
            rows = np.flatnonzero(numbers == number)
            yield self._blocks[number], rows, within[rows]
